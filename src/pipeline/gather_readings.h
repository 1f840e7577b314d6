/* SPDX-License-Identifier: MIT */
/* gather_readings.h - settings and counters of the namespaces of a query, twice. */
#ifndef TC_PIPELINE_GATHER_READINGS_H
#define TC_PIPELINE_GATHER_READINGS_H

#include "analysis/facts.h"
#include "model/readings.h"
#include "pipeline/visit.h"

/* The counters of one namespace at the two looks, and its settings at the second. */
struct tc_namespace_readings {
	uint64_t netns; /* inode number */
	char *name;	/* owned */
	bool has[2];
	struct tc_counters at[2];
	struct tc_setting_value settings[TC_SETTING_COUNT];
};

struct tc_gathered_readings {
	struct tc_namespace_readings *items; /* owned; only of all namespaces */
	size_t count;
	struct tc_readings at[2]; /* of one namespace, or of here */
};

/* Reads them for the first (0) or the second (1) look. Errors as tc_visits_each(). */
int tc_gather_readings(struct tc_gathered_readings *readings, const struct tc_query *query,
		       int look, char why[TC_WHY_MAX]);

/*
 * Of all namespaces the sums. One that came or went meanwhile has no rise, so it is in neither
 * or in both. What holds for the whole machine is as it is here. Settings are what
 * all of them have, or TC_SETTING_DIFFERS.
 */
void tc_gathered_readings_sum(struct tc_gathered_readings *readings);

/* Hands those of each namespace that is still there over to the facts. -ENOMEM. */
int tc_gathered_readings_give(struct tc_gathered_readings *readings, struct tc_facts *facts);

/*
 * Fills facts, which were initialised, with what is read now, and looks at no socket: figures, and
 * each of the namespaces where all are asked for. facts->report says whether these were all.
 */
int tc_gather_only_readings(const struct tc_query *query, struct tc_facts *facts);

void tc_gathered_readings_release(struct tc_gathered_readings *readings);

#endif
