/* SPDX-License-Identifier: MIT */
/* listing.h - looking at a saved listing instead of the kernel. */
#ifndef TC_PIPELINE_LISTING_H
#define TC_PIPELINE_LISTING_H

#include <stdio.h>

#include "pipeline/pipeline.h"
#include "source/capture_file.h"

/*
 * Reads query->from and more_from ("-": standard input) through the pipeline. Where the query needs the
 * listeners, the listing is read twice; what cannot be read twice (a pipe) is copied to a
 * nameless temporary file first. Errors as tc_scan().
 */
int tc_listing_read(const struct tc_query *query, struct tc_pipeline *pipeline,
		    struct tc_report *report);

/* The files of a query, for who goes over them several times. Zeroed: none. */
struct tc_listing {
	struct tc_capture_file *files;
	FILE **copies; /* of what can be read once only; NULL: it is read where it is */
	char (*paths)[32];
	const char **more; /* the paths of all but the first, for tc_query.more_from */
	size_t count;
};

/*
 * Copies what can be read once only into nameless temporary files. The paths of listing->files
 * can then be read as often as need be, until it is released. -ENOMEM, -errno and report->why;
 * it is to be released then, too.
 */
int tc_listing_keep(const struct tc_query *query, struct tc_listing *listing,
		    struct tc_report *report);
void tc_listing_release(struct tc_listing *listing);

#endif
