/* SPDX-License-Identifier: MIT */
/* csv.h - values as CSV (RFC 4180, with \n line ends). */
#ifndef TC_OUTPUT_CSV_H
#define TC_OUTPUT_CSV_H

#include "output/output.h"

/* The field, in quotes where it needs them; nothing for a value that was not read. */
void tc_csv_value(struct tc_buf *out, const struct tc_value *value);

/* "state,remote.addr" and what else the caller adds; no line end. */
void tc_csv_heading(struct tc_buf *out, const struct tc_key *keys, size_t key_count);

#endif
