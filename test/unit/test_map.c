/* SPDX-License-Identifier: MIT */
/* test_map.c - numbers by number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/macro.h"
#include "util/map.h"

enum { MANY = 100000 };

static void test_empty(void **state)
{
	struct tc_map map = TC_MAP_INIT;
	uint64_t value;

	(void)state;
	assert_false(tc_map_get(&map, 1, &value));
	tc_map_release(&map);
}

/* Keys that are multiples of a power of two fall together where only low bits are looked at. */
static void test_many(void **state)
{
	struct tc_map map = TC_MAP_INIT;
	uint64_t value;

	(void)state;
	for (uint64_t i = 1; i <= MANY; i++) {
		assert_int_equal(*tc_map_put(&map, i << 20), 0);
		*tc_map_put(&map, i << 20) = i * 3;
	}
	assert_int_equal(map.count, MANY);
	for (uint64_t i = 1; i <= MANY; i++) {
		assert_true(tc_map_get(&map, i << 20, &value));
		assert_int_equal(value, i * 3);
		assert_false(tc_map_get(&map, (i << 20) + 1, &value));
	}
	tc_map_release(&map);
	assert_false(tc_map_get(&map, 1 << 20, &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
