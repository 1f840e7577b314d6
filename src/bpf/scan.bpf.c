/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * scan.bpf.c - a record of each socket: its state and both ends, all that is in the two lines of
 * memory that the walk has to look at anyway; of a listener, which has one end, its queue. See
 * walk.bpf.h for the walk.
 */
#include "bpf/at_once.bpf.h"
#include "bpf/established.bpf.h"

/* The inode by which a process holds it, and the user it was made by. */
inline_always u64 holder_of(const struct tc_walk_layout *layout, u64 sock)
{
	u64 socket = read_word(sock + layout->socket.word);

	if (!socket || !layout->inode.word || !layout->uid.word)
		return 0;
	return (read_at(socket, &layout->inode) & 0xffffffff) |
	       (read_at(sock, &layout->uid) << 32);
}

inline_always int visit(struct tc_walker *walker, struct tc_walk_lane *lane,
			const struct seen *seen)
{
	const struct tc_walk_layout *layout = &walker->layout;
	u32 at = lane->filled;
	u64 *record;

	if (!(walker->slots >> seen->slot & 1))
		return 1;
	if (at > TC_WALK_STREAM - TC_WALK_RECORD)
		return 0;
	record = &walker->stream[seen->which][at];
	record[TC_WALK_RECORD_WHAT] = seen->slot;
	if (walker->tell_net)
		record[TC_WALK_RECORD_WHAT] |= read_at(seen->net, &layout->inum) << 32;
	record[TC_WALK_RECORD_HEAD] = seen->head;
	record[TC_WALK_RECORD_PORTS] = read_word(seen->sock + layout->dport.word);
	record[TC_WALK_RECORD_V4] = read_word(seen->sock + layout->daddr.word);
	if (is_v6(seen->head)) {
		record[TC_WALK_RECORD_DADDR6] = read_word(seen->sock + layout->daddr6.word);
		record[TC_WALK_RECORD_DADDR6 + 1] = read_word(seen->sock + layout->daddr6.word + 8);
		record[TC_WALK_RECORD_SADDR6] = read_word(seen->sock + layout->saddr6.word);
		record[TC_WALK_RECORD_SADDR6 + 1] = read_word(seen->sock + layout->saddr6.word + 8);
	}
	if (walker->listening) {
		record[TC_WALK_RECORD_BACKLOG] =
			(read_at(seen->sock, &layout->backlog) & 0xffffffff) |
			read_at(seen->sock, &layout->backlog_max) << 32;
		record[TC_WALK_RECORD_HOLDER] = holder_of(layout, seen->sock);
	}
	lane->filled = at + TC_WALK_RECORD;
	return 1;
}

/* What is only bound is asked for by a count. */
inline_always void sum_up(struct tc_walker *walker, const struct seen *seen)
{
	(void)walker;
	(void)seen;
}
