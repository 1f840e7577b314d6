/* SPDX-License-Identifier: MIT */
/* test_diagnose.c - the public diagnosis: what it refuses, and counters of several namespaces. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pipeline/gather_readings.h"
#include "tcpcensus.h"

/* A listing in a file; the path is to be removed. */
static void save(char path[64], const char *text)
{
	int fd;

	strcpy(path, "/tmp/tcpcensus-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_ids(void **state)
{
	static const char *const wrong[] = {"tw-active-close", "no-such-rule", NULL};
	struct tc_diagnosis_query query = {.size = sizeof(query), .ids = wrong};
	struct tc_report report = {.size = sizeof(report)};
	struct tc_diagnosis *diagnosis = NULL;

	(void)state;
	assert_int_equal(tc_diagnosis_take(&query, &diagnosis, &report), -ENOENT);
	assert_non_null(strstr(report.why, "no-such-rule"));
	assert_null(diagnosis);
}

/* Only what was asked for, of a caller that knows less of the structures. */
static void test_older_callers(void **state)
{
	static const char *const one[] = {"tw-active-close", NULL};
	struct tc_diagnosis_query query = {.ids = one, .flags = 0xdead};
	struct tc_query look = {.size = offsetof(struct tc_query, families)};
	struct tc_report report = {.size = offsetof(struct tc_report, took_us)};
	struct tc_diagnosis *diagnosis = NULL;
	char path[64];

	(void)state;
	save(path, "    400 TIME_WAIT\n     18 CLOSE_WAIT\n");
	look.from = path;
	look.states = 0xffff; /* which it does not have */
	report.took_us = 77;
	query.look = &look;
	query.size = offsetof(struct tc_diagnosis_query, flags);
	assert_int_equal(tc_diagnosis_take(&query, &diagnosis, &report), 0);
	assert_int_equal(report.took_us, 77);
	assert_null(tc_diagnosis_finding(diagnosis, 0));
	assert_null(tc_diagnosis_not_checked(diagnosis, 0));
	assert_string_equal(tc_diagnosis_normal(diagnosis, 0)->id, "tw-active-close");
	assert_non_null(strstr(tc_diagnosis_normal(diagnosis, 0)->text, "400 TIME_WAIT"));
	assert_null(tc_diagnosis_normal(diagnosis, 1));
	tc_diagnosis_free(diagnosis);
	query.size = 0;
	assert_int_equal(tc_diagnosis_take(&query, &diagnosis, &report), -EINVAL);
	unlink(path);
}

/* What was concluded from a listing with a broken line says so. */
static void test_incomplete(void **state)
{
	struct tc_query look = {.size = sizeof(look)};
	struct tc_diagnosis_query query = {.size = sizeof(query), .look = &look};
	struct tc_report report = {.size = sizeof(report)};
	struct tc_diagnosis *diagnosis = NULL;
	char path[64];

	(void)state;
	save(path, "tcp 0 0 192.0.2.1:1 192.0.2.2\ntcp 0 0 192.0.2.1:1 192.0.2.2:2 TIME_WAIT\n");
	look.from = path;
	assert_int_equal(tc_diagnosis_take(&query, &diagnosis, &report), 0);
	assert_false(report.complete);
	assert_non_null(strstr(tc_diagnosis_normal(diagnosis, 0)->text, "not complete"));
	tc_diagnosis_free(diagnosis);
	unlink(path);
}

static void set(struct tc_namespace_readings *item, int look, uint64_t value, uint64_t gauge)
{
	item->has[look] = true;
	for (int id = 0; id < TC_COUNTER_COUNT; id++) {
		item->at[look].value[id] = tc_counter_rows[id].gauge ? gauge : value;
		item->at[look].status[id] = TC_COUNTER_READ;
	}
}

/* Of three namespaces one came and one went meanwhile: neither is a rise, or the end of one. */
static void test_sums(void **state)
{
	static struct tc_namespace_readings items[3];
	static struct tc_gathered_readings readings;
	uint64_t rise;

	(void)state;
	set(&items[0], 0, 100, 1);
	set(&items[0], 1, 107, 2);
	set(&items[1], 0, 5000, 3);
	set(&items[2], 1, 900, 4);
	readings.items = items;
	readings.count = 3;
	readings.at[1].counters.value[TC_COUNTER_sockstat_orphan] = 12;
	tc_gathered_readings_sum(&readings);
	assert_true(tc_counter_rise(&readings.at[0].counters, &readings.at[1].counters,
				    TC_COUNTER_ListenOverflows, &rise));
	assert_int_equal(rise, 7);
	assert_int_equal(readings.at[1].counters.value[TC_COUNTER_ListenOverflows], 1007);
	assert_int_equal(readings.at[1].counters.value[TC_COUNTER_sockstat_tw], 2 + 4);
	assert_int_equal(readings.at[1].counters.value[TC_COUNTER_sockstat_orphan], 12);
}

static void give(struct tc_namespace_readings *item, enum tc_setting id, int64_t value)
{
	item->settings[id] =
		(struct tc_setting_value){.status = TC_SETTING_READ, .count = 1, .number = {value}};
}

/* A value of one namespace is not said of another; what only the first shows is of all. */
static void test_settings_of_several(void **state)
{
	static struct tc_namespace_readings items[3];
	static struct tc_gathered_readings readings;
	const struct tc_setting_value *said = readings.at[1].settings;

	(void)state;
	for (int i = 0; i < 3; i++) {
		items[i].has[1] = i < 2; /* the third has gone */
		give(&items[i], TC_SETTING_tcp_fin_timeout, i ? 7 : 60);
		give(&items[i], TC_SETTING_tcp_tw_reuse, i < 2 ? 2 : 0);
		items[i].settings[TC_SETTING_tcp_max_orphans].status = TC_SETTING_ABSENT;
	}
	give(&items[1], TC_SETTING_tcp_max_orphans, 4096);
	readings.items = items;
	readings.count = 3;
	tc_gathered_readings_sum(&readings);
	assert_int_equal(said[TC_SETTING_tcp_fin_timeout].status, TC_SETTING_DIFFERS);
	assert_int_equal(said[TC_SETTING_tcp_tw_reuse].status, TC_SETTING_READ);
	assert_int_equal(said[TC_SETTING_tcp_tw_reuse].number[0], 2);
	assert_int_equal(said[TC_SETTING_tcp_max_orphans].status, TC_SETTING_READ);
	assert_int_equal(said[TC_SETTING_tcp_max_orphans].number[0], 4096);
	assert_int_equal(said[TC_SETTING_tcp_retries2].status, TC_SETTING_NOT_READ);
}

/* What was not read of one of them is not known of all. */
static void test_unread(void **state)
{
	static struct tc_namespace_readings items[2];
	static struct tc_gathered_readings readings;

	(void)state;
	for (int i = 0; i < 2; i++) {
		set(&items[i], 0, 1, 1);
		set(&items[i], 1, 2, 1);
	}
	items[0].at[1].status[TC_COUNTER_ListenDrops] = TC_COUNTER_NOT_READ;
	readings.items = items;
	readings.count = 2;
	tc_gathered_readings_sum(&readings);
	assert_int_equal(readings.at[1].counters.status[TC_COUNTER_ListenDrops],
			 TC_COUNTER_NOT_READ);
	assert_int_equal(readings.at[1].counters.status[TC_COUNTER_ListenOverflows],
			 TC_COUNTER_READ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),	   cmocka_unit_test(test_older_callers),
		cmocka_unit_test(test_incomplete), cmocka_unit_test(test_sums),
		cmocka_unit_test(test_unread),	   cmocka_unit_test(test_settings_of_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
