/* SPDX-License-Identifier: MIT */
/* gather_readings.c - settings and counters, twice; see gather_readings.h. */
#include "pipeline/gather_readings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/readings.h"

struct visit {
	struct tc_gathered_readings *readings;
	int look;
};

static int visit_one(void *context, const struct tc_netns *netns __attribute__((unused)))
{
	struct visit *visit = context;

	tc_readings_read(&visit->readings->at[visit->look]);
	return 0;
}

/* The counters of the namespace where we are; they are new where it was not there before. */
static struct tc_namespace_counters *find(struct tc_gathered_readings *readings, uint64_t netns)
{
	struct tc_namespace_counters *grown;

	for (size_t i = 0; i < readings->count; i++)
		if (readings->items[i].netns == netns)
			return &readings->items[i];
	grown = reallocarray(readings->items, readings->count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	readings->items = grown;
	grown[readings->count] = (struct tc_namespace_counters){.netns = netns};
	return &grown[readings->count++];
}

static int visit_each(void *context, const struct tc_netns *netns)
{
	struct visit *visit = context;
	struct tc_namespace_counters *counters = find(visit->readings, netns->id);

	if (!counters)
		return -ENOMEM;
	counters->has[visit->look] = true;
	tc_readings_read_counters(&counters->at[visit->look]);
	return 0;
}

int tc_gather_readings(struct tc_gathered_readings *readings, const struct tc_query *query,
		       int look, char why[TC_WHY_MAX])
{
	struct visit visit = {.readings = readings, .look = look};
	struct tc_visits visits;
	int err = tc_visits_open(&visits, query, why);

	if (err)
		return err;
	if (visits.all)
		tc_readings_read(&readings->at[look]);
	err = tc_visits_each(&visits, visits.all ? visit_each : visit_one, &visit, why);
	tc_visits_close(&visits);
	return err;
}

/* ---- Sums ---------------------------------------------------------------------------- */

static bool is_summed(size_t id)
{
	return !tc_counter_rows[id].gauge && !tc_counter_rows[id].machine_wide;
}

/* What was not read of one namespace is not known of all. */
static void add(struct tc_counters *sum, const struct tc_counters *part, bool is_first)
{
	for (size_t id = 0; id < TC_COUNTER_COUNT; id++) {
		if (!is_summed(id))
			continue;
		if (is_first) {
			sum->value[id] = 0;
			sum->status[id] = TC_COUNTER_READ;
		}
		sum->value[id] += part->value[id];
		if (sum->status[id] == TC_COUNTER_READ)
			sum->status[id] = part->status[id];
	}
}

void tc_gathered_readings_sum(struct tc_gathered_readings *readings)
{
	bool is_first = true;

	for (size_t i = 0; i < readings->count; i++) {
		const struct tc_namespace_counters *item = &readings->items[i];

		if (!item->has[1]) /* it went, and its counts with it */
			continue;
		add(&readings->at[0].counters, &item->at[item->has[0] ? 0 : 1], is_first);
		add(&readings->at[1].counters, &item->at[1], is_first);
		is_first = false;
	}
}

void tc_gathered_readings_release(struct tc_gathered_readings *readings)
{
	free(readings->items);
	*readings = (struct tc_gathered_readings){.count = 0};
}
