/* SPDX-License-Identifier: MIT */
/*
 * walk.h - walks the hash tables of the calling thread's network namespace, in the kernel.
 *
 * On as many processors as may be used, each with a share of the buckets; in runs of bounded
 * length, between which the kernel is free to do something else.
 */
#ifndef TC_BPF_WALK_H
#define TC_BPF_WALK_H

#include "bpf/walk_state.h"
#include "tcpcensus.h"

struct tc_walk; /* what is known of this kernel, and memory that it shares with us */

/* How programs read what is in the kernel, the faster one first. */
enum tc_walk_way {
	TC_WALK_TYPED, /* by bpf_rdonly_cast(), since Linux 6.2 */
	TC_WALK_PROBE, /* by bpf_probe_read_kernel(), a call each time; with bpf_loop() (5.17) */
	TC_WALK_WAYS
};

enum tc_walk_program {
	TC_WALK_COUNT, /* counts by state */
	TC_WALK_SCAN,  /* hands over records */
	TC_WALK_BOUND, /* counts what is only bound, as the first of the totals */
	TC_WALK_ANCHORED, /* likewise; TC_WALK_BOUND is that where a count has sampled before */
	TC_WALK_PROGRAMS
};

/*
 * Gets what was written into a lane's stream: words of TC_WALK_WORD_, or records of
 * TC_WALK_RECORD words. Called by one thread at a time. 0 to go on; anything else ends the walk.
 */
typedef int tc_walk_sink(void *context, const struct tc_walk_layout *layout, const uint64_t *words,
			 size_t count);

struct tc_walk_job {
	unsigned families;	   /* TC_FAMILY_ bits */
	uint32_t slots, slots_closely; /* as in struct tc_walker */
	/*
	 * There are about so many: some are kept for the next TC_WALK_BOUND of the same families
	 * and namespaces, and all are summed up for it; 0: none.
	 */
	uint64_t sampled;
	/* Namespaces that share this one's tables, told apart; NULL: this one alone. */
	const uint64_t *netns;
	size_t netns_count;
	struct tc_walk_ends *ends; /* of what TC_WALK_COUNT counts: added to; or NULL */
	uint32_t ends_every;	   /* of one in so many, which stand for the others */
	bool listening;		   /* listeners instead of connections */
	tc_walk_sink *sink;
	void *context;
};

struct tc_walk_result {
	uint64_t totals[TC_WALK_SLOTS]; /* of TC_WALK_COUNT */
	uint64_t buckets;
	uint64_t repeated; /* chains that changed while they were followed */
	uint64_t given_up; /* chains that never stood still: the result is incomplete */
	uint64_t followed; /* of TC_WALK_BOUND: of how many sums of ports the lists were followed */
};

/* The fastest way that this kernel has and that is not before `from`. -errno: why says it. */
int tc_walk_open(enum tc_walk_way from, struct tc_walk **ret_walk, char why[TC_WHY_MAX]);

/* After a run it may be a later one: the kernel has refused programs of the first then. */
enum tc_walk_way tc_walk_way(const struct tc_walk *walk);
void tc_walk_close(struct tc_walk *walk);

/*
 * Runs a program, which is loaded when it is first asked for. 0, what the sink returned, or -errno
 * with a sentence in why.
 */
int tc_walk_run(struct tc_walk *walk, enum tc_walk_program program, const struct tc_walk_job *job,
		struct tc_walk_result *ret_result, char why[TC_WHY_MAX]);

#endif
