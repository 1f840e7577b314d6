/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * bound.bpf.c - how many sockets are only bound; see bound.bpf.h.
 *
 * One whose connect(2) was refused goes back from the list of an address to that of all, and is met
 * in both. So sockets are not counted, but noted, and each counts once.
 */
#include "bpf/bound.bpf.h"

inline_always void start_chain(struct tc_walker *walker, struct tc_walk_lane *lane, u32 bucket)
{
	start_bucket(walker, lane, bucket);
}

inline_always int follow(struct tc_walker *walker, struct tc_walk_lane *lane, u32 which, u64 node)
{
	u64 sock = outer_of(node, bind_node), next = read_word(node), first = 0, list = lane->list;
	int bound = 0, same;

	if (lane->filled >= TC_WALK_STREAM)
		return NO_ROOM;
	if (lane->outer_node) {
		same = list_of_met(walker, sock) == list;
		bound = is_bound(walker, sock);
	} else {
		u64 port = outer_of(node, port_node);

		same = is_of_bucket(walker, lane);
		list = list_of_port(walker, port);
		first = first_of(walker, lane->bucket, port, list);
	}
	if (!same || !is_still_there(lane, node))
		return CHANGED;
	lane->list = list;
	if (bound)
		note(lane, walker->stream[which % TC_WALK_LANES], TC_WALK_STREAM, sock);
	if (lane->outer_node)
		go_on(lane, node, next);
	else
		enter(walker, lane, node, next, first);
	return GONE_ON;
}
