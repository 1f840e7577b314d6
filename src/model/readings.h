/* SPDX-License-Identifier: MIT */
/*
 * readings.h - what is read of a machine besides its sockets, each once: settings and counters.
 *
 * Where it comes from does not matter to who reads it: from /proc (source/readings.h), or from
 * the same files of another machine, saved.
 */
#ifndef TC_MODEL_READINGS_H
#define TC_MODEL_READINGS_H

#include "model/counter.h"
#include "model/port_set.h"
#include "model/setting.h"

/* Zeroed: nothing was read. */
struct tc_readings {
	struct tc_setting_value settings[TC_SETTING_COUNT];
	struct tc_counters counters;
	/* What ip_local_reserved_ports lists; only from saved files, where the setting was read. */
	struct tc_port_set reserved;
};

#endif
