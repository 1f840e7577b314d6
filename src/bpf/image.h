/* SPDX-License-Identifier: MIT */
/*
 * image.h - a program for the kernel that is loaded without libbpf.
 *
 * libbpf reads all types of the kernel into a graph before it loads the first instruction, which
 * takes longer than to walk a hundred thousand sockets. A program that asks the kernel for nothing
 * but offsets, which its caller passes as data, needs none of that: it is three arrays, made by
 * support/bpf-image, in which a few placeholders are filled in.
 *
 * The kernel's side includes this for the placeholders alone.
 */
#ifndef TC_BPF_IMAGE_H
#define TC_BPF_IMAGE_H

/* Calls of functions of the kernel, and numbers of its types, until the loader knows them. */
#define TC_IMAGE_RDONLY_CAST 0x7fff0001 /* bpf_rdonly_cast() */
#define TC_IMAGE_RCU_LOCK 0x7fff0002	/* bpf_rcu_read_lock() */
#define TC_IMAGE_RCU_UNLOCK 0x7fff0003	/* bpf_rcu_read_unlock() */
#define TC_IMAGE_WORD_TYPE 0x7fff1000	/* a structure of many words of 64 bits */
#define TC_IMAGE_MAP 0x7fff200000000000 /* the map, as a constant of 64 bits */
/*
 * Where a member of the kernel's structures is: in a load the distance of its word, or of the one
 * behind it (`further` is 1); and as numbers of 32 bits that distance, and the shift. `number` is
 * that of the place in struct tc_walk_layout.
 */
#define TC_IMAGE_LOAD(number, further) (-0x7000 + 2 * (int)(number) + (further))
#define TC_IMAGE_DISTANCE(number) (0x7ffe0000 + (int)(number))
#define TC_IMAGE_SHIFT(number) (0x7ffd0000 + (int)(number))

#ifndef __bpf__

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#include "tcpcensus.h"

struct tc_bpf_image {
	enum bpf_prog_type type;
	const uint64_t *code; /* instructions; the first function is the entry */
	size_t code_count;
	const uint8_t *types; /* BTF of its functions */
	size_t types_size;
	const uint32_t *functions; /* pairs: first instruction, number in types */
	size_t function_count;
};

/* What the placeholders stand for here. */
struct tc_bpf_names {
	uint32_t rdonly_cast, rcu_lock, rcu_unlock; /* numbers in the kernel's BTF; 0: not there */
	uint32_t word_type;
	const struct tc_walk_place *places; /* those of the struct tc_walk_layout */
	size_t place_count;
};

/* A map of `count` values that the caller sees, too, in memory. The descriptor, or -errno. */
int tc_bpf_shared_map(size_t value_size, uint32_t count, void **ret_memory);

/* Loads a program. The descriptor, or -errno. */
int tc_bpf_image_load(const struct tc_bpf_image *image, const struct tc_bpf_names *names, int map);

/* Runs it once, to its end, with a copy of `context`. 0 or -errno. */
int tc_bpf_run(int program, void *context, size_t size);

#endif

#endif
