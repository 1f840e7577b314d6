/* SPDX-License-Identifier: MIT */
/* filter_error.h - what is wrong with a filter, and where: the line under the line. */
#ifndef TC_CLI_FILTER_ERROR_H
#define TC_CLI_FILTER_ERROR_H

#include "tcpcensus.h"

/*
 * Writes three lines to stderr: the message, the expression, and a caret under the offending
 * word. Of a long expression the part around the word is shown. Returns TC_EXIT_USAGE.
 *
 * `first` is the first word of the expression, which may be a mistyped command, or a state
 * or something to explain without the word that belongs before it: then the message says so.
 */
int tc_filter_error_show(const char *expression, const char *first,
			 const struct tc_filter_error *error);

#endif
