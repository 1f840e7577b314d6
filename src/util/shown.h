/* SPDX-License-Identifier: MIT */
/* shown.h - words from outside, made safe for a terminal. */
#ifndef TC_UTIL_SHOWN_H
#define TC_UTIL_SHOWN_H

#include "util/buf.h"

/*
 * Adds the text with a '?' for each character that a terminal does not show: one that steers
 * it, or bytes that are no character in this locale. The result has the width of the text.
 */
void tc_buf_shown(struct tc_buf *out, const char *text, size_t length);

#endif
