/* SPDX-License-Identifier: MIT */
/* netns_set.c - where a number goes in the walker's table of namespaces; see netns_set.h. */
#include "bpf/netns_set.h"

#include <stdbool.h>
#include <string.h>

enum {
	LIST_TRIES = 16,
	LIST_MOVES = 100,
};

static uint32_t listed_place(const struct tc_walker *walker, uint32_t number, int which)
{
	return (uint32_t)(number * walker->listed_factors[which]) >> walker->listed_shift;
}

/*
 * Whoever is in a place makes room, and goes to its other one. False: they have been moved so often
 * that this will not end.
 */
static bool list_one(struct tc_walker *walker, uint32_t number)
{
	uint32_t at = listed_place(walker, number, 0);

	for (int moves = 0; moves < LIST_MOVES; moves++) {
		uint32_t before = walker->listed[at];

		walker->listed[at] = number;
		if (!before || before == number)
			return true;
		number = before;
		at ^= listed_place(walker, number, 0) ^ listed_place(walker, number, 1);
	}
	return false;
}

static bool list_all(struct tc_walker *walker, const uint64_t *netns, size_t count)
{
	memset(walker->listed, 0, sizeof(*walker->listed) << (32 - walker->listed_shift));
	for (size_t i = 0; i < count; i++)
		if (!list_one(walker, (uint32_t)netns[i]))
			return false;
	return true;
}

size_t tc_netns_set_fill(struct tc_walker *walker, const uint64_t *netns, size_t count)
{
	uint32_t bits = 6, factor = 0x9e3779b1; /* Knuth's: ones that follow each other spread */

	if (count > TC_WALK_NAMESPACES)
		return 0;
	while (1u << bits < 4 * count)
		bits++;
	walker->listed_shift = 32 - bits;
	/* At most a quarter of the room is used: there is hardly ever a need for other factors. */
	for (int tries = 0; tries < LIST_TRIES; tries++) {
		walker->listed_factors[0] = factor;
		walker->listed_factors[1] = factor *= 0x85ebca6b;
		if (list_all(walker, netns, count))
			return (size_t)1 << bits;
	}
	return 0;
}
