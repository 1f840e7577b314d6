/* SPDX-License-Identifier: MIT */
/* test_rules_causes.c - the cause that the evidence points to stands first, and none is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/rule_text.h"
#include "ports_made.h"
#include "scene.h"
#include "util/macro.h"

enum { LONG_MS = 100000, HOURS_MS = 3 * 3600000 };

static bool has(const char *const *list, const char *text)
{
	for (; *list; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

/* The first cause of what the rule finds begins so; all others are there, once each. */
static void expect_first(struct scene *scene, const char *id, const char *start)
{
	__attribute__((cleanup(tc_bag_release))) struct tc_bag bag = {.count = 0};
	const struct tc_fill fill = {.settings = scene->facts.now.settings,
				     .figures = scene->facts.figures,
				     .figure_count = TC_LIFETIME_COUNT,
				     .english = true};
	const struct tc_rule *rule = tc_rule_find(id);
	struct tc_rule_text text;
	size_t count = 0;

	assert_int_equal(scene_judge(scene, id), TC_FOUND);
	text = tc_rule_text_of(rule, &scene->judged.draft, &fill, &bag);
	if (strncmp(text.causes[0], start, strlen(start)) != 0)
		fail_msg("%s: %s", id, text.causes[0]);
	for (; text.causes[count]; count++)
		assert_false(has(text.causes + count + 1, text.causes[count]));
	while (count)
		assert_non_null(rule->causes[--count]);
}

static void test_order(void **state)
{
	static const struct tc_rule rule = {
		.first = {[0] = "A", [2] = "C"}, .causes = {"a", "b", "c", "d"}, .sources = ""};
	static const struct {
		uint8_t likely[3];
		size_t count;
		const char *order, *first;
	} cases[] = {
		{{0}, 0, "abcd", "A"},	     {{0}, 1, "abcd", "A"},    {{2}, 1, "cabd", "C"},
		{{3, 1}, 2, "dbac", "A"},    {{1, 1}, 2, "bacd", "A"}, {{7, 4, 1}, 3, "bacd", "A"},
		{{2, 1, 0}, 3, "cbad", "C"},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		__attribute__((cleanup(tc_bag_release))) struct tc_bag bag = {.count = 0};
		const struct tc_fill fill = {.english = true};
		struct tc_draft draft = {.english = true};
		struct tc_rule_text text;

		for (size_t n = 0; n < cases[i].count; n++)
			tc_points_to(&draft, cases[i].likely[n]);
		text = tc_rule_text_of(&rule, &draft, &fill, &bag);
		for (size_t n = 0; n < 4; n++)
			assert_int_equal(text.causes[n][0], cases[i].order[n]);
		assert_null(text.causes[4]);
		assert_string_equal(text.first, cases[i].first);
		text = tc_rule_text_of(&rule, NULL, &fill, &bag);
		assert_string_equal(text.causes[0], "a");
		assert_string_equal(text.first, "A");
	}
}

/* ---- Closing ---------------------------------------------------------------------------- */

static void test_close_wait_leak(void **state)
{
	static const struct {
		uint32_t rqueue;
		const char *cause;
	} cases[] = {
		{0, "The program forgets to close"},
		{1, "The program keeps the connection and does not look at it"},
		{32, "The program keeps the connection and does not look at it"}, /* TLS */
		{500, "The program is stuck"},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct tc_sock sock = scene_sock(TC_CLOSE_WAIT, LONG_MS);
		struct scene scene;

		scene_begin(&scene);
		scene_add(&scene, sock, 2, 1);
		sock.rqueue = cases[i].rqueue;
		scene_add(&scene, sock, 3, 1);
		expect_first(&scene, "close-wait-leak", cases[i].cause);
		assert_says(&scene, "Read to the end and not closed: ");
		scene_end(&scene);
		scene_begin(&scene);
		sock.have &= ~(uint32_t)TC_HAVE_QUEUES;
		scene_add(&scene, sock, 3, 1);
		expect_first(&scene, "close-wait-leak", "The program forgets to close");
		assert_false(scene_says(&scene, "Read to the end"));
		scene_end(&scene);
	}
}

static void test_fin_wait1_stuck(void **state)
{
	struct tc_sock silent = scene_sock(TC_FIN_WAIT1, LONG_MS), shut = silent;
	struct scene scene;

	(void)state;
	silent.timer = TC_TIMER_RETRANS;
	silent.retrans = 3;
	shut.timer = TC_TIMER_PROBE;
	shut.retrans = 1;
	scene_begin(&scene);
	scene_add(&scene, silent, 3, 1);
	scene_add(&scene, shut, 2, 1);
	expect_first(&scene, "fin-wait1-stuck", "The peer is gone");
	scene_add(&scene, shut, 2, 1);
	expect_first(&scene, "fin-wait1-stuck", "The peer's program does not read");
	scene_end(&scene);
}

static struct tc_sock minisocket(enum tc_state state, enum tc_direction direction)
{
	struct tc_sock sock = scene_sock(state, 0);

	sock.kind = TC_KIND_TIMEWAIT;
	sock.timer = TC_TIMER_TIMEWAIT;
	sock.inode = 0;
	sock.direction = (uint8_t)direction;
	return sock;
}

static void test_fin_wait2(void **state)
{
	static const struct {
		unsigned peers;
		const char *cause;
	} cases[] = {
		{1, "The programs of the peers do not close"},
		{60, "This side ends idle connections of clients"},
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		scene_begin(&scene);
		scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, 100);
		scene_add(&scene, minisocket(TC_FIN_WAIT2, TC_DIRECTION_IN), 60, cases[i].peers);
		expect_first(&scene, "fin-wait2-orphan", cases[i].cause);
		scene_end(&scene);
	}
	scene_begin(&scene);
	scene_add(&scene, scene_sock(TC_FIN_WAIT2, LONG_MS), 5, 1);
	expect_first(&scene, "fin-wait2-held", "The program calls shutdown(2)");
	scene_add(&scene, scene_sock(TC_FIN_WAIT2, HOURS_MS), 5, 1);
	expect_first(&scene, "fin-wait2-held", "It forgets to close after shutdown(2)");
	scene_end(&scene);
}

/* ---- TIME_WAIT and ports ---------------------------------------------------------------- */

static void test_tw_active_close(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, 1000);
	scene_gauge(&scene, TC_COUNTER_sockstat_tw, 900);
	scene_add(&scene, minisocket(TC_TIME_WAIT, TC_DIRECTION_IN), 500, 50);
	expect_first(&scene, "tw-active-close", "Connections for one request each");
	scene_add(&scene, minisocket(TC_TIME_WAIT, TC_DIRECTION_OUT), 501, 1);
	expect_first(&scene, "tw-active-close", "A client that opens a connection for each query");
	scene_gauge(&scene, TC_COUNTER_sockstat_tw, 901);
	expect_first(&scene, "tw-active-close",
		     "More closes a second than tcp_max_tw_buckets divided by 60");
	scene_end(&scene);
}

static void test_tw_overflow(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_TCPTimeWaitOverflow, 5);
	scene_add(&scene, minisocket(TC_TIME_WAIT, TC_DIRECTION_IN), 10, 1);
	expect_first(&scene, "tw-overflow", "More closes a second");
	scene_add(&scene, minisocket(TC_FIN_WAIT2, TC_DIRECTION_IN), 11, 1);
	expect_first(&scene, "tw-overflow", "Peers do not close their side");
	scene_set(&scene, TC_SETTING_tcp_max_tw_buckets, 20); /* of 131072 */
	expect_first(&scene, "tw-overflow", "tcp_max_tw_buckets was lowered");
	scene_end(&scene);
}

static void expect_ports(uint32_t capacity, uint32_t time_wait, const char *cause)
{
	struct tc_ports *ports = calloc(1, sizeof(*ports));
	struct scene scene;

	assert_non_null(ports);
	scene_begin(&scene);
	ports->pools[0] = (struct tc_port_pool){.low = 32768, .high = 60999, .exact = true};
	ports->pool_count = ports->count = 1;
	ports->to[0] = (struct tc_destination){
		.capacity = capacity, .used = capacity, .time_wait = time_wait, .rated = true};
	scene.facts.ports = ports;
	expect_first(&scene, "port-exhaustion", cause);
	scene_end(&scene);
}

static void test_port_exhaustion(void **state)
{
	(void)state;
	expect_ports(28232, 14116, "A connection is opened for each request");
	expect_ports(28232, 14115, "Very many connections are open");
	expect_ports(7057, 7057, "The range is small");
	expect_ports(7058, 7058, "A connection is opened for each request");
}

/* ---- Opening ---------------------------------------------------------------------------- */

static const struct tc_sock some_listener = {.state = TC_LISTEN};

static struct tc_sock request(void)
{
	struct tc_sock sock = scene_sock(TC_SYN_RECV, 0);

	sock.inode = 0;
	sock.kind = TC_KIND_REQUEST;
	sock.timer = TC_TIMER_RETRANS;
	sock.retrans = 1;
	sock.direction = TC_DIRECTION_IN;
	sock.listener = &some_listener;
	return sock;
}

static void test_syn_flood(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, request(), 100, 100);
	scene_rise(&scene, TC_COUNTER_TCPReqQFullDrop, 10); /* then nobody can come in */
	expect_first(&scene, "syn-flood", "An attack with forged addresses");
	scene_rise(&scene, TC_COUNTER_TCPReqQFullDrop, 0);
	scene_rise(&scene, TC_COUNTER_TCPReqQFullDoCookies, 10);
	expect_first(&scene, "syn-flood", "The way back is filtered");
	assert_says(&scene, "not one connection came in");
	scene_rise(&scene, TC_COUNTER_EmbryonicRsts, 1); /* an answer has arrived somewhere */
	expect_first(&scene, "syn-flood", "An attack with forged addresses");
	scene_rise(&scene, TC_COUNTER_PassiveOpens, 7);
	expect_first(&scene, "syn-flood", "An attack with forged addresses");
	assert_says(&scene, "7 connections came in");
	scene_end(&scene);
}

static void test_slow_last_ack(void **state)
{
	struct tc_sock here = scene_sock(TC_LISTEN, 0), there = here, other;
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, request(), 6, 6);
	expect_first(&scene, "slow-last-ack", "Scanners");
	scene_end(&scene);
	scene_begin(&scene);
	other = request(); /* at one port of ours: who knows */
	other.listener = &here;
	scene_add(&scene, other, 20, 1);
	expect_first(&scene, "slow-last-ack", "SYN+ACKs or last ACKs are lost");
	there.local_port++;
	other.listener = &there;
	scene_add(&scene, other, 20, 1);
	expect_first(&scene, "slow-last-ack", "Scanners");
	scene_end(&scene);
	scene_begin(&scene);
	scene_add(&scene, request(), 20, 2);
	expect_first(&scene, "slow-last-ack", "A firewall lets SYNs through");
	scene_rise(&scene, TC_COUNTER_PassiveOpens, 5);
	expect_first(&scene, "slow-last-ack", "SYN+ACKs or last ACKs are lost");
	scene_end(&scene);
}

static void test_cookies_sent(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_SyncookiesSent, 10);
	expect_first(&scene, "cookies-sent", "A flood of SYNs");
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 9);
	expect_first(&scene, "cookies-sent", "The backlog of a listener is too small");
	scene_set(&scene, TC_SETTING_tcp_syncookies, 2);
	expect_first(&scene, "cookies-sent", "tcp_syncookies is 2");
	scene_end(&scene);
}

static void test_accept_overflow(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene); /* it was full for a moment */
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 3);
	scene_listener(&scene, 443, 10, 128, 0, SCENE_HAVE);
	expect_first(&scene, "accept-overflow", "The backlog that it asked for is too small");
	scene_end(&scene);
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 3);
	scene_listener(&scene, 443, 129, 128, 0, SCENE_HAVE);
	expect_first(&scene, "accept-overflow", "The program does not accept");
	scene_end(&scene);
}

/* Who has dropped nothing is not said to have refused them, though one is full, and some were. */
static void test_accept_overflow_elsewhere(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 3);
	scene_dropping(&scene, 443, 129, 128, 0);
	expect_first(&scene, "accept-overflow", "The program does not accept");
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	assert_says(&scene, "cannot be told: these were full");
	assert_says(&scene, ":443");
	scene_end(&scene);
	scene_begin(&scene); /* of the other it is not known */
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 3);
	scene_dropping(&scene, 443, 129, 128, 0);
	scene_listener(&scene, 444, 129, 128, 0, SCENE_HAVE);
	expect_first(&scene, "accept-overflow", "The program does not accept");
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	assert_says(&scene, "Inferred: it was a listener that was full");
	assert_says(&scene, ":444");
	assert_false(scene_says(&scene, ":443"));
	scene_end(&scene);
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 3);
	scene_rise(&scene, TC_COUNTER_ListenDrops, 3);
	scene_rise(&scene, TC_COUNTER_PassiveOpens, 0);
	scene_dropping(&scene, 443, 129, 128, 0);
	scene_dropping(&scene, 444, 129, 128, 3);
	expect_first(&scene, "accept-overflow", "The program does not accept");
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	assert_false(scene_says(&scene, ":443"));
	scene_end(&scene);
	scene_begin(&scene); /* nobody came to it, and nobody was refused */
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 0);
	scene_dropping(&scene, 443, 129, 128, 0);
	expect_first(&scene, "accept-overflow", "The program does not accept");
	scene_end(&scene);
}

static void test_phantom_and_stale(void **state)
{
	struct tc_sock sock = scene_sock(TC_LAST_ACK, LONG_MS);
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 3);
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 3);
	scene_listener(&scene, 443, 129, 128, 0, SCENE_HAVE);
	expect_first(&scene, "phantom-established", "SYN cookies together with");
	scene_end(&scene);
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_TCPSYNChallenge, 3);
	expect_first(&scene, "stale-syn", "The peer was restarted");
	sock.retrans = 2;
	scene_add(&scene, sock, 1, 1);
	expect_first(&scene, "stale-syn", "The last ACK of the old connection");
	scene_end(&scene);
}

static void test_paws_nat(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_PAWSTimewait, 10);
	expect_first(&scene, "paws-nat", "Several hosts share an address");
	scene_rise(&scene, TC_COUNTER_PAWSEstab, 11);
	expect_first(&scene, "paws-nat", "Something on the way changes timestamps");
	scene_end(&scene);
}

/* ---- In use ----------------------------------------------------------------------------- */

static void test_retrans_storm(void **state)
{
	struct tc_sock sock = scene_sock(TC_ESTABLISHED, LONG_MS);
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_OutSegs, 10000);
	scene_rise(&scene, TC_COUNTER_RetransSegs, 1000);
	expect_first(&scene, "retrans-storm", "Packets are lost on the way");
	sock.timer = TC_TIMER_RETRANS;
	sock.retrans = 6;
	scene_add(&scene, sock, 4, 1);
	expect_first(&scene, "retrans-storm", "Some peers have vanished");
	sock.retrans = 3;
	scene_add(&scene, sock, 5, 1);
	expect_first(&scene, "retrans-storm", "Packets are lost on the way");
	scene_rise(&scene, TC_COUNTER_TCPTimeouts, 100);
	scene_rise(&scene, TC_COUNTER_TCPSpuriousRTOs, 50);
	expect_first(&scene, "retrans-storm", "Delay that varies much");
	assert_says(&scene, "Of 100 timeouts, 50 turned out wrong");
	scene_end(&scene);
}

static void test_tcp_mem(void **state)
{
	struct tc_sock sock = scene_sock(TC_ESTABLISHED, LONG_MS);
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene.facts.now.settings[TC_SETTING_tcp_mem] = (struct tc_setting_value){
		.status = TC_SETTING_READ, .count = 3, .number = {1000, 2000, 3000}};
	scene_gauge(&scene, TC_COUNTER_sockstat_mem, 2500);
	expect_first(&scene, "tcp-mem", "Many fast connections");
	sock.timer = TC_TIMER_PROBE;
	sock.retrans = 1;
	scene_add(&scene, sock, 5, 1);
	expect_first(&scene, "tcp-mem", "Many peers that take nothing");
	scene.facts.symptoms[TC_SYMPTOM_NOT_READ].shown = 5;
	expect_first(&scene, "tcp-mem", "Programs that do not read");
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),		cmocka_unit_test(test_close_wait_leak),
		cmocka_unit_test(test_fin_wait1_stuck), cmocka_unit_test(test_fin_wait2),
		cmocka_unit_test(test_tw_active_close), cmocka_unit_test(test_tw_overflow),
		cmocka_unit_test(test_port_exhaustion), cmocka_unit_test(test_syn_flood),
		cmocka_unit_test(test_slow_last_ack),	cmocka_unit_test(test_cookies_sent),
		cmocka_unit_test(test_accept_overflow),
		cmocka_unit_test(test_accept_overflow_elsewhere),
		cmocka_unit_test(test_phantom_and_stale),
		cmocka_unit_test(test_paws_nat),	cmocka_unit_test(test_retrans_storm),
		cmocka_unit_test(test_tcp_mem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
