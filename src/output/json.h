/* SPDX-License-Identifier: MIT */
/* json.h - the few pieces that JSON output is put together from. */
#ifndef TC_OUTPUT_JSON_H
#define TC_OUTPUT_JSON_H

#include "output/output.h"

/* A string in quotes; bytes that are not UTF-8 become U+FFFD, so the output is always JSON. */
void tc_json_string(struct tc_buf *out, const char *text);

/* "key": */
void tc_json_key(struct tc_buf *out, const char *key);

/* A number of 0 or more with three decimals, whatever the locale. */
void tc_json_decimal(struct tc_buf *out, double number);

/* The value of a field; the caller leaves TC_TYPE_NONE out together with its key. */
void tc_json_value(struct tc_buf *out, const struct tc_value *value);

/* "schema":"…","taken_at":"…","host":"…" */
void tc_json_stamp(struct tc_buf *out, const char *schema, const struct tc_stamp *stamp);

/* "source":{…} */
void tc_json_source(struct tc_buf *out, const struct tc_report *report);

#endif
