/* SPDX-License-Identifier: MIT */
/*
 * width.h - how many columns of a terminal a text takes, in the locale's encoding.
 *
 * Bytes that are no character there, and control characters, count as one column each, so
 * that any bytes whatever have a width and a walk over them always ends.
 */
#ifndef TC_UTIL_WIDTH_H
#define TC_UTIL_WIDTH_H

#include <stddef.h>

/*
 * The columns of the first character of `text`; *ret_bytes is how many bytes it takes, at
 * least 1. `length` must not be 0.
 */
size_t tc_width_step(const char *text, size_t length, size_t *ret_bytes);

/* The columns of the whole text. */
size_t tc_width(const char *text, size_t length);

/*
 * The bytes of the first character of `text` where a terminal shows it; 0 for bytes that are no
 * character in this locale, and for one that steers the terminal.
 */
size_t tc_width_shown(const char *text, size_t length);

#endif
