/* SPDX-License-Identifier: MIT */
/*
 * forecast.h - how long free ports last if everything goes on as it did: pure arithmetic.
 *
 * A port that a connection has taken comes back when TIME_WAIT is over. So ports run out only where
 * more are taken within that time than there are, or where ever more are held by connections that
 * stay open.
 */
#ifndef TC_ANALYSIS_FORECAST_H
#define TC_ANALYSIS_FORECAST_H

#include <stddef.h>
#include <stdint.h>

/* What waits now is told apart by quarters of a second, up to the 60 s of TIME_WAIT. */
enum { TC_FLOW_STEPS_A_SECOND = 4, TC_FLOW_STEPS = 60 * TC_FLOW_STEPS_A_SECOND };

/* Ports that are taken and come back, all of them after the same time. */
struct tc_flow {
	double taken; /* ports a second */
	double kept;  /* of these, how many do not come back: more and more are held */
	double waits; /* seconds after which the others do: up to 60 */
	uint32_t back[TC_FLOW_STEPS + 1]; /* of those that wait now, how many come at each step */
};

/* Seconds until none of the free ones is left; infinite: as many come back as are taken. */
double tc_forecast(uint32_t free, const struct tc_flow *flows, size_t count);

#endif
