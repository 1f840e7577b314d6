/* SPDX-License-Identifier: MIT */
/* test_counter.c - the table of counters, their parser, and reading them from a folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "model/counter.h"
#include "source/counter_read.h"
#include "util/macro.h"

static struct tc_counters parse(const char *text)
{
	struct tc_counters counters = {.status = {0}};

	tc_counters_parse(text, strlen(text), &counters);
	return counters;
}

static void assert_read(const struct tc_counters *counters, enum tc_counter id, uint64_t value)
{
	assert_int_equal(counters->status[id], TC_COUNTER_READ);
	assert_int_equal(counters->value[id], value);
}

static void test_every_row_is_whole(void **state)
{
	(void)state;
	for (int i = 0; i < TC_COUNTER_COUNT; i++) {
		const struct tc_counter_row *row = &tc_counter_rows[i];
		const char *const texts[] = {row->group, row->name, row->meaning, row->source};

		for (size_t t = 0; t < TC_ARRAY_SIZE(texts); t++)
			assert_true(texts[t] && strlen(texts[t]) > 0);
	}
}

static void test_names_and_numbers_are_paired(void **state)
{
	struct tc_counters counters =
		parse("TcpExt: SyncookiesSent ListenOverflows Other ListenDrops\n"
		      "TcpExt: 7 18446744073709551615 8 9\n"
		      "IpExt: ListenDrops\nIpExt: 5\n");

	(void)state;
	assert_read(&counters, TC_COUNTER_ListenOverflows, UINT64_MAX);
	assert_read(&counters, TC_COUNTER_ListenDrops, 9); /* not that of the other group */
	assert_int_equal(counters.status[TC_COUNTER_TCPReqQFullDrop], TC_COUNTER_NOT_READ);
	tc_counters_end(&counters);
	assert_int_equal(counters.status[TC_COUNTER_TCPReqQFullDrop], TC_COUNTER_ABSENT);
	assert_read(&counters, TC_COUNTER_ListenDrops, 9);
}

static void test_what_does_not_pair_is_not_read(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		":",
		":\n:\n",
		"TcpExt: ListenDrops",
		"TcpExt: ListenDrops\n",
		"TcpExt: ListenDrops\nTcpExt:",
		"TcpExt: ListenDrops\nTcpExt: ",
		"TcpExt: ListenDrops\nIpExt: 5\n",
		"TcpExt: ListenDrops\nTcpExt: -5\n",
		"TcpExt: ListenDrops\nTcpExt: 5x\n",
		"TcpExt: ListenDrops\nTcpExt: 18446744073709551616\n",
		"TcpExt: Other ListenDrops\nTcpExt: 5\n",
		"TcpExt: ListenDropsX\nTcpExt: 5\n",
		"TcpExt ListenDrops\nTcpExt 5\n",
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(texts); i++) {
		struct tc_counters counters = parse(texts[i]);

		assert_int_equal(counters.status[TC_COUNTER_ListenDrops], TC_COUNTER_NOT_READ);
	}
}

static void test_the_last_line_needs_no_newline(void **state)
{
	struct tc_counters counters = parse("TcpExt: ListenDrops\nTcpExt: 5");

	(void)state;
	assert_read(&counters, TC_COUNTER_ListenDrops, 5);
}

static void test_rise(void **state)
{
	struct tc_counters before = parse("TcpExt: ListenDrops ListenOverflows\nTcpExt: 5 9\n");
	struct tc_counters after = parse("TcpExt: ListenDrops ListenOverflows\nTcpExt: 12 8\n");
	uint64_t rise = 99;

	(void)state;
	assert_true(tc_counter_rise(&before, &after, TC_COUNTER_ListenDrops, &rise));
	assert_int_equal(rise, 7);
	assert_true(tc_counter_rise(&after, &after, TC_COUNTER_ListenDrops, &rise));
	assert_int_equal(rise, 0);
	rise = 99; /* one that fell, and one that was not read, say nothing */
	assert_false(tc_counter_rise(&before, &after, TC_COUNTER_ListenOverflows, &rise));
	assert_false(tc_counter_rise(&before, &after, TC_COUNTER_TCPReqQFullDrop, &rise));
	assert_int_equal(rise, 99);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	remove(path);
}

static void test_reading_a_folder(void **state)
{
	char folder[] = "/tmp/tcpcensus-counters-XXXXXX";
	struct tc_counters counters;

	(void)state;
	assert_non_null(mkdtemp(folder));
	write_file(folder, "netstat", "TcpExt: ListenDrops\nTcpExt: 5\n");
	tc_counters_read(folder, &counters); /* half of it may be in the file that is missing */
	assert_read(&counters, TC_COUNTER_ListenDrops, 5);
	assert_int_equal(counters.status[TC_COUNTER_ListenOverflows], TC_COUNTER_NOT_READ);
	write_file(folder, "snmp", "Tcp: MaxConn\nTcp: -1\n");
	tc_counters_read(folder, &counters);
	assert_read(&counters, TC_COUNTER_ListenDrops, 5);
	assert_int_equal(counters.status[TC_COUNTER_ListenOverflows], TC_COUNTER_ABSENT);
	remove_file(folder, "netstat");
	remove_file(folder, "snmp");
	rmdir(folder);
	tc_counters_read(folder, &counters);
	assert_int_equal(counters.status[TC_COUNTER_ListenDrops], TC_COUNTER_NOT_READ);
}

static void test_reading_this_kernel(void **state)
{
	struct tc_counters counters;

	(void)state;
	tc_counters_read(NULL, &counters);
	if (counters.status[TC_COUNTER_ListenDrops] == TC_COUNTER_NOT_READ)
		skip(); /* no /proc here */
	assert_int_equal(counters.status[TC_COUNTER_ListenDrops], TC_COUNTER_READ);
	assert_int_equal(counters.status[TC_COUNTER_ListenOverflows], TC_COUNTER_READ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_is_whole),
		cmocka_unit_test(test_names_and_numbers_are_paired),
		cmocka_unit_test(test_what_does_not_pair_is_not_read),
		cmocka_unit_test(test_the_last_line_needs_no_newline),
		cmocka_unit_test(test_rise),
		cmocka_unit_test(test_reading_a_folder),
		cmocka_unit_test(test_reading_this_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
