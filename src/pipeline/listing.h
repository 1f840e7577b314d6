/* SPDX-License-Identifier: MIT */
/* listing.h - looking at a saved listing instead of the kernel. */
#ifndef TC_PIPELINE_LISTING_H
#define TC_PIPELINE_LISTING_H

#include <stdio.h>

#include "pipeline/pipeline.h"

/*
 * Reads query->from and more_from ("-": standard input) through the pipeline. Where the query needs the
 * listeners, the listing is read twice; what cannot be read twice (a pipe) is copied to a
 * nameless temporary file first. Errors as tc_scan().
 */
int tc_listing_read(const struct tc_query *query, struct tc_pipeline *pipeline,
		    struct tc_report *report);

/*
 * Copies what can be read once only into a nameless temporary file, for who has to read it
 * several times; *ret_copy stays NULL where that is not needed. -errno, and report->why.
 */
int tc_listing_copy(const char *from, FILE **ret_copy, struct tc_report *report);

#endif
