/* SPDX-License-Identifier: MIT */
/* crew.c - how walkers share the buckets of a table; see crew.h. */
#include "bpf/crew.h"

#include <errno.h>
#include <string.h>

#include "bpf/image.h"
#include "util/buf.h"
#include "util/thread.h"

/* Buckets: for fewer no further walker is begun; so many a walker takes at a time, at the least. */
enum { WORTH_A_WALKER = 16384, SHARE_LEAST = 2048 };

struct member {
	struct tc_crew *crew;
	uint32_t number;
	struct tc_thread thread;
	struct tc_buf aside[TC_WALK_LANES]; /* of chains that are longer than a stream */
};

static int run(int program, uint32_t number, uint32_t steps)
{
	struct tc_walk_run request = {.walker = number, .steps = steps};

	return tc_bpf_run(program, &request, sizeof(request));
}

/* What was put aside of a chain counts if its end was reached since. */
static int give_aside(const struct tc_walk_job *job, const struct tc_walker *walker,
		      const struct tc_walk_lane *lane, const struct tc_buf *aside)
{
	if (!lane->proven || !aside->length)
		return 0;
	return job->sink(job->context, &walker->layout, (const uint64_t *)aside->data,
			 aside->length / sizeof(uint64_t));
}

/*
 * What a lane that waits within a chain has found there so far goes aside, behind what is there
 * unless the lane has begun the chain anew.
 */
static int put_aside(const struct tc_walk_lane *lane, const uint64_t *stream, struct tc_buf *aside)
{
	if (lane->proven || !(lane->is_long & TC_WALK_LONG_ASIDE))
		tc_buf_clear(aside);
	if (lane->paused)
		tc_buf_add(aside, stream + lane->kept,
			   (lane->filled - lane->kept) * sizeof(*stream));
	return aside->failed ? -ENOMEM : 0;
}

/* Hands over what the lanes have written. */
static int drain(struct tc_crew *crew, struct member *member, struct tc_walker *walker)
{
	const uint64_t *streams = (const uint64_t *)(const void *)((char *)walker + crew->stream);
	const struct tc_walk_job *job = crew->job;
	int err;

	pthread_mutex_lock(&crew->lock);
	err = crew->sink_err;
	for (size_t i = 0; i < TC_WALK_LANES; i++) {
		const struct tc_walk_lane *lane = &walker->lanes[i];
		const uint64_t *stream = streams + i * crew->room;

		if (!err)
			err = give_aside(job, walker, lane, &member->aside[i]);
		if (!err && lane->kept)
			err = job->sink(job->context, &walker->layout, stream, lane->kept);
		if (!err)
			err = put_aside(lane, stream, &member->aside[i]);
	}
	crew->sink_err = err;
	err = err ? err : crew->err; /* where another walker has failed there is no use in going on */
	pthread_mutex_unlock(&crew->lock);
	return err;
}

/* A lane begins as if it had just come to the end of an empty chain, so it goes on to another. */
static void wake_anew(const struct tc_walker *walker, struct tc_walk_lane *lane)
{
	lane->node = (uint64_t)(lane->bucket + walker->nulls_base) << 1 | 1;
	lane->left = 0;
	lane->count = 0;
	lane->seen = 0;
	lane->is_long = 0;
	memset(lane->more, 0, sizeof(lane->more));
}

/* Or it goes on in its chain. */
static void wake_within(struct tc_walk_lane *lane)
{
	lane->node = lane->paused;
	lane->paused = 0;
	lane->is_long |= TC_WALK_LONG_ASIDE;
}

static void wake(struct tc_walker *walker)
{
	walker->resting = 0;
	for (size_t i = 0; i < TC_WALK_LANES; i++) {
		struct tc_walk_lane *lane = &walker->lanes[i];

		if (lane->paused)
			wake_within(lane);
		else
			wake_anew(walker, lane);
		lane->proven = 0;
		lane->kept = 0;
		lane->filled = 0;
	}
}

static bool is_done(const struct tc_walker *walker)
{
	uint64_t paused = 0;

	for (size_t i = 0; i < TC_WALK_LANES; i++)
		paused |= walker->lanes[i].paused;
	return !paused && walker->next >= walker->end;
}

static int fail(struct tc_crew *crew, int err)
{
	pthread_mutex_lock(&crew->lock);
	crew->err = err;
	pthread_mutex_unlock(&crew->lock);
	return err;
}

static int walk_share(struct tc_crew *crew, struct member *member, struct tc_walker *walker)
{
	int err = 0;

	while (!err && !is_done(walker)) {
		wake(walker);
		while (!err && walker->resting < TC_WALK_LANES)
			err = run(crew->program, member->number, crew->steps);
		err = err ? fail(crew, err) : drain(crew, member, walker);
	}
	return err;
}

/*
 * The next buckets for whoever asks; 0: none are left. The fewer are left, the fewer he gets, so
 * that at the end nobody works on alone for long.
 */
static uint32_t take_share(struct tc_crew *crew, uint32_t *ret_from)
{
	uint32_t from = __atomic_load_n(&crew->next, __ATOMIC_RELAXED), share;

	do {
		uint32_t left = from < crew->buckets ? crew->buckets - from : 0;

		share = left / (2 * crew->walkers);
		if (share < SHARE_LEAST)
			share = left < SHARE_LEAST ? left : SHARE_LEAST;
	} while (!__atomic_compare_exchange_n(&crew->next, &from, from + share, true,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	*ret_from = from;
	return share;
}

static void walk_shares(void *context)
{
	struct member *member = context;
	struct tc_crew *crew = member->crew;
	struct tc_walker *walker = &crew->memory[member->number];
	uint32_t share;
	int err = 0;

	while (!err && (share = take_share(crew, &walker->next))) {
		walker->end = walker->next + share;
		err = walk_share(crew, member, walker);
	}
	for (size_t i = 0; i < TC_WALK_LANES; i++)
		tc_buf_release(&member->aside[i]);
}

void tc_crew_walk(struct tc_crew *crew)
{
	struct member members[TC_WALKERS_MAX];
	uint64_t shares = (crew->work + WORTH_A_WALKER - 1) / WORTH_A_WALKER;
	uint32_t count = crew->walkers < shares ? crew->walkers : (uint32_t)shares;
	uint32_t started = 1; /* we are the first */

	if (!crew->buckets) /* a table without */
		return;
	count = count ? count : 1;
	pthread_mutex_init(&crew->lock, NULL);
	for (uint32_t i = 0; i < count; i++)
		members[i] = (struct member){.crew = crew, .number = i};
	while (started < count &&
	       tc_thread_begin(&members[started].thread, walk_shares, &members[started]))
		started++;
	walk_shares(&members[0]);
	for (uint32_t i = 1; i < started; i++)
		tc_thread_join(&members[i].thread);
	pthread_mutex_destroy(&crew->lock);
}
