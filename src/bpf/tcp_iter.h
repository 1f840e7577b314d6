/* SPDX-License-Identifier: MIT */
/* tcp_iter.h - connections of the calling thread's namespace through the kernel's iterator. */
#ifndef TC_BPF_TCP_ITER_H
#define TC_BPF_TCP_ITER_H

#include "bpf/walk.h"

/*
 * Counts as TC_WALK_COUNT does; the job is for one namespace and not for listeners. Where a socket
 * comes or goes meanwhile it may be missed or, in a bucket that is read in two goes, counted
 * twice. 0, what the sink returned, or -errno with a sentence in why.
 */
int tc_bpf_tcp_iter(const struct tc_walk_job *job, struct tc_walk_result *ret_result,
		    char why[TC_WHY_MAX]);

#endif
