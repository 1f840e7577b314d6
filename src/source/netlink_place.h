/* SPDX-License-Identifier: MIT */
/*
 * netlink_place.h - what is only bound, told by its place in a dump of every state.
 *
 * Asked for alone it costs as much as all connections: the kernel walks their table as well, and
 * finds nothing that was asked for (net/ipv4/tcp_diag.c, tcp_diag_dump). Asked for together with
 * them it costs next to nothing. But it is told in state 7 (CLOSE), and so is a connection that
 * ended between the look at its state and the writing down of it, and is none any more. The place
 * tells them apart: first come the listeners, then what is bound, then the connections.
 *
 * Only the first of the connections could be taken for a bound one, and it has a remote port
 * still. What is bound has none, unless it was connected once. The other way round, one that is
 * bound may connect before it is written down, and looks like the first of the connections; then
 * state 7 comes again after it. So where one has a remote port, or something is out of its order,
 * the place tells nothing, and what is bound has to be asked for alone; and where the kernel may
 * have let go of a list (netlink_bound.h), which it does after sixteen, and where a buffer is full.
 */
#ifndef TC_SOURCE_NETLINK_PLACE_H
#define TC_SOURCE_NETLINK_PLACE_H

#include <linux/inet_diag.h>
#include <stdbool.h>
#include <stddef.h>

/* The kernel holds on to so many sockets of a list before it lets go of the list (SKARR_SZ). */
enum { TC_NETLINK_HELD_AT_ONCE = 16 };

/* One dump as it comes in; at first zero but for parts. */
struct tc_netlink_place {
	const size_t *parts; /* the buffers that sockets came in by now */
	size_t bound;	     /* sockets */
	size_t begun_in;     /* the buffer of the last listener, counted from 1; 0: there was none */
	size_t over_in;	     /* that of the first connection */
	bool over;	     /* a connection came */
	bool doubtful;	     /* one may have been a connection */
};

/*
 * Whether this message, the next one of the dump, is in state 7: of a socket that is only bound, if
 * the place is sure at the end, and else of none that is counted.
 */
bool tc_netlink_place_takes(struct tc_netlink_place *place, const struct inet_diag_msg *message);

/* After the dump: whether those were all that are bound, and nothing else. */
bool tc_netlink_place_is_sure(const struct tc_netlink_place *place);

#endif
