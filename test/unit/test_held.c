/* SPDX-License-Identifier: MIT */
/* test_held.c - the sockets that somebody holds, by either of their ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "owner/held.h"
#include "random.h"
#include "util/macro.h"
#include "util/parse.h"

static struct tc_addr addr(const char *text)
{
	struct tc_addr parsed;
	int family;

	assert_int_equal(tc_parse_addr(text, strlen(text), &parsed, &family), 0);
	return parsed;
}

static struct tc_sock sock(enum tc_direction direction, const char *local, uint16_t local_port,
			   const char *remote, uint16_t remote_port)
{
	static uint64_t inode;

	return (struct tc_sock){
		.count = 1,
		.direction = (uint8_t)direction,
		.have = TC_HAVE_ENDPOINTS | TC_HAVE_INODE | TC_HAVE_NETNS,
		.inode = ++inode,
		.netns = 7,
		.local = addr(local),
		.local_port = local_port,
		.remote = addr(remote),
		.remote_port = remote_port,
	};
}

static void test_ends(void **state)
{
	struct tc_sock socks[] = {
		sock(TC_DIRECTION_LISTEN, "0.0.0.0", 80, "0.0.0.0", 0),
		sock(TC_DIRECTION_LISTEN, "0.0.0.0", 80, "0.0.0.0", 0), /* SO_REUSEPORT */
		sock(TC_DIRECTION_LISTEN, "10.0.0.1", 80, "0.0.0.0", 0),
		sock(TC_DIRECTION_OUT, "10.0.0.1", 40000, "10.0.0.2", 443),
		sock(TC_DIRECTION_OUT, "10.0.0.1", 40001, "10.0.0.2", 443),
		sock(TC_DIRECTION_OUT, "10.0.0.1", 40001, "10.0.0.2", 444),
		sock(TC_DIRECTION_OUT, "10.0.0.1", 40001, "10.0.0.3", 443),
		sock(TC_DIRECTION_IN, "10.0.0.1", 80, "10.0.0.2", 443),
	};
	struct tc_held_list list = {.count = 0};
	struct tc_sock other = socks[3];

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(socks); i++)
		assert_int_equal(tc_held_add(&list, &socks[i], NULL), 0);
	assert_int_equal(tc_held_settle(&list), 0);
	assert_int_equal(tc_held_listening(&list, &socks[0]).count, 2);
	assert_int_equal(tc_held_listening(&list, &socks[2]).count, 1);
	assert_int_equal(tc_held_peers(&list, &socks[3]).count, 2);
	assert_int_equal(tc_held_peers(&list, &socks[7]).count, 2); /* the same remote end */
	assert_int_equal(tc_held_peers(&list, &socks[5]).count, 1);
	other.remote_port = 445;
	assert_int_equal(tc_held_peers(&list, &other).count, 0);
	other = socks[3];
	other.netns = 8;
	assert_int_equal(tc_held_peers(&list, &other).count, 0);
	tc_held_release(&list);
}

static void test_empty(void **state)
{
	struct tc_sock one = sock(TC_DIRECTION_OUT, "::1", 1, "::1", 2);
	struct tc_held_list list = {.count = 0};

	(void)state;
	assert_int_equal(tc_held_peers(&list, &one).count, 0); /* before it was settled */
	assert_int_equal(tc_held_settle(&list), 0);
	assert_int_equal(tc_held_peers(&list, &one).count, 0);
	assert_int_equal(tc_held_listening(&list, &one).count, 0);
	tc_held_release(&list);
}

static void test_connection(void **state)
{
	struct tc_sock one = sock(TC_DIRECTION_OUT, "10.0.0.1", 1, "10.0.0.2", 2), other;

	(void)state;
	/* Without a cookie its two ends tell which it is. */
	other = one;
	other.inode++;
	assert_int_not_equal(tc_held_connection(&one), 0);
	assert_int_equal(tc_held_connection(&one), tc_held_connection(&other));
	other.local_port++;
	assert_int_not_equal(tc_held_connection(&one), tc_held_connection(&other));
	other.have &= ~(uint32_t)TC_HAVE_REMOTE_PORT;
	assert_int_equal(tc_held_connection(&other), 0); /* no connection */
	one.have |= TC_HAVE_COOKIE;
	one.cookie = 5;
	other = one;
	other.inode = 0; /* its TIME_WAIT */
	other.have &= ~(uint32_t)TC_HAVE_INODE;
	assert_int_not_equal(tc_held_connection(&one), 0);
	assert_int_equal(tc_held_connection(&one), tc_held_connection(&other));
	other.netns++;
	assert_int_not_equal(tc_held_connection(&one), tc_held_connection(&other));
	other = one;
	other.cookie++;
	assert_int_not_equal(tc_held_connection(&one), tc_held_connection(&other));
}

static bool same_remote(const struct tc_sock *one, const struct tc_sock *other)
{
	return one->netns == other->netns && one->remote_port == other->remote_port &&
	       memcmp(&one->remote, &other->remote, sizeof(one->remote)) == 0;
}

/* Every run has those, and only those, that looking through all of them finds. */
static void test_random(void **state)
{
	enum { COUNT = 600 };
	struct tc_sock *socks = calloc(COUNT, sizeof(*socks));
	struct tc_held_list list = {.count = 0};
	struct dice dice = {3};

	(void)state;
	assert_non_null(socks);
	for (size_t i = 0; i < COUNT; i++) {
		socks[i].have = TC_HAVE_ENDPOINTS | TC_HAVE_INODE | TC_HAVE_NETNS;
		socks[i].inode = i + 1;
		socks[i].netns = dice_below(&dice, 3);
		socks[i].direction = TC_DIRECTION_OUT;
		socks[i].remote = dice_addr(&dice);
		socks[i].remote_port = (uint16_t)dice_below(&dice, 4);
		assert_int_equal(tc_held_add(&list, &socks[i], NULL), 0);
	}
	assert_int_equal(tc_held_settle(&list), 0);
	for (size_t i = 0; i < COUNT; i++) {
		struct tc_held_run run = tc_held_peers(&list, &socks[i]);
		size_t count = 0;

		for (size_t j = 0; j < COUNT; j++)
			count += same_remote(&socks[i], &socks[j]);
		assert_int_equal(run.count, count);
		for (size_t j = 0; j < count; j++)
			assert_true(same_remote(&socks[i], &socks[run.order->at[run.first + j]]));
	}
	tc_held_release(&list);
	free(socks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_connection),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
