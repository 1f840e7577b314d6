/* SPDX-License-Identifier: MIT */
/* counter_read.h - reads the kernel's counters, /proc/net/netstat and what stands beside it. */
#ifndef TC_SOURCE_COUNTER_READ_H
#define TC_SOURCE_COUNTER_READ_H

#include "model/counter.h"

/*
 * Reads every counter of the table, those of the calling thread's network namespace, each file
 * once. NULL, or for tests: `net` another folder than /proc/thread-self/net, `sys` another than
 * /proc/sys. What cannot be read says so in its status.
 */
void tc_counters_read(const char *net, const char *sys, struct tc_counters *ret_counters);

/* Only gauges that cost nearly nothing: sockstat, and how many connections are tracked. */
void tc_counters_read_gauges(struct tc_counters *ret_counters);

#endif
