/* SPDX-License-Identifier: MIT */
/* thread.c - where a thread begins; see thread.h. */
#include "util/thread.h"

#include <sched.h>
#include <signal.h>

static void *run(void *context)
{
	struct tc_thread *thread = context;

	__atomic_store_n(&thread->begun, true, __ATOMIC_RELAXED);
	thread->body(thread->context);
	return NULL;
}

/* -1: this is not known, or a processor that a set has no room for. */
static int here(void)
{
	int processor = sched_getcpu();

	return processor < CPU_SETSIZE ? processor : -1;
}

/* All processors but the caller's, where there are any. */
static bool choose_elsewhere(pthread_attr_t *attributes)
{
	cpu_set_t others;
	int own = here();

	if (own < 0 || sched_getaffinity(0, sizeof(others), &others) < 0)
		return false;
	CPU_CLR((unsigned)own, &others);
	return CPU_COUNT(&others) &&
	       pthread_attr_setaffinity_np(attributes, sizeof(others), &others) == 0;
}

static bool begin(struct tc_thread *thread, bool elsewhere)
{
	pthread_attr_t attributes;
	bool begun;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	thread->elsewhere = elsewhere && choose_elsewhere(&attributes);
	begun = pthread_create(&thread->id, &attributes, run, thread) == 0;
	pthread_attr_destroy(&attributes);
	return begun;
}

bool tc_thread_begin(struct tc_thread *ret_thread, void (*body)(void *context), void *context)
{
	sigset_t all, before;
	bool begun;

	ret_thread->body = body;
	ret_thread->context = context;
	ret_thread->begun = false;
	sigfillset(&all);
	sigdelset(&all, SIGPIPE);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	/* Processors may have been taken away meanwhile: then it begins wherever it is put. */
	begun = begin(ret_thread, true) || begin(ret_thread, false);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return begun;
}

static void bring_here(const struct tc_thread *thread)
{
	cpu_set_t set;
	int own = here();

	if (own < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((unsigned)own, &set);
	pthread_setaffinity_np(thread->id, sizeof(set), &set);
}

void tc_thread_join(struct tc_thread *thread)
{
	if (thread->elsewhere && !__atomic_load_n(&thread->begun, __ATOMIC_RELAXED))
		bring_here(thread);
	pthread_join(thread->id, NULL);
}
