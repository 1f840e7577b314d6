/* SPDX-License-Identifier: MIT */
/*
 * test_unhashed.c - when the kernel's counts prove that every TCP socket is in a hash.
 *
 * What the kernel says at each reading is made up here: the linker has unhashed.c call
 * __wrap_tc_sockstat_read() and its like.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/unhashed.h"
#include "util/macro.h"

enum { OWN, FIRST, KINDS, TIMES = 2 };

/* What is read of our namespace and of the first process', the first and the second time. */
static struct tc_sockstat told[KINDS][TIMES];
static unsigned asked[KINDS];

static struct tc_sockstat tell(int kind)
{
	assert_in_range(asked[kind], 0, TIMES - 1);
	return told[kind][asked[kind]++];
}

struct tc_sockstat __wrap_tc_sockstat_read(void);
struct tc_sockstat __wrap_tc_sockstat_read_first(void);

struct tc_sockstat __wrap_tc_sockstat_read(void)
{
	return tell(OWN);
}

struct tc_sockstat __wrap_tc_sockstat_read_first(void)
{
	return tell(FIRST);
}

static struct tc_sockstat stat_of(uint64_t inuse, uint64_t allocated)
{
	return (struct tc_sockstat){.known = true, .inuse = inuse, .allocated = allocated};
}

/* The same at both readings. */
static void set(int kind, struct tc_sockstat stat)
{
	told[kind][0] = told[kind][1] = stat;
	asked[OWN] = asked[FIRST] = 0;
}

static bool possible(bool with_first)
{
	struct tc_sockstat own;

	asked[OWN] = asked[FIRST] = 0;
	own = tell(OWN);
	return tc_unhashed_possible(&own, with_first);
}

static void test_alone(void **state)
{
	(void)state;
	set(FIRST, stat_of(0, 0));
	set(OWN, stat_of(0, 0));
	assert_false(possible(false));
	set(OWN, stat_of(12, 12));
	assert_false(possible(false));
	assert_false(possible(true));
	assert_int_equal(asked[FIRST], 0);
	set(OWN, stat_of(12, 13));
	assert_true(possible(false));
	assert_int_equal(asked[OWN], 1); /* that settles it */
	set(OWN, (struct tc_sockstat){.known = false});
	assert_true(possible(true));
	assert_int_equal(asked[FIRST], 0);
}

/* What was made up for at the first reading shows at the second. */
static void test_not_still(void **state)
{
	static const struct tc_sockstat others[] = {
		{.known = true, .inuse = 12, .allocated = 13},
		{.known = true, .inuse = 11, .allocated = 12},
		{.known = true, .inuse = 13, .allocated = 13},
		{.known = false, .inuse = 12, .allocated = 12},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(others); i++) {
		set(OWN, stat_of(12, 12));
		told[OWN][1] = others[i];
		assert_true(possible(false));
	}
}

static void test_first_process(void **state)
{
	(void)state;
	set(OWN, stat_of(12, 20));
	set(FIRST, stat_of(8, 20));
	assert_false(possible(true));
	assert_int_equal(asked[OWN] + asked[FIRST], 4);
	assert_true(possible(false));
	set(FIRST, stat_of(7, 20));
	assert_true(possible(true));
	set(FIRST, stat_of(9, 20));
	assert_true(possible(true));
	set(FIRST, stat_of(8, 21)); /* one came meanwhile */
	assert_true(possible(true));
	set(FIRST, (struct tc_sockstat){.known = false, .inuse = 8, .allocated = 20});
	assert_true(possible(true));
}

static void test_first_process_not_still(void **state)
{
	(void)state;
	set(OWN, stat_of(12, 20));
	set(FIRST, stat_of(8, 20));
	told[FIRST][1] = stat_of(7, 20);
	assert_true(possible(true));
	told[FIRST][1] = stat_of(8, 19);
	assert_true(possible(true));
	told[FIRST][1] = (struct tc_sockstat){.known = false};
	assert_true(possible(true));
	set(FIRST, stat_of(8, 20));
	told[OWN][1] = stat_of(11, 20);
	assert_true(possible(true));
	told[OWN][1] = stat_of(12, 21);
	assert_true(possible(true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_not_still),
		cmocka_unit_test(test_first_process),
		cmocka_unit_test(test_first_process_not_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
