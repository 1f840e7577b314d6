/* SPDX-License-Identifier: MIT */
/* test_filter.c - the language of filters: what is taken, and what passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "model/filter.h"
#include "tcpcensus.h"
#include "util/macro.h"
#include "util/parse.h"

#define STATE(name) TC_STATE_BIT(TC_##name)
#define ALL (TC_STATES_ALL & ~STATE(BOUND))

static struct tc_addr addr_of(const char *text, int *ret_family)
{
	struct tc_addr addr;

	assert_int_equal(tc_parse_addr(text, strlen(text), &addr, ret_family), 0);
	return addr;
}

static struct tc_sock sock_of(const char *local, uint16_t local_port, const char *remote,
			      uint16_t remote_port)
{
	struct tc_sock sock = {
		.count = 1,
		.state = TC_ESTABLISHED,
		.local_port = local_port,
		.remote_port = remote_port,
		.have = TC_HAVE_ENDPOINTS | TC_HAVE_FAMILY | TC_HAVE_IFINDEX | TC_HAVE_MARK,
	};
	int family;

	sock.remote = addr_of(remote, &family);
	sock.local = addr_of(local, &family);
	sock.family = (uint8_t)family;
	return sock;
}

static struct tc_filter *parsed(const char *expression, unsigned flags)
{
	struct tc_filter_error error = {.text = ""};
	struct tc_filter *filter = NULL;
	int err = tc_filter_parse(expression, flags, &filter, &error);

	if (err)
		fail_msg("\"%s\" is refused at %zu: %s", expression, error.offset, error.text);
	return filter;
}

static bool passes(const char *expression, const struct tc_sock *sock)
{
	struct tc_filter *filter = parsed(expression, 0);
	bool result = tc_filter_match(filter, sock);

	tc_filter_free(filter);
	return result;
}

#define assert_passes(expression, sock)                            \
	do {                                                       \
		if (!passes(expression, sock))                     \
			fail_msg("does not pass: %s", expression); \
	} while (0)

#define assert_fails(expression, sock)                      \
	do {                                                \
		if (passes(expression, sock))               \
			fail_msg("passes: %s", expression); \
	} while (0)

/* ---- States -------------------------------------------------------------------------- */

static void test_states(void **unused)
{
	static const struct {
		const char *expression;
		uint32_t states;
		bool named;
	} rows[] = {
		{"", TC_STATES_ALL, false},
		{" \t", TC_STATES_ALL, false},
		{"sport = 22", TC_STATES_ALL, false},
		{"state established", STATE(ESTABLISHED), true},
		{"state ESTAB", STATE(ESTABLISHED), true},
		{"state syn-rcv", STATE(SYN_RECV), true},
		{"state fin_wait_1 state LAST-ACK", STATE(FIN_WAIT1) | STATE(LAST_ACK), true},
		{"state closed", STATE(CLOSED), true},
		{"state unconnected", STATE(CLOSED), true},
		{"state bound", STATE(BOUND), true},
		{"state bound-inactive", STATE(BOUND), true},
		{"state all", ALL, true},
		{"state connected", ALL & ~(STATE(CLOSED) | STATE(LISTEN)), true},
		{"state synchronized", ALL & ~(STATE(CLOSED) | STATE(LISTEN) | STATE(SYN_SENT)),
		 true},
		{"state bucket", STATE(SYN_RECV) | STATE(TIME_WAIT), true},
		{"state big", ALL & ~(STATE(SYN_RECV) | STATE(TIME_WAIT)), true},
		{"exclude listening", ALL & ~STATE(LISTEN), true},
		{"excl listening exclude time-wait", ALL & ~(STATE(LISTEN) | STATE(TIME_WAIT)),
		 true},
		{"exclude listening state listening", ALL, true},
		{"state bucket exclude time-wait", STATE(SYN_RECV), true},
		{"sport = 22 state time-wait", STATE(TIME_WAIT), true},
		{"state time-wait and sport = 22 and state listening dport 80",
		 STATE(TIME_WAIT) | STATE(LISTEN), true},
	};

	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_filter *filter = parsed(rows[i].expression, 0);

		if (filter->states != rows[i].states || filter->states_named != rows[i].named)
			fail_msg("states of \"%s\": %x", rows[i].expression, filter->states);
		tc_filter_free(filter);
	}
	(void)unused;
}

static void test_states_match(void **unused)
{
	struct tc_sock sock = sock_of("127.0.0.1", 22, "127.0.0.1", 5555);

	assert_passes("state established", &sock);
	assert_fails("state time-wait", &sock);
	assert_fails("state established sport = 23", &sock);
	sock.state = TC_BOUND;
	assert_passes("", &sock);
	assert_fails("state all", &sock);
	assert_true(tc_filter_match(NULL, &sock));
	tc_filter_free(NULL);
	(void)unused;
}

/* ---- Conditions ---------------------------------------------------------------------- */

static void test_ports(void **unused)
{
	static const char *const pass[] = {
		"sport = 22",	 "sport 22",	   "sport :22",	       "sport eq :22",
		"sport == 22",	 "sport = ssh",	   "sport = :ssh",     "sport = 0x16",
		"sport = 026",	 "sport=:22",	   "sport=22",	       "sport != 23",
		"sport ne 23",	 "sport neq :23",  "sport >= 22",      "sport ge 22",
		"sport geq 1",	 "sport <= 22",	   "sport le 22",      "sport leq 65535",
		"sport > 21",	 "sport gt 0",	   "sport < 23",       "sport lt 65535",
		"sport = *",	 "sport = :",	   "sport 20-30",      "sport != 23-30",
		"sport inet:22", "dport = 65535",  "dport > 65534",    "dport >= 65535",
		"! sport > 22",	 "not sport < 22", "sport = inet:ssh",
	};
	static const char *const fail[] = {
		"sport = 23",	 "sport != 22",	   "sport > 22",       "sport < 22",
		"dport > 65535", "sport < 0",	   "dport <= 65534",   "sport 23-30",
		"sport != *",	 "sport != 20-30", "sport = inet6:22",
	};
	struct tc_sock sock = sock_of("10.0.0.1", 22, "10.0.0.2", 65535);

	for (size_t i = 0; i < TC_ARRAY_SIZE(pass); i++)
		assert_passes(pass[i], &sock);
	for (size_t i = 0; i < TC_ARRAY_SIZE(fail); i++)
		assert_fails(fail[i], &sock);
	(void)unused;
}

static void test_hosts(void **unused)
{
	static const struct {
		const char *expression;
		const char *local;
		bool pass;
	} rows[] = {
		{"src 10.1.2.3", "10.1.2.3", true},
		{"src 10.1.2.3", "10.1.2.4", false},
		{"src = 10.1.2.3:22", "10.1.2.3", true},
		{"src = 10.1.2.3:23", "10.1.2.3", false},
		{"src != 10.1.2.3", "10.1.2.4", true},
		{"src 10.1/16", "10.1.9.9", true},
		{"src 10.1", "10.1.0.0", true},
		{"src 10.1.2.3/8", "10.9.9.9", true},
		{"src 10.0.0.0/255.0.0.0", "10.9.9.9", true},
		{"src 10.0.0.0/0x8", "10.9.9.9", true},
		{"src 10.0.0.0/8:22", "10.9.9.9", true},
		{"src 0.0.0.0/0", "10.9.9.9", true},
		{"src 0.0.0.0/0", "2001:db8::1", false},
		{"src ::/0", "2001:db8::1", true},
		{"src ::/0", "10.9.9.9", false},
		{"src [2001:db8::1]", "2001:db8::1", true},
		{"src [2001:db8::1]:22", "2001:db8::1", true},
		{"src 2001:db8::1", "2001:db8::1", true},
		{"src 2001:db8::1:22", "2001:db8::1", true},
		{"src 2001:db8::/32", "2001:db8::1", true},
		{"src [2001:db8::/32]:22", "2001:db8::1", true},
		{"src [2001:db8::]/32:22", "2001:db8::1", true},
		{"src [2001:db8::]/32", "2001:db9::1", false},
		{"src ::1", "::1", true},
		{"src ::", "::", true},
		{"src [10.1.2.3]:22", "10.1.2.3", true},
		{"src *", "::1", true},
		{"src *:22", "::1", true},
		{"src *:23", "::1", false},
		{"src :22", "::1", true},
		{"src :ssh", "::1", true},
		{"src :20-30", "::1", true},
		{"src any", "10.1.2.3", true},
		{"src all:22", "10.1.2.3", true},
		{"src default", "10.1.2.3", true},
		{"not src *", "10.1.2.3", false},
		{"src inet:*", "::1", false},
		{"src inet6:*", "::1", true},
		{"not src inet6:::1", "10.1.2.3", false},
		/* The last family decides, as in ss. */
		{"src inet:127.0.0.1 or src inet6:::1", "127.0.0.1", false},
		{"src inet:127.0.0.1 or src inet6:::1", "::1", true},
	};

	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_sock sock = sock_of(rows[i].local, 22, "::", 0);

		if (passes(rows[i].expression, &sock) != rows[i].pass)
			fail_msg("\"%s\" and %s", rows[i].expression, rows[i].local);
	}
	(void)unused;
}

/* ss judges twice, and the two differ over families: filter_tree.h. */
static void test_families(void **unused)
{
	struct tc_sock mapped = sock_of("127.0.0.1", 22, "127.0.0.1", 1);
	struct tc_sock v4 = sock_of("127.0.0.1", 22, "127.0.0.1", 1);
	struct tc_sock any4 = sock_of("0.0.0.0", 22, "0.0.0.0", 0);
	struct tc_sock v6 = sock_of("::1", 22, "::1", 1);

	mapped.family = AF_INET6;
	assert_passes("src 127.0.0.1", &mapped);
	assert_passes("src ::ffff:127.0.0.1", &mapped);
	assert_fails("src ::ffff:127.0.0.1", &v4);
	assert_passes("src 0.0.0.0/0", &mapped);
	assert_fails("src inet:127.0.0.1", &mapped);
	assert_fails("src 0.0.0.0", &v6);
	assert_fails("not src 0.0.0.0", &v6);
	assert_fails("not src 0.0.0.0", &mapped);
	assert_fails("not src ::", &any4);
	assert_passes("not src 0.0.0.0", &v4);
	assert_fails("not src 0.0.0.0/0", &v6);
	/* With a device, ss alone judges. */
	assert_passes("dev 0 src 0.0.0.0/0", &v6);
	v6.have &= ~TC_HAVE_FAMILY;
	assert_passes("src ::1", &v6);
	(void)unused;
}

static void test_others(void **unused)
{
	struct tc_sock sock = sock_of("127.0.0.1", 32768, "127.0.0.1", 1);
	struct tc_filter *filter;

	sock.ifindex = 1;
	sock.mark = 0x15;
	assert_passes("dev lo", &sock);
	assert_passes("dev = 1", &sock);
	assert_fails("dev != 1", &sock);
	assert_fails("dev 2", &sock);
	assert_passes("fwmark 21", &sock);
	assert_passes("fwmark = 0x5/0xf", &sock);
	assert_fails("fwmark 0x5/0x1", &sock);
	assert_passes("fwmark ne 0", &sock);
	filter = parsed("autobound", TC_FILTER_FOREIGN);
	assert_true(tc_filter_match(filter, &sock));
	sock.local_port = 32767;
	assert_false(tc_filter_match(filter, &sock));
	assert_int_equal(filter->need, TC_HAVE_LOCAL_PORT | TC_HAVE_PORT_CHOICE);
	tc_filter_free(filter);
	(void)unused;
}

/* What was not read is no match, and its negation is one. */
static void test_not_read(void **unused)
{
	struct tc_sock sock = sock_of("127.0.0.1", 22, "127.0.0.1", 1);

	sock.have = 0;
	assert_fails("sport = 22", &sock);
	assert_passes("sport != 22", &sock);
	assert_passes("not sport = 22", &sock);
	assert_fails("sport < 22", &sock);
	assert_fails("sport >= 22", &sock);
	assert_fails("src 127.0.0.1", &sock);
	assert_passes("not src 127.0.0.1", &sock);
	assert_fails("fwmark 0", &sock);
	assert_fails("dev 0", &sock);
	assert_passes("src *:*", &sock);
	(void)unused;
}

static void test_logic(void **unused)
{
	struct tc_sock sock = sock_of("10.0.0.1", 22, "10.0.0.2", 80);

	assert_passes("sport 22 dport 80", &sock);
	assert_passes("sport 22 and dport 80", &sock);
	assert_passes("sport 22 & dport 80", &sock);
	assert_passes("sport 22 && dport 80", &sock);
	assert_fails("sport 22 dport 81", &sock);
	assert_passes("sport 22 or dport 81", &sock);
	assert_passes("sport 21 | dport 80", &sock);
	assert_passes("sport 21||dport 80", &sock);
	/* From the left, whatever ss(8) says. */
	assert_fails("sport 22 or dport 80 and sport 1", &sock);
	assert_passes("sport 22 or ( dport 80 and sport 1 )", &sock);
	assert_passes("sport 1 and sport 2 or sport 22", &sock);
	assert_fails("not sport 22 dport 80", &sock);
	assert_passes("not sport 1 dport 80", &sock);
	assert_passes("! ! sport 22", &sock);
	assert_passes("!(sport=1)", &sock);
	assert_passes("\\( sport 22 \\)", &sock);
	assert_passes("((sport=22)and(dport=80))", &sock);
	assert_passes("not(sport 1 or sport 2)&!dport=81", &sock);
	(void)unused;
}

static void test_foreign(void **unused)
{
	static const struct tc_text text = {
		.local_host = "web1.example", .remote_port = "zabbix-x", .iface = "eth7"};
	static const struct {
		const char *expression;
		bool pass;
	} rows[] = {
		{"src web1.example", true},
		{"src WEB1.example:22", true},
		{"dst web1.example", false},
		{"dport zabbix-x", true},
		{"dport != zabbix-x", false},
		{"dport = :other", false},
		{"dev eth7", true},
		{"dev != eth7", false},
		{"dev eth70", false},
		{"src web1.example and not sport 23", true},
		{"not src no-such-host.invalid", true},
	};
	struct tc_sock sock = sock_of("10.0.0.1", 22, "10.0.0.2", 80);

	sock.text = &text;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_filter *filter = parsed(rows[i].expression, TC_FILTER_FOREIGN);

		if (tc_filter_match(filter, &sock) != rows[i].pass)
			fail_msg("foreign: %s", rows[i].expression);
		sock.text = NULL;
		tc_filter_match(filter, &sock);
		sock.text = &text;
		tc_filter_free(filter);
	}
	(void)unused;
}

/* ---- Names --------------------------------------------------------------------------- */

/* Answers for the resolver: "three.example" has two addresses of IPv4 and one of IPv6. */
static unsigned questions;

static struct addrinfo *answer(const struct sockaddr *addr, socklen_t length, struct addrinfo *next)
{
	struct addrinfo *info = calloc(1, sizeof(*info) + length);

	assert_non_null(info);
	info->ai_family = addr->sa_family;
	info->ai_addr = memcpy(info + 1, addr, length);
	info->ai_next = next;
	return info;
}

int getaddrinfo(const char *restrict node, const char *restrict service,
		const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in in = {.sin_family = AF_INET};

	(void)service;
	questions++;
	*result = NULL;
	if (strcmp(node, "three.example") != 0)
		return EAI_NONAME;
	if (hints->ai_family == AF_INET6) {
		*result = answer((struct sockaddr *)&in6, sizeof(in6), NULL);
		return 0;
	}
	for (uint32_t host = 1; host <= 2; host++) {
		in.sin_addr.s_addr = htonl(10u << 24 | host);
		*result = answer((struct sockaddr *)&in, sizeof(in), *result);
	}
	return 0;
}

void freeaddrinfo(struct addrinfo *info)
{
	while (info) {
		struct addrinfo *next = info->ai_next;

		free(info);
		info = next;
	}
}

static void test_names(void **unused)
{
	struct tc_sock first = sock_of("10.0.0.1", 22, "::", 0);
	struct tc_sock second = sock_of("10.0.0.2", 22, "::", 0);
	struct tc_sock third = sock_of("::1", 22, "::", 0);
	struct tc_sock other = sock_of("10.0.0.3", 22, "::", 0);
	struct tc_filter_error error;
	struct tc_filter *filter;

	assert_passes("src three.example", &first);
	assert_passes("src three.example:22", &second);
	assert_passes("src = three.example", &third);
	assert_fails("src three.example", &other);
	assert_fails("src three.example:23", &second);
	assert_fails("src != three.example", &third);
	assert_passes("not src three.example", &other);
	assert_fails("src inet:three.example", &third);
	assert_passes("src inet6:three.example", &third);
	assert_int_equal(tc_filter_parse("sport 1 src no.example", 0, &filter, &error), -22);
	assert_int_equal(error.offset, 12);
	questions = 0;
	filter = parsed("src three.example", TC_FILTER_FOREIGN);
	assert_false(tc_filter_match(filter, &first));
	assert_int_equal(questions, 0);
	tc_filter_free(filter);
	(void)unused;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),	 cmocka_unit_test(test_states_match),
		cmocka_unit_test(test_ports),	 cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_families), cmocka_unit_test(test_others),
		cmocka_unit_test(test_not_read), cmocka_unit_test(test_logic),
		cmocka_unit_test(test_foreign),	 cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
