/* SPDX-License-Identifier: MIT */
/* counter_read.h - reads the kernel's counters, /proc/net/netstat and /proc/net/snmp. */
#ifndef TC_SOURCE_COUNTER_READ_H
#define TC_SOURCE_COUNTER_READ_H

#include "model/counter.h"

/*
 * Reads every counter of the table, those of the calling thread's network namespace, each file
 * once. `folder`: NULL, or another than /proc/thread-self/net, for tests. What cannot be read
 * says so in its status.
 */
void tc_counters_read(const char *folder, struct tc_counters *ret_counters);

#endif
