/* SPDX-License-Identifier: MIT */
/* tcp_iter.c - loads and runs tcp_iter.bpf.c; see tcp_iter.h. */
#include "bpf/tcp_iter.h"

#include <errno.h>

#include "bpf/load.h"
#include "bpf/tcp_iter.skel.h"

/* Words come to a sink of the walk, which is told where the walk's members are: not needed. */
static int take(void *context, const void *records, size_t count)
{
	static const struct tc_walk_layout none;
	const struct tc_walk_job *job = context;

	return job->sink(job->context, &none, records, count);
}

int tc_bpf_tcp_iter(const struct tc_walk_job *job, struct tc_walk_result *ret_result,
		    char why[TC_WHY_MAX])
{
	tc_bpf_quietly;
	struct tcp_iter_bpf *programs = tcp_iter_bpf__open();
	int err;

	*ret_result = (struct tc_walk_result){.buckets = 0};
	if (!programs)
		return tc_bpf_fail(-errno, why);
	programs->bss->slots = job->slots;
	programs->bss->slots_closely = job->slots_closely;
	programs->bss->families = (job->families & TC_FAMILY_INET ? 1u : 0) |
				  (job->families & TC_FAMILY_INET6 ? 2u : 0);
	err = tc_bpf_load(programs->skeleton, why);
	if (!err)
		err = tc_bpf_iterate(programs->progs.tcp_iter, sizeof(uint64_t), take, (void *)job,
				     why);
	for (size_t slot = 0; !err && slot < TC_WALK_SLOTS; slot++)
		ret_result->totals[slot] = programs->bss->totals[slot];
	tcp_iter_bpf__destroy(programs);
	return err;
}
