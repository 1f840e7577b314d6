/* SPDX-License-Identifier: MIT */
/* listing.c - looking at a saved listing; see listing.h. */
#include "pipeline/listing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/field.h"
#include "pipeline/files.h"
#include "pipeline/gaps.h"
#include "util/intl.h"

static int read_once(const struct tc_files *files, tc_batch_sink *sink,
		     struct tc_pipeline *pipeline, struct tc_report *report)
{
	*report = (struct tc_report){.size = report->size};
	return tc_capture_read(files->files, files->count, sink, pipeline, report);
}

/* Which way a connection goes has to be known before it tells whose others are. */
static int note_batch(void *context, struct tc_sock *socks, size_t count)
{
	struct tc_pipeline *pipeline = context;

	tc_listeners_resolve(&pipeline->listeners, socks, count);
	return tc_owners_note_listed(&pipeline->owners, socks, count);
}

/* The listeners first, then whose sockets are, then everything. */
static int read_again(const struct tc_files *files, struct tc_pipeline *pipeline,
		      struct tc_report *report)
{
	int err = read_once(files, tc_pipeline_listeners, pipeline, report);

	if (err)
		return err;
	tc_listeners_sort(&pipeline->listeners);
	if (pipeline->flags & TC_FIELD_OWNERS)
		err = read_once(files, note_batch, pipeline, report);
	return err ? err : read_once(files, tc_pipeline_batch, pipeline, report);
}

static int read_listing(const struct tc_query *query, struct tc_pipeline *pipeline,
			struct tc_report *report)
{
	__attribute__((cleanup(tc_files_release))) struct tc_files files = {.count = 0};
	int err = tc_files_init(&files, query);

	if (err)
		return err;
	if (!(pipeline->flags & TC_FIELD_LISTENERS))
		return read_once(&files, tc_pipeline_batch, pipeline, report);
	err = tc_files_copy(&files, report->why);
	return err ? err : read_again(&files, pipeline, report);
}

int tc_listing_read(const struct tc_query *query, struct tc_pipeline *pipeline,
		    struct tc_report *report)
{
	int err = read_listing(query, pipeline, report);

	if (!err)
		tc_gap_unjudged(&pipeline->doubt, report);
	memcpy(report->owners.sockets, pipeline->owned, sizeof(pipeline->owned));
	return err;
}
