/* SPDX-License-Identifier: MIT */
/* test_glance.c - what is counted in passing comes out as records that symptoms can judge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/facts.h"
#include "model/glance.h"
#include "random.h"

static int add(void *context, const struct tc_sock *socks, size_t count)
{
	return tc_facts_add(context, socks, count);
}

static void look(const struct tc_glance *glance, struct tc_facts *facts)
{
	*facts = (struct tc_facts){.interval_us = 0};
	assert_int_equal(tc_glance_each(glance, add, facts), 0);
}

static void test_numbers_stay(void **state)
{
	static struct tc_glance glance;
	struct tc_facts facts;
	uint64_t total = 0;

	(void)state;
	for (int i = 0; i < TC_STATE_COUNT; i++)
		for (unsigned retrans = 0; retrans < 20; retrans++)
			for (unsigned timer = 0; timer < TC_GLANCE_TIMERS; timer++) {
				tc_glance_count(&glance, (enum tc_state)i, retrans, timer,
						retrans % 2);
				total += i != TC_BOUND;
			}
	look(&glance, &facts);
	assert_int_equal(facts.census.total, total);
	assert_int_equal(facts.census.states[TC_LAST_ACK], 20 * TC_GLANCE_TIMERS);
}

/* What no kernel sends is not counted, and nothing is written beside the table. */
static void test_odd_timers(void **state)
{
	static struct tc_glance glance;
	struct tc_facts facts;

	(void)state;
	tc_glance_count(&glance, TC_LAST_ACK, 255, 255, true);
	look(&glance, &facts);
	assert_int_equal(facts.census.total, 0);
}

static void test_symptoms(void **state)
{
	static struct tc_glance glance;
	struct tc_facts facts;

	(void)state;
	for (int i = 0; i < 7; i++) {
		tc_glance_count(&glance, TC_FIN_WAIT1, 9, TC_TIMER_RETRANS, false);
		tc_glance_count(&glance, TC_FIN_WAIT2, 0, TC_TIMER_TIMEWAIT, false);
		tc_glance_count(&glance, TC_CLOSE_WAIT, 0, TC_TIMER_NONE, true);
	}
	tc_glance_count(&glance, TC_FIN_WAIT1, 1, TC_TIMER_RETRANS, false);
	tc_glance_count(&glance, TC_SYN_RECV, 2, TC_TIMER_RETRANS, false);
	look(&glance, &facts);
	assert_int_equal(facts.symptoms[TC_SYMPTOM_FIN_WAIT1_SILENT].shown, 7);
	assert_int_equal(facts.symptoms[TC_SYMPTOM_FIN_WAIT1_SILENT].not_shown, 1);
	assert_int_equal(facts.symptoms[TC_SYMPTOM_FIN_WAIT2_ORPHAN].shown, 7);
	assert_int_equal(facts.symptoms[TC_SYMPTOM_CLOSE_WAIT_HELD].shown, 7);
	assert_int_equal(facts.symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD].unjudged, 7);
	assert_int_equal(facts.symptoms[TC_SYMPTOM_SYN_RECV_RETRIED].shown, 1);
	assert_int_equal(facts.symptoms[TC_SYMPTOM_SYN_RECV_ORPHAN].unjudged, 1);
}

static int refuse(void *context, const struct tc_sock *socks, size_t count)
{
	(void)context;
	(void)socks;
	(void)count;
	return 5;
}

static void test_the_sink_ends_it(void **state)
{
	static struct tc_glance glance;

	(void)state;
	assert_int_equal(tc_glance_each(&glance, refuse, NULL), 0);
	tc_glance_count(&glance, TC_LISTEN, 0, 0, true);
	assert_int_equal(tc_glance_each(&glance, refuse, NULL), 5);
}

/* The most to one far end is never more than is said, and exact where there is no other. */
static void test_ends(void **state)
{
	static struct tc_glance_ends ends;

	(void)state;
	assert_int_equal(tc_glance_ends_most(&ends), 0);
	assert_int_equal(tc_glance_ends_taken(&ends, 0, 65535), 0);
	for (uint32_t i = 0; i < 300; i++)
		tc_glance_ends_add(&ends, 0x0a000001, 443, (uint16_t)(40000 + i));
	assert_int_equal(tc_glance_ends_most(&ends), 300);
	for (uint32_t i = 0; i < 100000; i++)
		tc_glance_ends_add(&ends, 0x0a010000 + i, (uint16_t)(i % 7), 65535);
	assert_in_range(tc_glance_ends_most(&ends), 300, 300 + 100000 / 100);
	assert_int_equal(tc_glance_ends_taken(&ends, 0, 65535), 301);
	assert_int_equal(tc_glance_ends_taken(&ends, 40000, 40009), 10);
	assert_int_equal(tc_glance_ends_taken(&ends, 40299, 40299), 1);
	assert_int_equal(tc_glance_ends_taken(&ends, 40300, 65534), 0);
	assert_int_equal(tc_glance_ends_taken(&ends, 65535, 65535), 1);
}

/*
 * Of a million connections one in eighty is looked at: it is not missed that somebody has half of
 * the ports, and who has far less is not taken for that.
 */
static void test_ends_by_chance(void **state)
{
	enum { ROUNDS = 2000, EVERY = 80, MANY = 14116, FEW = 3000 };
	struct dice dice = {1};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		unsigned number = round % 2 ? MANY : FEW;
		struct tc_glance_ends ends = {.every = EVERY};

		for (unsigned i = 0; i < number; i++)
			if (!dice_below(&dice, EVERY))
				ends.far[7] += EVERY;
		assert_int_equal(tc_glance_ends_most(&ends) >= MANY, round % 2);
		assert_int_equal(tc_glance_ends_taken(&ends, 1024, 2047), 1024);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_ends_by_chance),
		cmocka_unit_test(test_numbers_stay),
		cmocka_unit_test(test_odd_timers),
		cmocka_unit_test(test_symptoms),
		cmocka_unit_test(test_the_sink_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
