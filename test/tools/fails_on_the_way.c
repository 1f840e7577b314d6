/* SPDX-License-Identifier: MIT */
/*
 * fails_on_the_way.c - tcpcensus on a kernel that runs its eBPF programs $RUNS_THAT_WORK times, and
 * refuses to then. There is one processor to walk on, so that one run follows the other; and `auto`
 * chooses eBPF, as the machine has a million sockets in TIME_WAIT as far as the choice knows.
 */
#include <errno.h>
#include <stdlib.h>

#include "bpf/image.h"
#include "source/sockstat.h"
#include "util/processors.h"

enum { TIME_WAIT = 1000000 };

int __real_tc_bpf_run(int program, void *context, size_t size);
int __wrap_tc_bpf_run(int program, void *context, size_t size);
unsigned __wrap_tc_processors(void);
struct tc_sockstat __real_tc_sockstat_read(void);
struct tc_sockstat __wrap_tc_sockstat_read(void);

int __wrap_tc_bpf_run(int program, void *context, size_t size)
{
	static int runs;
	const char *works = getenv("RUNS_THAT_WORK");

	if (!works)
		abort();
	return runs++ < atoi(works) ? __real_tc_bpf_run(program, context, size) : -EAGAIN;
}

unsigned __wrap_tc_processors(void)
{
	return 1;
}

struct tc_sockstat __wrap_tc_sockstat_read(void)
{
	struct tc_sockstat stat = __real_tc_sockstat_read();

	stat.time_wait = TIME_WAIT;
	return stat;
}
