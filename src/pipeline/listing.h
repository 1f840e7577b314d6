/* SPDX-License-Identifier: MIT */
/* listing.h - looking at a saved listing instead of the kernel. */
#ifndef TC_PIPELINE_LISTING_H
#define TC_PIPELINE_LISTING_H

#include "pipeline/pipeline.h"

/*
 * Reads query->from and more_from ("-": standard input) through the pipeline. Where the query needs the
 * listeners, the listing is read twice; what cannot be read twice (a pipe) is copied to a
 * nameless temporary file first. Errors as tc_scan().
 */
int tc_listing_read(const struct tc_query *query, struct tc_pipeline *pipeline,
		    struct tc_report *report);

#endif
