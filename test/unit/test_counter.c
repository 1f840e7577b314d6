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
#include "test/unit/sources.h"
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
		const char *const texts[] = {row->group, row->name, row->meaning, row->related,
					     row->source};

		for (size_t t = 0; t < TC_ARRAY_SIZE(texts); t++)
			assert_true(texts[t] && strlen(texts[t]) > 0);
		for (size_t t = 0; t < TC_ARRAY_SIZE(texts); t++)
			if (!versions_numbered(texts[t]))
				fail_msg("%s: which version? %s", row->name, texts[t]);
		if (!sources_known(row->source))
			fail_msg("%s: %s", row->name, row->source);
	}
}

/* As people write them; each name leads to its own row. */
static void test_names_as_they_are_written(void **state)
{
	static const struct {
		const char *word;
		enum tc_counter id;
	} cases[] = {
		{"ListenOverflows", TC_COUNTER_ListenOverflows},
		{"listenoverflows", TC_COUNTER_ListenOverflows},
		{"TcpExtListenOverflows", TC_COUNTER_ListenOverflows},
		{"TcpExt.ListenOverflows", TC_COUNTER_ListenOverflows},
		{"TcpExt: ListenOverflows", TC_COUNTER_ListenOverflows},
		{"TCPTimeWaitOverflow", TC_COUNTER_TCPTimeWaitOverflow},
		{"TcpExtTCPTimeWaitOverflow", TC_COUNTER_TCPTimeWaitOverflow},
		{"TcpExtTcpTimeoutRehash", TC_COUNTER_TcpTimeoutRehash},
		{"TcpActiveOpens", TC_COUNTER_ActiveOpens},
		{"TCP: orphan", TC_COUNTER_sockstat_orphan},
		{"conntrack_drop", TC_COUNTER_conntrack_drop},
	};
	static const char *const none[] = {"",	     "TcpExt",		 "TcpExt.",
					   "Listen", "ListenOverflowsX", "UdpListenOverflows"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++)
		assert_int_equal(tc_counter_named(cases[i].word, strlen(cases[i].word)),
				 cases[i].id);
	for (size_t i = 0; i < TC_ARRAY_SIZE(none); i++)
		assert_true(tc_counter_named(none[i], strlen(none[i])) < 0);
	for (int id = 0; id < TC_COUNTER_COUNT; id++) {
		const char *name = tc_counter_rows[id].name;

		assert_int_equal(tc_counter_named(name, strlen(name)), id);
		assert_string_not_equal(tc_counter_file((enum tc_counter)id), "/proc/net");
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
	tc_counters_end(&counters, "Tcp");
	assert_int_equal(counters.status[TC_COUNTER_TCPReqQFullDrop], TC_COUNTER_NOT_READ);
	tc_counters_end(&counters, "TcpExt");
	assert_int_equal(counters.status[TC_COUNTER_TCPReqQFullDrop], TC_COUNTER_ABSENT);
	assert_read(&counters, TC_COUNTER_ListenDrops, 9);
}

static void test_what_does_not_pair_is_not_read(void **state)
{
	enum { NOTHING = TC_DAMAGE_KINDS };
	static const struct {
		const char *text;
		unsigned damage, line;
	} rows[] = {
		{"", NOTHING, 0},
		{"\n", NOTHING, 0},
		{":", NOTHING, 0},
		{":\n:\n", NOTHING, 0},
		{"TcpExt: ListenDropsX\nTcpExt: 5\n", NOTHING, 0},
		{"TcpExt ListenDrops\nTcpExt 5\n", NOTHING, 0},
		{"TcpExt: ListenDrops", TC_DAMAGE_PAIR, 1},
		{"TcpExt: ListenDrops\n", TC_DAMAGE_PAIR, 1},
		{"TcpExt: ListenDrops\nIpExt: 5\n", TC_DAMAGE_PAIR, 1},
		{"TcpExt: ListenDrops\nIpExt: X\nIpExt: 5\n", TC_DAMAGE_PAIR, 1},
		{"TcpExt: ListenDrops\nTcpExt:", TC_DAMAGE_CUT, 2},
		{"TcpExt: ListenDrops\nTcpExt: ", TC_DAMAGE_CUT, 2},
		{"TcpExt: Other ListenDrops\nTcpExt: 5\n", TC_DAMAGE_CUT, 2},
		{"TcpExt: Other ListenDrops Last\nTcpExt: 5 1", TC_DAMAGE_CUT, 2}, /* or 12? */
		{"TcpExt: ListenDrops\nTcpExt: -5\n", TC_DAMAGE_NUMBER, 2},
		{"TcpExt: ListenDrops\nTcpExt: 5x\n", TC_DAMAGE_NUMBER, 2},
		{"TcpExt: ListenDrops\nTcpExt: 18446744073709551616\n", TC_DAMAGE_NUMBER, 2},
		{"TcpExt: ListenDrops\nTcpExt: 5 6\n", TC_DAMAGE_MORE, 2},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_counters counters = parse(rows[i].text);
		bool is_damaged = rows[i].damage != NOTHING;

		assert_int_equal(counters.status[TC_COUNTER_ListenDrops],
				 is_damaged ? TC_COUNTER_DAMAGED : TC_COUNTER_NOT_READ);
		assert_int_equal(counters.damage_count, is_damaged);
		if (!is_damaged)
			continue;
		assert_int_equal(counters.damage[0].kind, rows[i].damage);
		assert_int_equal(counters.damage[0].line, rows[i].line);
		assert_true(*tc_damage_text(counters.damage[0].kind));
	}
}

/* A damaged line takes nothing from the others, and is told once. */
static void test_the_rest_of_a_damaged_file_is_used(void **state)
{
	struct tc_counters counters = parse("TcpExt: ListenDrops ListenOverflows TW\n"
					    "TcpExt: 5 x y\n"
					    "Tcp: OutSegs OutRsts\n"
					    "IpExt: Other\nIpExt: 7\n"
					    "Tcp: ActiveOpens\nTcp: 8\n");

	(void)state;
	assert_read(&counters, TC_COUNTER_ListenDrops, 5);
	assert_read(&counters, TC_COUNTER_ActiveOpens, 8);
	assert_int_equal(counters.status[TC_COUNTER_ListenOverflows], TC_COUNTER_DAMAGED);
	assert_int_equal(counters.status[TC_COUNTER_TW], TC_COUNTER_DAMAGED);
	assert_int_equal(counters.status[TC_COUNTER_OutSegs], TC_COUNTER_DAMAGED);
	assert_int_equal(counters.damage_count, 2);
	assert_int_equal(counters.damage[0].counter, TC_COUNTER_ListenOverflows);
	assert_int_equal(counters.damage[0].line, 2);
	assert_int_equal(counters.damage[1].line, 3);
	tc_counters_end(&counters, "TcpExt");
	assert_int_equal(counters.status[TC_COUNTER_ListenOverflows], TC_COUNTER_DAMAGED);
	assert_int_equal(counters.status[TC_COUNTER_TCPReqQFullDrop], TC_COUNTER_ABSENT);
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

static void test_names_are_unlike(void **state)
{
	(void)state;
	for (int i = 0; i < TC_COUNTER_COUNT; i++) {
		const struct tc_counter_row *row = &tc_counter_rows[i];
		struct tc_slice none = {"", 0}, name = {row->name, strlen(row->name)};
		const char *key = row->key ? row->key : row->name;

		assert_int_equal(tc_counter_find(none, name), i);
		assert_int_equal(tc_counter_find((struct tc_slice){row->group, strlen(row->group)},
						 (struct tc_slice){key, strlen(key)}), i);
	}
}

static void test_sockstat(void **state)
{
	static const char text[] = "sockets: used 263\n"
				   "TCP: inuse 5 orphan 1 tw 4169 alloc 9 mem 3\n"
				   "UDP: inuse 2 mem 0\n";
	static const char text6[] = "TCP6: inuse 3\nUDP6: inuse 1\n";
	struct tc_counters counters = {.status = {0}};

	(void)state;
	tc_counters_parse_sockstat(text, sizeof(text) - 1, &counters);
	assert_int_equal(counters.status[TC_COUNTER_sockstat6_inuse], TC_COUNTER_NOT_READ);
	tc_counters_parse_sockstat(text6, sizeof(text6) - 1, &counters);
	assert_read(&counters, TC_COUNTER_sockstat_inuse, 5);
	assert_read(&counters, TC_COUNTER_sockstat_orphan, 1);
	assert_read(&counters, TC_COUNTER_sockstat_tw, 4169);
	assert_read(&counters, TC_COUNTER_sockstat_alloc, 9);
	assert_read(&counters, TC_COUNTER_sockstat_mem, 3);
	assert_read(&counters, TC_COUNTER_sockstat6_inuse, 3);
	counters = (struct tc_counters){.value = {0}};
	tc_counters_parse_sockstat("TCP: inuse 5 orphan 0 tw 0 alloc 5 mem -1\n", 42, &counters);
	assert_int_equal(counters.status[TC_COUNTER_sockstat_mem], TC_COUNTER_UNREADABLE);
	assert_int_equal(counters.damage_count, 0);
}

static void test_damaged_sockstat(void **state)
{
	static const struct {
		const char *text;
		enum tc_counter_status inuse, tw;
	} rows[] = {
		{"", TC_COUNTER_NOT_READ, TC_COUNTER_NOT_READ},
		{"TCP:", TC_COUNTER_NOT_READ, TC_COUNTER_NOT_READ},
		{"tcp: inuse 5", TC_COUNTER_NOT_READ, TC_COUNTER_NOT_READ},
		{"TCP inuse 5", TC_COUNTER_NOT_READ, TC_COUNTER_NOT_READ},
		{"TCP6: inuse 5", TC_COUNTER_NOT_READ, TC_COUNTER_NOT_READ},
		{"TCP:   5 (estab 1, closed 0)", TC_COUNTER_NOT_READ, TC_COUNTER_NOT_READ},
		{"TCP: inuse -1", TC_COUNTER_UNREADABLE, TC_COUNTER_DAMAGED},
		{"TCP: inuse", TC_COUNTER_DAMAGED, TC_COUNTER_DAMAGED},
		{"TCP: inuse x", TC_COUNTER_DAMAGED, TC_COUNTER_DAMAGED},
		{"TCP: inuse 5", TC_COUNTER_READ, TC_COUNTER_DAMAGED},
		{"TCP: inuse 5 orphan 0 tw", TC_COUNTER_READ, TC_COUNTER_DAMAGED},
		{"TCP: tw inuse 5", TC_COUNTER_DAMAGED, TC_COUNTER_DAMAGED},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_counters counters = {.status = {0}};

		tc_counters_parse_sockstat(rows[i].text, strlen(rows[i].text), &counters);
		assert_int_equal(counters.status[TC_COUNTER_sockstat_inuse], rows[i].inuse);
		assert_int_equal(counters.status[TC_COUNTER_sockstat_tw], rows[i].tw);
		assert_int_equal(counters.damage_count, rows[i].tw == TC_COUNTER_DAMAGED);
	}
}

/* As the kernel prints it, but for columns that do not matter here. */
static void test_conntrack_is_hexadecimal_and_summed(void **state)
{
	static const char text[] = "entries  found new insert insert_failed drop early_drop\n"
				   "000000ff  00000000 00000000 00000000 00000001 0000000a 00000010\n"
				   "000000ff  00000000 00000000 00000000 00000002 00000006 00000000\n";
	static const char *const damaged[] = {
		"entries  drop early_drop\n00000000\n00000000 00000001 00000002\n",
		"entries  drop early_drop\n00000000 00000001 00000002\n00000000 00000001",
		"entries  drop\n0 1\n0 1\n0 zz\n0 1\n",
	};
	struct tc_counters counters = {.status = {0}};

	(void)state;
	for (int again = 0; again < 2; again++) { /* a second reading begins anew */
		tc_counters_parse_conntrack(text, sizeof(text) - 1, &counters);
		assert_read(&counters, TC_COUNTER_conntrack_drop, 16);
		assert_read(&counters, TC_COUNTER_conntrack_early_drop, 16);
		assert_read(&counters, TC_COUNTER_conntrack_insert_failed, 3);
		assert_int_equal(counters.status[TC_COUNTER_conntrack_count], TC_COUNTER_NOT_READ);
	}
	/* A sum that lacks a processor says nothing, whatever comes after it. */
	for (size_t i = 0; i < TC_ARRAY_SIZE(damaged); i++) {
		tc_counters_parse_conntrack(damaged[i], strlen(damaged[i]), &counters);
		assert_int_equal(counters.status[TC_COUNTER_conntrack_drop], TC_COUNTER_DAMAGED);
		assert_int_equal(counters.value[TC_COUNTER_conntrack_drop], 0);
		assert_int_equal(counters.damage_count, i + 1);
		assert_int_equal(counters.damage[i].line, i + 2);
		assert_int_equal(counters.damage[i].kind, TC_DAMAGE_COLUMN);
	}
}

static void test_reading_a_folder(void **state)
{
	char folder[] = "/tmp/tcpcensus-counters-XXXXXX";
	struct tc_counters counters;

	(void)state;
	assert_non_null(mkdtemp(folder));
	write_file(folder, "netstat", "TcpExt: ListenDrops\nTcpExt: 5\n");
	tc_counters_read(folder, folder, &counters);
	assert_read(&counters, TC_COUNTER_ListenDrops, 5);
	assert_int_equal(counters.status[TC_COUNTER_ListenOverflows], TC_COUNTER_ABSENT);
	assert_int_equal(counters.status[TC_COUNTER_OutRsts], TC_COUNTER_NOT_READ);
	/* A kernel can do without these, but not without snmp. */
	assert_int_equal(counters.status[TC_COUNTER_sockstat6_inuse], TC_COUNTER_ABSENT);
	assert_int_equal(counters.status[TC_COUNTER_conntrack_count], TC_COUNTER_ABSENT);
	assert_int_equal(counters.status[TC_COUNTER_conntrack_drop], TC_COUNTER_ABSENT);
	write_file(folder, "snmp", "Tcp: MaxConn OutSegs\nTcp: -1 7\n");
	tc_counters_read(folder, folder, &counters);
	assert_read(&counters, TC_COUNTER_ListenDrops, 5);
	assert_read(&counters, TC_COUNTER_OutSegs, 7);
	assert_int_equal(counters.status[TC_COUNTER_OutRsts], TC_COUNTER_ABSENT);
	/* A file that is there and has lost its line does not make its counters absent. */
	write_file(folder, "netstat", "IpExt: InNoRoutes\nIpExt: 5\n");
	write_file(folder, "snmp", "");
	tc_counters_read(folder, folder, &counters);
	assert_int_equal(counters.status[TC_COUNTER_ListenDrops], TC_COUNTER_DAMAGED);
	assert_int_equal(counters.status[TC_COUNTER_OutRsts], TC_COUNTER_DAMAGED);
	assert_int_equal(counters.damage_count, 2);
	assert_int_equal(counters.damage[0].kind, TC_DAMAGE_NO_LINE);
	assert_int_equal(counters.damage[0].line, 0);
	remove_file(folder, "netstat");
	remove_file(folder, "snmp");
	rmdir(folder);
	tc_counters_read(folder, folder, &counters);
	assert_int_equal(counters.status[TC_COUNTER_ListenDrops], TC_COUNTER_NOT_READ);
	assert_int_equal(counters.status[TC_COUNTER_conntrack_count], TC_COUNTER_NOT_READ);
}

static void test_reading_this_kernel(void **state)
{
	struct tc_counters counters;

	(void)state;
	tc_counters_read(NULL, NULL, &counters);
	if (counters.status[TC_COUNTER_ListenDrops] == TC_COUNTER_NOT_READ)
		skip(); /* no /proc here */
	assert_int_equal(counters.status[TC_COUNTER_ListenDrops], TC_COUNTER_READ);
	assert_int_equal(counters.status[TC_COUNTER_ListenOverflows], TC_COUNTER_READ);
	assert_int_equal(counters.status[TC_COUNTER_OutSegs], TC_COUNTER_READ);
	assert_int_equal(counters.status[TC_COUNTER_sockstat_tw], TC_COUNTER_READ);
	assert_int_not_equal(counters.status[TC_COUNTER_conntrack_count], TC_COUNTER_NOT_READ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_is_whole),
		cmocka_unit_test(test_names_as_they_are_written),
		cmocka_unit_test(test_names_and_numbers_are_paired),
		cmocka_unit_test(test_what_does_not_pair_is_not_read),
		cmocka_unit_test(test_the_rest_of_a_damaged_file_is_used),
		cmocka_unit_test(test_the_last_line_needs_no_newline),
		cmocka_unit_test(test_rise),
		cmocka_unit_test(test_names_are_unlike),
		cmocka_unit_test(test_sockstat),
		cmocka_unit_test(test_damaged_sockstat),
		cmocka_unit_test(test_conntrack_is_hexadecimal_and_summed),
		cmocka_unit_test(test_reading_a_folder),
		cmocka_unit_test(test_reading_this_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
