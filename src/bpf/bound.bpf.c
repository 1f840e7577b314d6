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

	(void)which;
	if (has_no_room(walker, TC_WALK_BOUND_NOTED))
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
		note(walker, walker->bound, TC_WALK_BOUND_NOTED, sock);
	if (lane->outer_node)
		go_on(lane, node, next);
	else
		enter(walker, lane, node, next, first);
	return GONE_ON;
}

inline_always void end_chain(struct tc_walker *walker, struct tc_walk_lane *lane)
{
	(void)walker;
	(void)lane;
}

inline_always void forget(struct tc_walk_lane *lane)
{
	lane->outer_node = 0;
	lane->list = 0;
}
