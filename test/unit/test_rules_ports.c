/* SPDX-License-Identifier: MIT */
/*
 * test_rules_ports.c - the rules about local ports, by facts made here.
 *
 * What tc_ports_take() found is invented as well.
 */
#include "test/unit/facts_made.h"

#include <arpa/inet.h>
#include <math.h>

#include "analysis/listening.h"
#include "analysis/port_need.h"
#include "test/unit/ports_made.h"
#include "util/macro.h"

/* ---- Facts ----------------------------------------------------------------------------- */

/* A range of 1000 ports, and one destination of which so many are in use. */
static struct tc_destination *make(struct tc_facts *facts, uint32_t used)
{
	struct tc_ports *ports = calloc(1, sizeof(*ports));
	struct tc_destination *to = &ports->to[0];

	facts_make(facts);
	facts->now.settings[TC_SETTING_ip_local_port_range].number[0] = 40000;
	facts->now.settings[TC_SETTING_ip_local_port_range].number[1] = 40999;
	ports->pools[0] = (struct tc_port_pool){.low = 40000, .high = 40999, .exact = true};
	ports->pool_count = ports->count = 1;
	*to = (struct tc_destination){
		.local = tc_addr_from4(htonl(0x0a000001)),
		.remote = tc_addr_from4(htonl(0x0a000002)),
		.remote_port = 443,
		.capacity = 1000,
		.used = used,
		.free = 1000 - used,
		.free_at_least = 1000 - used,
		.free_at_most = 1000 - used,
		.sustains_per_second = 16.6,
		.seconds_left = INFINITY,
		.port_seconds = 60,
	};
	facts->ports = ports;
	return to;
}

/* ---- port-exhaustion ------------------------------------------------------------------ */

static void expect_full(uint32_t used, enum tc_verdict verdict, int severity, const char *text)
{
	struct tc_facts facts;

	make(&facts, used);
	facts_expect(&facts, "port-exhaustion", verdict, severity, text, NULL);
	tc_facts_release(&facts);
}

static void test_a_full_destination_is_found(void **state)
{
	(void)state;
	expect_full(0, TC_QUIET, 0, NULL);
	expect_full(9, TC_QUIET, 0, NULL);
	expect_full(10, TC_NORMAL, 0, "10.0.0.2:443 from 10.0.0.1, uses 10 of 1000");
	expect_full(499, TC_NORMAL, 0, "499 of 1000");
	expect_full(700, TC_FOUND, TC_SEVERITY_WARNING, "10.0.0.2:443, 700 of 1000");
	expect_full(899, TC_FOUND, TC_SEVERITY_WARNING, "101 more calls");
	expect_full(900, TC_FOUND, TC_SEVERITY_CRITICAL, "900 of 1000");
	expect_full(1000, TC_FOUND, TC_SEVERITY_CRITICAL, "connect(2) fails now");
}

static void test_ports_that_can_be_taken_over_are_free(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 950);

	(void)state;
	to->reusable = to->reusable_at_least = 900;
	to->free = to->free_at_least = to->free_at_most = 950;
	facts_expect(&facts, "port-exhaustion", TC_NORMAL, 0, "950 of 1000", NULL);
	tc_facts_release(&facts);
}

/* Where nobody tells whether they had timestamps, it is neither fine nor a finding. */
static void test_ports_that_may_be_taken_over_are_open(void **state)
{
	static const struct {
		uint32_t used, sure;
		enum tc_verdict verdict;
		const char *text;
	} rows[] = {
		{1000, 0, TC_UNSURE,
		 "fails (EADDRNOTAVAIL) unless it may take over one of the 900"},
		{950, 0, TC_UNSURE, "900 of them in TIME_WAIT and perhaps to be taken over"},
		/* enough of them can be */
		{950, 600, TC_NORMAL, "uses 950 ports; inferred: at least"},
		{650, 0, TC_NORMAL, "uses 650 ports; inferred: at least"},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_facts facts;
		struct tc_destination *to = make(&facts, rows[i].used);

		to->time_wait = to->reusable = rows[i].used > 900 ? 900 : rows[i].used - 50;
		to->reusable_at_least = rows[i].sure;
		to->free = to->free_at_most = 1000 - rows[i].used + to->reusable;
		to->free_at_least = 1000 - rows[i].used + rows[i].sure;
		to->inferred = true;
		facts_expect(&facts, "port-exhaustion", rows[i].verdict, 0, rows[i].text, NULL);
		tc_facts_release(&facts);
	}
}

/* Sooner than after TIME_WAIT only where tcp_tw_reuse is known to do it. */
static void test_how_ports_come_back_is_said(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 1000);

	(void)state;
	to->time_wait = 1000;
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_CRITICAL,
		     "a port comes back after 60 s: that is enough for 17/s, and no more", NULL);
	to->port_seconds = 1;
	to->sustains_per_second = 1000;
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_CRITICAL,
		     "lets a port be used again after 1.0 s: that is enough for 1000/s, while",
		     NULL);
	tc_facts_release(&facts);
}

/* From half on it matters how fast it goes on. */
static void test_the_pace_of_a_half_full_destination(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 699);

	(void)state;
	facts.interval_us = 0;
	facts_expect(&facts, "port-exhaustion", TC_UNSURE, 0, "an interval", "699 of 1000", NULL);
	to->rated = true;
	facts.interval_us = 1000000;
	facts_expect(&facts, "port-exhaustion", TC_NORMAL, 0, "699 of 1000", NULL);
	tc_facts_release(&facts);
}

/* Programs that bind before they connect are told of what is left to bind(2). */
static void test_what_is_bound_before_is_another_rule(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 1000);

	(void)state;
	to->shared_pool = true;
	facts_expect(&facts, "port-exhaustion", TC_QUIET, 0, NULL);
	facts_expect(&facts, "bind-exhaustion", TC_FOUND, TC_SEVERITY_CRITICAL, NULL);
	tc_facts_release(&facts);
}

/* So many sockets of a program to 10.0.0.2:443, from the port on. */
static void add_owned(struct tc_facts *facts, enum tc_state state, uint16_t port, unsigned count,
		      const struct tc_owner *owner)
{
	struct tc_text text = {.owner = owner};

	for (unsigned i = 0; i < count; i++) {
		struct tc_sock sock = facts_connection(state, (uint16_t)(port + i));

		sock.text = &text;
		facts_add(facts, &sock, 1);
	}
}

/* Whose the ports are is told, and of how many it is inferred. */
static void test_whose_the_ports_are(void **state)
{
	static const struct tc_owner held = {.how = TC_OWNER_HELD,
					     .words[TC_PART_PROCESS] = "crawler"};
	static const struct tc_owner inferred = {.how = TC_OWNER_PEER,
						 .words[TC_PART_PROCESS] = "crawler?"};
	static const struct tc_owner nobody = {.how = TC_OWNER_NONE};
	static const char *const rules[] = {"port-exhaustion", "bind-exhaustion"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rules); i++) {
		struct tc_facts facts;
		struct tc_destination *to = make(&facts, 950);

		to->shared_pool = i == 1;
		to->bind_free = 50;
		tc_port_watch(&facts);
		add_owned(&facts, TC_ESTABLISHED, 40000, 30, &held);
		add_owned(&facts, TC_TIME_WAIT, 40100, 20, &inferred);
		add_owned(&facts, TC_TIME_WAIT, 40200, 10, &nobody);
		add_owned(&facts, TC_ESTABLISHED, 50000, 5, &held); /* not of the range */
		facts_expect(&facts, rules[i], TC_FOUND, TC_SEVERITY_CRITICAL,
			     "Whose: crawler: 30, crawler?: 20.",
			     "20 of them have no owner any more (TIME_WAIT, for example); whose they "
			     "were is inferred",
			     "10 sockets that have such ports have no owner any more", NULL);
		tc_facts_release(&facts);
	}
}

/* Where there are enough of them nobody is counted. */
static void test_ports_that_suffice_are_nobodys(void **state)
{
	struct tc_facts facts;

	(void)state;
	make(&facts, 500);
	tc_port_watch(&facts);
	assert_null(facts.short_of_connect.to);
	assert_null(facts.short_of_bind.to);
	tc_facts_release(&facts);
}

static void test_no_destination_no_word(void **state)
{
	struct tc_facts facts;

	(void)state;
	make(&facts, 0);
	facts.ports->count = 0;
	facts_expect(&facts, "port-exhaustion", TC_QUIET, 0, NULL);
	facts_expect(&facts, "bind-exhaustion", TC_QUIET, 0, NULL);
	tc_facts_release(&facts);
}

static void test_time_left_is_said(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 800);

	(void)state;
	to->rated = true;
	to->per_second_at_least = to->per_second_at_most = 12.5;
	to->seconds_left = 150;
	to->time_wait = 700;
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_WARNING, "700 of them in",
		     "opened at 12/s", "back after 60 s", "is enough for 17/s, and no more",
		     "2 min 30 s", "40000-40999 has 1000 ports", NULL);
	to->per_second_at_least = 2;
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_WARNING,
		     "opened at 2.0/s at least and 12/s at most", NULL);
	tc_facts_release(&facts);
}

/* Half full, and the end comes before the first port is back. */
static void test_what_runs_out_within_a_minute_is_found(void **state)
{
	static const struct {
		uint32_t used;
		double seconds_left;
		enum tc_verdict verdict;
	} cases[] = {
		{500, 10, TC_FOUND},
		{499, 10, TC_NORMAL},	    /* a pool that is being opened */
		{500, 60, TC_NORMAL},	    /* the first will be back by then */
		{500, INFINITY, TC_NORMAL}, /* as many come back */
		{699, INFINITY, TC_NORMAL},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct tc_facts facts;
		struct tc_destination *to = make(&facts, cases[i].used);

		to->rated = true;
		to->per_second_at_least = to->per_second_at_most = 50;
		to->seconds_left = cases[i].seconds_left;
		facts_expect(&facts, "port-exhaustion", cases[i].verdict, TC_SEVERITY_WARNING,
			     NULL);
		tc_facts_release(&facts);
	}
}

/* Which of the connections are new is not known, and how long the ports last is, by their number. */
static void test_what_runs_out_is_found_without_cookies(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 500);

	(void)state;
	to->rated = true;
	to->per_second_at_least = 10;
	to->per_second_at_most = 50;
	facts_expect(&facts, "port-exhaustion", TC_NORMAL, 0, NULL);
	to->seconds_left = 10;
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_WARNING,
		     "10/s at least and 50/s at most", "none is left in 10 s", NULL);
	tc_facts_release(&facts);
}

static void test_the_worst_is_told_and_the_others_counted(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 750);

	(void)state;
	facts.ports->count = 3;
	to[1] = to[2] = to[0];
	to[1].remote_port = 5432;
	to[1].used = 800;
	to[1].free = to[1].free_at_least = to[1].free_at_most = 200;
	to[2].used = 100;
	to[2].free = to[2].free_at_least = to[2].free_at_most = 900;
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_WARNING,
		     "10.0.0.2:5432, 800 of 1000", "1 other destination is", NULL);
	tc_facts_release(&facts);
}

/* Where nobody tells who chose the ports, only what is certain is a finding. */
static void test_what_is_inferred_is_no_finding(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 800);

	(void)state;
	to->inferred = true;
	to->free_at_least = 0;
	to->free_at_most = 250;
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_WARNING,
		     "800 ports are in use, 0 of them in TIME_WAIT; inferred: at least 0 and at most "
		     "250 more are left",
		     "Probably 200 more", NULL);
	to->free = 0;
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_WARNING, "Probably 0 more",
		     NULL);
	to->free_at_most = 900;
	facts_expect(&facts, "port-exhaustion", TC_UNSURE, 0, "at least 0 and at most 900", NULL);
	tc_facts_release(&facts);
}

static void test_a_range_of_reserved_ports_is_no_range(void **state)
{
	struct tc_facts facts;

	(void)state;
	make(&facts, 0);
	facts.ports->count = 0;
	facts.ports->pools[0].reserved = 999;
	facts_expect(&facts, "port-exhaustion", TC_QUIET, 0, NULL);
	facts.ports->pools[0].reserved = 1000;
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_CRITICAL,
		     "All 1000 ports of the range 40000-40999 are reserved", NULL);
	tc_facts_release(&facts);
}

/* By listeners for example: no connection has any of them, and none can have one. */
static void test_a_range_that_bind_holds_is_no_range(void **state)
{
	struct tc_port_pool *pool;
	struct tc_facts facts;

	(void)state;
	make(&facts, 0);
	facts.ports->count = 0;
	pool = &facts.ports->pools[0];
	pool->reserved = 300;
	pool->taken_at_least = 699;
	pool->taken = pool->taken_at_most = 700;
	facts_expect(&facts, "port-exhaustion", TC_QUIET, 0, NULL);
	pool->taken_at_least = 700;
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_CRITICAL,
		     "no port left that connect(2) may choose", "reserved: 300, held by bind(2): 700",
		     "see listener-in-range", NULL);
	pool->assumed = true;
	facts_expect(&facts, "port-exhaustion", TC_QUIET, 0, NULL);
	tc_facts_release(&facts);
}

static void test_an_assumed_range_is_no_finding(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 950);

	(void)state;
	facts.report.foreign = true;
	facts.ports->pools[0].assumed = true;
	facts.now.settings[TC_SETTING_ip_local_port_range].status = TC_SETTING_NOT_READ;
	facts_expect(&facts, "port-exhaustion", TC_UNSURE, 0, "950 connections", "95 %", NULL);
	facts_expect(&facts, "listener-in-range", TC_UNSURE, 0, NULL);
	to->used = 10;
	to->free = to->free_at_least = to->free_at_most = 990;
	facts_expect(&facts, "port-exhaustion", TC_UNSURE, 0, "ip_local_port_range", NULL);
	/* Of a file in which it stands, but is none. */
	facts.now.settings[TC_SETTING_ip_local_port_range].status = TC_SETTING_UNREADABLE;
	facts_expect(&facts, "port-exhaustion", TC_UNSURE, 0, "could not be understood", NULL);
	facts_expect(&facts, "listener-in-range", TC_UNSURE, 0, NULL);
	/* What may be taken over decides. */
	to->used = to->time_wait = 950;
	to->free = 50;
	to->free_at_most = 1000;
	facts.ports->pools[0].assumed = false;
	facts.now.settings[TC_SETTING_tcp_tw_reuse].status = TC_SETTING_NOT_READ;
	facts_expect(&facts, "port-exhaustion", TC_UNSURE, 0, "tcp_tw_reuse", NULL);
	to->used = 10;
	to->time_wait = 0;
	to->free = to->free_at_least = to->free_at_most = 990;
	/* Read beside the listing: then it is no assumption any more. */
	facts.ports->pools[0].assumed = false;
	facts_expect(&facts, "port-exhaustion", TC_NORMAL, 0, NULL);
	tc_facts_release(&facts);
}

static void test_without_ports_nothing_is_said(void **state)
{
	static const char *const ids[] = {"port-exhaustion", "bind-exhaustion",
					  "listener-in-range"};
	struct tc_facts facts;

	(void)state;
	facts_make_listing(&facts);
	for (size_t i = 0; i < TC_ARRAY_SIZE(ids); i++)
		facts_expect(&facts, ids[i], TC_UNSURE, 0, NULL);
	tc_facts_release(&facts);
}

/* The range of the namespace in which the destination is, and its name. */
static void test_each_namespace_has_its_own_range(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 800);

	(void)state;
	facts.ports->pool_count = 2;
	facts.ports->pools[1] = (struct tc_port_pool){.low = 1024, .high = 2023, .netns = 5};
	to->netns = 5;
	to->netns_name = "blue";
	facts_expect(&facts, "port-exhaustion", TC_FOUND, TC_SEVERITY_WARNING, "namespace blue",
		     "1024-2023", NULL);
	tc_facts_release(&facts);
}

/* ---- bind-exhaustion ------------------------------------------------------------------ */

static void test_ports_that_bind_chose_are_shared(void **state)
{
	static const struct {
		uint32_t bind_free;
		enum tc_verdict verdict;
		int severity;
		const char *text;
	} cases[] = {
		{1000, TC_QUIET, 0, NULL},
		{900, TC_NORMAL, 0, "900 of 1000 ports left for 10.0.0.1"},
		{301, TC_NORMAL, 0, "301 of 1000"},
		{300, TC_FOUND, TC_SEVERITY_WARNING, "300 of 1000"},
		{100, TC_FOUND, TC_SEVERITY_CRITICAL, "100 of 1000"},
		{0, TC_FOUND, TC_SEVERITY_CRITICAL, "EADDRINUSE"},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct tc_facts facts;
		struct tc_destination *to = make(&facts, 100);

		to->shared_pool = true;
		to->bind_free = cases[i].bind_free;
		facts_expect(&facts, "bind-exhaustion", cases[i].verdict, cases[i].severity,
			     cases[i].text, NULL);
		to->shared_pool = false;
		facts_expect(&facts, "bind-exhaustion", TC_QUIET, 0, NULL);
		tc_facts_release(&facts);
	}
}

/* Reserved ports are not there to be had. */
static void test_bind_has_no_reserved_ports(void **state)
{
	struct tc_facts facts;
	struct tc_destination *to = make(&facts, 100);

	(void)state;
	to->shared_pool = true;
	to->bind_free = 150;
	facts.ports->pools[0].reserved = 500;
	facts.ports->pools[0].exact = false;
	strcpy(facts.ports->pools[0].why, "eBPF was refused");
	facts_expect(&facts, "bind-exhaustion", TC_FOUND, TC_SEVERITY_WARNING, "150 of 500",
		     "eBPF was refused", NULL);
	facts.ports->pools[0].assumed = true;
	facts.now.settings[TC_SETTING_ip_local_port_range].status = TC_SETTING_NOT_READ;
	facts_expect(&facts, "bind-exhaustion", TC_UNSURE, 0, "ip_local_port_range", NULL);
	tc_facts_release(&facts);
}

/* ---- listener-in-range ----------------------------------------------------------------- */

static void listen_on(struct tc_facts *facts, uint16_t port)
{
	struct tc_sock sock = facts_connection(TC_LISTEN, port);
	struct tc_listening_facts none = {.netns = 0};

	tc_listening_free(facts->listening);
	assert_int_equal(tc_listening_new(&facts->listening), 0);
	assert_int_equal(tc_listening_add(facts->listening, NULL, 0, &sock, 1), 0);
	assert_int_equal(tc_listening_judge(facts->listening, &none, 1), 0);
}

static void test_a_listener_in_the_range_is_told(void **state)
{
	struct tc_facts facts;

	(void)state;
	make(&facts, 0);
	facts_expect(&facts, "listener-in-range", TC_UNSURE, 0, "listeners", NULL);
	listen_on(&facts, 39999);
	facts_expect(&facts, "listener-in-range", TC_QUIET, 0, NULL);
	listen_on(&facts, 41000);
	facts_expect(&facts, "listener-in-range", TC_QUIET, 0, NULL);
	listen_on(&facts, 40000);
	facts_expect(&facts, "listener-in-range", TC_FOUND, TC_SEVERITY_NOTICE, "1 listener has",
		     "10.0.0.1:40000", NULL);
	tc_facts_release(&facts);
}

static void test_a_reserved_port_is_none_of_the_range(void **state)
{
	struct tc_facts facts;

	(void)state;
	make(&facts, 0);
	listen_on(&facts, 40500);
	facts.ports->pools[0].reserved = 1;
	facts_expect(&facts, "listener-in-range", TC_UNSURE, 0, "reserved", NULL);
	facts.reserved = calloc(1, sizeof(*facts.reserved));
	tc_port_set_add(facts.reserved, 40501);
	facts_expect(&facts, "listener-in-range", TC_FOUND, TC_SEVERITY_NOTICE, "40500", NULL);
	tc_port_set_add(facts.reserved, 40500);
	facts_expect(&facts, "listener-in-range", TC_QUIET, 0, NULL);
	/* What is reserved here says nothing of the other namespace. */
	facts.ports->pool_count = 2;
	facts.ports->pools[1].netns = 5;
	facts_expect(&facts, "listener-in-range", TC_UNSURE, 0, NULL);
	tc_facts_release(&facts);
}

/* Whoever took any port will take any other. */
static void test_a_port_that_the_kernel_chose_is_no_matter(void **state)
{
	struct tc_facts facts;

	(void)state;
	make(&facts, 0);
	listen_on(&facts, 40500);
	facts.chosen_by_kernel = calloc(1, sizeof(*facts.chosen_by_kernel));
	tc_port_set_add(facts.chosen_by_kernel, 40500);
	facts_expect(&facts, "listener-in-range", TC_QUIET, 0, NULL);
	listen_on(&facts, 40501);
	facts_expect(&facts, "listener-in-range", TC_FOUND, TC_SEVERITY_NOTICE, NULL);
	tc_facts_release(&facts);
}

/* ---- bound-inactive-leak ---------------------------------------------------------------- */

static void bind_many(struct tc_facts *facts, unsigned count, const char *program)
{
	struct tc_owner owner = {.how = TC_OWNER_HELD, .words[TC_PART_PROCESS] = program};
	struct tc_text text = {.owner = &owner};
	struct tc_sock sock = facts_connection(TC_BOUND, 40000);

	sock.text = &text;
	facts_add(facts, &sock, count);
}

static void test_bound_sockets_of_one_program_are_told(void **state)
{
	struct tc_facts facts;

	(void)state;
	make(&facts, 0);
	facts_expect(&facts, "bound-inactive-leak", TC_QUIET, 0, NULL);
	facts.now.settings[TC_SETTING_ip_local_port_range].number[0] = 1024;
	bind_many(&facts, 99, "leaky");
	bind_many(&facts, 50, "other");
	facts_expect(&facts, "bound-inactive-leak", TC_QUIET, 0, NULL);
	tc_facts_release(&facts);

	make(&facts, 0);
	facts.now.settings[TC_SETTING_ip_local_port_range].number[0] = 1024;
	bind_many(&facts, 100, "leaky");
	facts_expect(&facts, "bound-inactive-leak", TC_FOUND, TC_SEVERITY_NOTICE,
		     "100 sockets are bound", "leaky: 100", NULL);
	tc_facts_release(&facts);
}

static void test_bound_sockets_that_take_much_of_the_range_are_a_warning(void **state)
{
	struct tc_facts facts;

	(void)state;
	make(&facts, 0);
	bind_many(&facts, 49, "one");
	bind_many(&facts, 50, "other");
	facts_expect(&facts, "bound-inactive-leak", TC_QUIET, 0, NULL);
	facts_set(&facts, TC_SETTING_ip_local_reserved_ports, 10);
	facts_expect(&facts, "bound-inactive-leak", TC_FOUND, TC_SEVERITY_WARNING, "99 sockets",
		     "990 ports", NULL);
	facts.report.states_not_read = TC_STATE_BIT(TC_BOUND);
	facts_expect(&facts, "bound-inactive-leak", TC_UNSURE, 0, "bound sockets", NULL);
	tc_facts_release(&facts);
}

/* ---- syn-sent-blackhole, which asks where connections go ------------------------------- */

/* A destination that others have got an answer of is no black hole. */
static void test_a_destination_that_answers_others(void **state)
{
	struct tc_sock sock = facts_connection(TC_SYN_SENT, 40000);
	struct tc_destination *to;
	struct tc_facts facts;

	(void)state;
	sock.retrans = 3;
	make(&facts, 0);
	to = &facts.ports->to[0];
	to->remote = sock.remote;
	to->remote_port = sock.remote_port;
	facts_add(&facts, &sock, 4);
	facts.now.counters.value[TC_COUNTER_ActiveOpens] = 4 + 7 + 9 + 1;
	facts.before.counters.value[TC_COUNTER_ActiveOpens] = 4 + 7 + 9 + 1;
	to->used = 4 + 7;
	to->time_wait = 7; /* of earlier ones: it may be down since */
	facts_expect(&facts, "syn-sent-blackhole", TC_FOUND, TC_SEVERITY_WARNING, NULL);
	to->used = 4 + 7 + 9;
	facts_expect(&facts, "syn-sent-blackhole", TC_FOUND, TC_SEVERITY_NOTICE,
		     "10.0.0.2:443 has answered 9 other connections", NULL);
	sock.remote_port = 444;
	facts_add(&facts, &sock, 1);
	facts_expect(&facts, "syn-sent-blackhole", TC_FOUND, TC_SEVERITY_WARNING,
		     "8 other connections", NULL);
	tc_facts_release(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_destination_is_found),
		cmocka_unit_test(test_ports_that_can_be_taken_over_are_free),
		cmocka_unit_test(test_ports_that_may_be_taken_over_are_open),
		cmocka_unit_test(test_how_ports_come_back_is_said),
		cmocka_unit_test(test_the_pace_of_a_half_full_destination),
		cmocka_unit_test(test_what_is_bound_before_is_another_rule),
		cmocka_unit_test(test_whose_the_ports_are),
		cmocka_unit_test(test_ports_that_suffice_are_nobodys),
		cmocka_unit_test(test_no_destination_no_word),
		cmocka_unit_test(test_time_left_is_said),
		cmocka_unit_test(test_what_runs_out_within_a_minute_is_found),
		cmocka_unit_test(test_what_runs_out_is_found_without_cookies),
		cmocka_unit_test(test_the_worst_is_told_and_the_others_counted),
		cmocka_unit_test(test_what_is_inferred_is_no_finding),
		cmocka_unit_test(test_a_range_of_reserved_ports_is_no_range),
		cmocka_unit_test(test_a_range_that_bind_holds_is_no_range),
		cmocka_unit_test(test_an_assumed_range_is_no_finding),
		cmocka_unit_test(test_without_ports_nothing_is_said),
		cmocka_unit_test(test_each_namespace_has_its_own_range),
		cmocka_unit_test(test_ports_that_bind_chose_are_shared),
		cmocka_unit_test(test_bind_has_no_reserved_ports),
		cmocka_unit_test(test_a_listener_in_the_range_is_told),
		cmocka_unit_test(test_a_reserved_port_is_none_of_the_range),
		cmocka_unit_test(test_a_port_that_the_kernel_chose_is_no_matter),
		cmocka_unit_test(test_bound_sockets_of_one_program_are_told),
		cmocka_unit_test(test_bound_sockets_that_take_much_of_the_range_are_a_warning),
		cmocka_unit_test(test_a_destination_that_answers_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
