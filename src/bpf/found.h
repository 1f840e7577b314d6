/* SPDX-License-Identifier: MIT */
/*
 * found.h - how many sockets the programs that look for those that are only bound have found.
 *
 * A socket may be met more than once: by two lanes, or in two lists, since it moves between them.
 */
#ifndef TC_BPF_FOUND_H
#define TC_BPF_FOUND_H

#include <stdbool.h>

#include "bpf/walk_state.h"

/*
 * Each that was noted counts once; `anchored`: by walkers that knew anchors. -EAGAIN: there were
 * more than there is room for, and *ret_found stays as it was; -ENOMEM.
 */
int tc_found_count(const struct tc_walker *walkers, uint32_t count, bool anchored,
		   uint64_t *ret_found);

#endif
