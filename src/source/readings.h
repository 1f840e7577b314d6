/* SPDX-License-Identifier: MIT */
/* readings.h - what the kernel has besides sockets: settings and counters, read together. */
#ifndef TC_SOURCE_READINGS_H
#define TC_SOURCE_READINGS_H

#include "model/readings.h"

/*
 * Reads every setting and every counter, each once, of the calling thread's network namespace.
 * It never fails as a whole: what could not be read says so in its status. A setting of the
 * whole machine that other namespaces do not show is absent there.
 */
void tc_readings_read(struct tc_readings *ret_readings);

/* Only the counters, as quickly as that goes: for the second of two readings. */
void tc_readings_read_counters(struct tc_counters *ret_counters);

#endif
