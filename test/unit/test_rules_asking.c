/* SPDX-License-Identifier: MIT */
/* test_rules_asking.c - rules about connections that are asked for and do not come about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

/* ---- syn-sent -------------------------------------------------------------------------- */

static struct tc_sock asking(uint8_t retrans)
{
	struct tc_sock sock = scene_sock(TC_SYN_SENT, 0);

	sock.timer = TC_TIMER_RETRANS;
	sock.retrans = retrans;
	return sock;
}

static void test_blackhole(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, asking(1), 3, 1);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_QUIET);
	scene_add(&scene, asking(2), 4, 1);
	scene.facts.now.counters.value[TC_COUNTER_ActiveOpens] = 7; /* of seven */
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "4 SYN_SENT have sent their SYN three times or more");
	assert_says(&scene, "after 2 min 11 s");
	scene_end(&scene);
	scene_begin_counted(&scene);
	scene_count(&scene, TC_SYN_SENT, 4);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_UNSURE);
	scene_end(&scene);
}

/* Long ago it tried many others. */
static void tries(struct scene *scene, uint64_t rise)
{
	scene->facts.before.counters.value[TC_COUNTER_ActiveOpens] = 1000000;
	scene->facts.now.counters.value[TC_COUNTER_ActiveOpens] = 1000000 + rise;
}

/*
 * So many each second that nobody answers, each there for so many seconds after its second
 * repetition, which the fixture's settings put at 2, 3, 4, 5, 7 and 11 s.
 */
static void add_silent(struct scene *scene, unsigned per_second, unsigned for_s, unsigned peers)
{
	static const unsigned lasts_s[] = {0, 0, 1, 1, 1, 2, 4, 8, 16, 32, 64};
	unsigned stood_s = 0, added = 0;

	scene_add(scene, asking(0), per_second, per_second);
	scene_add(scene, asking(1), per_second, per_second);
	for (uint8_t retrans = 2; stood_s < for_s; retrans++) {
		unsigned seconds = lasts_s[retrans];
		struct tc_sock sock = asking(retrans);

		if (seconds > for_s - stood_s)
			seconds = for_s - stood_s;
		for (stood_s += seconds; added < per_second * stood_s; added++) {
			sock.remote = tc_addr_from4(htonl(0x0a010000 + added % peers));
			assert_int_equal(tc_facts_add(&scene->facts, &sock, 1), 0);
		}
	}
}

/* What stands is compared with what was tried while it stood, and not with a second's worth. */
static void test_blackhole_of_a_crawler(void **state)
{
	static const struct {
		unsigned silent_a_second, for_s, tried_a_second;
		enum tc_severity severity;
		const char *words;
	} rows[] = {
		{3, 1, 100, TC_SEVERITY_NOTICE, "Fewer than one in ten"},
		{3, 8, 100, TC_SEVERITY_NOTICE, "Fewer than one in ten"},
		{3, 65, 100, TC_SEVERITY_NOTICE, "Fewer than one in ten"}, /* never gives up */
		{30, 8, 100, TC_SEVERITY_WARNING, "connections were tried"},
		{30, 65, 100, TC_SEVERITY_WARNING, "connections were tried"},
		{100, 65, 100, TC_SEVERITY_WARNING, "connections were tried"},
		{1, 8, 1, TC_SEVERITY_WARNING, "connections were tried"}, /* all of them */
		/* One in ten, and between: what is open is no warning. */
		{10, 8, 100, TC_SEVERITY_NOTICE, "are one in ten, so this is not called a warning"},
		{1, 65, 8, TC_SEVERITY_NOTICE, "a longer interval does (-i 1m)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scene scene;

		scene_begin(&scene);
		add_silent(&scene, rows[i].silent_a_second, rows[i].for_s, 10000);
		tries(&scene, rows[i].tried_a_second * 3);
		assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
		if (scene_severity(&scene) != rows[i].severity)
			fail_msg("row %zu", i);
		assert_says(&scene, rows[i].words);
		scene_end(&scene);
	}
}

/* Where nothing tells how many were tried, few peers make it a fault, and a number does not. */
static void test_blackhole_of_unknown_share(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_instant(&scene);
	add_silent(&scene, 10, 16, 160);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "is not known, so this is not called a warning");
	scene_end(&scene);
	scene_begin(&scene);
	scene_instant(&scene);
	add_silent(&scene, 1, 10, 1);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "Only 1 peer has them");
	scene_end(&scene);
	scene_begin(&scene); /* a census: neither a rate, nor whose they are */
	scene_instant(&scene);
	scene_add(&scene, scene_without(asking(3), TC_HAVE_REMOTE_ADDR), 50, 1);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	scene_end(&scene);
	scene_begin(&scene); /* the settings of its machine are not known, and so since when */
	scene.facts.now.settings[TC_SETTING_tcp_syn_linear_timeouts].status = TC_SETTING_NOT_READ;
	tries(&scene, 9000);
	scene_add(&scene, asking(3), 5, 5);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "is not known, so this is not called a warning");
	scene_end(&scene);
}

/* Those that stand were tried, whatever the interval says; of others nothing is inferred. */
static void test_blackhole_of_what_has_paused(void **state)
{
	static const struct {
		unsigned silent, young, rise, peers;
		enum tc_severity severity;
		const char *words;
	} rows[] = {
		{12, 0, 0, 12, TC_SEVERITY_NOTICE, "None that was tried in the last seconds"},
		{12, 0, 6, 12, TC_SEVERITY_NOTICE, "None that was tried in the last seconds"},
		{12, 0, 0, 1, TC_SEVERITY_WARNING, "Only 1 peer has them"},
		/* 12 in 2 * 7 + 2 s would be 1.5 in 2 s: it goes on, but slower. */
		{12, 1, 3, 12, TC_SEVERITY_WARNING, "12 to 75 connections were tried"},
		{12, 1, 15, 12, TC_SEVERITY_NOTICE, "does not tell"},
		{40, 1, 12, 40, TC_SEVERITY_NOTICE, "does not tell"},
		{40, 5, 6, 40, TC_SEVERITY_WARNING, "40 to 78 connections were tried"},
		/* Hardly any fail, as hardly any did, and many are tried. */
		{2, 0, 600, 2, TC_SEVERITY_NOTICE, "connections or more were tried"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scene scene;

		scene_begin(&scene);
		scene_add(&scene, asking(0), rows[i].young, rows[i].young + 1);
		for (unsigned n = 0; n < rows[i].silent; n++) {
			struct tc_sock sock = asking(6);

			sock.remote = tc_addr_from4(htonl(0x0a010000 + n % rows[i].peers));
			assert_int_equal(tc_facts_add(&scene.facts, &sock, 1), 0);
		}
		tries(&scene, rows[i].rise);
		assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
		assert_says(&scene, rows[i].words);
		if (scene_severity(&scene) != rows[i].severity)
			fail_msg("row %zu", i);
		scene_end(&scene);
	}
}

/* In an interval that is long enough those that have come are there to be compared. */
static void test_blackhole_in_a_long_interval(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene.facts.interval_us = 60000000;
	scene_add(&scene, asking(6), 12, 12); /* asked for 11 s ago, and many with them */
	tries(&scene, 300);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	scene_end(&scene);
	scene_begin(&scene);
	scene.facts.interval_us = 60000000;
	for (uint8_t retrans = 6; retrans < 10; retrans++) /* one in eight seconds, and no other */
		scene_add(&scene, asking(retrans), 1u << (retrans - 6), 15);
	tries(&scene, 7);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	scene_end(&scene);
}

/* Since it started it has tried no more than that: all the same when. */
static void test_blackhole_of_all_that_was_tried(void **state)
{
	static const struct {
		uint64_t ever;
		enum tc_severity severity;
	} rows[] = {
		{4, TC_SEVERITY_WARNING},
		{40, TC_SEVERITY_WARNING},
		{41, TC_SEVERITY_NOTICE},
		{3, TC_SEVERITY_NOTICE}, /* fewer than stand there: counted elsewhere */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scene scene;

		scene_begin(&scene);
		scene_instant(&scene);
		scene_add(&scene, asking(4), 4, 4);
		scene.facts.now.counters.value[TC_COUNTER_ActiveOpens] = rows[i].ever;
		assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
		assert_int_equal(scene_severity(&scene), rows[i].severity);
		if (rows[i].severity == TC_SEVERITY_WARNING)
			assert_says(&scene, "of all that were ever tried");
		scene_end(&scene);
	}
}

static void test_refused(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_AttemptFails, 12);
	scene_rise(&scene, TC_COUNTER_EmbryonicRsts, 10); /* of clients */
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 30);
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_QUIET); /* 2 in 3 s */
	scene_rise(&scene, TC_COUNTER_AttemptFails, 13);
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "In 3.0 s, 3 connections that this machine asked for failed");
	assert_says(&scene, "of 30 that");
	assert_says(&scene, "None of them ran into its time limit");
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 31);
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	scene_rise(&scene, TC_COUNTER_EmbryonicRsts, 20); /* more than failed: of two readings */
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_QUIET);
	scene_instant(&scene);
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_UNSURE);
	scene_end(&scene);
}

/* Those that ran into their time limit were refused by nobody, and are told by the other rule. */
static void test_timed_out_is_not_refused(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene.facts.has_census_before = true;
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 60);
	scene_rise(&scene, TC_COUNTER_AttemptFails, 60);
	scene_rise(&scene, TC_COUNTER_TCPAbortOnTimeout, 60);
	scene_set(&scene, TC_SETTING_tcp_syn_retries, 1);
	scene_set(&scene, TC_SETTING_tcp_syn_linear_timeouts, 0);
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_QUIET);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "In 3.0 s, 60 connections that this machine asked for failed for want");
	assert_says(&scene, "connect(2) fails after 3.0 s");
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 601);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	/* Of a crawler that has paused nobody knows what else it tried together with these. */
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 29);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 601);
	/* Some of each. */
	scene_rise(&scene, TC_COUNTER_AttemptFails, 160);
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "160 connections that this machine asked for failed");
	assert_says(&scene, "60 of them ran into their time limit");
	scene_end(&scene);
}

/* Other connections that run into their time limit are in the same counter. */
static void test_timed_out_may_be_others(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene.facts.has_census_before = true;
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 60);
	scene_rise(&scene, TC_COUNTER_AttemptFails, 60);
	scene_rise(&scene, TC_COUNTER_TCPAbortOnTimeout, 20);
	scene_rise(&scene, TC_COUNTER_EstabResets, 20);
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_FOUND);
	assert_says(&scene, "0 to 20 of them ran into their time limit");
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_QUIET);
	scene_rise(&scene, TC_COUNTER_EstabResets, 0);
	scene.facts.census_before.states[TC_LAST_ACK] = 19;
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_QUIET); /* 1 in 3 s */
	scene_rise(&scene, TC_COUNTER_TCPAbortOnTimeout, 60);
	scene.facts.census_before.states[TC_LAST_ACK] = 60;
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_UNSURE);
	assert_needs(&scene, "to tell connections that were refused from those that got no answer");
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blackhole),
		cmocka_unit_test(test_blackhole_of_a_crawler),
		cmocka_unit_test(test_blackhole_of_unknown_share),
		cmocka_unit_test(test_blackhole_of_what_has_paused),
		cmocka_unit_test(test_blackhole_in_a_long_interval),
		cmocka_unit_test(test_blackhole_of_all_that_was_tried),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_timed_out_is_not_refused),
		cmocka_unit_test(test_timed_out_may_be_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
