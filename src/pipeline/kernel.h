/* SPDX-License-Identifier: MIT */
/* kernel.h - looking at the kernel, in every network namespace that is asked for. */
#ifndef TC_PIPELINE_KERNEL_H
#define TC_PIPELINE_KERNEL_H

#include "pipeline/pipeline.h"

/* Whether --source may say so. NULL is fine: the best one. */
bool tc_kernel_is_source(const char *name);

/*
 * Reads the sockets of the query's namespaces through the pipeline; with `census`, they are
 * counted where the data is, if the source can. Errors as tc_scan().
 */
int tc_kernel_read(const struct tc_query *query, struct tc_pipeline *pipeline,
		   struct tc_census *census, struct tc_report *report);

#endif
