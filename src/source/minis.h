/* SPDX-License-Identifier: MIT */
/*
 * minis.h - how many minisockets the machine has, at most: timewait and request sockets are made
 * in caches of their own (net/core/sock.c, tw_prot_init() and req_prot_init()), whose sizes SLUB
 * shows (Documentation/ABI/testing/sysfs-kernel-slab, total_objects).
 *
 * sockstat counts the timewait minisockets of one namespace, and no request sockets at all.
 */
#ifndef TC_SOURCE_MINIS_H
#define TC_SOURCE_MINIS_H

#include <stdint.h>

/*
 * What the caches have room for, of both families, in all namespaces: no fewer than there are,
 * and after a crowd some hundreds more. 0 where it cannot be read: it is for root, and a
 * container may be without /sys.
 */
uint64_t tc_minis_time_wait(void);
uint64_t tc_minis_requests(void);

#endif
