/* SPDX-License-Identifier: MIT */
/* test_thread.c - where a thread runs, what it leaves to others, and what becomes of a late one. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/thread.h"

/* What the system is to do, and what it was asked. */
static struct {
	unsigned refusals; /* so many threads are refused */
	unsigned creations;
	bool late; /* a thread begins only when it is given processors */
	pthread_mutex_t lock;
	pthread_cond_t moved;
	bool given;
	cpu_set_t processors; /* that it was given */
	void *(*start)(void *context);
} system_of;

static int set_up(void **state)
{
	(void)state;
	memset(&system_of, 0, sizeof(system_of));
	pthread_mutex_init(&system_of.lock, NULL);
	pthread_cond_init(&system_of.moved, NULL);
	return 0;
}

int __real_pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*start)(void *),
			  void *context);
int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*start)(void *),
			  void *context);

static void *begin_late(void *context)
{
	pthread_mutex_lock(&system_of.lock);
	while (!system_of.given)
		pthread_cond_wait(&system_of.moved, &system_of.lock);
	pthread_mutex_unlock(&system_of.lock);
	return system_of.start(context);
}

int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*start)(void *),
			  void *context)
{
	if (system_of.creations++ < system_of.refusals)
		return EINVAL;
	system_of.start = start;
	return __real_pthread_create(id, attributes, system_of.late ? begin_late : start, context);
}

int __wrap_pthread_setaffinity_np(pthread_t id, size_t size, const cpu_set_t *set);

int __wrap_pthread_setaffinity_np(pthread_t id, size_t size, const cpu_set_t *set)
{
	(void)id;
	assert_int_equal(size, sizeof(system_of.processors));
	pthread_mutex_lock(&system_of.lock);
	system_of.processors = *set;
	system_of.given = true;
	pthread_cond_signal(&system_of.moved);
	pthread_mutex_unlock(&system_of.lock);
	return 0;
}

/* ---- The thread ------------------------------------------------------------------------- */

struct seen {
	unsigned runs;
	pthread_t id;
	cpu_set_t processors;
	sigset_t blocked;
};

static void look_around(void *context)
{
	struct seen *seen = context;

	seen->runs++;
	seen->id = pthread_self();
	sched_getaffinity(0, sizeof(seen->processors), &seen->processors);
	pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
}

/* From its beginning to its end, once. */
static void run_once(struct seen *seen)
{
	struct tc_thread thread;

	*seen = (struct seen){.runs = 0};
	assert_true(tc_thread_begin(&thread, look_around, seen));
	tc_thread_join(&thread);
	assert_int_equal(seen->runs, 1);
}

static int processors(cpu_set_t *ret_set)
{
	assert_int_equal(sched_getaffinity(0, sizeof(*ret_set), ret_set), 0);
	return CPU_COUNT(ret_set);
}

/* It may run on all processors but one, which is left to who began it. */
static void test_elsewhere(void **state)
{
	struct seen seen;
	cpu_set_t own, common;
	int count = processors(&own);

	(void)state;
	run_once(&seen);
	assert_false(pthread_equal(seen.id, pthread_self()));
	assert_int_equal(CPU_COUNT(&seen.processors), count > 1 ? count - 1 : 1);
	CPU_AND(&common, &own, &seen.processors);
	assert_true(CPU_EQUAL(&common, &seen.processors));
	assert_int_equal(processors(&common), count);
}

/* Where there is but one processor it runs there. */
static void test_one_processor(void **state)
{
	struct seen seen;
	cpu_set_t own, one;
	size_t first = 0;

	(void)state;
	processors(&own);
	while (!CPU_ISSET(first, &own))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	run_once(&seen);
	assert_true(CPU_EQUAL(&one, &seen.processors));
	assert_int_equal(sched_setaffinity(0, sizeof(own), &own), 0);
}

static void test_signals(void **state)
{
	struct seen seen;
	sigset_t mask;

	(void)state;
	run_once(&seen);
	assert_int_equal(sigismember(&seen.blocked, SIGINT), 1);
	assert_int_equal(sigismember(&seen.blocked, SIGTERM), 1);
	assert_int_equal(sigismember(&seen.blocked, SIGPIPE), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(sigismember(&mask, SIGINT), 0);
}

/* Without a choice of processors it is tried again; then the caller is told. */
static void test_refused(void **state)
{
	struct seen seen;
	struct tc_thread thread;
	cpu_set_t own;
	sigset_t mask;

	(void)state;
	system_of.refusals = 1;
	run_once(&seen);
	assert_int_equal(CPU_COUNT(&seen.processors), processors(&own));
	system_of.refusals = UINT32_MAX;
	assert_false(tc_thread_begin(&thread, look_around, &seen));
	assert_int_equal(seen.runs, 1);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(sigismember(&mask, SIGINT), 0);
}

/* One that has not begun when it is waited for is given the processor of who waits. */
static void test_late(void **state)
{
	struct seen seen;
	cpu_set_t own;

	(void)state;
	if (processors(&own) < 2)
		skip();
	system_of.late = true;
	run_once(&seen);
	assert_int_equal(CPU_COUNT(&system_of.processors), 1);
	CPU_AND(&system_of.processors, &system_of.processors, &own);
	assert_int_equal(CPU_COUNT(&system_of.processors), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_elsewhere, set_up),
		cmocka_unit_test_setup(test_one_processor, set_up),
		cmocka_unit_test_setup(test_signals, set_up),
		cmocka_unit_test_setup(test_refused, set_up),
		cmocka_unit_test_setup(test_late, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
