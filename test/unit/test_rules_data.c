/* SPDX-License-Identifier: MIT */
/* test_rules_data.c - the rules about open connections, by facts made here. */
#include "test/unit/facts_made.h"

#include "util/macro.h"

enum { HOUR_MS = 3600 * 1000 };

/* Open connections, of which some repeat their data so often. */
static void open_some(struct tc_facts *facts, unsigned all, unsigned some, uint8_t timer,
		      uint8_t retrans)
{
	struct tc_sock sock = facts_connection(TC_ESTABLISHED, 40000);

	facts_make(facts);
	facts_add(facts, &sock, all - some);
	sock.timer = timer;
	sock.retrans = retrans;
	facts_add(facts, &sock, some);
}

/* The same of which some show what is inside. */
static void open_with_inside(struct tc_facts *facts, unsigned all, unsigned some,
			     const struct tc_inside *inside)
{
	struct tc_text text = {.inside = inside};
	struct tc_sock sock = facts_connection(TC_ESTABLISHED, 40000);

	facts_make(facts);
	facts_add(facts, &sock, 0);
	sock.have |= TC_HAVE_INSIDE;
	sock.text = &text;
	sock.rqueue = 1;
	facts_add(facts, &sock, some);
	sock.rqueue = 0;
	sock.timer = TC_TIMER_KEEPALIVE;
	facts_add(facts, &sock, all - some);
}

/* ---- retrans-storm -------------------------------------------------------------------- */

static void expect_loss(uint64_t sent, uint64_t again, enum tc_verdict verdict, int severity,
			const char *text)
{
	struct tc_facts facts;

	open_some(&facts, 20, 0, 0, 0);
	facts_rose(&facts, TC_COUNTER_OutSegs, sent);
	facts_rose(&facts, TC_COUNTER_RetransSegs, again);
	facts_expect(&facts, "retrans-storm", verdict, severity, text, NULL);
	tc_facts_release(&facts);
}

static void test_repetitions_are_judged_by_their_share(void **state)
{
	(void)state;
	expect_loss(0, 0, TC_QUIET, 0, NULL);
	expect_loss(99, 50, TC_QUIET, 0, NULL); /* too few to tell */
	expect_loss(1000, 0, TC_QUIET, 0, NULL);
	expect_loss(1000, 9, TC_NORMAL, 0, "1000 segments were sent and 9 sent again (0.9 %)");
	expect_loss(100, 1, TC_FOUND, TC_SEVERITY_NOTICE, "1 %");
	expect_loss(1000, 49, TC_FOUND, TC_SEVERITY_NOTICE, "49 sent again");
	expect_loss(1000, 50, TC_FOUND, TC_SEVERITY_WARNING, "5 %");
}

/* SYNs and SYN+ACKs that are sent again are no data. */
static void test_handshakes_are_no_loss(void **state)
{
	struct tc_facts facts;

	(void)state;
	open_some(&facts, 20, 0, 0, 0);
	facts_rose(&facts, TC_COUNTER_OutSegs, 1000);
	facts_rose(&facts, TC_COUNTER_RetransSegs, 408);
	facts_rose(&facts, TC_COUNTER_TCPSynRetrans, 400);
	facts_expect(&facts, "retrans-storm", TC_NORMAL, 0, "8 sent again (0.8 %)", NULL);
	facts.now.counters.status[TC_COUNTER_TCPSynRetrans] = TC_COUNTER_ABSENT;
	facts_expect(&facts, "retrans-storm", TC_FOUND, TC_SEVERITY_WARNING, "408 sent again",
		     "SYNs and SYN+ACKs may be among them", NULL);
	tc_facts_release(&facts);
}

static void test_connections_that_repeat_are_a_share_too(void **state)
{
	struct tc_facts facts;

	(void)state;
	open_some(&facts, 100, 10, TC_TIMER_RETRANS, 2);
	facts_expect(&facts, "retrans-storm", TC_QUIET, 0, NULL);
	tc_facts_release(&facts);
	open_some(&facts, 101, 10, TC_TIMER_RETRANS, 3);
	facts_expect(&facts, "retrans-storm", TC_FOUND, TC_SEVERITY_NOTICE, "10 of 101",
		     "10.0.0.2: 10", NULL);
	tc_facts_release(&facts);
	open_some(&facts, 100, 10, TC_TIMER_RETRANS, 3);
	facts_rose(&facts, TC_COUNTER_TCPAbortOnTimeout, 7);
	facts_expect(&facts, "retrans-storm", TC_FOUND, TC_SEVERITY_WARNING, "10 of 100",
		     "7 connections were given up", NULL);
	tc_facts_release(&facts);
}

static void test_vanished_peers_alone_are_no_loss(void **state)
{
	struct tc_facts facts;
	struct tc_sock sock = facts_connection(TC_ESTABLISHED, 40000);

	(void)state;
	open_some(&facts, 10, 10, TC_TIMER_RETRANS, 6);
	facts_expect(&facts, "retrans-storm", TC_QUIET, 0, NULL);
	facts_expect(&facts, "half-open", TC_FOUND, TC_SEVERITY_WARNING, NULL);
	sock.timer = TC_TIMER_RETRANS;
	sock.retrans = 3;
	facts_add(&facts, &sock, 1);
	facts_expect(&facts, "retrans-storm", TC_FOUND, TC_SEVERITY_WARNING, "11 of 11", NULL);
	tc_facts_release(&facts);
}

/* A listing says of a moment only; what it shows is found all the same. */
static void test_repetitions_without_counters(void **state)
{
	struct tc_facts facts;
	struct tc_sock sock = facts_connection(TC_ESTABLISHED, 40000);

	(void)state;
	facts_make_listing(&facts);
	facts_expect(&facts, "retrans-storm", TC_QUIET, 0, NULL);
	facts_add(&facts, &sock, 5);
	facts_expect(&facts, "retrans-storm", TC_UNSURE, 0, "RetransSegs", NULL);
	sock.timer = TC_TIMER_RETRANS;
	sock.retrans = 4;
	facts_add(&facts, &sock, 10);
	facts_expect(&facts, "retrans-storm", TC_FOUND, TC_SEVERITY_WARNING, "10 of 15", NULL);
	tc_facts_release(&facts);
}

/* ---- half-open ------------------------------------------------------------------------ */

static void expect_half_open(unsigned all, unsigned some, uint8_t timer, uint8_t retrans,
			     enum tc_verdict verdict, int severity, const char *text)
{
	struct tc_facts facts;

	open_some(&facts, all, some, timer, retrans);
	facts_expect(&facts, "half-open", verdict, severity, text, NULL);
	tc_facts_release(&facts);
}

static void test_peers_that_do_not_answer(void **state)
{
	(void)state;
	expect_half_open(20, 0, 0, 0, TC_QUIET, 0, NULL);
	expect_half_open(20, 5, TC_TIMER_RETRANS, 4, TC_QUIET, 0, NULL);
	expect_half_open(101, 10, TC_TIMER_RETRANS, 5, TC_FOUND, TC_SEVERITY_NOTICE, "10 of 101");
	expect_half_open(100, 10, TC_TIMER_RETRANS, 5, TC_FOUND, TC_SEVERITY_WARNING, "15 min 25 s");
	expect_half_open(20, 5, TC_TIMER_KEEPALIVE, 1, TC_QUIET, 0, NULL);
	expect_half_open(20, 10, TC_TIMER_KEEPALIVE, 2, TC_FOUND, TC_SEVERITY_WARNING, "2 h 11 min");
}

static void test_without_timers_nobody_knows(void **state)
{
	static const char *const ids[] = {"half-open", "send-stalled", "idle-no-keepalive"};
	struct tc_facts facts;
	struct tc_sock sock = facts_connection(TC_ESTABLISHED, 40000);

	(void)state;
	facts_make_listing(&facts);
	sock.have &= ~(uint32_t)(TC_HAVE_TIMER | TC_HAVE_RETRANS);
	facts_add(&facts, &sock, 5);
	for (size_t i = 0; i < TC_ARRAY_SIZE(ids); i++)
		facts_expect(&facts, ids[i], TC_UNSURE, 0, "ss -", NULL);
	tc_facts_release(&facts);
}

/* ---- idle-no-keepalive ---------------------------------------------------------------- */

static void expect_idle(unsigned all, unsigned some, uint32_t silent_ms, enum tc_verdict verdict,
			const char *text)
{
	struct tc_inside inside = {.have = TC_INSIDE_TIMES,
				   .data_sent_ms = silent_ms,
				   .data_received_ms = silent_ms,
				   .ack_received_ms = silent_ms};
	struct tc_facts facts;

	open_with_inside(&facts, all, some, &inside);
	facts_expect(&facts, "idle-no-keepalive", verdict, TC_SEVERITY_NOTICE, text, NULL);
	tc_facts_release(&facts);
}

static void test_silent_connections_without_keepalive(void **state)
{
	(void)state;
	expect_idle(20, 20, 2 * HOUR_MS - 1, TC_QUIET, NULL);
	expect_idle(101, 10, 2 * HOUR_MS, TC_NORMAL, "10 of 101");
	expect_idle(100, 10, 2 * HOUR_MS, TC_FOUND, "The longest silence is 2 h");
}

/* Silent for long is what the machine's own setting says, and nothing without it. */
static void test_keepalive_time_decides_what_is_silent(void **state)
{
	static const struct {
		enum tc_setting_status status;
		enum tc_verdict verdict;
		const char *text;
	} cases[] = {
		{TC_SETTING_READ, TC_FOUND, "20 of 20 ESTABLISHED have been silent for 60 s"},
		{TC_SETTING_NOT_READ, TC_UNSURE, "tcp_keepalive_time"},
	};
	struct tc_inside inside = {.have = TC_INSIDE_TIMES,
				   .data_sent_ms = 60000,
				   .data_received_ms = 60000,
				   .ack_received_ms = 60000};
	struct tc_text text = {.inside = &inside};
	struct tc_sock sock = facts_connection(TC_ESTABLISHED, 40000);
	struct tc_facts facts;

	(void)state;
	sock.have |= TC_HAVE_INSIDE;
	sock.text = &text;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		facts_make(&facts);
		facts_set(&facts, TC_SETTING_tcp_keepalive_time, 60);
		facts.now.settings[TC_SETTING_tcp_keepalive_time].status = cases[i].status;
		facts_add(&facts, &sock, 20);
		facts_expect(&facts, "idle-no-keepalive", cases[i].verdict, TC_SEVERITY_NOTICE,
			     cases[i].text, NULL);
		tc_facts_release(&facts);
	}
}

/* A pool of connections to a database on the same machine is as it should be. */
static void test_within_the_machine_nobody_vanishes(void **state)
{
	struct tc_inside inside = {.have = TC_INSIDE_TIMES,
				   .data_sent_ms = 9 * HOUR_MS,
				   .data_received_ms = 9 * HOUR_MS,
				   .ack_received_ms = 9 * HOUR_MS};
	struct tc_text text = {.inside = &inside};
	struct tc_sock sock = facts_connection(TC_ESTABLISHED, 40000);
	struct tc_facts facts;

	(void)state;
	facts_make(&facts);
	sock.have |= TC_HAVE_INSIDE;
	sock.text = &text;
	sock.remote = sock.local;
	facts_add(&facts, &sock, 10);
	sock.remote = tc_addr_from4(htonl(0x7f000001));
	facts_add(&facts, &sock, 10);
	facts_expect(&facts, "idle-no-keepalive", TC_QUIET, 0, NULL);
	tc_facts_release(&facts);
}

/* ---- zero-window-local ---------------------------------------------------------------- */

static void expect_unread(unsigned all, unsigned some, uint32_t memory, uint32_t silent_ms,
			  enum tc_verdict verdict, int severity, const char *text)
{
	struct tc_inside inside = {.have = TC_INSIDE_TIMES | TC_INSIDE_RECEIVE_BUFFER,
				   .data_received_ms = silent_ms,
				   .ack_received_ms = silent_ms,
				   .receive_buffer = 1000,
				   .receive_memory = memory};
	struct tc_facts facts;

	open_with_inside(&facts, all, some, &inside);
	facts_expect(&facts, "zero-window-local", verdict, severity, text, NULL);
	tc_facts_release(&facts);
}

static void test_programs_that_do_not_read(void **state)
{
	(void)state;
	expect_unread(20, 20, 500, 5000, TC_QUIET, 0, NULL);
	expect_unread(100, 10, 501, 999, TC_FOUND, TC_SEVERITY_NOTICE, "10 of 100");
	expect_unread(100, 10, 501, 1000, TC_FOUND, TC_SEVERITY_NOTICE, "1.0 s");
	expect_unread(100, 10, 501, 9999, TC_FOUND, TC_SEVERITY_NOTICE, "10.0 s");
	expect_unread(100, 10, 501, 10000, TC_FOUND, TC_SEVERITY_WARNING,
		      "10 of them have waited for ten seconds");
	expect_unread(101, 10, 501, 10000, TC_FOUND, TC_SEVERITY_NOTICE, "10 of 101");
}

static void test_a_short_burst_is_normal(void **state)
{
	struct tc_facts facts;

	(void)state;
	open_some(&facts, 20, 0, 0, 0);
	facts_rose(&facts, TC_COUNTER_TCPToZeroWindowAdv, 4);
	facts_expect(&facts, "zero-window-local", TC_NORMAL, 0, "4 times peers", NULL);
	tc_facts_release(&facts);
}

static void test_without_buffers_nobody_knows(void **state)
{
	struct tc_facts facts;
	struct tc_sock sock = facts_connection(TC_ESTABLISHED, 40000);

	(void)state;
	facts_make_listing(&facts);
	sock.rqueue = 5000;
	facts_add(&facts, &sock, 5);
	facts_expect(&facts, "zero-window-local", TC_UNSURE, 0, "ss -m", NULL);
	tc_facts_release(&facts);
}

/* A tenth of a few is chance. */
static void test_few_are_no_alarm(void **state)
{
	struct tc_facts facts;

	(void)state;
	expect_half_open(9, 9, TC_TIMER_RETRANS, 5, TC_FOUND, TC_SEVERITY_NOTICE, "9 of 9");
	expect_unread(9, 9, 501, 5000, TC_FOUND, TC_SEVERITY_NOTICE, "9 of 9");
	expect_idle(9, 9, 2 * HOUR_MS, TC_NORMAL, "9 of 9");
	open_some(&facts, 9, 9, TC_TIMER_PROBE, 1);
	facts_expect(&facts, "send-stalled", TC_FOUND, TC_SEVERITY_NOTICE, NULL);
	tc_facts_release(&facts);
	open_some(&facts, 9, 9, TC_TIMER_RETRANS, 3);
	facts_expect(&facts, "retrans-storm", TC_FOUND, TC_SEVERITY_NOTICE, NULL);
	tc_facts_release(&facts);
}

/* ---- send-stalled --------------------------------------------------------------------- */

/* So many of which nothing has been taken for so long, divided between so many peers. */
static void expect_stalled(unsigned all, unsigned some, unsigned peers, uint32_t waits_ms,
			   int severity, const char *text)
{
	struct tc_inside inside = {.have = TC_INSIDE_TIMES, .data_sent_ms = waits_ms};
	struct tc_text texts = {.inside = &inside};
	struct tc_sock sock = facts_connection(TC_ESTABLISHED, 40000);
	struct tc_facts facts;

	facts_make(&facts);
	facts_add(&facts, &sock, all - some);
	sock.timer = TC_TIMER_PROBE;
	sock.have |= TC_HAVE_INSIDE;
	sock.text = &texts;
	for (unsigned i = 0; i < some; i++) {
		sock.remote = tc_addr_from4(htonl(0x0a010000 + i % peers));
		facts_add(&facts, &sock, 1);
	}
	facts_expect(&facts, "send-stalled", TC_FOUND, severity, text, NULL);
	tc_facts_release(&facts);
}

/* Paused players are as many peers as connections, for as long as they like. */
static void test_paused_players_and_a_stopped_program(void **state)
{
	(void)state;
	expect_stalled(40, 40, 40, HOUR_MS, TC_SEVERITY_NOTICE, "40 have taken nothing");
	expect_stalled(40, 40, 21, HOUR_MS, TC_SEVERITY_NOTICE, "40 have taken nothing");
	expect_stalled(40, 40, 20, HOUR_MS, TC_SEVERITY_WARNING, "Only 20 peers have them");
	expect_stalled(40, 40, 1, 60000, TC_SEVERITY_WARNING, "Only 1 peer has them");
	expect_stalled(40, 40, 1, 59999, TC_SEVERITY_NOTICE, "40 connections cannot send");
	expect_stalled(9, 9, 1, HOUR_MS, TC_SEVERITY_NOTICE, "9 have taken nothing");
	expect_stalled(101, 10, 1, HOUR_MS, TC_SEVERITY_NOTICE, "10 have taken nothing");
	expect_stalled(100, 10, 1, HOUR_MS, TC_SEVERITY_WARNING, "10 have taken nothing");
}

static void test_peers_that_take_nothing(void **state)
{
	struct tc_facts facts;

	(void)state;
	open_some(&facts, 20, 0, 0, 0);
	facts_rose(&facts, TC_COUNTER_TCPWinProbe, 9);
	facts_expect(&facts, "send-stalled", TC_QUIET, 0, NULL);
	tc_facts_release(&facts);
	open_some(&facts, 101, 10, TC_TIMER_PROBE, 1);
	facts_expect(&facts, "send-stalled", TC_FOUND, TC_SEVERITY_NOTICE,
		     "10 connections cannot send their data",
		     "closed, or the output of this machine is filtered; 101 are", NULL);
	tc_facts_release(&facts);
	open_some(&facts, 100, 10, TC_TIMER_PROBE, 1);
	facts_rose(&facts, TC_COUNTER_TCPWinProbe, 9);
	facts_expect(&facts, "send-stalled", TC_FOUND, TC_SEVERITY_NOTICE, "9 probes", NULL);
	tc_facts_release(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repetitions_are_judged_by_their_share),
		cmocka_unit_test(test_handshakes_are_no_loss),
		cmocka_unit_test(test_connections_that_repeat_are_a_share_too),
		cmocka_unit_test(test_vanished_peers_alone_are_no_loss),
		cmocka_unit_test(test_repetitions_without_counters),
		cmocka_unit_test(test_peers_that_do_not_answer),
		cmocka_unit_test(test_without_timers_nobody_knows),
		cmocka_unit_test(test_silent_connections_without_keepalive),
		cmocka_unit_test(test_keepalive_time_decides_what_is_silent),
		cmocka_unit_test(test_within_the_machine_nobody_vanishes),
		cmocka_unit_test(test_programs_that_do_not_read),
		cmocka_unit_test(test_a_short_burst_is_normal),
		cmocka_unit_test(test_without_buffers_nobody_knows),
		cmocka_unit_test(test_few_are_no_alarm),
		cmocka_unit_test(test_peers_that_take_nothing),
		cmocka_unit_test(test_paused_players_and_a_stopped_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
