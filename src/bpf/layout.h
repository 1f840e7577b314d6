/* SPDX-License-Identifier: MIT */
/*
 * layout.h - where things are in the running kernel.
 *
 * What differs between kernels is here and in compat.bpf.h.
 */
#ifndef TC_BPF_LAYOUT_H
#define TC_BPF_LAYOUT_H

#include "bpf/image.h"
#include "bpf/walk_state.h"

/*
 * 0, or -errno with a sentence in why: the walk cannot be done on this kernel. *ret_names points to
 * *ret_layout.
 */
int tc_bpf_layout(struct tc_walk_layout *ret_layout, struct tc_bpf_names *ret_names,
		  char why[TC_WHY_MAX]);

struct tc_btf;

/* The same of a kernel whose description the caller has opened. */
int tc_bpf_layout_in(struct tc_btf *btf, struct tc_walk_layout *ret_layout,
		     struct tc_bpf_names *ret_names, char why[TC_WHY_MAX]);

#endif
