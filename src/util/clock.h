/* SPDX-License-Identifier: MIT */
/* clock.h - the time since some moment, which nobody sets: for how long something took. */
#ifndef TC_UTIL_CLOCK_H
#define TC_UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t tc_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

#endif
