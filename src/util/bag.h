/* SPDX-License-Identifier: MIT */
/* bag.h - pieces of memory that are made one by one and released together. */
#ifndef TC_UTIL_BAG_H
#define TC_UTIL_BAG_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

/* Zeroed: empty. A failed allocation is remembered, as in a buffer. */
struct tc_bag {
	void **items;
	size_t count;
	bool failed;
};

void tc_bag_release(struct tc_bag *bag);

/* Takes what malloc() returned, also where it cannot be kept; NULL then, and where it is NULL. */
void *tc_bag_take(struct tc_bag *bag, void *memory);

/* A copy of the text, or of a buffer's content; never NULL: "" where there is no memory. */
const char *tc_bag_text(struct tc_bag *bag, const char *text);
const char *tc_bag_buf(struct tc_bag *bag, struct tc_buf *buf);

/* Room for `count` strings and a NULL behind them, all NULL; or NULL. */
const char **tc_bag_list(struct tc_bag *bag, size_t count);

#define tc_auto_bag __attribute__((cleanup(tc_bag_release)))

#endif
