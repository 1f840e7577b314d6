/* SPDX-License-Identifier: MIT */
/*
 * netlink_bound.h - the dump of sockets that are only bound, made again until it is whole.
 *
 * The kernel goes on with such a dump by position in the list of all sockets of a port, sixteen of
 * the wanted ones at a time (net/ipv4/inet_diag.c, inet_diag_dump_icsk, SKARR_SZ). Where
 * connections of that port end meanwhile, those behind them move up, and as many are passed over:
 * nothing in the answer tells. So a dump with which the kernel may have gone on is made again,
 * until two in succession had the same sockets. That is not enough where connections come as fast as
 * they end: these wait for the list while the kernel reads it, have their turn when it lets go of
 * it, and so it passes over the same sockets each time. But there it also comes to some of them
 * twice, as one that has come moves all others down. So a dump that did proves nothing.
 */
#ifndef TC_SOURCE_NETLINK_BOUND_H
#define TC_SOURCE_NETLINK_BOUND_H

#include "source/diag_message.h"
#include "source/netlink.h"
#include "util/map.h"

/* What came in one dump, whatever the order. */
struct tc_netlink_found {
	uint64_t count;
	uint64_t sum;  /* of what identifies each socket */
	bool repeated; /* one came twice */
};

struct tc_netlink_bound {
	const struct tc_netlink_dump *dump; /* whose sink gets each socket once in each dump */
	struct mnl_socket *socket;
	struct tc_diag_recent *recent;
	void (*begin)(void *context); /* another dump begins, of dump->context; or NULL */

	/* What has been found; at first zero. */
	bool settled;		       /* found is whole, or dump->report says what went wrong */
	struct tc_netlink_found found; /* by the last dump; where it is not settled, by the largest */
	struct tc_netlink_found last;
	unsigned dumps;
	uint64_t took_us; /* all of them */
	struct tc_map seen; /* identities, and the last dump that each was in; owned */
	bool passed_over;   /* one was in a dump, not in a later one, and then again; */
	bool repeated;	    /* or came twice in one */
};

void tc_netlink_bound_release(struct tc_netlink_bound *bound);

/*
 * How often it may be tried: as long as something else would count them as well, and where there
 * is nothing else.
 */
struct tc_netlink_patience {
	unsigned dumps; /* in all */
	uint64_t us;	/* no further one is begun after so long */
	uint64_t pause_us; /* before the third dump, and twice as long before each that follows */
};

extern const struct tc_netlink_patience tc_netlink_brief, tc_netlink_patient;

/*
 * Dumps until it is settled or patience ends; called again, it goes on. Returns 0, what the sink
 * returned, or an error as tc_netlink_dump() does.
 */
int tc_netlink_bound_read(struct tc_netlink_bound *bound,
			  const struct tc_netlink_patience *patience);

/*
 * One more dump, to hand over what was found by then. Where it has not the same sockets, it is no
 * longer settled.
 */
int tc_netlink_bound_repeat(struct tc_netlink_bound *bound);

/* Where it is not settled, that some may be missing is said in dump->report. */
void tc_netlink_bound_report(const struct tc_netlink_bound *bound);

#endif
