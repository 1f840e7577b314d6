/* SPDX-License-Identifier: MIT */
/* near.h - the nearest right word for a wrong one. */
#ifndef TC_UTIL_NEAR_H
#define TC_UTIL_NEAR_H

#include <stddef.h>

struct tc_near {
	const char *word; /* what was typed; borrowed */
	size_t length;
	const char *best; /* the nearest candidate so far, or NULL: nothing is near enough */
	size_t distance;
};

/* Starts a search for the word nearest to `word`. */
void tc_near_init(struct tc_near *near, const char *word, size_t length);

/* Offers a candidate, borrowed for as long as the search lives. Letters fold. */
void tc_near_offer(struct tc_near *near, const char *candidate);

#endif
