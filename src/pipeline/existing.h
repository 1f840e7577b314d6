/* SPDX-License-Identifier: MIT */
/*
 * existing.h - whether what a filter asks for by its name is there at all.
 *
 * "container = wbe1" with no result may mean that the container has no socket, or that there is
 * none of that name: the second is a mistake that can be told.
 */
#ifndef TC_PIPELINE_EXISTING_H
#define TC_PIPELINE_EXISTING_H

#include "owner/netns_list.h"

/*
 * Looks for the process of each "pid = N", and what each "container = NAME", "netns = NAME" and
 * "netns.id = N" of a filter names, on this machine; NULL is fine, also for the network namespaces
 * where they have not been read. A container is there as long as its cgroup is. 0, or -ESRCH and a
 * sentence in why, with the nearest that there is; -ENOMEM.
 */
int tc_existing_check(const struct tc_filter *filter, const struct tc_netns_list *netns,
		      char why[TC_WHY_MAX]);

#endif
