/* SPDX-License-Identifier: MIT */
/* test_output_listeners.c - listeners as people and programs get them: see golden.h. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "analysis/listening.h"
#include "golden.h"
#include "output/output.h"
#include "util/macro.h"
#include "util/parse.h"
#include "util/width.h"
#include "valid_json.h"

static const char *const forms[] = {
	[TC_FORM_TABLE] = "table",
	[TC_FORM_JSON] = "json",
	[TC_FORM_NDJSON] = "ndjson",
	[TC_FORM_CSV] = "csv",
};

static const struct tc_style plain = {.width = 80, .utf8 = true};
static const struct tc_stamp stamp = {.taken_at = "2026-11-22T09:02:13.123Z", .host = "web1"};

static const struct tc_report complete = {.source = "netlink", .complete = true, .took_us = 3120};

static const struct tc_report incomplete = {
	.source = "listing",
	.foreign = true,
	.why = "2 lines could not be read",
	.states_not_read = TC_STATE_BIT(TC_BOUND),
	.formats = "netstat (Linux)",
};

enum {
	ALL = TC_HAVE_FAMILY | TC_HAVE_LOCAL_ADDR | TC_HAVE_LOCAL_PORT | TC_HAVE_QUEUES |
	      TC_HAVE_COOKIE | TC_HAVE_INODE | TC_HAVE_NETNS,
	ENDPOINTS = TC_HAVE_FAMILY | TC_HAVE_LOCAL_ADDR | TC_HAVE_LOCAL_PORT,
};

static struct tc_sock listening_on(const char *addr, uint16_t port, uint32_t queue, uint32_t limit)
{
	struct tc_sock sock = {
		.count = 1,
		.state = TC_LISTEN,
		.local_port = port,
		.cookie = port, /* one after the other where there are several */
		.inode = 7000u + port,
		.netns = 4026531840,
		.rqueue = queue,
		.wqueue = limit,
		.have = ALL,
	};
	int family;

	assert_int_equal(tc_parse_addr(addr, strlen(addr), &sock.local, &family), 0);
	sock.family = (uint8_t)family;
	return sock;
}

static void add(struct tc_listening *listening, const struct tc_sock *sock)
{
	assert_int_equal(tc_listening_add(listening, NULL, 0, sock, 1), 0);
}

static void add_connections(struct tc_listening *listening, const struct tc_sock *listener,
			    enum tc_state state, uint64_t inode, uint64_t count)
{
	struct tc_sock sock = *listener;

	sock.state = (uint8_t)state;
	sock.inode = inode;
	sock.count = count;
	sock.listener = listener;
	add(listening, &sock);
}

/* A web server that is full, a group with one full socket, a quiet sshd, one that fills. */
static struct tc_listening *morning(void)
{
	static const struct tc_process nginx = {
		.pid = 812, .name = "nginx", .unit = "nginx.service"};
	static const struct tc_process worker = {.pid = 813, .name = "nginx"};
	static const struct tc_process *const processes[] = {&nginx, &worker};
	static const struct tc_owner owner = {
		processes,
		2,
		TC_OWNER_HELD,
		{[TC_PART_PROCESS] = "nginx", [TC_PART_UNIT] = "nginx.service"}};
	static const struct tc_text text = {.owner = &owner};
	struct tc_sock web = listening_on("0.0.0.0", 80, 129, 128);
	struct tc_sock ssh = listening_on("::", 22, 0, 4096);
	struct tc_sock fills = listening_on("127.0.0.1", 9000, 70, 100);
	struct tc_listening *listening;

	assert_int_equal(tc_listening_new(&listening), 0);
	web.text = &text;
	assert_int_equal(tc_listening_before(listening, &web, 1), 0);
	add(listening, &web);
	add(listening, &ssh);
	add(listening, &fills);
	for (uint64_t i = 0; i < 4; i++) {
		struct tc_sock one = listening_on("2001:db8::1", 443, i == 2 ? 17 : 1, 16);

		one.cookie = 500 + i;
		add(listening, &one);
	}
	add_connections(listening, &web, TC_ESTABLISHED, 5, 301);
	add_connections(listening, &web, TC_ESTABLISHED, 0, 129);
	add_connections(listening, &web, TC_TIME_WAIT, 0, 4169);
	add_connections(listening, &web, TC_CLOSE_WAIT, 6, 18);
	add_connections(listening, &web, TC_SYN_RECV, 0, 43);
	add_connections(listening, &ssh, TC_ESTABLISHED, 7, 2);
	add_connections(listening, &ssh, TC_FIN_WAIT2, 0, 1);
	return listening;
}

static struct tc_listening_facts facts_of(uint64_t overflows, uint64_t drops, uint64_t cookies)
{
	struct tc_listening_facts facts = {
		.has_somaxconn = true, .somaxconn = 4096, .interval_us = 1000300};

	memset(facts.before.status, TC_COUNTER_READ, sizeof(facts.before.status));
	memset(facts.after.status, TC_COUNTER_READ, sizeof(facts.after.status));
	facts.after.value[TC_COUNTER_ListenOverflows] = overflows;
	facts.after.value[TC_COUNTER_ListenDrops] = drops;
	facts.after.value[TC_COUNTER_TCPReqQFullDoCookies] = cookies;
	return facts;
}

/* Judges, compares in the forms from `first` to `last`, and frees. */
static void compare(const char *what, enum tc_form first, enum tc_form last,
		    struct tc_listening *listening, const struct tc_listening_facts *facts,
		    size_t top, const struct tc_report *report, const struct tc_style *style)
{
	assert_int_equal(tc_listening_judge(listening, facts, 1), 0);
	for (enum tc_form form = first; form <= last; form++) {
		tc_auto_buf struct tc_buf out = TC_BUF_INIT;
		char path[96];

		tc_write_listeners(&out, form, listening, top, report, &stamp, style);
		assert_non_null(tc_buf_string(&out));
		if (form == TC_FORM_JSON)
			assert_true(is_valid_json(out.data, out.length));
		snprintf(path, sizeof(path), "output/%s.%s.txt", what, forms[form]);
		golden_compare(path, &out);
	}
	tc_listening_free(listening);
}

static void test_every_form(void **state)
{
	struct tc_listening_facts facts = facts_of(5, 9, 0);

	(void)state;
	compare("listeners", TC_FORM_TABLE, TC_FORM_CSV, morning(), &facts, 0, &complete, &plain);
	compare("listeners-top", TC_FORM_TABLE, TC_FORM_CSV, morning(), &facts, 1, &complete,
		&plain);
}

static void test_looks(void **state)
{
	static const struct {
		const char *name;
		struct tc_style style;
	} looks[] = {
		{"listeners-narrow", {.width = 40}},
		{"listeners-wide", {.width = 200, .utf8 = true}},
		{"listeners-unlimited", {.utf8 = true}},
		{"listeners-colour", {.width = 100, .utf8 = true, .colour = true}},
	};
	struct tc_listening_facts facts = facts_of(5, 5, 0);

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(looks); i++)
		compare(looks[i].name, TC_FORM_TABLE, TC_FORM_TABLE, morning(), &facts, 0,
			&complete, &looks[i].style);
}

/* No line is wider than the terminal, as long as the columns that must be there fit. */
static void test_it_fits(void **state)
{
	struct tc_listening_facts facts = facts_of(5, 9, 3);
	struct tc_listening *listening = morning();

	(void)state;
	assert_int_equal(tc_listening_judge(listening, &facts, 1), 0);
	for (unsigned width = 48; width <= 200; width++) {
		struct tc_style style = {.width = width, .utf8 = width % 2};
		tc_auto_buf struct tc_buf out = TC_BUF_INIT;
		const char *at;

		tc_write_listeners(&out, TC_FORM_TABLE, listening, 0, &complete, &stamp, &style);
		for (at = tc_buf_string(&out); *at; at += strcspn(at, "\n") + 1)
			assert_true(tc_width(at, strcspn(at, "\n")) <= width);
		assert_non_null(strstr(out.data, "! 0.0.0.0:80 "));
	}
	tc_listening_free(listening);
}

/* ---- Verdicts ------------------------------------------------------------------------ */

static struct tc_listening *one(uint32_t queue, uint32_t limit, uint64_t requests)
{
	struct tc_sock sock = listening_on("0.0.0.0", 80, queue, limit);
	struct tc_listening *listening;

	assert_int_equal(tc_listening_new(&listening), 0);
	add(listening, &sock);
	if (requests)
		add_connections(listening, &sock, TC_SYN_RECV, 0, requests);
	return listening;
}

static void verdict(const char *what, struct tc_listening *listening,
		    const struct tc_listening_facts *facts)
{
	compare(what, TC_FORM_TABLE, TC_FORM_TABLE, listening, facts, 0, &complete, &plain);
}

static void test_verdicts(void **state)
{
	struct tc_listening_facts quiet = facts_of(0, 0, 0), overflows = facts_of(1, 1, 0);
	struct tc_listening_facts cookies = facts_of(0, 0, 7), drops = facts_of(0, 1, 0);
	struct tc_listening_facts nothing = {.interval_us = 0}, unread = quiet;
	struct tc_listening *none;

	(void)state;
	memset(unread.after.status, TC_COUNTER_NOT_READ, sizeof(unread.after.status));
	verdict("listeners-quiet", one(0, 128, 0), &quiet);
	verdict("listeners-full", one(1, 0, 0), &overflows);
	verdict("listeners-full-untried", one(1, 0, 0), &quiet);
	verdict("listeners-full-once", one(1, 0, 0), &nothing);
	verdict("listeners-full-somaxconn", one(4097, 4096, 0), &overflows);
	verdict("listeners-nobody-full", one(5, 128, 0), &overflows);
	verdict("listeners-cookies", one(0, 16, 17), &cookies);
	verdict("listeners-cookies-nobody", one(0, 16, 2), &cookies);
	verdict("listeners-drops", one(0, 16, 0), &drops);
	verdict("listeners-no-counters", one(0, 16, 0), &unread);
	assert_int_equal(tc_listening_new(&none), 0);
	compare("listeners-none", TC_FORM_TABLE, TC_FORM_CSV, none, &quiet, 0, &complete, &plain);
}

static void test_several_suspects(void **state)
{
	struct tc_listening_facts facts = facts_of(3, 3, 0);
	struct tc_listening *listening;

	(void)state;
	assert_int_equal(tc_listening_new(&listening), 0);
	for (uint16_t port = 80; port < 86; port++) {
		struct tc_sock sock = listening_on("0.0.0.0", port, 9, 8);

		add(listening, &sock);
	}
	verdict("listeners-several", listening, &facts);
}

/* A listing without queues and inodes: nothing is made up. */
static void test_a_poor_listing(void **state)
{
	struct tc_listening_facts nothing = {.interval_us = 0};
	struct tc_sock web = listening_on("0.0.0.0", 80, 0, 0);
	struct tc_listening *listening;

	(void)state;
	web.have = ENDPOINTS;
	assert_int_equal(tc_listening_new(&listening), 0);
	add(listening, &web);
	add_connections(listening, &web, TC_ESTABLISHED, 0, 3);
	compare("listeners-poor", TC_FORM_TABLE, TC_FORM_CSV, listening, &nothing, 0, &incomplete,
		&plain);
}

/* /proc/net/tcp and netstat tell how many wait, and not how many may. */
static void test_a_queue_without_a_limit(void **state)
{
	struct tc_listening_facts nothing = {.interval_us = 0};
	struct tc_sock web = listening_on("0.0.0.0", 80, 129, 0);
	struct tc_listening *listening;

	(void)state;
	web.have = ENDPOINTS | TC_HAVE_RECV_Q;
	assert_int_equal(tc_listening_new(&listening), 0);
	add(listening, &web);
	compare("listeners-no-limit", TC_FORM_TABLE, TC_FORM_CSV, listening, &nothing, 0, &incomplete,
		&plain);
}

/* What each has dropped since it was made, and between the looks. */
static void test_drops_of_each(void **state)
{
	struct tc_listening_facts facts = facts_of(5, 7, 0);
	struct tc_sock web = listening_on("0.0.0.0", 80, 129, 128);
	struct tc_sock ssh = listening_on("::", 22, 0, 4096);
	struct tc_listening *listening;

	(void)state;
	web.have |= TC_HAVE_DROPS;
	ssh.have |= TC_HAVE_DROPS;
	web.expires_ms = 14;
	assert_int_equal(tc_listening_new(&listening), 0);
	assert_int_equal(tc_listening_before(listening, &web, 1), 0);
	assert_int_equal(tc_listening_before(listening, &ssh, 1), 0);
	web.expires_ms += 7;
	add(listening, &web);
	add(listening, &ssh);
	compare("listeners-dropped", TC_FORM_TABLE, TC_FORM_CSV, listening, &facts, 0, &complete,
		&plain);
}

/* Of one it is known what it dropped, and another that may have refused has gone. */
static void test_one_has_gone(void **state)
{
	struct tc_listening_facts facts = facts_of(5, 5, 0);
	struct tc_sock socks[] = {listening_on("0.0.0.0", 80, 0, 128),
				  listening_on("0.0.0.0", 81, 0, 128)};
	struct tc_listening *listening;

	(void)state;
	socks[0].have |= TC_HAVE_DROPS;
	socks[1].have |= TC_HAVE_DROPS;
	assert_int_equal(tc_listening_new(&listening), 0);
	assert_int_equal(tc_listening_before(listening, socks, 2), 0);
	socks[0].expires_ms = 12;
	add(listening, &socks[0]);
	verdict("listeners-gone", listening, &facts);
}

/* One address in two namespaces, and a group of which one socket is full. */
static void test_whose_listener(void **state)
{
	struct tc_listening_facts facts = facts_of(0, 0, 0);
	struct tc_listening *listening;

	(void)state;
	assert_int_equal(tc_listening_new(&listening), 0);
	for (uint64_t i = 0; i < 4; i++) {
		struct tc_sock sock = listening_on("10.0.0.1", 80, i ? 0 : 5, 4);

		sock.cookie = 500 + i;
		add(listening, &sock);
		sock.netns++;
		sock.rqueue = 1;
		sock.cookie += 10;
		add(listening, &sock);
	}
	verdict("listeners-whose", listening, &facts);
}

static void test_a_filter_that_leaves_nothing(void **state)
{
	struct tc_listening_facts facts = facts_of(3, 3, 0);
	struct tc_sock web = listening_on("0.0.0.0", 80, 9, 8);
	struct tc_listening *listening;

	(void)state;
	assert_int_equal(tc_listening_new(&listening), 0);
	assert_int_equal(tc_listening_add(listening, NULL, TC_FAMILY_INET6, &web, 1), 0);
	compare("listeners-filtered", TC_FORM_TABLE, TC_FORM_CSV, listening, &facts, 0, &complete,
		&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_form),
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_it_fits),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_several_suspects),
		cmocka_unit_test(test_a_poor_listing),
		cmocka_unit_test(test_a_queue_without_a_limit),
		cmocka_unit_test(test_drops_of_each),
		cmocka_unit_test(test_one_has_gone),
		cmocka_unit_test(test_whose_listener),
		cmocka_unit_test(test_a_filter_that_leaves_nothing),
	};

	/* Block characters have a width of one column only where they are known. */
	if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
