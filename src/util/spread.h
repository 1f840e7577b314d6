/* SPDX-License-Identifier: MIT */
/*
 * spread.h - one thing as it is in several places: "60 s in 3 network namespaces, 7 s in web1".
 *
 * What all of them have is said once, as if there were one place.
 */
#ifndef TC_UTIL_SPREAD_H
#define TC_UTIL_SPREAD_H

#include "util/buf.h"

enum { TC_SPREAD_MAX = 4 }; /* more of them in a sentence nobody reads */

struct tc_spread {
	struct {
		struct tc_buf text; /* owned */
		const char *place;  /* the first that has it; borrowed */
		size_t count;
	} said[TC_SPREAD_MAX];
	size_t count;
	size_t others; /* places that have still others */
	bool failed;
};

#define TC_SPREAD_INIT     \
	{                  \
		.count = 0 \
	}

void tc_spread_release(struct tc_spread *spread);

/* Adds what a network namespace has; its name has to last as long as the spread. */
void tc_spread_add(struct tc_spread *spread, const char *place, const struct tc_buf *text);

/* Writes all of it, what most of them have first; nothing where nothing was added. */
void tc_spread_write(struct tc_spread *spread, bool english, struct tc_buf *out);

#define tc_auto_spread __attribute__((cleanup(tc_spread_release)))

#endif
