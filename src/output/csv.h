/* SPDX-License-Identifier: MIT */
/* csv.h - values as CSV (RFC 4180, with \n line ends). */
#ifndef TC_OUTPUT_CSV_H
#define TC_OUTPUT_CSV_H

#include "output/output.h"

/* The field, in quotes where it needs them; nothing for a value that was not read. */
void tc_csv_value(struct tc_buf *out, const struct tc_value *value);

/* The same for a text. */
void tc_csv_text(struct tc_buf *out, const char *text);

/*
 * A record that is no group and no socket, in the columns of a table with `key_count` keys and
 * a count: "(other)" or "(incomplete: why)", and a count, UINT64_MAX: none.
 */
void tc_csv_remark(struct tc_buf *out, const char *remark, size_t key_count, uint64_t count);

/* "(incomplete: why)" where the report says so. */
void tc_csv_incomplete(struct tc_buf *out, const struct tc_report *report, size_t key_count);

/* "state,remote.addr" and what else the caller adds; no line end. */
void tc_csv_heading(struct tc_buf *out, const struct tc_key *keys, size_t key_count);

#endif
