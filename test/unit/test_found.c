/* SPDX-License-Identifier: MIT */
/* test_found.c - sockets that are noted by several, and more than once, count once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bpf/found.h"

enum { BATCH = 1000, SIZE = 2432 };

/* Those from `first` on, each `step`th. */
static void take(struct tc_found *found, uint64_t first, uint64_t step)
{
	uint64_t socks[BATCH];

	for (uint64_t i = 0; i < BATCH; i++)
		socks[i] = 0xffff888000000000 + (first + i * step) * SIZE;
	assert_int_equal(tc_found_take(found, socks, BATCH), 0);
}

static void test_none(void **state)
{
	struct tc_found found = {.distinct = 0};

	(void)state;
	assert_int_equal(tc_found_count(&found), 0);
	assert_int_equal(tc_found_take(&found, NULL, 0), 0);
	assert_int_equal(tc_found_count(&found), 0);
	tc_found_release(&found);
}

/* The second has half of those of the first, and as many of its own. */
static void test_each_once(void **state)
{
	struct tc_found found = {.distinct = 0};

	(void)state;
	take(&found, 0, 2);
	assert_int_equal(tc_found_count(&found), BATCH);
	take(&found, 0, 4);
	assert_int_equal(tc_found_count(&found), BATCH + BATCH / 2);
	take(&found, 0, 2);
	assert_int_equal(tc_found_count(&found), BATCH + BATCH / 2);
	tc_found_release(&found);
}

/* Lists that are walked again and again: what is kept of them does not grow. */
static void test_again_and_again(void **state)
{
	struct tc_found found = {.distinct = 0};
	size_t room;

	(void)state;
	for (uint64_t i = 0; i < 300; i++)
		take(&found, i * BATCH, 1);
	assert_int_equal(tc_found_count(&found), 300 * BATCH);
	room = found.noted.capacity;
	for (uint64_t i = 0; i < 3000; i++)
		take(&found, i % 300 * BATCH, 1);
	assert_int_equal(tc_found_count(&found), 300 * BATCH);
	assert_in_range(found.noted.capacity, room, 4 * room);
	tc_found_release(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_again_and_again),
	};

	return cmocka_run_group_tests_name("found", tests, NULL, NULL);
}
