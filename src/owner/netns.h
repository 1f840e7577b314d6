/* SPDX-License-Identifier: MIT */
/* netns.h - visiting another network namespace and coming back. */
#ifndef TC_OWNER_NETNS_H
#define TC_OWNER_NETNS_H

#include "tcpcensus.h"

/*
 * Opens a network namespace: a name below /run/netns, a path, a process as "812" or "pid/812"
 * (what follows that, "/nginx", does not count), or any other name of the list of all.
 * -ENOENT: there is none; -EACCES: not allowed to; why says it in a sentence.
 */
int tc_netns_open(const char *name, int *ret_fd, char why[TC_WHY_MAX]);

/*
 * Moves the calling thread into a namespace; *ret_home is the descriptor to leave it with.
 * -EPERM: needs CAP_SYS_ADMIN.
 */
int tc_netns_enter(int fd, int *ret_home);

/* Moves the thread on into another one. Errors as tc_netns_enter(). */
int tc_netns_move(int fd);

/* Moves the thread back, and closes *home; -1 is fine. -errno: it is still in the other. */
int tc_netns_leave(int *home);

/* The sentence for an error of the above; returns the error. */
int tc_netns_fail(int err, const char *name, char why[TC_WHY_MAX]);

/*
 * Whether it is the name of the first namespace, which always is there, and we may not look at the
 * process by which it would be known.
 */
bool tc_netns_is_init_hidden(const char *name);

/* Whether the calling thread's namespace shares the kernel's table of connections. */
enum tc_netns_table {
	TC_NETNS_TABLE_SHARED,
	TC_NETNS_TABLE_OWN, /* or it is the machine's first namespace, whose the others share */
	TC_NETNS_TABLE_UNKNOWN,
};

/* From net.ipv4.tcp_ehash_entries (net/ipv4/sysctl_net_ipv4.c, proc_tcp_ehash_entries()). */
enum tc_netns_table tc_netns_table_here(void);

/*
 * The id of the first namespace, where threads of the kernel are; 0: not known, as where we do
 * not see all processes of the machine.
 */
uint64_t tc_netns_first(void);

#endif
