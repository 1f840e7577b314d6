/* SPDX-License-Identifier: MIT */
/* utf8.h - what is UTF-8 (RFC 3629), for texts that may be anything. */
#ifndef TC_UTIL_UTF8_H
#define TC_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The length of the sequence at the start of a string (RFC 3629 section 4), 1 to 4; or 0: its
 * first byte begins none. A NUL ends every sequence.
 */
size_t tc_utf8_length(const char *text);

/* Whether a sequence of that length steers a terminal: C0, DEL or C1. */
bool tc_utf8_is_control(const char *text, size_t length);

#endif
