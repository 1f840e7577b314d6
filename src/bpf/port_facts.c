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

static int load(struct port_facts_bpf **ret_programs, char why[TC_WHY_MAX])
{
	struct port_facts_bpf *programs = port_facts_bpf__open();
	int err = programs ? tc_bpf_load(programs->skeleton, why) : tc_bpf_fail(-errno, why);

	if (err)
		port_facts_bpf__destroy(programs);
	else
		*ret_programs = programs;
	return err;
}

int tc_bpf_port_facts(struct port_facts_bpf **programs, tc_bpf_port_sink *sink, void *context,
		      char why[TC_WHY_MAX])
{
	tc_bpf_quietly;
	struct reader reader = { .sink = sink, .context = context };
	int err = *programs ? 0 : load(programs, why);

	return err ? err
		   : tc_bpf_iterate((*programs)->progs.port_facts, sizeof(struct tc_bpf_port), take,
				    &reader, why);
}

void tc_bpf_port_facts_release(struct port_facts_bpf *programs)
{
	if (!programs) /* then nobody has needed libbpf */
		return;
	tc_bpf_quietly;
	port_facts_bpf__destroy(programs);
}
