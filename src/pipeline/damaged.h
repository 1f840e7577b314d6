/* SPDX-License-Identifier: MIT */
/* damaged.h - lines of files with counters that are not as a kernel writes them, for the report. */
#ifndef TC_PIPELINE_DAMAGED_H
#define TC_PIPELINE_DAMAGED_H

#include "model/counter.h"
#include "tcpcensus.h"

/* Adds what was noted (struct tc_counters); `file` has it, NULL: a file of this kernel. */
void tc_damaged_report(const struct tc_damage damage[TC_DAMAGES_MAX], size_t count, const char *file,
		       struct tc_report *report);

#endif
