/* SPDX-License-Identifier: MIT */
/* btf.c - a reader of BTF that looks up names; see btf.h. */
#include "bpf/btf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "util/macro.h"

#define BTF_FILE "/sys/kernel/btf/vmlinux"

enum {
	FILE_MAX = 64 << 20,	     /* ten times that of a kernel today */
	DEPTH_MAX = 16,		     /* structures inside of each other */
	MEMBERS_MAX = 10000,	     /* that a search looks at; a structure of today has hundreds */
	SIZE_LIMIT = UINT32_MAX / 8, /* of a structure: its members are told in bits */
	START_BITS = 10,
	AHEAD = 2048, /* bytes */
};

/* ---- Types ------------------------------------------------------------------------------ */

static uint32_t kind_of(const struct btf_type *type)
{
	return BTF_INFO_KIND(type->info);
}

/* What follows the head of a type: so many bytes, and so many more for each that it counts. */
struct tail {
	bool known;
	uint8_t fixed, each;
};

static const struct tail tails[] = {
	[BTF_KIND_PTR] = {true, 0, 0},
	[BTF_KIND_FWD] = {true, 0, 0},
	[BTF_KIND_TYPEDEF] = {true, 0, 0},
	[BTF_KIND_VOLATILE] = {true, 0, 0},
	[BTF_KIND_CONST] = {true, 0, 0},
	[BTF_KIND_RESTRICT] = {true, 0, 0},
	[BTF_KIND_FUNC] = {true, 0, 0}, /* what it counts is its linkage */
	[BTF_KIND_FLOAT] = {true, 0, 0},
	[BTF_KIND_TYPE_TAG] = {true, 0, 0},
	[BTF_KIND_INT] = {true, sizeof(uint32_t), 0},
	[BTF_KIND_VAR] = {true, sizeof(struct btf_var), 0},
	[BTF_KIND_DECL_TAG] = {true, sizeof(struct btf_decl_tag), 0},
	[BTF_KIND_ARRAY] = {true, sizeof(struct btf_array), 0},
	[BTF_KIND_STRUCT] = {true, 0, sizeof(struct btf_member)},
	[BTF_KIND_UNION] = {true, 0, sizeof(struct btf_member)},
	[BTF_KIND_ENUM] = {true, 0, sizeof(struct btf_enum)},
	[BTF_KIND_FUNC_PROTO] = {true, 0, sizeof(struct btf_param)},
	[BTF_KIND_DATASEC] = {true, 0, sizeof(struct btf_var_secinfo)},
	[BTF_KIND_ENUM64] = {true, 0, sizeof(struct btf_enum64)},
};

/* Bytes that follow the type's head; SIZE_MAX: a kind that nobody knows. */
static size_t tail_of(const struct btf_type *type)
{
	uint32_t kind = kind_of(type);

	if (kind >= TC_ARRAY_SIZE(tails) || !tails[kind].known)
		return SIZE_MAX;
	return tails[kind].fixed + (size_t)tails[kind].each * BTF_INFO_VLEN(type->info);
}

/* The type that begins there, whole; NULL: none does. */
static const struct btf_type *type_at(const struct tc_btf *btf, const uint8_t *at)
{
	const struct btf_type *type = (const struct btf_type *)at;
	size_t left = (size_t)(btf->types_end - at);

	if (left < sizeof(*type) || left - sizeof(*type) < tail_of(type))
		return NULL;
	return type;
}

static const uint8_t *after(const struct btf_type *type)
{
	return (const uint8_t *)(type + 1) + tail_of(type);
}

/* The next type that was not passed yet, which is then; NULL: there are no more. */
static const struct btf_type *pass_next(struct tc_btf *btf)
{
	const struct btf_type *type = type_at(btf, btf->next);

	if (!type)
		return NULL;
	/* A processor looks ahead by itself, but not to the next page. */
	__builtin_prefetch((const void *)((uintptr_t)type + AHEAD));
	if ((btf->next_id - 1) % TC_BTF_STRIDE == 0) {
		if (btf->stop_count == TC_BTF_STOPS)
			return NULL;
		btf->stops[btf->stop_count++] = (uint32_t)(btf->next - btf->types);
	}
	btf->next = after(type);
	btf->next_id++;
	return type;
}

/* The type of that number, from the last stop before it on. */
static const struct btf_type *type_of(struct tc_btf *btf, uint32_t id)
{
	size_t stop = (id - 1) / TC_BTF_STRIDE;
	const struct btf_type *type;

	if (!id)
		return NULL;
	while (stop >= btf->stop_count)
		if (!pass_next(btf))
			return NULL;
	type = type_at(btf, btf->types + btf->stops[stop]);
	for (uint32_t left = (id - 1) % TC_BTF_STRIDE; type && left; left--)
		type = type_at(btf, after(type));
	return type;
}

static const char *name_of(const struct tc_btf *btf, uint32_t offset)
{
	return offset < btf->names_size ? btf->names + offset : "";
}

/* ---- Finding names ---------------------------------------------------------------------- */

static bool is_kind(const struct btf_type *type, enum tc_btf_kind kind)
{
	return kind_of(type) == (kind == TC_BTF_STRUCT ? BTF_KIND_STRUCT : BTF_KIND_FUNC);
}

/*
 * The starts of the names that are looked for, as bits by their first four bytes, of which NUL may
 * be the last: it is read off this that a type is none of them, which nearly all are.
 */
struct starts {
	uint64_t bits[1 << (START_BITS - 6)];
};

static uint32_t start_of(const char *name)
{
	uint32_t start;

	memcpy(&start, name, sizeof(start));
	return start * 0x9e3779b1u >> (32 - START_BITS);
}

static void note_starts(struct starts *starts, const struct tc_btf_name *names, size_t count)
{
	memset(starts, 0, sizeof(*starts));
	for (size_t i = 0; i < count; i++) {
		uint32_t start;

		if (strlen(names[i].name) + 1 < sizeof(start)) {
			memset(starts, 0xff, sizeof(*starts)); /* what follows it may be anything */
			return;
		}
		start = start_of(names[i].name);
		starts->bits[start / 64] |= UINT64_C(1) << start % 64;
	}
}

static bool may_be_wanted(const struct tc_btf *btf, const struct starts *starts, uint32_t name_off)
{
	uint32_t start;

	if (name_off >= btf->names_size || btf->names_size - name_off < sizeof(start))
		return true;
	start = start_of(btf->names + name_off);
	return starts->bits[start / 64] >> start % 64 & 1;
}

/* How many of the names it is. */
static size_t compare(const struct tc_btf *btf, const struct btf_type *type, uint32_t id,
		      struct tc_btf_name *names, size_t count)
{
	const char *name = name_of(btf, type->name_off);
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		/* What has the start of one is compared with the others, too. */
		if (names[i].name[0] != name[0] || !is_kind(type, names[i].kind) ||
		    names[i].found || strcmp(names[i].name, name) != 0)
			continue;
		names[i].id = id;
		names[i].found = (const uint8_t *)type;
		found++;
	}
	return found;
}

/* Most kernels describe their functions last, by the thousand, those of eBPF among the first. */
void tc_btf_find(struct tc_btf *btf, struct tc_btf_name *names, size_t count)
{
	const struct btf_type *type;
	struct starts starts;
	size_t left = count;

	note_starts(&starts, names, count);
	btf->stop_count = 0;
	btf->next = btf->types;
	btf->next_id = 1;
	while (left && (type = pass_next(btf))) {
		uint32_t kind = kind_of(type);

		if ((kind == BTF_KIND_STRUCT || kind == BTF_KIND_FUNC) &&
		    may_be_wanted(btf, &starts, type->name_off))
			left -= compare(btf, type, btf->next_id - 1, names, count);
	}
}

/* ---- Members ---------------------------------------------------------------------------- */

/* What a name or a qualifier stands for. */
static const struct btf_type *bare(struct tc_btf *btf, uint32_t id)
{
	const struct btf_type *type = type_of(btf, id);

	for (int depth = 0; type && depth < DEPTH_MAX; depth++) {
		switch (kind_of(type)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			type = type_of(btf, type->type);
			break;
		default:
			return type;
		}
	}
	return NULL;
}

static bool is_structure(const struct btf_type *type)
{
	return type && (kind_of(type) == BTF_KIND_STRUCT || kind_of(type) == BTF_KIND_UNION);
}

static uint32_t bits_of(const struct btf_type *type)
{
	if (!type)
		return 0;
	switch (kind_of(type)) {
	case BTF_KIND_PTR:
		return 64;
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return type->size <= SIZE_LIMIT ? type->size * 8 : 0;
	default:
		return 0;
	}
}

/* A look for a member, which ends also where structures go in circles. */
struct search {
	struct tc_btf *btf;
	const char *name;
	size_t length;
	uint32_t left; /* members that may still be looked at */
};

/* A member as its structure lists it; false: it lies beyond it. */
static bool read_member(const struct btf_type *structure, const struct btf_member *row,
			const struct btf_type *type, struct tc_btf_member *ret_member)
{
	bool packed = BTF_INFO_KFLAG(structure->info);
	uint32_t offset = packed ? BTF_MEMBER_BIT_OFFSET(row->offset) : row->offset;
	uint32_t bits = packed ? BTF_MEMBER_BITFIELD_SIZE(row->offset) : 0;

	if (!bits)
		bits = bits_of(type);
	*ret_member = (struct tc_btf_member){.offset = offset, .bits = bits};
	return (uint64_t)offset + bits <= (uint64_t)structure->size * 8;
}

/* A member of the structure itself, or of one inside of it that has no name. */
static bool find_member(struct search *search, const struct btf_type *structure, int depth,
			uint32_t base, const struct btf_type **ret_type,
			struct tc_btf_member *ret_member)
{
	const struct btf_member *rows = (const struct btf_member *)(structure + 1);

	if (structure->size > SIZE_LIMIT)
		return false;
	for (size_t i = 0; i < BTF_INFO_VLEN(structure->info) && search->left; i++) {
		const char *name = name_of(search->btf, rows[i].name_off);
		const struct btf_type *type;
		struct tc_btf_member member;

		search->left--;
		if (*name &&
		    (strncmp(name, search->name, search->length) != 0 || name[search->length]))
			continue;
		type = bare(search->btf, rows[i].type);
		if (!read_member(structure, &rows[i], type, &member))
			continue;
		member.offset += base;
		if (*name) {
			*ret_type = type;
			*ret_member = member;
			return true;
		}
		if (is_structure(type) && depth < DEPTH_MAX &&
		    find_member(search, type, depth + 1, member.offset, ret_type, ret_member))
			return true;
	}
	return false;
}

bool tc_btf_member(struct tc_btf *btf, const struct tc_btf_name *structure, const char *path,
		   struct tc_btf_member *ret_member)
{
	const struct btf_type *type = (const struct btf_type *)structure->found;
	struct tc_btf_member member = {.offset = 0};
	struct search search = {.btf = btf, .name = path, .left = MEMBERS_MAX};

	while (is_structure(type)) {
		search.length = strcspn(search.name, ".");
		if (!find_member(&search, type, 0, member.offset, &type, &member))
			return false;
		if (!search.name[search.length]) {
			*ret_member = member;
			return true;
		}
		search.name += search.length + 1;
	}
	return false;
}

uint32_t tc_btf_size(const struct tc_btf_name *structure)
{
	const struct btf_type *type = (const struct btf_type *)structure->found;

	return is_structure(type) ? type->size : 0;
}

/* ---- Bytes ------------------------------------------------------------------------------ */

int tc_btf_open_bytes(struct tc_btf *btf, const void *bytes, size_t size)
{
	const struct btf_header *header = bytes;
	uint64_t types, names;

	*btf = (struct tc_btf){.memory = NULL};
	/* Of another order of bytes the magic number is another one. */
	if (size < sizeof(*header) || header->magic != BTF_MAGIC ||
	    header->version != BTF_VERSION || header->hdr_len < sizeof(*header))
		return -EINVAL;
	types = (uint64_t)header->hdr_len + header->type_off;
	names = (uint64_t)header->hdr_len + header->str_off;
	if (types % sizeof(uint32_t) || types + header->type_len > size || !header->str_len ||
	    names + header->str_len > size)
		return -EINVAL;
	btf->types = (const uint8_t *)bytes + types;
	btf->types_end = btf->types + header->type_len;
	btf->names = (const char *)bytes + names;
	btf->names_size = header->str_len;
	return btf->names[btf->names_size - 1] ? -EINVAL : 0;
}

/* All of the file in memory of our own. */
static int read_whole(int fd, size_t size, void **ret_bytes)
{
	tc_auto_free uint8_t *bytes = malloc(size);
	size_t length = 0;

	while (bytes && length < size) {
		ssize_t got = read(fd, bytes + length, size - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EINVAL;
		length += (size_t)got;
	}
	if (!bytes)
		return -ENOMEM;
	*ret_bytes = tc_take(bytes);
	return 0;
}

int tc_btf_open(struct tc_btf *btf)
{
	tc_auto_close int fd = open(BTF_FILE, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	void *bytes;
	size_t size, mapped;
	int err;

	*btf = (struct tc_btf){.memory = NULL};
	if (fd < 0 || fstat(fd, &stat) < 0)
		return -errno;
	if (stat.st_size <= 0 || stat.st_size > FILE_MAX)
		return -EINVAL;
	size = mapped = (size_t)stat.st_size;
	/* Since Linux 6.16 it can be mapped, which copies nothing. */
	bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) {
		mapped = 0;
		err = read_whole(fd, size, &bytes);
		if (err)
			return err;
	}
	err = tc_btf_open_bytes(btf, bytes, size);
	btf->memory = bytes;
	btf->memory_size = mapped;
	if (err)
		tc_btf_close(btf);
	return err;
}

void tc_btf_close(struct tc_btf *btf)
{
	if (btf->memory_size)
		munmap(btf->memory, btf->memory_size);
	else
		free(btf->memory);
	btf->memory = NULL;
	btf->memory_size = 0;
}
