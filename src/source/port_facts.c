/* SPDX-License-Identifier: MIT */
/* port_facts.c - what only the kernel's own memory tells of local ports; see port_facts.h. */
#include "source/port_facts.h"

#include <errno.h>
#include <stdio.h>

#include "util/intl.h"

int tc_port_facts_read(tc_port_fact_sink *sink __attribute__((unused)),
		       void *context __attribute__((unused)), char why[TC_WHY_MAX])
{
	snprintf(why, TC_WHY_MAX, "%s", _("this build has no eBPF"));
	return -EOPNOTSUPP;
}
