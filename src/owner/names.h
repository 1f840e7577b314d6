/* SPDX-License-Identifier: MIT */
/*
 * names.h - names for the numbers of users and devices, each looked up once.
 *
 * A lookup may cost a question to a directory server, which is why nothing is looked up twice.
 */
#ifndef TC_OWNER_NAMES_H
#define TC_OWNER_NAMES_H

#include "tcpcensus.h"

struct tc_netns_list;

struct tc_names {
	void *users; /* trees of tsearch(3), by namespace and number */
	void *ifaces;
	const struct tc_netns_list *netns_list; /* where devices may be elsewhere; or NULL */
	int astray; /* -errno: a thread that went to look there could not come back */
};

void tc_names_release(struct tc_names *names);

/* The name of a user, or NULL where there is none or no memory. Lives as long as `names`. */
const char *tc_names_user(struct tc_names *names, uint32_t uid);

/*
 * The name of a device, or NULL. It is looked up in the given network namespace if that is in the
 * list, and else where the calling thread is, which has to be there the first time.
 */
const char *tc_names_iface(struct tc_names *names, uint64_t netns, uint32_t ifindex);

#endif
