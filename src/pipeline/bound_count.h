/* SPDX-License-Identifier: MIT */
/* bound_count.h - what is only bound, where it cannot be listed but perhaps counted. */
#ifndef TC_PIPELINE_BOUND_COUNT_H
#define TC_PIPELINE_BOUND_COUNT_H

#include "tcpcensus.h"

/*
 * How many sockets the report of the calling thread's namespace lacks; UINT32_MAX: it is not known.
 * Where there are none, it lacks nothing, and says so afterwards.
 */
uint32_t tc_bound_unlisted(struct tc_report *report);

/* What that means for whoever wants to know which ports are free. */
void tc_bound_say_unlisted(uint32_t count, char why[TC_WHY_MAX]);

#endif
