/* SPDX-License-Identifier: MIT */
/*
 * test_sums.c - sums that show whether all sockets of the lists of ports have been met: nothing is
 * left where they have, something where one was not, and then the lists are followed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "random.h"
#include "util/macro.h"
#include "walking.h"

/* ---- The hash ----------------------------------------------------------------------------- */

enum { NODES = 200, SPACING = 256, ROUNDS = 300, LIST = 77 };

#define HEAD 0xffff888100000040ull

static const uint64_t nodes_begin = 0xffff888000000018;
static uint64_t nodes[NODES + 1]; /* of one list, in its order; the last: its end */

/* In a slab, at regular distances, in an order of their own. */
static void make_list(struct dice *dice)
{
	for (size_t i = 0; i < NODES; i++)
		nodes[i] = nodes_begin + i * SPACING;
	nodes[NODES] = 0;
	for (size_t i = NODES - 1; i > 0; i--) {
		size_t other = dice_below(dice, (unsigned)i + 1);
		uint64_t node = nodes[i];

		nodes[i] = nodes[other];
		nodes[other] = node;
	}
}

/* What a socket of the list adds that has been met. */
static uint32_t met(size_t i)
{
	return tc_walk_pointer(nodes[i], nodes[i + 1], LIST) -
	       tc_walk_pointer(i ? nodes[i - 1] : HEAD, nodes[i], LIST);
}

static uint32_t sum_of_all(void)
{
	uint32_t sum = tc_walk_pointer(HEAD, nodes[0], LIST);

	for (size_t i = 0; i < NODES; i++)
		sum += met(i);
	return sum;
}

static void test_nothing_left(void **state)
{
	struct dice dice = {1};

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		make_list(&dice);
		assert_int_equal(sum_of_all(), 0);
	}
}

/* One, or two anywhere: they do not cancel out. */
static void test_missing(void **state)
{
	struct dice dice = {2};

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		make_list(&dice);
		for (size_t i = 0; i < NODES; i++) {
			size_t other = dice_below(&dice, NODES);

			assert_true(sum_of_all() - met(i) != 0);
			assert_true(sum_of_all() + met(i) != 0);
			if (other != i)
				assert_true(sum_of_all() - met(i) - met(other) != 0);
		}
	}
}

/* Nor do three at regular distances, or half of them. */
static void test_missing_regularly(void **state)
{
	struct dice dice = {4};

	(void)state;
	for (size_t round = 0; round < ROUNDS / 10; round++) {
		uint32_t half = 0;
		size_t at[NODES]; /* where in the list, by address */

		make_list(&dice);
		for (size_t i = 0; i < NODES; i++)
			at[(nodes[i] - nodes_begin) / SPACING] = i;
		for (size_t first = 0; first < NODES; first++)
			for (size_t step = 1; first + 2 * step < NODES; step++)
				assert_true(met(at[first]) + met(at[first + step]) +
						    met(at[first + 2 * step]) !=
					    0);
		for (size_t first = 0; first < NODES; first += 2)
			half += met(at[first]);
		assert_true(half != 0);
	}
}

/* It was met alone in another list, and has come before those of this one in the same memory. */
static void test_memory_used_again(void **state)
{
	struct dice dice = {3};

	(void)state;
	make_list(&dice);
	for (uint64_t list = LIST; list < LIST + 2; list++)
		for (uint64_t head = HEAD; head < HEAD + 2; head++) {
			uint32_t left = tc_walk_pointer(HEAD, nodes[0], LIST) -
					tc_walk_pointer(head, nodes[0], list);

			assert_int_equal(left == 0, list == LIST && head == HEAD);
		}
}

/* ---- Real lists --------------------------------------------------------------------------- */

enum { CONNECTIONS = 200, CLOSED = 50, SERVER_PORT = 7001, OTHER_PORT = SERVER_PORT + TC_WALK_SUMS };

/*
 * A server whose listener is bound to an address, so that it is in one list with what has come in;
 * of the connections some are closed by each side.
 */
static int make_server(void **state)
{
	struct sockaddr_in server = walking_address(INADDR_LOOPBACK, SERVER_PORT);
	int listener;

	(void)state;
	if (!walking_alone())
		return 0;
	listener = walking_bound(INADDR_LOOPBACK, SERVER_PORT);
	assert_int_equal(listen(listener, CONNECTIONS), 0);
	for (size_t i = 0; i < CONNECTIONS; i++) {
		int client = socket(AF_INET, SOCK_STREAM, 0), accepted;

		assert_int_equal(connect(client, (struct sockaddr *)&server, sizeof(server)), 0);
		accepted = accept(listener, NULL, NULL);
		assert_true(accepted >= 0);
		if (i < CLOSED)
			close(i % 2 ? client : accepted);
		if (i < CLOSED / 2)
			close(i % 2 ? accepted : client);
	}
	return 0;
}

/* Addresses of a port in these tests, at most. */
enum { ADDRESSES = 4 };

/*
 * What a walk says is bound after it has met all that is connected. Which lists are followed is
 * known by then, so that the table, which has some ten thousand buckets, is not walked for them.
 */
static uint64_t bound(struct tc_walk *walk, uint64_t *ret_followed)
{
	struct tc_walk_result result;

	walking_run(walk, TC_WALK_COUNT, 1);
	result = walking_run(walk, TC_WALK_BOUND, 0);
	*ret_followed = result.followed;
	if (result.followed)
		assert_in_range(result.buckets, TC_WALK_ANCHORS + 1,
				TC_WALK_ANCHORS + 2 * ADDRESSES);
	return result.totals[0];
}

static const enum tc_walk_way ways[] = {TC_WALK_TYPED, TC_WALK_PROBE};

static void test_no_list_is_followed(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(ways); i++) {
		struct tc_walk *walk = walking_open(ways[i]);
		uint64_t followed;

		assert_int_equal(bound(walk, &followed), 0);
		assert_int_equal(followed, 0);
		/* Sums are of one count: without a new one, all lists are followed. */
		assert_int_equal(walking_run(walk, TC_WALK_BOUND, 0).followed, TC_WALK_SUMS);
		tc_walk_close(walk);
	}
}

/* A port of its own, one that shares the sum of the server's, and among the server's own. */
static void test_those_of_bound_sockets_are(void **state)
{
	static const struct {
		uint32_t host;
		uint16_t port;
	} rows[] = {
		{INADDR_LOOPBACK, 4000},
		{INADDR_LOOPBACK, OTHER_PORT},
		{INADDR_LOOPBACK + 1, SERVER_PORT},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(ways); i++)
		for (size_t j = 0; j < TC_ARRAY_SIZE(rows); j++) {
			struct tc_walk *walk = walking_open(ways[i]);
			int one = walking_bound(rows[j].host, rows[j].port), other;
			uint64_t followed;

			assert_int_equal(bound(walk, &followed), 1);
			assert_int_equal(followed, 1);
			other = walking_bound(rows[j].host, rows[j].port);
			assert_int_equal(bound(walk, &followed), 2);
			assert_int_equal(followed, 1);
			close(other);
			close(one);
			assert_int_equal(bound(walk, &followed), 0);
			assert_int_equal(followed, 0);
			tc_walk_close(walk);
		}
}

/* A connection that was made after the count leaves nothing; who stays beside it is met. */
static void test_new_ones_leave_nothing(void **state)
{
	struct sockaddr_in server = walking_address(INADDR_LOOPBACK, SERVER_PORT);

	(void)state;
	for (uint64_t stay = 0; stay < 2; stay++) {
		struct tc_walk *walk = walking_open(TC_WALK_TYPED);
		int one = stay ? walking_bound(INADDR_LOOPBACK, 4000) : -1, client;
		struct tc_walk_result result;

		walking_run(walk, TC_WALK_COUNT, 1);
		client = walking_bound(INADDR_LOOPBACK, 4000);
		assert_int_equal(connect(client, (struct sockaddr *)&server, sizeof(server)), 0);
		result = walking_run(walk, TC_WALK_BOUND, 0);
		assert_int_equal(result.totals[0], stay);
		assert_int_equal(result.followed, stay);
		close(client);
		if (stay)
			close(one);
		tc_walk_close(walk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_left),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_missing_regularly),
		cmocka_unit_test(test_memory_used_again),
		cmocka_unit_test(test_no_list_is_followed),
		cmocka_unit_test(test_those_of_bound_sockets_are),
		cmocka_unit_test(test_new_ones_leave_nothing),
	};

	return cmocka_run_group_tests_name("sums", tests, make_server, NULL);
}
