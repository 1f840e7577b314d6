/* SPDX-License-Identifier: MIT */
/* anchors.c - places to begin at within long lists; see anchors.h. */
#include "bpf/anchors.h"

#include <string.h>

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
bool tc_anchors_failed(const struct tc_walker *walkers, uint32_t count)
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
