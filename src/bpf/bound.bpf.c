/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* bound.bpf.c - how many sockets are only bound; see bound.bpf.h. */
#include "bpf/bound.bpf.h"

inline_always void start_chain(struct tc_walker *walker, struct tc_walk_lane *lane, u32 bucket)
{
	start_bucket(walker, lane, bucket);
}

inline_always int follow(struct tc_walker *walker, struct tc_walk_lane *lane, u32 which, u64 node)
{
	u64 next = read_word(node);

	(void)which;
	if (read_word(node + 8) != lane->link)
		return CHANGED;
	if (!lane->outer_node) {
		enter(walker, lane, node, next);
		return GONE_ON;
	}
	lane->count += is_bound(walker, node - walker->layout.bind_node.word);
	go_on(lane, node, next);
	return GONE_ON;
}

inline_always int end_chain(struct tc_walker *walker, struct tc_walk_lane *lane, u64 node)
{
	(void)node;
	walker->totals[0] += lane->count;
	return 1;
}

inline_always void forget(struct tc_walk_lane *lane)
{
	lane->count = 0;
	lane->outer_node = 0;
}
