/* SPDX-License-Identifier: MIT */
/* emit.h - the way out: bytes to standard output, and how it looks there. */
#ifndef TC_CLI_EMIT_H
#define TC_CLI_EMIT_H

#include "cli/cli.h"

/*
 * Writes the buffer to standard output and empties it. 0, or the exit status to leave with: a
 * reader that went away (EPIPE) ends the program quietly, a full disk is told.
 */
int tc_emit(struct tc_buf *out);

/* How tables look on this standard output, by the options and the environment. */
struct tc_style tc_style_of(const struct tc_options *options);

/* Now, and this machine; empty for a listing, which is from somewhere and some time else. */
struct tc_stamp tc_stamp_now(const struct tc_options *options);

#endif
