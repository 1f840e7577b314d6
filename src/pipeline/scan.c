/* SPDX-License-Identifier: MIT */
/*
 * scan.c - looking: chooses the source, runs the pipeline, keeps the time.
 *
 * With --source auto the kernel sources are tried best first; the first that lists anything
 * is used, and why the better ones did not work is kept for the report.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "model/census.h"
#include "model/field.h"
#include "model/filter.h"
#include "owner/netns.h"
#include "pipeline/listing.h"
#include "pipeline/pipeline.h"
#include "util/intl.h"
#include "util/macro.h"

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void refuse(struct tc_report *report, const struct tc_source *source)
{
	size_t at = report->refused_count;

	if (at == TC_REFUSED_MAX)
		return;
	report->refused[at].source = source->name;
	snprintf(report->refused[at].why, sizeof(report->refused[at].why), "%s", report->why);
	report->refused_count++;
	report->why[0] = '\0';
}

static bool is_wanted(const struct tc_query *query, const struct tc_source *source)
{
	return !query->source || strcmp(query->source, "auto") == 0 ||
	       strcmp(query->source, source->name) == 0;
}

static bool is_source_name(const char *name)
{
	if (!name || strcmp(name, "auto") == 0)
		return true;
	for (size_t i = 0; tc_sources[i]; i++)
		if (strcmp(name, tc_sources[i]->name) == 0)
			return true;
	return false;
}

/* Runs one source over the job; a census is counted where the data is, if that is possible. */
static int run_source(const struct tc_source *source, struct tc_job *job, struct tc_census *census,
		      struct tc_report *report)
{
	int err = source->probe ? source->probe(job, report->why) : 0;

	if (err)
		return err;
	if (census && source->tally) {
		err = source->tally(job, census, report);
		if (err != -EOPNOTSUPP)
			return err;
	}
	return source->scan(job, report);
}

/* The first source that works. *ret_source is it, and is known before the first batch. */
static int run_kernel(const struct tc_query *query, struct tc_job *job, struct tc_census *census,
		      struct tc_report *report)
{
	int err = -ENODEV;

	for (size_t i = 0; tc_sources[i]; i++) {
		if (!is_wanted(query, tc_sources[i]))
			continue;
		report->source = tc_sources[i]->name;
		report->states_not_read = 0;
		err = run_source(tc_sources[i], job, census, report);
		if (err >= 0 || job->begun)
			return err;
		report->source = NULL;
		if (query->source && strcmp(query->source, "auto") != 0)
			return err;
		refuse(report, tc_sources[i]);
	}
	if (report->refused_count) /* none was left: what the last said is why */
		memcpy(report->why, report->refused[report->refused_count - 1].why,
		       sizeof(report->why));
	return err;
}

/* The listeners have to be known before the first connection is judged by them. */
static int find_listeners(const struct tc_query *query, struct tc_pipeline *pipeline)
{
	struct tc_report report = { 0 };
	struct tc_job job = pipeline->job;
	int err;

	if (!(pipeline->flags & TC_FIELD_LISTENERS))
		return 0;
	job.states = TC_STATE_BIT(TC_LISTEN);
	job.families = TC_FAMILY_INET | TC_FAMILY_INET6;
	job.filter = NULL;
	job.sink = tc_pipeline_listeners;
	err = run_kernel(query, &job, NULL, &report);
	tc_listeners_sort(&pipeline->listeners);
	if (tc_pipeline_name_listeners(pipeline))
		return -ENOMEM;
	return err == -ENOMEM ? err : 0; /* what else is wrong, the scan itself will say */
}

static int look_at_kernel(const struct tc_query *query, struct tc_pipeline *pipeline,
			  struct tc_census *census, struct tc_report *report)
{
	struct tc_netns_visit visit = TC_NETNS_VISIT_INIT;
	int err = tc_netns_enter(query->netns, &visit, report->why), left;

	if (err)
		return err;
	err = find_listeners(query, pipeline);
	if (!err)
		err = run_kernel(query, &pipeline->job, census, report);
	left = tc_netns_leave(&visit);
	return err ? err : left;
}

/* A query of a caller that may have been compiled with fewer members. */
static struct tc_query whole_query(const struct tc_query *query)
{
	struct tc_query whole = { .size = 0 };

	memcpy(&whole, query, query->size < sizeof(whole) ? query->size : sizeof(whole));
	return whole;
}

static int run(const struct tc_query *query, tc_sink *sink, void *context,
	       struct tc_census *census, struct tc_report *report)
{
	tc_auto_free struct tc_pipeline *pipeline = malloc(sizeof(*pipeline));
	int err;

	if (!query->size || !is_source_name(query->source)) {
		snprintf(report->why, sizeof(report->why), "%s", _("the query is not valid"));
		return -EINVAL;
	}
	if (!pipeline)
		return -ENOMEM;
	tc_pipeline_init(pipeline, query, sink, context);
	err = query->from ? tc_listing_read(query, pipeline, report)
			  : look_at_kernel(query, pipeline, census, report);
	if (query->key_count && pipeline->seen)
		report->unseen = tc_keys_need(query->keys, query->key_count) & ~pipeline->seen;
	tc_pipeline_release(pipeline);
	return err;
}

/* Everything that tc_scan() and tc_census_take() share. */
static int look(const struct tc_query *query, tc_sink *sink, void *context,
		struct tc_census *census, struct tc_report *ret_report)
{
	struct tc_report report = { .size = ret_report->size };
	size_t size = ret_report->size < sizeof(report) ? ret_report->size : sizeof(report);
	uint64_t start = now_us();
	int err = run(query, sink, context, census, &report);

	report.took_us = now_us() - start;
	if (err == -ENOMEM && !report.why[0])
		snprintf(report.why, sizeof(report.why), "%s", _("out of memory"));
	memcpy(ret_report, &report, size);
	return err;
}

int tc_scan(const struct tc_query *query, tc_sink *sink, void *context, struct tc_report *report)
{
	struct tc_query whole = whole_query(query);

	return look(&whole, sink, context, NULL, report);
}

static int census_sink(void *context, const struct tc_sock *socks, size_t count)
{
	tc_census_add(context, socks, count);
	return 0;
}

int tc_census_take(const struct tc_query *query, struct tc_census *ret_census,
		   struct tc_report *report)
{
	struct tc_census census = { 0 };
	struct tc_query whole = whole_query(query);
	int err;

	if (!whole.states && !(whole.filter && whole.filter->states_named))
		whole.states = TC_STATES_ALL; /* a census shows BOUND, beside the total */
	err = look(&whole, census_sink, &census, &census, report);
	if (whole.from && !census.states[TC_BOUND]) /* hardly any listing shows them */
		report->states_not_read |= TC_STATE_BIT(TC_BOUND);
	if (!err)
		*ret_census = census;
	return err;
}
