/* SPDX-License-Identifier: MIT */
/* test_rules_flood.c - when handshakes that nobody finishes are called a flood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

/* A listener with so many silent handshakes of so many peers, and fresh ones of others. */
static void at_listener(struct scene *scene, uint16_t port, uint32_t limit, unsigned silent,
			unsigned peers, unsigned fresh)
{
	struct tc_sock listener = scene_listening(scene, port, 0, limit, SCENE_HAVE);

	scene_requests(scene, &listener, 1, silent, peers);
	scene_requests(scene, &listener, 0, fresh, 1);
	scene_add(scene, scene_request(1), silent, peers);
	scene_add(scene, scene_request(0), fresh, 1);
}

static void test_flood_by_cookies(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	at_listener(&scene, SCENE_PORT, 16, 17, 17, 0);
	scene_rise(&scene, TC_COUNTER_TCPReqQFullDoCookies, 43);
	scene_rise(&scene, TC_COUNTER_SyncookiesSent, 44);
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 21);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "17 SYN_RECV, 17 of them silent");
	assert_says(&scene, "of 17 different addresses");
	assert_says(&scene, "44 cookies were sent and 21 came back");
	assert_false(scene_says(&scene, "inference")); /* the queue had room for no more */
	assert_says(&scene, "Listener 10.0.0.1:80");
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_QUIET);
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 22); /* real clients */
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_QUIET);
	scene_end(&scene);
}

/* One address is no flood, though none of its cookies comes back. */
static void test_flood_by_few_peers(void **state)
{
	static const struct {
		unsigned silent, peers;
		enum tc_verdict flood;
	} rows[] = {{17, 1, TC_QUIET}, {17, 4, TC_QUIET}, {1, 1, TC_QUIET},
		    {0, 1, TC_QUIET},  {6, 5, TC_FOUND},  {17, 9, TC_FOUND}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene scene;

		scene_begin(&scene);
		at_listener(&scene, SCENE_PORT, 4, rows[i].silent, rows[i].peers, 4);
		scene_rise(&scene, TC_COUNTER_TCPReqQFullDoCookies, 43);
		scene_rise(&scene, TC_COUNTER_SyncookiesSent, 44);
		scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 0);
		assert_int_equal(scene_judge(&scene, "syn-flood"), rows[i].flood);
		if (rows[i].silent && rows[i].flood == TC_QUIET) {
			assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
			assert_false(scene.judged.draft.is_shared);
			assert_int_equal(scene.judged.draft.left_out, 0);
			scene_set(&scene, TC_SETTING_tcp_synack_retries, 3); /* as is advised */
			scene_judge(&scene, "slow-last-ack");
			assert_int_equal(scene.judged.draft.left_out, 1u << 1);
		}
		scene_end(&scene);
	}
}

static void test_flood_that_drops(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	at_listener(&scene, SCENE_PORT, 16, 17, 17, 0);
	scene_rise(&scene, TC_COUNTER_TCPReqQFullDrop, 23);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	assert_says(&scene, "23 SYNs were dropped");
	scene_end(&scene);
}

/* A queue more than half full of silent handshakes, most of different peers; each has to be so. */
static void test_flood_by_sockets(void **state)
{
	static const struct {
		unsigned silent, peers, fresh, limit;
		enum tc_verdict flood;
	} rows[] = {
		{10, 10, 0, 19, TC_FOUND},  {10, 10, 0, 20, TC_QUIET},	/* half full */
		{9, 9, 0, 1, TC_QUIET},					/* too few */
		{10, 6, 0, 19, TC_FOUND},   {10, 5, 0, 19, TC_QUIET},	/* few peers */
		{10, 10, 10, 19, TC_FOUND}, {10, 10, 11, 19, TC_QUIET}, /* most are fresh */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene scene;

		scene_begin(&scene);
		at_listener(&scene, SCENE_PORT, rows[i].limit, rows[i].silent, rows[i].peers,
			    rows[i].fresh);
		assert_int_equal(scene_judge(&scene, "syn-flood"), rows[i].flood);
		assert_int_equal(scene_judge(&scene, "slow-last-ack"),
				 rows[i].flood == TC_FOUND ? TC_QUIET : TC_FOUND);
		scene_end(&scene);
	}
}

/*
 * A queue with room for few never shows ten silent ones: what it turns away in a second tells,
 * whatever the interval (3 s) is.
 */
static void test_flood_of_a_small_queue(void **state)
{
	static const struct {
		unsigned limit, silent, peers, dropped, sent, received;
		enum tc_verdict flood;
	} rows[] = {
		{8, 9, 9, 30, 0, 0, TC_FOUND},	{8, 9, 9, 29, 0, 0, TC_QUIET},
		{4, 5, 5, 30, 0, 0, TC_FOUND},	{4, 5, 2, 30, 0, 0, TC_QUIET},	/* few peers */
		{3, 4, 4, 0, 30, 0, TC_FOUND},	{3, 4, 4, 0, 60, 30, TC_QUIET}, /* real clients */
		{3, 4, 1, 0, 30, 0, TC_QUIET},	{1, 2, 2, 30, 0, 0, TC_FOUND},
		{1, 2, 1, 30, 0, 0, TC_QUIET}, /* one slow client */
		{1, 2, 2, 0, 0, 0, TC_QUIET},  /* that kept nobody out */
		{0, 1, 1, 30, 0, 0, TC_UNSURE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene scene;

		scene_begin(&scene);
		at_listener(&scene, SCENE_PORT, rows[i].limit, rows[i].silent, rows[i].peers, 0);
		scene_rise(&scene, TC_COUNTER_TCPReqQFullDrop, rows[i].dropped);
		scene_rise(&scene, TC_COUNTER_TCPReqQFullDoCookies, rows[i].sent);
		scene_rise(&scene, TC_COUNTER_SyncookiesSent, rows[i].sent);
		scene_rise(&scene, TC_COUNTER_SyncookiesRecv, rows[i].received);
		assert_int_equal(scene_judge(&scene, "syn-flood"), rows[i].flood);
		if (rows[i].flood == TC_FOUND)
			assert_int_equal(scene_severity(&scene), rows[i].dropped
									 ? TC_SEVERITY_CRITICAL
									 : TC_SEVERITY_WARNING);
		if (rows[i].flood == TC_QUIET) {
			assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
			assert_int_equal(scene_severity(&scene), rows[i].dropped
									 ? TC_SEVERITY_WARNING
									 : TC_SEVERITY_NOTICE);
		}
		scene_end(&scene);
	}
}

/* Scanners at one listener, and a small queue that is full at another, are two things. */
static void test_flood_is_of_one_listener(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	at_listener(&scene, SCENE_PORT, 4096, 30, 30, 0);
	at_listener(&scene, SCENE_PORT + 1, 1, 2, 2, 0);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_QUIET);
	scene_end(&scene);
}

/*
 * A listener that somebody forgot, with room for one handshake, is always full: what is at
 * another is judged by the other's room, and told of first.
 */
static void test_flood_beside_a_stale_listener(void **state)
{
	static const struct {
		unsigned limit, silent, peers, dropped;
		enum tc_verdict flood;
	} rows[] = {
		{64, 65, 65, 300, TC_FOUND},   {4, 5, 5, 30, TC_FOUND},
		{64, 40, 40, 0, TC_FOUND},     /* crowded */
		{64, 65, 2, 300, TC_UNSURE},   /* either may have turned them away */
		{64, 3, 3, 300, TC_UNSURE},    {64, 3, 3, 0, TC_QUIET},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene scene;

		scene_begin(&scene);
		at_listener(&scene, 25, 0, 1, 1, 0);
		at_listener(&scene, 443, rows[i].limit, rows[i].silent, rows[i].peers, 0);
		scene_rise(&scene, TC_COUNTER_TCPReqQFullDrop, rows[i].dropped);
		assert_int_equal(scene_judge(&scene, "syn-flood"), rows[i].flood);
		if (rows[i].flood == TC_FOUND) {
			size_t first = 0;

			while (!strstr(scene.judged.draft.evidence[first], "Listener "))
				first++;
			assert_non_null(strstr(scene.judged.draft.evidence[first], ":443"));
			assert_non_null(strstr(scene.judged.draft.evidence[first + 1],
					       "of its SYN_RECV are silent"));
		}
		scene_end(&scene);
	}
}

/* Real clients whose cookies come back at one listener do not hide what is at another. */
static void test_flood_beside_real_clients(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	at_listener(&scene, 80, 16, 0, 1, 17);
	at_listener(&scene, 443, 64, 40, 40, 0);
	scene_rise(&scene, TC_COUNTER_TCPReqQFullDoCookies, 100);
	scene_rise(&scene, TC_COUNTER_SyncookiesSent, 100);
	scene_rise(&scene, TC_COUNTER_SyncookiesRecv, 99);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_FOUND);
	assert_says(&scene, "Listener 10.0.0.1:443");
	assert_false(scene_says(&scene, "Listener 10.0.0.1:80:"));
	scene_end(&scene);
}

/*
 * A flood at one listener is of that one: what is silent at another is judged for itself, and
 * neither is told with the other's numbers, nor with its peers.
 */
static void test_flood_beside_slow_peers(void **state)
{
	static const struct {
		unsigned silent, peers;
		enum tc_severity severity;
		const char *words;
	} rows[] = {
		{12, 2, TC_SEVERITY_WARNING, "Only 2 peers have them"},
		{12, 12, TC_SEVERITY_NOTICE, "12 of its SYN_RECV are silent; addresses: 12"},
		{12, 1, TC_SEVERITY_NOTICE, "All are of a single peer"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene scene;

		scene_begin(&scene);
		at_listener(&scene, 443, 64, 60, 60, 5);
		at_listener(&scene, 25, 4096, rows[i].silent, rows[i].peers, 3);
		scene_rise(&scene, TC_COUNTER_TCPReqQFullDrop, 300);
		assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
		assert_int_equal(scene_severity(&scene), rows[i].severity);
		assert_says(&scene, "12 of 15 SYN_RECV had their SYN+ACK sent again");
		assert_says(&scene, rows[i].words);
		assert_says(&scene, "Listener 10.0.0.1:25");
		assert_says(&scene, "see syn-flood");
		assert_false(scene_says(&scene, "dropped")); /* by the other */
		assert_false(scene_says(&scene, "Peers: "));
		assert_false(scene_says(&scene, ":443"));
		assert_int_equal(scene_judge(&scene, "syn-flood"), TC_FOUND);
		assert_says(&scene, "65 SYN_RECV, 60 of them silent");
		assert_says(&scene, "of 60 different addresses");
		assert_says(&scene, "12 silent SYN_RECV at other listeners are not counted here");
		assert_false(scene_says(&scene, "Peers: "));
		scene_end(&scene);
	}
}

/* Its own last ACKs come, and nobody takes the connections: that is no slow peer's. */
static void test_flood_beside_a_full_listener(void **state)
{
	struct tc_sock listener;
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	at_listener(&scene, 443, 64, 65, 65, 0);
	listener = scene_listening(&scene, 25, 9, 8, SCENE_HAVE);
	scene_requests(&scene, &listener, 1, 4, 2);
	scene_add(&scene, scene_request(1), 4, 2);
	scene_rise(&scene, TC_COUNTER_TCPReqQFullDrop, 300);
	scene_rise(&scene, TC_COUNTER_ListenOverflows, 300);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_FOUND);
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_QUIET);
	scene_end(&scene);
}

/* So many connections of the one peer of at_listener(), and of others, at the listener. */
static void served(struct scene *scene, uint16_t port, unsigned of_peer, unsigned of_others)
{
	struct tc_sock listener = scene_listening(scene, port, 0, 128, SCENE_HAVE);

	for (unsigned i = 0; i < of_peer + of_others; i++) {
		struct tc_sock sock = scene_sock(TC_ESTABLISHED, 0);
		bool is_other = i * of_others / (of_peer + of_others) !=
				(i + 1) * of_others / (of_peer + of_others);

		sock.local_port = port;
		sock.listener = &listener;
		sock.remote = tc_addr_from4(htonl(is_other ? 0x0a020000 + i : 0x0a010000));
		assert_int_equal(tc_listening_add(scene->facts.listening, NULL, 0, &sock, 1), 0);
	}
}

/* One peer is a load balancer where it is behind (nearly) all connections of the service. */
static void test_a_single_peer_that_carries_all(void **state)
{
	static const struct {
		unsigned silent, of_peer, of_others;
		enum tc_severity severity;
	} rows[] = {
		{12, 100, 0, TC_SEVERITY_WARNING}, {12, 90, 10, TC_SEVERITY_WARNING},
		{12, 89, 11, TC_SEVERITY_NOTICE},  {12, 10, 0, TC_SEVERITY_WARNING},
		{12, 9, 0, TC_SEVERITY_NOTICE},	   {9, 100, 0, TC_SEVERITY_NOTICE},
		{12, 0, 100, TC_SEVERITY_NOTICE},  {12, 0, 0, TC_SEVERITY_NOTICE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene scene;

		scene_begin(&scene);
		at_listener(&scene, 443, 128, rows[i].silent, 1, 0);
		served(&scene, 443, rows[i].of_peer, rows[i].of_others);
		served(&scene, 25, 0, 500); /* another service is no matter */
		assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
		assert_says(&scene, "All are of a single peer");
		if (scene_severity(&scene) != rows[i].severity)
			fail_msg("row %zu", i);
		if (rows[i].severity == TC_SEVERITY_WARNING)
			assert_says(&scene, "at least are of that peer, too");
		scene_end(&scene);
	}
}

/* A queue that few peers crowd, and that is not full: it is told which, and how much room is left. */
static void test_few_peers_that_crowd(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	at_listener(&scene, 443, 20, 15, 3, 0);
	at_listener(&scene, 80, 4096, 1, 1, 0);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_QUIET);
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_FOUND);
	assert_says(&scene, "Listener 10.0.0.1:443: 0 wait to be accepted, 15 in SYN_RECV; its "
			    "limit is 20");
	assert_false(scene_says(&scene, "Listener 10.0.0.1:80"));
	scene_end(&scene);
}

/* Without cookies tcp_max_syn_backlog is a limit of its own, and no counter but ListenDrops tells.
 */
static void test_flood_over_max_syn_backlog(void **state)
{
	static const struct {
		int cookies;
		enum tc_verdict verdict;
	} rows[] = {{0, TC_FOUND}, {1, TC_QUIET}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		scene_begin(&scene);
		scene_set(&scene, TC_SETTING_tcp_syncookies, rows[i].cookies);
		scene_set(&scene, TC_SETTING_tcp_max_syn_backlog, 128);
		at_listener(&scene, SCENE_PORT, 4096, 97, 97, 0);
		scene_rise(&scene, TC_COUNTER_ListenDrops, 50);
		scene_rise(&scene, TC_COUNTER_ListenOverflows, 20);
		assert_int_equal(scene_judge(&scene, "syn-flood"), rows[i].verdict);
		if (rows[i].verdict == TC_FOUND) {
			assert_says(&scene, "30 SYNs were dropped (ListenDrops)");
			assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
		}
		scene_end(&scene);
	}
}

/* What a full queue turns away takes two readings, and what is silent takes a second look. */
static void test_flood_not_looked_at_twice(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	at_listener(&scene, SCENE_PORT, 4, 5, 5, 0);
	scene.facts.now.counters.value[TC_COUNTER_TCPReqQFullDrop] = 7;
	scene_instant(&scene);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_UNSURE);
	assert_needs(&scene, "an interval");
	scene_end(&scene);
	scene_begin(&scene);
	at_listener(&scene, SCENE_PORT, 4, 0, 1, 5);
	scene_rise(&scene, TC_COUNTER_TCPReqQFullDrop, 40);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_UNSURE);
	assert_needs(&scene, "40 SYNs found a queue full and were dropped");
	scene_end(&scene);
}

static void test_flood_unsure(void **state)
{
	struct tc_sock sock = scene_request(1);
	struct scene scene;

	(void)state;
	scene_begin_counted(&scene);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_QUIET);
	scene_count(&scene, TC_SYN_RECV, 1);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_UNSURE);
	assert_needs(&scene, "if the 1 SYN_RECV is never finished, and lasts 63 s, ");
	scene_count(&scene, TC_SYN_RECV, 431);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_UNSURE);
	assert_needs(&scene, "if none of 432 SYN_RECV is ever finished, and each lasts 63 s, ");
	assert_needs(&scene, "inference");
	assert_int_equal(scene_judge(&scene, "slow-last-ack"), TC_UNSURE);
	scene_end(&scene);
	scene_begin(&scene); /* a crowded queue, and addresses that were not read */
	sock.have &= ~(uint32_t)TC_HAVE_REMOTE_ADDR;
	scene_add(&scene, sock, 20, 20);
	scene_listener(&scene, SCENE_PORT, 0, 32, 20, SCENE_HAVE & ~(uint32_t)TC_HAVE_REMOTE_ADDR);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_UNSURE);
	scene_end(&scene);
	scene_begin(&scene); /* the same, and repetitions that were not */
	scene_count(&scene, TC_SYN_RECV, 20);
	scene_listener(&scene, SCENE_PORT, 0, 32, 20, SCENE_HAVE & ~(uint32_t)TC_HAVE_RETRANS);
	assert_int_equal(scene_judge(&scene, "syn-flood"), TC_UNSURE);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flood_by_cookies),
		cmocka_unit_test(test_flood_by_few_peers),
		cmocka_unit_test(test_flood_that_drops),
		cmocka_unit_test(test_flood_by_sockets),
		cmocka_unit_test(test_flood_of_a_small_queue),
		cmocka_unit_test(test_flood_is_of_one_listener),
		cmocka_unit_test(test_flood_beside_a_stale_listener),
		cmocka_unit_test(test_flood_beside_real_clients),
		cmocka_unit_test(test_flood_beside_slow_peers),
		cmocka_unit_test(test_flood_beside_a_full_listener),
		cmocka_unit_test(test_a_single_peer_that_carries_all),
		cmocka_unit_test(test_few_peers_that_crowd),
		cmocka_unit_test(test_flood_over_max_syn_backlog),
		cmocka_unit_test(test_flood_not_looked_at_twice),
		cmocka_unit_test(test_flood_unsure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
