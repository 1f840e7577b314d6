/* SPDX-License-Identifier: MIT */
/* test_headroom.c - how many more connections there can be, from sockets made up here. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "analysis/headroom.h"
#include "util/addr.h"
#include "util/macro.h"
#include "util/parse.h"

enum { LOW = 40000, MANY = 200 };

/* A row: `count` sockets on ports from `port` on, `step` apart. */
struct row {
	const char *local, *remote; /* NULL: 10.0.0.1, 10.0.0.2 */
	int state;
	int port, step, count;
	int remote_port; /* 0: no remote end */
	int origin;	 /* enum tc_port_origin */
	int timestamps;
	int64_t age_ms;
	unsigned expires_ms;
	bool inbound;
	unsigned ifindex;
};

struct expected {
	int capacity, used, free, least, most, time_wait, reusable;
};

static struct tc_addr addr_of(const char *text)
{
	struct tc_addr addr;
	int family;

	assert_int_equal(tc_parse_addr(text, strlen(text), &addr, &family), 0);
	return addr;
}

static struct tc_headroom_rules rules_of(unsigned ports)
{
	return (struct tc_headroom_rules){
		.low = LOW,
		.high = (uint16_t)(LOW + ports - 1),
		.tw_reuse = 2,
		.tw_reuse_delay = 1000,
		.timestamps = 1,
	};
}

static void add_row(struct tc_headroom *headroom, const struct row *row)
{
	struct tc_headroom_fact fact = {
		.origin = (enum tc_port_origin)row->origin,
		.timestamps = row->timestamps,
		.age_ms = row->age_ms,
	};

	for (int i = 0; i < row->count; i++) {
		struct tc_sock sock = {
			.have = TC_HAVE_ENDPOINTS | TC_HAVE_COOKIE | TC_HAVE_EXPIRES |
				TC_HAVE_IFINDEX,
			.local = addr_of(row->local ? row->local : "10.0.0.1"),
			.remote = addr_of(row->remote ? row->remote : "10.0.0.2"),
			.local_port = (uint16_t)(row->port + i * row->step),
			.remote_port = (uint16_t)row->remote_port,
			.state = (uint8_t)row->state,
			.direction = row->inbound ? TC_DIRECTION_IN : TC_DIRECTION_OUT,
			.expires_ms = row->expires_ms,
			.ifindex = row->ifindex,
			.cookie = (uint64_t)(row->remote_port * 65536 + row->port + i * row->step),
		};

		assert_int_equal(tc_headroom_add(headroom, &sock, &fact), 0);
	}
}

static struct tc_headroom *headroom_of(const struct tc_headroom_rules *rules, const struct row *rows,
				       size_t count)
{
	struct tc_headroom *headroom;

	assert_int_equal(tc_headroom_new(rules, &headroom), 0);
	for (size_t i = 0; i < count; i++)
		add_row(headroom, &rows[i]);
	return headroom;
}

static const struct tc_destination *find(const struct tc_headroom *headroom, int remote_port,
					 unsigned ifindex)
{
	for (size_t i = 0; i < tc_headroom_count(headroom); i++) {
		const struct tc_destination *told = tc_headroom_at(headroom, i);

		if (told->remote_port == remote_port && told->ifindex == ifindex)
			return told;
	}
	fail_msg("no destination with port %d", remote_port);
	return NULL;
}

static void assert_told(const struct tc_destination *told, const struct expected *expected)
{
	struct expected found = {
		.capacity = (int)told->capacity,
		.used = (int)told->used,
		.free = (int)told->free,
		.least = (int)told->free_at_least,
		.most = (int)told->free_at_most,
		.time_wait = (int)told->time_wait,
		.reusable = (int)told->reusable,
	};

	if (memcmp(&found, expected, sizeof(found)) == 0)
		return;
	fail_msg("of %d: used %d, free %d (%d to %d), time_wait %d, reusable %d; expected "
		 "of %d: used %d, free %d (%d to %d), time_wait %d, reusable %d",
		 found.capacity, found.used, found.free, found.least, found.most, found.time_wait,
		 found.reusable, expected->capacity, expected->used, expected->free, expected->least,
		 expected->most, expected->time_wait, expected->reusable);
}

/* What port 80 of 10.0.0.2 has left. */
static void assert_rows(const struct tc_headroom_rules *rules, const struct row *rows, size_t count,
			struct expected expected)
{
	struct tc_headroom *headroom = headroom_of(rules, rows, count);
	struct tc_addr local = addr_of("10.0.0.1"), remote = addr_of("10.0.0.2");

	assert_int_equal(tc_headroom_want(headroom, &local, &remote, 80, 0), 0);
	assert_int_equal(tc_headroom_finish(headroom), 0);
	assert_told(find(headroom, 80, 0), &expected);
	tc_headroom_free(headroom);
}

#define ROWS(...) (const struct row[]){ __VA_ARGS__ }, \
	sizeof((const struct row[]){ __VA_ARGS__ }) / sizeof(struct row)
#define CONNECTED(first, number, to, chosen)                                             \
	{ .state = TC_ESTABLISHED, .port = (first), .step = 1, .count = (number),        \
	  .remote_port = (to), .origin = (chosen), .timestamps = -1, .age_ms = -1 }
#define BY_CONNECT TC_PORT_CONNECT
#define BY_BIND TC_PORT_BIND
#define UNKNOWN TC_PORT_UNKNOWN

static void test_known_origins(void **state)
{
	struct tc_headroom_rules rules = rules_of(20);

	(void)state;
	assert_rows(&rules, ROWS(CONNECTED(LOW, 7, 80, BY_CONNECT)),
		    (struct expected){ 20, 7, 13, 13, 13, 0, 0 });
	assert_rows(&rules, ROWS(CONNECTED(LOW, 7, 81, BY_CONNECT)),
		    (struct expected){ 20, 0, 20, 20, 20, 0, 0 });
	assert_rows(&rules, ROWS(CONNECTED(LOW, 7, 81, BY_BIND)),
		    (struct expected){ 13, 0, 13, 13, 13, 0, 0 });
	assert_rows(&rules, ROWS(CONNECTED(LOW, 7, 80, BY_BIND)),
		    (struct expected){ 20, 7, 13, 13, 13, 0, 0 });
	/* The same port by both: its bucket is marked. */
	assert_rows(&rules,
		    ROWS(CONNECTED(LOW, 2, 80, BY_CONNECT), CONNECTED(LOW + 1, 2, 81, BY_BIND)),
		    (struct expected){ 19, 2, 17, 17, 17, 0, 0 });
	/* Twice the same socket, and sockets that are not in the range. */
	assert_rows(&rules,
		    ROWS(CONNECTED(LOW, 2, 80, BY_CONNECT), CONNECTED(LOW, 2, 80, BY_CONNECT),
			 CONNECTED(LOW - 3, 3, 80, BY_BIND), CONNECTED(LOW + 20, 3, 80, BY_BIND)),
		    (struct expected){ 20, 2, 18, 18, 18, 0, 0 });
}

static void test_listeners_and_reserved(void **state)
{
	struct tc_headroom_rules rules = rules_of(20);
	struct row listener = CONNECTED(LOW + 3, 2, 0, UNKNOWN), bound = listener, in = listener;

	(void)state;
	listener.state = TC_LISTEN;
	bound.state = TC_BOUND;
	bound.port = LOW + 9;
	in.inbound = true;
	in.remote_port = 5555;
	assert_rows(&rules, ROWS(listener, bound, in), (struct expected){ 16, 0, 16, 16, 16, 0, 0 });
	tc_port_set_add(&rules.reserved, LOW + 3);
	tc_port_set_add(&rules.reserved, LOW + 19);
	tc_port_set_add(&rules.reserved, LOW + 20); /* outside */
	assert_rows(&rules, ROWS(listener, bound, in), (struct expected){ 15, 0, 15, 15, 15, 0, 0 });
	/* A program may take a reserved port by itself; it is none of the range. */
	assert_rows(&rules, ROWS(CONNECTED(LOW + 19, 1, 80, BY_BIND)),
		    (struct expected){ 18, 0, 18, 18, 18, 0, 0 });
}

static struct row in_time_wait(int timestamps, int64_t age_ms, unsigned expires_ms)
{
	struct row row = CONNECTED(LOW, 5, 80, BY_CONNECT);

	row.state = TC_TIME_WAIT;
	row.timestamps = timestamps;
	row.age_ms = age_ms;
	row.expires_ms = expires_ms;
	return row;
}

static void test_time_wait(void **state)
{
	const struct expected kept = { 20, 5, 15, 15, 15, 5, 0 };
	const struct expected reused = { 20, 5, 20, 20, 20, 5, 5 };
	struct tc_headroom_rules rules = rules_of(20);

	(void)state;
	assert_rows(&rules, ROWS(in_time_wait(1, 5000, 55000)), kept); /* 2: only of the loopback */
	rules.tw_reuse = 1;
	assert_rows(&rules, ROWS(in_time_wait(1, 5000, 55000)), reused);
	assert_rows(&rules, ROWS(in_time_wait(1, 1001, 55000)), reused);
	assert_rows(&rules, ROWS(in_time_wait(1, 1000, 55000)), kept); /* the kernel wants more */
	assert_rows(&rules, ROWS(in_time_wait(0, 5000, 55000)), kept);
	assert_rows(&rules, ROWS(in_time_wait(1, 5000, 60000)), reused); /* prolonged */
	rules.tw_reuse = 0;
	assert_rows(&rules, ROWS(in_time_wait(1, 5000, 55000)), kept);
}

/* Without facts there are bounds. */
static void test_time_wait_unknown(void **state)
{
	struct tc_headroom_rules rules = rules_of(20);

	(void)state;
	rules.tw_reuse = 1;
	assert_rows(&rules, ROWS(in_time_wait(-1, -1, 55000)),
		    (struct expected){ 20, 5, 20, 15, 20, 5, 5 });
	assert_rows(&rules, ROWS(in_time_wait(-1, -1, 59500)),
		    (struct expected){ 20, 5, 15, 15, 20, 5, 0 });
	rules.timestamps = 0; /* now; not then, perhaps */
	assert_rows(&rules, ROWS(in_time_wait(-1, -1, 55000)),
		    (struct expected){ 20, 5, 15, 15, 20, 5, 0 });
	rules.tw_reuse = TC_HEADROOM_UNKNOWN;
	assert_rows(&rules, ROWS(in_time_wait(-1, -1, 55000)),
		    (struct expected){ 20, 5, 15, 15, 20, 5, 0 });
	rules.tw_reuse = 0;
	assert_rows(&rules, ROWS(in_time_wait(-1, -1, 55000)),
		    (struct expected){ 20, 5, 15, 15, 15, 5, 0 });
}

/*
 * How many a second go on without an end: TIME_WAIT keeps a port for 60 s, and what is taken over
 * comes back sooner; where it is not known, by the setting, as for what is free.
 */
static void test_what_can_be_sustained(void **state)
{
	static const struct {
		int64_t reuse, setting; /* tcp_tw_reuse, tcp_timestamps */
		int timestamps;		/* of those in TIME_WAIT */
		uint32_t sure;
		double per_second, at_least;
	} rows[] = {
		{1, 1, 1, 5, 20, 20},
		{0, 1, 1, 0, 20.0 / 60, 20.0 / 60},
		{2, 1, 1, 0, 20.0 / 60, 20.0 / 60},
		{1, 1, 0, 0, 20.0 / 60, 20.0 / 60}, /* a peer without */
		{1, 1, -1, 0, 20, 20.0 / 60},
		{0, 1, -1, 0, 20.0 / 60, 20.0 / 60},
		{1, 0, -1, 0, 20.0 / 60, 20.0 / 60},
		{1, 0, 1, 5, 20.0 / 60, 20.0 / 60}, /* those to come have none */
		{-1, 1, 1, 0, 20.0 / 60, 20.0 / 60},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_headroom_rules rules = rules_of(20);
		struct row row =
			in_time_wait(rows[i].timestamps, rows[i].timestamps < 0 ? -1 : 5000, 55000);
		struct tc_headroom *headroom;

		rules.tw_reuse = rows[i].reuse;
		rules.timestamps = rows[i].setting;
		headroom = headroom_of(&rules, &row, 1);
		assert_int_equal(tc_headroom_finish(headroom), 0);
		assert_true(fabs(find(headroom, 80, 0)->sustains_per_second - rows[i].per_second) <
			    0.001);
		assert_true(fabs(find(headroom, 80, 0)->sustains_at_least - rows[i].at_least) <
			    0.001);
		assert_true(rows[i].per_second == rows[i].at_least ||
			    find(headroom, 80, 0)->inferred);
		assert_int_equal(find(headroom, 80, 0)->reusable_at_least, rows[i].sure);
		tc_headroom_free(headroom);
	}
}

static void test_loopback_is_reused(void **state)
{
	struct tc_headroom_rules rules = rules_of(20);
	struct row row = in_time_wait(1, 5000, 55000);
	struct tc_headroom *headroom;

	(void)state;
	row.local = row.remote = "127.0.0.1";
	headroom = headroom_of(&rules, &row, 1);
	assert_int_equal(tc_headroom_finish(headroom), 0);
	assert_told(find(headroom, 80, 0), &(struct expected){ 20, 5, 20, 20, 20, 5, 5 });
	assert_true(fabs(find(headroom, 80, 0)->sustains_per_second - 20) < 0.001);
	tc_headroom_free(headroom);
}

/* The parity of the first port is connect's, the other one bind's; what is shared is connect's. */
static void test_inference(void **state)
{
	struct tc_headroom_rules rules = rules_of(40);
	struct row even = CONNECTED(LOW, 5, 81, UNKNOWN), odd = CONNECTED(LOW + 1, 5, 81, UNKNOWN);
	struct row shared = CONNECTED(LOW + 1, 5, 82, UNKNOWN);

	(void)state;
	even.step = odd.step = shared.step = 2;
	assert_rows(&rules, &even, 1, (struct expected){ 40, 0, 40, 35, 40, 0, 0 });
	assert_rows(&rules, &odd, 1, (struct expected){ 35, 0, 35, 35, 40, 0, 0 });
	assert_rows(&rules, ROWS(odd, shared), (struct expected){ 40, 0, 40, 35, 40, 0, 0 });
	even.count = 20; /* all of them, so connect goes on to the others */
	assert_rows(&rules, ROWS(even, odd), (struct expected){ 40, 0, 40, 15, 40, 0, 0 });
	even.count = 11; /* of the oldest, which used them up, some have been closed since */
	odd.count = 18;
	assert_rows(&rules, ROWS(even, odd), (struct expected){ 40, 0, 40, 11, 40, 0, 0 });
	odd.count = 20; /* all of bind's, so it goes on to those of connect */
	even.count = 3;
	assert_rows(&rules, ROWS(even, odd), (struct expected){ 17, 0, 17, 17, 40, 0, 0 });
}

static void test_odd_range(void **state)
{
	struct tc_headroom_rules rules = rules_of(11);

	(void)state;
	assert_rows(&rules, ROWS(CONNECTED(LOW + 3, 1, 80, BY_CONNECT)),
		    (struct expected){ 11, 1, 10, 9, 10, 0, 0 });
	assert_rows(&rules,
		    ROWS(CONNECTED(LOW, 1, 80, BY_CONNECT), CONNECTED(LOW + 10, 1, 81, BY_BIND)),
		    (struct expected){ 10, 1, 9, 9, 9, 0, 0 });
	rules = rules_of(1);
	assert_rows(&rules, ROWS(CONNECTED(LOW, 1, 81, BY_CONNECT)),
		    (struct expected){ 1, 0, 1, 1, 1, 0, 0 });
	assert_rows(&rules, ROWS(CONNECTED(LOW, 1, 80, BY_CONNECT)),
		    (struct expected){ 1, 1, 0, 0, 0, 0, 0 });
}

static void test_devices(void **state)
{
	struct tc_headroom_rules rules = rules_of(20);
	struct row plain = CONNECTED(LOW, 3, 80, BY_CONNECT), device = CONNECTED(LOW + 2, 3, 80, BY_CONNECT);
	struct row rows[2];
	struct tc_headroom *headroom;

	(void)state;
	device.ifindex = 7;
	rows[0] = plain;
	rows[1] = device;
	headroom = headroom_of(&rules, rows, 2);
	assert_int_equal(tc_headroom_finish(headroom), 0);
	assert_int_equal(find(headroom, 80, 0)->free, 17); /* the device's are not in its way */
	assert_int_equal(find(headroom, 80, 7)->free, 15); /* but it has both in its own */
	tc_headroom_free(headroom);
}

static void test_bind_free(void **state)
{
	struct tc_headroom_rules rules = rules_of(20);
	struct row listener = CONNECTED(LOW + 19, 1, 0, UNKNOWN), other;
	const struct tc_destination *told;
	struct tc_headroom *headroom;
	struct row rows[4] = { CONNECTED(LOW + 1, 4, 80, BY_BIND), CONNECTED(LOW + 8, 3, 81, BY_CONNECT) };

	(void)state;
	listener.state = TC_LISTEN;
	listener.local = "::";
	other = rows[1]; /* another address: not in the way of bind */
	other.local = "10.0.0.9";
	other.port = LOW + 12;
	rows[2] = listener;
	rows[3] = other;
	headroom = headroom_of(&rules, rows, 4);
	assert_int_equal(tc_headroom_finish(headroom), 0);
	told = find(headroom, 80, 0);
	assert_true(told->shared_pool);
	assert_int_equal(told->bind_free, 20 - 4 - 3 - 1);
	assert_int_equal(told->free, 15);
	assert_false(find(headroom, 81, 0)->shared_pool);
	assert_ptr_equal(tc_headroom_at(headroom, 0), told); /* the fewest left first */
	tc_headroom_free(headroom);
}

/* What is known to be bind's needs no mark; and no TIME_WAIT of it is taken over. */
static void test_pool_of_bind(void **state)
{
	static const struct {
		int origin;
		bool inferred;
	} rows[] = { { BY_BIND, false }, { UNKNOWN, true } };

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_headroom_rules rules = rules_of(40);
		struct row row = in_time_wait(1, 5000, 55000);
		const struct tc_destination *told;
		struct tc_headroom *headroom;

		rules.tw_reuse = 1;
		row.port = LOW + 1;
		row.step = 2;
		row.origin = rows[i].origin;
		headroom = headroom_of(&rules, &row, 1);
		assert_int_equal(tc_headroom_finish(headroom), 0);
		told = find(headroom, 80, 0);
		assert_true(told->shared_pool);
		assert_int_equal(told->inferred, rows[i].inferred);
		assert_int_equal(told->reusable, 0);
		assert_true(fabs(told->sustains_per_second - told->capacity / 60.0) < 0.001);
		tc_headroom_free(headroom);
	}
}

/* Ports that come back within the interval may have had more connections than are seen. */
static void test_rate_of_ports_taken_over(void **state)
{
	static const struct {
		int64_t delay_ms;
		double seconds;
		bool is_open;
	} rows[] = { { 1000, 3, true }, { 1000, 1, false }, { 1000, 0.5, false }, { 100, 1, true } };

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_headroom_rules rules = rules_of(20);
		struct row row = in_time_wait(1, 5000, 55000);
		struct tc_headroom *before, *now;
		const struct tc_destination *told;

		rules.tw_reuse = 1;
		rules.tw_reuse_delay = rows[i].delay_ms;
		before = headroom_of(&rules, NULL, 0);
		now = headroom_of(&rules, &row, 1);
		assert_int_equal(tc_headroom_finish(before), 0);
		assert_int_equal(tc_headroom_finish(now), 0);
		assert_int_equal(tc_headroom_rate(now, before, rows[i].seconds), 0);
		told = find(now, 80, 0);
		assert_true(fabs(told->per_second_at_least - 5 / rows[i].seconds) < 0.001);
		assert_int_equal(isinf(told->per_second_at_most) != 0, rows[i].is_open);
		tc_headroom_free(before);
		tc_headroom_free(now);
	}
}

static void test_rates(void **state)
{
	struct tc_headroom_rules rules = rules_of(100);
	struct row rows[2] = { CONNECTED(LOW, 10, 80, BY_CONNECT), CONNECTED(LOW, 10, 81, BY_CONNECT) };
	struct tc_headroom *before = headroom_of(&rules, rows, 2), *now;

	(void)state;
	rows[0].port += 5; /* five ended, and fifteen began */
	rows[0].count = 20;
	now = headroom_of(&rules, rows, 2);
	assert_int_equal(tc_headroom_finish(before), 0);
	assert_int_equal(tc_headroom_finish(now), 0);
	assert_false(find(now, 80, 0)->rated);
	assert_int_equal(tc_headroom_rate(now, before, 0), -EINVAL);
	assert_int_equal(tc_headroom_rate(now, before, 2), 0);
	assert_true(find(now, 80, 0)->rated);
	assert_true(fabs(find(now, 80, 0)->per_second_at_least - 7.5) < 0.001);
	assert_true(fabs(find(now, 80, 0)->per_second_at_most - 7.5) < 0.001);
	assert_true(fabs(find(now, 80, 0)->seconds_left - 80 / 5.0) < 0.001);
	assert_true(find(now, 81, 0)->per_second_at_most == 0 &&
		    isinf(find(now, 81, 0)->seconds_left));
	tc_headroom_free(before);
	tc_headroom_free(now);
}

/* One reading of the connection on the first port; finished. */
static struct tc_headroom *headroom_of_one(int state, uint64_t cookie, uint32_t inode)
{
	struct tc_headroom_rules rules = rules_of(20);
	struct tc_headroom_fact fact = TC_HEADROOM_NO_FACT;
	struct tc_sock sock = {
		.have = TC_HAVE_ENDPOINTS | TC_HAVE_INODE | (cookie ? TC_HAVE_COOKIE : 0),
		.local = addr_of("10.0.0.1"),
		.remote = addr_of("10.0.0.2"),
		.local_port = LOW,
		.remote_port = 80,
		.state = (uint8_t)state,
		.direction = TC_DIRECTION_OUT,
		.cookie = cookie,
		.inode = inode,
	};
	struct tc_headroom *headroom;

	assert_int_equal(tc_headroom_new(&rules, &headroom), 0);
	if (state)
		assert_int_equal(tc_headroom_add(headroom, &sock, &fact), 0);
	assert_int_equal(tc_headroom_finish(headroom), 0);
	return headroom;
}

/* A port that had a connection then, and has one now. */
static void test_what_is_new_on_a_port(void **state)
{
	static const struct {
		int state_then;
		uint64_t cookie_then;
		uint32_t inode_then;
		int state_now;
		uint64_t cookie_now;
		uint32_t inode_now;
		int least, most;
	} cases[] = {
		/* cookies tell, whatever the states are */
		{ TC_ESTABLISHED, 7, 5, TC_TIME_WAIT, 7, 0, 0, 0 },
		{ TC_TIME_WAIT, 7, 0, TC_TIME_WAIT, 8, 0, 1, 1 },
		{ TC_ESTABLISHED, 7, 5, TC_ESTABLISHED, 8, 6, 1, 1 },
		/* without, the inodes of those that a program holds */
		{ TC_ESTABLISHED, 0, 5, TC_ESTABLISHED, 0, 5, 0, 0 },
		{ TC_ESTABLISHED, 0, 5, TC_ESTABLISHED, 0, 6, 1, 1 },
		/* and without these it may be the same one, or not */
		{ TC_ESTABLISHED, 0, 5, TC_TIME_WAIT, 0, 0, 0, 1 },
		{ TC_TIME_WAIT, 0, 0, TC_TIME_WAIT, 0, 0, 0, 1 },
		{ TC_FIN_WAIT1, 0, 0, TC_FIN_WAIT2, 0, 0, 0, 1 },
		/* but none leaves TIME_WAIT alive, and none was there before its port was taken */
		{ TC_TIME_WAIT, 0, 0, TC_ESTABLISHED, 0, 5, 1, 1 },
		{ 0, 0, 0, TC_TIME_WAIT, 0, 0, 1, 1 },
		/* a cookie and an inode are not to be compared, not even where the number is the same */
		{ TC_ESTABLISHED, 5, 0, TC_ESTABLISHED, 0, 5, 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct tc_headroom *before = headroom_of_one(
			cases[i].state_then, cases[i].cookie_then, cases[i].inode_then);
		struct tc_headroom *now = headroom_of_one(cases[i].state_now, cases[i].cookie_now,
							  cases[i].inode_now);
		const struct tc_destination *told;

		assert_int_equal(tc_headroom_rate(now, before, 1), 0);
		told = find(now, 80, 0);
		if ((int)told->per_second_at_least != cases[i].least ||
		    (int)told->per_second_at_most != cases[i].most)
			fail_msg("case %zu: %.0f to %.0f", i, told->per_second_at_least,
				 told->per_second_at_most);
		tc_headroom_free(before);
		tc_headroom_free(now);
	}
}

static void test_choice_and_pool(void **state)
{
	struct tc_headroom_rules rules = rules_of(20);
	struct row rows[2] = { CONNECTED(LOW, 2, 80, BY_BIND), CONNECTED(LOW + 4, 2, 81, BY_CONNECT) };
	struct tc_headroom *headroom;
	struct tc_port_pool pool = { .low = 0 };
	struct tc_sock sock = { .local = addr_of("10.0.0.1"), .remote = addr_of("10.0.0.2"), .remote_port = 81 };

	(void)state;
	tc_port_set_add(&rules.reserved, LOW + 9);
	headroom = headroom_of(&rules, rows, 2);
	tc_headroom_close(headroom, LOW + 7);
	tc_headroom_close(headroom, 80);
	tc_headroom_choose(headroom, &sock);
	assert_int_equal(tc_headroom_finish(headroom), 0);
	assert_int_equal(tc_headroom_count(headroom), 1);
	assert_int_equal(find(headroom, 81, 0)->free, 20 - 1 - 1 - 2 - 2);
	tc_headroom_pool(headroom, &pool);
	assert_int_equal(pool.reserved, 1);
	assert_int_equal(pool.taken, 3);
	assert_null(tc_headroom_at(headroom, 1));
	tc_headroom_free(headroom);
}

static void test_refused(void **state)
{
	struct tc_headroom_rules rules = rules_of(20);
	struct tc_headroom *headroom;

	(void)state;
	rules.high = LOW - 1;
	assert_int_equal(tc_headroom_new(&rules, &headroom), -EINVAL);
	rules.low = 0;
	assert_int_equal(tc_headroom_new(&rules, &headroom), -EINVAL);
	tc_headroom_free(NULL);
}

/* Nothing depends on how many destinations there are. */
static void test_many(void **state)
{
	struct tc_headroom_rules rules = rules_of(MANY);
	struct row rows[MANY];
	struct tc_headroom *headroom;

	(void)state;
	for (int i = 0; i < MANY; i++)
		rows[i] = (struct row)CONNECTED(LOW, i + 1, 1000 + i, BY_CONNECT);
	headroom = headroom_of(&rules, rows, MANY);
	assert_int_equal(tc_headroom_finish(headroom), 0);
	assert_int_equal(tc_headroom_count(headroom), MANY);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(tc_headroom_at(headroom, (size_t)i)->free, i);
		assert_int_equal(tc_headroom_at(headroom, (size_t)i)->remote_port, 1000 + MANY - 1 - i);
	}
	tc_headroom_free(headroom);
}

static void test_port_sets(void **state)
{
	static const char *const wrong[] = { ",", "1,", ",1", "2-1", "65536", "a", "1 ,2", "-1" };
	struct tc_port_set set = { .word = { 0 } };

	(void)state;
	assert_int_equal(tc_port_set_parse("1,63-64,65535\n", 14, &set), 0);
	for (unsigned port = 0; port < TC_PORT_COUNT; port++)
		assert_int_equal(tc_port_set_has(&set, port),
				 port == 1 || port == 63 || port == 64 || port == 65535);
	for (size_t i = 0; i < TC_ARRAY_SIZE(wrong); i++)
		assert_int_equal(tc_port_set_parse(wrong[i], strlen(wrong[i]), &set), -EINVAL);
	assert_true(tc_port_set_has(&set, 63)); /* written on success only */
	assert_int_equal(tc_port_set_parse("\n", 1, &set), 0);
	assert_false(tc_port_set_has(&set, 63));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_origins),
		cmocka_unit_test(test_listeners_and_reserved),
		cmocka_unit_test(test_time_wait),
		cmocka_unit_test(test_time_wait_unknown),
		cmocka_unit_test(test_what_can_be_sustained),
		cmocka_unit_test(test_loopback_is_reused),
		cmocka_unit_test(test_inference),
		cmocka_unit_test(test_odd_range),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_bind_free),
		cmocka_unit_test(test_pool_of_bind),
		cmocka_unit_test(test_rate_of_ports_taken_over),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_what_is_new_on_a_port),
		cmocka_unit_test(test_choice_and_pool),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_port_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
