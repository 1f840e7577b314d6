/* SPDX-License-Identifier: MIT */
/*
 * strayed.c - tcpcensus of which a lane strays between two runs. In the table of ports, after each:
 * from where it stands it is put to where another lane is, in another bucket. Among listeners, once:
 * to where it stood after the run before, in the same chain. So it would be if what it stands at had
 * gone there meanwhile, in the memory that it had, which cannot be made to happen.
 */
#include <stdbool.h>

#include "bpf/image.h"
#include "bpf/load.h"
#include "bpf/walk_state.h"

int __real_tc_bpf_run(int program, void *context, size_t size);
int __wrap_tc_bpf_run(int program, void *context, size_t size);
int __real_tc_bpf_shared_map(size_t value_size, uint32_t count, void **ret_memory);
int __wrap_tc_bpf_shared_map(size_t value_size, uint32_t count, void **ret_memory);

enum { STEPS = 1000 }; /* of a run, which is ended within most buckets then */

static struct tc_walker *walkers;

int __wrap_tc_bpf_shared_map(size_t value_size, uint32_t count, void **ret_memory)
{
	int map = __real_tc_bpf_shared_map(value_size, count, ret_memory);

	walkers = map < 0 ? NULL : *ret_memory;
	return map;
}

static bool is_at_port(const struct tc_walk_lane *lane)
{
	return lane->node && !(lane->node & 1) && !lane->outer_node;
}

/* Who waits within a chain is put back, once. */
static void put_back(struct tc_walker *walker)
{
	static uint64_t link, node;
	static bool is_back;

	for (size_t i = 0; i < TC_WALK_LANES && !is_back; i++) {
		struct tc_walk_lane *lane = &walker->lanes[i];

		if (!lane->paused)
			continue;
		is_back = node;
		if (is_back) {
			lane->link = link;
			lane->paused = node;
		}
		link = lane->link;
		node = lane->paused;
	}
}

/* Who has come from one port of a bucket to the next is put to where another lane is. */
static void stray(struct tc_walker *walker)
{
	struct tc_walk_lane *strays = NULL, *other = NULL;

	for (size_t i = 0; i < TC_WALK_LANES; i++) {
		struct tc_walk_lane *lane = &walker->lanes[i];

		if (!is_at_port(lane))
			continue;
		if (!strays && lane->list)
			strays = lane;
		else
			other = lane;
	}
	if (strays && other) {
		strays->link = other->link;
		strays->node = other->node;
	}
}

int __wrap_tc_bpf_run(int program, void *context, size_t size)
{
	struct tc_walk_run *run = context;
	int err;

	if (size == sizeof(*run) && run->steps > STEPS)
		run->steps = STEPS;
	err = __real_tc_bpf_run(program, context, size);
	if (!walkers || size != sizeof(*run) || !run->steps)
		return err;
	if (walkers[run->walker].listening)
		put_back(&walkers[run->walker]);
	else
		stray(&walkers[run->walker]);
	return err;
}
