/* SPDX-License-Identifier: MIT */
/*
 * gives_up.c - the program, on a machine whose chains of sockets never stand still.
 *
 * The kernel gives a chain up that has changed a thousand times under the walk, which no churn
 * that a test can make brings about. So here each walk is done as it is, and then tells that some
 * chains were given up: the linker has it call __wrap_tc_walk_run() of this file. And to have
 * `auto` choose eBPF the machine has a million sockets in TIME_WAIT, as far as the choice knows.
 */
#include "bpf/walk.h"
#include "source/sockstat.h"

enum { GIVEN_UP = 3, TIME_WAIT = 1000000 };

int __real_tc_walk_run(struct tc_walk *walk, enum tc_walk_program program,
		       const struct tc_walk_job *job, struct tc_walk_result *ret_result,
		       char why[TC_WHY_MAX]);
int __wrap_tc_walk_run(struct tc_walk *walk, enum tc_walk_program program,
		       const struct tc_walk_job *job, struct tc_walk_result *ret_result,
		       char why[TC_WHY_MAX]);
struct tc_sockstat __real_tc_sockstat_read(void);
struct tc_sockstat __wrap_tc_sockstat_read(void);

int __wrap_tc_walk_run(struct tc_walk *walk, enum tc_walk_program program,
		       const struct tc_walk_job *job, struct tc_walk_result *ret_result,
		       char why[TC_WHY_MAX])
{
	int err = __real_tc_walk_run(walk, program, job, ret_result, why);

	ret_result->given_up = GIVEN_UP;
	return err;
}

struct tc_sockstat __wrap_tc_sockstat_read(void)
{
	struct tc_sockstat stat = __real_tc_sockstat_read();

	stat.time_wait = TIME_WAIT;
	return stat;
}
