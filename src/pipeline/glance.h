/* SPDX-License-Identifier: MIT */
/* glance.h - a census, and what rules say of it that need no more than it sees in passing. */
#ifndef TC_PIPELINE_GLANCE_H
#define TC_PIPELINE_GLANCE_H

#include "tcpcensus.h"

/*
 * As tc_census_take(). The verdicts have of each finding only id, severity (0: diagnose may find it
 * worse) and the first sentence; what is not checked has, in place of what it needs, how many sockets it is about.
 * To be freed by tc_diagnosis_free().
 */
int tc_glance_take(const struct tc_query *query, struct tc_census *ret_census,
		   struct tc_diagnosis **ret_verdicts, struct tc_report *report);

#endif
