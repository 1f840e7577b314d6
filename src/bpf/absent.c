/* SPDX-License-Identifier: MIT */
/* absent.c - what stands in for the loaders in a build without eBPF. */
#include <errno.h>
#include <stdio.h>

#include "bpf/port_facts.h"
#include "bpf/task_file.h"
#include "util/intl.h"

static int absent(char why[TC_WHY_MAX])
{
	snprintf(why, TC_WHY_MAX, "%s", _("this build has no eBPF"));
	return -EOPNOTSUPP;
}

int tc_bpf_port_facts(tc_bpf_port_sink *sink __attribute__((unused)),
		      void *context __attribute__((unused)), char why[TC_WHY_MAX])
{
	return absent(why);
}

int tc_bpf_task_file(tc_bpf_holder_sink *sink __attribute__((unused)),
		     void *context __attribute__((unused)), char why[TC_WHY_MAX])
{
	return absent(why);
}
