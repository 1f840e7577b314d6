/* SPDX-License-Identifier: MIT */
/*
 * tcpcensus.h - the public interface of libtcpcensus.
 *
 * The library reads TCP sockets from the running kernel or from a saved listing, and
 * counts, filters and groups them. The program tcpcensus is built on these functions and
 * no others.
 *
 * Conventions
 *   - Functions return 0 or a negative errno; outputs are written only on success.
 *   - The library never prints, exits, or installs signal handlers. Sentences that it
 *     returns for people are in the language of the caller's LC_MESSAGES.
 *   - Nothing is global: two threads may use the library at once on different objects.
 *     Threads that it starts itself end before the function returns, take no signals, and
 *     call nothing of the caller's.
 *   - Unknown is a value: what was not read has its TC_HAVE_ bit clear, and is never 0 in
 *     disguise.
 *   - struct tc_query, tc_ports_query, tc_diagnosis_query and tc_report begin with the member
 *     `size`, which the caller sets to sizeof(the structure), so that members can be added
 *     at the end without breaking callers that were compiled before.
 */
#ifndef TCPCENSUS_H
#define TCPCENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TC_EXPORT __attribute__((visibility("default")))

/* The version of the library that is running, as "1.2.3". */
TC_EXPORT const char *tc_version(void);

/* ---- States -------------------------------------------------------------------------- */

/*
 * The states of a TCP socket. 1 to 11 are the kernel's numbers (include/net/tcp_states.h).
 * NEW_SYN_RECV (kernel 12) is the request-minisocket form of SYN_RECV and is counted there.
 * BOUND is the kernel's TCP_BOUND_INACTIVE (13): bound, neither listening nor connected.
 */
enum tc_state {
	TC_UNKNOWN = 0,
	TC_ESTABLISHED = 1,
	TC_SYN_SENT = 2,
	TC_SYN_RECV = 3,
	TC_FIN_WAIT1 = 4,
	TC_FIN_WAIT2 = 5,
	TC_TIME_WAIT = 6,
	TC_CLOSED = 7,
	TC_CLOSE_WAIT = 8,
	TC_LAST_ACK = 9,
	TC_LISTEN = 10,
	TC_CLOSING = 11,
	TC_BOUND = 12,
	TC_STATE_COUNT
};

#define TC_STATE_BIT(state) (1u << (state))
#define TC_STATES_ALL ((1u << TC_STATE_COUNT) - 1)

/* Name as the kernel and netstat print it ("FIN_WAIT1"); total: any int gives a name. */
TC_EXPORT const char *tc_state_name(int state);

/* One line that says what the state means, in the caller's language; total. */
TC_EXPORT const char *tc_state_meaning(int state);

/*
 * The state that a word names, in any spelling that any system prints (FIN-WAIT-1,
 * fin_wait_1, SYN_RCVD, LISTENING, ESTAB, ...); letters fold, '-' and '_' and spaces do
 * not count. Returns -ENOENT for a word that is no state.
 */
TC_EXPORT int tc_state_parse(const char *word, size_t length);

/* ---- One socket ---------------------------------------------------------------------- */

/*
 * An address of either family in network byte order. IPv4 is stored as IPv4-mapped IPv6
 * (::ffff:a.b.c.d, RFC 4291 2.5.5.2), so one comparison serves both families and a mapped
 * address is the IPv4 address that it carries.
 */
struct tc_addr {
	uint8_t byte[16];
};

enum tc_kind {
	TC_KIND_FULL = 0,	/* struct tcp_sock: has an owner or is an orphan */
	TC_KIND_REQUEST = 1,	/* struct tcp_request_sock: a handshake not yet finished */
	TC_KIND_TIMEWAIT = 2,	/* struct tcp_timewait_sock: no descriptor, no inode, no uid */
};

/* idiag_timer and the tr column of /proc/net/tcp use these numbers. */
enum tc_timer {
	TC_TIMER_NONE = 0,
	TC_TIMER_RETRANS = 1,	/* retransmission, loss probe, or SYN+ACK of a request */
	TC_TIMER_KEEPALIVE = 2, /* keepalive; also an orphan in a long FIN_WAIT2 */
	TC_TIMER_TIMEWAIT = 3,	/* life left of a timewait minisocket */
	TC_TIMER_PROBE = 4,	/* zero-window probe */
};

/* Which side opened the connection, judged by the listeners that were seen. */
enum tc_direction {
	TC_DIRECTION_NONE = 0,	/* not asked for, or the record cannot tell */
	TC_DIRECTION_IN = 1,
	TC_DIRECTION_OUT = 2,
	TC_DIRECTION_LISTEN = 3,
};

/* Bits of tc_sock.have: which members were read. */
enum {
	TC_HAVE_FAMILY = 1u << 0,
	TC_HAVE_LOCAL_ADDR = 1u << 1,
	TC_HAVE_LOCAL_PORT = 1u << 2,
	TC_HAVE_REMOTE_ADDR = 1u << 3,
	TC_HAVE_REMOTE_PORT = 1u << 4,
	TC_HAVE_RECV_Q = 1u << 5, /* rqueue */
	TC_HAVE_TIMER = 1u << 6,
	TC_HAVE_RETRANS = 1u << 7,
	TC_HAVE_UID = 1u << 8,
	TC_HAVE_INODE = 1u << 9,
	TC_HAVE_COOKIE = 1u << 10,
	TC_HAVE_NETNS = 1u << 11,
	TC_HAVE_MARK = 1u << 12,
	TC_HAVE_IFINDEX = 1u << 13,
	TC_HAVE_CGROUP = 1u << 14,
	TC_HAVE_SHUTDOWN = 1u << 15,
	TC_HAVE_KIND = 1u << 16,
	TC_HAVE_V6ONLY = 1u << 17,
	TC_HAVE_EXPIRES = 1u << 18,
	TC_HAVE_PORT_CHOICE = 1u << 19, /* who chose the local port: asked by "autobound" alone */
	TC_HAVE_INSIDE = 1u << 20,	/* text->inside: of full sockets, where asked for */
	TC_HAVE_DROPS = 1u << 21,	/* of listeners, where asked for: expires_ms is that */
	TC_HAVE_SEND_Q = 1u << 22,	/* wqueue: of listeners not all sources have both */
};

/* Bits that go together, nearly always. */
#define TC_HAVE_QUEUES (TC_HAVE_RECV_Q | TC_HAVE_SEND_Q)
#define TC_HAVE_ENDPOINTS                                                        \
	(TC_HAVE_LOCAL_ADDR | TC_HAVE_LOCAL_PORT | TC_HAVE_REMOTE_ADDR | \
	 TC_HAVE_REMOTE_PORT)

/* Bits of tc_sock.flags. */
enum {
	TC_FLAG_FOREIGN = 1u << 0,	   /* from a listing: uid, iface and netns may be another machine's */
	TC_FLAG_LOCAL_TRUNCATED = 1u << 1, /* the listing cut the address off: text has what is left */
	TC_FLAG_REMOTE_TRUNCATED = 1u << 2,
	TC_FLAG_CONNTRACK = 1u << 3, /* the state is conntrack's, not a socket's */
	TC_FLAG_V6ONLY = 1u << 4,    /* IPV6_V6ONLY is set (TC_HAVE_V6ONLY) */
	TC_FLAG_BIND_NO_PORT = 1u << 5, /* IP_BIND_ADDRESS_NO_PORT is set; clear: or not known */
};

/*
 * A process that has, or probably had, a socket. What nobody asked for, or what could not be
 * read, is NULL; strings live as long as the call that hands them over.
 */
struct tc_process {
	uint32_t pid;		/* thread group, as in /proc */
	const char *name;	/* /proc/PID/comm: at most 15 bytes of the program's name */
	const char *cmdline;	/* its arguments, joined by blanks; cut ones end in "..." */
	const char *cgroup;	/* path in the cgroup v2 tree: "/system.slice/nginx.service" */
	const char *unit;	/* innermost systemd unit of that path: "nginx.service" */
	const char *container;	/* "docker/3f4a5b6c7d8e", "podman/…", "lxc/NAME", … */
	const char *pod;	/* uid of the Kubernetes pod */
};

/* How it is known whose a socket is, from certain to not at all. */
enum tc_attribution {
	TC_OWNER_UNKNOWN = 0, /* not asked; or the listing does not say */
	TC_OWNER_HELD,	   /* these processes have a descriptor of it */
	TC_OWNER_SEEN,	   /* inferred: held by them in an earlier sample of this run */
	TC_OWNER_LISTENER, /* inferred: theirs is the listener on its local address and port */
	TC_OWNER_PEER,	   /* inferred: only they are connected to its remote endpoint now */
	TC_OWNER_PORTS,	   /* inferred: only they use that range of local ports here now */
	TC_OWNER_CGROUP,   /* the processes are gone; the kernel kept the cgroup */
	TC_OWNER_NONE,	   /* the kernel's own, and no rule tells whose it was */
	TC_OWNER_HIDDEN,   /* a process has it that this user may not see */
	TC_ATTRIBUTION_COUNT
};

/* What fields tell of an owner, each a word. */
enum tc_owner_part {
	TC_PART_PROCESS,
	TC_PART_PID,
	TC_PART_CMDLINE,
	TC_PART_UNIT,
	TC_PART_CGROUP,
	TC_PART_CONTAINER,
	TC_PART_POD,
	TC_PART_COUNT
};

/*
 * Whose a socket is. Held by several processes, it has them all, and so has what came in by a
 * listener of theirs. Where "only they" is what it is inferred from, the processes are the
 * candidates, and what is true of all of them is what is known: the name of eight workers, say,
 * but no pid.
 */
struct tc_owner {
	const struct tc_process *const *processes; /* in ascending order of pid */
	size_t count;
	enum tc_attribution how;
	/*
	 * What is known, as fields show it. Of several holders each word stands once,
	 * "nginx,php-fpm"; an inference ends in '?', "nginx?". NULL: not asked for, not known.
	 */
	const char *words[TC_PART_COUNT];
};

/* "held", "listener", ...: how it is known, as the field `owner` shows it; total. */
TC_EXPORT const char *tc_attribution_name(int how);

/* Bits of tc_inside.have: what this kernel, and this source, told. */
enum {
	TC_INSIDE_TIMES = 1u << 0,	    /* data_sent_ms, data_received_ms, ack_received_ms */
	TC_INSIDE_WINDOWS = 1u << 1,	    /* send_window, receive_window: since Linux 6.2 */
	TC_INSIDE_RECEIVE_BUFFER = 1u << 2, /* receive_buffer, receive_memory */
};

/*
 * What only the inside of a connection tells (struct tcp_info, INET_DIAG_SKMEMINFO). Times are
 * milliseconds since the event. The kernel keeps no time of birth, so how long a socket has
 * been in its state is known only as "at least since the peer was last heard": the FIN or the
 * ACK that put it there came with that segment or before.
 */
struct tc_inside {
	uint32_t have; /* TC_INSIDE_ bits */
	uint32_t data_sent_ms;
	uint32_t data_received_ms;
	uint32_t ack_received_ms; /* any segment that acknowledged, so nearly any segment */
	uint32_t send_window;	  /* bytes that the peer takes */
	uint32_t receive_window;  /* bytes that we take */
	uint32_t receive_buffer;  /* its limit in bytes of memory, SO_RCVBUF */
	uint32_t receive_memory;  /* bytes of memory that unread data take of it */
};

/*
 * Words that a number cannot carry: what a listing printed instead of a number, and names
 * that were looked up because a query asked for them; and what hangs beside a socket. Members
 * may be NULL.
 */
struct tc_text {
	const char *state;	 /* the original word where state is TC_UNKNOWN or conntrack's */
	const char *local_host;	 /* a name, or a truncated address */
	const char *remote_host;
	const char *local_port;	 /* a service name that no number is known for */
	const char *remote_port;
	const char *user;
	const char *iface;
	const char *process; /* as in a listing, a line each: "nginx,pid=812", "812/nginx" */
	const char *netns;	 /* name of the network namespace, where it has one */
	const struct tc_owner *owner; /* where a key or the filter asks for owners */
	const struct tc_inside *inside; /* TC_HAVE_INSIDE */
};

/*
 * One socket, or `count` sockets that a counted table lists in one line. Pointers are
 * valid for the call that hands the record over, no longer.
 */
struct tc_sock {
	uint64_t count;	 /* sockets that this record stands for, 1 from every kernel source */
	uint64_t cookie; /* the kernel's number for this connection, unique in its netns */
	uint64_t netns;	 /* inode number of the network namespace */
	uint64_t cgroup; /* cgroup v2 id */
	uint64_t inode;	 /* of the descriptor; 0: none (orphan, not accepted, minisocket) */
	const struct tc_text *text;
	const struct tc_sock *listener; /* the listener that it came in by, where asked for */
	struct tc_addr local;
	struct tc_addr remote;
	uint16_t local_port; /* host byte order, as all numbers here */
	uint16_t remote_port;
	uint32_t have; /* TC_HAVE_ bits */
	uint32_t ifindex; /* bound device; 0: any */
	uint32_t mark;	  /* SO_MARK */
	uint32_t uid;
	uint32_t rqueue; /* bytes not read by the program; LISTEN: connections not accepted */
	uint32_t wqueue; /* bytes not acknowledged by the peer; LISTEN: the backlog limit */
	/* Until the timer fires; with TC_HAVE_DROPS: packets dropped since it was made, modulo 2^32. */
	uint32_t expires_ms;
	uint8_t family;	     /* AF_INET or AF_INET6: of the socket, not of the address */
	uint8_t state;	     /* enum tc_state */
	uint8_t kind;	     /* enum tc_kind */
	uint8_t timer;	     /* enum tc_timer */
	uint8_t retrans;     /* retransmissions or unanswered probes so far */
	uint8_t shutdown;    /* bit 0: receive side, bit 1: send side */
	uint8_t flags;	     /* TC_FLAG_ bits */
	uint8_t direction;   /* enum tc_direction */
};

/* ---- Fields: everything that has a name in output, filters and groups ---------------- */

struct tc_field; /* a row of the field table; static, never freed */

/* A field, with the prefix lengths that remote.net and local.net take. */
struct tc_key {
	const struct tc_field *field;
	uint8_t prefix4; /* 0 to 32 */
	uint8_t prefix6; /* 0 to 128 */
};

TC_EXPORT size_t tc_field_count(void);
TC_EXPORT const struct tc_field *tc_field_at(size_t index);	/* NULL past the end */
TC_EXPORT const struct tc_field *tc_field_find(const char *name); /* NULL: no such field */
TC_EXPORT const char *tc_field_name(const struct tc_field *field);
TC_EXPORT const char *tc_field_help(const struct tc_field *field); /* translated */

/*
 * Parses "remote.addr" or "remote.net/16" or "remote.net/16/48" (IPv4 prefix, IPv6
 * prefix). -ENOENT: no such field; -EINVAL: a prefix where none is taken, or out of range.
 */
TC_EXPORT int tc_key_parse(const char *text, struct tc_key *ret_key);

/*
 * Writes the field of a socket as text, as in a table: at most `size` bytes with the NUL,
 * cut if need be. Returns the length, or 0 and "" where the field was not read.
 */
TC_EXPORT size_t tc_field_text(const struct tc_key *key, const struct tc_sock *sock, char *buf,
			       size_t size);

/* ---- Filters: the language of ss(8) -------------------------------------------------- */

struct tc_filter;

struct tc_filter_error {
	char text[256]; /* what is wrong, and the nearest right word where there is one */
	size_t offset;	/* of the offending word in the expression */
	size_t length;
};

/* Bits for tc_filter_parse(). */
enum {
	/* Names of hosts and devices are those of another machine: none but localhost is known. */
	TC_FILTER_FOREIGN = 1u << 0,
	/* Names of devices are those of each network namespace that is read. */
	TC_FILTER_EVERY_NETNS = 1u << 1,
};

/*
 * Parses a filter: "state time-wait dport = :443 and dst 10.0.0.0/8". An empty expression
 * lets every socket pass. Names of hosts, ports and devices are looked up once, here.
 * -EINVAL: not a filter, error says what and where; -ENODATA: what it asks for could not be
 * read, likewise; -ENOMEM.
 */
TC_EXPORT int tc_filter_parse(const char *expression, unsigned flags,
			      struct tc_filter **ret_filter, struct tc_filter_error *error);
TC_EXPORT void tc_filter_free(struct tc_filter *filter);

/* Whether the socket passes. A NULL filter lets everything pass. */
TC_EXPORT bool tc_filter_match(const struct tc_filter *filter, const struct tc_sock *sock);

/* ---- Looking ------------------------------------------------------------------------- */

enum { TC_FAMILY_INET = 1u << 0, TC_FAMILY_INET6 = 1u << 1 };

/* What to look at. Zeroed but for `size`, it means: every TCP socket of this namespace. */
struct tc_query {
	size_t size;
	const char *source;   /* NULL or "auto", "netlink", "proc", "bpf" */
	const char *netns;    /* NULL: this one; a name as -N takes it; "all" */
	const char *from;     /* NULL: the kernel; a file with a listing; "-": standard input */
	unsigned families;    /* TC_FAMILY_ bits; 0: both */
	uint32_t states;      /* TC_STATE_BIT()s; 0: all that netstat counts, i.e. but BOUND */
	const struct tc_filter *filter; /* NULL: all; borrowed for the call */
	const struct tc_key *keys; /* what will be asked of each socket; borrowed; the rest */
	size_t key_count;	   /* may be left unread. 0: everything that is cheap */
	/*
	 * Where owners are asked for: look at who holds what this long before the real look, and
	 * remember it for sockets that have no owner any more by then. 0: do not.
	 */
	uint32_t earlier_ms;
	/* Besides `from`: further files, read as one listing in this order; ended by NULL; or NULL. */
	const char *const *more_from;
};

#define TC_WHY_MAX 512
#define TC_REFUSED_MAX 4
#define TC_UNREAD_MAX 5
#define TC_ORIGINS_MAX 16
#define TC_UNUSED_MAX 8
#define TC_DAMAGED_MAX 8

/* How the looking went. All but `size` is filled by the library. */
/* Where listings are from, that kernel facts of Linux do not hold for. */
enum {
	TC_ORIGIN_OTHER_SYSTEM = 1u << 0, /* sockets of Windows, macOS, BSD, AIX, Solaris */
	TC_ORIGIN_TRACKED = 1u << 1,	  /* connections that conntrack knows, whosever they are */
};

/* How eBPF read, on kernels that do not let it do so in the fastest way. */
enum {
	TC_WAY_FASTEST,
	TC_WAY_PROBED,	 /* each read was a call (before Linux 6.2, or where it refuses others) */
	TC_WAY_ITERATOR, /* the kernel's own iterator counted (likewise, 6.1); `why` says why */
};

enum {
	TC_MAY_LACK = 1u << 0,	 /* some are missing: the numbers may be too small */
	TC_MAY_REPEAT = 1u << 1, /* some do not belong there, or twice: they may be too large */
};

struct tc_report {
	size_t size;
	const char *source; /* name of the source that was used */
	bool complete;	    /* false: `why` says what is wrong, `deviation` which way the numbers are */
	bool foreign;	    /* from a listing */
	char why[TC_WHY_MAX];
	uint64_t took_us;
	uint32_t states_not_read; /* states that this source cannot see on this kernel */
	struct {
		const char *source;
		char why[TC_WHY_MAX];
	} refused[TC_REFUSED_MAX]; /* better sources that did not work, best first */
	size_t refused_count;
	/* Only from a listing: */
	uint64_t lines;		/* read */
	uint64_t unread;	/* lines that look like a socket and could not be read */
	struct {
		uint64_t line;	/* 1 is the first */
		char why[96];
	} unread_line[TC_UNREAD_MAX]; /* the first few of them */
	char formats[128];	/* what was recognised, "ss, netstat (Linux)" */
	char unknown_words[128]; /* of the sockets in UNKNOWN, the first few: "BOGUS, FOO, ..." */
	uint32_t unseen; /* TC_HAVE_ bits that the keys asked for and no socket had */
	struct {
		const char *source; /* "bpf", "proc": how descriptors were read; NULL: not asked */
		uint64_t hidden_processes; /* whose descriptors this user may not see */
		uint64_t sockets[TC_ATTRIBUTION_COUNT]; /* handed over, by how their owner is known */
	} owners;
	/* Only of all network namespaces: */
	uint64_t netns_count;	/* that were read; 0: not all were asked for */
	uint64_t netns_skipped; /* that were found and could not be read */
	uint64_t netns_hidden;	/* processes that this user may not look at: theirs are unknown */
	/* Only from several files: that which the lines above are of, as the query names it. */
	const char *unread_file[TC_UNREAD_MAX];
	/* Only from a listing: TC_ORIGIN_ bits of what is no socket of a Linux machine. */
	unsigned origins;
	/*
	 * How long it was thought to take to read the sockets, of all namespaces together, where the
	 * source was chosen and it was known how many there are; or 0.
	 */
	uint64_t estimate_us;
	uint64_t found_us; /* of took_us, what it took to find the namespaces, where all were asked for */
	unsigned way;	      /* one of TC_WAY_ */
	/* Only from a listing: the files, as the query names them, and what was in each. */
	struct {
		const char *file;
		uint64_t sockets;	     /* records: a line of a counted table is one */
		uint32_t settings, counters; /* that were known by it first */
	} origin[TC_ORIGINS_MAX];
	size_t origin_count;	    /* of all files; past TC_ORIGINS_MAX they are not told */
	bool origins_have_readings; /* settings and counters were looked for */
	/* Only from several files: those with nothing in them that any command can use, and why. */
	struct {
		const char *file; /* as the query names it */
		char why[160];
	} unused[TC_UNUSED_MAX];
	size_t unused_count; /* of all files; past TC_UNUSED_MAX they are not told */
	/* Where it is not complete: TC_MAY_ bits, in which direction the numbers may be wrong. */
	unsigned deviation;
	/* Only of a diagnosis and of listeners: damaged lines with counters or settings, not used. */
	struct {
		const char *file; /* of the kernel, or as the query names it */
		uint64_t line;	  /* 1 is the first; 0: it is missing */
		char field[48];	  /* what is not known: "TcpExt ListenDrops", "tcp_mem" */
		char why[96];
	} damaged[TC_DAMAGED_MAX];
	size_t damaged_count;	/* of those here */
	uint64_t damaged_lines; /* of all */
	/* Only of all network namespaces: those where `source` failed, and another one served. */
	const char *otherwise_source; /* the last of these */
	uint64_t otherwise_count;
	/* Only from a listing: the first 64 keys by their place, where a socket had it, as a name too. */
	uint64_t given;
	uint64_t read_us; /* of took_us, what it took to read the sockets; 0: it was not measured */
	/* TC_STATE_BIT()s that `source` left to another one, which is quicker at them or alone has them. */
	uint32_t rest_states;
	const char *rest_source; /* NULL: there are none */
	/* Why no descriptors of processes could be read, and all who have any are hidden; or 0. */
	int owners_err;	    /* -errno */
	bool owners_in_why; /* why the owners of some are hidden, `why` says already */
};

/*
 * Receives sockets, some hundreds at a time, in the order of the source. Returns 0 to go
 * on, or a value that ends the scan and that tc_scan() returns.
 */
typedef int tc_sink(void *context, const struct tc_sock *socks, size_t count);

/*
 * Hands every socket that the query lets pass to the sink. Returns 0, what the sink
 * returned, or a negative errno: then report->why says what happened and what would help,
 * and no socket was handed over unless report->source is set. -ENODATA: a listing in which
 * no socket was found.
 */
TC_EXPORT int tc_scan(const struct tc_query *query, tc_sink *sink, void *context,
		      struct tc_report *report);

/* ---- The census ---------------------------------------------------------------------- */

struct tc_census {
	uint64_t states[TC_STATE_COUNT];
	uint64_t total;	 /* every state but BOUND */
	uint64_t in_use; /* ESTABLISHED: connections that can carry data both ways */
};

/* Counts by state, by the fastest way that the source has. Errors as tc_scan(). */
TC_EXPORT int tc_census_take(const struct tc_query *query, struct tc_census *ret_census,
			     struct tc_report *report);

/* Adds sockets to a census that was zeroed before. */
TC_EXPORT void tc_census_add(struct tc_census *census, const struct tc_sock *socks, size_t count);

/* ---- Groups -------------------------------------------------------------------------- */

struct tc_tally;

/* A tally by up to TC_KEYS_MAX keys. -EINVAL: no key or too many; -ENOMEM. */
#define TC_KEYS_MAX 32
TC_EXPORT int tc_tally_new(const struct tc_key *keys, size_t key_count, struct tc_tally **ret_tally);
TC_EXPORT void tc_tally_free(struct tc_tally *tally);

/* Adds sockets. Memory grows with the number of groups, not of sockets. -ENOMEM. */
TC_EXPORT int tc_tally_add(struct tc_tally *tally, const struct tc_sock *socks, size_t count);

/*
 * For who wants the largest groups alone: bounds the groups that are kept, to not fewer than 1024.
 * When there are more the smallest, half of them or more, are given up: they count among the
 * others, and one that comes again begins at 0. So no count is too high, none is too low by more
 * than tc_tally_too_low(), and each group that has more sockets than that is there.
 */
TC_EXPORT void tc_tally_bound(struct tc_tally *tally, size_t groups);
TC_EXPORT uint64_t tc_tally_too_low(const struct tc_tally *tally); /* 0: every count is exact */

/* Bytes that the groups take, or took when they were most or were sorted. */
TC_EXPORT uint64_t tc_tally_memory(const struct tc_tally *tally);

/*
 * Orders the groups: largest first, equal ones by their keys. Exact, unless bounded.
 * Rows past `top` (0: none) are summed up by tc_tally_other(). -ENOMEM.
 */
TC_EXPORT int tc_tally_sort(struct tc_tally *tally, size_t top);
TC_EXPORT size_t tc_tally_rows(const struct tc_tally *tally);
TC_EXPORT uint64_t tc_tally_row_count(const struct tc_tally *tally, size_t row);
TC_EXPORT size_t tc_tally_row_text(const struct tc_tally *tally, size_t row, size_t key, char *buf,
				   size_t size);
TC_EXPORT uint64_t tc_tally_total(const struct tc_tally *tally);
/*
 * Groups that are no rows, and the sockets in them. Where tc_tally_too_low() is not 0 there are at
 * most so many groups: one that was given up and came again is among them more than once.
 */
TC_EXPORT void tc_tally_other(const struct tc_tally *tally, uint64_t *ret_groups,
			      uint64_t *ret_count);

/* ---- Listeners ----------------------------------------------------------------------- */

struct tc_listening; /* the listeners of a machine, as tc_listeners_take() found them */

/* What sets the limit of an accept queue: the smaller of two when listen(2) is called. */
enum tc_limited_by {
	TC_LIMITED_BY_UNKNOWN = 0, /* not read, the members differ, or somaxconn was lowered since */
	TC_LIMITED_BY_BACKLOG,	   /* what the program asked for */
	TC_LIMITED_BY_SOMAXCONN,   /* net.core.somaxconn, as it is now; the program may ask for more */
};

/* Why a listener deserves a look: bits of tc_listener.trouble, worst first. */
enum {
	/*
	 * Connections of this namespace were dropped for a full queue, by what this one has dropped
	 * meanwhile; inferred where that is not known, or of several: it is, or was, full.
	 */
	TC_TROUBLE_OVERFLOWS = 1u << 0,
	TC_TROUBLE_FULL = 1u << 1,     /* an accept queue is over its limit: it takes nobody in */
	TC_TROUBLE_WAS_FULL = 1u << 2, /* that was so at the first look, and is so no more */
	/* Inferred: the same with SYNs, dropped or answered by a cookie. */
	TC_TROUBLE_SYN_OVERFLOWS = 1u << 3,
	TC_TROUBLE_SYN_FULL = 1u << 4,	/* as many half-open connections as its limit allows */
	TC_TROUBLE_HALF_FULL = 1u << 5, /* one of the two queues is more than half full */
	TC_TROUBLES = 6,
};

/* Bits of `have` below: what was read. */
enum {
	TC_LISTENER_QUEUES = 1u << 0,	  /* queue, limit, full */
	TC_LISTENER_BEFORE = 1u << 1,	  /* queue_before */
	TC_LISTENER_UNACCEPTED = 1u << 2, /* unaccepted */
	TC_LISTENER_SILENT = 1u << 3,	  /* silent */
	TC_LISTENER_PEERS = 1u << 4,	  /* silent_peers */
	TC_LISTENER_DROPS = 1u << 5,	  /* drops */
	TC_LISTENER_DROPPED = 1u << 6,	  /* dropped */
	TC_LISTENER_QUEUE = 1u << 7,	  /* queue, whose limit may be unknown */
};

/* One listening socket. */
struct tc_listener_socket {
	uint64_t cookie; /* 0: not read */
	uint64_t inode;	 /* 0: not read */
	uint32_t have;
	uint32_t queue;	       /* connections that wait to be accepted; limit + 1 of them fit */
	uint32_t limit;
	uint32_t queue_before; /* at the first of two looks */
	uint32_t limited_by;   /* enum tc_limited_by */
	uint32_t drops;	       /* packets, since it was made, modulo 2^32 */
	uint32_t dropped;      /* of these, those between the two looks */
};

/*
 * A listener: one listening socket, or all that share address, port, device and namespace
 * (SO_REUSEPORT), between which the kernel distributes connections. The numbers are sums.
 * The library makes these, so members can be added at the end.
 */
struct tc_listener {
	const struct tc_sock *socket; /* the first of its sockets, with the owners of all in text */
	const struct tc_listener_socket *sockets;
	size_t socket_count;
	uint32_t have;
	uint32_t trouble; /* TC_TROUBLE_ bits */
	/*
	 * 1000 for each place that its worst trouble stands above none (TC_TROUBLE_HALF_FULL:
	 * 1000, TC_TROUBLE_OVERFLOWS: 6000), and how full its fullest queue is, 0 to 999.
	 */
	uint32_t score;
	uint32_t limited_by; /* enum tc_limited_by, where all of its sockets agree */
	uint64_t queue, limit, queue_before;
	uint64_t full; /* sockets that are over their limit */
	uint64_t states[TC_STATE_COUNT]; /* of what came in by it; LISTEN: its sockets */
	uint64_t unaccepted; /* of ESTABLISHED and CLOSE_WAIT, what no program has taken yet */
	uint64_t silent; /* of SYN_RECV, those whose SYN+ACK was sent again */
	uint64_t silent_peers; /* how many addresses have these */
	/* Where that is one: of what came in, and is no SYN_RECV, so many at the least are its, too. */
	uint64_t carried_by_silent;
	/* Refused SYNs, refused last ACKs (twice each), and packets of handshakes that are useless. */
	uint64_t drops, dropped;
};

/*
 * A counter that tells of listeners, and what it rose by in the interval; of several namespaces
 * the sums.
 */
struct tc_listening_counter {
	const char *name;    /* "ListenOverflows", as in /proc/net/netstat */
	const char *meaning; /* in the caller's language */
	bool has_total, has_rise;
	uint64_t total, rise;
};

/* What is true of all listeners together. */
struct tc_listening_summary {
	uint64_t interval_us; /* between the two readings of the counters; 0: there was one */
	size_t listeners;     /* all, also those that the filter leaves out */
	/* Those with TC_TROUBLE_OVERFLOWS, with TC_TROUBLE_SYN_OVERFLOWS, and full ones of all. */
	size_t suspects, syn_suspects, full;
	size_t unread; /* those whose queues were not read, who can be no suspects */
	bool has_somaxconn; /* it was read, and is the same in all namespaces that were asked for */
	uint64_t somaxconn;
	bool drops_known;    /* of each listener it is known what it has dropped in the interval */
	bool suspects_known; /* and the suspects follow from that: nothing is inferred */
	uint64_t unexplained; /* of the rise of ListenDrops, what none that is here has dropped */
	bool has_gone; /* some that listened at the first look do no more: their drops are lost */
	bool several_netns; /* an address alone does not say which listener is meant */
};

/*
 * Looks at the listeners, waits, and looks again, with every connection that came in by one.
 * `interval_ms` 0, or a listing: one look, and nothing is known of what happened meanwhile.
 * The filter and the families of the query choose which listeners are handed out, not what is
 * counted for them; its keys and states are not used. Memory grows with the listeners, not
 * with the sockets. Errors as tc_scan(); no listener at all is none.
 */
TC_EXPORT int tc_listeners_take(const struct tc_query *query, uint64_t interval_ms,
				struct tc_listening **ret_listening, struct tc_report *report);
TC_EXPORT void tc_listening_free(struct tc_listening *listening);

/* The listeners that pass the filter, the highest score first; NULL past the end. */
TC_EXPORT size_t tc_listening_count(const struct tc_listening *listening);
TC_EXPORT const struct tc_listener *tc_listening_at(const struct tc_listening *listening,
						    size_t index);

/*
 * Those of all listeners that have one of these TC_TROUBLE_ bits, whether they pass the filter
 * or not, the highest score first; NULL past the end.
 */
TC_EXPORT const struct tc_listener *tc_listening_troubled(const struct tc_listening *listening,
							  uint32_t trouble, size_t index);

/* Of its sockets the one whose queue has the least room for its size; the first of several. */
TC_EXPORT const struct tc_listener_socket *tc_listener_fullest(const struct tc_listener *listener);

TC_EXPORT const struct tc_listening_summary *
tc_listening_summary(const struct tc_listening *listening);

/* false past the end. */
TC_EXPORT bool tc_listening_counter(const struct tc_listening *listening, size_t index,
				    struct tc_listening_counter *ret_counter);

/* ---- Ports: how many more connections can be opened ----------------------------------- */

/*
 * What is read once of the local ports of a namespace. A connection is told by its four ends,
 * so every destination has the whole range of local ports to itself, but for those that
 * somebody holds by bind(2).
 */
struct tc_ports;

struct tc_ports_query {
	size_t size;
	/*
	 * Where to look; NULL: here. Its filter and families choose the destinations that are
	 * told; which ports are free is judged by every socket, whatever they are.
	 */
	const struct tc_query *look;
	const struct tc_ports *since; /* read earlier, of the same: gives rates; or NULL */
	bool one;		      /* only `to`, also where nothing is connected to it */
	struct tc_addr to;	      /* from the address that the routes of the kernel choose */
	uint16_t to_port;
	const char *to_device; /* where `to` is link-local: name or number of the device; or NULL */
};

/* What holds for every destination of the namespace. */
struct tc_port_pool {
	uint16_t low, high; /* net.ipv4.ip_local_port_range */
	uint32_t reserved;  /* of them, by net.ipv4.ip_local_reserved_ports */
	uint32_t taken;	    /* of the rest: held by bind(2), so closed to every connect(2) */
	bool assumed;	    /* the range is a default: that of the listing's machine is not known */
	bool exact;	    /* the kernel was asked who chose each port; else it is inferred */
	char why[TC_WHY_MAX]; /* why it is not exact */
	double seconds;	      /* since the earlier reading; 0: there was none */
	uint64_t netns;	      /* inode number of the namespace; 0: of a listing */
	const char *netns_name; /* NULL: it has none */
	uint32_t taken_at_least, taken_at_most; /* not the same: taken is inferred */
};

/* From one address to one port of another. */
struct tc_destination {
	struct tc_addr local, remote;
	uint64_t netns;
	const char *netns_name; /* NULL: it has none */
	uint32_t ifindex;  /* of sockets that are bound to a device; else 0 */
	const char *iface; /* its name, where it was looked up */
	uint16_t remote_port;
	bool shared_pool; /* most of its sockets have their port from bind(2), for them alone */
	bool inferred;	  /* the numbers rest on what is likely, between the two bounds */
	uint32_t capacity; /* ports that it can have: free + used - reusable */
	uint32_t used;	   /* of them, with a connection to it in any state */
	uint32_t time_wait; /* of these, in TIME_WAIT */
	uint32_t reusable;  /* of these, a connect(2) may take over now (tcp_tw_reuse) */
	uint32_t free;	    /* further plain connect(2) that would succeed now */
	uint32_t free_at_least, free_at_most; /* not the same: free is not exact */
	uint32_t bind_free; /* further bind((local, 0)) that would; only with shared_pool */
	/*
	 * Connections, where this side is the first to close: the ports that no open one holds,
	 * by port_seconds.
	 */
	double sustains_per_second;
	bool rated;		    /* there was an earlier reading: the three below are known */
	/*
	 * Connections opened since then, of those that still are there. Not the same: some had their
	 * port then and now, and the source does not tell whether they are the same ones. The second
	 * infinite: ports may have been taken over more than once, and show one connection each.
	 */
	double per_second_at_least, per_second_at_most;
	/*
	 * Until none is free, or none is bind_free, if it goes on so; infinite: as many come back as
	 * are taken.
	 */
	double seconds_left;
	uint32_t reusable_at_least; /* of `reusable`, those that are known to be */
	double port_seconds; /* after which a port in TIME_WAIT is free: 60, or by tcp_tw_reuse */
	double sustains_at_least; /* by what is known to be taken over; less: the above is inferred */
};

/*
 * Reads the ports. Errors as tc_scan(); -ENODATA: the range of ports is not known;
 * -ENETUNREACH and other errors of connect(2): there is no way to query->to; -ENODEV: there is no
 * such device.
 */
TC_EXPORT int tc_ports_take(const struct tc_ports_query *query, struct tc_ports **ret_ports,
			    struct tc_report *report);
TC_EXPORT void tc_ports_free(struct tc_ports *ports); /* accepts NULL */

/* What holds for all destinations of a namespace, one for each that was read; NULL past the end. */
TC_EXPORT size_t tc_ports_pools(const struct tc_ports *ports);
TC_EXPORT const struct tc_port_pool *tc_ports_pool(const struct tc_ports *ports, size_t index);

/* The destinations, that with the fewest free ports first; NULL past the end. */
TC_EXPORT size_t tc_ports_count(const struct tc_ports *ports);
TC_EXPORT const struct tc_destination *tc_ports_at(const struct tc_ports *ports, size_t index);

/* ---- Diagnosis: is it normal, why, and what is there to do ----------------------------- */

struct tc_diagnosis; /* what the rules found, at one look or two */

enum tc_severity {
	TC_SEVERITY_NOTICE = 1,	  /* worth knowing, nothing is lost */
	TC_SEVERITY_WARNING = 2,  /* something is lost, or will be */
	TC_SEVERITY_CRITICAL = 3, /* connections fail now */
};

/* Bits of tc_diagnosis_query.flags. */
enum {
	TC_DIAGNOSE_ENGLISH = 1u << 0, /* texts for programs: not in the language of the locale */
};

struct tc_diagnosis_query {
	size_t size;
	const struct tc_query *look; /* NULL: this namespace. Its filter, states and keys are not used */
	uint64_t interval_ms;	     /* between two looks; 0, or a listing: one, and no rates */
	const char *const *ids;	     /* rules to apply, ended by NULL; NULL: all */
	unsigned flags;
};

/* A rule, as the table has it; texts are translated. Lists end with NULL. */
struct tc_rule_text {
	const char *id;	       /* "close-wait-leak" */
	int severity;	       /* enum tc_severity: the worst that it can find */
	const char *title;     /* one line */
	const char *threshold; /* when it speaks, and why there */
	const char *first;     /* one line: what to do first, where the first cause is the one */
	const char *const *causes;  /* most likely first */
	const char *const *confirm; /* commands, and what they show */
	const char *const *remedy;
	const char *const *avoid;   /* what is often said and does not help, and why */
	const char *const *sources; /* RFC section, kernel file and function, manual page */
	const char *scenario;	    /* of the laboratory that shows it; NULL: none */
};

/* What a rule found. */
struct tc_finding {
	struct tc_rule_text rule;
	int severity;		     /* enum tc_severity: of this finding */
	const char *const *evidence; /* sentences with this machine's numbers */
};

/* What is as it should be, although the number may look odd. */
struct tc_normal {
	const char *id; /* of the rule that says so */
	const char *text;
};

struct tc_not_checked {
	const char *id;
	const char *needs; /* what was not read, and what would help */
};

/*
 * Looks, waits, looks again, and applies the rules. Errors as tc_scan(); -ENOENT: an id that no
 * rule has.
 */
TC_EXPORT int tc_diagnosis_take(const struct tc_diagnosis_query *query,
				struct tc_diagnosis **ret_diagnosis, struct tc_report *report);
TC_EXPORT void tc_diagnosis_free(struct tc_diagnosis *diagnosis); /* accepts NULL */

/* The worst first, equals in the order of the table; NULL past the end. */
TC_EXPORT const struct tc_finding *tc_diagnosis_finding(const struct tc_diagnosis *diagnosis,
							size_t index);
TC_EXPORT const struct tc_normal *tc_diagnosis_normal(const struct tc_diagnosis *diagnosis,
						      size_t index);
TC_EXPORT const struct tc_not_checked *
tc_diagnosis_not_checked(const struct tc_diagnosis *diagnosis, size_t index);

/* "notice", "warning", "critical"; total. */
TC_EXPORT const char *tc_severity_name(int severity);

#ifdef __cplusplus
}
#endif

#endif
