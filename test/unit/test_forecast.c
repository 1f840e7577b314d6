/* SPDX-License-Identifier: MIT */
/* test_forecast.c - how long ports last between two looks at them, from sockets made up here. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/forecast.h"
#include "analysis/headroom.h"
#include "util/addr.h"
#include "util/macro.h"

enum { LOW = 40000, PORTS = 200, STEP = TC_FLOW_STEPS_A_SECOND };

/* ---- The arithmetic ------------------------------------------------------------------ */

static void test_forecast(void **state)
{
	static const struct {
		uint32_t free;
		double taken, kept, waits;
		int back_step, back_count;
		double left;
	} rows[] = {
		{0, 0, 0, 60, 0, 0, 0},
		{200, 0, 0, 60, 0, 0, INFINITY},
		/* 60 s of it are fewer than there are, or more */
		{200, 2, 0, 60, 0, 0, INFINITY},
		{200, 3.3, 0, 60, 0, 0, INFINITY},
		{200, 4, 0, 60, 0, 0, 50},
		/* those that wait now come back in time, or too late */
		{100, 3, 0, 60, 20 * STEP, 100, INFINITY},
		{100, 4, 0, 60, 20 * STEP, 100, 50},
		{100, 4, 0, 60, 30 * STEP, 100, 25},
		{10, 1, 0, 60, 59 * STEP, 190, 10}, /* slow enough for ever, but not for now */
		/* more and more are held */
		{200, 2, 2, 60, 0, 0, 100},
		{200, 2, 1, 60, 0, 0, 60 + 80},
		/* tcp_tw_reuse: a second is enough */
		{200, 150, 0, 1, 0, 0, INFINITY},
		{200, 250, 0, 1, 0, 0, 0.8},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_flow flows[2] = {
			{.taken = rows[i].taken, .kept = rows[i].kept, .waits = rows[i].waits},
			{.waits = 60},
		};
		double left;

		flows[1].back[rows[i].back_step] = (uint32_t)rows[i].back_count;
		left = tc_forecast(rows[i].free, flows, TC_ARRAY_SIZE(flows));
		if (isinf(left) ? !isinf(rows[i].left) : !(fabs(left - rows[i].left) < 0.001))
			fail_msg("row %zu: %f", i, left);
	}
}

/* ---- Two looks ----------------------------------------------------------------------- */

/* Connections of one kind to a port of 10.0.0.2, with those that follow them in number and port. */
struct group {
	int count, first; /* port of the range */
	bool waits, bound;
	int to;
	double age; /* of TIME_WAIT: of the first; the others follow at equal distances up to `until` */
	double until;
};

struct look {
	const struct group *groups;
	size_t count;
	bool cookies;
};

static void add(struct tc_headroom *headroom, const struct group *group, bool cookies)
{
	for (int i = 0; i < group->count; i++) {
		double age = group->age + (group->until - group->age) * i / group->count;
		struct tc_headroom_fact fact = TC_HEADROOM_NO_FACT;
		struct tc_sock sock = {
			.have = TC_HAVE_ENDPOINTS | (cookies ? TC_HAVE_COOKIE : 0) |
				(group->waits ? TC_HAVE_EXPIRES : 0),
			.local = tc_addr_from4(0x0100000a),
			.remote = tc_addr_from4(0x0200000a),
			.local_port = (uint16_t)(LOW + group->first + i),
			.remote_port = (uint16_t)group->to,
			.state = group->waits ? TC_TIME_WAIT : TC_ESTABLISHED,
			.direction = TC_DIRECTION_OUT,
			.expires_ms = (uint32_t)(60000 - age * 1000),
			.cookie = (uint64_t)(group->to * 1000 + group->first + i),
		};

		fact.origin = group->bound ? TC_PORT_BIND : TC_PORT_CONNECT;
		fact.choice = fact.origin;
		fact.timestamps = 1;
		assert_int_equal(tc_headroom_add(headroom, &sock, &fact), 0);
	}
}

static struct tc_headroom *take(const struct tc_headroom_rules *rules, const struct look *look)
{
	struct tc_headroom *headroom;

	assert_int_equal(tc_headroom_new(rules, &headroom), 0);
	for (size_t i = 0; i < look->count; i++)
		add(headroom, &look->groups[i], look->cookies);
	assert_int_equal(tc_headroom_finish(headroom), 0);
	return headroom;
}

static double left_to(const struct tc_headroom *headroom, int port)
{
	for (size_t i = 0; i < tc_headroom_count(headroom); i++)
		if (tc_headroom_at(headroom, i)->remote_port == port)
			return tc_headroom_at(headroom, i)->seconds_left;
	fail_msg("no destination with port %d", port);
	return 0;
}

/* What is said three seconds after the first look; by cookies, and without. */
static void expect(const struct tc_headroom_rules *rules, const struct group *then, size_t then_count,
		   const struct group *now, size_t now_count, double least, double most)
{
	for (int cookies = 0; cookies < 2; cookies++) {
		struct look first = {then, then_count, cookies}, second = {now, now_count, cookies};
		struct tc_headroom *before = take(rules, &first), *after = take(rules, &second);
		double left;

		assert_int_equal(tc_headroom_rate(after, before, 3), 0);
		left = left_to(after, 80);
		if (left < least || left > most)
			fail_msg("%s cookies: %f", cookies ? "with" : "without", left);
		tc_headroom_free(before);
		tc_headroom_free(after);
	}
}

#define EXPECT(rules, then, now, least, most)                                              \
	expect((rules), (then), TC_ARRAY_SIZE(then), (now), TC_ARRAY_SIZE(now), (least), (most))

static struct tc_headroom_rules rules_of(int64_t tw_reuse)
{
	return (struct tc_headroom_rules){
		.low = LOW,
		.high = LOW + PORTS - 1,
		.tw_reuse = tw_reuse,
		.tw_reuse_delay = 1000,
		.timestamps = 1,
	};
}

/* So many a second, each closed at once by this side: what counts is whether 60 s of it fit. */
static void test_short_connections(void **state)
{
	struct tc_headroom_rules rules = rules_of(0);
	/* two a second, for 13 s */
	const struct group some[] = {{20, 0, true, false, 80, 10, 0}};
	const struct group more[] = {{20, 0, true, false, 80, 13, 3},
				     {6, 20, true, false, 80, 3, 0}};
	/* for longer than a minute */
	const struct group all[] = {{120, 0, true, false, 80, 60, 0}};
	const struct group others[] = {{114, 6, true, false, 80, 60, 3},
				       {6, 120, true, false, 80, 3, 0}};
	/* one of them is seen before it is closed, by chance */
	const struct group one_open[] = {{114, 6, true, false, 80, 60, 3},
					 {5, 120, true, false, 80, 3, 0},
					 {1, 125, false, false, 80, 0, 0}};
	/* five a second */
	const struct group faster[] = {{50, 0, true, false, 80, 10, 0}};
	const struct group fast[] = {{50, 0, true, false, 80, 13, 3},
				     {15, 50, true, false, 80, 3, 0}};
	/* one a second, and yet the last ten are gone before the others are back */
	const struct group burst[] = {{187, 0, true, false, 80, 5, 2}};
	const struct group after_burst[] = {{187, 0, true, false, 80, 8, 5},
					    {3, 187, true, false, 80, 3, 0}};

	(void)state;
	EXPECT(&rules, some, more, INFINITY, INFINITY);
	EXPECT(&rules, all, others, INFINITY, INFINITY);
	EXPECT(&rules, all, one_open, INFINITY, INFINITY);
	EXPECT(&rules, faster, fast, 26, 28); /* 135 ports */
	EXPECT(&rules, burst, after_burst, 9, 11);
}

/* Where this side closes what had been open for long, no port is taken. */
static void test_a_pool_that_is_closed(void **state)
{
	struct tc_headroom_rules rules = rules_of(0);
	const struct group open[] = {{150, 0, false, false, 80, 0, 0}};
	const struct group closed[] = {{150, 0, true, false, 80, 3, 0}};

	(void)state;
	EXPECT(&rules, open, closed, INFINITY, INFINITY);
	EXPECT(&rules, closed, closed, INFINITY, INFINITY);
}

/* More and more that stay open do run out, however slowly; the same number does not. */
static void test_connections_that_stay(void **state)
{
	struct tc_headroom_rules rules = rules_of(0);
	const struct group open[] = {{100, 0, false, false, 80, 0, 0}};
	const struct group more[] = {{106, 0, false, false, 80, 0, 0}};
	const struct group others[] = {{100, 50, false, false, 80, 0, 0}};
	const struct group two_more[] = {{102, 0, false, false, 80, 0, 0}};

	(void)state;
	EXPECT(&rules, open, more, 46, 48); /* 94 ports, two a second */
	EXPECT(&rules, open, others, INFINITY, INFINITY);
	EXPECT(&rules, open, two_more, INFINITY, INFINITY); /* may be chance */
}

/* With tcp_tw_reuse a port comes back after a second. */
static void test_ports_that_are_taken_over(void **state)
{
	struct tc_headroom_rules rules = rules_of(1);
	const struct group young[] = {{50, 0, true, false, 80, 1, 0},
				      {150, 50, true, false, 80, 20, 1.2}};
	const struct group none[] = {{0, 0, true, false, 80, 0, 0}};

	(void)state;
	EXPECT(&rules, none, young, INFINITY, INFINITY);
	rules.tw_reuse = 0;
	EXPECT(&rules, none, young, 0, 0);
}

/* A program that binds takes ports from all destinations, until TIME_WAIT is over. */
static void test_what_bind_takes(void **state)
{
	struct tc_headroom_rules rules = rules_of(0);
	const struct group then[] = {{10, 0, false, false, 80, 0, 0},
				     {20, 100, true, true, 81, 10, 0}};
	const struct group slow[] = {{10, 0, false, false, 80, 0, 0},
				     {20, 100, true, true, 81, 13, 3},
				     {6, 120, true, true, 81, 3, 0}};
	const struct group fast[] = {{10, 0, false, false, 80, 0, 0},
				     {20, 100, true, true, 81, 13, 3},
				     {15, 120, true, true, 81, 3, 0}};
	const struct group leak[] = {{10, 0, false, false, 80, 0, 0},
				     {20, 100, true, true, 81, 13, 3},
				     {6, 120, false, true, 81, 0, 0}};
	const struct group itself_then[] = {{20, 100, true, true, 80, 10, 0}};
	const struct group itself[] = {{20, 100, true, true, 80, 13, 3},
				       {15, 120, true, true, 80, 3, 0}};

	(void)state;
	EXPECT(&rules, then, slow, INFINITY, INFINITY);
	EXPECT(&rules, then, fast, 30, 32); /* 155 ports, five a second */
	EXPECT(&rules, then, leak, 91, 93); /* 164 and the 20 that come back, two a second */
	EXPECT(&rules, itself_then, itself, 32, 34);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forecast),
		cmocka_unit_test(test_short_connections),
		cmocka_unit_test(test_a_pool_that_is_closed),
		cmocka_unit_test(test_connections_that_stay),
		cmocka_unit_test(test_ports_that_are_taken_over),
		cmocka_unit_test(test_what_bind_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
