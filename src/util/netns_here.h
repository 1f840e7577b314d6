/* SPDX-License-Identifier: MIT */
/* netns_here.h - which network namespace the calling thread is in. */
#ifndef TC_UTIL_NETNS_HERE_H
#define TC_UTIL_NETNS_HERE_H

#include <stdint.h>

/* The number of its inode in nsfs, which tells namespaces apart; 0: not known. */
uint64_t tc_netns_here(void);

#endif
