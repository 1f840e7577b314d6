/* SPDX-License-Identifier: MIT */
/* absent.c - what stands in for the loaders in a build without eBPF. */
#include <errno.h>
#include <stdio.h>

#include "bpf/port_facts.h"
#include "bpf/task_file.h"
#include "bpf/tcp_iter.h"
#include "bpf/walk.h"
#include "util/intl.h"

static int absent(char why[TC_WHY_MAX])
{
	snprintf(why, TC_WHY_MAX, "%s", _("this build has no eBPF"));
	return -EOPNOTSUPP;
}

int tc_bpf_port_facts(struct port_facts_bpf **programs __attribute__((unused)),
		      tc_bpf_port_sink *sink __attribute__((unused)),
		      void *context __attribute__((unused)), char why[TC_WHY_MAX])
{
	return absent(why);
}

void tc_bpf_port_facts_release(struct port_facts_bpf *programs __attribute__((unused)))
{
}

int tc_bpf_task_file(tc_bpf_holder_sink *sink __attribute__((unused)),
		     void *context __attribute__((unused)), char why[TC_WHY_MAX])
{
	return absent(why);
}

int tc_bpf_tcp_iter(const struct tc_walk_job *job __attribute__((unused)),
		    struct tc_walk_result *ret_result __attribute__((unused)),
		    char why[TC_WHY_MAX])
{
	return absent(why);
}

int tc_walk_open(enum tc_walk_way from __attribute__((unused)),
		 struct tc_walk **ret_walk __attribute__((unused)), char why[TC_WHY_MAX])
{
	return absent(why);
}

int tc_walk_run(struct tc_walk *walk __attribute__((unused)),
		enum tc_walk_program program __attribute__((unused)),
		const struct tc_walk_job *job __attribute__((unused)),
		struct tc_walk_result *ret_result __attribute__((unused)), char why[TC_WHY_MAX])
{
	return absent(why);
}

enum tc_walk_way tc_walk_way(const struct tc_walk *walk __attribute__((unused)))
{
	return TC_WALK_TYPED;
}

void tc_walk_close(struct tc_walk *walk __attribute__((unused)))
{
}
