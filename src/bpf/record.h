/* SPDX-License-Identifier: MIT */
/*
 * record.h - what the programs in the kernel write and their loaders read.
 *
 * Two compilers must see one layout: types of fixed width only, the wider ones first, no
 * padding, and each size asserted.
 */
#ifndef TC_BPF_RECORD_H
#define TC_BPF_RECORD_H

#include <stdint.h>

/* A descriptor that is a TCP socket (task_file.bpf.c). */
struct tc_bpf_holder {
	uint64_t inode;
	uint64_t netns; /* inode number of the socket's network namespace */
	uint32_t pid;	/* of the process, as the reader's pid namespace numbers it */
	uint32_t fd;
};

_Static_assert(sizeof(struct tc_bpf_holder) == 24, "struct tc_bpf_holder has padding");

#endif
