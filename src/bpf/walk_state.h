/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * walk_state.h - what the walk's programs in the kernel and their caller share.
 *
 * A walker is a processor's share of the work. It follows several chains at a time, one in each
 * of its lanes, because a step along a chain waits for memory, and the steps of different chains
 * can wait together. What a lane has found counts when the end of its chain has shown that it did
 * not change meanwhile. A lane whose stream is full waits where it is: its caller keeps what it has
 * found of its chain aside, so a chain may be of any length.
 */
#ifndef TC_BPF_WALK_STATE_H
#define TC_BPF_WALK_STATE_H

#ifndef __bpf__ /* there vmlinux.h has them, and is included before */
#include <stdint.h>
#endif

/* Where a number is: in the word of 64 bits at `word`, after a shift to the right. */
struct tc_walk_place {
	uint32_t word, shift;
};

/* Offsets in the running kernel; filled by layout.c. Those in a socket are from its start. */
struct tc_walk_layout {
	struct tc_walk_place node;		     /* struct hlist_nulls_node: next, pprev */
	struct tc_walk_place family, state, ifindex; /* all in one word */
	struct tc_walk_place daddr, saddr;	     /* of IPv4, in one word */
	struct tc_walk_place dport, sport;	     /* in one word */
	struct tc_walk_place daddr6, saddr6;
	struct tc_walk_place net;
	struct tc_walk_place lot, timewait_lot, request_lot; /* see mark.bpf.h; word 0: none */
	struct tc_walk_place substate;			   /* of timewait minisockets */
	struct tc_walk_place retransmits, pending, probes; /* of full sockets: the timer */
	struct tc_walk_place socket;			   /* NULL: no descriptor */
	struct tc_walk_place uid;			   /* of full sockets, and of what */
	struct tc_walk_place inode;			   /* holds them; word 0: not known */
	struct tc_walk_place request_retrans;		   /* of requests */
	struct tc_walk_place backlog, backlog_max;	   /* of listeners */
	struct tc_walk_place inum;			   /* in struct net */
	/* The way from the running task to the table. */
	struct tc_walk_place nsproxy, net_ns, hashinfo, ehash, ehash_mask;
	struct tc_walk_place chain;  /* in a bucket */
	struct tc_walk_place bucket; /* word: the size of one */
	/* The table of listeners: likewise. */
	struct tc_walk_place lhash2, lhash2_mask, listen_chain, listen_bucket;
	/* The table of bound ports: its buckets, what is in their chains, and whose they are. */
	struct tc_walk_place bhash2, bhash_size, bind_chain, bind_bucket;
	struct tc_walk_place port_node, port_net, port_owners, port_number;
	struct tc_walk_place port_address, port_kind; /* word 0: not known */
	struct tc_walk_place bind_node; /* in a socket */
};

/*
 * What sockets are counted by: the kernel's number of the state, less one. There is no LISTEN
 * among connections; its place there is that of FIN_WAIT2 as a minisocket.
 */
enum {
	TC_WALK_SLOTS = 12,
	TC_WALK_SLOT_TIME_WAIT = 5,
	TC_WALK_SLOT_LISTEN = 9,
	TC_WALK_SLOT_FIN_WAIT2_MINI = 9,
	TC_WALK_SLOT_REQUEST = 11,
	TC_WALK_TIMEWAIT = 1 << TC_WALK_SLOT_TIME_WAIT | 1 << TC_WALK_SLOT_FIN_WAIT2_MINI, /* bits */
};

enum {
	TC_WALK_LANES = 32,
	TC_WALK_AHEAD = 32,	 /* words that are asked for besides the chains, */
	TC_WALK_AHEAD_FIRST = 8, /* so many of them before those */
	TC_WALK_EMPTIES = 3,	 /* empty buckets that are passed in the step that comes to them */
	TC_WALK_STREAM = 2048, /* words in a lane's stream */
	TC_WALK_ENOUGH = 1280, /* with so many a lane takes no more buckets */
	TC_WALK_RECORD = 8,    /* words of a record */
	TC_WALK_RETRIES = 1000,
	TC_WALK_NAMESPACES = 16384, /* at most so many at once */
	TC_WALK_LISTED = 4 * TC_WALK_NAMESPACES, /* room in their table */
};

/* The words of a record. */
enum {
	TC_WALK_RECORD_WHAT, /* slot, and above 32 bits the number of the namespace */
	TC_WALK_RECORD_HEAD, /* family, ifindex */
	TC_WALK_RECORD_PORTS,
	TC_WALK_RECORD_V4,     /* of both families: mapped addresses stand there, too */
	TC_WALK_RECORD_DADDR6, /* two words; of IPv6 only; of a listener: */
	TC_WALK_RECORD_BACKLOG = TC_WALK_RECORD_DADDR6, /* accept queue, and its limit above */
	TC_WALK_RECORD_HOLDER, /* inode, and the number of the user above; 0: not known */
	TC_WALK_RECORD_SADDR6 = 6,
};

/* A word about a socket that is told apart: bits, and above 32 the number of the namespace. */
enum {
	TC_WALK_WORD_SLOT = 0,
	TC_WALK_WORD_RETRANSMITS = 4,
	TC_WALK_WORD_PROBES = 12,
	TC_WALK_WORD_PENDING = 20,
	TC_WALK_WORD_SOCKET = 28, /* one bit */
};

/*
 * A socket that has been met among connections, and its mark, which tells its ports, too
 * (mark.bpf.h).
 */
struct tc_walk_sample {
	uint64_t sock, mark;
};

/*
 * Places to begin at within long lists of sockets that share a port, so that several lanes can
 * follow one list: see anchored.bpf.c.
 */
enum {
	TC_WALK_SAMPLES = 512, /* of a walker */
	TC_WALK_ANCHOR_BITS = 12,
	TC_WALK_ANCHORS = 1 << TC_WALK_ANCHOR_BITS,
	TC_WALK_FOUND = 256, /* words in a lane's stream beside them */
};

/*
 * Whether all sockets of the lists of a port have been met elsewhere shows without following them.
 * A list is a chain of pointers, from its head to the first socket and from each to the next. Each
 * socket that is met adds the pointer that it goes on with, and takes away the one that leads to
 * it; each list adds that of its head. Of a list of which nobody is missing nothing is left,
 * whatever the order. A socket that was not met leaves both of its pointers, and then the lists
 * are followed.
 *
 * The memory of a socket may be another's a moment later, in another list. So what is summed up is
 * not sockets, but pointers: from where, to where, and in which list, which is told by port and
 * address. The heads are read before anybody is met. If nothing is left of a list then, who was met
 * makes a chain from its head as it was to its last; so one that stays bound between those is noticed
 * unless two neighbours that are older than it, and all that were before it from the head on, have
 * closed meanwhile and come again, the oldest first, each in the memory that it had, and were met
 * before or after just so that each counts once. (From another list they would do, too, were it of
 * the same port and, before Linux 6.8, of another address.)
 *
 * A sum has 32 bits: of some four thousand million lists in which somebody is missing one comes out
 * as 0.
 */
enum { TC_WALK_SUMS = 16384 }; /* ports that differ by that many share a sum */

/*
 * What stands for a pointer in a sum: its place, the node that it leads to, and a number of the
 * list, which is a secret; 0 for one that leads nowhere. It has to be far from linear: sockets lie
 * at regular distances, and those that are missing must not cancel out.
 */
static inline __attribute__((always_inline)) uint32_t tc_walk_pointer(uint64_t place, uint64_t node,
								      uint64_t list)
{
	uint64_t hash = (place ^ list) * node;

	return (uint32_t)(hash ^ hash >> 32);
}

/* Of what makes the number of a list, see walk.bpf.h. */
enum {
	TC_WALK_LIST_PORT,
	TC_WALK_LIST_ADDRESS,
	TC_WALK_LIST_UPPER, /* half of an address of IPv6 */
	TC_WALK_LIST_FACTORS,
};

/* What is done with the lists of ports. */
enum tc_walk_lists {
	TC_WALK_LISTS_ALL = 0,	 /* all are followed */
	TC_WALK_LISTS_FIRST = 1, /* none: the head of each is summed up, and it is noted */
	TC_WALK_LISTS_LEFT = 2,	 /* those of which the sum is not 0 */
};

/* What has become of an anchor: bits. */
enum {
	TC_WALK_ANCHOR_MET = 1,	 /* who came to it has left the rest to whom begins there */
	TC_WALK_ANCHOR_GONE = 2, /* nobody could begin there */
};

struct tc_walk_anchors {
	struct tc_walk_sample at[TC_WALK_ANCHORS]; /* by tc_walk_anchor_slot(); 0: none */
	uint8_t became[TC_WALK_ANCHORS];
	uint64_t stream[TC_WALK_LANES][TC_WALK_FOUND]; /* sockets, some of them more than once */
};

/*
 * A list that was met while what leads to the first of each was summed up: its port, and the bucket
 * in which it is. Where some are to be followed then, only their buckets are walked.
 */
struct tc_walk_list {
	uint16_t bucket, port;
};

enum {
	TC_WALK_BUCKETS = 65536, /* at most so many (net/ipv4/tcp.c, tcp_init()); else none is noted */
	TC_WALK_LISTS = 65536,	 /* that a walker can note */
	TC_WALK_BEGIN = 32768,	 /* buckets that are worth being told apart */
};

/* Where an anchor stands, if it does. */
static inline __attribute__((always_inline)) uint32_t tc_walk_anchor_slot(uint64_t sock)
{
	return (uint32_t)(sock * 0x9e3779b97f4a7c15ull >> (64 - TC_WALK_ANCHOR_BITS));
}

/* What makes a chain a long one: bits. */
enum {
	TC_WALK_LONG_COUNT = 1u << 0, /* there is something in `more` */
	TC_WALK_LONG_ASIDE = 1u << 1, /* and with the caller */
};

/* As struct tc_glance_ends (model/glance.h): there the tables are told of. */
enum { TC_WALK_FAR_BITS = 10, TC_WALK_FAR = 1 << TC_WALK_FAR_BITS };

struct tc_walk_ends {
	uint32_t far[TC_WALK_FAR];
	uint64_t near[65536 / 64];
};

struct tc_walk_lane {
	uint64_t node;	     /* the next; odd: the end of a chain; 0: the lane is at rest */
	uint64_t link;	     /* the pointer that led there */
	uint64_t next, head, further; /* words of the node, as the last fetch has read them */
	uint64_t count;	     /* of this chain: five bits a slot */
	uint64_t outer_node; /* of a chain of chains: where it goes on; 0: this is the outer */
	uint64_t outer_link;
	uint64_t list; /* of a chain of chains: which of them it is in, or was last; 0: none yet */
	uint64_t mark; /* of the place where a run has ended */
	uint64_t left; /* a socket of which more is to be read by the next step; 0: none */
	uint64_t left_link;
	uint64_t paused; /* at rest: the node to go on with, once the stream is empty; or 0 */
	uint32_t left_slot;
	uint32_t bucket;
	uint32_t seen; /* sockets in count; of a chain of chains: in this one */
	uint32_t retries;
	uint32_t kept;		      /* words in the stream, up to the chains that are done */
	uint32_t filled;	      /* and with those of this chain */
	uint32_t is_long;	      /* TC_WALK_LONG_ bits */
	uint32_t proven;	      /* the end was reached of the chain that has words aside */
	uint32_t more[TC_WALK_SLOTS]; /* of this chain, what count had no room for */
};

struct tc_walker {
	/* Set by the caller. */
	struct tc_walk_layout layout;
	uint64_t table; /* and what follows: set by a run that looks for it */
	uint64_t buckets;
	uint32_t bucket_size, bucket_chain; /* bytes of one, and to its chain */
	uint64_t net;		/* whose sockets; 0: of those that are listed */
	uint32_t listed_factors[2]; /* one's two places: times that, and the upper bits of it */
	uint32_t listed_shift;
	uint32_t families;		    /* bit 0: IPv4, bit 1: IPv6 */
	/*
	 * Bits: of which a scan tells each in the stream; and a count, of full sockets and requests,
	 * those whose timer had to repeat or to ask; and of some also those full sockets whose timer
	 * runs, or that have no descriptor.
	 */
	uint32_t slots, slots_closely;
	/* What of the word with the timer of a full socket is set then; the second: of some. */
	uint64_t timer_bits[2];
	uint32_t tell_net;  /* words carry the number of the namespace */
	uint32_t listening; /* the table of listeners is walked, not that of connections */
	uint32_t nulls_base; /* the end of a chain names its bucket, and this more */
	uint32_t next, end; /* buckets to go */
	uint32_t closer_every; /* one in so many is looked at closer; UINT32_MAX: none */
	uint32_t notes_ends;   /* of those: their ends are noted */
	uint32_t samples_of;   /* and bits: slots of which sockets are sampled, */
	uint32_t sample_every; /* one in so many of them */
	uint32_t summed;       /* bits: slots of which every socket adds to the sums */
	uint32_t lists;	       /* enum tc_walk_lists */
	/* Drawn by lot; that of the address is 0 where lists are told by their ports alone. */
	uint64_t list_factors[TC_WALK_LIST_FACTORS];
	uint32_t begin_count;  /* so many buckets are walked, by `begin`; 0: all */
	/* Set by the program. */
	uint32_t resting;  /* lanes at rest */
	uint32_t repeated; /* chains that were walked again */
	uint32_t given_up; /* chains that could not be walked */
	uint32_t packed_seen;
	uint64_t packed; /* counts of chains, five bits a slot */
	uint64_t totals[TC_WALK_SLOTS];
	struct tc_walk_ends ends;
	uint32_t passed;    /* since the last that was looked at closer */
	uint32_t unsampled; /* of those, since the last sample */
	uint32_t sample_count;
	uint32_t list_count; /* in noted; more than there is room for: some are not there */
	uint32_t ahead_count;
	uint64_t ahead[TC_WALK_AHEAD]; /* addresses of what lanes have left to their next steps */
	struct tc_walk_lane lanes[TC_WALK_LANES];
	struct tc_walk_sample samples[TC_WALK_SAMPLES];
	/*
	 * By port; set by the caller, or added to, as `lists` says. An instruction reaches no
	 * further than 32 KiB, so what is large comes last.
	 */
	uint32_t sums[TC_WALK_SUMS];
	union {
		uint64_t stream[TC_WALK_LANES][TC_WALK_STREAM];
		struct tc_walk_list noted[TC_WALK_LISTS];
		struct {
			struct tc_walk_anchors anchors;
			uint16_t begin[TC_WALK_BEGIN]; /* numbers of buckets */
		};
	};
	uint32_t listed[TC_WALK_LISTED]; /* of namespaces, see netns_set.h; 0: nothing */
};

/* What a run is told. */
struct tc_walk_run {
	uint32_t walker;
	uint32_t steps; /* at most so many; 0: look for the table and the namespace */
};

#endif
