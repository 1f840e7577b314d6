/* SPDX-License-Identifier: MIT */
/* test_netns_set.c - the namespaces of a walk, looked up as the kernel's side does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bpf/netns_set.h"
#include "random.h"
#include "util/macro.h"

static struct tc_walker walker;

/* walk.bpf.h:is_listed() */
static bool is_listed(uint32_t number)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(walker.listed_factors); i++)
		if (walker.listed[number * walker.listed_factors[i] >> walker.listed_shift] == number)
			return true;
	return false;
}

/* The kernel gives the lowest number that is free, from this one on (PROC_DYNAMIC_FIRST). */
static uint64_t in_turn(struct dice *dice, size_t i)
{
	(void)dice;
	return 0xf0000000u + i;
}

static uint64_t at_intervals(struct dice *dice, size_t i)
{
	(void)dice;
	return 0xf0000000u + 61 * i;
}

static uint64_t anywhere(struct dice *dice, size_t i)
{
	(void)i;
	return 0x80000000u | (uint32_t)dice_bits(dice);
}

static void check(uint64_t (*number)(struct dice *dice, size_t i), size_t count)
{
	struct dice dice = {count}, again = {count};
	uint64_t *netns = calloc(count, sizeof(*netns));

	assert_non_null(netns);
	for (size_t i = 0; i < count; i++)
		netns[i] = number(&dice, i);
	assert_in_range(tc_netns_set_fill(&walker, netns, count), 4 * count, TC_WALK_LISTED);
	for (size_t i = 0; i < count; i++) {
		assert_true(is_listed((uint32_t)number(&again, i)));
		assert_false(is_listed(0x70000000u + (uint32_t)i));
	}
	free(netns);
}

static void test_found(void **state)
{
	(void)state;
	for (size_t count = 1; count <= TC_WALK_NAMESPACES; count += count / 7 + 1) {
		check(in_turn, count);
		check(at_intervals, count);
		check(anywhere, count);
	}
	check(in_turn, TC_WALK_NAMESPACES);
	check(anywhere, TC_WALK_NAMESPACES);
}

/* What is listed before is forgotten, and one that is listed twice does no harm. */
static void test_filled_again(void **state)
{
	static const uint64_t first[] = {7, 8, 9}, then[] = {8, 11, 11};

	(void)state;
	assert_true(tc_netns_set_fill(&walker, first, TC_ARRAY_SIZE(first)) > 0);
	assert_true(is_listed(7));
	assert_true(tc_netns_set_fill(&walker, then, TC_ARRAY_SIZE(then)) > 0);
	assert_false(is_listed(7));
	assert_true(is_listed(8));
	assert_true(is_listed(11));
}

static void test_too_many(void **state)
{
	static const uint64_t none[TC_WALK_NAMESPACES + 1];

	(void)state;
	assert_int_equal(tc_netns_set_fill(&walker, none, TC_ARRAY_SIZE(none)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_filled_again),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
