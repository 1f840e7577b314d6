/* SPDX-License-Identifier: MIT */
/* netns.h - visiting another network namespace and coming back. */
#ifndef TC_OWNER_NETNS_H
#define TC_OWNER_NETNS_H

#include "tcpcensus.h"

struct tc_netns_visit {
	int home; /* descriptor of the namespace to come back to; -1: we never left */
};

#define TC_NETNS_VISIT_INIT { .home = -1 }

/*
 * Moves the calling thread into a namespace: a name below /run/netns, a path, or NULL: stay.
 * -ENOENT: no such namespace; -EPERM: needs CAP_SYS_ADMIN; why says it in a sentence.
 */
int tc_netns_enter(const char *name_or_path, struct tc_netns_visit *visit, char why[TC_WHY_MAX]);

/* Moves the thread back. -errno: the thread is still in the other namespace. */
int tc_netns_leave(struct tc_netns_visit *visit);

#endif
