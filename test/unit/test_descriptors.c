/* SPDX-License-Identifier: MIT */
/* test_descriptors.c - how many descriptors a process has open, and may have: of this one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "owner/descriptors.h"

static bool limit_of(const char *text, uint64_t *ret_limit)
{
	return tc_descriptors_limit(text, strlen(text), ret_limit);
}

static void test_text(void **state)
{
	static const char whole[] =
		"Limit                     Soft Limit           Hard Limit           Units     \n"
		"Max cpu time              unlimited            unlimited            seconds   \n"
		"Max open files            1024                 524288               files     \n"
		"Max locked memory         8388608              8388608              bytes     \n";
	uint64_t limit = 7;

	(void)state;
	assert_true(limit_of(whole, &limit));
	assert_int_equal(limit, 1024);
	assert_true(limit_of("Max open files 64", &limit)); /* cut behind it */
	assert_int_equal(limit, 64);
	assert_false(limit_of("", &limit));
	assert_false(limit_of("Max open files", &limit));
	assert_false(limit_of("Max open files            ", &limit));
	assert_false(limit_of("Max open files            unlimited  unlimited  files", &limit));
	assert_false(limit_of("Max open files   99999999999999999999999  4  files", &limit));
	assert_false(limit_of("Max processes             1024       1024       processes", &limit));
	assert_int_equal(limit, 64);
}

/* Whatever the kernel prints between: its own numbers, before and after they are changed. */
static void test_of_this_process(void **state)
{
	enum { MORE = 50 };
	struct tc_descriptors before, after;
	struct rlimit limit;
	int fds[MORE];

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	tc_descriptors_read((uint32_t)getpid(), &before);
	assert_true(before.has_open && before.has_limit);
	assert_int_equal(before.limit, limit.rlim_cur);
	for (int i = 0; i < MORE; i++)
		assert_true((fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0);
	limit.rlim_cur = 200;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	tc_descriptors_read((uint32_t)getpid(), &after);
	assert_int_equal(after.open, before.open + MORE);
	assert_int_equal(after.limit, 200);
	for (int i = 0; i < MORE; i++)
		close(fds[i]);
}

/* Of one that is not there nothing is known, and nothing is 0. */
static void test_of_nobody(void **state)
{
	struct tc_descriptors found;

	(void)state;
	tc_descriptors_read(0xffffffff, &found);
	assert_false(found.has_open);
	assert_false(found.has_limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_of_this_process),
		cmocka_unit_test(test_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
