/* SPDX-License-Identifier: MIT */
/* test_rules_time_wait.c - rules about TIME_WAIT and what it is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "util/macro.h"

static struct tc_sock time_wait(enum tc_direction direction)
{
	struct tc_sock sock = scene_sock(TC_TIME_WAIT, 0);

	sock.kind = TC_KIND_TIMEWAIT;
	sock.timer = TC_TIMER_TIMEWAIT;
	sock.inode = 0;
	sock.have &= ~(uint32_t)TC_HAVE_INSIDE;
	sock.direction = (uint8_t)direction;
	return sock;
}

/* Ports as they are of a listing: `count` TIME_WAIT to one destination, below settings. */
static struct tc_ports *ports_by(const char *settings, unsigned count)
{
	char path[] = "/tmp/test_rules_XXXXXX";
	struct tc_query look = {.size = sizeof(look), .from = path};
	struct tc_ports_query query = {.size = sizeof(query), .look = &look};
	struct tc_report report = {.size = sizeof(report)};
	struct tc_ports *ports = NULL;
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	assert_non_null(file);
	fputs(settings, file);
	for (unsigned i = 0; i < count; i++)
		fprintf(file, "TIME-WAIT 0 0 10.0.0.1:%u 192.0.2.7:443\n", 32768 + i);
	fclose(file);
	assert_int_equal(tc_ports_take(&query, &ports, &report), 0);
	unlink(path);
	return ports;
}

/* Of the 28232 ports that are usual. */
static struct tc_ports *ports_of(unsigned count)
{
	return ports_by("", count);
}

/* What the file says of the settings is what ports are counted by. */
static void test_ports_by_the_settings_of_the_file(void **state)
{
	struct tc_ports *ports = ports_by("net.ipv4.ip_local_port_range = 32768\t33767\n"
					  "net.ipv4.ip_local_reserved_ports = 32768-32777,40000\n"
					  "net.ipv4.tcp_tw_reuse = 2\n",
					  900);
	const struct tc_port_pool *pool = tc_ports_pool(ports, 0);
	const struct tc_destination *to = tc_ports_at(ports, 0);

	(void)state;
	assert_false(pool->assumed);
	assert_int_equal(pool->low, 32768);
	assert_int_equal(pool->high, 33767);
	assert_int_equal(pool->reserved, 10);
	assert_int_equal(to->used, 890);
	assert_int_equal(to->free_at_most, 100); /* none can be taken over */
	tc_ports_free(ports);
	ports = ports_by("net.ipv4.ip_local_port_range = 33767\t32768\n", 900);
	assert_true(tc_ports_pool(ports, 0)->assumed);
	tc_ports_free(ports);
}

/* ---- tw-active-close ------------------------------------------------------------------- */

static void test_many_are_normal(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_QUIET);
	scene_add(&scene, time_wait(TC_DIRECTION_IN), 4000, 100);
	scene_add(&scene, time_wait(TC_DIRECTION_OUT), 169, 1);
	scene.facts.ports = ports_of(812);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_NORMAL);
	assert_says(&scene, "4169 TIME_WAIT: normal.");
	assert_says(&scene, "they hold 1.1 MB");
	assert_says(&scene,
		    "incoming, closed as the server: 4000; outgoing, closed as the client: 169");
	assert_says(&scene, "closes first at a rate of 0.0/s"); /* the counter stands still */
	scene_rise(&scene, TC_COUNTER_TW, 1200);
	scene_judge(&scene, "tw-active-close");
	assert_says(&scene, "closes first at a rate of 400/s");
	scene_rise(&scene, TC_COUNTER_TWKilled, 300);		 /* a short tcp_fin_timeout */
	scene_rise(&scene, TC_COUNTER_TCPTimeWaitOverflow, 600); /* no room for them */
	scene_rise(&scene, TC_COUNTER_TWRecycled, 900);		 /* counted when they were made */
	scene_judge(&scene, "tw-active-close");
	assert_says(&scene, "closes first at a rate of 700/s");
	assert_false(scene_says(&scene, "estimate"));
	scene.facts.interval_us = 0;
	scene_judge(&scene, "tw-active-close");
	assert_says(&scene, "about 69/s: the number divided by 60 s (an estimate)");
	assert_says(&scene, "192.0.2.7:443, uses 812 of the usual 28232 ports");
	scene_end(&scene);
}

static void test_one_port(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, time_wait(TC_DIRECTION_OUT), 1, 1);
	scene.facts.ports = ports_of(1);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_NORMAL);
	assert_says(&scene, "192.0.2.7:443, uses 1 port of the usual 28232.");
	scene_end(&scene);
}

static void test_a_few_have_no_rate(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene.facts.interval_us = 0;
	scene_add(&scene, time_wait(TC_DIRECTION_IN), 59, 1); /* of one side only */
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_NORMAL);
	assert_false(scene_says(&scene, "estimate"));
	assert_says(&scene, "incoming, closed as the server: 59; outgoing, closed as the client: 0");
	assert_false(scene_says(&scene, "destination"));
	scene_add(&scene, time_wait(TC_DIRECTION_IN), 1, 1);
	scene_judge(&scene, "tw-active-close");
	assert_says(&scene, "about 1.0/s: the number");
	scene_end(&scene);
}

/* A number alone: no direction, no ports, no settings, and nothing is made up in their place. */
static void test_a_number_alone_is_normal(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin_counted(&scene);
	scene_count(&scene, TC_TIME_WAIT, 4169);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_NORMAL);
	assert_says(&scene, "4169 TIME_WAIT: normal.");
	assert_says(&scene, "1.1 MB");
	assert_says(&scene, "tcp_max_tw_buckets, was not read");
	assert_int_equal(scene.judged.draft.count, 3);
	scene_end(&scene);
}

/* Nothing tells whether there are as many places, or ports to one destination. */
static void test_numbers_near_an_unknown_limit_are_not_normal(void **state)
{
	static const struct {
		uint64_t count;
		enum tc_verdict verdict;
		const char *needs;
	} cases[] = {
		{14116, TC_NORMAL, NULL},
		{14117, TC_UNSURE, "addresses and ports (ss -tan): 14117"},
		{65537, TC_UNSURE, "sysctl net.ipv4.tcp_max_tw_buckets"},
		{INT64_MAX, TC_UNSURE, "sysctl net.ipv4.tcp_max_tw_buckets"},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct scene scene;

		scene_begin_counted(&scene);
		scene_count(&scene, TC_TIME_WAIT, cases[i].count);
		assert_int_equal(scene_judge(&scene, "tw-active-close"), cases[i].verdict);
		if (cases[i].needs)
			assert_non_null(strstr(scene.judged.draft.needs, cases[i].needs));
		scene_end(&scene);
	}
}

/* The buckets of their ports are shared by all sockets of a port. */
static void test_memory_of_clients(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, time_wait(TC_DIRECTION_OUT), 1000, 1);
	scene_judge(&scene, "tw-active-close");
	assert_says(&scene, "they hold 256 kB");
	scene_end(&scene);
}

/* More than half of the places, and more than ten times ESTABLISHED: both have to be so. */
static void test_places_that_run_out(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, 200);
	scene_gauge(&scene, TC_COUNTER_sockstat_tw, 100);
	scene_add(&scene, time_wait(TC_DIRECTION_IN), 101, 10);
	scene_add(&scene, scene_sock(TC_ESTABLISHED, 0), 10, 10);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_NORMAL);
	scene_gauge(&scene, TC_COUNTER_sockstat_tw, 101);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "101 TIME_WAIT and 10 ESTABLISHED");
	assert_says(&scene, "101 of 200 that tcp_max_tw_buckets allows are in use (50 %)");
	assert_says(&scene, "Peers: ");
	scene_add(&scene, scene_sock(TC_ESTABLISHED, 0), 1, 1);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_NORMAL);
	scene_add(&scene, time_wait(TC_DIRECTION_IN), 9, 10); /* 110 and 11 */
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_NORMAL);
	scene_gauge(&scene, TC_COUNTER_sockstat_tw, 180);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_NORMAL);
	scene_gauge(&scene, TC_COUNTER_sockstat_tw, 181); /* nearly all, whatever is open */
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_FOUND);
	assert_says(&scene, "181 of 200 that tcp_max_tw_buckets allows are in use");
	assert_says(&scene, "These places are running out: see tw-overflow.");
	scene_end(&scene);
}

/* The kernel's own count where it was read, which has the closed FIN_WAIT2, too; else ours. */
static void test_places_are_counted_without_sockstat(void **state)
{
	struct tc_sock orphan = time_wait(TC_DIRECTION_IN);
	struct scene scene;

	(void)state;
	orphan.state = TC_FIN_WAIT2;
	scene_begin(&scene);
	scene.facts.now.counters.status[TC_COUNTER_sockstat_tw] = TC_COUNTER_NOT_READ;
	scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, 200);
	scene_add(&scene, time_wait(TC_DIRECTION_IN), 90, 10);
	scene_add(&scene, orphan, 11, 10);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_FOUND);
	assert_says(&scene, "101 of 200");
	scene_end(&scene);
}

static void test_ports_that_run_out(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, time_wait(TC_DIRECTION_OUT), 20, 1);
	scene.facts.ports = ports_of(28232 / 2);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_NORMAL);
	tc_ports_free(scene.facts.ports);
	scene.facts.ports = ports_of(28232 / 2 + 1);
	assert_int_equal(scene_judge(&scene, "tw-active-close"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "Of the usual 28232 ports to 192.0.2.7:443 they hold 14117");
	scene_end(&scene);
}

/* ---- tw-overflow ----------------------------------------------------------------------- */

static void test_overflow(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_int_equal(scene_judge(&scene, "tw-overflow"), TC_QUIET);
	scene_rise(&scene, TC_COUNTER_TCPTimeWaitOverflow, 20);
	assert_int_equal(scene_judge(&scene, "tw-overflow"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "In 3.0 s, 20 connections ended without their TIME_WAIT");
	scene_rise(&scene, TC_COUNTER_TCPTimeWaitOverflow, 0);
	scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, 1000);
	scene_gauge(&scene, TC_COUNTER_sockstat_tw, 900);
	assert_int_equal(scene_judge(&scene, "tw-overflow"), TC_QUIET);
	scene_gauge(&scene, TC_COUNTER_sockstat_tw, 901);
	assert_int_equal(scene_judge(&scene, "tw-overflow"), TC_FOUND);
	assert_says(&scene, "901 of 1000");
	scene_end(&scene);
}

/* One look: what was 0 since the start did not happen; else nobody knows whether it does now. */
static void test_overflow_at_one_look(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_instant(&scene);
	assert_int_equal(scene_judge(&scene, "tw-overflow"), TC_QUIET);
	scene_rise(&scene, TC_COUNTER_TCPTimeWaitOverflow, 0);
	assert_int_equal(scene_judge(&scene, "tw-overflow"), TC_UNSURE);
	assert_needs(&scene, "an interval");
	scene_end(&scene);
	scene_begin_counted(&scene);
	scene_count(&scene, TC_TIME_WAIT, 4169);
	assert_int_equal(scene_judge(&scene, "tw-overflow"), TC_UNSURE);
	scene_end(&scene);
}

/* ---- rfc1337 --------------------------------------------------------------------------- */

static void test_rfc1337(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene); /* the default: 131072 of 262144 buckets, and tcp_rfc1337 = 0 */
	assert_int_equal(scene_judge(&scene, "rfc1337"), TC_QUIET);
	scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, 131072 / 16);
	assert_int_equal(scene_judge(&scene, "rfc1337"), TC_QUIET);
	scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, 131072 / 16 - 1);
	assert_int_equal(scene_judge(&scene, "rfc1337"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "tcp_max_tw_buckets is 8191; the kernel's default would be 131072");
	assert_says(&scene, "tcp_rfc1337 is 0");
	scene_set(&scene, TC_SETTING_tcp_ehash_entries, -262144); /* a shared table */
	scene_set(&scene, TC_SETTING_tcp_rfc1337, 1);
	scene_gauge(&scene, TC_COUNTER_TCPTimeWaitOverflow, 7);
	assert_int_equal(scene_judge(&scene, "rfc1337"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "7 connections have ended without");
	assert_false(scene_says(&scene, "tcp_rfc1337 is"));
	scene.facts.now.settings[TC_SETTING_tcp_ehash_entries].status = TC_SETTING_ABSENT;
	assert_int_equal(scene_judge(&scene, "rfc1337"), TC_UNSURE);
	assert_needs(&scene, "tcp_ehash_entries, which this kernel does not have");
	scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, 0); /* there is none at all */
	scene_gauge(&scene, TC_COUNTER_TCPTimeWaitOverflow, 0);
	assert_int_equal(scene_judge(&scene, "rfc1337"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "tcp_max_tw_buckets is 0: no connection has a TIME_WAIT");
	scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, -1); /* compared without a sign: no limit */
	assert_int_equal(scene_judge(&scene, "rfc1337"), TC_QUIET);
	scene_end(&scene);
	scene_begin_counted(&scene);
	assert_int_equal(scene_judge(&scene, "rfc1337"), TC_UNSURE);
	scene_end(&scene);
}

/* ---- paws-nat -------------------------------------------------------------------------- */

static void begin_paws(struct scene *scene, uint64_t time_wait)
{
	scene_begin(scene);
	scene->facts.interval_us = 20000000;
	scene->facts.now.counters.status[TC_COUNTER_PAWSPassive] = TC_COUNTER_ABSENT;
	scene_rise(scene, TC_COUNTER_PAWSOldAck, 100); /* harmless */
	scene_rise(scene, TC_COUNTER_PAWSTimewait, time_wait);
}

static void test_paws(void **state)
{
	struct scene scene;

	(void)state;
	begin_paws(&scene, 2); /* one in ten seconds */
	assert_int_equal(scene_judge(&scene, "paws-nat"), TC_QUIET);
	scene_rise(&scene, TC_COUNTER_PAWSTimewait, 3);
	assert_int_equal(scene_judge(&scene, "paws-nat"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "In 20 s, 3 segments to a TIME_WAIT");
	assert_says(&scene, "Inferred: ");
	assert_says(&scene, "get in at the next try");
	assert_false(scene_says(&scene, "no answer"));
	scene_rise(&scene, TC_COUNTER_TCPACKSkippedTimeWait, 1);
	scene_judge(&scene, "paws-nat");
	assert_says(&scene, "1 segment to a TIME_WAIT got no answer");
	scene_instant(&scene);
	assert_int_equal(scene_judge(&scene, "paws-nat"), TC_UNSURE);
	scene_end(&scene);
}

/* One a second, and one for ten that come in; or nobody comes in after it. */
static void test_paws_severity(void **state)
{
	static const struct {
		uint64_t refused, came_in;
		int64_t rfc1337;
		int severity;
	} cases[] = {
		{20, 200, 0, TC_SEVERITY_WARNING}, {20, 201, 0, TC_SEVERITY_NOTICE},
		{19, 10, 0, TC_SEVERITY_NOTICE},   {20, 9999, 1, TC_SEVERITY_WARNING},
		{19, 9999, 1, TC_SEVERITY_NOTICE},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct scene scene;

		begin_paws(&scene, cases[i].refused);
		scene_rise(&scene, TC_COUNTER_PassiveOpens, cases[i].came_in);
		scene_set(&scene, TC_SETTING_tcp_rfc1337, cases[i].rfc1337);
		assert_int_equal(scene_judge(&scene, "paws-nat"), TC_FOUND);
		assert_int_equal(scene_severity(&scene), cases[i].severity);
		if (cases[i].rfc1337)
			assert_says(&scene, "they are kept out until 60 s after");
		scene_end(&scene);
	}
}

/* Each place where a timestamp is compared has its own words. */
static void test_paws_elsewhere(void **state)
{
	static const struct {
		enum tc_counter id;
		int severity;
		const char *words;
	} cases[] = {
		{TC_COUNTER_PAWSEstab, TC_SEVERITY_NOTICE, "5 segments of connections were"},
		{TC_COUNTER_PAWSActive, TC_SEVERITY_NOTICE, "5 answers to SYNs of this machine"},
		{TC_COUNTER_TSEcrRejected, TC_SEVERITY_NOTICE, "5 last ACKs of handshakes"},
		{TC_COUNTER_PAWSPassive, TC_SEVERITY_WARNING, "by tcp_tw_recycle (PAWSPassive)"},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct scene scene;

		begin_paws(&scene, 0);
		scene.facts.now.counters.status[cases[i].id] = TC_COUNTER_READ;
		scene_rise(&scene, cases[i].id, 5);
		assert_int_equal(scene_judge(&scene, "paws-nat"), TC_FOUND);
		assert_int_equal(scene_severity(&scene), cases[i].severity);
		assert_says(&scene, cases[i].words);
		assert_false(scene_says(&scene, "Inferred"));
		scene_end(&scene);
	}
}

/* A kernel that has one counter for all: never more than a notice. */
static void test_paws_of_an_older_kernel(void **state)
{
	struct scene scene;

	(void)state;
	begin_paws(&scene, 0);
	scene.facts.now.counters.status[TC_COUNTER_PAWSTimewait] = TC_COUNTER_ABSENT;
	assert_int_equal(scene_judge(&scene, "paws-nat"), TC_QUIET);
	scene_rise(&scene, TC_COUNTER_PAWSEstab, 100);
	assert_int_equal(scene_judge(&scene, "paws-nat"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "100 segments were refused");
	assert_says(&scene, "does not say whether they met a TIME_WAIT");
	assert_false(scene_says(&scene, "harmless"));
	scene.facts.now.counters.status[TC_COUNTER_PAWSOldAck] = TC_COUNTER_ABSENT;
	scene_judge(&scene, "paws-nat");
	assert_says(&scene, "harmless late ACKs");
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports_by_the_settings_of_the_file),
		cmocka_unit_test(test_many_are_normal),
		cmocka_unit_test(test_one_port),
		cmocka_unit_test(test_a_few_have_no_rate),
		cmocka_unit_test(test_a_number_alone_is_normal),
		cmocka_unit_test(test_numbers_near_an_unknown_limit_are_not_normal),
		cmocka_unit_test(test_memory_of_clients),
		cmocka_unit_test(test_places_that_run_out),
		cmocka_unit_test(test_places_are_counted_without_sockstat),
		cmocka_unit_test(test_ports_that_run_out),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_overflow_at_one_look),
		cmocka_unit_test(test_rfc1337),
		cmocka_unit_test(test_paws),
		cmocka_unit_test(test_paws_severity),
		cmocka_unit_test(test_paws_elsewhere),
		cmocka_unit_test(test_paws_of_an_older_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
