/* SPDX-License-Identifier: MIT */
/*
 * load.h - what the loaders of this folder share; nobody else includes it.
 *
 * libbpf has one printer for the whole program that we are linked into, and prints on standard
 * error unless told otherwise: it is silent while we use it, and as it was before afterwards.
 */
#ifndef TC_BPF_LOAD_H
#define TC_BPF_LOAD_H

#include <stddef.h>

#include "tcpcensus.h"

struct bpf_object_skeleton;
struct bpf_program;

typedef void tc_bpf_printer(void);

/* Silences libbpf; what it returns is for tc_bpf_unhush(). */
tc_bpf_printer *tc_bpf_hush(void);
void tc_bpf_unhush(tc_bpf_printer **before);

/* Keeps libbpf silent up to the end of the block. */
#define tc_bpf_quietly \
	__attribute__((cleanup(tc_bpf_unhush), unused)) tc_bpf_printer *hushed = tc_bpf_hush()

/* Hands the programs to the kernel. -errno, with a sentence in why. */
int tc_bpf_load(struct bpf_object_skeleton *skeleton, char why[TC_WHY_MAX]);

/* Says why eBPF does not work here. Returns err; of the kernel's -ENOMEM, -ENOBUFS. */
int tc_bpf_fail(int err, char why[TC_WHY_MAX]);

/* Says that the kernel's description of its types is not there. */
void tc_bpf_say_no_types(char why[TC_WHY_MAX]);

/* Gets whole records. 0 to go on; anything else ends the reading. */
typedef int tc_bpf_sink(void *context, const void *records, size_t count);

/*
 * Runs an iterator program, loaded before, and hands over what it writes. Returns 0, what the
 * sink returned, or a negative errno with a sentence in why.
 */
int tc_bpf_iterate(struct bpf_program *program, size_t record_size, tc_bpf_sink *sink,
		   void *context, char why[TC_WHY_MAX]);

#endif
