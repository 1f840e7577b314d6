/* SPDX-License-Identifier: MIT */
/*
 * refused.c - the program, on a machine whose verifier refuses programs with reads of their own.
 *
 * The linker has it call __wrap_tc_bpf_image_load() of this file. Those that read by calls are of
 * another type (bpf/walk.bpf.h).
 */
#include <errno.h>
#include <linux/bpf.h>

#include "bpf/image.h"

int __real_tc_bpf_image_load(const struct tc_bpf_image *image, const struct tc_bpf_names *names,
			     int map);
int __wrap_tc_bpf_image_load(const struct tc_bpf_image *image, const struct tc_bpf_names *names,
			     int map);

int __wrap_tc_bpf_image_load(const struct tc_bpf_image *image, const struct tc_bpf_names *names,
			     int map)
{
	if (image->type == BPF_PROG_TYPE_SYSCALL)
		return -EACCES;
	return __real_tc_bpf_image_load(image, names, map);
}
