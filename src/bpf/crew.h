/* SPDX-License-Identifier: MIT */
/*
 * crew.h - several walkers, each with a thread and a processor of its own, share the buckets of a
 * table and hand over what they find; nobody but walk.c includes it.
 */
#ifndef TC_BPF_CREW_H
#define TC_BPF_CREW_H

#include <pthread.h>

#include "bpf/walk.h"

enum { TC_WALKERS_MAX = 8 }; /* more wait for memory together */

struct tc_crew {
	struct tc_walker *memory; /* one a walker */
	uint32_t walkers;
	int program;
	uint32_t steps; /* of a run */
	const struct tc_walk_job *job;
	size_t stream, room; /* where in a walker the streams of the lanes are, and words of each */
	uint32_t next, buckets; /* to be walked: from, and the end; next is taken atomically */
	uint64_t work; /* as much as so many buckets: for how many walkers it is worth */
	/* What came of it; while they walk, under the lock, which the sink is called with, too. */
	int err;      /* of the kernel */
	int sink_err; /* what the sink returned, if it was not 0; or no memory */
	pthread_mutex_t lock;
};

/* Walks all buckets; the calling thread is one of them. */
void tc_crew_walk(struct tc_crew *crew);

#endif
