/* SPDX-License-Identifier: MIT */
/* test_netlink_place.c - what is only bound, told by its place in a dump of every state. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "source/netlink_place.h"

/*
 * A dump, message by message: L listener, E connection, B in state 7, C the same with a remote
 * port, 0 without a local one; | the next buffer. Returns how many are bound, or -1 where the
 * place does not tell.
 */
static int bound_of(const char *dump)
{
	size_t parts = 0;
	struct tc_netlink_place place = {.parts = &parts};
	bool begins = true;

	for (; *dump; dump++) {
		struct inet_diag_msg message = {.idiag_state = TCP_ESTABLISHED};

		if (*dump == '|') {
			begins = true;
			continue;
		}
		parts += begins;
		begins = false;
		if (*dump == 'L')
			message.idiag_state = TCP_LISTEN;
		else if (*dump != 'E')
			message.idiag_state = TCP_CLOSE;
		if (*dump == 'E' || *dump == 'C')
			message.id.idiag_dport = htons(443);
		message.id.idiag_sport = htons(*dump != '0');
		assert_int_equal(tc_netlink_place_takes(&place, &message),
				 message.idiag_state == TCP_CLOSE);
	}
	return tc_netlink_place_is_sure(&place) ? (int)place.bound : -1;
}

static void test_sure(void **state)
{
	(void)state;
	assert_int_equal(bound_of(""), 0);
	assert_int_equal(bound_of("LLE"), 0);
	assert_int_equal(bound_of("B"), 1);
	assert_int_equal(bound_of("LBBE"), 2);
	assert_int_equal(bound_of("LBBEE|EE|E"), 2);
	assert_int_equal(bound_of("LL|LBB"), 2);
	assert_int_equal(bound_of("LL|LL|LBE|E"), 1);
	assert_int_equal(bound_of("BBBBBBBBBBBBBBB"), 15);
}

/* The kernel let go of a list, or may have, and may have passed over some when it went on. */
static void test_went_on(void **state)
{
	(void)state;
	assert_int_equal(bound_of("BBBBBBBBBBBBBBBB"), -1);
	assert_int_equal(bound_of("LB|BE"), -1);
	assert_int_equal(bound_of("LB|E"), -1);
	assert_int_equal(bound_of("L|E"), -1);
	assert_int_equal(bound_of("L|BE"), -1);
	assert_int_equal(bound_of("B|B"), -1);
}

/* One that was connected, or has no port any more, may have ended, first of the connections. */
static void test_was_connected(void **state)
{
	(void)state;
	assert_int_equal(bound_of("LB0E"), -1);
	assert_int_equal(bound_of("LBCE"), -1);
	assert_int_equal(bound_of("C"), -1);
}

/* One dump for each family, after the other: a kernel that has none of both. */
static void test_out_of_order(void **state)
{
	(void)state;
	assert_int_equal(bound_of("LBL"), -1);
	assert_int_equal(bound_of("LELE"), -1);
	assert_int_equal(bound_of("LBEB"), -1);
	assert_int_equal(bound_of("EC"), -1);
}

/* One that was bound connects before it is written down. */
static void test_connects(void **state)
{
	(void)state;
	assert_int_equal(bound_of("LBBEBBE"), -1);
	assert_int_equal(bound_of("EB"), -1);
	assert_int_equal(bound_of("LBBEE"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sure),
		cmocka_unit_test(test_went_on),
		cmocka_unit_test(test_was_connected),
		cmocka_unit_test(test_out_of_order),
		cmocka_unit_test(test_connects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
