/* SPDX-License-Identifier: MIT */
/* look.h - what tc_scan() and every census share. */
#ifndef TC_PIPELINE_LOOK_H
#define TC_PIPELINE_LOOK_H

#include "model/glance.h"

/*
 * As tc_scan(). With a census the source may count where the data is, and then fills the glance
 * as well, where there is one; sockets that it cannot count so go to the sink.
 */
int tc_look(const struct tc_query *query, tc_sink *sink, void *context, struct tc_census *census,
	    struct tc_glance *glance, struct tc_report *ret_report);

/* The query of a census: it shows BOUND, beside the total. */
struct tc_query tc_census_query(const struct tc_query *query);

/* After a census: what the reading could not see. */
void tc_census_report(const struct tc_query *query, const struct tc_census *census,
		      struct tc_report *report);

#endif
