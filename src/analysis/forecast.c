/* SPDX-License-Identifier: MIT */
/* forecast.c - see forecast.h. */
#include "analysis/forecast.h"

#include <math.h>

static const double step_seconds = 1.0 / TC_FLOW_STEPS_A_SECOND;

/* How many a second are lost from this step on, but for those that wait now and come back. */
static double pace_at(const struct tc_flow *flows, size_t count, int step)
{
	double pace = 0;

	for (size_t i = 0; i < count; i++)
		pace += step * step_seconds < flows[i].waits ? flows[i].taken : flows[i].kept;
	return pace;
}

static uint32_t back_at(const struct tc_flow *flows, size_t count, int step)
{
	uint32_t back = 0;

	for (size_t i = 0; i < count; i++)
		back += flows[i].back[step];
	return back;
}

double tc_forecast(uint32_t free, const struct tc_flow *flows, size_t count)
{
	double left = free, pace;

	if (!free)
		return 0;
	pace = pace_at(flows, count, 0);
	if (pace * TC_FLOW_STEPS * step_seconds <= free && pace_at(flows, count, TC_FLOW_STEPS) <= 0)
		return INFINITY; /* mostly, and there may be many to ask for */
	for (int step = 0; step < TC_FLOW_STEPS; step++) {
		left += back_at(flows, count, step);
		pace = pace_at(flows, count, step);
		if (left < pace * step_seconds)
			return step * step_seconds + left / pace;
		left -= pace * step_seconds;
	}
	/* By now each that waited is back, and so are the first of those that were taken since. */
	left += back_at(flows, count, TC_FLOW_STEPS);
	pace = pace_at(flows, count, TC_FLOW_STEPS);
	return pace > 0 ? TC_FLOW_STEPS * step_seconds + left / pace : INFINITY;
}
