/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * bound.bpf.c - how many sockets have a port and neither listen nor connect.
 *
 * They are in no hash but that of bound ports and addresses (inet_hashinfo.bhash2), whose chains
 * are of struct inet_bind2_bucket, each with a list of the sockets that have it: a chain of
 * chains. What is counted is what inet_diag_dump_icsk() dumps for TCPF_BOUND_INACTIVE: sockets in
 * CLOSE with a port. See walk.bpf.h for the walk.
 */
#include "bpf/walk.bpf.h"

enum { KERNEL_CLOSE = 7 };

inline_always void find(struct tc_walker *walker, u64 hashinfo)
{
	const struct tc_walk_layout *layout = &walker->layout;

	walker->table = read_at(hashinfo, &layout->bhash2);
	walker->buckets = read_at(hashinfo, &layout->bhash_size) & 0xffffffff;
	walker->bucket_size = layout->bind_bucket.word;
	walker->bucket_chain = layout->bind_chain.word;
}

inline_always void fetch(const struct tc_walker *walker, u64 node)
{
	(void)walker; /* in a socket the state is beside the node */
	(void)read_word(node);
}

/* A port and address: its sockets come before the next of the chain. */
inline_always void enter(struct tc_walker *walker, struct tc_walk_lane *lane, u64 node, u64 next)
{
	const struct tc_walk_layout *layout = &walker->layout;
	u64 port = node - layout->port_node.word, first = 0;

	if (is_wanted(walker, read_word(port + layout->port_net.word)))
		first = read_word(port + layout->port_owners.word);
	if (first) {
		lane->outer_node = next ? next : NOWHERE;
		lane->outer_link = node;
		lane->link = port + layout->port_owners.word;
		lane->node = first;
	} else {
		lane->link = node;
		lane->node = next ? next : NOWHERE;
	}
}

inline_always void look_at(struct tc_walker *walker, struct tc_walk_lane *lane, u64 node)
{
	const struct tc_walk_layout *layout = &walker->layout;
	u64 sock = node - layout->bind_node.word;
	u64 head = read_word(sock + layout->state.word);
	u32 is_v6 = ((head >> (layout->family.shift & 63)) & 0xffff) == AF_INET6;

	if (((head >> (layout->state.shift & 63)) & 255) == KERNEL_CLOSE &&
	    (walker->families >> is_v6 & 1) && (read_at(sock, &layout->sport) & 0xffff))
		lane->count++;
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
	look_at(walker, lane, node);
	lane->link = next ? node : lane->outer_link;
	lane->node = next ? next : lane->outer_node;
	if (!next)
		lane->outer_node = 0;
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
