/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * bound.bpf.h - sockets that have a port and neither listen nor connect.
 *
 * They are in no hash but that of bound ports and addresses (inet_hashinfo.bhash2), whose chains
 * are of struct inet_bind2_bucket, each with a list of the sockets that have it: a chain of
 * chains. What is looked for is what inet_diag_dump_icsk() dumps for TCPF_BOUND_INACTIVE: sockets
 * in CLOSE with a port. See walk.bpf.h for the walk.
 */
#ifndef TC_BPF_BOUND_BPF_H
#define TC_BPF_BOUND_BPF_H

#include "bpf/at_once.bpf.h"
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

/*
 * In a socket the state is beside the node, and in a port, mostly, what leads to the first of its
 * sockets is not. That is read of sockets, too: to ask which it is would take longer.
 */
inline_always void fetch(const struct tc_walker *walker, struct tc_walk_lane *lane)
{
	__auto_type object = at(outer_of(lane->node, port_node));

	(void)walker;
	(void)load(object, port_node, 0);
	(void)load(object, port_owners, 0);
}

inline_always void note_list(struct tc_walker *walker, u32 bucket, u64 port)
{
	u32 at = walker->list_count;

	if (at < TC_WALK_LISTS) {
		walker->noted[at].bucket = bucket;
		walker->noted[at].port = port;
	}
	walker->list_count = at + 1;
}

/* A number of the list that hangs on a port and address. */
inline_always u64 list_of_port(const struct tc_walker *walker, u64 port)
{
	__auto_type object = at(port);

	return list_of(walker, load(object, port_net, 0),
		       shifted(load(object, port_number, 0), port_number),
		       address_of(walker, load(object, port_address, 0),
				  load(object, port_address, 1)));
}

/* The first of that list if it is to be followed, or 0. */
inline_always u64 first_of(struct tc_walker *walker, u32 bucket, u64 port, u64 list)
{
	__auto_type object = at(port);
	u64 head = port + walker->layout.port_owners.word, first = load(object, port_owners, 0);
	u64 number = shifted(load(object, port_number, 0), port_number);
	u32 sum = number & (TC_WALK_SUMS - 1);

	if (!is_wanted(walker, load(object, port_net, 0)))
		return 0;
	if (walker->lists == TC_WALK_LISTS_ALL || !first)
		return first;
	if (walker->lists == TC_WALK_LISTS_LEFT)
		return walker->sums[sum] ? first : 0;
	walker->sums[sum] += tc_walk_pointer(head, first, list);
	note_list(walker, bucket, number);
	return 0;
}

/* A port and address: its sockets come before the next of the chain. */
inline_always void enter(const struct tc_walker *walker, struct tc_walk_lane *lane, u64 node,
			 u64 next, u64 first)
{
	const struct tc_walk_layout *layout = &walker->layout;

	if (first) {
		lane->outer_node = or_nowhere(next);
		lane->outer_link = node;
		lane->link = node - layout->port_node.word + layout->port_owners.word;
		lane->node = first;
		lane->seen = 0;
	} else {
		lane->link = node;
		lane->node = or_nowhere(next);
	}
}

/* The list of a socket. */
inline_always u64 list_of_met(const struct tc_walker *walker, u64 sock)
{
	__auto_type object = at(sock);

	return list_of_socket(walker, sock, object, load(object, state, 0), load(object, net, 0),
			      shifted(load(object, sport, 0), sport));
}

/*
 * To be asked with is_still_there(). Between two steps both the last socket and this one may have
 * gone to another list, as neighbours in the same order, and then all that comes behind is of that
 * one: then list_of_met() is not that of the lane any more. So may two ports, to another bucket: of
 * a port, whether the last one is still that of the list that the lane has come from.
 */
inline_always int is_of_bucket(const struct tc_walker *walker, const struct tc_walk_lane *lane)
{
	return !lane->list ||
	       list_of_port(walker, outer_of(lane->link, port_node)) == lane->list;
}

/* Of a socket in a list: whether it is one of those. */
inline_always int is_bound(const struct tc_walker *walker, u64 sock)
{
	__auto_type object = at(sock);
	u64 head = load(object, state, 0);

	return is_zero((shifted(head, state) & 255) ^ KERNEL_CLOSE) &
	       walker->families >> is_v6(head) &
	       ~is_zero(shifted(load(object, sport, 0), sport) & 0xffff);
}

/* Nothing names a chain there. */
inline_always int is_end(const struct tc_walker *walker, const struct tc_walk_lane *lane)
{
	(void)walker;
	(void)lane;
	return 1;
}

/* Who is met twice counts once. */
inline_always u64 mark_of(const struct tc_walker *walker, const struct tc_walk_lane *lane)
{
	(void)walker;
	(void)lane;
	return 0;
}

/* Once it is known to be in the list. Who has no room for one waits until the stream was taken. */
inline_always void note(struct tc_walk_lane *lane, u64 *stream, u32 room, u64 sock)
{
	u32 at = lane->filled;

	if (at < room)
		stream[at] = sock;
	lane->filled = at + 1;
}

/* On to the next of the list, or behind it: to what comes after the port. */
inline_always void go_on(struct tc_walk_lane *lane, u64 node, u64 next)
{
	u64 last = -(u64)is_zero(next);

	lane->link = (node & ~last) | (lane->outer_link & last);
	lane->node = next | (lane->outer_node & last);
	lane->outer_node &= ~last;
}

inline_always void end_chain(struct tc_walker *walker, struct tc_walk_lane *lane)
{
	(void)walker;
	lane->proven |= lane->is_long;
	lane->kept = lane->filled;
}

inline_always void forget(struct tc_walk_lane *lane)
{
	lane->is_long = 0;
	lane->outer_node = 0;
	lane->list = 0;
	lane->seen = 0;
}

#endif
