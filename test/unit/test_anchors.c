/* SPDX-License-Identifier: MIT */
/*
 * test_anchors.c - places to begin at within long lists: what becomes of them, and that as many
 * sockets are found as from the beginnings of the lists.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpf/anchors.h"
#include "util/macro.h"
#include "walking.h"

enum {
	LISTS = 3,
	PAIRS = 120, /* in each list: a connection and a socket that is only bound */
	FIRST_PORT = 5000,
	SERVER_PORT = 7001,
	WALKERS = 2,
};

/* ---- What becomes of them ----------------------------------------------------------------- */

struct made {
	struct tc_walker walkers[WALKERS];
	struct tc_anchors anchors;
};

/* Walkers that have sampled some sockets, and the anchors of these. */
static struct made *make_walkers(uint32_t samples)
{
	struct made *made = calloc(1, sizeof(*made));

	assert_non_null(made);
	for (size_t i = 0; i < WALKERS; i++) {
		struct tc_walker *walker = &made->walkers[i];

		walker->sample_count = samples;
		for (uint32_t j = 0; j < samples; j++)
			walker->samples[j] = (struct tc_walk_sample){
				.sock = 0xffff888000000000 + (i * samples + j) * 256,
				.mark = 1 + j,
			};
	}
	tc_anchors_take(&made->anchors, made->walkers, WALKERS);
	for (size_t i = 0; i < WALKERS; i++)
		tc_anchors_place(&made->anchors, &made->walkers[i]);
	return made;
}

static void test_taken(void **state)
{
	struct made *made = make_walkers(TC_WALK_SAMPLES);
	size_t count = 0;

	(void)state;
	/* Most have a slot of their own, and each is where it is looked for. */
	assert_in_range(made->anchors.count, TC_WALK_SAMPLES, WALKERS * TC_WALK_SAMPLES);
	for (uint32_t slot = 0; slot < TC_WALK_ANCHORS; slot++) {
		if (!made->anchors.at[slot].sock)
			continue;
		assert_int_equal(tc_walk_anchor_slot(made->anchors.at[slot].sock), slot);
		assert_true(made->anchors.at[slot].mark != 0);
		count++;
	}
	assert_int_equal(count, made->anchors.count);
	free(made);
}

static void test_gone(void **state)
{
	static const struct {
		unsigned first, second; /* what has become of it for the two walkers */
		bool failed;
	} rows[] = {
		{0, 0, false},
		{TC_WALK_ANCHOR_MET, 0, false},
		{TC_WALK_ANCHOR_GONE, 0, false},
		{TC_WALK_ANCHOR_MET, TC_WALK_ANCHOR_MET, false},
		{TC_WALK_ANCHOR_MET, TC_WALK_ANCHOR_GONE, true},
		{TC_WALK_ANCHOR_GONE, TC_WALK_ANCHOR_MET, true},
		{TC_WALK_ANCHOR_MET | TC_WALK_ANCHOR_GONE, 0, true},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct made *made = make_walkers(1);
		uint32_t slot = tc_walk_anchor_slot(made->walkers[0].samples[0].sock);

		made->walkers[0].anchors.became[slot] = (uint8_t)rows[i].first;
		made->walkers[1].anchors.became[slot] = (uint8_t)rows[i].second;
		assert_int_equal(tc_anchors_failed(made->walkers, WALKERS), rows[i].failed);
		free(made);
	}
}

/* ---- Real lists --------------------------------------------------------------------------- */

static int clients[LISTS * PAIRS];

static int make_lists(void **state)
{
	int listener;

	(void)state;
	if (!walking_alone())
		return 0;
	listener = walking_bound(INADDR_ANY, SERVER_PORT);
	assert_int_equal(listen(listener, LISTS * PAIRS), 0);
	for (int i = 0; i < LISTS * PAIRS; i++) {
		struct sockaddr_in server =
			walking_address(INADDR_LOOPBACK + 256 + (uint32_t)i, SERVER_PORT);

		clients[i] = walking_bound(INADDR_LOOPBACK, (uint16_t)(FIRST_PORT + i % LISTS));
		assert_int_equal(connect(clients[i], (struct sockaddr *)&server, sizeof(server)),
				 0);
		walking_bound(INADDR_LOOPBACK, (uint16_t)(FIRST_PORT + i % LISTS));
	}
	return 0;
}

static uint64_t count(struct tc_walk *walk, enum tc_walk_program program, uint64_t sampled)
{
	return walking_run(walk, program, sampled).totals[0];
}

/* Every connection is sampled, every second one, and so on; then they are where lanes begin. */
static void test_as_many(void **state)
{
	static const enum tc_walk_way ways[] = {TC_WALK_TYPED, TC_WALK_PROBE};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(ways); i++) {
		struct tc_walk *walk = walking_open(ways[i]);

		assert_int_equal(count(walk, TC_WALK_BOUND, 0), LISTS * PAIRS);
		for (uint64_t every = 1; every < PAIRS; every += every / 2 + 1) {
			count(walk, TC_WALK_COUNT, every * TC_WALK_SAMPLES * 8);
			assert_int_equal(count(walk, TC_WALK_BOUND, 0), LISTS * PAIRS);
		}
		tc_walk_close(walk);
	}
}

/* Those that have gone since they were sampled: half of them, then all. */
static void test_as_many_when_gone(void **state)
{
	struct tc_walk *walk = walking_open(TC_WALK_TYPED);

	(void)state;
	count(walk, TC_WALK_COUNT, 1);
	for (int i = 0; i < LISTS * PAIRS; i++) {
		const struct linger reset = {.l_onoff = 1, .l_linger = 0};

		setsockopt(clients[i], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		if (i % LISTS != 1)
			close(clients[i]);
		if (i == LISTS * PAIRS / 2)
			assert_int_equal(count(walk, TC_WALK_BOUND, 0), LISTS * PAIRS);
	}
	assert_int_equal(count(walk, TC_WALK_BOUND, 0), LISTS * PAIRS);
	tc_walk_close(walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_as_many),
		cmocka_unit_test(test_as_many_when_gone),
	};

	return cmocka_run_group_tests_name("anchors", tests, make_lists, NULL);
}
