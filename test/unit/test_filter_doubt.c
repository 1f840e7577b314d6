/* SPDX-License-Identifier: MIT */
/* test_filter_doubt.c - whether a filter's answer hangs on what was not read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/field.h"
#include "model/filter.h"
#include "util/macro.h"

enum {
	PORTS = TC_HAVE_LOCAL_PORT | TC_HAVE_REMOTE_PORT,
	ADDRS = TC_HAVE_LOCAL_ADDR | TC_HAVE_REMOTE_ADDR,
};

static const struct {
	const char *expression;
	uint32_t have;
	bool unsure;
} cases[] = {
	{ "sport = 80", PORTS, false },
	{ "sport = 80", 0, true },
	{ "not sport = 80", 0, true },
	/* One side settles it. */
	{ "sport = 80 and dst 192.0.2.1", TC_HAVE_LOCAL_PORT, true },
	{ "sport = 81 and dst 192.0.2.1", TC_HAVE_LOCAL_PORT, false },
	{ "sport = 80 or dst 192.0.2.1", TC_HAVE_LOCAL_PORT, false },
	{ "sport = 81 or dst 192.0.2.1", TC_HAVE_LOCAL_PORT, true },
	{ "not ( sport = 81 and dst 192.0.2.1 )", TC_HAVE_LOCAL_PORT, false },
	/* An address has its family. */
	{ "dst 192.0.2.1", ADDRS, false },
	{ "dst 192.0.2.1", TC_HAVE_LOCAL_ADDR, true },
	{ "dev lo", TC_HAVE_IFINDEX, false },
	{ "iface = lo", 0, true },
	{ "iface = lo", TC_HAVE_IFINDEX, false },
	{ "fwmark = 1", 0, true },
	{ "mark = 1", 0, true },
	{ "mark = 1", TC_HAVE_MARK, false },
	{ "mark > 1", 0, true },
	{ "uid = 5", TC_HAVE_UID, false },
	{ "user = root", 0, true },
	{ "recv_q > 0", TC_HAVE_RECV_Q, false },
	{ "recv_q > 0", TC_HAVE_SEND_Q, true },
	{ "cookie > 0", 0, true },
	{ "process = nginx", ADDRS | PORTS, true },
	{ "netns = init", 0, true },
	{ "service = 10.0.0.1:80", ADDRS | PORTS, false },
	{ "service = 10.0.0.1:80", 0, true },
	/* Its state is not in question. */
	{ "state time-wait process = nginx", 0, false },
	{ "state established", 0, false },
};

static bool is_unsure(const char *expression, const struct tc_sock *sock)
{
	struct tc_filter_error error = { .text = "" };
	struct tc_filter *filter = NULL;
	bool result;

	if (tc_filter_parse(expression, 0, &filter, &error))
		fail_msg("\"%s\" is refused at %zu: %s", expression, error.offset, error.text);
	result = tc_filter_is_unsure(filter, sock);
	tc_filter_free(filter);
	return result;
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		const struct tc_sock sock = {
			.count = 1,
			.state = TC_ESTABLISHED,
			.local_port = 80,
			.have = cases[i].have,
			.flags = TC_FLAG_FOREIGN,
		};

		if (is_unsure(cases[i].expression, &sock) != cases[i].unsure)
			fail_msg("%s, have %x", cases[i].expression, cases[i].have);
	}
	assert_false(tc_filter_is_unsure(NULL, &(struct tc_sock){ .count = 1 }));
}

/* That nobody holds a socket is known, and that it is not known who does is not the same. */
static void test_owners(void **state)
{
	static const struct {
		enum tc_attribution how;
		bool unsure;
	} owners[] = {
		{ TC_OWNER_NONE, false },
		{ TC_OWNER_UNKNOWN, true },
		{ TC_OWNER_HIDDEN, true },
		{ TC_OWNER_HELD, true }, /* by somebody whose unit was not read */
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(owners); i++) {
		const struct tc_owner owner = { .how = owners[i].how };
		const struct tc_text text = { .owner = &owner };
		const struct tc_sock sock = {
			.count = 1,
			.state = TC_ESTABLISHED,
			.text = &text,
			.flags = TC_FLAG_FOREIGN,
		};

		assert_int_equal(is_unsure("unit = nginx.service", &sock), owners[i].unsure);
	}
}

/* The kernel tells of each socket what its kind has: but for these. */
static void test_this_machine(void **state)
{
	static const struct {
		const char *expression;
		uint32_t have;
		bool unsure;
	} told[] = {
		{ "uid = 0", 0, false }, /* of a minisocket */
		{ "recv_q > 0 or cookie > 0 or iface = lo", 0, false },
		{ "service = 10.0.0.1:80", 0, false },
		{ "fwmark = 1", 0, true },
		{ "mark > 1", 0, true },
		{ "mark > 1", TC_HAVE_MARK, false },
		{ "send_q > 0", TC_HAVE_RECV_Q, true },
		{ "netns = init", 0, true },
		{ "netns != init", 0, true },
		{ "netns = init", TC_HAVE_NETNS, false },
		{ "netns.id = 7", 0, true },
		{ "netns = init and sport = 80", 0, true },
		{ "netns = init and sport = 81", 0, false },
		{ "state time-wait netns = init", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(told); i++) {
		const struct tc_sock sock = {
			.count = 1,
			.state = TC_ESTABLISHED,
			.local_port = 80,
			.have = told[i].have | TC_HAVE_LOCAL_PORT,
		};

		if (is_unsure(told[i].expression, &sock) != told[i].unsure)
			fail_msg("%s, have %x", told[i].expression, told[i].have);
	}
}

/* A unit that a known process has not is an answer; who may not be seen may have any. */
static void test_owners_of_this_machine(void **state)
{
	static const struct tc_process named = { .pid = 7, .name = "app" }, nameless = { .pid = 8 };
	static const struct tc_process *const one[] = { &named }, *const two[] = { &named, &nameless };
	static const struct {
		struct tc_owner owner;
		const char *expression;
		bool unsure;
	} owners[] = {
		{ { NULL, 0, TC_OWNER_NONE, { NULL } }, "process = app", false },
		{ { NULL, 0, TC_OWNER_CGROUP, { NULL } }, "process = app", false },
		{ { NULL, 0, TC_OWNER_HIDDEN, { NULL } }, "process = app", true },
		{ { NULL, 0, TC_OWNER_HIDDEN, { NULL } }, "process != app", true },
		{ { NULL, 0, TC_OWNER_HIDDEN, { NULL } }, "owner = hidden", false },
		{ { NULL, 0, TC_OWNER_HIDDEN, { NULL } }, "process = app and sport = 81", false },
		{ { NULL, 0, TC_OWNER_HIDDEN, { [TC_PART_UNIT] = "a" } }, "unit = b", false },
		{ { one, 1, TC_OWNER_HELD, { [TC_PART_PROCESS] = "app" } }, "unit = a", false },
		{ { two + 1, 1, TC_OWNER_HELD, { [TC_PART_PID] = "8" } }, "process = app", true },
		{ { two + 1, 1, TC_OWNER_LISTENER, { [TC_PART_PID] = "8?" } }, "unit = a", true },
		{ { two + 1, 1, TC_OWNER_HELD, { [TC_PART_PID] = "8" } }, "pid = 9", false },
		{ { two, 2, TC_OWNER_HELD, { [TC_PART_PROCESS] = "app" } }, "unit = a", true },
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(owners); i++) {
		const struct tc_text text = { .owner = &owners[i].owner };
		const struct tc_sock sock = {
			.count = 1,
			.state = TC_ESTABLISHED,
			.local_port = 80,
			.have = PORTS,
			.text = &text,
		};

		if (is_unsure(owners[i].expression, &sock) != owners[i].unsure)
			fail_msg("row %zu: %s", i, owners[i].expression);
	}
}

/* Of how many, why, and which way the numbers are. */
static void test_doubt(void **state)
{
	static const struct tc_process nameless = { .pid = 8 };
	static const struct tc_process *const holders[] = { &nameless };
	static const struct tc_owner hidden = { .how = TC_OWNER_HIDDEN };
	static const struct tc_owner held = { holders, 1, TC_OWNER_HELD, { NULL } };
	static const struct tc_text of_hidden = { .owner = &hidden }, of_held = { .owner = &held };
	struct tc_sock sock = { .count = 3, .state = TC_ESTABLISHED, .text = &of_hidden };
	const struct tc_filter filter = {
		.flags = TC_FIELD_OWNERS,
		.need = TC_HAVE_MARK | TC_HAVE_INODE,
	};
	struct tc_doubt doubt = { 0 };

	(void)state;
	tc_doubt_add(&doubt, &filter, &sock, false);
	assert_int_equal(doubt.deviation, TC_MAY_LACK);
	assert_int_equal(doubt.lacking, TC_HAVE_MARK);
	sock.text = &of_held;
	sock.count = 1;
	tc_doubt_add(&doubt, &filter, &sock, true);
	assert_int_equal(doubt.deviation, TC_MAY_LACK | TC_MAY_REPEAT);
	assert_int_equal(doubt.sockets, 4);
	assert_int_equal(doubt.hidden, 3);
	assert_int_equal(doubt.nameless, 1);
}

/* A name is not to be had from a number of another machine; the number itself is. */
static void test_users(void **state)
{
	static const struct tc_text text = { .user = "root" };
	struct tc_sock sock = {
		.count = 1,
		.state = TC_ESTABLISHED,
		.have = TC_HAVE_UID,
		.flags = TC_FLAG_FOREIGN,
	};

	(void)state;
	assert_true(is_unsure("user = root", &sock));
	assert_false(is_unsure("user = 0", &sock));
	sock.text = &text;
	assert_false(is_unsure("user = root", &sock));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_this_machine),
		cmocka_unit_test(test_owners_of_this_machine),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
