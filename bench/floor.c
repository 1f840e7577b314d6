/* SPDX-License-Identifier: MIT */
/*
 * floor.c - below what no census can go: one walk along the chains of all connections that does
 * nothing with them, by the same means (src/bpf/walk.h).
 *
 *	floor [-v]	-v: prints what the parts of it took, in us
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "usage.h"
#include "bpf/walk.h"
#include "util/clock.h"

/* Nobody writes records of states that were not asked for. */
static int take_nothing(void *context __attribute__((unused)),
			const struct tc_walk_layout *layout __attribute__((unused)),
			const uint64_t *words __attribute__((unused)),
			size_t count __attribute__((unused)))
{
	return 0;
}

int main(int argc, char **argv)
{
	struct tc_walk_job job = {.families = TC_FAMILY_INET | TC_FAMILY_INET6,
				  .sink = take_nothing};
	uint64_t begun = tc_clock_us(), opened, loaded, walked;
	char why[TC_WHY_MAX] = "";
	struct tc_walk_result result;
	struct tc_walk *walk;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "-v") != 0))
		return show_usage("floor [-v]", "", is_help(argc, argv));
	if (tc_walk_open(TC_WALK_TYPED, &walk, why) < 0)
		goto fail;
	opened = tc_clock_us();
	/* The program is loaded by the first run, which is of the few listeners. */
	job.listening = true;
	if (tc_walk_run(walk, TC_WALK_SCAN, &job, &result, why) < 0)
		goto fail;
	loaded = tc_clock_us();
	job.listening = false;
	if (tc_walk_run(walk, TC_WALK_SCAN, &job, &result, why) < 0)
		goto fail;
	walked = tc_clock_us();
	tc_walk_close(walk);
	if (argc == 2)
		printf("kernel described %llu, program loaded %llu, %llu chains walked %llu\n",
		       (unsigned long long)(opened - begun), (unsigned long long)(loaded - opened),
		       (unsigned long long)result.buckets, (unsigned long long)(walked - loaded));
	return EXIT_SUCCESS;
fail:
	fprintf(stderr, "floor: %s\n", why);
	return EXIT_FAILURE;
}
