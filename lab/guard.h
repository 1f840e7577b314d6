/* SPDX-License-Identifier: MIT */
/*
 * guard.h - a small process that outlives its parent by a moment, to clean up after it.
 */
#ifndef TC_LAB_GUARD_H
#define TC_LAB_GUARD_H

#include <stddef.h>
#include <sys/types.h>

struct lab_guard {
	pid_t pid;
	int pipe_fd; /* the guard wakes up when the last copy of this is closed */
};

void lab_guard_init(struct lab_guard *guard);

/* Starts a guard over those namespaces. Returns 0 or -errno. */
int lab_guard_start(struct lab_guard *guard, const int *netns_fds, size_t n);

/* In a child of the guarded process: its end shall not keep the guard waiting. */
void lab_guard_disown(struct lab_guard *guard);

/* Has the guard do its work now, and waits for it. Harmless on one that was not started. */
void lab_guard_stop(struct lab_guard *guard);

#endif
