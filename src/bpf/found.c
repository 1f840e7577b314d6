/* SPDX-License-Identifier: MIT */
/* found.c - the sockets that walkers have noted, each once; see found.h. */
#include "bpf/found.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/macro.h"

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

int tc_found_count(const struct tc_walker *walkers, uint32_t count, bool anchored,
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
