/* SPDX-License-Identifier: MIT */
/* test_listening.c - listeners from sockets: groups, counts, troubles, suspects, order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "analysis/listening.h"
#include "util/addr.h"
#include "util/macro.h"

enum {
	HAVE = TC_HAVE_FAMILY | TC_HAVE_LOCAL_ADDR | TC_HAVE_LOCAL_PORT | TC_HAVE_QUEUES |
	       TC_HAVE_COOKIE | TC_HAVE_INODE | TC_HAVE_IFINDEX | TC_HAVE_NETNS,
	OURS = 77, /* namespace */
};

static struct tc_sock listening_on(uint16_t port, uint64_t cookie, uint32_t queue, uint32_t limit)
{
	return (struct tc_sock){
		.count = 1,
		.state = TC_LISTEN,
		.local = tc_addr_from4(0x0100000a),
		.local_port = port,
		.family = AF_INET,
		.cookie = cookie,
		.inode = 1000 + cookie,
		.netns = OURS,
		.rqueue = queue,
		.wqueue = limit,
		.have = HAVE,
	};
}

static struct tc_sock came_in_by(const struct tc_sock *listener, enum tc_state state,
				 uint64_t inode)
{
	struct tc_sock sock = *listener;

	sock.state = (uint8_t)state;
	sock.inode = inode;
	sock.listener = listener;
	return sock;
}

static struct tc_listening *new_listening(void)
{
	struct tc_listening *listening;

	assert_int_equal(tc_listening_new(&listening), 0);
	return listening;
}

static void add(struct tc_listening *listening, const struct tc_sock *socks, size_t count)
{
	assert_int_equal(tc_listening_add(listening, NULL, 0, socks, count), 0);
}

/* What the kernel says beside: a rise of some counters within a second. */
static struct tc_listening_facts facts_of(uint64_t overflows, uint64_t cookies)
{
	struct tc_listening_facts facts = {
		.has_somaxconn = true, .somaxconn = 4096, .netns = OURS, .interval_us = 1000000};

	memset(facts.before.status, TC_COUNTER_READ, sizeof(facts.before.status));
	memset(facts.after.status, TC_COUNTER_READ, sizeof(facts.after.status));
	facts.before.value[TC_COUNTER_ListenOverflows] = 100;
	facts.after.value[TC_COUNTER_ListenOverflows] = 100 + overflows;
	facts.after.value[TC_COUNTER_ListenDrops] = 2 * overflows;
	facts.after.value[TC_COUNTER_TCPReqQFullDoCookies] = cookies;
	return facts;
}

static void judge(struct tc_listening *listening, uint64_t overflows, uint64_t cookies)
{
	struct tc_listening_facts facts = facts_of(overflows, cookies);

	assert_int_equal(tc_listening_judge(listening, &facts, 1), 0);
}

/* The only listener among these sockets. */
static const struct tc_listener *only(struct tc_listening *listening, const struct tc_sock *socks,
				      size_t count, uint64_t overflows, uint64_t cookies)
{
	add(listening, socks, count);
	judge(listening, overflows, cookies);
	assert_int_equal(tc_listening_count(listening), 1);
	assert_null(tc_listening_at(listening, 1));
	return tc_listening_at(listening, 0);
}

/* ---- Groups -------------------------------------------------------------------------- */

static void test_alike_are_one_listener(void **state)
{
	struct tc_sock socks[] = {listening_on(80, 1, 3, 128), listening_on(80, 2, 0, 128),
				  listening_on(80, 3, 1, 64), listening_on(80, 4, 0, 128)};
	struct tc_listening *listening = new_listening();
	const struct tc_listener *listener = only(listening, socks, 4, 0, 0);

	(void)state;
	assert_int_equal(listener->socket_count, 4);
	assert_int_equal(listener->states[TC_LISTEN], 4);
	assert_int_equal(listener->queue, 4);
	assert_int_equal(listener->limit, 448);
	assert_int_equal(listener->sockets[2].limit, 64);
	assert_int_equal(listener->sockets[2].inode, 1003);
	assert_int_equal(listener->trouble, 0);
	tc_listening_free(listening);
}

static void test_what_differs_is_another_listener(void **state)
{
	struct tc_sock socks[] = {
		listening_on(80, 1, 0, 128), listening_on(81, 2, 0, 128),
		listening_on(80, 3, 0, 128), listening_on(80, 4, 0, 128),
		listening_on(80, 5, 0, 128), listening_on(80, 6, 0, 128),
	};
	struct tc_listening *listening = new_listening();

	(void)state;
	socks[2].local = tc_addr_from4(0x0200000a);
	socks[3].ifindex = 7;
	socks[4].netns = OURS + 1;
	socks[5].family = AF_INET6;
	add(listening, socks, TC_ARRAY_SIZE(socks));
	judge(listening, 0, 0);
	assert_int_equal(tc_listening_count(listening), TC_ARRAY_SIZE(socks));
	tc_listening_free(listening);
}

/* "*:http-alt" of a listing: two of them may be anything. */
static void test_without_port_number_each_is_alone(void **state)
{
	struct tc_sock socks[] = {listening_on(0, 0, 0, 0), listening_on(0, 0, 0, 0)};
	struct tc_listening *listening = new_listening();
	struct tc_text text = {.local_port = "http-alt"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(socks); i++) {
		socks[i].have = TC_HAVE_LOCAL_ADDR;
		socks[i].text = &text;
	}
	add(listening, socks, 2);
	judge(listening, 0, 0);
	text.local_port = "gone"; /* the words are kept, not borrowed */
	assert_int_equal(tc_listening_count(listening), 2);
	assert_string_equal(tc_listening_at(listening, 1)->socket->text->local_port, "http-alt");
	tc_listening_free(listening);
}

/* ---- Connections --------------------------------------------------------------------- */

static void test_connections_are_counted_by_state(void **state)
{
	struct tc_sock server = listening_on(80, 1, 2, 128), other = listening_on(81, 2, 0, 128);
	struct tc_sock socks[] = {
		came_in_by(&server, TC_ESTABLISHED, 0), came_in_by(&server, TC_ESTABLISHED, 5),
		came_in_by(&server, TC_CLOSE_WAIT, 0),	came_in_by(&server, TC_CLOSE_WAIT, 6),
		came_in_by(&server, TC_TIME_WAIT, 0),	came_in_by(&server, TC_FIN_WAIT2, 0),
		came_in_by(&other, TC_ESTABLISHED, 0),	server,
		came_in_by(&server, TC_ESTABLISHED, 9),
	};
	struct tc_listening *listening = new_listening();
	const struct tc_listener *listener;

	(void)state;
	socks[TC_ARRAY_SIZE(socks) - 1].listener = NULL;	       /* an outbound one */
	listener = only(listening, socks, TC_ARRAY_SIZE(socks), 0, 0); /* the other has gone */
	assert_int_equal(listener->states[TC_ESTABLISHED], 2);
	assert_int_equal(listener->states[TC_CLOSE_WAIT], 2);
	assert_int_equal(listener->states[TC_TIME_WAIT], 1);
	assert_int_equal(listener->states[TC_FIN_WAIT2], 1);
	assert_int_equal(listener->unaccepted, 2);
	assert_true(listener->have & TC_LISTENER_UNACCEPTED);
	tc_listening_free(listening);
}

static void test_what_was_not_read_is_not_known(void **state)
{
	struct tc_sock server = listening_on(80, 1, 0, 0);
	struct tc_sock socks[] = {server, came_in_by(&server, TC_ESTABLISHED, 0),
				  came_in_by(&server, TC_SYN_RECV, 0)};
	struct tc_listening *listening = new_listening();
	const struct tc_listener *listener;

	(void)state;
	server.have = TC_HAVE_LOCAL_ADDR | TC_HAVE_LOCAL_PORT;
	socks[0].have = socks[1].have = socks[2].have = server.have;
	listener = only(listening, socks, 3, 5, 5);
	assert_int_equal(listener->have, 0);
	assert_int_equal(listener->states[TC_ESTABLISHED], 1);
	assert_int_equal(listener->trouble, 0);
	assert_int_equal(listener->limited_by, TC_LIMITED_BY_UNKNOWN);
	tc_listening_free(listening);
}

static void test_silent_handshakes(void **state)
{
	struct tc_sock server = listening_on(80, 1, 0, 4);
	struct tc_sock socks[] = {server, came_in_by(&server, TC_SYN_RECV, 0),
				  came_in_by(&server, TC_SYN_RECV, 0)};
	struct tc_listening *listening = new_listening();
	const struct tc_listener *listener;

	(void)state;
	socks[1].have |= TC_HAVE_RETRANS;
	socks[2].have |= TC_HAVE_RETRANS;
	socks[2].retrans = 1;
	listener = only(listening, socks, 3, 0, 0);
	assert_true(listener->have & TC_LISTENER_SILENT);
	assert_int_equal(listener->silent, 1);
	tc_listening_free(listening);
	for (int is_known = 0; is_known < 2; is_known++) {
		listening = new_listening();
		for (int i = 1; i < 3; i++) {
			socks[i].retrans = 1;
			socks[i].remote = tc_addr_from4((uint32_t)i);
			if (is_known)
				socks[i].have |= TC_HAVE_REMOTE_ADDR;
			else
				socks[i].have &= ~(uint32_t)TC_HAVE_REMOTE_ADDR;
		}
		listener = only(listening, socks, 3, 0, 0);
		assert_int_equal(listener->silent, 2);
		assert_int_equal((listener->have & TC_LISTENER_PEERS) != 0, is_known);
		assert_int_equal(listener->silent_peers, is_known ? 2 : 0);
		tc_listening_free(listening);
	}
}

/* ---- Limits and troubles ------------------------------------------------------------- */

static void test_what_limits(void **state)
{
	static const struct {
		uint32_t limits[2];
		uint32_t by;
	} cases[] = {
		{{128, 128}, TC_LIMITED_BY_BACKLOG},   {{4096, 4096}, TC_LIMITED_BY_SOMAXCONN},
		{{4097, 4097}, TC_LIMITED_BY_UNKNOWN}, {{128, 4096}, TC_LIMITED_BY_UNKNOWN},
		{{4096, 128}, TC_LIMITED_BY_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct tc_sock socks[] = {listening_on(80, 1, 0, cases[i].limits[0]),
					  listening_on(80, 2, 0, cases[i].limits[1])};
		struct tc_listening *listening = new_listening();

		assert_int_equal(only(listening, socks, 2, 0, 0)->limited_by, cases[i].by);
		tc_listening_free(listening);
	}
}

static void assert_trouble(uint32_t queue, uint32_t limit, uint64_t overflows, uint32_t trouble,
			   uint32_t score)
{
	struct tc_sock sock = listening_on(80, 1, queue, limit);
	struct tc_listening *listening = new_listening();
	const struct tc_listener *listener = only(listening, &sock, 1, overflows, 0);

	assert_int_equal(listener->trouble, trouble);
	assert_int_equal(listener->score, score);
	tc_listening_free(listening);
}

static void test_full_is_above_the_limit(void **state)
{
	uint32_t half = TC_TROUBLE_HALF_FULL, full = TC_TROUBLE_FULL | TC_TROUBLE_HALF_FULL;

	(void)state;
	assert_trouble(0, 128, 0, 0, 0);
	assert_trouble(0, 0, 5, 0, 0);
	assert_trouble(64, 128, 0, 0, 495);
	assert_trouble(65, 128, 0, half, 1503);
	assert_trouble(128, 128, 5, half, 1991);
	assert_trouble(129, 128, 0, full, 5999);
	assert_trouble(129, 128, 5, full | TC_TROUBLE_OVERFLOWS, 6999);
	assert_trouble(1, 0, 0, full, 5999);
	assert_trouble(UINT32_MAX, 128, 0, full, 5999);
	assert_trouble(UINT32_MAX, UINT32_MAX, 0, half, 1998);
}

/* A SYN that the kernel gives to the full one is refused, however empty the others are. */
static void test_a_group_is_as_full_as_its_fullest(void **state)
{
	struct tc_sock socks[] = {listening_on(80, 1, 0, 128), listening_on(80, 2, 9, 8),
				  listening_on(80, 3, 0, 128)};
	struct tc_listening *listening = new_listening();
	const struct tc_listener *listener = only(listening, socks, 3, 0, 0);

	(void)state;
	assert_int_equal(listener->full, 1);
	assert_true(listener->trouble & TC_TROUBLE_FULL);
	assert_int_equal(tc_listening_summary(listening)->full, 1);
	tc_listening_free(listening);
}

static void test_the_first_look_counts(void **state)
{
	struct tc_sock before[] = {listening_on(80, 1, 9, 8), listening_on(80, 2, 1, 8),
				   listening_on(81, 3, 9, 8)};
	struct tc_sock after[] = {listening_on(80, 2, 0, 8), listening_on(80, 1, 0, 8)};
	struct tc_listening *listening = new_listening();
	const struct tc_listener *listener;

	(void)state;
	assert_int_equal(tc_listening_before(listening, before, 3), 0);
	listener = only(listening, after, 2, 5, 0); /* that on 81 has gone */
	assert_int_equal(listener->trouble, TC_TROUBLE_WAS_FULL | TC_TROUBLE_OVERFLOWS);
	assert_int_equal(listener->queue, 0);
	assert_int_equal(listener->queue_before, 10);
	assert_true(listener->have & TC_LISTENER_BEFORE);
	assert_int_equal(listener->sockets[0].cookie, 2);
	assert_int_equal(listener->sockets[0].queue_before, 1);
	assert_int_equal(listener->sockets[1].queue_before, 9);
	tc_listening_free(listening);
}

/* By what each has dropped it is told who refused, and who did not, though it be full. */
static void test_drops_tell_who_refused(void **state)
{
	static const struct {
		uint32_t queue[2], dropped[2];
		bool suspect[2], known;
	} cases[] = {
		{{0, 9}, {5, 0}, {true, false}, true},	/* empty at both looks; the full one is innocent */
		{{9, 9}, {0, 10}, {false, true}, true}, /* last ACKs count twice */
		{{9, 9}, {2, 10}, {true, true}, false},
		{{0, 9}, {2, 10}, {false, true}, true}, /* repeated SYNs, say */
		{{0, 0}, {5, 5}, {true, true}, false},	/* nothing settles it */
		{{0, 9}, {7, 8}, {false, true}, false},
		{{0, 0}, {0, 20}, {false, true}, true},
		{{0, 0}, {0, 21}, {false, true}, false}, /* more than refusals can add */
		{{9, 0}, {0, 0}, {false, false}, true}, /* one that has gone */
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct tc_sock socks[] = {listening_on(80, 1, 0, 8), listening_on(81, 2, 0, 8)};
		struct tc_listening *listening = new_listening();
		size_t suspects = 0;

		for (size_t j = 0; j < 2; j++) {
			socks[j].have |= TC_HAVE_DROPS;
			socks[j].expires_ms = UINT32_MAX - 1; /* it begins anew meanwhile */
		}
		assert_int_equal(tc_listening_before(listening, socks, 2), 0);
		for (size_t j = 0; j < 2; j++) {
			socks[j].rqueue = cases[i].queue[j];
			socks[j].expires_ms += cases[i].dropped[j];
		}
		add(listening, socks, 2);
		judge(listening, 5, 0);
		for (size_t j = 0; j < 2; j++) {
			const struct tc_listener *listener = tc_listening_at(listening, j);
			size_t at = listener->socket->local_port - 80;

			assert_int_equal(listener->dropped, cases[i].dropped[at]);
			assert_int_equal((listener->trouble & TC_TROUBLE_OVERFLOWS) != 0,
					 cases[i].suspect[at]);
			suspects += cases[i].suspect[at];
		}
		assert_int_equal(tc_listening_summary(listening)->suspects, suspects);
		assert_true(tc_listening_summary(listening)->drops_known);
		assert_int_equal(tc_listening_summary(listening)->suspects_known, cases[i].known);
		tc_listening_free(listening);
	}
}

/* One that began to listen meanwhile has no queue before, and so has its group. */
static void test_a_new_socket_was_not_seen_before(void **state)
{
	struct tc_sock socks[] = {listening_on(80, 1, 3, 8), listening_on(80, 2, 1, 8)};
	struct tc_listening *listening = new_listening();
	const struct tc_listener *listener;

	(void)state;
	assert_int_equal(tc_listening_before(listening, socks, 1), 0);
	listener = only(listening, socks, 2, 0, 0);
	assert_int_equal(listener->socket_count, 2);
	assert_false(listener->have & TC_LISTENER_BEFORE);
	assert_true(listener->have & TC_LISTENER_QUEUES);
	tc_listening_free(listening);
}

/*
 * What one that has gone dropped is lost, so drops of another, which have other reasons too, do not
 * prove that it was that one: neither where its port has a new listener, nor where it has none.
 */
static void test_one_that_has_gone_may_have_refused(void **state)
{
	(void)state;
	for (int restarted = 0; restarted <= 1; restarted++) {
		struct tc_sock socks[] = {listening_on(80, 1, 0, 8), listening_on(81, 2, 0, 8)};
		struct tc_listening *listening = new_listening();
		const struct tc_listening_summary *summary;

		socks[0].have |= TC_HAVE_DROPS;
		socks[1].have |= TC_HAVE_DROPS;
		assert_int_equal(tc_listening_before(listening, socks, 2), 0);
		socks[0].expires_ms = 12;
		socks[1].cookie = 3;
		add(listening, socks, restarted ? 2 : 1);
		judge(listening, 5, 0);
		summary = tc_listening_summary(listening);
		assert_true(summary->has_gone);
		assert_false(summary->suspects_known);
		assert_int_equal(summary->suspects, 1);
		for (size_t i = 0; i < tc_listening_count(listening); i++) {
			const struct tc_listener *listener = tc_listening_at(listening, i);
			bool is_new = listener->socket->local_port == 81;

			assert_int_equal((listener->have & TC_LISTENER_DROPPED) != 0, !is_new);
			assert_int_equal((listener->trouble & TC_TROUBLE_OVERFLOWS) != 0, !is_new);
		}
		tc_listening_free(listening);
	}
}

/* Where the first look saw all, what a new one has dropped it has dropped since. */
static void test_a_new_socket_has_dropped_since(void **state)
{
	(void)state;
	for (int saw_all = 0; saw_all <= 1; saw_all++) {
		struct tc_sock socks[] = {listening_on(80, 1, 0, 8), listening_on(81, 2, 0, 8)};
		struct tc_listening_facts facts = facts_of(5, 0);
		struct tc_listening *listening = new_listening();

		facts.has_first_look = saw_all;
		socks[0].have |= TC_HAVE_DROPS;
		socks[1].have |= TC_HAVE_DROPS;
		socks[0].expires_ms = 100;
		assert_int_equal(tc_listening_before(listening, socks, 1), 0);
		socks[1].expires_ms = 5;
		add(listening, socks, 2);
		assert_int_equal(tc_listening_judge(listening, &facts, 1), 0);
		for (size_t i = 0; i < 2; i++) {
			const struct tc_listener *listener = tc_listening_at(listening, i);
			bool is_new = listener->socket->local_port == 81;

			assert_int_equal((listener->have & TC_LISTENER_DROPPED) != 0,
					 saw_all || !is_new);
			assert_int_equal(listener->dropped, saw_all && is_new ? 5 : 0);
		}
		assert_int_equal(tc_listening_summary(listening)->drops_known, saw_all);
		tc_listening_free(listening);
	}
}

static void test_half_open_connections_fill_a_queue_too(void **state)
{
	struct tc_sock server = listening_on(80, 1, 0, 3), socks[5] = {server};

	(void)state;
	for (size_t requests = 0; requests <= 4; requests++) {
		static const uint32_t troubles[] = {
			0, 0, TC_TROUBLE_HALF_FULL, TC_TROUBLE_HALF_FULL,
			TC_TROUBLE_HALF_FULL | TC_TROUBLE_SYN_FULL | TC_TROUBLE_SYN_OVERFLOWS};
		struct tc_listening *listening = new_listening();

		if (requests)
			socks[requests] = came_in_by(&server, TC_SYN_RECV, 0);
		assert_int_equal(only(listening, socks, requests + 1, 0, 9)->trouble,
				 troubles[requests]);
		assert_int_equal(tc_listening_summary(listening)->syn_suspects, requests == 4);
		tc_listening_free(listening);
	}
}

/* ---- Suspects ------------------------------------------------------------------------ */

static void test_suspects_are_the_full_ones(void **state)
{
	struct tc_sock socks[] = {listening_on(80, 1, 9, 8), listening_on(81, 2, 8, 8),
				  listening_on(82, 3, 3, 2), listening_on(83, 4, 9, 8)};
	struct tc_listening *listening = new_listening();

	(void)state;
	socks[3].netns = OURS + 1; /* whose counters nobody read */
	add(listening, socks, 4);
	judge(listening, 1, 0);
	assert_int_equal(tc_listening_summary(listening)->suspects, 2);
	assert_int_equal(tc_listening_summary(listening)->full, 3);
	assert_int_equal(tc_listening_at(listening, 0)->socket->local_port, 80);
	assert_int_equal(tc_listening_at(listening, 1)->socket->local_port, 82);
	assert_int_equal(tc_listening_at(listening, 2)->socket->local_port, 83);
	assert_int_equal(tc_listening_at(listening, 2)->limited_by, TC_LIMITED_BY_UNKNOWN);
	tc_listening_free(listening);
}

/* Each namespace has counters and a limit of its own. */
static void test_namespaces_are_judged_by_their_own(void **state)
{
	struct tc_sock socks[] = {listening_on(80, 1, 9, 8), listening_on(80, 2, 9, 8)};
	struct tc_listening_facts facts[] = {facts_of(0, 0), facts_of(5, 0)};
	struct tc_listening *listening = new_listening();
	struct tc_listening_counter counter;

	(void)state;
	facts[1].netns = socks[1].netns = OURS + 1;
	facts[1].somaxconn = 8;
	add(listening, socks, 2);
	assert_int_equal(tc_listening_judge(listening, facts, 2), 0);
	assert_int_equal(tc_listening_summary(listening)->suspects, 1);
	assert_false(tc_listening_summary(listening)->has_somaxconn);
	assert_int_equal(tc_listening_at(listening, 0)->socket->netns, OURS + 1);
	assert_int_equal(tc_listening_at(listening, 0)->limited_by, TC_LIMITED_BY_SOMAXCONN);
	assert_int_equal(tc_listening_at(listening, 1)->limited_by, TC_LIMITED_BY_BACKLOG);
	assert_true(tc_listening_counter(listening, 0, &counter));
	assert_int_equal(counter.total, 205);
	assert_int_equal(counter.rise, 5);
	tc_listening_free(listening);
}

/* A filter hides listeners from the list, not from the search for the culprit. */
static void test_a_filter_hides_no_suspect(void **state)
{
	struct tc_sock socks[] = {listening_on(80, 1, 9, 8), listening_on(81, 2, 0, 8)};
	struct tc_listening *listening = new_listening();
	struct tc_filter_error error;
	struct tc_filter *filter;

	(void)state;
	assert_int_equal(tc_filter_parse("sport = :81", 0, &filter, &error), 0);
	assert_int_equal(tc_listening_add(listening, filter, TC_FAMILY_INET, socks, 2), 0);
	judge(listening, 1, 0);
	assert_int_equal(tc_listening_count(listening), 1);
	assert_int_equal(tc_listening_at(listening, 0)->socket->local_port, 81);
	assert_int_equal(tc_listening_summary(listening)->listeners, 2);
	assert_int_equal(
		tc_listening_troubled(listening, TC_TROUBLE_OVERFLOWS, 0)->socket->local_port, 80);
	assert_null(tc_listening_troubled(listening, TC_TROUBLE_OVERFLOWS, 1));
	tc_filter_free(filter);
	tc_listening_free(listening);
}

static void test_families_choose_too(void **state)
{
	struct tc_sock sock = listening_on(80, 1, 0, 8);
	struct tc_listening *listening = new_listening();

	(void)state;
	assert_int_equal(tc_listening_add(listening, NULL, TC_FAMILY_INET6, &sock, 1), 0);
	judge(listening, 0, 0);
	assert_int_equal(tc_listening_count(listening), 0);
	assert_int_equal(tc_listening_summary(listening)->listeners, 1);
	tc_listening_free(listening);
}

static void test_counters(void **state)
{
	struct tc_listening *listening = new_listening();
	struct tc_listening_facts facts = facts_of(5, 0);
	struct tc_listening_counter counter;
	size_t count = 0;

	(void)state;
	facts.after.status[TC_COUNTER_TCPReqQFullDrop] = TC_COUNTER_ABSENT;
	assert_int_equal(tc_listening_judge(listening, &facts, 1), 0);
	while (tc_listening_counter(listening, count, &counter)) {
		bool absent = strcmp(counter.name, "TCPReqQFullDrop") == 0;
		bool rose = strcmp(counter.name, "ListenOverflows") == 0;
		bool twice = strcmp(counter.name, "ListenDrops") == 0;

		assert_int_equal(counter.has_total, !absent);
		assert_int_equal(counter.has_rise, !absent);
		assert_int_equal(counter.total, rose ? 105 : twice ? 10 : 0);
		assert_int_equal(counter.rise, rose ? 5 : twice ? 10 : 0);
		count++;
	}
	assert_int_equal(count, 4);
	tc_listening_free(listening);
}

static void test_one_look_says_nothing_of_rises(void **state)
{
	struct tc_sock sock = listening_on(80, 1, 9, 8);
	struct tc_listening *listening = new_listening();
	struct tc_listening_facts facts = facts_of(5, 5);
	struct tc_listening_counter counter;

	(void)state;
	facts.interval_us = 0;
	add(listening, &sock, 1);
	assert_int_equal(tc_listening_judge(listening, &facts, 1), 0);
	assert_int_equal(tc_listening_at(listening, 0)->trouble,
			 TC_TROUBLE_FULL | TC_TROUBLE_HALF_FULL);
	assert_true(tc_listening_counter(listening, 0, &counter));
	assert_true(counter.has_total && !counter.has_rise);
	tc_listening_free(listening);
}

/* ---- Owners -------------------------------------------------------------------------- */

static void test_owners_of_a_group_are_joined(void **state)
{
	struct tc_process processes[] = {{.pid = 9, .name = "nine"},
					 {.pid = 3, .name = "three"},
					 {.pid = 5, .unit = "five.service"}};
	const struct tc_process *first[] = {&processes[0]};
	const struct tc_process *second[] = {&processes[1], &processes[2], &processes[0]};
	struct tc_owner owners[] = {
		{first, 1, TC_OWNER_HELD, {[TC_PART_PROCESS] = "nine"}},
		{second,
		 3,
		 TC_OWNER_SEEN,
		 {[TC_PART_PROCESS] = "nine,three?", [TC_PART_UNIT] = "five.service?"}},
	};
	struct tc_text texts[] = {{.owner = &owners[0]}, {.owner = &owners[1]}};
	struct tc_sock socks[] = {listening_on(80, 1, 0, 8), listening_on(80, 2, 0, 8)};
	struct tc_listening *listening = new_listening();
	const struct tc_owner *owner;

	(void)state;
	socks[0].text = &texts[0];
	socks[1].text = &texts[1];
	owner = only(listening, socks, 2, 0, 0)->socket->text->owner;
	memset(processes, 0, sizeof(processes)); /* they are kept, not borrowed */
	assert_int_equal(owner->count, 3);
	assert_int_equal(owner->how, TC_OWNER_SEEN);
	assert_int_equal(owner->processes[0]->pid, 3);
	assert_string_equal(owner->processes[0]->name, "three");
	assert_string_equal(owner->processes[1]->unit, "five.service");
	assert_null(owner->processes[1]->name);
	assert_int_equal(owner->processes[2]->pid, 9);
	assert_string_equal(owner->words[TC_PART_PROCESS], "nine,three?");
	assert_string_equal(owner->words[TC_PART_UNIT], "five.service?");
	assert_null(owner->words[TC_PART_POD]);
	tc_listening_free(listening);
}

static void test_nothing_listens(void **state)
{
	struct tc_listening *listening = new_listening();

	(void)state;
	judge(listening, 3, 0);
	assert_int_equal(tc_listening_count(listening), 0);
	assert_null(tc_listening_at(listening, 0));
	assert_null(tc_listening_troubled(listening, ~0u, 0));
	tc_listening_free(listening);
	tc_listening_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alike_are_one_listener),
		cmocka_unit_test(test_what_differs_is_another_listener),
		cmocka_unit_test(test_without_port_number_each_is_alone),
		cmocka_unit_test(test_connections_are_counted_by_state),
		cmocka_unit_test(test_what_was_not_read_is_not_known),
		cmocka_unit_test(test_silent_handshakes),
		cmocka_unit_test(test_what_limits),
		cmocka_unit_test(test_full_is_above_the_limit),
		cmocka_unit_test(test_a_group_is_as_full_as_its_fullest),
		cmocka_unit_test(test_the_first_look_counts),
		cmocka_unit_test(test_drops_tell_who_refused),
		cmocka_unit_test(test_a_new_socket_was_not_seen_before),
		cmocka_unit_test(test_one_that_has_gone_may_have_refused),
		cmocka_unit_test(test_a_new_socket_has_dropped_since),
		cmocka_unit_test(test_half_open_connections_fill_a_queue_too),
		cmocka_unit_test(test_suspects_are_the_full_ones),
		cmocka_unit_test(test_namespaces_are_judged_by_their_own),
		cmocka_unit_test(test_a_filter_hides_no_suspect),
		cmocka_unit_test(test_families_choose_too),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_one_look_says_nothing_of_rises),
		cmocka_unit_test(test_owners_of_a_group_are_joined),
		cmocka_unit_test(test_nothing_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
