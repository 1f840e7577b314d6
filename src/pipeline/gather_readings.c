/* SPDX-License-Identifier: MIT */
/* gather_readings.c - settings and counters, twice; see gather_readings.h. */
#include "pipeline/gather_readings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/readings.h"
#include "util/macro.h"

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
static struct tc_namespace_readings *find(struct tc_gathered_readings *readings, uint64_t netns)
{
	struct tc_namespace_readings *grown;

	for (size_t i = 0; i < readings->count; i++)
		if (readings->items[i].netns == netns)
			return &readings->items[i];
	grown = reallocarray(readings->items, readings->count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	readings->items = grown;
	grown[readings->count] = (struct tc_namespace_readings){.netns = netns};
	return &grown[readings->count++];
}

/* Settings stand in a file each, so they are read once. */
static int visit_each(void *context, const struct tc_netns *netns)
{
	struct visit *visit = context;
	struct tc_namespace_readings *item = find(visit->readings, netns->id);
	tc_auto_free struct tc_readings *all = NULL; /* large for a stack */

	if (!item)
		return -ENOMEM;
	item->has[visit->look] = true;
	if (!visit->look) {
		tc_readings_read_counters(&item->at[0]);
		return 0;
	}
	all = calloc(1, sizeof(*all));
	if (!item->name && netns->name)
		item->name = strdup(netns->name);
	if (!all || (netns->name && !item->name))
		return -ENOMEM;
	tc_readings_read(all);
	item->at[1] = all->counters;
	memcpy(item->settings, all->settings, sizeof(item->settings));
	return 0;
}

/* The report, where it is given, says which namespaces could not be visited. */
static int gather(struct tc_gathered_readings *readings, const struct tc_query *query, int look,
		  struct tc_report *report, char why[TC_WHY_MAX])
{
	struct visit visit = {.readings = readings, .look = look};
	struct tc_visits visits;
	int err = tc_visits_open(&visits, query, why);

	if (err)
		return err;
	if (visits.all)
		tc_readings_read(&readings->at[look]);
	err = tc_visits_each(&visits, visits.all ? visit_each : visit_one, &visit, why);
	if (report)
		tc_visits_report(&visits, report);
	tc_visits_close(&visits);
	return err;
}

int tc_gather_readings(struct tc_gathered_readings *readings, const struct tc_query *query,
		       int look, char why[TC_WHY_MAX])
{
	return gather(readings, query, look, NULL, why);
}

/* ---- Sums ---------------------------------------------------------------------------- */

static bool is_summed(size_t id)
{
	return !tc_counter_rows[id].machine_wide;
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

/*
 * What all of them have, so that no namespace's value passes for another's. What exists in the
 * initial one only is of the whole machine, and the same wherever it was seen.
 */
static struct tc_setting_value common_value(const struct tc_gathered_readings *readings, int id)
{
	const struct tc_setting_value *first = NULL;

	for (size_t i = 0; i < readings->count; i++) {
		const struct tc_setting_value *value = &readings->items[i].settings[id];

		if (!readings->items[i].has[1])
			continue;
		if (!first ||
		    (tc_setting_rows[id].initial_only && first->status != TC_SETTING_READ))
			first = value;
		else if (!tc_setting_rows[id].initial_only && !tc_setting_equal(first, value))
			return (struct tc_setting_value){.status = TC_SETTING_DIFFERS};
	}
	return first ? *first : readings->at[1].settings[id];
}

static void settle(struct tc_gathered_readings *readings)
{
	for (int id = 0; id < TC_SETTING_COUNT; id++)
		if (!tc_setting_rows[id].machine_wide)
			readings->at[1].settings[id] = common_value(readings, id);
}

void tc_gathered_readings_sum(struct tc_gathered_readings *readings)
{
	bool is_first = true;

	for (size_t i = 0; i < readings->count; i++) {
		const struct tc_namespace_readings *item = &readings->items[i];

		if (!item->has[1]) /* it went, and its counts with it */
			continue;
		add(&readings->at[0].counters, &item->at[item->has[0] ? 0 : 1], is_first);
		add(&readings->at[1].counters, &item->at[1], is_first);
		is_first = false;
	}
	settle(readings);
}

int tc_gathered_readings_give(struct tc_gathered_readings *readings, struct tc_facts *facts)
{
	if (!readings->count)
		return 0;
	facts->netns = calloc(readings->count, sizeof(*facts->netns));
	if (!facts->netns)
		return -ENOMEM;
	for (size_t i = 0; i < readings->count; i++) {
		struct tc_namespace_readings *item = &readings->items[i];
		struct tc_facts_netns *netns = &facts->netns[facts->netns_count];

		if (!item->has[1])
			continue;
		netns->id = item->netns;
		netns->name = tc_take(item->name);
		netns->has_before = item->has[0];
		netns->before = item->at[0];
		netns->now = item->at[1];
		memcpy(netns->settings, item->settings, sizeof(netns->settings));
		facts->netns_count++;
	}
	qsort(facts->netns, facts->netns_count, sizeof(*facts->netns), tc_facts_netns_order);
	return 0;
}

int tc_gather_only_readings(const struct tc_query *query, struct tc_facts *facts)
{
	__attribute__((cleanup(
		tc_gathered_readings_release))) struct tc_gathered_readings readings = {.count = 0};
	int err;

	facts->report.complete = true;
	err = gather(&readings, query, 1, &facts->report, facts->report.why);
	if (err)
		return err;
	tc_gathered_readings_sum(&readings);
	facts->now = readings.at[1];
	tc_lifetimes(facts->now.settings, facts->figures);
	return tc_gathered_readings_give(&readings, facts);
}

void tc_gathered_readings_release(struct tc_gathered_readings *readings)
{
	for (size_t i = 0; i < readings->count; i++)
		free(readings->items[i].name);
	free(readings->items);
	*readings = (struct tc_gathered_readings){.count = 0};
}
