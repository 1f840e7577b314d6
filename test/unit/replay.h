/* SPDX-License-Identifier: MIT */
/* replay.h - reads a listing and writes down what was found, for comparing. */
#ifndef TC_TEST_REPLAY_H
#define TC_TEST_REPLAY_H

#include "util/buf.h"

enum { REPLAY_WHOLE = 0, REPLAY_RECORDS = 1 };

/*
 * Reads the bytes in pieces of at most `piece` bytes (0: in one) and appends the report and
 * the counts to `out`; with `records` also one line a record. Returns what the reader did.
 */
int replay(const char *data, size_t length, size_t piece, int records, struct tc_buf *out);

#endif
