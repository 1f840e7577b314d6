/* SPDX-License-Identifier: MIT */
/* listing.c - looking at a saved listing; see listing.h. */
#include "pipeline/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "model/field.h"
#include "source/capture_file.h"
#include "util/intl.h"
#include "util/macro.h"

enum { COPY_SIZE = 64 * 1024 };

static int copy_all(int from, FILE *to)
{
	tc_auto_free char *buf = malloc(COPY_SIZE);

	if (!buf)
		return -ENOMEM;
	for (;;) {
		ssize_t length = read(from, buf, COPY_SIZE);

		if (length <= 0)
			return length < 0 ? -errno : 0;
		if (fwrite(buf, 1, (size_t)length, to) != (size_t)length)
			return -errno;
	}
}

void tc_listing_release(struct tc_listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		if (listing->copies[i])
			fclose(listing->copies[i]);
	free(listing->copies);
	free(listing->paths);
	free(listing->files);
	free(listing->more);
	*listing = (struct tc_listing){.count = 0};
}

static int listing_init(struct tc_listing *listing, const struct tc_query *query)
{
	size_t count = 1;

	while (query->more_from && query->more_from[count - 1])
		count++;
	listing->files = calloc(count, sizeof(*listing->files));
	listing->copies = calloc(count, sizeof(FILE *));
	listing->paths = calloc(count, sizeof(*listing->paths));
	listing->more = calloc(count, sizeof(*listing->more));
	if (!listing->files || !listing->copies || !listing->paths || !listing->more)
		return -ENOMEM;
	listing->count = count;
	for (size_t i = 0; i < count; i++) {
		const char *name = i ? query->more_from[i - 1] : query->from;

		listing->files[i] = (struct tc_capture_file){.path = name, .name = name};
	}
	return 0;
}

static int read_once(const struct tc_listing *listing, tc_batch_sink *sink,
		     struct tc_pipeline *pipeline, struct tc_report *report)
{
	*report = (struct tc_report){.size = report->size};
	return tc_capture_read(listing->files, listing->count, sink, pipeline, report);
}

/* Copies what can be read once only; *ret_copy stays NULL where that is not needed. */
static int copy_once_only(const char *from, FILE **ret_copy, struct tc_report *report)
{
	bool standard_input = strcmp(from, "-") == 0;
	tc_auto_close int opened = standard_input ? -1 : open(from, O_RDONLY | O_CLOEXEC);
	int fd = standard_input ? STDIN_FILENO : opened, err;
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0 || (S_ISREG(status.st_mode) && !standard_input))
		return 0; /* what is wrong, the reader itself will say */
	*ret_copy = tmpfile();
	err = *ret_copy ? copy_all(fd, *ret_copy) : -errno;
	if (!err && fflush(*ret_copy))
		err = -errno;
	if (err)
		snprintf(report->why, sizeof(report->why),
			 _("cannot keep the listing in a temporary file: %s"), strerror(-err));
	return err;
}

int tc_listing_keep(const struct tc_query *query, struct tc_listing *listing,
		    struct tc_report *report)
{
	int err = listing_init(listing, query);

	for (size_t i = 0; i < listing->count && !err; i++) {
		struct tc_capture_file *file = &listing->files[i];

		err = copy_once_only(file->path, &listing->copies[i], report);
		if (err || !listing->copies[i])
			continue;
		snprintf(listing->paths[i], sizeof(listing->paths[i]), "/proc/self/fd/%d",
			 fileno(listing->copies[i]));
		file->path = listing->paths[i];
	}
	for (size_t i = 1; i < listing->count; i++)
		listing->more[i - 1] = listing->files[i].path;
	return err;
}

/* Which way a connection goes has to be known before it tells whose others are. */
static int note_batch(void *context, struct tc_sock *socks, size_t count)
{
	struct tc_pipeline *pipeline = context;

	tc_listeners_resolve(&pipeline->listeners, socks, count);
	return tc_owners_note_listed(&pipeline->owners, socks, count);
}

/* The listeners first, then whose sockets are, then everything. */
static int read_again(const struct tc_listing *listing, struct tc_pipeline *pipeline,
		      struct tc_report *report)
{
	int err = read_once(listing, tc_pipeline_listeners, pipeline, report);

	if (err)
		return err;
	tc_listeners_sort(&pipeline->listeners);
	if (pipeline->flags & TC_FIELD_OWNERS)
		err = read_once(listing, note_batch, pipeline, report);
	return err ? err : read_once(listing, tc_pipeline_batch, pipeline, report);
}

/* A filter by ports tells nothing about a listing that has none, or has names in their place. */
static void report_unjudged(const struct tc_pipeline *pipeline, struct tc_report *report)
{
	if (!pipeline->unjudged)
		return;
	report->complete = false;
	if (*report->why)
		return; /* one reason is shown, and the reader's own comes first */
	snprintf(report->why, sizeof(report->why),
		 tc_ngettext("the listing does not say of %llu socket what the filter asks for",
			     "the listing does not say of %llu sockets what the filter asks for",
			     (unsigned long)pipeline->unjudged),
		 (unsigned long long)pipeline->unjudged);
}

static int read_listing(const struct tc_query *query, struct tc_pipeline *pipeline,
			struct tc_report *report)
{
	__attribute__((cleanup(tc_listing_release))) struct tc_listing listing = {.count = 0};
	bool again = pipeline->flags & TC_FIELD_LISTENERS;
	int err = again ? tc_listing_keep(query, &listing, report) : listing_init(&listing, query);

	if (err)
		return err;
	return again ? read_again(&listing, pipeline, report)
		     : read_once(&listing, tc_pipeline_batch, pipeline, report);
}

int tc_listing_read(const struct tc_query *query, struct tc_pipeline *pipeline,
		    struct tc_report *report)
{
	int err = read_listing(query, pipeline, report);

	if (!err)
		report_unjudged(pipeline, report);
	memcpy(report->owners.sockets, pipeline->owned, sizeof(pipeline->owned));
	return err;
}
