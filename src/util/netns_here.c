/* SPDX-License-Identifier: MIT */
/* netns_here.c - which network namespace the calling thread is in; see netns_here.h. */
#include "util/netns_here.h"

#include <sys/stat.h>

uint64_t tc_netns_here(void)
{
	struct stat status;

	return stat("/proc/thread-self/ns/net", &status) == 0 ? (uint64_t)status.st_ino : 0;
}
