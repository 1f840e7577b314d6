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
#include <time.h>

#include "bpf/walk.h"

enum { EXIT_USAGE = 2 };

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

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
	double begun = now_us(), opened, loaded, walked;
	char why[TC_WHY_MAX] = "";
	struct tc_walk_result result;
	struct tc_walk *walk;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "-v") != 0)) {
		fputs("usage: floor [-v]\n", stderr);
		return EXIT_USAGE;
	}
	if (tc_walk_open(TC_WALK_TYPED, &walk, why) < 0)
		goto fail;
	opened = now_us();
	/* The program is loaded by the first run, which is of the few listeners. */
	job.listening = true;
	if (tc_walk_run(walk, TC_WALK_SCAN, &job, &result, why) < 0)
		goto fail;
	loaded = now_us();
	job.listening = false;
	if (tc_walk_run(walk, TC_WALK_SCAN, &job, &result, why) < 0)
		goto fail;
	walked = now_us();
	tc_walk_close(walk);
	if (argc == 2)
		printf("kernel described %.0f, program loaded %.0f, %llu chains walked %.0f\n",
		       opened - begun, loaded - opened, (unsigned long long)result.buckets,
		       walked - loaded);
	return EXIT_SUCCESS;
fail:
	fprintf(stderr, "floor: %s\n", why);
	return EXIT_FAILURE;
}
