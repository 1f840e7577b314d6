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

/*
 * So many each second that nobody answers, each there for so many seconds after its second
 * repetition, which the fixture's settings put at 2, 3, 4, 5, 7 and 11 s.
 */
static void add_silent(struct scene *scene, unsigned per_second, unsigned for_s, unsigned peers)
{
	static const unsigned lasts_s[] = {0, 0, 1, 1, 1, 2, 4, 8, 16, 32, 64};
	unsigned stood_s = 0, added = 0;

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
		{3, 1, 100, TC_SEVERITY_NOTICE, "less than one in ten"},
		{3, 8, 100, TC_SEVERITY_NOTICE, "less than one in ten"},
		{3, 65, 100, TC_SEVERITY_NOTICE, "less than one in ten"}, /* never gives up */
		{30, 8, 100, TC_SEVERITY_WARNING, "connections were tried"},
		{30, 65, 100, TC_SEVERITY_WARNING, "connections were tried"},
		{100, 65, 100, TC_SEVERITY_WARNING, "connections were tried"},
		{1, 8, 1, TC_SEVERITY_WARNING, "connections were tried"}, /* all of them */
		/* One in ten, and between: what is open is no warning. */
		{10, 8, 100, TC_SEVERITY_NOTICE, "does not tell, so this is not called a warning"},
		{1, 65, 8, TC_SEVERITY_NOTICE, "a longer interval does (-i 1m)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scene scene;

		scene_begin(&scene);
		add_silent(&scene, rows[i].silent_a_second, rows[i].for_s, 10000);
		scene_rise(&scene, TC_COUNTER_ActiveOpens, rows[i].tried_a_second * 3);
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
	scene_begin(&scene); /* none in a moment may be one in two seconds */
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 0);
	scene_add(&scene, asking(7), 1, 1);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "0 to 27 connections were tried");
	scene_end(&scene);
	scene_begin(&scene); /* a census: neither a rate, nor whose they are */
	scene_instant(&scene);
	scene_add(&scene, scene_without(asking(3), TC_HAVE_REMOTE_ADDR), 50, 1);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	scene_end(&scene);
	scene_begin(&scene); /* the settings of its machine are not known, and so since when */
	scene.facts.now.settings[TC_SETTING_tcp_syn_linear_timeouts].status = TC_SETTING_NOT_READ;
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 9000);
	scene_add(&scene, asking(3), 5, 5);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "is not known, so this is not called a warning");
	scene_end(&scene);
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
	assert_says(&scene, "inferred");
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 31);
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	scene_rise(&scene, TC_COUNTER_EmbryonicRsts, 20); /* more than failed: of two readings */
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_QUIET);
	scene_instant(&scene);
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_UNSURE);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blackhole),
		cmocka_unit_test(test_blackhole_of_a_crawler),
		cmocka_unit_test(test_blackhole_of_unknown_share),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
