/* SPDX-License-Identifier: MIT */
/*
 * btf.h - where the members of the kernel's structures are, from its own description.
 *
 * The format: Documentation/bpf/btf.rst of the kernel. Read in one pass, as far as it takes, and
 * without a graph of all types, since only a handful is asked for; what is malformed is not found.
 */
#ifndef TC_BPF_BTF_H
#define TC_BPF_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every so many types, where the next one begins is remembered. */
enum { TC_BTF_STRIDE = 256, TC_BTF_STOPS = 4096 };

struct tc_btf {
	const uint8_t *types; /* up to... */
	const uint8_t *types_end;
	const char *names;
	size_t names_size;	      /* the last byte is NUL */
	uint32_t stops[TC_BTF_STOPS]; /* offsets in types of type 1, 257, ... */
	size_t stop_count;
	const uint8_t *next; /* the first type that was not passed yet, and its number */
	uint32_t next_id;
	void *memory; /* that was mapped or, with size 0, allocated; or NULL: borrowed */
	size_t memory_size;
};

enum tc_btf_kind { TC_BTF_STRUCT, TC_BTF_FUNCTION };

/* Something that is looked for by its name. */
struct tc_btf_name {
	const char *name;
	enum tc_btf_kind kind;
	uint32_t id;	      /* found: its number; 0: not there */
	const uint8_t *found; /* its description, or NULL */
};

struct tc_btf_member {
	uint32_t offset; /* in bits, from the start of the outermost structure */
	uint32_t bits;	 /* its size; of a structure, as of a pointer, all of it */
};

/* Reads the description of the running kernel. 0, or -errno: -ENOENT where it has none. */
int tc_btf_open(struct tc_btf *btf);

/* The same for bytes of the caller's, which have to stay. -EINVAL: they are none. */
int tc_btf_open_bytes(struct tc_btf *btf, const void *bytes, size_t size);

void tc_btf_close(struct tc_btf *btf);

/* Finds all names in one pass; of types of the same name and kind, the first. */
void tc_btf_find(struct tc_btf *btf, struct tc_btf_name *names, size_t count);

/*
 * Finds a member of a structure, "ipv4.tcp_death_row.hashinfo", also inside of members that have
 * no name. False: there is none.
 */
bool tc_btf_member(struct tc_btf *btf, const struct tc_btf_name *structure, const char *path,
		   struct tc_btf_member *ret_member);

/* The size of a structure in bytes; 0: it was not found. */
uint32_t tc_btf_size(const struct tc_btf_name *structure);

#endif
