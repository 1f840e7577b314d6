/* SPDX-License-Identifier: MIT */
/* test_listener.c - which listener a socket came in by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>

#include "owner/listener.h"
#include "random.h"
#include "util/macro.h"
#include "util/parse.h"

static struct tc_sock sock_on(enum tc_state state, const char *addr, uint16_t port)
{
	struct tc_sock sock = {
		.count = 1,
		.state = (uint8_t)state,
		.local_port = port,
		.have = TC_HAVE_LOCAL_ADDR | TC_HAVE_LOCAL_PORT,
	};
	int family;

	assert_int_equal(tc_parse_addr(addr, strlen(addr), &sock.local, &family), 0);
	sock.family = (uint8_t)family;
	return sock;
}

/* Cookies tell the listeners apart: 1 is the first. */
static struct tc_listeners listeners_of(struct tc_sock *socks, size_t count)
{
	struct tc_listeners listeners = {.count = 0};

	for (size_t i = 0; i < count; i++)
		socks[i].cookie = i + 1;
	assert_int_equal(tc_listeners_add(&listeners, socks, count), 0);
	tc_listeners_sort(&listeners);
	return listeners;
}

static void assert_resolved(const struct tc_listeners *listeners, struct tc_sock sock,
			    enum tc_direction direction, uint64_t cookie)
{
	sock.listener = (const struct tc_sock *)&sock; /* left over from somewhere */
	sock.direction = 99;
	tc_listeners_resolve(listeners, &sock, 1);
	assert_int_equal(sock.direction, direction);
	assert_int_equal(sock.listener ? sock.listener->cookie : 0, cookie);
}

static void test_exact_before_any(void **state)
{
	struct tc_sock socks[] = {
		sock_on(TC_LISTEN, "::", 80),
		sock_on(TC_LISTEN, "0.0.0.0", 80),
		sock_on(TC_LISTEN, "10.0.0.1", 80),
		sock_on(TC_LISTEN, "2001:db8::1", 80),
	};
	struct tc_listeners all = listeners_of(socks, 4);

	(void)state;
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "10.0.0.1", 80), TC_DIRECTION_IN, 3);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "10.0.0.2", 80), TC_DIRECTION_IN, 2);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "2001:db8::1", 80), TC_DIRECTION_IN, 4);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "2001:db8::2", 80), TC_DIRECTION_IN, 1);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "10.0.0.1", 81), TC_DIRECTION_OUT, 0);
	assert_resolved(&all, sock_on(TC_TIME_WAIT, "10.0.0.1", 80), TC_DIRECTION_IN, 3);
	tc_listeners_release(&all);
}

static void test_one_address_only(void **state)
{
	struct tc_sock socks[] = {sock_on(TC_LISTEN, "10.0.0.1", 80)};
	struct tc_listeners all = listeners_of(socks, 1);

	(void)state;
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "10.0.0.1", 80), TC_DIRECTION_IN, 1);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "10.0.0.2", 80), TC_DIRECTION_OUT, 0);
	tc_listeners_release(&all);
}

/* [::] takes IPv4 connections in, unless it is said to be IPv6 only; 0.0.0.0 no IPv6 ones. */
static void test_dual_stack(void **state)
{
	struct tc_sock socks[] = {sock_on(TC_LISTEN, "::", 80), sock_on(TC_LISTEN, "0.0.0.0", 81),
				  sock_on(TC_LISTEN, "::", 82)};
	struct tc_listeners all;

	(void)state;
	socks[2].flags = TC_FLAG_V6ONLY;
	socks[2].have |= TC_HAVE_V6ONLY;
	all = listeners_of(socks, 3);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "10.0.0.1", 80), TC_DIRECTION_IN, 1);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "::ffff:10.0.0.1", 80), TC_DIRECTION_IN, 1);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "2001:db8::1", 81), TC_DIRECTION_OUT, 0);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "10.0.0.1", 82), TC_DIRECTION_OUT, 0);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "2001:db8::1", 82), TC_DIRECTION_IN, 3);
	tc_listeners_release(&all);
}

static void test_namespaces(void **state)
{
	struct tc_sock socks[] = {sock_on(TC_LISTEN, "0.0.0.0", 80),
				  sock_on(TC_LISTEN, "0.0.0.0", 80)};
	struct tc_sock sock = sock_on(TC_ESTABLISHED, "10.0.0.1", 80);
	struct tc_listeners all;

	(void)state;
	socks[0].netns = 1;
	socks[1].netns = 2;
	socks[0].have |= TC_HAVE_NETNS;
	socks[1].have |= TC_HAVE_NETNS;
	all = listeners_of(socks, 2);
	sock.have |= TC_HAVE_NETNS;
	sock.netns = 1;
	assert_resolved(&all, sock, TC_DIRECTION_IN, 1);
	sock.netns = 2;
	assert_resolved(&all, sock, TC_DIRECTION_IN, 2);
	sock.netns = 3;
	assert_resolved(&all, sock, TC_DIRECTION_OUT, 0);
	sock.have &= ~TC_HAVE_NETNS; /* not read: the address decides */
	assert_resolved(&all, sock, TC_DIRECTION_IN, 1);
	tc_listeners_release(&all);
}

/* A child has the family and the device of its listener. */
static void test_family_and_device(void **state)
{
	struct tc_sock socks[] = {sock_on(TC_LISTEN, "::", 80), sock_on(TC_LISTEN, "0.0.0.0", 81)};
	struct tc_sock sock4 = sock_on(TC_ESTABLISHED, "10.0.0.1", 80);
	struct tc_sock bound = sock_on(TC_ESTABLISHED, "10.0.0.1", 81);
	struct tc_listeners all;

	(void)state;
	socks[0].family = AF_INET6;
	socks[0].have |= TC_HAVE_FAMILY;
	socks[1].ifindex = 3;
	socks[1].have |= TC_HAVE_IFINDEX;
	all = listeners_of(socks, 2);
	sock4.have |= TC_HAVE_FAMILY;
	sock4.family = AF_INET6; /* mapped, on a dual-stack listener */
	assert_resolved(&all, sock4, TC_DIRECTION_IN, 1);
	sock4.family = AF_INET;
	assert_resolved(&all, sock4, TC_DIRECTION_OUT, 0);
	bound.have |= TC_HAVE_IFINDEX;
	bound.ifindex = 1;
	assert_resolved(&all, bound, TC_DIRECTION_OUT, 0);
	bound.ifindex = 3;
	assert_resolved(&all, bound, TC_DIRECTION_IN, 2);
	tc_listeners_release(&all);
}

/* A listing without listeners (netstat -tn) cannot tell who asked. */
static void test_no_listeners(void **state)
{
	struct tc_listeners none = {.count = 0};
	struct tc_sock sock = sock_on(TC_ESTABLISHED, "10.0.0.1", 80);
	struct tc_sock asking = sock_on(TC_SYN_SENT, "10.0.0.1", 80);

	(void)state;
	assert_resolved(&none, sock, TC_DIRECTION_OUT, 0);
	sock.flags |= TC_FLAG_FOREIGN;
	asking.flags |= TC_FLAG_FOREIGN;
	assert_resolved(&none, sock, TC_DIRECTION_NONE, 0);
	assert_resolved(&none, asking, TC_DIRECTION_OUT, 0);
}

static void test_states(void **state)
{
	struct tc_sock socks[] = {sock_on(TC_LISTEN, "0.0.0.0", 80)};
	struct tc_listeners all = listeners_of(socks, 1);
	struct tc_sock request = sock_on(TC_SYN_RECV, "10.0.0.1", 9999);
	struct tc_sock portless = sock_on(TC_ESTABLISHED, "10.0.0.1", 80);

	(void)state;
	assert_resolved(&all, sock_on(TC_LISTEN, "0.0.0.0", 80), TC_DIRECTION_LISTEN, 1);
	/* Only a client is in SYN_SENT, whatever listens on its port. */
	assert_resolved(&all, sock_on(TC_SYN_SENT, "10.0.0.1", 80), TC_DIRECTION_OUT, 0);
	assert_resolved(&all, sock_on(TC_BOUND, "10.0.0.1", 80), TC_DIRECTION_NONE, 0);
	assert_resolved(&all, sock_on(TC_CLOSED, "10.0.0.1", 80), TC_DIRECTION_NONE, 0);
	/* A request came in even where its listener is gone; a full socket may have asked itself. */
	assert_resolved(&all, request, TC_DIRECTION_IN, 0);
	request.kind = TC_KIND_REQUEST;
	request.have |= TC_HAVE_KIND;
	assert_resolved(&all, request, TC_DIRECTION_IN, 0);
	request.kind = TC_KIND_FULL;
	assert_resolved(&all, request, TC_DIRECTION_OUT, 0);
	portless.have &= ~TC_HAVE_LOCAL_PORT;
	assert_resolved(&all, portless, TC_DIRECTION_NONE, 0);
	tc_listeners_release(&all);
}

/* Where a listing names hosts only, the port has to do; and any true address is better. */
static void test_without_address(void **state)
{
	struct tc_sock socks[] = {sock_on(TC_LISTEN, "0.0.0.0", 80),
				  sock_on(TC_LISTEN, "0.0.0.0", 80)};
	struct tc_sock named = sock_on(TC_ESTABLISHED, "0.0.0.0", 80);
	struct tc_listeners all;

	(void)state;
	socks[0].have &= ~TC_HAVE_LOCAL_ADDR;
	all = listeners_of(socks, 2);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "10.0.0.1", 80), TC_DIRECTION_IN, 2);
	named.have &= ~TC_HAVE_LOCAL_ADDR;
	tc_listeners_resolve(&all, &named, 1);
	assert_int_equal(named.direction, TC_DIRECTION_IN);
	tc_listeners_release(&all);
}

static void test_what_is_kept(void **state)
{
	static const struct tc_text text = {.local_host = "x"};
	struct tc_sock socks[] = {sock_on(TC_ESTABLISHED, "0.0.0.0", 80),
				  sock_on(TC_LISTEN, "0.0.0.0", 80),
				  sock_on(TC_LISTEN, "0.0.0.0", 81)};
	struct tc_listeners all = {.count = 0};

	(void)state;
	socks[1].text = &text;
	socks[2].have &= ~TC_HAVE_LOCAL_PORT;
	assert_int_equal(tc_listeners_add(&all, socks, 3), 0);
	assert_int_equal(all.count, 1);
	assert_null(all.socks[0].text); /* borrowed: it does not outlive the batch */
	tc_listeners_release(&all);
	assert_int_equal(all.count, 0);
	tc_listeners_sort(&all);
	assert_resolved(&all, sock_on(TC_ESTABLISHED, "10.0.0.1", 80), TC_DIRECTION_OUT, 0);
}

/* Every port is found among many, whatever the order they were seen in. */
static void test_many(void **state)
{
	enum { COUNT = 5000 };
	struct tc_listeners all = {.count = 0};
	struct dice dice = {7};
	static bool listened[65536];

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		struct tc_sock sock = sock_on(TC_LISTEN, "0.0.0.0", (uint16_t)dice_bits(&dice));

		listened[sock.local_port] = true;
		assert_int_equal(tc_listeners_add(&all, &sock, 1), 0);
	}
	tc_listeners_sort(&all);
	for (unsigned port = 0; port < 65536; port++) {
		struct tc_sock sock = sock_on(TC_ESTABLISHED, "10.0.0.1", (uint16_t)port);

		tc_listeners_resolve(&all, &sock, 1);
		assert_int_equal(sock.direction, listened[port] ? TC_DIRECTION_IN
								: TC_DIRECTION_OUT);
		if (sock.listener)
			assert_int_equal(sock.listener->local_port, port);
	}
	tc_listeners_release(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact_before_any), cmocka_unit_test(test_one_address_only),
		cmocka_unit_test(test_dual_stack),	 cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_family_and_device),
		cmocka_unit_test(test_no_listeners),		 cmocka_unit_test(test_without_address),
		cmocka_unit_test(test_what_is_kept),	 cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
