/* SPDX-License-Identifier: MIT */
/* test_rules_closing.c - rules about connections that close, or should, and about TIME_WAIT. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "util/macro.h"

enum { MINUTE = 60000, HOUR = 60 * MINUTE };

static struct tc_sock repeated(enum tc_state state, uint8_t timer, uint8_t retrans)
{
	struct tc_sock sock = scene_sock(state, SCENE_YOUNG_MS);

	sock.timer = timer;
	sock.retrans = retrans;
	return sock;
}

/* ---- fin-wait1-stuck, last-ack-stuck, closing -------------------------------------------- */

static const struct {
	const char *id;
	struct {
		enum tc_state state;
		uint8_t timer, retrans;
	} stuck, fresh;
	const char *says;
} silent_rows[] = {
	{"fin-wait1-stuck",
	 {TC_FIN_WAIT1, TC_TIMER_RETRANS, 3},
	 {TC_FIN_WAIT1, TC_TIMER_RETRANS, 2},
	 "9 FIN_WAIT1 have repeated what they sent three times or more"},
	{"fin-wait1-stuck",
	 {TC_FIN_WAIT1, TC_TIMER_PROBE, 1},
	 {TC_FIN_WAIT1, TC_TIMER_PROBE, 0},
	 "as their programs do not read, or the output of this machine is filtered"},
	{"last-ack-stuck",
	 {TC_LAST_ACK, TC_TIMER_RETRANS, 2},
	 {TC_LAST_ACK, TC_TIMER_RETRANS, 1},
	 "9 LAST_ACK have repeated"},
	{"closing",
	 {TC_CLOSING, TC_TIMER_RETRANS, 2},
	 {TC_CLOSING, TC_TIMER_RETRANS, 1},
	 "9 CLOSING have lasted"},
};

/* A notice, until ten of them have few peers. */
static void test_silent_ones_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(silent_rows); i++) {
		const char *id = silent_rows[i].id;
		struct tc_sock stuck =
			repeated(silent_rows[i].stuck.state, silent_rows[i].stuck.timer,
				 silent_rows[i].stuck.retrans);
		struct scene scene;

		scene_begin(&scene);
		scene_add(&scene, stuck, 9, 1);
		assert_int_equal(scene_judge(&scene, id), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
		assert_says(&scene, silent_rows[i].says);
		assert_says(&scene, "The kernel gives up after");
		scene_add(&scene, stuck, 1, 1);
		assert_int_equal(scene_judge(&scene, id), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
		assert_says(&scene, "Only 1 peer has");
		scene_end(&scene);

		scene_begin(&scene); /* as many peers as half of them, and one more */
		scene_add(&scene, stuck, 20, 10);
		assert_int_equal(scene_judge(&scene, id), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
		scene_end(&scene);

		scene_begin(&scene);
		scene_add(&scene, stuck, 20, 11);
		assert_int_equal(scene_judge(&scene, id), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
		scene_end(&scene);
	}
}

static void test_silent_ones_fresh_or_unknown(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(silent_rows); i++) {
		const char *id = silent_rows[i].id;
		struct tc_sock fresh =
			repeated(silent_rows[i].fresh.state, silent_rows[i].fresh.timer,
				 silent_rows[i].fresh.retrans);
		char needs[64];
		struct scene scene;

		scene_begin(&scene);
		assert_int_equal(scene_judge(&scene, id), TC_QUIET);
		scene_add(&scene, fresh, 17, 1);
		assert_in_range(scene_judge(&scene, id), TC_QUIET, TC_NORMAL);
		scene_end(&scene);

		scene_begin_counted(&scene);
		scene_count(&scene, fresh.state, 17);
		assert_int_equal(scene_judge(&scene, id), TC_UNSURE);
		snprintf(needs, sizeof(needs), "the 17 %s last", tc_state_name(fresh.state));
		assert_needs(&scene, needs);
		scene_end(&scene);
	}
}

/* Of one kind it is known that there is none, of the other nothing. */
static void test_a_window_that_cannot_be_told(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, scene_without(repeated(TC_FIN_WAIT1, TC_TIMER_PROBE, 0), TC_HAVE_INSIDE), 4, 1);
	assert_int_equal(scene_judge(&scene, "fin-wait1-stuck"), TC_UNSURE);
	assert_needs(&scene,
		     "when the peers were last heard, to tell whether the 4 FIN_WAIT1");
	scene_end(&scene);
}

static void test_closing_normal(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, scene_sock(TC_CLOSING, 4999), 5, 1);
	assert_int_equal(scene_judge(&scene, "closing"), TC_NORMAL);
	assert_says(&scene, "5 CLOSING: normal");
	scene_add(&scene, scene_sock(TC_CLOSING, 5000), 1, 1);
	assert_int_equal(scene_judge(&scene, "closing"), TC_FOUND);
	assert_says(&scene, "1 CLOSING has lasted");
	scene_end(&scene);
}

/* How long it goes on is said only where the setting was read, and of which kind it is. */
static void test_how_long_it_goes_on(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, repeated(TC_FIN_WAIT1, TC_TIMER_RETRANS, 3), 1, 1);
	scene_judge(&scene, "fin-wait1-stuck");
	assert_says(&scene, "after 102 s or more, on a slow path after twice as long");
	scene.facts.now.settings[TC_SETTING_tcp_orphan_retries].status = TC_SETTING_NOT_READ;
	scene_judge(&scene, "fin-wait1-stuck");
	assert_false(scene_says(&scene, "The kernel gives up"));
	scene_end(&scene);
	scene_begin(&scene);
	scene_add(&scene, repeated(TC_FIN_WAIT1, TC_TIMER_PROBE, 1), 1, 1);
	scene_judge(&scene, "fin-wait1-stuck");
	assert_says(&scene, "after about 5 min 25 s, often sooner on a slow path");
	scene_end(&scene);
}

/* One kind is a warning, the other a notice: the worse one counts, whichever comes first. */
static void test_the_worse_of_two_kinds(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, repeated(TC_FIN_WAIT1, TC_TIMER_RETRANS, 3), 10, 1);
	scene_add(&scene, repeated(TC_FIN_WAIT1, TC_TIMER_PROBE, 1), 1, 1);
	assert_int_equal(scene_judge(&scene, "fin-wait1-stuck"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	scene_end(&scene);
}

/* ---- fin-wait2 ------------------------------------------------------------------------- */

static void test_fin_wait2_orphan(void **state)
{
	struct tc_sock orphan = scene_unheld(scene_sock(TC_FIN_WAIT2, SCENE_YOUNG_MS));
	struct scene scene;

	(void)state;
	orphan.kind = TC_KIND_TIMEWAIT;
	scene_begin(&scene);
	assert_int_equal(scene_judge(&scene, "fin-wait2-orphan"), TC_QUIET);
	scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, 168);
	scene_add(&scene, orphan, 84, 10);
	assert_int_equal(scene_judge(&scene, "fin-wait2-orphan"), TC_NORMAL);
	assert_says(&scene, "84 FIN_WAIT2 that no program holds: normal");
	assert_says(&scene, "60 s");
	scene_add(&scene, orphan, 1, 10); /* more than half of the places */
	assert_int_equal(scene_judge(&scene, "fin-wait2-orphan"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "85 FIN_WAIT2 that no program holds take 51 % of the 168");
	scene_end(&scene);
	scene_begin_counted(&scene);
	scene_count(&scene, TC_FIN_WAIT2, 84);
	assert_int_equal(scene_judge(&scene, "fin-wait2-orphan"), TC_UNSURE);
	assert_needs(&scene, "of 84 FIN_WAIT2");
	scene_end(&scene);
}

/* Beyond a minute a closed one is a whole socket first, which has no place of that limit. */
static void test_fin_wait2_orphan_is_whole(void **state)
{
	struct tc_sock orphan = scene_unheld(scene_sock(TC_FIN_WAIT2, SCENE_YOUNG_MS));
	struct scene scene;

	(void)state;
	orphan.timer = TC_TIMER_KEEPALIVE;
	scene_begin(&scene);
	scene_set(&scene, TC_SETTING_tcp_fin_timeout, 300);
	scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, 20);
	scene_add(&scene, orphan, 20, 10);
	assert_int_equal(scene_judge(&scene, "fin-wait2-orphan"), TC_NORMAL);
	assert_says(&scene, "20 of them are whole sockets until");
	orphan.kind = TC_KIND_TIMEWAIT;
	orphan.timer = TC_TIMER_TIMEWAIT;
	scene_add(&scene, orphan, 11, 10);
	assert_int_equal(scene_judge(&scene, "fin-wait2-orphan"), TC_FOUND);
	assert_says(&scene, "11 FIN_WAIT2 that no program holds take 55 % of the 20");
	scene_end(&scene);
}

static void test_fin_wait2_held(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, scene_sock(TC_FIN_WAIT2, MINUTE - 1), 2, 1);
	assert_int_equal(scene_judge(&scene, "fin-wait2-held"), TC_QUIET);
	assert_int_equal(scene_judge(&scene, "fin-wait2-orphan"), TC_QUIET);
	scene_add(&scene, scene_sock(TC_FIN_WAIT2, 2 * MINUTE), 9, 1);
	assert_int_equal(scene_judge(&scene, "fin-wait2-held"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "9 FIN_WAIT2 have been held");
	assert_says(&scene, "2 min");
	assert_says(&scene, "may still wait for an answer");
	scene_add(&scene, scene_sock(TC_FIN_WAIT2, 2 * MINUTE), 1, 1);
	assert_int_equal(scene_judge(&scene, "fin-wait2-held"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	scene_end(&scene);
	scene_begin(&scene);
	scene_add(&scene, scene_sock(TC_FIN_WAIT2, 10 * MINUTE), 1, 1);
	assert_int_equal(scene_judge(&scene, "fin-wait2-held"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	scene_end(&scene);
	scene_begin(&scene); /* held, and nobody knows since when, beside one that is young */
	scene_add(&scene, scene_sock(TC_FIN_WAIT2, 0), 1, 1);
	scene_add(&scene, scene_without(scene_sock(TC_FIN_WAIT2, 0), TC_HAVE_INSIDE), 1, 1);
	assert_int_equal(scene_judge(&scene, "fin-wait2-held"), TC_UNSURE);
	scene_end(&scene);
	scene_begin_counted(&scene);
	scene_count(&scene, TC_FIN_WAIT2, 84);
	assert_int_equal(scene_judge(&scene, "fin-wait2-held"), TC_UNSURE);
	scene_end(&scene);
}

/* ---- orphans-high, abort-on-close ------------------------------------------------------ */

static void test_orphans_high(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_set(&scene, TC_SETTING_tcp_max_orphans, 1000);
	scene_gauge(&scene, TC_COUNTER_sockstat_orphan, 250);
	scene_rise(&scene, TC_COUNTER_TCPAbortOnMemory, 3);
	assert_int_equal(scene_judge(&scene, "orphans-high"), TC_QUIET); /* tcp_mem, then */
	scene_rise(&scene, TC_COUNTER_TCPAbortOnMemory, 0);
	scene_gauge(&scene, TC_COUNTER_sockstat_orphan, 251);
	assert_int_equal(scene_judge(&scene, "orphans-high"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "251 of 1000");
	scene_gauge(&scene, TC_COUNTER_sockstat_orphan, 501);
	assert_int_equal(scene_judge(&scene, "orphans-high"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	scene_rise(&scene, TC_COUNTER_TCPAbortOnMemory, 3);
	assert_int_equal(scene_judge(&scene, "orphans-high"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	assert_says(&scene, "3 of them were reset");
	scene_end(&scene);
}

/* Where no orphan is allowed there is no share of it, and those that were reset are gone. */
static void test_no_orphans_allowed(void **state)
{
	struct scene scene;

	(void)state;
	for (int64_t limit = 0; limit >= -1; limit--) {
		scene_begin(&scene);
		scene_set(&scene, TC_SETTING_tcp_max_orphans, limit);
		assert_int_equal(scene_judge(&scene, "orphans-high"), TC_QUIET);
		scene_gauge(&scene, TC_COUNTER_sockstat_orphan, 3);
		assert_int_equal(scene_judge(&scene, "orphans-high"), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
		assert_says(&scene, "3 sockets without a program on the whole machine, and");
		assert_false(scene_says(&scene, "%"));
		scene_gauge(&scene, TC_COUNTER_sockstat_orphan, 0);
		scene_rise(&scene, TC_COUNTER_TCPAbortOnMemory, 5);
		assert_int_equal(scene_judge(&scene, "orphans-high"), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
		assert_says(&scene, "5 of them were reset");
		scene_end(&scene);
	}
}

/* A namespace that does not show the limit, and a machine of which nothing was read. */
static void test_orphans_unsure(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene.facts.now.settings[TC_SETTING_tcp_max_orphans].status = TC_SETTING_ABSENT;
	assert_int_equal(scene_judge(&scene, "orphans-high"), TC_QUIET);
	scene_gauge(&scene, TC_COUNTER_sockstat_orphan, 250);
	assert_int_equal(scene_judge(&scene, "orphans-high"), TC_UNSURE);
	assert_needs(&scene, "initial network namespace");
	scene_end(&scene);
	scene_begin_counted(&scene);
	assert_int_equal(scene_judge(&scene, "orphans-high"), TC_UNSURE);
	scene_end(&scene);
}

static void test_abort_on_close(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 400);
	scene_rise(&scene, TC_COUNTER_PassiveOpens, 500);
	assert_int_equal(scene_judge(&scene, "abort-on-close"), TC_QUIET);
	scene_rise(&scene, TC_COUNTER_TCPAbortOnClose, 9); /* one in a hundred */
	assert_int_equal(scene_judge(&scene, "abort-on-close"), TC_QUIET);
	scene_rise(&scene, TC_COUNTER_TCPAbortOnClose, 10);
	assert_int_equal(scene_judge(&scene, "abort-on-close"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "In 3.0 s, 10 connections were reset");
	assert_says(&scene, "900 were opened");
	scene_rise(&scene, TC_COUNTER_PassiveOpens, 500);
	scene_rise(&scene, TC_COUNTER_TCPAbortOnClose, 90);
	assert_int_equal(scene_judge(&scene, "abort-on-close"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	scene_rise(&scene, TC_COUNTER_TCPAbortOnClose, 91);
	assert_int_equal(scene_judge(&scene, "abort-on-close"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	scene_instant(&scene);
	assert_int_equal(scene_judge(&scene, "abort-on-close"), TC_UNSURE);
	scene_end(&scene);
}

/* The same traffic is as bad in a short look as in a long one: nearly all, ten a second or fewer.
 */
static void test_abort_on_close_rates(void **state)
{
	(void)state;
	for (uint64_t seconds = 1; seconds <= 60; seconds = seconds * 3 + 1) {
		struct scene scene;

		scene_begin(&scene);
		scene.facts.interval_us = seconds * 1000000;
		scene_rise(&scene, TC_COUNTER_ActiveOpens, 0);
		scene_rise(&scene, TC_COUNTER_PassiveOpens, 12 * seconds);
		scene_rise(&scene, TC_COUNTER_TCPAbortOnClose, 10 * seconds);
		assert_int_equal(scene_judge(&scene, "abort-on-close"), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
		scene_rise(&scene, TC_COUNTER_TCPAbortOnClose, 10 * seconds - 1);
		assert_int_equal(scene_judge(&scene, "abort-on-close"), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
		scene_end(&scene);
	}
}

/* Of another system's listing: numbers, and what TCP itself says of them. */
static void test_time_wait_elsewhere(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin_counted(&scene);
	scene.facts.report.origins = TC_ORIGIN_OTHER_SYSTEM;
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_QUIET);
	scene_count(&scene, TC_TIME_WAIT, 8000);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_NORMAL);
	assert_says(&scene, "8000 TIME_WAIT: normal. That machine closed first");
	assert_false(scene_says(&scene, "60 s"));
	assert_false(scene_says(&scene, "MB"));
	scene_count(&scene, TC_TIME_WAIT, 193); /* all to one destination, for all that is known */
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_UNSURE);
	assert_needs(&scene, "8193 TIME_WAIT could hold more than half of the 16384");
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_wait_elsewhere),
		cmocka_unit_test(test_silent_ones_found),
		cmocka_unit_test(test_silent_ones_fresh_or_unknown),
		cmocka_unit_test(test_a_window_that_cannot_be_told),
		cmocka_unit_test(test_closing_normal),
		cmocka_unit_test(test_how_long_it_goes_on),
		cmocka_unit_test(test_the_worse_of_two_kinds),
		cmocka_unit_test(test_fin_wait2_orphan),
		cmocka_unit_test(test_fin_wait2_orphan_is_whole),
		cmocka_unit_test(test_fin_wait2_held),
		cmocka_unit_test(test_orphans_high),
		cmocka_unit_test(test_no_orphans_allowed),
		cmocka_unit_test(test_orphans_unsure),
		cmocka_unit_test(test_abort_on_close),
		cmocka_unit_test(test_abort_on_close_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
