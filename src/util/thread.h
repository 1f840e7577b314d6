/* SPDX-License-Identifier: MIT */
/*
 * thread.h - a thread that takes a part of the work beside the one that begins it.
 *
 * Where a new thread runs is the kernel's affair, and on machines whose scheduler prefers few busy
 * processors to many (virtual ones, above all) that is behind the thread that began it, for longer
 * than a census takes, and there again when it has waited for anything. So it leaves its
 * beginner's processor alone.
 */
#ifndef TC_UTIL_THREAD_H
#define TC_UTIL_THREAD_H

#include <pthread.h>
#include <stdbool.h>

struct tc_thread {
	pthread_t id;
	void (*body)(void *context);
	void *context;
	bool elsewhere; /* it may not run where it was begun from */
	bool begun;	/* taken atomically */
};

/*
 * Runs body(context) beside the caller; false: no thread could be had, and nothing runs. *ret_thread
 * and context have to stay until tc_thread_join(). Signals are left to the threads that were there
 * before, but for SIGPIPE, which goes to whoever writes.
 */
bool tc_thread_begin(struct tc_thread *ret_thread, void (*body)(void *context), void *context);

/* Waits for its end. One that still waits for a busy processor gets the caller's. */
void tc_thread_join(struct tc_thread *thread);

#endif
