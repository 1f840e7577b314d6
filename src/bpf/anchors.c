/* SPDX-License-Identifier: MIT */
/* anchors.c - places to begin at within long lists; see anchors.h. */
#include "bpf/anchors.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/macro.h"

void tc_anchors_take(struct tc_anchors *ret_anchors, const struct tc_walker *walkers,
		     uint32_t count)
{
	memset(ret_anchors, 0, sizeof(*ret_anchors));
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < walkers[i].sample_count; j++) {
			const struct tc_walk_sample *sample = &walkers[i].samples[j];
			uint32_t slot = tc_walk_anchor_slot(sample->sock);

			if (ret_anchors->at[slot].sock)
				continue;
			ret_anchors->at[slot] = *sample;
			ret_anchors->count++;
		}
}

/* Where the list of a sample is not followed, nobody begins within it. */
static bool is_followed(const struct tc_walker *walker, const struct tc_walk_sample *sample)
{
	uint64_t port = sample->mark >> (walker->layout.sport.shift & 63);

	return walker->lists != TC_WALK_LISTS_LEFT || walker->sums[port & (TC_WALK_SUMS - 1)];
}

size_t tc_anchors_place(const struct tc_anchors *anchors, struct tc_walker *walker)
{
	size_t placed = 0;

	memset(&walker->anchors.at, 0, sizeof(walker->anchors.at));
	memset(walker->anchors.became, 0, sizeof(walker->anchors.became));
	for (size_t slot = 0; slot < TC_WALK_ANCHORS; slot++)
		if (anchors->at[slot].sock && is_followed(walker, &anchors->at[slot])) {
			walker->anchors.at[slot] = anchors->at[slot];
			placed++;
		}
	return placed;
}

/* One walker came to an anchor, and the one whose it was could not begin there. */
static bool is_part_missing(const struct tc_walker *walkers, uint32_t count)
{
	for (size_t slot = 0; slot < TC_WALK_ANCHORS; slot++) {
		unsigned became = 0;

		for (uint32_t i = 0; i < count; i++)
			became |= walkers[i].anchors.became[slot];
		if (became == (TC_WALK_ANCHOR_MET | TC_WALK_ANCHOR_GONE))
			return true;
	}
	return false;
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* Each that was noted counts once. -EAGAIN: there were more than there is room for; -ENOMEM. */
static int count_distinct(const struct tc_walker *walkers, uint32_t count, bool anchored,
			  uint64_t *ret_found)
{
	const size_t room = anchored ? TC_WALK_FOUND : TC_WALK_BOUND_NOTED;
	tc_auto_free uint64_t *all = NULL;
	size_t found = 0, distinct = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (walkers[i].found_count > room)
			return -EAGAIN;
		found += walkers[i].found_count;
	}
	all = calloc(found + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	found = 0;
	for (uint32_t i = 0; i < count; i++) {
		memcpy(all + found, anchored ? walkers[i].anchors.found : walkers[i].bound,
		       walkers[i].found_count * sizeof(*all));
		found += walkers[i].found_count;
	}
	qsort(all, found, sizeof(*all), compare);
	for (size_t i = 0; i < found; i++)
		distinct += !i || all[i] != all[i - 1];
	*ret_found = distinct;
	return 0;
}

int tc_anchors_judge(const struct tc_walker *walkers, uint32_t count, uint64_t *ret_found)
{
	if (is_part_missing(walkers, count))
		return -EAGAIN;
	return count_distinct(walkers, count, true, ret_found);
}

int tc_bound_judge(const struct tc_walker *walkers, uint32_t count, uint64_t *found)
{
	int err = count_distinct(walkers, count, false, found);

	return err == -EAGAIN ? 0 : err;
}
