/* SPDX-License-Identifier: MIT */
/*
 * test_rules_port_need.c - the rules about ports and the one about TIME_WAIT say the same of the same
 * destination: whether its ports are needed, and which of TIME_WAIT is in the way.
 */
#include "test/unit/facts_made.h"

#include <arpa/inet.h>
#include <math.h>

#include "analysis/port_need.h"
#include "test/unit/ports_made.h"
#include "util/macro.h"

/* A range of 1000 ports, of which so many are in use to one destination, so many in TIME_WAIT. */
static struct tc_destination *make(struct tc_facts *facts, uint32_t used, uint32_t time_wait,
				   uint32_t reusable)
{
	struct tc_ports *ports = calloc(1, sizeof(*ports));
	struct tc_destination *to = &ports->to[0];

	facts_make(facts);
	ports->pools[0] = (struct tc_port_pool){.low = 40000, .high = 40999, .exact = true};
	ports->pool_count = ports->count = 1;
	*to = (struct tc_destination){
		.local = tc_addr_from4(htonl(0x0a000001)),
		.remote = tc_addr_from4(htonl(0x0a000002)),
		.remote_port = 443,
		.capacity = 1000,
		.used = used,
		.time_wait = time_wait,
		.reusable = reusable,
		.reusable_at_least = reusable,
		.free = 1000 - used + reusable,
		.free_at_least = 1000 - used + reusable,
		.free_at_most = 1000 - used + reusable,
		.sustains_per_second = 16.6,
		.seconds_left = INFINITY,
		.port_seconds = 60,
	};
	facts->ports = ports;
	facts_count(facts, TC_TIME_WAIT, time_wait);
	return to;
}

/* Which rule tells what to do first, and how it begins. */
static void expect_first(struct tc_facts *facts, const char *start)
{
	const struct tc_rule *rule = tc_rule_find("tw-active-close");
	struct tc_judgement judgement;

	assert_int_equal(tc_facts_finish(facts), 0);
	assert_int_equal(tc_judge(rule, facts, true, &judgement), 0);
	assert_int_equal(judgement.verdict, TC_FOUND);
	assert_true(judgement.draft.likely_count > 0 || !strncmp(rule->first[0], start, strlen(start)));
	if (judgement.draft.likely_count) {
		const char *first = rule->first[judgement.draft.likely[0]];

		first = first ? first : rule->first[0];
		assert_int_equal(strncmp(first, start, strlen(start)), 0);
	}
	tc_draft_release(&judgement.draft);
}

/* Where they run out it is not said that there is nothing to do. */
static void test_what_runs_out_is_no_nothing(void **state)
{
	struct tc_facts facts;

	(void)state;
	make(&facts, 950, 900, 0);
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_CRITICAL, "900 of them in", NULL);
	facts_expect(&facts, "tw-active-close", TC_FOUND, TC_SEVERITY_NOTICE,
		     "Of the 1000 ports to 10.0.0.2:443 they hold 900", "running out: see port-exhaustion",
		     NULL);
	expect_first(&facts, "Widen ip_local_port_range, at once; then keep");
	tc_facts_release(&facts);
	make(&facts, 650, 600, 0); /* more than half, and not short */
	facts_expect(&facts, "port-exhaustion", TC_UNSURE, 0, "how fast", NULL);
	expect_first(&facts, "Nothing for now");
	tc_facts_release(&facts);
}

/* What may be taken over is in nobody's way, for either. */
static void test_what_can_be_taken_over_is_no_cost(void **state)
{
	static const struct {
		uint32_t used, time_wait, reusable;
		enum tc_verdict ports, time_waits;
	} rows[] = {
		{950, 900, 900, TC_NORMAL, TC_NORMAL},
		{950, 900, 500, TC_NORMAL, TC_NORMAL},
		{950, 900, 399, TC_UNSURE, TC_FOUND}, /* 501 of 1000 */
		{950, 900, 300, TC_UNSURE, TC_FOUND},
		{800, 350, 0, TC_FOUND, TC_NORMAL}, /* open ones hold more */
		{800, 400, 0, TC_FOUND, TC_FOUND},  /* the half of what is taken */
		{950, 500, 100, TC_FOUND, TC_NORMAL},
		{1000, 550, 100, TC_FOUND, TC_FOUND},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_facts facts;

		make(&facts, rows[i].used, rows[i].time_wait, rows[i].reusable);
		facts.interval_us = 0;
		if (rows[i].ports == TC_FOUND)
			facts_expect(&facts, "port-exhaustion", TC_FOUND,
				     rows[i].used - rows[i].reusable >= 900 ? TC_SEVERITY_CRITICAL
									    : TC_SEVERITY_WARNING,
				     NULL);
		else
			facts_expect(&facts, "port-exhaustion", rows[i].ports, 0, NULL);
		facts_expect(&facts, "tw-active-close", rows[i].time_waits, TC_SEVERITY_NOTICE,
			     NULL);
		tc_facts_release(&facts);
	}
}

static void test_what_is_taken_over_is_said(void **state)
{
	struct tc_facts facts;

	(void)state;
	make(&facts, 1000, 850, 100);
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_CRITICAL,
		     "100 ports in TIME_WAIT are in nobody's way", NULL);
	facts_expect(&facts, "tw-active-close", TC_FOUND, TC_SEVERITY_NOTICE, "they hold 750",
		     "100 ports in TIME_WAIT are in nobody's way", NULL);
	tc_facts_release(&facts);
	make(&facts, 950, 900, 800); /* all of what is in use, and yet there is room for long */
	facts.ports->to[0].rated = true;
	facts.ports->to[0].per_second_at_least = facts.ports->to[0].per_second_at_most = 100;
	facts.ports->to[0].port_seconds = 1;
	facts.ports->to[0].sustains_per_second = 950;
	facts_expect(&facts, "port-exhaustion", TC_NORMAL, 0, "uses 950 of 1000 ports",
		     "of which connect(2) may take over 800 now", "opened at 100/s",
		     "is enough for 950/s, while connections have timestamps", NULL);
	tc_facts_release(&facts);
}

/* What the one does not know the other does not call normal, or a cost. */
static void test_what_is_open_is_open_to_both(void **state)
{
	static const char *const ids[] = {"port-exhaustion", "tw-active-close"};
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 950, 900, 900);

	(void)state;
	to->reusable_at_least = to->free_at_least = 0;
	for (size_t i = 0; i < TC_ARRAY_SIZE(ids); i++)
		facts_expect(&facts, ids[i], TC_UNSURE, 0, "which TIME_WAIT had timestamps", NULL);
	to->reusable = 0;
	to->free = 50;
	to->free_at_most = 950;
	facts.now.settings[TC_SETTING_tcp_tw_reuse].status = TC_SETTING_NOT_READ;
	for (size_t i = 0; i < TC_ARRAY_SIZE(ids); i++)
		facts_expect(&facts, ids[i], TC_UNSURE, 0, "the setting tcp_tw_reuse", NULL);
	/* The limit does not depend on it. */
	facts_set(&facts, TC_SETTING_tcp_max_tw_buckets, 1000);
	facts.now.counters.value[TC_COUNTER_sockstat_tw] = 900;
	facts_expect(&facts, "tw-active-close", TC_FOUND, TC_SEVERITY_NOTICE, "tcp_max_tw_buckets",
		     NULL);
	tc_facts_release(&facts);
}

/* bind(2) takes none over: for it all of an address are in the way, to whichever destination. */
static void test_what_is_bound_before_cannot_be_taken_over(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 500, 450, 450);

	(void)state;
	to->shared_pool = true;
	to->bind_free = 100;
	to[1] = to[0];
	to[1].remote_port = 5432;
	to[1].used = 400;
	to[1].time_wait = 300;
	facts.ports->count = 2;
	facts_expect(&facts, "port-exhaustion", TC_QUIET, 0, NULL);
	facts_expect(&facts, "bind-exhaustion", TC_FOUND, TC_SEVERITY_CRITICAL, "100 of 1000",
		     "750 of those that are taken are in TIME_WAIT", NULL);
	facts_expect(&facts, "tw-active-close", TC_FOUND, TC_SEVERITY_NOTICE,
		     "Of the 1000 ports that bind(2) may choose", "they hold 750",
		     "running out: see bind-exhaustion", NULL);
	expect_first(&facts, "Widen ip_local_port_range, at once; then IP_BIND");
	to[0].time_wait = 100; /* open ones hold more of them */
	facts_expect(&facts, "bind-exhaustion", TC_FOUND, TC_SEVERITY_CRITICAL, "400 of those", NULL);
	facts_expect(&facts, "tw-active-close", TC_NORMAL, 0, NULL);
	tc_facts_release(&facts);
}

/* Ports of several destinations at once: not more than are taken. */
static void test_what_is_shared_is_not_counted_twice(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 500, 500, 0);
	struct tc_port_need need;

	(void)state;
	to->shared_pool = true;
	to->bind_free = 500;
	to[1] = to[0];
	to[1].remote_port = 5432;
	facts.ports->count = 2;
	need = tc_port_need_of(facts.ports, to);
	assert_int_equal(need.taken, 500);
	assert_int_equal(need.time_wait, 500);
	assert_int_equal(need.severity, 0);
	facts.ports->pools[0].assumed = true; /* how many there are is not known */
	to->bind_free = 0;
	assert_int_equal(tc_port_need_of(facts.ports, to).severity, 0);
	tc_facts_release(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_runs_out_is_no_nothing),
		cmocka_unit_test(test_what_can_be_taken_over_is_no_cost),
		cmocka_unit_test(test_what_is_taken_over_is_said),
		cmocka_unit_test(test_what_is_open_is_open_to_both),
		cmocka_unit_test(test_what_is_bound_before_cannot_be_taken_over),
		cmocka_unit_test(test_what_is_shared_is_not_counted_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
