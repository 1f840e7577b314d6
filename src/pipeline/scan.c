/* SPDX-License-Identifier: MIT */
/* scan.c - looking: at the kernel or a listing, through the pipeline; keeps the time. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/census.h"
#include "model/field.h"
#include "model/filter.h"
#include "pipeline/kernel.h"
#include "pipeline/listing.h"
#include "pipeline/look.h"
#include "pipeline/pipeline.h"
#include "util/clock.h"
#include "util/intl.h"
#include "util/macro.h"

/* A query of a caller that may have been compiled with fewer members. */
static struct tc_query whole_query(const struct tc_query *query)
{
	struct tc_query whole = { .size = 0 };

	memcpy(&whole, query, query->size < sizeof(whole) ? query->size : sizeof(whole));
	return whole;
}

static int run(const struct tc_query *query, tc_sink *sink, void *context,
	       struct tc_census *census, struct tc_glance *glance, struct tc_report *report)
{
	tc_auto_free struct tc_pipeline *pipeline = malloc(sizeof(*pipeline));
	int err;

	if (!query->size || !tc_kernel_is_source(query->source)) {
		snprintf(report->why, sizeof(report->why), "%s", _("the query is not valid"));
		return -EINVAL;
	}
	if (!pipeline)
		return -ENOMEM;
	tc_pipeline_init(pipeline, query, sink, context);
	pipeline->job.glance = glance;
	if (census && !glance) /* no more is looked at than the state, and what the filter asks */
		pipeline->job.need = query->filter ? query->filter->need : 0;
	err = query->from ? tc_listing_read(query, pipeline, report)
			  : tc_kernel_read(query, pipeline, census, report);
	if (query->key_count && pipeline->seen)
		report->unseen = tc_keys_need(query->keys, query->key_count) & ~pipeline->seen;
	report->given = pipeline->given;
	tc_pipeline_release(pipeline);
	return err;
}

int tc_look(const struct tc_query *query, tc_sink *sink, void *context, struct tc_census *census,
	    struct tc_glance *glance, struct tc_report *ret_report)
{
	struct tc_report report = { .size = ret_report->size };
	size_t size = ret_report->size < sizeof(report) ? ret_report->size : sizeof(report);
	uint64_t start = tc_clock_us();
	int err = run(query, sink, context, census, glance, &report);

	report.took_us = tc_clock_us() - start;
	if (err == -ENOMEM && !report.why[0])
		snprintf(report.why, sizeof(report.why), "%s", _("out of memory"));
	memcpy(ret_report, &report, size);
	return err;
}

int tc_scan(const struct tc_query *query, tc_sink *sink, void *context, struct tc_report *report)
{
	struct tc_query whole = whole_query(query);

	return tc_look(&whole, sink, context, NULL, NULL, report);
}

static int census_sink(void *context, const struct tc_sock *socks, size_t count)
{
	tc_census_add(context, socks, count);
	return 0;
}

struct tc_query tc_census_query(const struct tc_query *query)
{
	struct tc_query whole = whole_query(query);

	if (!whole.states && !(whole.filter && whole.filter->states_named))
		whole.states = TC_STATES_ALL;
	return whole;
}

void tc_census_report(const struct tc_query *query, const struct tc_census *census,
		      struct tc_report *report)
{
	if (query->from && !census->states[TC_BOUND]) /* hardly any listing shows them */
		report->states_not_read |= TC_STATE_BIT(TC_BOUND);
}

int tc_census_take(const struct tc_query *query, struct tc_census *ret_census,
		   struct tc_report *report)
{
	struct tc_census census = { 0 };
	struct tc_query whole = tc_census_query(query);
	int err = tc_look(&whole, census_sink, &census, &census, NULL, report);

	tc_census_report(&whole, &census, report);
	if (!err)
		*ret_census = census;
	return err;
}
