/* SPDX-License-Identifier: MIT */
/*
 * census.h - the laboratory's own count of sockets, read from sock_diag.
 *
 * The laboratory is the yardstick that the program is measured with, so it counts
 * with code and state names of its own: a mistake in the program's reader or in its
 * table of states must not be shared by what is meant to find it.
 */
#ifndef TC_LAB_CENSUS_H
#define TC_LAB_CENSUS_H

#include <stddef.h>
#include <stdint.h>

struct inet_diag_msg;
struct mnl_socket;
struct sockaddr_in;

/* The numbers of the kernel's include/net/tcp_states.h; 12 is shown as SYN_RECV. */
enum lab_state {
	LAB_NONE = 0,
	LAB_ESTABLISHED = 1,
	LAB_SYN_SENT = 2,
	LAB_SYN_RECV = 3,
	LAB_FIN_WAIT1 = 4,
	LAB_FIN_WAIT2 = 5,
	LAB_TIME_WAIT = 6,
	LAB_CLOSED = 7,
	LAB_CLOSE_WAIT = 8,
	LAB_LAST_ACK = 9,
	LAB_LISTEN = 10,
	LAB_CLOSING = 11,
	LAB_BOUND = 13,
	LAB_STATES = 14,
};

enum lab_family {
	LAB_V4,
	LAB_V6,
	LAB_FAMILIES,
};

struct lab_census {
	unsigned count[LAB_FAMILIES][LAB_STATES];
};

/* Who has the socket: a process (it has an inode), or the kernel alone (orphans, minisockets). */
enum lab_holder {
	LAB_ANY_HOLDER,
	LAB_HELD,
	LAB_ORPHAN,
};

/* Which sockets to count; a port of 0 means any. */
struct lab_filter {
	uint16_t local_port;
	uint16_t remote_port;
	enum lab_holder holder;
	unsigned retrans; /* only those that were repeated so often or more */
	unsigned timer;	  /* only those whose timer is this one of the kernel's; 0: any */
	unsigned left_ms; /* only those whose timer has so long to go or more */
};

/* The name as the kernel and netstat write it; "UNKNOWN" for anything else. */
const char *lab_state_name(unsigned state);

/* All sockets in that state, both families. */
unsigned lab_census_of(const struct lab_census *census, unsigned state);

/*
 * Writes "ESTABLISHED=3 LISTEN=1" for one family, or for both when family is
 * LAB_FAMILIES; states without sockets are left out. Truncates when size is too small.
 */
void lab_census_print(const struct lab_census *census, enum lab_family family, char *text,
		      size_t size);

/* Opens sock_diag in the calling thread's network namespace; NULL with errno. */
struct mnl_socket *lab_diag_open(void);

typedef void (*lab_diag_fn)(const struct inet_diag_msg *msg, void *data);

/*
 * Calls fn for each socket of one family (AF_INET, AF_INET6) in one of the states, given as
 * bits 1 << state. Returns 0 or -errno.
 */
int lab_diag_dump(struct mnl_socket *diag, uint8_t family, uint32_t states, lab_diag_fn fn,
		  void *data);

/*
 * The same for the one socket of those ends, which the kernel finds without a walk through all of
 * the machine's; for the listener of its local port, where there is none. Returns 0 or -errno.
 */
int lab_diag_find(struct mnl_socket *diag, const struct sockaddr_in *local,
		  const struct sockaddr_in *remote, lab_diag_fn fn, void *data);

/* Counts the sockets of the namespace that diag was opened in. Returns 0 or -errno. */
int lab_diag_census(struct mnl_socket *diag, const struct lab_filter *filter,
		    struct lab_census *ret_census);

/*
 * Ends every socket but those in TIME_WAIT of the calling thread's network namespace on the spot
 * (SOCK_DESTROY). Orphans would else keep the namespace alive until their retransmissions give up,
 * nearly two minutes later; TIME_WAIT keeps nothing and goes with the namespace. The caller makes
 * sure that the namespace is one of the laboratory's.
 */
int lab_diag_destroy_all(void);

#endif
