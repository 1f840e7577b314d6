/* SPDX-License-Identifier: MIT */
/*
 * anchors.h - where lanes begin within long lists of sockets that share a port; what they are for,
 * and what becomes of them, stands in anchored.bpf.c.
 */
#ifndef TC_BPF_ANCHORS_H
#define TC_BPF_ANCHORS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/walk_state.h"

struct tc_anchors {
	size_t count;
	struct tc_walk_sample at[TC_WALK_ANCHORS]; /* by tc_walk_anchor_slot() */
};

/* Makes anchors of what the walkers have sampled; of two that have the same slot, the first. */
void tc_anchors_take(struct tc_anchors *ret_anchors, const struct tc_walker *walkers,
		     uint32_t count);

/* Gives a walker those that are in lists that it follows; how many. */
size_t tc_anchors_place(const struct tc_anchors *anchors, struct tc_walker *walker);

/* A part of a list is not known: the lists have to be followed from their beginnings. */
bool tc_anchors_failed(const struct tc_walker *walkers, uint32_t count);

#endif
