/* SPDX-License-Identifier: MIT */
/* task_file.h - which processes have which TCP sockets open, as an eBPF program sees it. */
#ifndef TC_BPF_TASK_FILE_H
#define TC_BPF_TASK_FILE_H

#include <stddef.h>

#include "bpf/record.h"
#include "tcpcensus.h"

/* Gets a batch. 0 to go on; anything else ends the reading. */
typedef int tc_bpf_holder_sink(void *context, const struct tc_bpf_holder *holders, size_t count);

/*
 * Reads the sockets of every process in our pid namespace, whatever their network namespace.
 * A thread with descriptors of its own is told with the pid of its process.
 *
 * Returns 0, what the sink returned, or a negative errno with a sentence in why: -EOPNOTSUPP
 * in a build without eBPF, -EPERM without the privilege, others from old kernels.
 */
int tc_bpf_task_file(tc_bpf_holder_sink *sink, void *context, char why[TC_WHY_MAX]);

#endif
