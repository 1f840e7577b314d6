/* SPDX-License-Identifier: MIT */
/*
 * btf_made.h - descriptions of types (BTF) made by hand: right ones, and with one thing wrong.
 *
 * The layout is that of Documentation/bpf/btf.rst, written here once more, so that the reader is
 * not tested against its own idea of it.
 */
#ifndef TC_TEST_BTF_MADE_H
#define TC_TEST_BTF_MADE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MADE_TYPES_MAX = 1 << 20, MADE_NAMES_MAX = 1 << 12, MADE_HEADER = 24 };

enum made_kind {
	MADE_INT = 1,
	MADE_PTR = 2,
	MADE_ARRAY = 3,
	MADE_STRUCT = 4,
	MADE_UNION = 5,
	MADE_ENUM = 6,
	MADE_FWD = 7,
	MADE_TYPEDEF = 8,
	MADE_VOLATILE = 9,
	MADE_CONST = 10,
	MADE_RESTRICT = 11,
	MADE_FUNC = 12,
	MADE_FUNC_PROTO = 13,
	MADE_VAR = 14,
	MADE_DATASEC = 15,
	MADE_FLOAT = 16,
	MADE_DECL_TAG = 17,
	MADE_TYPE_TAG = 18,
	MADE_ENUM64 = 19,
	MADE_NOBODY_KNOWS = 20,
};

#define MADE_PACKED (1u << 31) /* members tell the size of bitfields */

struct made {
	uint32_t types[MADE_TYPES_MAX / 4];
	uint32_t words; /* used of them */
	uint32_t count; /* types */
	char names[MADE_NAMES_MAX];
	uint32_t names_size;
};

static inline struct made *made_new(void)
{
	struct made *made = calloc(1, sizeof(*made));

	if (!made)
		abort();
	made->names_size = 1; /* the first name is none */
	return made;
}

static inline void made_word(struct made *made, uint32_t word)
{
	if (made->words == MADE_TYPES_MAX / 4)
		abort();
	made->types[made->words++] = word;
}

static inline uint32_t made_name(struct made *made, const char *name)
{
	uint32_t at = made->names_size;
	size_t size = name ? strlen(name) + 1 : 0;

	if (!name)
		return 0;
	if (at + size > MADE_NAMES_MAX)
		abort();
	memcpy(made->names + at, name, size);
	made->names_size += (uint32_t)size;
	return at;
}

/* The head of a type; what belongs behind it comes by made_word(). Returns its number. */
static inline uint32_t made_type(struct made *made, enum made_kind kind, const char *name,
				 uint32_t count, uint32_t size_or_type)
{
	made_word(made, made_name(made, name));
	made_word(made, (uint32_t)kind << 24 | count);
	made_word(made, size_or_type);
	return ++made->count;
}

static inline uint32_t made_int(struct made *made, const char *name, uint32_t bytes)
{
	uint32_t id = made_type(made, MADE_INT, name, 0, bytes);

	made_word(made, bytes * 8);
	return id;
}

static inline uint32_t made_struct(struct made *made, const char *name, uint32_t bytes,
				   uint32_t members)
{
	return made_type(made, MADE_STRUCT, name, members, bytes);
}

/* Of the structure or union before; the offset in bits, in packed ones with a size above. */
static inline void made_member(struct made *made, const char *name, uint32_t type, uint32_t offset)
{
	made_word(made, made_name(made, name));
	made_word(made, type);
	made_word(made, offset);
}

/* All of it as a file has it, as large as it is: whoever reads on is caught. */
static inline void *made_bytes(const struct made *made, size_t *ret_size)
{
	uint32_t types = made->words * 4, size = MADE_HEADER + types + made->names_size;
	struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t header, types, types_size, names, names_size;
	} header = {0xeb9f, 1, 0, MADE_HEADER, 0, types, types, made->names_size};
	char *bytes = malloc(size);

	if (!bytes)
		abort();
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + MADE_HEADER, made->types, types);
	memcpy(bytes + MADE_HEADER + types, made->names, made->names_size);
	*ret_size = size;
	return bytes;
}

/* The words of the header behind the magic number, by their place in it. */
enum made_place {
	MADE_AT_HEADER_SIZE = 4,
	MADE_AT_TYPES = 8,
	MADE_AT_TYPES_SIZE = 12,
	MADE_AT_NAMES = 16,
	MADE_AT_NAMES_SIZE = 20,
};

static inline void made_put(void *bytes, size_t at, uint32_t word)
{
	memcpy((char *)bytes + at, &word, sizeof(word));
}

#endif
