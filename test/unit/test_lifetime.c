/* SPDX-License-Identifier: MIT */
/*
 * test_lifetime.c - computed lifetimes against those that were measured.
 *
 * The measured figures are of Linux 6.18 with HZ = 250 in a network namespace; the kernel's
 * timers for long times fire late by up to 5 %, never early.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/lifetime.h"
#include "util/macro.h"
#include "fixture.h"

struct sample {
	struct tc_setting_value settings[TC_SETTING_COUNT];
	struct tc_figure figures[TC_LIFETIME_COUNT];
};

static void set(struct sample *sample, enum tc_setting id, int64_t number)
{
	sample->settings[id].number[0] = number;
}

static uint64_t figure(struct sample *sample, enum tc_lifetime which)
{
	tc_lifetimes(sample->settings, sample->figures);
	assert_true(sample->figures[which].known);
	return sample->figures[which].value;
}

static bool is_known(struct sample *sample, enum tc_lifetime which)
{
	tc_lifetimes(sample->settings, sample->figures);
	return sample->figures[which].known;
}

static void assert_measured(uint64_t computed_ms, uint64_t measured_ms)
{
	assert_in_range(measured_ms, computed_ms, computed_ms * 105 / 100);
}

static void test_the_defaults_as_measured(void **state)
{
	struct sample sample;

	(void)state;
	fixture_settings(sample.settings);
	assert_int_equal(figure(&sample, TC_LIFETIME_SYN_SENT), 131000);
	assert_measured(figure(&sample, TC_LIFETIME_SYN_SENT), 135300);
	assert_int_equal(figure(&sample, TC_LIFETIME_SYN_RECV), 63000);
	assert_measured(figure(&sample, TC_LIFETIME_SYN_RECV), 65500);
	assert_int_equal(figure(&sample, TC_LIFETIME_ORPHAN_RETRY), 102200);
	assert_measured(figure(&sample, TC_LIFETIME_ORPHAN_RETRY), 106700);
	assert_int_equal(figure(&sample, TC_LIFETIME_ORPHAN_WINDOW), 324600);
	assert_measured(figure(&sample, TC_LIFETIME_ORPHAN_WINDOW), 340000);
	assert_int_equal(figure(&sample, TC_LIFETIME_DATA_RETRY), 924600); /* tcp(7) */
	assert_int_equal(figure(&sample, TC_LIFETIME_KEEPALIVE), 7875000);
	assert_int_equal(figure(&sample, TC_LIFETIME_FIN_WAIT2), 60000);
	assert_int_equal(figure(&sample, TC_LIFETIME_TIME_WAIT), 60000);
	assert_int_equal(figure(&sample, TC_LIFETIME_LOCAL_PORTS), 28232);
	assert_int_equal(figure(&sample, TC_LIFETIME_CONNECTS), 470);
}

/* After the repetitions that were seen at 1, 2, 3, 4, 5, 7 and 11 s. */
static void test_how_long_a_syn_has_stood(void **state)
{
	static const uint64_t ms[] = {500, 1500, 2500, 4000, 7000, 13000};
	struct sample sample;
	uint64_t stood;

	(void)state;
	fixture_settings(sample.settings);
	assert_false(tc_lifetime_syn_stood(sample.settings, 1, &stood));
	for (unsigned i = 0; i < sizeof(ms) / sizeof(*ms); i++) {
		assert_true(tc_lifetime_syn_stood(sample.settings, 2 + i, &stood));
		assert_int_equal(stood, ms[i]);
	}
	set(&sample, TC_SETTING_tcp_syn_linear_timeouts, 0); /* at 1, 3, 7, 15 s */
	assert_true(tc_lifetime_syn_stood(sample.settings, 3, &stood));
	assert_int_equal(stood, 4000 + 4000);
	assert_true(tc_lifetime_syn_stood(sample.settings, UINT8_MAX, &stood));
	sample.settings[TC_SETTING_tcp_syn_linear_timeouts].status = TC_SETTING_NOT_READ;
	assert_false(tc_lifetime_syn_stood(sample.settings, 3, &stood));
}

static void test_syn_sent(void **state)
{
	struct sample sample;

	(void)state;
	fixture_settings(sample.settings);
	set(&sample, TC_SETTING_tcp_syn_linear_timeouts, 0);
	assert_int_equal(figure(&sample, TC_LIFETIME_SYN_SENT), 127000);
	sample.settings[TC_SETTING_tcp_syn_linear_timeouts].status = TC_SETTING_ABSENT;
	assert_int_equal(figure(&sample, TC_LIFETIME_SYN_SENT), 127000);
	sample.settings[TC_SETTING_tcp_syn_linear_timeouts].status = TC_SETTING_UNREADABLE;
	assert_false(is_known(&sample, TC_LIFETIME_SYN_SENT));
	fixture_settings(sample.settings);
	set(&sample, TC_SETTING_tcp_syn_retries, 0);
	set(&sample, TC_SETTING_tcp_syn_linear_timeouts, 0);
	assert_int_equal(figure(&sample, TC_LIFETIME_SYN_SENT), 1000);
	/* Many linear repetitions end when the time for tcp_syn_retries alone is over. */
	set(&sample, TC_SETTING_tcp_syn_retries, 2);
	set(&sample, TC_SETTING_tcp_syn_linear_timeouts, 100);
	assert_int_equal(figure(&sample, TC_LIFETIME_SYN_SENT), 7000);
}

static void test_fin_wait2_beyond_time_wait(void **state)
{
	struct sample sample;

	(void)state;
	fixture_settings(sample.settings);
	set(&sample, TC_SETTING_tcp_fin_timeout, 30);
	assert_int_equal(figure(&sample, TC_LIFETIME_FIN_WAIT2), 30000);
	set(&sample, TC_SETTING_tcp_fin_timeout, 62);
	assert_measured(figure(&sample, TC_LIFETIME_FIN_WAIT2), 4100);
	set(&sample, TC_SETTING_tcp_fin_timeout, 90);
	assert_measured(figure(&sample, TC_LIFETIME_FIN_WAIT2), 61580);
	assert_int_equal(figure(&sample, TC_LIFETIME_TIME_WAIT), 60000);
}

/* FIN_WAIT1 and SYN_RECV, by the second, of which one or so is until they are looked at. */
static void test_a_lower_rto_max_as_measured(void **state)
{
	static const struct {
		int64_t rto_max_ms;
		uint64_t orphan_ms, measured_ms;
	} rows[] = {
		{5000, 11200, 13000},
		{1000, 2400, 3000},
	};
	struct sample sample;

	(void)state;
	fixture_settings(sample.settings);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint64_t ms;

		set(&sample, TC_SETTING_tcp_rto_max_ms, rows[i].rto_max_ms);
		ms = figure(&sample, TC_LIFETIME_ORPHAN_RETRY);
		assert_int_equal(ms, rows[i].orphan_ms);
		assert_in_range(rows[i].measured_ms, ms, ms * 105 / 100 + 1500);
		assert_int_equal(figure(&sample, TC_LIFETIME_SYN_RECV), 63000);
		assert_measured(figure(&sample, TC_LIFETIME_SYN_RECV), 66000);
	}
	/* What is asked for in so many words is kept. */
	set(&sample, TC_SETTING_tcp_orphan_retries, 8);
	assert_int_equal(figure(&sample, TC_LIFETIME_ORPHAN_RETRY), 200 + 400 + 800 + 6 * 1000);
	sample.settings[TC_SETTING_tcp_rto_max_ms].status = TC_SETTING_NOT_READ;
	assert_int_equal(figure(&sample, TC_LIFETIME_SYN_RECV), 63000);
	assert_false(is_known(&sample, TC_LIFETIME_ORPHAN_RETRY));
}

static void test_other_settings(void **state)
{
	struct sample sample;

	(void)state;
	fixture_settings(sample.settings);
	set(&sample, TC_SETTING_tcp_synack_retries, 2);
	assert_int_equal(figure(&sample, TC_LIFETIME_SYN_RECV), 7000);
	set(&sample, TC_SETTING_tcp_orphan_retries, 1);
	assert_int_equal(figure(&sample, TC_LIFETIME_ORPHAN_RETRY), 600);
	set(&sample, TC_SETTING_tcp_rto_max_ms, 1000);
	assert_int_equal(figure(&sample, TC_LIFETIME_DATA_RETRY), 200 + 400 + 800 + 13 * 1000);
	set(&sample, TC_SETTING_tcp_keepalive_time, 60);
	set(&sample, TC_SETTING_tcp_keepalive_intvl, 10);
	set(&sample, TC_SETTING_tcp_keepalive_probes, 3);
	assert_int_equal(figure(&sample, TC_LIFETIME_KEEPALIVE), 90000);
	sample.settings[TC_SETTING_ip_local_port_range].number[0] = 40000;
	sample.settings[TC_SETTING_ip_local_port_range].number[1] = 40019;
	assert_int_equal(figure(&sample, TC_LIFETIME_LOCAL_PORTS), 20);
}

/* Of the reserved ports the count is known, the first and the last. */
static void test_reserved_ports(void **state)
{
	static const struct {
		int64_t count, first, last;
		int64_t ports; /* -1: not known */
	} cases[] = {
		{0, 0, 0, 20},		   {5, 40000, 40004, 15},   {2, 40003, 40019, 18},
		{20, 40000, 40019, 0},	   {5, 39000, 39004, 20},   {5, 50000, 50004, 20},
		{3, 39999, 40001, -1},	   {3, 40018, 40020, -1},
	};
	struct sample sample;

	(void)state;
	fixture_settings(sample.settings);
	sample.settings[TC_SETTING_ip_local_port_range].number[0] = 40000;
	sample.settings[TC_SETTING_ip_local_port_range].number[1] = 40019;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct tc_setting_value *reserved =
			&sample.settings[TC_SETTING_ip_local_reserved_ports];

		*reserved = (struct tc_setting_value){
			.status = TC_SETTING_READ,
			.count = 1,
			.number = {cases[i].count, cases[i].first, cases[i].last},
		};
		assert_int_equal(is_known(&sample, TC_LIFETIME_LOCAL_PORTS), cases[i].ports >= 0);
		if (cases[i].ports >= 0)
			assert_int_equal(figure(&sample, TC_LIFETIME_LOCAL_PORTS), cases[i].ports);
	}
}

static void test_what_is_not_known_is_not_guessed(void **state)
{
	struct sample sample;

	(void)state;
	memset(&sample, 0, sizeof(sample));
	tc_lifetimes(sample.settings, sample.figures);
	for (int i = 0; i < TC_LIFETIME_COUNT; i++) {
		assert_int_equal(sample.figures[i].known, i == TC_LIFETIME_TIME_WAIT);
		assert_non_null(sample.figures[i].name);
	}
}

static void test_absurd_values_are_not_believed(void **state)
{
	struct sample sample;

	(void)state;
	fixture_settings(sample.settings);
	set(&sample, TC_SETTING_tcp_retries2, INT64_MAX);
	assert_false(is_known(&sample, TC_LIFETIME_DATA_RETRY));
	set(&sample, TC_SETTING_tcp_synack_retries, -1);
	assert_false(is_known(&sample, TC_LIFETIME_SYN_RECV));
	set(&sample, TC_SETTING_ip_local_port_range, 61000);
	assert_false(is_known(&sample, TC_LIFETIME_LOCAL_PORTS));
	assert_false(is_known(&sample, TC_LIFETIME_CONNECTS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_defaults_as_measured),
		cmocka_unit_test(test_how_long_a_syn_has_stood),
		cmocka_unit_test(test_syn_sent),
		cmocka_unit_test(test_fin_wait2_beyond_time_wait),
		cmocka_unit_test(test_a_lower_rto_max_as_measured),
		cmocka_unit_test(test_other_settings),
		cmocka_unit_test(test_reserved_ports),
		cmocka_unit_test(test_what_is_not_known_is_not_guessed),
		cmocka_unit_test(test_absurd_values_are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
