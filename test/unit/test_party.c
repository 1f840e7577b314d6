/* SPDX-License-Identifier: MIT */
/* test_party.c - sets of processes, each kept once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "owner/party.h"
#include "random.h"
#include "util/macro.h"

enum { PROCESSES = 40 };

static struct tc_process processes[PROCESSES];

/* The last ten are of a listing: they have no number. */
static void number_processes(void)
{
	for (uint32_t i = 0; i < PROCESSES; i++)
		processes[i].pid = i < PROCESSES - 10 ? 1000 - i : 0;
}

static const struct tc_party *party_of(struct tc_parties *parties, const int *which, size_t count)
{
	const struct tc_process *some[64];

	for (size_t i = 0; i < count; i++)
		some[i] = &processes[which[i]];
	return tc_party_of(parties, some, count);
}

static void test_order_does_not_matter(void **state)
{
	struct tc_parties parties = {0};
	const struct tc_party *one = party_of(&parties, (int[]){3, 1, 2}, 3);
	const struct tc_party *other = party_of(&parties, (int[]){2, 2, 1, 3, 1}, 5);

	(void)state;
	assert_ptr_equal(one, other);
	assert_int_equal(one->count, 3);
	assert_ptr_equal(one->processes[0], &processes[3]); /* the lowest pid */
	assert_ptr_equal(one->processes[1], &processes[2]);
	assert_ptr_equal(one->processes[2], &processes[1]);
	assert_ptr_not_equal(one, party_of(&parties, (int[]){3, 1}, 2));
	assert_ptr_not_equal(one, party_of(&parties, (int[]){3, 1, 4}, 3));
	tc_parties_release(&parties);
}

/* Two processes of a listing without numbers are two. */
static void test_without_pids(void **state)
{
	struct tc_parties parties = {0};
	const struct tc_party *both = party_of(&parties, (int[]){38, 35, 38}, 3);

	(void)state;
	assert_int_equal(both->count, 2);
	assert_ptr_equal(both, party_of(&parties, (int[]){35, 38}, 2));
	assert_ptr_not_equal(both, party_of(&parties, (int[]){35}, 1));
	assert_ptr_not_equal(both, party_of(&parties, (int[]){35, 37}, 2));
	tc_parties_release(&parties);
}

static void test_join(void **state)
{
	struct tc_parties parties = {0};
	const struct tc_party *one = party_of(&parties, (int[]){1, 2}, 2);
	const struct tc_party *two = party_of(&parties, (int[]){2, 3}, 2);
	const struct tc_party *three = party_of(&parties, (int[]){1, 2, 3}, 3);

	(void)state;
	assert_ptr_equal(tc_party_join_all(&parties, (const struct tc_party *[]){one}, 1), one);
	assert_ptr_equal(tc_party_join_all(&parties, (const struct tc_party *[]){one, one, one}, 3),
			 one);
	assert_ptr_equal(tc_party_join_all(&parties, (const struct tc_party *[]){one, two, one}, 3),
			 three);
	assert_ptr_equal(
		tc_party_join_all(&parties, (const struct tc_party *[]){three, two, one}, 3),
		three);
	tc_parties_release(&parties);
}

/* Against a bit for each process. */
static void test_random_sets(void **state)
{
	struct dice dice = {1};
	struct tc_parties parties = {0};
	struct {
		uint64_t bits;
		const struct tc_party *party;
	} seen[2000];

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(seen); i++) {
		size_t count = 1 + dice_below(&dice, 3);
		int which[4];

		seen[i].bits = 0;
		for (size_t j = 0; j < count; j++) {
			which[j] = (int)dice_below(&dice, PROCESSES);
			seen[i].bits |= UINT64_C(1) << which[j];
		}
		seen[i].party = party_of(&parties, which, count);
		assert_int_equal(seen[i].party->count, __builtin_popcountll(seen[i].bits));
		for (size_t j = 0; j < i; j++)
			if ((seen[i].bits == seen[j].bits) != (seen[i].party == seen[j].party))
				fail_msg("sets %zu and %zu", i, j);
	}
	tc_parties_release(&parties);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_does_not_matter),
		cmocka_unit_test(test_without_pids),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_random_sets),
	};

	number_processes();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
