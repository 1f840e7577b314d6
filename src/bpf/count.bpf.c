/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * count.bpf.c - sockets by state, where they are; of some, a word that tells more.
 *
 * Sockets in which something shows are told one by one; the others are counted. See walk.bpf.h for
 * the walk.
 */
#include "bpf/established.bpf.h"

/* What of this chain `count` has no room for any more. */
in_kernel_apart static int put_aside(struct tc_walk_lane *lane)
{
	u64 count = lane->count;

#pragma unroll
	for (int slot = 0; slot < TC_WALK_SLOTS; slot++) {
		lane->more[slot] += count & 31;
		count >>= 5;
	}
	lane->count = 0;
	lane->seen = 0;
	lane->is_long |= TC_WALK_LONG_COUNT;
	return 0;
}

/* Whether it is no minisocket. */
inline_always u32 is_full(u32 slot)
{
	const u32 minis = TC_WALK_TIMEWAIT | 1 << TC_WALK_SLOT_REQUEST;

	return ~(minis >> (slot & 31)) & 1;
}

/* What there is to tell of a full socket, in the bits of TC_WALK_WORD_. */
inline_always u64 word_of(object_at object, u32 slot)
{
	u64 retransmits = shifted(load(object, retransmits, 0), retransmits) & 255;
	u64 probes = shifted(load(object, probes, 0), probes) & 255;
	u64 pending = shifted(load(object, pending, 0), pending) & 255;
	u64 is_held = is_zero(load(object, socket, 0)) ^ 1;

	return slot | retransmits << TC_WALK_WORD_RETRANSMITS | probes << TC_WALK_WORD_PROBES |
	       pending << TC_WALK_WORD_PENDING | is_held << TC_WALK_WORD_SOCKET;
}

/* False: there is no room for it. */
in_kernel_apart static int tell(struct tc_walker *walker, struct tc_walk_lane *lane, u64 sock,
				u64 word, u32 which)
{
	u32 filled = lane->filled;

	if (walker->tell_net)
		word |= read_at(load(at(sock), net, 0), &walker->layout.inum) << 32;
	if (filled >= TC_WALK_STREAM)
		return 0;
	walker->stream[which % TC_WALK_LANES][filled] = word;
	lane->filled = filled + 1;
	return 1;
}

/* A chain that is walked again counts again: the numbers are upper bounds. */
inline_always void note_ends(struct tc_walker *walker, const struct seen *seen)
{
	const struct tc_walk_layout *layout = &walker->layout;
	u64 ports = read_word(seen->sock + layout->dport.word);
	u32 local = (ports >> (layout->sport.shift & 63)) & 0xffff;
	u32 remote = (ports >> (layout->dport.shift & 63)) & 0xffff;
	u32 address = read_at(seen->sock, &layout->daddr);

	if (is_v6(seen->head)) {
		u64 low = read_word(seen->sock + layout->daddr6.word + 8);

		/* A mapped address is the IPv4 address, which takes the same ports. */
		if (read_word(seen->sock + layout->daddr6.word))
			address = low * 0x9e3779b97f4a7c15ull >> 32;
		else
			address = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? low >> 32 : low;
	}
	walker->ends.far[((address ^ remote << 16) * 0x9e3779b1u) >> (32 - TC_WALK_FAR_BITS)]++;
	walker->ends.near[local >> 6] |= 1ull << (local & 63);
}

/* A place to begin at in the list of those that share its port, if it is not the last there. */
inline_always void sample(struct tc_walker *walker, const struct seen *seen)
{
	const struct tc_walk_layout *layout = &walker->layout;
	u32 at = walker->sample_count, may_be = walker->samples_of >> seen->slot & 1;
	u32 is_last = is_zero(read_word(seen->sock + layout->bind_node.word));

	walker->unsampled += may_be;
	if (!(may_be & ~is_last & ~is_less(walker->unsampled, walker->sample_every)) ||
	    at >= TC_WALK_SAMPLES)
		return;
	walker->unsampled = 0;
	walker->samples[at].sock = seen->sock;
	walker->samples[at].mark = mark_of_sock(seen->sock);
	walker->sample_count = at + 1;
}

/* What is asked of one in so many. */
in_kernel_apart static int look_closer(struct tc_walker *walker, u64 sock, u64 head, u32 slot)
{
	struct seen seen = {.sock = sock, .head = head, .slot = slot};

	walker->passed = 0;
	sample(walker, &seen);
	if (walker->notes_ends)
		note_ends(walker, &seen);
	return 0;
}

/* Addresses to be asked for by the next fetch: one, or two. */
inline_always void note_ahead(struct tc_walker *walker, u64 first, u64 second, u32 count)
{
	u32 at = walker->ahead_count;

	walker->ahead[at & (TC_WALK_AHEAD - 1)] = first;
	walker->ahead[(at + 1) & (TC_WALK_AHEAD - 1)] = second;
	walker->ahead_count = at + count;
}

/* What is still there of earlier rounds is at hand, and costs little. */
inline_always void fetch_left(struct tc_walker *walker)
{
#pragma unroll
	for (u32 i = 0; i < TC_WALK_AHEAD_FIRST; i++)
		(void)read_word(walker->ahead[i]);
}

in_kernel_apart static int fetch_many(struct tc_walker *walker)
{
#pragma unroll
	for (u32 i = TC_WALK_AHEAD_FIRST; i < TC_WALK_AHEAD; i++)
		(void)read_word(walker->ahead[i]);
	return 0;
}

inline_always void fetch_left_more(struct tc_walker *walker)
{
	if (walker->ahead_count > TC_WALK_AHEAD_FIRST)
		fetch_many(walker);
	walker->ahead_count = 0;
}

/* Of a full socket: whether there may be anything to tell. */
inline_always int may_show(const struct tc_walker *walker, object_at object, u32 slot)
{
	u32 closely = walker->slots_closely >> slot & 1;

	return load(object, retransmits, 0) & walker->timer_bits[closely] ||
	       (closely && !load(object, socket, 0));
}

inline_always int finish(struct tc_walker *walker, struct tc_walk_lane *lane, u32 which)
{
	u64 sock = lane->left;
	object_at object = at(sock);
	u32 slot = lane->left_slot;

	if (may_show(walker, object, slot) &&
	    !tell(walker, lane, sock, word_of(object, slot), which))
		return NO_ROOM;
	/* As is_still_there(), which may ask of the node that was come to last alone. */
	if (load(object, node, 1) != lane->left_link)
		return CHANGED;
	lane->left = 0;
	return GONE_ON;
}

/* False: there is no room for what is to be told of it. */
inline_always int look_at_timer(struct tc_walker *walker, struct tc_walk_lane *lane,
				const struct seen *seen)
{
	u64 retransmits;

	/*
	 * The timer of a full socket is in memory of its own, which is asked for first; and so is
	 * whose it is, which is looked at only of some.
	 */
	if (is_full(seen->slot)) {
		u32 closely = walker->slots_closely >> seen->slot & 1;
		u64 timer = inner_of(seen->sock, retransmits);
		u64 socket = inner_of(seen->sock, socket);

		note_ahead(walker, timer, timer + (socket - timer) * closely, 1 + closely);
		lane->left = seen->sock;
		lane->left_link = lane->link;
		lane->left_slot = seen->slot;
		return 1;
	}
	retransmits = shifted(load(seen->object, request_retrans, 0), request_retrans) & 255;
	return !retransmits || tell(walker, lane, seen->sock,
				    seen->slot | retransmits << TC_WALK_WORD_RETRANSMITS,
				    seen->which);
}

inline_always int visit(struct tc_walker *walker, struct tc_walk_lane *lane,
			const struct seen *seen)
{
	if ((walker->slots >> seen->slot & 1) && !look_at_timer(walker, lane, seen))
		return 0;
	if (lane->seen == 31)
		put_aside(lane);
	lane->count += 1ull << ((5 * seen->slot) & 63);
	lane->seen++;
	if (++walker->passed >= walker->closer_every)
		look_closer(walker, seen->sock, seen->head, seen->slot);
	return 1;
}

inline_always void sum_up(struct tc_walker *walker, const struct seen *seen)
{
	object_at object = seen->object;
	u64 node = inner_of(seen->sock, bind_node), link, next, list, port;

	if (!(walker->summed >> seen->slot & 1))
		return;
	next = load(object, bind_node, 0);
	link = load(object, bind_node, 1);
	if (!link) /* it is in no list */
		return;
	port = shifted(load(object, sport, 0), sport);
	list = list_of_socket(walker, seen->sock, object, seen->head, seen->net, port);
	walker->sums[port & (TC_WALK_SUMS - 1)] +=
		tc_walk_pointer(node, next, list) - tc_walk_pointer(link, node, list);
}
