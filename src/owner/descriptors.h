/* SPDX-License-Identifier: MIT */
/* descriptors.h - how many descriptors a process has open, and how many it may have. */
#ifndef TC_OWNER_DESCRIPTORS_H
#define TC_OWNER_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tc_descriptors {
	bool has_open, has_limit;
	uint64_t open;
	uint64_t limit; /* the soft one, at which calls fail (getrlimit(2), RLIMIT_NOFILE) */
};

/* What of it this user may see; nothing of a process that has gone. */
void tc_descriptors_read(uint32_t pid, struct tc_descriptors *ret_descriptors);

/* The soft limit in the text of /proc/PID/limits; false: there is none. */
bool tc_descriptors_limit(const char *text, size_t length, uint64_t *ret_limit);

#endif
