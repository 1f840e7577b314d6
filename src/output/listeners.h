/* SPDX-License-Identifier: MIT */
/* listeners.h - the parts of the output of listeners, a file each. */
#ifndef TC_OUTPUT_LISTENERS_H
#define TC_OUTPUT_LISTENERS_H

#include "output/output.h"

/* Worse than a queue that fills: something was refused, or would have been. */
#define TC_TROUBLE_ALARM                                                                           \
	(TC_TROUBLE_OVERFLOWS | TC_TROUBLE_FULL | TC_TROUBLE_WAS_FULL | TC_TROUBLE_SYN_OVERFLOWS | \
	 TC_TROUBLE_SYN_FULL)

/* "backlog" or "somaxconn", NULL where it is not known. */
const char *tc_listener_limited_by(uint32_t limited_by);

/* A field of the listening socket, or NULL where there is no such field or it was not read. */
const struct tc_value *tc_listener_value(const struct tc_listener *listener, const char *field,
					 struct tc_value *value);

/* Adds "192.0.2.1:80". */
void tc_listener_name(const struct tc_listener *listener, struct tc_buf *out);

/* Lines below a table that say what is wrong, and with whom. */
void tc_listeners_verdict(struct tc_buf *out, const struct tc_listening *listening,
			  const struct tc_style *style);

/* The forms for programs. */
void tc_listeners_json(struct tc_buf *out, const struct tc_listening *listening, size_t rows,
		       const struct tc_report *report, const struct tc_stamp *stamp);
void tc_listeners_ndjson(struct tc_buf *out, const struct tc_listening *listening, size_t rows,
			 const struct tc_report *report, const struct tc_stamp *stamp);
void tc_listeners_csv(struct tc_buf *out, const struct tc_listening *listening, size_t rows,
		      const struct tc_report *report);

#endif
