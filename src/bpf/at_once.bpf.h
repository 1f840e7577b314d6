/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* at_once.bpf.h - for walks of which no step leaves anything to the next; see walk.bpf.h. */
#ifndef TC_BPF_AT_ONCE_BPF_H
#define TC_BPF_AT_ONCE_BPF_H

#include "bpf/walk.bpf.h"

inline_always void fetch_left(struct tc_walker *walker)
{
	(void)walker;
}

inline_always void fetch_left_more(struct tc_walker *walker)
{
	(void)walker;
}

inline_always int finish(struct tc_walker *walker, struct tc_walk_lane *lane, u32 which)
{
	(void)walker;
	(void)lane;
	(void)which;
	return GONE_ON;
}

#endif
