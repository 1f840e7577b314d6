/* SPDX-License-Identifier: MIT */
/*
 * process.h - what the processes of this machine are called, each read once.
 *
 * A number of a process may be given to another one, so what was read is the truth of one look
 * at the machine: a program that looks again releases this first.
 */
#ifndef TC_OWNER_PROCESS_H
#define TC_OWNER_PROCESS_H

#include "tcpcensus.h"
#include "util/slice.h"

/* What is wanted beside pid and name, and costs another file each. */
enum {
	TC_PROCESS_CMDLINE = 1u << 0,
	TC_PROCESS_CGROUP = 1u << 1, /* cgroup, unit, container, pod */
};

struct tc_processes {
	void *tree;    /* of tsearch(3), by pid */
	void *cgroups; /* the same, by path: see tc_processes_of_cgroup() */
	void *listed;  /* the same, by pid and name: see tc_processes_listed() */
};

void tc_processes_release(struct tc_processes *processes);

/*
 * The process: what is wanted is read on first use, and what has gone or may not be read is
 * NULL. The cgroup is what tc_cgroup_of_process() chose. Text is as it was found, with control
 * characters; arguments that are too long end in "...". Pointers are valid until release. NULL: no memory.
 */
const struct tc_process *tc_processes_get(struct tc_processes *processes, uint32_t pid,
					  unsigned wanted);

/*
 * What outlasts a process from here that is replaced by another one, as when a service is restarted:
 * all but its pid and its arguments. Valid as long as the process.
 */
const struct tc_process *tc_process_service(const struct tc_process *of);

/*
 * Where a process is in the tree of cgroup v2, whatever those of v1 say of it; owned by the
 * caller. NULL: it has gone, there is no such tree, or no memory.
 */
char *tc_process_cgroup2(uint32_t pid);

/*
 * Whatever runs, or ran, in a cgroup: cgroup, unit, container and pod, and pid 0. The path may
 * be NULL. NULL: there is none, or no memory.
 */
const struct tc_process *tc_processes_of_cgroup(struct tc_processes *processes, const char *path);

/*
 * A process that a listing names, of any machine: pid 0 and an empty name are what it did not
 * say. NULL: no memory.
 */
const struct tc_process *tc_processes_listed(struct tc_processes *processes, uint32_t pid,
					     struct tc_slice name);

#endif
