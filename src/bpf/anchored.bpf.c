/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * anchored.bpf.c - which sockets are only bound, where a list may be long; see bound.bpf.h.
 *
 * All connections that came in by one port of a server, and what is left of them in TIME_WAIT, are
 * in one list, and to follow it is to wait for memory a million times. So lanes also begin within
 * lists: at anchors, which are sockets that were met among connections a moment ago. Who comes to
 * an anchor leaves the rest of the list to the lane that begins there.
 *
 * An anchor may go meanwhile. If nobody has come to it by then, who comes where it was goes on,
 * and all is well, though a part may be walked twice: so sockets are not counted, but noted, and
 * each counts once. If somebody has left the rest to it, and nobody could begin there, that part
 * is not known: the caller sees both in what became of the anchor.
 */
#include "bpf/bound.bpf.h"
#include "bpf/mark.bpf.h"

/* Most lists are short: an anchor in the first few of a list is passed, which is cheaper. */
enum { SHORT = 4 };

/* Anchors come before the buckets, as if each were one. */
inline_always void start_chain(struct tc_walker *walker, struct tc_walk_lane *lane, u32 bucket)
{
	u64 sock, node, is_none;

	if (bucket >= TC_WALK_ANCHORS) {
		u32 all = is_zero(walker->begin_count), at;

		bucket -= TC_WALK_ANCHORS;
		at = walker->begin[bucket & (TC_WALK_BEGIN - 1)];
		start_bucket(walker, lane, bucket * all + at * (1 - all));
		return;
	}
	sock = walker->anchors.at[bucket].sock;
	is_none = is_zero(sock);
	node = inner_of(sock, bind_node) & (is_none - 1);
	lane->outer_node = (1 - is_none) * NOWHERE;
	lane->outer_link = 0;
	lane->link = read_word(node + 8);
	lane->node = node + is_none * NOWHERE;
}

/* Of an anchor: whether it still is one. (Asked here, since a chain is begun in several places.) */
inline_always int can_begin(struct tc_walker *walker, const struct tc_walk_lane *lane, u64 node,
			    u64 sock)
{
	u32 slot = lane->bucket & (TC_WALK_ANCHORS - 1);

	if (!((read_word(lane->link) ^ node) |
	      (mark_of_sock(sock) ^ walker->anchors.at[slot].mark)))
		return 1;
	walker->anchors.became[slot] |= TC_WALK_ANCHOR_GONE;
	return 0;
}

/* Whether another lane begins here. */
inline_always int is_anchor(struct tc_walker *walker, const struct tc_walk_lane *lane, u64 sock)
{
	u32 slot = tc_walk_anchor_slot(sock) & (TC_WALK_ANCHORS - 1);
	const struct tc_walk_sample *anchor = &walker->anchors.at[slot];

	if ((anchor->sock ^ sock) | is_zero(slot ^ lane->bucket) ||
	    mark_of_sock(sock) != anchor->mark)
		return 0;
	walker->anchors.became[slot] |= TC_WALK_ANCHOR_MET;
	return 1;
}

inline_always int follow(struct tc_walker *walker, struct tc_walk_lane *lane, u32 which, u64 node)
{
	u64 sock = outer_of(node, bind_node), next = read_word(node), first = 0, list = lane->list;
	int bound = 0, same;

	if (lane->filled >= TC_WALK_FOUND)
		return NO_ROOM;
	if (lane->outer_node) {
		list = list_of_met(walker, sock);
		if (!lane->list) {
			if (!can_begin(walker, lane, node, sock)) {
				lane->node = NOWHERE;
				return GONE_ON;
			}
			lane->list = list;
		}
		same = list == lane->list;
		if (++lane->seen > SHORT && is_anchor(walker, lane, sock))
			next = 0;
		else
			bound = is_bound(walker, sock);
	} else {
		u64 port = outer_of(node, port_node);

		same = is_of_bucket(walker, lane);
		list = list_of_port(walker, port);
		first = first_of(walker, lane->bucket - TC_WALK_ANCHORS, port, list);
	}
	if (!same || !is_still_there(lane, node))
		return CHANGED;
	lane->list = list;
	if (bound)
		note(lane, walker->anchors.stream[which % TC_WALK_LANES], TC_WALK_FOUND, sock);
	if (lane->outer_node)
		go_on(lane, node, next);
	else
		enter(walker, lane, node, next, first);
	return GONE_ON;
}
