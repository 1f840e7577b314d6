/* SPDX-License-Identifier: MIT */
/* readings.c - settings and counters of this namespace; see readings.h. */
#include "source/readings.h"

#include "source/counter_read.h"
#include "source/setting_read.h"

void tc_readings_read(struct tc_readings *ret_readings)
{
	tc_settings_read(NULL, ret_readings->settings);
	tc_counters_read(NULL, NULL, &ret_readings->counters);
}

void tc_readings_read_counters(struct tc_counters *ret_counters)
{
	tc_counters_read(NULL, NULL, ret_counters);
}
