/* SPDX-License-Identifier: MIT */
/*
 * between_runs.c - tcpcensus that lets others do something between two runs of a program in the
 * kernel: after each run it writes a byte to the descriptor $BETWEEN_TELL, and goes on when it has
 * read one from $BETWEEN_ASK. On one processor, so that one run follows the other.
 */
#include <stdlib.h>
#include <unistd.h>

#include "bpf/load.h"
#include "util/macro.h"

int __real_tc_bpf_run(int program, void *context, size_t size);
int __wrap_tc_bpf_run(int program, void *context, size_t size);

int __wrap_tc_bpf_run(int program, void *context, size_t size)
{
	int err = __real_tc_bpf_run(program, context, size);
	const char *tell = getenv("BETWEEN_TELL"), *ask = getenv("BETWEEN_ASK");
	char byte = 'r';

	if (!tell || !ask || write(atoi(tell), &byte, 1) != 1 || read(atoi(ask), &byte, 1) != 1)
		abort();
	return err;
}
