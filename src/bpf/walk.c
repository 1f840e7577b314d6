/* SPDX-License-Identifier: MIT */
/* walk.c - loads the walk's programs and runs them on several processors; see walk.h. */
#include "bpf/walk.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "bpf/anchored.image.h"
#include "bpf/anchored_probe.image.h"
#include "bpf/anchors.h"
#include "bpf/image.h"
#include "bpf/bound.image.h"
#include "bpf/bound_probe.image.h"
#include "bpf/count.image.h"
#include "bpf/count_probe.image.h"
#include "bpf/layout.h"
#include "bpf/load.h"
#include "bpf/netns_set.h"
#include "bpf/scan.image.h"
#include "bpf/scan_probe.image.h"
#include "util/buf.h"
#include "util/intl.h"
#include "util/macro.h"

enum {
	WALKERS_MAX = 8, /* more wait for memory together */
	SHARE = 16384,	 /* buckets that a walker takes at a time */
	/*
	 * Steps of a run: one to three milliseconds where each waits for memory, which is how long
	 * the kernel lets nobody else on a processor if it does not preempt itself.
	 */
	STEPS = 40000,
	STEPS_PROBE = 10000,
	SAMPLED_OF = 16, /* samples are taken of one in so many, where ends need no more */
};

static const struct tc_bpf_image *const images[TC_WALK_WAYS][TC_WALK_PROGRAMS] = {
	[TC_WALK_TYPED] = {
		[TC_WALK_COUNT] = &count_image,
		[TC_WALK_SCAN] = &scan_image,
		[TC_WALK_BOUND] = &bound_image,
		[TC_WALK_ANCHORED] = &anchored_image,
	},
	[TC_WALK_PROBE] = {
		[TC_WALK_COUNT] = &count_probe_image,
		[TC_WALK_SCAN] = &scan_probe_image,
		[TC_WALK_BOUND] = &bound_probe_image,
		[TC_WALK_ANCHORED] = &anchored_probe_image,
	},
};

struct tc_walk {
	enum tc_walk_way way;
	struct tc_walk_layout layout;
	struct tc_bpf_names names;
	int map;
	int programs[TC_WALK_PROGRAMS]; /* -1: not loaded yet */
	uint32_t walkers;
	struct tc_walker *memory; /* one a walker */
	struct tc_anchors *anchors; /* of the last count that sampled; or NULL */
};

/* ---- Opening ---------------------------------------------------------------------------- */

static uint32_t processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) < 0 ? WALKERS_MAX : CPU_COUNT(&set);

	return count > WALKERS_MAX ? WALKERS_MAX : (uint32_t)count;
}

static bool can_cast(const struct tc_bpf_names *names)
{
	return names->rdonly_cast && names->rcu_lock && names->rcu_unlock && names->word_type;
}

enum tc_walk_way tc_walk_way(const struct tc_walk *walk)
{
	return walk->way;
}

int tc_walk_open(enum tc_walk_way from, struct tc_walk **ret_walk, char why[TC_WHY_MAX])
{
	struct tc_walk *walk = calloc(1, sizeof(*walk));
	void *memory = NULL;
	int err;

	if (!walk)
		return -ENOMEM;
	walk->map = -1;
	for (size_t i = 0; i < TC_WALK_PROGRAMS; i++)
		walk->programs[i] = -1;
	walk->walkers = processors();
	err = tc_bpf_layout(&walk->layout, &walk->names, why);
	walk->way = from == TC_WALK_TYPED && can_cast(&walk->names) ? TC_WALK_TYPED : TC_WALK_PROBE;
	if (!err) {
		walk->map = tc_bpf_shared_map(sizeof(struct tc_walker), walk->walkers, &memory);
		walk->memory = memory;
		if (walk->map < 0)
			err = tc_bpf_fail(walk->map, why);
	}
	if (err)
		tc_walk_close(walk);
	else
		*ret_walk = walk;
	return err;
}

void tc_walk_close(struct tc_walk *walk)
{
	if (!walk)
		return;
	if (walk->memory)
		munmap(walk->memory, sizeof(struct tc_walker) * walk->walkers);
	for (size_t i = 0; i < TC_WALK_PROGRAMS; i++)
		if (walk->programs[i] >= 0)
			close(walk->programs[i]);
	if (walk->map >= 0)
		close(walk->map);
	free(walk->anchors);
	free(walk);
}

/* ---- Threads ---------------------------------------------------------------------------- */

/*
 * Signals go to the threads of whoever calls us, as if these were not there. But SIGPIPE goes to
 * the thread that has written, and a sink may write.
 */
static bool start(pthread_t *ret_thread, void *(*body)(void *), void *context)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	sigdelset(&all, SIGPIPE);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(ret_thread, NULL, body, context) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

/* ---- Walking ---------------------------------------------------------------------------- */

/* What the walkers have in common. */
struct party {
	struct tc_walk *walk;
	int program;
	uint32_t steps;
	const struct tc_walk_job *job;
	uint32_t next, buckets; /* next is taken atomically */
	pthread_mutex_t lock;	/* of what the sink does, and of the result: */
	int err;	/* of the kernel */
	int sink_err;	/* what the sink returned, if it was not 0; or no memory */
};

struct member {
	struct party *party;
	uint32_t number;
	pthread_t thread;
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
static int drain(struct party *party, struct member *member, struct tc_walker *walker)
{
	const struct tc_walk_job *job = party->job;
	int err;

	pthread_mutex_lock(&party->lock);
	err = party->sink_err;
	for (size_t i = 0; i < TC_WALK_LANES; i++) {
		const struct tc_walk_lane *lane = &walker->lanes[i];
		const uint64_t *stream = walker->stream[i];

		if (!err)
			err = give_aside(job, walker, lane, &member->aside[i]);
		if (!err && lane->kept)
			err = job->sink(job->context, &walker->layout, stream, lane->kept);
		if (!err)
			err = put_aside(lane, stream, &member->aside[i]);
	}
	party->sink_err = err;
	err = err ? err : party->err; /* where another walker has failed there is no use in going on */
	pthread_mutex_unlock(&party->lock);
	return err;
}

/* A lane begins as if it had just come to the end of an empty chain, so it goes on to another. */
static void wake_anew(const struct tc_walker *walker, struct tc_walk_lane *lane)
{
	lane->node = (uint64_t)(lane->bucket + walker->nulls_base) << 1 | 1;
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

static int fail(struct party *party, int err)
{
	pthread_mutex_lock(&party->lock);
	party->err = err;
	pthread_mutex_unlock(&party->lock);
	return err;
}

static int walk_share(struct party *party, struct member *member, struct tc_walker *walker)
{
	int err = 0;

	while (!err && !is_done(walker)) {
		wake(walker);
		while (!err && walker->resting < TC_WALK_LANES)
			err = run(party->program, member->number, party->steps);
		err = err ? fail(party, err) : drain(party, member, walker);
	}
	return err;
}

static void *walk_shares(void *context)
{
	struct member *member = context;
	struct party *party = member->party;
	struct tc_walker *walker = &party->walk->memory[member->number];
	int err = 0;

	while (!err) {
		uint32_t from = __atomic_fetch_add(&party->next, SHARE, __ATOMIC_RELAXED);

		if (from >= party->buckets)
			break;
		walker->next = from;
		walker->end = party->buckets - from < SHARE ? party->buckets : from + SHARE;
		err = walk_share(party, member, walker);
	}
	for (size_t i = 0; i < TC_WALK_LANES; i++)
		tc_buf_release(&member->aside[i]);
	return NULL;
}

static void walk_together(struct party *party)
{
	struct member members[WALKERS_MAX];
	uint32_t shares = (party->buckets + SHARE - 1) / SHARE;
	uint32_t count = party->walk->walkers < shares ? party->walk->walkers : shares;
	uint32_t started = 1; /* we are the first */

	if (!count) /* a table without buckets */
		return;
	for (uint32_t i = 0; i < count; i++)
		members[i] = (struct member){.party = party, .number = i};
	while (started < count &&
	       start(&members[started].thread, walk_shares, &members[started]))
		started++;
	walk_shares(&members[0]);
	for (uint32_t i = 1; i < started; i++)
		pthread_join(members[i].thread, NULL);
}

/*
 * Requests are in no list of those that share a port. Nor are, until Linux 6.8, minisockets: the
 * node is not in what they have in common with full sockets then, and further on than the other.
 */
static uint32_t sampled_slots(const struct tc_walk_layout *layout)
{
	uint32_t minis = 1u << TC_WALK_SLOT_TIME_WAIT | 1u << TC_WALK_SLOT_FIN_WAIT2_MINI;
	uint32_t slots = (1u << TC_WALK_SLOTS) - 1;

	slots &= ~(1u << TC_WALK_SLOT_REQUEST);
	return layout->bind_node.word < layout->node.word ? slots : slots & ~minis;
}

static void prepare(const struct tc_walk *walk, const struct tc_walk_job *job,
		    struct tc_walker *walker)
{
	memset(walker, 0, offsetof(struct tc_walker, stream));
	walker->layout = walk->layout;
	walker->families = (job->families & TC_FAMILY_INET ? 1 : 0) |
			   (job->families & TC_FAMILY_INET6 ? 2 : 0);
	walker->slots = job->slots;
	walker->slots_all = job->slots_all;
	walker->tell_net = job->netns != NULL;
	walker->listening = job->listening;
	walker->closer_every = job->ends      ? job->ends_every
			       : job->sampled ? SAMPLED_OF
					      : UINT32_MAX;
	walker->notes_ends = job->ends != NULL;
	if (job->sampled) {
		uint64_t looked_at = job->sampled / walker->closer_every;

		walker->samples_of = sampled_slots(&walk->layout);
		walker->sample_every = (uint32_t)(looked_at / TC_WALK_SAMPLES / walk->walkers) + 1;
	}
}

static void add_ends(struct tc_walk_ends *ends, const struct tc_walk_ends *more, uint32_t every)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(ends->far); i++)
		ends->far[i] += every * more->far[i];
	for (size_t i = 0; i < TC_ARRAY_SIZE(ends->near); i++)
		ends->near[i] |= more->near[i];
}

/* What one walker found; counts that are still packed, too. */
static void add_result(struct tc_walk_result *result, const struct tc_walker *walker)
{
	for (size_t slot = 0; slot < TC_WALK_SLOTS; slot++)
		result->totals[slot] += walker->totals[slot] + (walker->packed >> 5 * slot & 31);
	result->repeated += walker->repeated;
	result->given_up += walker->given_up;
}

static int load(struct tc_walk *walk, enum tc_walk_program program)
{
	int *loaded = &walk->programs[program];

	if (*loaded < 0)
		*loaded = tc_bpf_image_load(images[walk->way][program], &walk->names, walk->map);
	return *loaded;
}

static void *load_anchored(void *context)
{
	load(context, TC_WALK_ANCHORED);
	return NULL;
}

/*
 * The kernel verifies a program on one processor: what a count is sampled for is loaded at the same
 * time on another. If that fails, whoever runs it tries again, and says why.
 */
static void load_for(struct tc_walk *walk, enum tc_walk_program program,
		     const struct tc_walk_job *job)
{
	pthread_t other;
	bool begun = job->sampled && walk->walkers > 1 && walk->programs[TC_WALK_ANCHORED] < 0 &&
		     start(&other, load_anchored, walk);

	load(walk, program);
	if (begun)
		pthread_join(other, NULL);
}

/* The first walker finds the table; all get to know it. */
static int find_table(const struct party *party, char why[TC_WHY_MAX])
{
	struct tc_walker *walkers = party->walk->memory;
	size_t listed = 0;
	int err;

	prepare(party->walk, party->job, &walkers[0]);
	err = run(party->program, 0, 0);
	if (err)
		return tc_bpf_fail(err, why);
	if (party->job->netns) {
		walkers[0].net = 0;
		listed = tc_netns_set_fill(&walkers[0], party->job->netns, party->job->netns_count);
		if (!listed) {
			snprintf(why, TC_WHY_MAX, "%s",
				 _("there are too many network namespaces for one walk"));
			return -EOPNOTSUPP;
		}
	}
	for (uint32_t i = 1; i < party->walk->walkers; i++) {
		memcpy(&walkers[i], &walkers[0], offsetof(struct tc_walker, stream));
		memcpy(walkers[i].listed, walkers[0].listed, listed * sizeof(*walkers->listed));
	}
	return 0;
}

static int run_program(struct tc_walk *walk, enum tc_walk_program program,
		       const struct tc_walk_job *job, struct tc_walk_result *ret_result,
		       char why[TC_WHY_MAX])
{
	struct party party = {
		.walk = walk,
		.job = job,
		.steps = walk->way == TC_WALK_PROBE ? STEPS_PROBE : STEPS,
	};
	int err;

	*ret_result = (struct tc_walk_result){.buckets = 0};
	load_for(walk, program, job);
	party.program = walk->programs[program];
	if (party.program < 0)
		return tc_bpf_fail(party.program, why);
	err = find_table(&party, why);
	if (err)
		return err;
	party.buckets = (uint32_t)walk->memory[0].buckets;
	if (program == TC_WALK_ANCHORED) {
		party.buckets += TC_WALK_ANCHORS; /* which come first */
		for (uint32_t i = 0; i < walk->walkers; i++)
			tc_anchors_place(walk->anchors, &walk->memory[i]);
	}
	pthread_mutex_init(&party.lock, NULL);
	walk_together(&party);
	pthread_mutex_destroy(&party.lock);
	for (uint32_t i = 0; i < walk->walkers; i++)
		add_result(ret_result, &walk->memory[i]);
	for (uint32_t i = 0; job->ends && i < walk->walkers; i++)
		add_ends(job->ends, &walk->memory[i].ends, job->ends_every);
	ret_result->buckets = party.buckets;
	return party.err ? tc_bpf_fail(party.err, why) : party.sink_err;
}

/* For the next TC_WALK_BOUND. Without memory for it that takes longer, and is right. */
static void keep_samples(struct tc_walk *walk)
{
	if (!walk->anchors)
		walk->anchors = malloc(sizeof(*walk->anchors));
	if (walk->anchors)
		tc_anchors_take(walk->anchors, walk->memory, walk->walkers);
}

/* -EAGAIN: lists have changed too much to be begun anywhere but at their beginnings. */
static int run_anchored(struct tc_walk *walk, const struct tc_walk_job *job,
			struct tc_walk_result *ret_result, char why[TC_WHY_MAX])
{
	int err = run_program(walk, TC_WALK_ANCHORED, job, ret_result, why);

	if (!err && ret_result->given_up)
		return -EAGAIN;
	return err ? err : tc_anchors_judge(walk->memory, walk->walkers, &ret_result->totals[0]);
}

int tc_walk_run(struct tc_walk *walk, enum tc_walk_program program, const struct tc_walk_job *job,
		struct tc_walk_result *ret_result, char why[TC_WHY_MAX])
{
	int err = -EAGAIN;

	if (program == TC_WALK_BOUND && walk->anchors && walk->anchors->count)
		err = run_anchored(walk, job, ret_result, why);
	if (err == -EAGAIN)
		err = run_program(walk, program, job, ret_result, why);
	if (!err && job->sampled)
		keep_samples(walk);
	return err;
}
