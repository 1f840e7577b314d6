/* SPDX-License-Identifier: MIT */
/*
 * wrap.h - breaking text into lines of a given display width.
 *
 * A line is broken at blanks. Not broken are a number and its unit ("60 s"), and a sign that
 * French sets apart from its word ("pourquoi ?", "« oui »"), because the remainder alone at
 * the start of a line is hard to read.
 */
#ifndef TC_UTIL_WRAP_H
#define TC_UTIL_WRAP_H

#include <stddef.h>

#include "util/buf.h"

/*
 * How many bytes of `text` make the next line of at most `width` columns; *ret_next is where
 * the line after it starts (past the blanks), `length` at the end. A word that is too wide
 * is cut. The text is one paragraph: it has no newline.
 */
size_t tc_wrap_line(const char *text, size_t length, size_t width, size_t *ret_next);

/*
 * Adds the text in lines that are indented by `indent` columns and take no more than `width`
 * in all. Newlines are kept; a line that starts with "- " is an item, whose further lines
 * are set under its text.
 */
void tc_wrap(struct tc_buf *out, const char *text, size_t indent, size_t width);

#endif
