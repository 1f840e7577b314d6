/* SPDX-License-Identifier: MIT */
/* processors.c - the affinity of the calling thread; see processors.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "util/processors.h"

#include <sched.h>

/* The kernel refuses to tell what a set has no room for (kernel/sched/syscalls.c). */
unsigned tc_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) < 0 ? CPU_SETSIZE : (unsigned)CPU_COUNT(&set);
}
