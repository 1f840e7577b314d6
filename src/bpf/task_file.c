/* SPDX-License-Identifier: MIT */
/* task_file.c - loads and runs task_file.bpf.c; see task_file.h. */
#include "bpf/task_file.h"

#include <errno.h>

#include "bpf/load.h"
#include "bpf/task_file.skel.h"

struct reader {
	tc_bpf_holder_sink *sink;
	void *context;
};

static int take(void *context, const void *records, size_t count)
{
	const struct reader *reader = context;

	return reader->sink(reader->context, records, count);
}

int tc_bpf_task_file(tc_bpf_holder_sink *sink, void *context, char why[TC_WHY_MAX])
{
	tc_bpf_quietly;
	struct task_file_bpf *programs = task_file_bpf__open();
	struct reader reader = { .sink = sink, .context = context };
	int err;

	if (!programs)
		return tc_bpf_fail(-errno, why);
	err = tc_bpf_load(programs->skeleton, why);
	if (!err)
		err = tc_bpf_iterate(programs->progs.task_file, sizeof(struct tc_bpf_holder), take,
				     &reader, why);
	task_file_bpf__destroy(programs);
	return err;
}
