/* SPDX-License-Identifier: MIT */
/* test_rules_opening.c - rules about connections that do not come about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

static struct tc_sock waiting(uint32_t age_ms)
{
	struct tc_sock sock = scene_sock(TC_ESTABLISHED, age_ms);

	sock.inode = 0;
	return sock;
}

/* ---- unaccepted ------------------------------------------------------------------------ */

static void test_unaccepted(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, scene_sock(TC_ESTABLISHED, 100000), 3, 1);
	assert_int_equal(scene_judge(&scene, "unaccepted"), TC_QUIET);
	scene_add(&scene, waiting(999), 4, 1);
	assert_int_equal(scene_judge(&scene, "unaccepted"), TC_NORMAL);
	assert_says(&scene, "4 connections wait");
	scene_add(&scene, waiting(2500), 2, 1);
	assert_int_equal(scene_judge(&scene, "unaccepted"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "6 connections wait");
	assert_says(&scene, "2 of them for a second or more, the longest for 2.5 s");
	scene_end(&scene);
}

/* More than half of a queue is worth a notice, however young they are. */
static void test_unaccepted_by_the_queue(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, waiting(10), 4, 1);
	scene_listener(&scene, SCENE_PORT, 64, 128, 0, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "unaccepted"), TC_NORMAL);
	scene_end(&scene);
	scene_begin(&scene);
	scene_add(&scene, waiting(10), 4, 1);
	scene_listener(&scene, SCENE_PORT, 65, 128, 0, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "unaccepted"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "Listener 10.0.0.1:80: 65 wait to be accepted");
	assert_says(&scene, "its limit is 128: what its program asked for, unless");
	scene_end(&scene);
	scene_begin(&scene);
	scene_add(&scene, waiting(10), 4, 1);
	scene_listener(&scene, SCENE_PORT, 2500, 4096, 0, SCENE_HAVE); /* somaxconn */
	scene_listener(&scene, 443, 2500, 4097, 0, SCENE_HAVE);	       /* which was more then */
	assert_int_equal(scene_judge(&scene, "unaccepted"), TC_FOUND);
	assert_says(&scene, "its limit is 4096, as is net.core.somaxconn.");
	assert_says(&scene, "its limit is 4097.");
	scene_end(&scene);
}

static void test_unaccepted_unsure(void **state)
{
	struct tc_sock sock = waiting(0);
	struct scene scene;

	(void)state;
	sock.have &= ~(uint32_t)TC_HAVE_INSIDE;
	scene_begin(&scene); /* as from /proc */
	scene_add(&scene, scene_sock(TC_ESTABLISHED, 0), 1, 1);
	scene_add(&scene, sock, 5, 1);
	assert_int_equal(scene_judge(&scene, "unaccepted"), TC_UNSURE);
	assert_needs(&scene, "how long 5 connections wait");
	scene_end(&scene);
	scene_begin_counted(&scene);
	scene_count(&scene, TC_ESTABLISHED, 301);
	assert_int_equal(scene_judge(&scene, "unaccepted"), TC_UNSURE);
	scene_end(&scene);
}

/* ---- accept-overflow ------------------------------------------------------------------- */

static void test_overflow_at_a_full_listener(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 57);
	scene_listener(&scene, 443, 129, 128, 2, SCENE_HAVE);
	scene_listener(&scene, 22, 0, 4096, 0, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	assert_says(&scene, "In 3.0 s, 57 times");
	assert_says(&scene, "Inferred: ");
	assert_says(&scene, "Listener 10.0.0.1:443: 129 wait to be accepted, 2 in SYN_RECV");
	assert_false(scene_says(&scene, "10.0.0.1:22"));
	assert_false(scene_says(&scene, "RST"));
	scene_set(&scene, TC_SETTING_tcp_abort_on_overflow, 1);
	scene_judge(&scene, "accept-overflow");
	assert_says(&scene, "tcp_abort_on_overflow is 1");
	scene_end(&scene);
}

/* It was full for a moment; it is full, and nobody came. Nobody fails now. */
static void test_overflow_without_the_other(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 1);
	scene_listener(&scene, 443, 64, 128, 0, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "cannot be told");
	assert_false(scene_says(&scene, "10.0.0.1:443"));
	scene_end(&scene);
	scene_begin(&scene);
	scene_listener(&scene, 443, 129, 128, 0, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "Listener 10.0.0.1:443: 129");
	scene_end(&scene);
	scene_begin(&scene);
	scene_listener(&scene, 443, 128, 128, 0, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_QUIET);
	scene_end(&scene);
}

/* Of a group the fullest socket matters, and not what all have room for together. */
static void test_overflow_of_a_group(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 3);
	for (int i = 0; i < 4; i++)
		scene_listener(&scene, 443, i ? 0 : 5, 4, 0, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_FOUND);
	assert_says(&scene, "1 of its 4 sockets is full; 5 wait to be accepted in all, 5 at the "
			    "fullest, whose limit is 4");
	scene_end(&scene);
}

static void test_overflow_unsure(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene); /* no listeners */
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_UNSURE);
	assert_needs(&scene, "queues of the listeners");
	scene_end(&scene);
	scene_begin(&scene); /* one whose queue is not known */
	scene_listener(&scene, 443, 0, 0, 0, SCENE_HAVE & ~(uint32_t)TC_HAVE_QUEUES);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_UNSURE);
	assert_needs(&scene, "queues of the listeners");
	scene_end(&scene);
	scene_begin(&scene); /* and whose limit is not, though some are known to wait */
	scene_listener(&scene, 443, 129, 0, 0, SCENE_HAVE & ~(uint32_t)TC_HAVE_SEND_Q);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_UNSURE);
	assert_needs(&scene, "the limits of the listeners' queues");
	assert_needs(&scene, "129 connections wait at ");
	scene_end(&scene);
	scene_begin(&scene); /* one look: some were full since the start, and none is now */
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 0);
	scene_instant(&scene);
	scene_listener(&scene, 443, 0, 128, 0, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_UNSURE);
	assert_needs(&scene, "an interval");
	scene_gauge(&scene, TC_COUNTER_ListenOverflows, 0);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_QUIET);
	scene_end(&scene);
}

/* Three are named, and the others counted. */
static void test_many_full_listeners(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	for (uint16_t port = 1; port <= 5; port++)
		scene_listener(&scene, port, 6, 5, 0, SCENE_HAVE);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 5);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_FOUND);
	assert_says(&scene, "Listener 10.0.0.1:3:");
	assert_false(scene_says(&scene, "Listener 10.0.0.1:4:"));
	assert_says(&scene, "And 2 other listeners.");
	scene_end(&scene);
}

/* ---- phantom-established --------------------------------------------------------------- */

static void test_phantom(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 5);
	scene_listener(&scene, 443, 3, 2, 2, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "phantom-established"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "2 handshakes wait in SYN_RECV");
	assert_says(&scene, "(inferred)");
	scene_add(&scene, scene_request(1), 2, 1); /* these, whose last ACKs did come */
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_QUIET);
	scene_add(&scene, scene_request(1), 1, 1);
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
	scene_end(&scene);
	scene_begin(&scene); /* cookies leave nothing to be seen */
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 5);
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 4);
	scene_listener(&scene, 443, 3, 2, 0, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "phantom-established"), TC_FOUND);
	assert_says(&scene, "4 cookies came back");
	scene_end(&scene);
}

/* The last try was before the interval; and one look is enough. */
static void test_phantom_that_waits(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 0);
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 4);
	scene_listener(&scene, 443, 3, 2, 2, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "phantom-established"), TC_FOUND);
	assert_false(scene_says(&scene, "cookies"));
	assert_says(&scene, "Listener 10.0.0.1:443");
	scene_instant(&scene);
	assert_int_equal(scene_judge(&scene, "phantom-established"), TC_FOUND);
	scene_end(&scene);
}

static void test_no_phantom(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene); /* full, and nobody was on the way in */
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 5);
	scene_listener(&scene, 443, 3, 2, 0, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "phantom-established"), TC_QUIET);
	scene_end(&scene);
	scene_begin(&scene); /* handshakes at one that has room */
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 5);
	scene_listener(&scene, 443, 2, 2, 2, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "phantom-established"), TC_QUIET);
	scene_end(&scene);
	scene_begin(&scene); /* handshakes and cookies, and nobody was ever turned away */
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 4);
	scene_listener(&scene, 443, 3, 2, 2, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "phantom-established"), TC_QUIET);
	scene.facts.now.counters.status[TC_COUNTER_ListenOverflows] = TC_COUNTER_NOT_READ;
	assert_int_equal(scene_judge(&scene, "phantom-established"), TC_UNSURE);
	scene_end(&scene);
}

/* What any look saw is used: unaccepted names the same listener. */
static void test_overflow_names_what_any_look_saw(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_listener(&scene, SCENE_PORT, 6, 5, 0, SCENE_HAVE);
	scene_judge_listeners(&scene); /* by counters that did not rise */
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 4);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_FOUND);
	assert_says(&scene, "Listener 10.0.0.1:80: 6 wait");
	assert_false(scene_says(&scene, "cannot be told"));
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	scene_end(&scene);
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 4);
	scene_listener(&scene, SCENE_PORT, 5, 5, 0, SCENE_HAVE);
	assert_int_equal(scene_judge(&scene, "accept-overflow"), TC_FOUND);
	assert_says(&scene, "none was over its limit");
	assert_says(&scene, "Listener 10.0.0.1:80: 5 wait");
	scene_end(&scene);
}

/* ---- slow-last-ack ---------------------------------------------------------------------- */

/* Where the addresses are not known, as in a census, it may be another rule's. */
static void test_slow_last_ack_shared(void **state)
{
	struct tc_sock sock = scene_request(1);
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	sock.have &= ~(uint32_t)TC_HAVE_REMOTE_ADDR;
	scene_add(&scene, sock, 20, 20);
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
	assert_true(scene.judged.draft.is_shared);
	scene_end(&scene);
}

static void test_slow_last_ack(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, scene_request(0), 5, 5);
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_QUIET);
	scene_add(&scene, scene_request(1), 9, 1);
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "9 of 14 SYN_RECV had their SYN+ACK sent again");
	assert_false(scene_says(&scene, "/proc"));
	assert_says(&scene, "All are of a single peer, and of nobody else");
	scene_add(&scene, scene_request(2), 200, 1); /* so many as it likes */
	scene.facts.report.source = "proc";
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "/proc also counts");
	scene_add(&scene, scene_request(2), 2, 2); /* another has it, too */
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "Only 2 peers have");
	assert_false(scene_says(&scene, "a single peer"));
	scene_end(&scene);
}

/* What it keeps out makes one peer a warning all the same. */
static void test_slow_last_ack_of_one_that_fills_a_queue(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_listener(&scene, SCENE_PORT, 0, 4, 5, SCENE_HAVE);
	scene_add(&scene, scene_request(1), 5, 1);
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	scene_rise(&scene, TC_COUNTER_TCPReqQFullDrop, 20);
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	scene_end(&scene);
}

/* ---- defer-accept, orphan-syn-recv ----------------------------------------------------- */

static void test_defer_accept(void **state)
{
	struct tc_sock deferred = scene_request(0);
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, scene_request(0), 1, 1);
	assert_int_equal(scene_judge(&scene, "defer-accept"), TC_QUIET);
	deferred.expires_ms = 3000;
	scene_add(&scene, deferred, 2, 1);
	assert_int_equal(scene_judge(&scene, "defer-accept"), TC_NORMAL);
	assert_says(&scene, "2 SYN_RECV wait for the first data");
	assert_says(&scene, "inferred");
	scene_end(&scene);
	scene_begin_counted(&scene);
	scene_count(&scene, TC_SYN_RECV, 432);
	assert_int_equal(scene_judge(&scene, "defer-accept"), TC_UNSURE);
	scene_end(&scene);
}

static void test_orphan_syn_recv(void **state)
{
	struct tc_sock orphan = scene_request(1);
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, scene_request(1), 1, 1);
	assert_int_equal(scene_judge(&scene, "orphan-syn-recv"), TC_QUIET);
	orphan.listener = NULL;
	scene_add(&scene, orphan, 3, 1);
	assert_int_equal(scene_judge(&scene, "orphan-syn-recv"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "3 SYN_RECV are on ports");
	assert_says(&scene, "Whose: 10.0.0.1:80: 3.");
	scene.facts.report.foreign = true; /* a listing without those that listen */
	assert_int_equal(scene_judge(&scene, "orphan-syn-recv"), TC_UNSURE);
	scene_count(&scene, TC_LISTEN, 1);
	assert_int_equal(scene_judge(&scene, "orphan-syn-recv"), TC_FOUND);
	scene_end(&scene);
	scene_begin_counted(&scene);
	scene_count(&scene, TC_SYN_RECV, 432);
	assert_int_equal(scene_judge(&scene, "orphan-syn-recv"), TC_UNSURE);
	scene_end(&scene);
}

/* ---- cookies-sent ---------------------------------------------------------------------- */

static void test_cookies(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_listener(&scene, SCENE_PORT, 0, 16, 17, SCENE_HAVE);
	scene_rise(&scene, TC_COUNTER_TCPReqQFullDoCookies, 40);
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 20);
	assert_int_equal(scene_judge(&scene, "cookies-sent"), TC_QUIET);
	scene_rise(&scene, TC_COUNTER_SyncookiesSent, 40);
	assert_int_equal(scene_judge(&scene, "cookies-sent"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "In 3.0 s, 40 cookies were sent and 20 came back");
	assert_says(&scene, "real clients");
	assert_says(&scene, "Listener 10.0.0.1:80");
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 19);
	assert_int_equal(scene_judge(&scene, "cookies-sent"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "Few came back");
	scene_rise(&scene, TC_COUNTER_SyncookiesSent, 1); /* one is one */
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 1);
	assert_int_equal(scene_judge(&scene, "cookies-sent"), TC_FOUND);
	assert_says(&scene, "1 cookie was sent and 1 came back");
	scene_rise(&scene, TC_COUNTER_SyncookiesSent, 40);
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 40);
	scene_set(&scene, TC_SETTING_tcp_syncookies, 2);
	assert_int_equal(scene_judge(&scene, "cookies-sent"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "tcp_syncookies is 2");
	scene_instant(&scene);
	assert_int_equal(scene_judge(&scene, "cookies-sent"), TC_UNSURE);
	scene_end(&scene);
	scene_begin(&scene); /* of nobody that is full now */
	scene_listener(&scene, SCENE_PORT, 0, 16, 0, SCENE_HAVE);
	scene_rise(&scene, TC_COUNTER_SyncookiesSent, 40);
	scene_judge(&scene, "cookies-sent");
	assert_says(&scene, "cannot be told");
	scene_end(&scene);
}

static void test_stale_syn(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_int_equal(scene_judge(&scene, "stale-syn"), TC_QUIET);
	scene_rise(&scene, TC_COUNTER_TCPSYNChallenge, 1);
	assert_int_equal(scene_judge(&scene, "stale-syn"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "In 3.0 s, 1 SYN met a connection");
	scene_instant(&scene);
	assert_int_equal(scene_judge(&scene, "stale-syn"), TC_UNSURE);
	scene_end(&scene);
}

/* Who opens connections may get a SYN+ACK twice, and who is called while calling a SYN. */
static void test_stale_syn_or_not(void **state)
{
	static const struct {
		unsigned count, calling, asked, ended, last_acks;
		enum tc_verdict verdict;
	} rows[] = {
		{12, 3, 3, 0, 0, TC_QUIET},  {13, 3, 3, 0, 0, TC_UNSURE}, /* 3 s, 4 each */
		{13, 3, 0, 0, 0, TC_FOUND},  {4, 0, 1, 0, 0, TC_UNSURE},
		{4, 0, 1, 2, 0, TC_FOUND},   {4, 0, 1, 1, 0, TC_UNSURE},
		{4, 0, 1, 0, 1, TC_FOUND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tc_sock calling = scene_request(1), hanging = scene_sock(TC_LAST_ACK, 0);
		struct scene scene;

		scene_begin(&scene);
		calling.kind = TC_KIND_FULL;
		hanging.retrans = 2;
		scene_add(&scene, calling, rows[i].calling, 1);
		scene_add(&scene, hanging, rows[i].last_acks, 1);
		scene_rise(&scene, TC_COUNTER_TCPSYNChallenge, rows[i].count);
		scene_rise(&scene, TC_COUNTER_EstabResets, rows[i].ended);
		scene.facts.now.counters.value[TC_COUNTER_ActiveOpens] = rows[i].asked;
		assert_int_equal(scene_judge(&scene, "stale-syn"), rows[i].verdict);
		if (rows[i].verdict == TC_UNSURE)
			assert_needs(&scene, "to tell SYNs of peers that connect again");
		scene_end(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unaccepted),
		cmocka_unit_test(test_unaccepted_by_the_queue),
		cmocka_unit_test(test_unaccepted_unsure),
		cmocka_unit_test(test_overflow_at_a_full_listener),
		cmocka_unit_test(test_overflow_without_the_other),
		cmocka_unit_test(test_overflow_of_a_group),
		cmocka_unit_test(test_overflow_unsure),
		cmocka_unit_test(test_many_full_listeners),
		cmocka_unit_test(test_phantom),
		cmocka_unit_test(test_phantom_that_waits),
		cmocka_unit_test(test_no_phantom),
		cmocka_unit_test(test_overflow_names_what_any_look_saw),
		cmocka_unit_test(test_slow_last_ack_shared),
		cmocka_unit_test(test_slow_last_ack),
		cmocka_unit_test(test_slow_last_ack_of_one_that_fills_a_queue),
		cmocka_unit_test(test_defer_accept),
		cmocka_unit_test(test_orphan_syn_recv),
		cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_stale_syn),
		cmocka_unit_test(test_stale_syn_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
