/* SPDX-License-Identifier: MIT */
/* test_readings.c - settings and counters, of this kernel and from saved files. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "source/readings.h"
#include "source/readings_file.h"
#include "source/readings_text.h"
#include "util/macro.h"

/* Recorded from Linux 6.18, but for "bundle" and "damaged"; the fuzzer begins with them, too. */
#define SEEDS TC_TEST_DIR "/fuzz/seeds/readings/"

static int read_seed(const char *name, struct tc_readings *readings)
{
	char path[256], why[TC_WHY_MAX] = "";
	int err;

	snprintf(path, sizeof(path), SEEDS "%s", name);
	err = tc_readings_from_file(path, readings, why);
	assert_string_equal(why, "");
	return err;
}

static struct tc_readings from_text(const char *text)
{
	struct tc_readings readings = {.counters = {.status = {0}}};
	int err = tc_readings_from_text(text, strlen(text), &readings);

	assert_true(err == 0 || err == -ENODATA);
	return readings;
}

static void assert_counter(const struct tc_readings *readings, enum tc_counter id, uint64_t value)
{
	assert_int_equal(readings->counters.status[id], TC_COUNTER_READ);
	assert_int_equal(readings->counters.value[id], value);
}

static void assert_setting(const struct tc_readings *readings, enum tc_setting id, int64_t value)
{
	assert_int_equal(readings->settings[id].status, TC_SETTING_READ);
	assert_int_equal(readings->settings[id].number[0], value);
}

static int counter_status(const struct tc_readings *readings, enum tc_counter id)
{
	return readings->counters.status[id];
}

static void test_every_file_of_proc(void **state)
{
	static const char *const names[] = {"netstat", "snmp",	     "snmp6",  "sockstat",
					    "sockstat6", "nf_conntrack", "sysctl"};
	struct tc_readings readings = {.counters = {.status = {0}}};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(names); i++)
		assert_int_equal(read_seed(names[i], &readings),
				 strcmp(names[i], "snmp6") == 0 ? -ENODATA : 0);
	for (int i = 0; i < TC_COUNTER_COUNT; i++) /* 6.18 has all that were not removed */
		assert_int_equal(counter_status(&readings, (enum tc_counter)i),
				 tc_counter_rows[i].removed ? TC_COUNTER_ABSENT : TC_COUNTER_READ);
	for (int i = 0; i < TC_SETTING_COUNT; i++) /* recorded in the initial namespace */
		assert_int_equal(readings.settings[i].status,
				 tc_setting_rows[i].removed ? TC_SETTING_ABSENT : TC_SETTING_READ);
	assert_counter(&readings, TC_COUNTER_conntrack_drop, 16);
	assert_counter(&readings, TC_COUNTER_conntrack_max, 262144);
	assert_setting(&readings, TC_SETTING_tcp_fin_timeout, 60);
	assert_int_equal(readings.settings[TC_SETTING_tcp_rmem].number[2], 33554432);
}

/* nstat -az prints the same counters in another way, but for gauges. */
static void test_nstat_says_the_same(void **state)
{
	struct tc_readings files = {.counters = {.status = {0}}};
	struct tc_readings nstat = {.counters = {.status = {0}}};

	(void)state;
	assert_int_equal(read_seed("netstat", &files), 0);
	assert_int_equal(read_seed("snmp", &files), 0);
	assert_int_equal(read_seed("nstat", &nstat), 0);
	for (int i = 0; i < TC_COUNTER_COUNT; i++) {
		const struct tc_counter_row *row = &tc_counter_rows[i];
		bool its = strcmp(row->group, "Tcp") == 0 || strcmp(row->group, "TcpExt") == 0;

		if (row->removed) /* by 6.18, where these were recorded */
			continue;
		assert_int_equal(files.counters.status[i],
				 its ? TC_COUNTER_READ : TC_COUNTER_NOT_READ);
		assert_int_equal(nstat.counters.status[i],
				 its && !row->gauge ? TC_COUNTER_READ : TC_COUNTER_NOT_READ);
	}
}

/* An older kernel, its files with headings between them, and a listing. */
static void test_bundle(void **state)
{
	struct tc_readings readings = {.counters = {.status = {0}}};

	(void)state;
	assert_int_equal(read_seed("bundle", &readings), 0);
	assert_setting(&readings, TC_SETTING_tcp_fin_timeout, 30);
	assert_setting(&readings, TC_SETTING_tcp_mem, 186810);
	assert_setting(&readings, TC_SETTING_tcp_tw_recycle, 1);
	assert_setting(&readings, TC_SETTING_tcp_syn_retries, 5);
	assert_setting(&readings, TC_SETTING_ip_local_reserved_ports, 0);
	assert_setting(&readings, TC_SETTING_somaxconn, 128);
	assert_setting(&readings, TC_SETTING_tcp_keepalive_time, 600);
	assert_counter(&readings, TC_COUNTER_conntrack_count, 65012);
	assert_counter(&readings, TC_COUNTER_sockstat_tw, 4169);
	assert_counter(&readings, TC_COUNTER_CurrEstab, 319);
	assert_counter(&readings, TC_COUNTER_OutRsts, 5123);
	assert_counter(&readings, TC_COUNTER_ListenOverflows, 57);
	assert_counter(&readings, TC_COUNTER_TCPAbortOnTimeout, 88);
	/* What a file that is there does not have, and what no file was there for. */
	assert_int_equal(counter_status(&readings, TC_COUNTER_TCPTimeWaitOverflow),
			 TC_COUNTER_ABSENT);
	assert_int_equal(counter_status(&readings, TC_COUNTER_sockstat6_inuse),
			 TC_COUNTER_NOT_READ);
	assert_int_equal(counter_status(&readings, TC_COUNTER_conntrack_drop), TC_COUNTER_NOT_READ);
	assert_int_equal(readings.settings[TC_SETTING_tcp_retries2].status, TC_SETTING_NOT_READ);
}

static void test_damaged(void **state)
{
	static const unsigned lines[TC_DAMAGES_MAX] = {2, 3, 4, 6};
	struct tc_readings readings = {.counters = {.status = {0}}};

	(void)state;
	read_seed("damaged", &readings);
	/* The line was cut: the last number may have had more digits. */
	assert_int_equal(counter_status(&readings, TC_COUNTER_ListenDrops), TC_COUNTER_DAMAGED);
	assert_int_equal(counter_status(&readings, TC_COUNTER_ListenOverflows), TC_COUNTER_DAMAGED);
	assert_int_equal(counter_status(&readings, TC_COUNTER_sockstat_inuse), TC_COUNTER_DAMAGED);
	assert_counter(&readings, TC_COUNTER_sockstat_orphan, 1);
	assert_int_equal(readings.settings[TC_SETTING_tcp_mem].status, TC_SETTING_UNREADABLE);
	assert_int_equal(counter_status(&readings, TC_COUNTER_conntrack_drop), TC_COUNTER_DAMAGED);
	assert_int_equal(counter_status(&readings, TC_COUNTER_TW), TC_COUNTER_DAMAGED);
	assert_int_equal(counter_status(&readings, TC_COUNTER_OutRsts), TC_COUNTER_DAMAGED);
	/* Those that were cut do not tell that the rest of their group is absent. */
	assert_int_equal(counter_status(&readings, TC_COUNTER_TWKilled), TC_COUNTER_NOT_READ);
	assert_int_equal(readings.counters.damage_count, 6);
	assert_int_equal(readings.counters.damage[2].setting, TC_SETTING_tcp_mem + 1);
	for (size_t i = 0; i < TC_DAMAGES_MAX; i++)
		assert_int_equal(readings.counters.damage[i].line, lines[i]);
}

/* Of a setting it is told what is wrong with it; a list of names is none. */
static void test_damaged_settings(void **state)
{
	enum { NOTHING = TC_DAMAGE_KINDS };
	static const struct {
		const char *text;
		unsigned kind, line;
	} rows[] = {
		{"net.ipv4.tcp_fin_timeout = 60\n", NOTHING, 0},
		{"net.ipv4.tcp_fin_timeout = 6o\n", TC_DAMAGE_NUMBER, 1},
		{"net.ipv4.tcp_fin_timeout = \n", TC_DAMAGE_CUT, 1},
		{"net.ipv4.tcp_fin_timeout = 60 60\n", TC_DAMAGE_VALUE, 1},
		{"net.ipv4.tcp_retries2 = 15\nnet.ipv4.tcp_fin_timeout", TC_DAMAGE_CUT, 2},
		{"net.ipv4.tcp_retries2 = 15\nnet.ipv4.tcp_fin_ti", NOTHING, 0},
		{"net.ipv4.tcp_retries2\nnet.ipv4.tcp_fin_timeout\n", NOTHING, 0},
		{"net.ipv4.ip_local_port_range = 32768\n", TC_DAMAGE_CUT, 1},
		{"net.ipv4.ip_local_port_range = 60999 32768\n", TC_DAMAGE_VALUE, 1},
		{"net.ipv4.ip_local_reserved_ports = \n", NOTHING, 0},
		{"net.ipv4.ip_local_reserved_ports = 8080,x\n", TC_DAMAGE_VALUE, 1},
		{"net.ipv4.tcp_congestion_control = \n", TC_DAMAGE_CUT, 1},
		{"net.netfilter.nf_conntrack_max = x\n", TC_DAMAGE_NUMBER, 1}, /* and a counter */
		{"sysctl: reading key \"net.ipv6.conf.all.stable_secret\"\n", NOTHING, 0},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_readings readings = from_text(rows[i].text);
		const struct tc_damage *damage = &readings.counters.damage[0];

		if (readings.counters.damage_count != (rows[i].kind != NOTHING))
			fail_msg("%u: %s", readings.counters.damage_count, rows[i].text);
		if (rows[i].kind == NOTHING)
			continue;
		if (damage->kind != rows[i].kind || damage->line != rows[i].line)
			fail_msg("%u, line %u: %s", damage->kind, damage->line, rows[i].text);
		assert_true(damage->setting);
		assert_int_equal(readings.settings[damage->setting - 1].status,
				 TC_SETTING_UNREADABLE);
	}
}

/* What follows the lines of the processors is no damage of theirs. */
static void test_what_follows_is_not_damaged(void **state)
{
	struct tc_readings readings = from_text("entries  found drop\n"
						"000000ff  00000000 0000000a\n"
						"TCP: inuse 5 orphan 1 tw 4169 alloc 9 mem 3\n"
						"==> /proc/sys/net/netfilter/nf_conntrack_count <==\n"
						"==> /proc/sys/net/ipv4/tcp_fin_timeout <==\n60\n"
						"Tcp:\n    5 active connection openings\n");

	(void)state;
	assert_counter(&readings, TC_COUNTER_conntrack_drop, 10);
	assert_counter(&readings, TC_COUNTER_sockstat_tw, 4169);
	assert_int_equal(readings.counters.damage_count, 0);
}

static void test_the_later_value_wins(void **state)
{
	struct tc_readings readings = from_text("net.ipv4.tcp_fin_timeout = 60\n"
						"TCP: inuse 5 orphan 0\r\n"
						"net.ipv4.tcp_fin_timeout = 30\n"
						"net.ipv4.tcp_fin_timeout = much\n"
						"TCP: inuse 6\n");

	(void)state;
	assert_setting(&readings, TC_SETTING_tcp_fin_timeout, 30);
	assert_counter(&readings, TC_COUNTER_sockstat_inuse, 6);
	assert_counter(&readings, TC_COUNTER_sockstat_orphan, 0);
}

/* Only what lists zeros lists everything. */
static void test_nstat_without_zeros(void **state)
{
	struct tc_readings some = from_text("#kernel\nTcpExtTW 5 0.0\nIpExtInOctets 7 0.0\n");
	struct tc_readings all = from_text("#kernel\nTcpExtTW 5 0.0\nTcpExtTWKilled 0 0.0\n"
					   "IpExtInOctets 7 0.0\n");

	(void)state;
	assert_counter(&some, TC_COUNTER_TW, 5);
	assert_int_equal(counter_status(&some, TC_COUNTER_ListenDrops), TC_COUNTER_NOT_READ);
	assert_int_equal(counter_status(&all, TC_COUNTER_ListenDrops), TC_COUNTER_ABSENT);
	assert_int_equal(counter_status(&all, TC_COUNTER_OutRsts), TC_COUNTER_NOT_READ);
}

/* A few names say nothing of the others; all names of TCP do. */
static void test_sysctl_of_some_names(void **state)
{
	struct tc_readings readings = from_text("net.ipv4.tcp_abort_on_overflow = 0\n"
						"net.ipv4.tcp_wmem = 4096\t16384\t4194304\n");

	(void)state;
	assert_setting(&readings, TC_SETTING_tcp_wmem, 4096);
	assert_int_equal(readings.settings[TC_SETTING_tcp_rto_max_ms].status, TC_SETTING_NOT_READ);
}

static void test_other_texts_have_nothing(void **state)
{
	static const char *const texts[] = {
		"", "\n", "tcp 0 0 192.0.2.10:443 198.51.100.7:51234 ESTABLISHED\n",
		"TcpExt:\n    5 TCP sockets finished time wait in fast timer\n",
		"TCP:   5 (estab 1, closed 0, orphaned 0, timewait 0)\n",
		"kernel.hostname = web1\n", "net.ipv4.conf.all.forwarding = 0\n",
		"Ip6InReceives 5\n", "  84 FIN_WAIT2\n",
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(texts); i++) {
		struct tc_readings readings = {.counters = {.status = {0}}};

		assert_int_equal(tc_readings_from_text(texts[i], strlen(texts[i]), &readings),
				 -ENODATA);
	}
}

static void test_a_line_that_is_too_long(void **state)
{
	enum { LENGTH = 300 * 1024 };
	struct tc_readings readings = {.counters = {.status = {0}}};
	struct tc_readings_text *text;
	char *much = malloc(LENGTH);

	(void)state;
	assert_non_null(much);
	memset(much, '1', LENGTH);
	assert_int_equal(tc_readings_text_new(&readings, &text), 0);
	tc_readings_text_feed(text, "net.ipv4.tcp_fin_timeout = ", 27);
	tc_readings_text_feed(text, much, LENGTH);
	tc_readings_text_feed(text, "\nnet.ipv4.tcp_retries2 = 8", 26);
	assert_int_equal(tc_readings_text_finish(text), 0);
	tc_readings_text_free(text);
	free(much);
	assert_int_equal(readings.settings[TC_SETTING_tcp_fin_timeout].status, TC_SETTING_NOT_READ);
	assert_setting(&readings, TC_SETTING_tcp_retries2, 8);
}

static void test_no_file(void **state)
{
	struct tc_readings readings = {.counters = {.status = {0}}};
	char why[TC_WHY_MAX] = "";

	(void)state;
	assert_int_equal(tc_readings_from_file("/nonexistent/x", &readings, why), -ENOENT);
	assert_non_null(strstr(why, "/nonexistent/x: "));
}

static void test_this_kernel(void **state)
{
	struct tc_readings readings;
	struct tc_counters again;

	(void)state;
	tc_readings_read(&readings);
	if (counter_status(&readings, TC_COUNTER_OutSegs) == TC_COUNTER_NOT_READ)
		skip(); /* no /proc here */
	assert_int_equal(readings.settings[TC_SETTING_tcp_fin_timeout].status, TC_SETTING_READ);
	tc_readings_read_counters(&again);
	for (int i = 0; i < TC_COUNTER_COUNT; i++)
		assert_int_equal(again.status[i], readings.counters.status[i]);
}

/* In a namespace of its own; returns what went wrong, for the exit status. */
static int look_in_a_new_namespace(void)
{
	struct tc_readings readings;

	if (unshare(CLONE_NEWNET) < 0)
		return 77;
	tc_readings_read(&readings);
	if (readings.settings[TC_SETTING_tcp_mem].status != TC_SETTING_ABSENT ||
	    readings.settings[TC_SETTING_tcp_max_orphans].status != TC_SETTING_ABSENT ||
	    readings.settings[TC_SETTING_netdev_max_backlog].status != TC_SETTING_ABSENT)
		return 1;
	if (readings.settings[TC_SETTING_tcp_fin_timeout].status != TC_SETTING_READ)
		return 2;
	if (counter_status(&readings, TC_COUNTER_ActiveOpens) != TC_COUNTER_READ ||
	    readings.counters.value[TC_COUNTER_ActiveOpens] != 0)
		return 3;
	return 0;
}

static void test_another_namespace(void **state)
{
	int status = 0;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(look_in_a_new_namespace());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip(); /* needs root */
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_file_of_proc),
		cmocka_unit_test(test_nstat_says_the_same),
		cmocka_unit_test(test_bundle),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_damaged_settings),
		cmocka_unit_test(test_what_follows_is_not_damaged),
		cmocka_unit_test(test_the_later_value_wins),
		cmocka_unit_test(test_nstat_without_zeros),
		cmocka_unit_test(test_sysctl_of_some_names),
		cmocka_unit_test(test_other_texts_have_nothing),
		cmocka_unit_test(test_a_line_that_is_too_long),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_this_kernel),
		cmocka_unit_test(test_another_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
