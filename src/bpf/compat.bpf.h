/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * compat.bpf.h - what differs between kernels, and what there is no helper for.
 *
 * The oldest kernel that serves is 5.11: bpf_sock_from_file() and bpf_get_current_task_btf().
 */
#ifndef TC_BPF_COMPAT_BPF_H
#define TC_BPF_COMPAT_BPF_H

#include "bpf/vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#ifndef bool
#define bool _Bool
#define true 1
#define false 0
#endif

/*
 * The process as the pid namespace of the reader numbers it, which is what its /proc shows;
 * the iterators over tasks come to no process that has no number there. pid.numbers[1] became
 * numbers[] (6.5: b69f0aeb0689), so the place is computed, not indexed.
 */
static __always_inline u32 compat_pid(struct task_struct *task)
{
	u32 level = bpf_get_current_task_btf()->thread_pid->level;
	/* Read, not followed: on a pointer that it knows the verifier allows no arithmetic. */
	u64 number = (u64)BPF_CORE_READ(task, group_leader, thread_pid);
	int nr = 0;

	number += bpf_core_field_offset(struct pid, numbers) +
		  level * (u64)bpf_core_type_size(struct upid) +
		  bpf_core_field_offset(struct upid, nr);
	bpf_probe_read_kernel(&nr, sizeof(nr), (const void *)number);
	return (u32)nr;
}

#endif
