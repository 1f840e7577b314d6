/* SPDX-License-Identifier: MIT */
/* privilege.h - what somebody can do whom the kernel has forbidden something. */
#ifndef TC_UTIL_PRIVILEGE_H
#define TC_UTIL_PRIVILEGE_H

#include <stdbool.h>

enum { TC_ADVICE_MAX = 192 };

/*
 * Whether our pid namespace is the machine's, and whether /proc lists the processes of all of it.
 * Where it cannot be told, it is taken to be so.
 */
bool tc_privilege_is_in_first_pids(void);
bool tc_privilege_lists_all(void);

/*
 * Whether /proc calls processes by the numbers that the kernel tells us: it is that of our own pid
 * namespace, or there is none.
 */
bool tc_privilege_lists_our_pids(void);

/* Whether a capability (CAP_..., linux/capability.h) is in effect for the calling thread. */
bool tc_privilege_has(unsigned capability);

/* What helps where /proc is not mounted, or something else is over it; NULL: it is there. */
const char *tc_privilege_no_proc(void);

/* The same where /proc/sys is not in it. */
const char *tc_privilege_no_settings(void);

enum tc_privilege {
	TC_PRIVILEGE_PTRACE,  /* CAP_SYS_PTRACE: to look into processes of others */
	TC_PRIVILEGE_HOLDERS, /* the same, and to see whoever may hold a socket */
	TC_PRIVILEGE_ADMIN,   /* CAP_SYS_ADMIN: to enter namespaces */
	TC_PRIVILEGE_NET,     /* CAP_NET_ADMIN: to compare firewall marks */
	TC_PRIVILEGE_READ,    /* CAP_DAC_READ_SEARCH: to list the descriptors of others */
};

/*
 * What helps, to follow a colon. Where there is no /proc, nothing else does. Root is not told to be
 * root: it lacks a capability, has it in a user namespace alone, looks for processes from within a
 * pid namespace, or is forbidden what its capabilities allow.
 */
void tc_privilege_advice(enum tc_privilege privilege, char advice[TC_ADVICE_MAX]);

#endif
