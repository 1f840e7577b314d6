/* SPDX-License-Identifier: MIT */
/* test_rules_machine.c - the rules about what all connections share, by facts made here. */
#include "test/unit/facts_made.h"

#include "analysis/listening.h"
#include "util/macro.h"

/* ---- tcp-mem -------------------------------------------------------------------------- */

enum { PRESSURE = 383866, LIMIT = 575796 }; /* of fixture.h */

static void expect_pages(uint64_t pages, enum tc_counter rose, enum tc_verdict verdict,
			 int severity, const char *text)
{
	struct tc_facts facts;

	facts_make(&facts);
	facts.now.counters.value[TC_COUNTER_sockstat_mem] = pages;
	if (rose != TC_COUNTER_sockstat_mem)
		facts_rose(&facts, rose, 3);
	facts_expect(&facts, "tcp-mem", verdict, severity, text, NULL);
	tc_facts_release(&facts);
}

static void test_memory_for_queues(void **state)
{
	const enum tc_counter none = TC_COUNTER_sockstat_mem;

	(void)state;
	expect_pages(PRESSURE / 2 - 1, none, TC_QUIET, 0, NULL);
	expect_pages(PRESSURE / 2, none, TC_NORMAL, 0, "191933 pages");
	expect_pages(PRESSURE - 1, none, TC_NORMAL, 0, "67 % of the limit of 575796");
	expect_pages(PRESSURE, none, TC_FOUND, TC_SEVERITY_WARNING, "from 383866");
	expect_pages(LIMIT * 95ull / 100, none, TC_FOUND, TC_SEVERITY_WARNING, "95 %");
	expect_pages(LIMIT * 95ull / 100 + 1, none, TC_FOUND, TC_SEVERITY_CRITICAL, "95 %");
	expect_pages(10, TC_COUNTER_TCPMemoryPressures, TC_FOUND, TC_SEVERITY_WARNING, "3 times");
	expect_pages(PRESSURE, TC_COUNTER_TCPAbortOnMemory, TC_FOUND, TC_SEVERITY_CRITICAL,
		     "3 connections without");
	/* Too many orphans are reset as well, and have nothing to do with memory. */
	expect_pages(10, TC_COUNTER_TCPAbortOnMemory, TC_QUIET, 0, NULL);
}

/* The kernel counts a segment that it drops twice, where it has tried to make room for it. */
static void test_a_dropped_segment_is_counted_once(void **state)
{
	struct tc_facts facts;

	(void)state;
	facts_make(&facts);
	facts.now.counters.value[TC_COUNTER_sockstat_mem] = PRESSURE;
	facts_rose(&facts, TC_COUNTER_RcvPruned, 4);
	facts_rose(&facts, TC_COUNTER_TCPRcvQDrop, 4);
	facts_expect(&facts, "tcp-mem", TC_FOUND, TC_SEVERITY_WARNING, "4 times what was received",
		     NULL);
	tc_facts_release(&facts);
}

static void test_the_limit_of_memory_is_not_seen_everywhere(void **state)
{
	struct tc_facts facts;

	(void)state;
	facts_make(&facts);
	facts.now.settings[TC_SETTING_tcp_mem].status = TC_SETTING_ABSENT;
	facts.now.settings[TC_SETTING_tcp_mem].count = 0;
	facts_expect(&facts, "tcp-mem", TC_UNSURE, 0, "initial network namespace", NULL);
	tc_facts_release(&facts);
	facts_make_listing(&facts);
	facts_expect(&facts, "tcp-mem", TC_UNSURE, 0, "TCP mem", NULL);
	tc_facts_release(&facts);
}

/* ---- conntrack-full ------------------------------------------------------------------- */

static void track(struct tc_facts *facts, uint64_t count, uint64_t max)
{
	facts_make(facts);
	facts_rose(facts, TC_COUNTER_conntrack_count, count);
	facts_rose(facts, TC_COUNTER_conntrack_max, max);
	facts_rose(facts, TC_COUNTER_conntrack_early_drop, 0);
}

static void expect_tracked(uint64_t count, enum tc_verdict verdict, int severity, const char *text)
{
	struct tc_facts facts;

	track(&facts, count, 1000);
	facts_expect(&facts, "conntrack-full", verdict, severity, text, NULL);
	tc_facts_release(&facts);
}

static void test_a_table_that_fills_up(void **state)
{
	(void)state;
	expect_tracked(499, TC_QUIET, 0, NULL);
	expect_tracked(500, TC_NORMAL, 0, "500 connections, 50 % of the 1000");
	expect_tracked(799, TC_NORMAL, 0, "799");
	expect_tracked(800, TC_FOUND, TC_SEVERITY_WARNING, "80 %");
	expect_tracked(949, TC_FOUND, TC_SEVERITY_WARNING, "949");
	expect_tracked(950, TC_FOUND, TC_SEVERITY_CRITICAL, "95 %");
}

/* Packets are dropped for other reasons as well: that alone says nothing of the table. */
static void test_drops_count_where_the_table_is_full(void **state)
{
	struct tc_facts facts;

	(void)state;
	track(&facts, 700, 1000);
	facts_rose(&facts, TC_COUNTER_conntrack_drop, 5);
	facts_expect(&facts, "conntrack-full", TC_NORMAL, 0, NULL);
	facts_rose(&facts, TC_COUNTER_conntrack_early_drop, 6);
	facts_expect(&facts, "conntrack-full", TC_FOUND, TC_SEVERITY_CRITICAL, "6 entries",
		     "5 packets", NULL);
	tc_facts_release(&facts);
	track(&facts, 800, 1000);
	facts_rose(&facts, TC_COUNTER_conntrack_drop, 5);
	facts_expect(&facts, "conntrack-full", TC_FOUND, TC_SEVERITY_CRITICAL, NULL);
	tc_facts_release(&facts);
}

/* It may have been full for a moment, and nobody saw. */
static void test_a_table_of_which_one_look_was_taken(void **state)
{
	struct tc_facts facts;

	(void)state;
	track(&facts, 700, 1000);
	facts.now.counters.value[TC_COUNTER_conntrack_early_drop] = 3; /* since the start */
	facts.interval_us = 0;
	facts_expect(&facts, "conntrack-full", TC_UNSURE, 0, "an interval", "700 of 1000", NULL);
	facts.now.counters.status[TC_COUNTER_conntrack_early_drop] = TC_COUNTER_ABSENT;
	facts.interval_us = 1000000;
	facts_expect(&facts, "conntrack-full", TC_UNSURE, 0, "/proc/net/stat/nf_conntrack", NULL);
	tc_facts_release(&facts);
}

static void test_without_tracking_there_is_nothing_to_fill(void **state)
{
	struct tc_facts facts;

	(void)state;
	facts_make(&facts);
	facts_expect(&facts, "conntrack-full", TC_QUIET, 0, NULL);
	facts.now.counters.status[TC_COUNTER_conntrack_count] = TC_COUNTER_NOT_READ;
	facts_expect(&facts, "conntrack-full", TC_UNSURE, 0, "nf_conntrack_max", NULL);
	tc_facts_release(&facts);
	track(&facts, 900, 0); /* no limit */
	facts_expect(&facts, "conntrack-full", TC_QUIET, 0, NULL);
	tc_facts_release(&facts);
}

/* ---- dangerous-settings ---------------------------------------------------------------- */

static void expect_setting(enum tc_setting id, int64_t value, int severity, const char *text)
{
	struct tc_facts facts;

	facts_make(&facts);
	facts_set(&facts, TC_SETTING_tcp_tw_recycle, 0);
	facts_set(&facts, id, value);
	facts_expect(&facts, "dangerous-settings", severity ? TC_FOUND : TC_QUIET, severity, text,
		     NULL);
	tc_facts_release(&facts);
}

static void test_defaults_are_no_danger(void **state)
{
	struct tc_facts facts;

	(void)state;
	facts_make(&facts);
	facts_set(&facts, TC_SETTING_tcp_tw_recycle, 0);
	facts_expect(&facts, "dangerous-settings", TC_QUIET, 0, NULL);
	facts.now.settings[TC_SETTING_tcp_tw_recycle].status = TC_SETTING_ABSENT;
	facts_expect(&facts, "dangerous-settings", TC_QUIET, 0, NULL);
	tc_facts_release(&facts);
	facts_make_listing(&facts);
	facts_expect(&facts, "dangerous-settings", TC_UNSURE, 0, "the settings of that machine",
		     NULL);
	facts.report.foreign = false;
	facts_expect(&facts, "dangerous-settings", TC_UNSURE, 0, "none of /proc/sys could be read",
		     NULL);
	tc_facts_release(&facts);
}

static void test_each_dangerous_value(void **state)
{
	enum { NOTICE = TC_SEVERITY_NOTICE, WARNING = TC_SEVERITY_WARNING };

	(void)state;
	expect_setting(TC_SETTING_tcp_tw_recycle, 1, WARNING, "tcp_tw_recycle is 1");
	expect_setting(TC_SETTING_tcp_max_tw_buckets, 0, WARNING, "tcp_max_tw_buckets is 0");
	expect_setting(TC_SETTING_tcp_max_tw_buckets, 16383, NOTICE, "is 16383, less than");
	expect_setting(TC_SETTING_tcp_max_tw_buckets, 16384, 0, NULL);
	expect_setting(TC_SETTING_tcp_max_orphans, 0, WARNING, "tcp_max_orphans is 0: while one");
	expect_setting(TC_SETTING_tcp_max_orphans, -1, WARNING, "tcp_max_orphans is -1");
	expect_setting(TC_SETTING_tcp_max_orphans, 1, 0, NULL);
	expect_setting(TC_SETTING_tcp_syncookies, 0, NOTICE, "tcp_syncookies is 0");
	expect_setting(TC_SETTING_tcp_syncookies, 2, NOTICE, "meant for tests");
	expect_setting(TC_SETTING_tcp_timestamps, 0, NOTICE, "tcp_timestamps is 0");
	expect_setting(TC_SETTING_tcp_timestamps, 2, 0, NULL);
	expect_setting(TC_SETTING_tcp_window_scaling, 0, NOTICE, "no more than 64 KiB");
	expect_setting(TC_SETTING_tcp_sack, 0, NOTICE, "tcp_sack is 0");
	expect_setting(TC_SETTING_tcp_tw_reuse, 1, 0, NULL);
	expect_setting(TC_SETTING_tcp_abort_on_overflow, 1, NOTICE, "tcp_abort_on_overflow is 1");
	expect_setting(TC_SETTING_tcp_retries2, 8, 0, NULL);
	expect_setting(TC_SETTING_tcp_retries2, 7, NOTICE, "tcp_retries2 is 7");
	expect_setting(TC_SETTING_tcp_retries2, 3, NOTICE, "tcp_retries2 is 3");
	expect_setting(TC_SETTING_tcp_retries2, 2, WARNING, "tcp_retries2 is 2");
	expect_setting(TC_SETTING_tcp_orphan_retries, 1, NOTICE, "tcp_orphan_retries is 1");
	expect_setting(TC_SETTING_tcp_orphan_retries, 3, 0, NULL);
	expect_setting(TC_SETTING_tcp_synack_retries, 2, 0, NULL);
	expect_setting(TC_SETTING_tcp_synack_retries, 1, NOTICE, "tcp_synack_retries is 1");
	expect_setting(TC_SETTING_tcp_fin_timeout, 5, 0, NULL);
	expect_setting(TC_SETTING_tcp_fin_timeout, 4, NOTICE, "tcp_fin_timeout is 4 s");
	expect_setting(TC_SETTING_ip_local_port_range, 60000, 0, NULL);
	expect_setting(TC_SETTING_ip_local_port_range, 60001, NOTICE, "begins at 60001");
	expect_setting(TC_SETTING_tcp_challenge_ack_limit, 1000, 0, NULL);
	expect_setting(TC_SETTING_tcp_challenge_ack_limit, 100, NOTICE, "CVE-2016-5696");
	expect_setting(TC_SETTING_somaxconn, 16, 0, NULL); /* nobody listens */
}

static void test_reserved_ports_are_none_of_a_small_range(void **state)
{
	struct tc_facts facts;

	(void)state;
	facts_make(&facts);
	facts.reserved = calloc(1, sizeof(*facts.reserved));
	assert_non_null(facts.reserved);
	for (unsigned port = 33768; port <= 60999; port++)
		tc_port_set_add(facts.reserved, port);
	facts_expect(&facts, "dangerous-settings", TC_QUIET, 0, NULL);
	tc_port_set_add(facts.reserved, 33767);
	facts_expect(&facts, "dangerous-settings", TC_FOUND, TC_SEVERITY_NOTICE,
		     "fewer than 1000 ports that are not reserved", NULL);
	for (unsigned port = 32768; port <= 33767; port++)
		tc_port_set_add(facts.reserved, port);
	facts_expect(&facts, "dangerous-settings", TC_FOUND, TC_SEVERITY_WARNING, NULL);
	tc_facts_release(&facts);
}

static void test_a_tiny_somaxconn_bounds_listeners(void **state)
{
	struct tc_facts facts;

	(void)state;
	facts_make(&facts);
	facts_count(&facts, TC_LISTEN, 1);
	facts_set(&facts, TC_SETTING_somaxconn, 128);
	facts_expect(&facts, "dangerous-settings", TC_QUIET, 0, NULL);
	facts_set(&facts, TC_SETTING_somaxconn, 16);
	facts_expect(&facts, "dangerous-settings", TC_FOUND, TC_SEVERITY_NOTICE,
		     "somaxconn is 16, less", NULL);
	tc_facts_release(&facts);
}

/* A namespace that shares the table of the machine shows its size negative. */
static void test_buckets_of_a_shared_table(void **state)
{
	struct tc_facts facts;

	(void)state;
	facts_make(&facts);
	facts_set(&facts, TC_SETTING_tcp_ehash_entries, -262144);
	facts_expect(&facts, "dangerous-settings", TC_QUIET, 0, NULL);
	facts_set(&facts, TC_SETTING_tcp_max_tw_buckets, 5000);
	facts_expect(&facts, "dangerous-settings", TC_FOUND, TC_SEVERITY_NOTICE, "5000", NULL);
	tc_facts_release(&facts);
}

static void test_reuse_without_timestamps_does_nothing(void **state)
{
	struct tc_facts facts;

	(void)state;
	facts_make(&facts);
	facts_set(&facts, TC_SETTING_tcp_tw_reuse, 1);
	facts_set(&facts, TC_SETTING_tcp_timestamps, 0);
	facts_expect(&facts, "dangerous-settings", TC_FOUND, TC_SEVERITY_NOTICE,
		     "tcp_tw_reuse is 1 and has no effect", "tcp_timestamps is 0: old", NULL);
	tc_facts_release(&facts);
}

/* What a counter says to be lost already is more than a notice. */
static void test_a_danger_that_has_come_true(void **state)
{
	static const struct {
		enum tc_setting id;
		int64_t value;
		enum tc_counter counter;
	} cases[] = {
		{TC_SETTING_tcp_syncookies, 0, TC_COUNTER_TCPReqQFullDrop},
		{TC_SETTING_tcp_abort_on_overflow, 1, TC_COUNTER_ListenOverflows},
		{TC_SETTING_tcp_max_tw_buckets, 10, TC_COUNTER_TCPTimeWaitOverflow},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct tc_facts facts;

		facts_make(&facts);
		facts_rose(&facts, cases[i].counter, 1);
		facts_expect(&facts, "dangerous-settings", TC_QUIET, 0, NULL);
		facts_set(&facts, cases[i].id, cases[i].value);
		facts_expect(&facts, "dangerous-settings", TC_FOUND, TC_SEVERITY_WARNING, NULL);
		tc_facts_release(&facts);
	}
}

/* A listener with so many that wait, and room for so many. */
static void listen_with(struct tc_facts *facts, uint32_t queue, uint32_t limit)
{
	struct tc_listening_facts beside = {.has_somaxconn = true, .somaxconn = 128};
	struct tc_sock sock = facts_connection(TC_LISTEN, 80);

	sock.rqueue = queue;
	sock.wqueue = limit;
	tc_listening_free(facts->listening);
	assert_int_equal(tc_listening_new(&facts->listening), 0);
	assert_int_equal(tc_listening_add(facts->listening, NULL, 0, &sock, 1), 0);
	assert_int_equal(tc_listening_judge(facts->listening, &beside, 1), 0);
}

/* A small somaxconn is nobody's business while no listener is held back by it. */
static void test_a_small_somaxconn_and_a_busy_listener(void **state)
{
	struct tc_facts facts;

	(void)state;
	facts_make(&facts);
	facts_set(&facts, TC_SETTING_somaxconn, 128);
	facts_expect(&facts, "dangerous-settings", TC_QUIET, 0, NULL);
	listen_with(&facts, 60, 128);
	facts_expect(&facts, "dangerous-settings", TC_QUIET, 0, NULL);
	listen_with(&facts, 60, 64); /* its program asked for no more */
	facts_expect(&facts, "dangerous-settings", TC_QUIET, 0, NULL);
	listen_with(&facts, 100, 128);
	facts_expect(&facts, "dangerous-settings", TC_FOUND, TC_SEVERITY_NOTICE, "somaxconn is 128",
		     NULL);
	facts_set(&facts, TC_SETTING_somaxconn, 129);
	facts_expect(&facts, "dangerous-settings", TC_QUIET, 0, NULL);
	tc_facts_release(&facts);
}

/* ---- counts-disagree ------------------------------------------------------------------- */

/* 1000 sockets, and a kernel that counts the same. */
static void make_agreement(struct tc_facts *facts)
{
	facts_make(facts);
	facts_count(facts, TC_LISTEN, 10);
	facts_count(facts, TC_ESTABLISHED, 300);
	facts_count(facts, TC_CLOSE_WAIT, 20);
	facts_count(facts, TC_FIN_WAIT2, 70);
	facts_count(facts, TC_TIME_WAIT, 600);
	facts->now.counters.value[TC_COUNTER_CurrEstab] = 320;
	facts->now.counters.value[TC_COUNTER_sockstat_tw] = 670;
	facts->now.counters.value[TC_COUNTER_sockstat_inuse] = 300;
	facts->now.counters.value[TC_COUNTER_sockstat6_inuse] = 30;
}

static void expect_counted(enum tc_counter id, uint64_t value, enum tc_verdict verdict,
			   const char *text)
{
	struct tc_facts facts;

	make_agreement(&facts);
	facts.now.counters.value[id] = value;
	facts_expect(&facts, "counts-disagree", verdict, TC_SEVERITY_NOTICE, text, NULL);
	tc_facts_release(&facts);
}

/* 16 and 1 % of 1000 may be between two readings; FIN_WAIT2 may be of either kind. */
static void test_counts_are_compared_with_what_they_cover(void **state)
{
	(void)state;
	expect_counted(TC_COUNTER_sockstat_tw, 670, TC_NORMAL, "tw in /proc/net/sockstat is 670");
	expect_counted(TC_COUNTER_sockstat_tw, 696, TC_NORMAL, NULL);
	expect_counted(TC_COUNTER_sockstat_tw, 697, TC_FOUND, "(sockstat tw): 697;");
	expect_counted(TC_COUNTER_sockstat_tw, 574, TC_NORMAL, NULL);
	expect_counted(TC_COUNTER_sockstat_tw, 573, TC_FOUND, "More were seen");
	expect_counted(TC_COUNTER_CurrEstab, 346, TC_NORMAL, "ESTABLISHED (300)");
	expect_counted(TC_COUNTER_CurrEstab, 346, TC_NORMAL, "not read at the same moment");
	expect_counted(TC_COUNTER_CurrEstab, 347, TC_FOUND, "(CurrEstab): 347;");
	expect_counted(TC_COUNTER_CurrEstab, 293, TC_FOUND, "CLOSE_WAIT: 320");
	expect_counted(TC_COUNTER_sockstat_inuse, 396, TC_NORMAL, NULL);
	expect_counted(TC_COUNTER_sockstat_inuse, 397, TC_FOUND, "both families): 427;");
	expect_counted(TC_COUNTER_sockstat_inuse, 273, TC_FOUND, "both families): 303;");
}

/* Each state has its place in a count, or in none. */
static void test_every_state_is_counted_where_it_belongs(void **state)
{
	static const struct {
		enum tc_state state;
		uint64_t tw, established, least, most;
	} cases[] = {
		{TC_LISTEN, 0, 0, 900, 900},
		{TC_SYN_SENT, 0, 0, 900, 900},
		{TC_SYN_RECV, 0, 0, 0, 900},
		{TC_ESTABLISHED, 0, 900, 900, 900},
		{TC_FIN_WAIT1, 0, 0, 900, 900},
		{TC_FIN_WAIT2, 0, 0, 0, 900},
		{TC_CLOSE_WAIT, 0, 900, 900, 900},
		{TC_CLOSING, 0, 0, 900, 900},
		{TC_LAST_ACK, 0, 0, 900, 900},
		{TC_TIME_WAIT, 900, 0, 0, 0},
		{TC_BOUND, 0, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		const uint64_t inuse[] = {cases[i].least, cases[i].most};

		for (size_t j = 0; j < TC_ARRAY_SIZE(inuse); j++) {
			struct tc_facts facts;
			struct tc_judgement judgement;

			facts_make(&facts);
			facts_count(&facts, cases[i].state, 900);
			facts.now.counters.value[TC_COUNTER_sockstat_tw] = cases[i].tw;
			facts.now.counters.value[TC_COUNTER_CurrEstab] = cases[i].established;
			facts.now.counters.value[TC_COUNTER_sockstat_inuse] = inuse[j];
			assert_int_equal(
				tc_judge(tc_rule_find("counts-disagree"), &facts, true, &judgement),
				0);
			assert_int_not_equal(judgement.verdict, TC_FOUND);
			tc_draft_release(&judgement.draft);
			tc_facts_release(&facts);
		}
	}
}

static void test_what_came_meanwhile_is_no_disagreement(void **state)
{
	struct tc_facts facts;

	(void)state;
	make_agreement(&facts);
	facts.now.counters.value[TC_COUNTER_CurrEstab] = 420;
	facts_expect(&facts, "counts-disagree", TC_FOUND, TC_SEVERITY_NOTICE, "Fewer were seen",
		     NULL);
	facts.report.complete = false;
	facts_expect(&facts, "counts-disagree", TC_FOUND, TC_SEVERITY_NOTICE, "not complete", NULL);
	facts_rose(&facts, TC_COUNTER_ActiveOpens, 40);
	facts_rose(&facts, TC_COUNTER_PassiveOpens, 40);
	facts_expect(&facts, "counts-disagree", TC_NORMAL, 0, NULL);
	/* Without an interval nobody knows how much it is. */
	facts.interval_us = 0;
	facts.now.counters.value[TC_COUNTER_CurrEstab] = 436;
	facts_expect(&facts, "counts-disagree", TC_NORMAL, 0, NULL);
	facts.now.counters.value[TC_COUNTER_CurrEstab] = 437;
	facts_expect(&facts, "counts-disagree", TC_FOUND, TC_SEVERITY_NOTICE, NULL);
	tc_facts_release(&facts);
}

static void test_tracked_connections_are_another_thing(void **state)
{
	struct tc_facts facts;

	(void)state;
	facts_make(&facts);
	facts_rose(&facts, TC_COUNTER_conntrack_count, 99);
	facts_expect(&facts, "counts-disagree", TC_QUIET, 0, NULL);
	facts_rose(&facts, TC_COUNTER_conntrack_count, 100);
	facts_expect(&facts, "counts-disagree", TC_NORMAL, 0, "Entries of conntrack: 100;", NULL);
	facts_count(&facts, TC_TIME_WAIT, 50);
	facts.now.counters.value[TC_COUNTER_sockstat_tw] = 50;
	facts_expect(&facts, "counts-disagree", TC_QUIET, 0, NULL);
	tc_facts_release(&facts);
}

static void test_what_cannot_be_compared(void **state)
{
	struct tc_facts facts;

	(void)state;
	make_agreement(&facts);
	facts.report.netns_count = 3;
	facts_expect(&facts, "counts-disagree", TC_UNSURE, 0, "--netns all", NULL);
	facts.report.netns_count = 0;
	facts.families = TC_FAMILY_INET;
	facts_expect(&facts, "counts-disagree", TC_UNSURE, 0, "-4 and -6", NULL);
	facts.families = TC_FAMILY_INET | TC_FAMILY_INET6;
	facts_expect(&facts, "counts-disagree", TC_NORMAL, 0, NULL);
	tc_facts_release(&facts);
	facts_make_listing(&facts);
	facts_expect(&facts, "counts-disagree", TC_UNSURE, 0, "/proc/net/sockstat", NULL);
	facts_rose(&facts, TC_COUNTER_sockstat_tw, 100);
	facts_count(&facts, TC_ESTABLISHED, 3); /* ss -tn: no TIME_WAIT, no listener */
	facts_expect(&facts, "counts-disagree", TC_UNSURE, 0, "a listing of all sockets", NULL);
	tc_facts_release(&facts);
}

/* Of the IPv6 sockets nothing is known: then the sum is not, either. */
static void test_one_family_is_half_a_count(void **state)
{
	struct tc_facts facts;

	(void)state;
	make_agreement(&facts);
	facts.now.counters.value[TC_COUNTER_sockstat_inuse] = 200;
	facts.now.counters.status[TC_COUNTER_sockstat6_inuse] = TC_COUNTER_NOT_READ;
	facts_expect(&facts, "counts-disagree", TC_UNSURE, 0, "TCP6 inuse", NULL);
	facts.now.counters.status[TC_COUNTER_sockstat6_inuse] = TC_COUNTER_ABSENT;
	facts_expect(&facts, "counts-disagree", TC_FOUND, TC_SEVERITY_NOTICE, "both families): 200;", NULL);
	tc_facts_release(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_for_queues),
		cmocka_unit_test(test_a_dropped_segment_is_counted_once),
		cmocka_unit_test(test_the_limit_of_memory_is_not_seen_everywhere),
		cmocka_unit_test(test_a_table_that_fills_up),
		cmocka_unit_test(test_drops_count_where_the_table_is_full),
		cmocka_unit_test(test_a_table_of_which_one_look_was_taken),
		cmocka_unit_test(test_without_tracking_there_is_nothing_to_fill),
		cmocka_unit_test(test_defaults_are_no_danger),
		cmocka_unit_test(test_each_dangerous_value),
		cmocka_unit_test(test_reserved_ports_are_none_of_a_small_range),
		cmocka_unit_test(test_a_tiny_somaxconn_bounds_listeners),
		cmocka_unit_test(test_buckets_of_a_shared_table),
		cmocka_unit_test(test_reuse_without_timestamps_does_nothing),
		cmocka_unit_test(test_a_danger_that_has_come_true),
		cmocka_unit_test(test_a_small_somaxconn_and_a_busy_listener),
		cmocka_unit_test(test_counts_are_compared_with_what_they_cover),
		cmocka_unit_test(test_every_state_is_counted_where_it_belongs),
		cmocka_unit_test(test_what_came_meanwhile_is_no_disagreement),
		cmocka_unit_test(test_tracked_connections_are_another_thing),
		cmocka_unit_test(test_what_cannot_be_compared),
		cmocka_unit_test(test_one_family_is_half_a_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
