/* SPDX-License-Identifier: MIT */
/*
 * filter_lookup.h - what this machine says about the names in a filter.
 *
 * Everything is asked in the caller's network and mount namespace.
 */
#ifndef TC_MODEL_FILTER_LOOKUP_H
#define TC_MODEL_FILTER_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tcpcensus.h"

enum { TC_LOOKUP_HOSTS_MAX = 64, TC_LOOKUP_NEAR_MAX = 64 };

/* The port of a TCP service. -ENOENT. */
int tc_lookup_service(const char *name, uint16_t *ret_port);

/* The TCP service whose name is nearest, or "" where none is near. */
void tc_lookup_near_service(const char *name, char near_name[TC_LOOKUP_NEAR_MAX]);

/*
 * The addresses of a host, IPv4 first; family 0 means both. Returns how many, at most
 * TC_LOOKUP_HOSTS_MAX, or -ENOENT.
 */
int tc_lookup_host(const char *name, int family, struct tc_addr addrs[TC_LOOKUP_HOSTS_MAX],
		   int families[TC_LOOKUP_HOSTS_MAX]);

/* The index of a network device. -ENOENT. */
int tc_lookup_device(const char *name, uint32_t *ret_index);
bool tc_lookup_device_number(uint32_t index); /* whether there is one */
void tc_lookup_near_device(const char *name, char near_name[TC_LOOKUP_NEAR_MAX]);

/*
 * The id of a control group of version 2: a path, or one below the place where the
 * hierarchy is mounted. -ENOENT; -ENOTSUP: not of version 2; -ENODATA: it cannot be told where
 * that is; another negative errno.
 */
int tc_lookup_cgroup(const char *path, uint64_t *ret_id);

/* The range in which the kernel chooses local ports, of this network namespace. -errno. */
int tc_lookup_local_ports(uint16_t *ret_low, uint16_t *ret_high);

/* What it is read from. */
#define TC_LOCAL_PORTS_FILE "/proc/sys/net/ipv4/ip_local_port_range"

/* The kernel's default for it, which is what is known of another machine. */
enum { TC_LOCAL_PORT_LOW = 32768, TC_LOCAL_PORT_HIGH = 60999 };

#endif
