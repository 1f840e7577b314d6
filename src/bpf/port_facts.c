/* SPDX-License-Identifier: MIT */
/* port_facts.c - loads and runs port_facts.bpf.c; see port_facts.h. */
#include "bpf/port_facts.h"

#include <errno.h>

#include "bpf/load.h"
#include "bpf/port_facts.skel.h"

struct reader {
	tc_bpf_port_sink *sink;
	void *context;
};

static int take(void *context, const void *records, size_t count)
{
	const struct reader *reader = context;

	return reader->sink(reader->context, records, count);
}

int tc_bpf_port_facts(tc_bpf_port_sink *sink, void *context, char why[TC_WHY_MAX])
{
	tc_bpf_quietly;
	struct port_facts_bpf *programs = port_facts_bpf__open();
	struct reader reader = { .sink = sink, .context = context };
	int err;

	if (!programs)
		return tc_bpf_fail(-errno, why);
	err = tc_bpf_load(programs->skeleton, why);
	if (!err)
		err = tc_bpf_iterate(programs->progs.port_facts, sizeof(struct tc_bpf_port), take,
				     &reader, why);
	port_facts_bpf__destroy(programs);
	return err;
}
