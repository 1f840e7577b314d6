/* SPDX-License-Identifier: MIT */
/* netns.h - visiting another network namespace and coming back. */
#ifndef TC_OWNER_NETNS_H
#define TC_OWNER_NETNS_H

#include "tcpcensus.h"

/*
 * Opens a network namespace: a name below /run/netns, or a path. -ENOENT: there is none;
 * -EACCES: not allowed to; why says it in a sentence.
 */
int tc_netns_open(const char *name_or_path, int *ret_fd, char why[TC_WHY_MAX]);

/*
 * Moves the calling thread into a namespace; *ret_home is the descriptor to leave it with.
 * -EPERM: needs CAP_SYS_ADMIN.
 */
int tc_netns_enter(int fd, int *ret_home);

/* Moves the thread back, and closes *home; -1 is fine. -errno: it is still in the other. */
int tc_netns_leave(int *home);

/* The sentence for an error of the above; returns the error. */
int tc_netns_fail(int err, const char *name_or_path, char why[TC_WHY_MAX]);

#endif
