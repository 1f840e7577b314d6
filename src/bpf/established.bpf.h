/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * established.bpf.h - the hash of connections: full sockets, requests and timewait minisockets;
 * and the hash of listeners, which is like it.
 *
 * The end of each of their chains names the bucket (include/linux/list_nulls.h), so a socket that
 * has moved to another chain is noticed there, too. Who includes this defines visit() and
 * sum_up().
 */
#ifndef TC_BPF_ESTABLISHED_BPF_H
#define TC_BPF_ESTABLISHED_BPF_H

#include "bpf/mark.bpf.h"
#include "bpf/walk.bpf.h"

enum { LISTENING_NULLS_BASE = 1u << 29 }; /* include/net/inet_hashtables.h */

/* A socket that is in the table, as far as every program looks at it. */
struct seen {
	u64 sock;
	object_at object; /* at() of it */
	u64 head; /* the word with family and state */
	u64 net;
	u32 slot;
	u32 which; /* lane */
};

/* Takes a socket. False: there is no room for it. */
inline_always int visit(struct tc_walker *walker, struct tc_walk_lane *lane,
			const struct seen *seen);

/* Of every socket of the namespaces that are looked at, of whatever family. */
inline_always void sum_up(struct tc_walker *walker, const struct seen *seen);

inline_always void find(struct tc_walker *walker, u64 hashinfo)
{
	const struct tc_walk_layout *layout = &walker->layout;

	if (walker->listening) {
		walker->table = read_at(hashinfo, &layout->lhash2);
		walker->buckets = (read_at(hashinfo, &layout->lhash2_mask) & 0xffffffff) + 1;
		walker->bucket_size = layout->listen_bucket.word;
		walker->bucket_chain = layout->listen_chain.word;
		walker->nulls_base = LISTENING_NULLS_BASE;
		return;
	}
	walker->table = read_at(hashinfo, &layout->ehash);
	walker->buckets = (read_at(hashinfo, &layout->ehash_mask) & 0xffffffff) + 1;
	walker->bucket_size = layout->bucket.word;
	walker->bucket_chain = layout->chain.word;
}

inline_always void start_chain(struct tc_walker *walker, struct tc_walk_lane *lane, u32 bucket)
{
	start_bucket(walker, lane, bucket);
}

inline_always void fetch(const struct tc_walker *walker, struct tc_walk_lane *lane)
{
	__auto_type object = at(outer_of(lane->node, node));

	(void)walker;
	lane->next = load(object, node, 0);
	lane->head = load(object, state, 0);
	lane->further = load(object, substate, 0);
}

/*
 * From the slot of TIME_WAIT to that of a minisocket of this substate, FIN_WAIT2 or TIME_WAIT. By
 * arithmetic: of a branch the verifier would follow both ways, each to the end of the step.
 */
inline_always u32 slots_further(u64 substate)
{
	u32 below = (substate - (TC_WALK_SLOT_TIME_WAIT + 1)) >> 63;

	return below * (TC_WALK_SLOT_FIN_WAIT2_MINI - TC_WALK_SLOT_TIME_WAIT);
}

inline_always u32 slot_of(u64 head, u64 further)
{
	u32 slot = (u32)(shifted(head, state) & 255) - 1;
	u32 timewait = is_zero(slot ^ TC_WALK_SLOT_TIME_WAIT);

	return slot + timewait * slots_further(shifted(further, substate) & 255);
}

/* What fetch() has read holds as well if the node is still there after all that is read of it. */
inline_always int follow(struct tc_walker *walker, struct tc_walk_lane *lane, u32 which, u64 node)
{
	u64 sock = outer_of(node, node);
	object_at object = at(sock);
	struct seen seen = {.sock = sock, .object = object, .which = which};
	u64 next = FETCHES ? lane->next : load(object, node, 0);

	seen.head = FETCHES ? lane->head : load(object, state, 0);
	seen.net = load(object, net, 0);
	seen.slot = slot_of(seen.head, FETCHES ? lane->further : load(object, substate, 0));
	if (seen.slot >= TC_WALK_SLOTS)
		return CHANGED;
	if (is_wanted(walker, seen.net)) {
		if ((walker->families >> is_v6(seen.head) & 1) && !visit(walker, lane, &seen))
			return NO_ROOM;
		sum_up(walker, &seen);
	}
	/* As is_still_there(), of what is at hand. */
	if (load(object, node, 1) != lane->link)
		return CHANGED;
	lane->link = node;
	lane->node = next;
	return GONE_ON;
}

in_kernel_apart static int add_packed(struct tc_walker *walker)
{
	u64 packed = walker->packed;

#pragma unroll
	for (int slot = 0; slot < TC_WALK_SLOTS; slot++) {
		walker->totals[slot] += packed & 31;
		packed >>= 5;
	}
	walker->packed = 0;
	walker->packed_seen = 0;
	return 0;
}

in_kernel_apart static int end_long(struct tc_walker *walker, struct tc_walk_lane *lane)
{
	if (lane->is_long & TC_WALK_LONG_ASIDE)
		lane->proven = 1;
#pragma unroll
	for (int slot = 0; slot < TC_WALK_SLOTS; slot++)
		walker->totals[slot] += lane->more[slot];
	return 0;
}

in_kernel_apart static int forget_long(struct tc_walk_lane *lane)
{
#pragma unroll
	for (int slot = 0; slot < TC_WALK_SLOTS; slot++)
		lane->more[slot] = 0;
	lane->is_long = 0;
	return 0;
}

inline_always int is_end(const struct tc_walker *walker, const struct tc_walk_lane *lane)
{
	return is_zero((u32)(lane->node >> 1) ^ (lane->bucket + walker->nulls_base));
}

inline_always void end_chain(struct tc_walker *walker, struct tc_walk_lane *lane)
{
	if (walker->packed_seen + lane->seen > 31)
		add_packed(walker);
	walker->packed += lane->count;
	walker->packed_seen += lane->seen;
	if (lane->is_long)
		end_long(walker, lane);
	lane->kept = lane->filled;
}

/* No lot is drawn for listeners, but each that is opened is an inode with a number of its own. */
inline_always u64 inode_of(const struct tc_walk_layout *layout, u64 sock)
{
	u64 socket = read_word(sock + layout->socket.word);

	return layout->inode.word ? read_at(socket, &layout->inode) & 0xffffffff : socket;
}

/*
 * Connections come in at the beginning only, so if this one has stayed, then so has its place. (At
 * the beginning it is a word of the table; if that has changed, the chain is begun anew in vain.)
 * Listeners come in at the end, too (inet_hash(), IPv6 with SO_REUSEPORT); so of them it is not
 * noticed if neighbours are shut down and listen again, one after the other, as the same sockets.
 */
inline_always u64 mark_of(const struct tc_walker *walker, const struct tc_walk_lane *lane)
{
	u64 sock = outer_of(lane->link, node), mark = mark_of_sock(sock);

	return walker->listening ? mark ^ inode_of(&walker->layout, sock) : mark;
}

inline_always void forget(struct tc_walk_lane *lane)
{
	lane->count = 0;
	lane->seen = 0;
	lane->left = 0;
	if (lane->is_long)
		forget_long(lane);
}

#endif
