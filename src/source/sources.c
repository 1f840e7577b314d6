/* SPDX-License-Identifier: MIT */
/* sources.c - the ways of reading the kernel's sockets, best first. */
#include <errno.h>
#include <stdio.h>

#include "source/source.h"
#include "util/intl.h"

/* The name is reserved in the contract of the command line, so asking for it gets an answer. */
static int bpf_probe(const struct tc_job *job __attribute__((unused)), char why[TC_WHY_MAX])
{
	snprintf(why, TC_WHY_MAX, "%s",
		 _("this version reads no sockets through eBPF, which only owners and ports "
		   "use; netlink and proc work"));
	return -ENOSYS;
}

static const struct tc_source source_bpf = { .name = "bpf", .probe = bpf_probe };

const struct tc_source *const tc_sources[] = {
	&source_bpf,
	&tc_source_netlink,
	&tc_source_proc,
	NULL,
};
