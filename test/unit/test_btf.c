/* SPDX-License-Identifier: MIT */
/* test_btf.c - the reader of BTF, on descriptions made by hand and on the kernel's own. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bpf/btf.h"
#include "btf_made.h"
#include "util/macro.h"

/* A description that is open, its bytes, and the structure that is looked at. */
struct world {
	struct tc_btf btf;
	void *bytes;
	size_t size;
	struct tc_btf_name name;
};

static void open_made(struct world *world, struct made *made, const char *name)
{
	world->bytes = made_bytes(made, &world->size);
	free(made);
	assert_int_equal(tc_btf_open_bytes(&world->btf, world->bytes, world->size), 0);
	world->name = (struct tc_btf_name){.name = name, .kind = TC_BTF_STRUCT};
	tc_btf_find(&world->btf, &world->name, 1);
}

static void close_made(struct world *world)
{
	tc_btf_close(&world->btf);
	free(world->bytes);
}

/* -1: there is none; else its offset, and its size above 32 bits. */
static int64_t where(struct world *world, const char *path)
{
	struct tc_btf_member member;

	if (!tc_btf_member(&world->btf, &world->name, path, &member))
		return -1;
	return (int64_t)((uint64_t)member.bits << 32 | member.offset);
}

static int64_t place(uint32_t offset, uint32_t bits)
{
	return (int64_t)((uint64_t)bits << 32 | offset);
}

/*
 * One of each kind stands before what is looked for, so that the length of each has to be right:
 *
 *	struct sock { const u32 a; union { u64 b; struct { u16 c; u8 d; }; }; struct inner e;
 *		      u32 f[2]; struct inner *g; };
 *	struct inner { u8 x; struct { u32 y; } deep; };
 */
static struct made *make_good(void)
{
	struct made *made = made_new();
	uint32_t u8, u16, u32, u64, inner, deep, nameless, either, type;

	u8 = made_int(made, "u8", 1);
	u16 = made_int(made, "u16", 2);
	u32 = made_int(made, "u32", 4);
	u64 = made_int(made, "u64", 8);
	type = made_type(made, MADE_TYPEDEF, "word", 0, u32);
	type = made_type(made, MADE_VOLATILE, NULL, 0, type);
	type = made_type(made, MADE_CONST, NULL, 0, type);
	made_type(made, MADE_FLOAT, "double", 0, 8);
	made_type(made, MADE_FWD, "sock", 0, 0); /* of the same name, and of another kind */
	made_type(made, MADE_ENUM, "two", 2, 4);
	for (int i = 0; i < 4; i++)
		made_word(made, 0);
	made_type(made, MADE_ENUM64, "one", 1, 8);
	for (int i = 0; i < 3; i++)
		made_word(made, 0);
	made_type(made, MADE_FUNC_PROTO, NULL, 2, u32);
	for (int i = 0; i < 4; i++)
		made_word(made, 0);
	made_type(made, MADE_FUNC, "sock", 0, made->count);
	made_type(made, MADE_VAR, "jiffies", 0, u64);
	made_word(made, 1);
	made_type(made, MADE_DATASEC, ".data", 1, 8);
	for (int i = 0; i < 3; i++)
		made_word(made, 0);
	made_type(made, MADE_DECL_TAG, "user", 0, u32);
	made_word(made, 0);
	made_type(made, MADE_TYPE_TAG, "rcu", 0, u32);
	made_type(made, MADE_RESTRICT, NULL, 0, u32);
	deep = made_struct(made, NULL, 4, 1);
	made_member(made, "y", u32, 0);
	inner = made_struct(made, "inner", 8, 2);
	made_member(made, "x", u8, 0);
	made_member(made, "deep", deep, 32);
	nameless = made_struct(made, NULL, 4, 2);
	made_member(made, "c", u16, 0);
	made_member(made, "d", u8, 16);
	either = made_type(made, MADE_UNION, NULL, 2, 8);
	made_member(made, "b", u64, 0);
	made_member(made, NULL, nameless, 32);
	made_type(made, MADE_ARRAY, NULL, 0, 0);
	for (int i = 0; i < 3; i++)
		made_word(made, i < 2 ? u32 : 2);
	made_type(made, MADE_PTR, NULL, 0, inner);
	made_struct(made, "sock", 48, 5);
	made_member(made, "a", type, 0);
	made_member(made, NULL, either, 64);
	made_member(made, "e", inner, 128);
	made_member(made, "f", made->count - 2, 192);
	made_member(made, "g", made->count - 1, 256);
	return made;
}

static void test_members(void **state)
{
	struct world world;

	(void)state;
	open_made(&world, make_good(), "sock");
	assert_int_equal(tc_btf_size(&world.name), 48);
	assert_int_equal(where(&world, "a"), place(0, 32));
	assert_int_equal(where(&world, "b"), place(64, 64));
	assert_int_equal(where(&world, "c"), place(96, 16));
	assert_int_equal(where(&world, "d"), place(112, 8));
	assert_int_equal(where(&world, "e"), place(128, 64));
	assert_int_equal(where(&world, "e.x"), place(128, 8));
	assert_int_equal(where(&world, "e.deep.y"), place(160, 32));
	assert_int_equal(where(&world, "f"), place(192, 0)); /* an array has no size of interest */
	assert_int_equal(where(&world, "g"), place(256, 64));
	close_made(&world);
}

static void test_members_that_are_not_there(void **state)
{
	static const char *const paths[] = {
		"",	    ".",   "z",	  "aa", "b.", ".b",   "e.z",  "e.x.y", "e.deep",
		"e.deep.z", "g.x", "f.x", "x",	"y",  "deep", "e..x", "sock",  "e.deep.y.",
	};
	struct world world;

	(void)state;
	open_made(&world, make_good(), "sock");
	for (size_t i = 0; i < TC_ARRAY_SIZE(paths); i++)
		if (strcmp(paths[i], "e.deep") != 0)
			assert_int_equal(where(&world, paths[i]), -1);
	assert_int_equal(where(&world, "e.deep"), place(160, 32));
	close_made(&world);
}

static void test_names(void **state)
{
	struct tc_btf_name names[] = {
		{"sock", TC_BTF_FUNCTION, 0, NULL}, {"sock", TC_BTF_STRUCT, 0, NULL},
		{"inner", TC_BTF_STRUCT, 0, NULL},  {"inner", TC_BTF_FUNCTION, 0, NULL},
		{"inne", TC_BTF_STRUCT, 0, NULL},   {"jiffies", TC_BTF_FUNCTION, 0, NULL},
	};
	struct world world;
	struct tc_btf_member member;

	(void)state;
	open_made(&world, make_good(), "inner");
	tc_btf_find(&world.btf, names, TC_ARRAY_SIZE(names));
	assert_int_equal(names[0].id, 13);
	assert_int_equal(names[1].id, 25);
	assert_int_equal(names[2].id, world.name.id);
	assert_int_equal(tc_btf_size(&names[2]), 8);
	for (size_t i = 3; i < TC_ARRAY_SIZE(names); i++) {
		assert_int_equal(names[i].id, 0);
		assert_null(names[i].found);
		assert_int_equal(tc_btf_size(&names[i]), 0);
		assert_false(tc_btf_member(&world.btf, &names[i], "x", &member));
	}
	/* A function has neither a size nor members. */
	assert_int_equal(tc_btf_size(&names[0]), 0);
	assert_false(tc_btf_member(&world.btf, &names[0], "a", &member));
	close_made(&world);
}

/* Names of any length, among them those that end where all names do. */
static void test_short_names(void **state)
{
	static const char *const all[] = {"four", "tri", "of", "a"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(all); i++) {
		struct made *made = made_new();
		struct tc_btf_name names[] = {{"longer", TC_BTF_STRUCT, 0, NULL},
					      {all[i], TC_BTF_STRUCT, 0, NULL}};
		struct world world;

		made_struct(made, "longer", 4, 0);
		made_struct(made, "ab", 4, 0);
		made_struct(made, all[i], 8, 0);
		open_made(&world, made, all[i]);
		assert_int_equal(world.name.id, 3);
		tc_btf_find(&world.btf, names, TC_ARRAY_SIZE(names));
		assert_int_equal(names[0].id, 1);
		assert_int_equal(names[1].id, 3);
		close_made(&world);
	}
}

/* The first of a name is it: what a module adds does not change what the kernel is. */
static void test_the_first_of_a_name(void **state)
{
	struct made *made = made_new();
	struct world world;

	(void)state;
	made_struct(made, "net", 8, 0);
	made_struct(made, "net", 16, 0);
	open_made(&world, made, "net");
	assert_int_equal(world.name.id, 1);
	assert_int_equal(tc_btf_size(&world.name), 8);
	close_made(&world);
}

/* So many that a type is found by a stop, and around the stops. */
static void test_many_types(void **state)
{
	struct made *made = made_new();
	uint32_t first = made_int(made, "u8", 1), second = made_int(made, "u16", 2);
	char path[16];
	struct world world;

	(void)state;
	for (int i = 0; i < 3 * TC_BTF_STRIDE; i++)
		made_type(made, MADE_CONST, NULL, 0, i % 2 ? first : second);
	made_struct(made, "many", 4096, 2 * TC_BTF_STRIDE + 2);
	for (uint32_t i = 0; i < 2 * TC_BTF_STRIDE + 2; i++) {
		snprintf(path, sizeof(path), "m%u", i);
		made_member(made, i % 64 ? NULL : path, 3 + i, i * 16);
	}
	open_made(&world, made, "many");
	for (uint32_t i = 0; i < 2 * TC_BTF_STRIDE + 2; i += 64) {
		snprintf(path, sizeof(path), "m%u", i);
		assert_int_equal(where(&world, path), place(i * 16, i % 2 ? 8 : 16));
	}
	close_made(&world);
}

/* A type that comes long after all that was looked for, which is not passed in looking for it. */
static void test_a_type_further_on(void **state)
{
	struct made *made = made_new();
	uint32_t first = 3, last = first + 5 * TC_BTF_STRIDE, count;
	struct world world;

	(void)state;
	made_struct(made, "early", 16, 3);
	made_member(made, "near", first, 0);
	made_member(made, "far", last, 64);
	made_member(made, "nowhere", last + 1, 96);
	count = made_int(made, "u16", 2);
	assert_int_equal(count + 1, first);
	for (uint32_t id = first; id < last; id++)
		made_type(made, MADE_CONST, NULL, 0, count);
	assert_int_equal(made_int(made, "u32", 4), last);
	open_made(&world, made, "early");
	assert_int_equal(world.btf.next_id, 2);
	assert_int_equal(where(&world, "near"), place(0, 16));
	assert_int_equal(where(&world, "far"), place(64, 32));
	assert_int_equal(where(&world, "nowhere"), place(96, 0));
	assert_int_equal(where(&world, "far"), place(64, 32));
	close_made(&world);
}

/* ---- Bitfields -------------------------------------------------------------------------- */

static void test_bitfields(void **state)
{
	struct made *made = made_new();
	uint32_t u32 = made_int(made, "u32", 4);
	struct world world;

	(void)state;
	made_struct(made, "flags", 8, MADE_PACKED | 3);
	made_member(made, "one", u32, 1u << 24 | 3);
	made_member(made, "four", u32, 4u << 24 | 28);
	made_member(made, "whole", u32, 32);
	open_made(&world, made, "flags");
	assert_int_equal(where(&world, "one"), place(3, 1));
	assert_int_equal(where(&world, "four"), place(28, 4));
	assert_int_equal(where(&world, "whole"), place(32, 32));
	close_made(&world);
}

/* ---- Forged ones ------------------------------------------------------------------------ */

static int open_changed(size_t at, uint32_t word)
{
	struct made *made = make_good();
	struct tc_btf_name name = {"sock", TC_BTF_STRUCT, 0, NULL};
	struct tc_btf_member member;
	size_t size;
	void *bytes = made_bytes(made, &size);
	struct tc_btf btf;
	int err;

	free(made);
	made_put(bytes, at, word);
	err = tc_btf_open_bytes(&btf, bytes, size);
	if (!err) { /* whatever is found: nothing beyond the bytes is read */
		tc_btf_find(&btf, &name, 1);
		tc_btf_member(&btf, &name, "e.deep.y", &member);
		tc_btf_close(&btf);
	}
	free(bytes);
	return err;
}

static void test_headers(void **state)
{
	static const uint32_t wild[] = {0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};

	(void)state;
	assert_int_equal(open_changed(0, 0x0001eb9f), 0); /* as it is */
	assert_int_equal(open_changed(0, 0x00019feb), -EINVAL);
	assert_int_equal(open_changed(0, 0x9feb0100), -EINVAL); /* of the other order of bytes */
	assert_int_equal(open_changed(0, 0x0002eb9f), -EINVAL);
	assert_int_equal(open_changed(MADE_AT_HEADER_SIZE, 0), -EINVAL);
	assert_int_equal(open_changed(MADE_AT_HEADER_SIZE, MADE_HEADER - 4), -EINVAL);
	assert_int_equal(open_changed(MADE_AT_TYPES, 2), -EINVAL); /* no place for a word */
	assert_int_equal(open_changed(MADE_AT_NAMES_SIZE, 0), -EINVAL);
	for (size_t at = MADE_AT_HEADER_SIZE; at <= MADE_AT_NAMES_SIZE; at += 4)
		for (size_t i = 0; i < TC_ARRAY_SIZE(wild); i++)
			assert_int_equal(open_changed(at, wild[i]), -EINVAL);
}

/* Cut anywhere, there is no whole description. */
static void test_cut_short(void **state)
{
	struct made *made = make_good();
	size_t size;
	void *bytes = made_bytes(made, &size);
	struct tc_btf btf;

	(void)state;
	free(made);
	for (size_t length = 0; length < size; length++) {
		tc_auto_free void *copy = malloc(length ? length : 1);

		memcpy(copy, bytes, length);
		assert_int_equal(tc_btf_open_bytes(&btf, copy, length), -EINVAL);
	}
	free(bytes);
}

/* Types that end anywhere: what is found is right, or is not found. */
static void test_types_cut_short(void **state)
{
	struct made *made = make_good();
	uint32_t types = made->words * 4, found = 0;
	size_t size;
	void *bytes = made_bytes(made, &size);

	(void)state;
	free(made);
	for (uint32_t length = 0; length <= types; length++) {
		struct world world = {.name = {"inner", TC_BTF_STRUCT, 0, NULL}};
		/* The names first: behind the types there is nothing at all. */
		tc_auto_free char *copy = malloc(size - types + length);
		size_t names = size - types - MADE_HEADER;

		memcpy(copy, bytes, MADE_HEADER);
		memcpy(copy + MADE_HEADER, (char *)bytes + MADE_HEADER + types, names);
		if ((MADE_HEADER + names) % 4) /* types begin at a word */
			names -= (MADE_HEADER + names) % 4;
		memcpy(copy + MADE_HEADER + names, (char *)bytes + MADE_HEADER, length);
		copy[MADE_HEADER + names - 1] = '\0';
		made_put(copy, MADE_AT_NAMES, 0);
		made_put(copy, MADE_AT_NAMES_SIZE, (uint32_t)names);
		made_put(copy, MADE_AT_TYPES, (uint32_t)names);
		made_put(copy, MADE_AT_TYPES_SIZE, length);
		assert_int_equal(tc_btf_open_bytes(&world.btf, copy, MADE_HEADER + names + length),
				 0);
		tc_btf_find(&world.btf, &world.name, 1);
		if (world.name.found) {
			found++;
			assert_int_equal(where(&world, "deep.y"), place(32, 32));
			assert_int_equal(tc_btf_size(&world.name), 8);
		}
	}
	assert_true(found && found < types);
	free(bytes);
}

/* Each word of the types is each of these once. */
static void test_words_changed(void **state)
{
	static const uint32_t wild[] = {
		0,
		1,
		24,
		25,
		26,
		0x7fffffff,
		0xffffffff,
		MADE_STRUCT << 24 | 0xffff,
		MADE_NOBODY_KNOWS << 24,
		31u << 24 | 1,
	};
	struct made *made = make_good();
	size_t end = MADE_HEADER + made->words * 4;

	(void)state;
	free(made);
	for (size_t at = MADE_HEADER; at < end; at += 4)
		for (size_t i = 0; i < TC_ARRAY_SIZE(wild); i++)
			assert_int_equal(open_changed(at, wild[i]), 0);
}

/* A name that stands for itself, or for one that stands for it. */
static void test_names_in_circles(void **state)
{
	struct made *made = made_new();
	struct world world;

	(void)state;
	made_type(made, MADE_TYPEDEF, "self", 0, 1);
	made_type(made, MADE_CONST, NULL, 0, 3);
	made_type(made, MADE_VOLATILE, NULL, 0, 2);
	made_struct(made, "s", 8, 3);
	made_member(made, "a", 1, 0);
	made_member(made, "b", 2, 0);
	made_member(made, NULL, 1, 0);
	open_made(&world, made, "s");
	assert_int_equal(where(&world, "a"), 0);
	assert_int_equal(where(&world, "a.b"), -1);
	assert_int_equal(where(&world, "b"), 0);
	assert_int_equal(where(&world, "c"), -1);
	close_made(&world);
}

/* A structure that has itself inside, many times: a look for what is not there ends soon. */
static void test_structures_in_circles(void **state)
{
	struct made *made = made_new();
	struct world world;
	enum { MANY = 1000 };

	(void)state;
	made_struct(made, "s", 8, MANY);
	for (int i = 0; i < MANY; i++)
		made_member(made, NULL, 1, 0);
	open_made(&world, made, "s");
	assert_int_equal(where(&world, "a"), -1);
	close_made(&world);
}

static void test_members_beyond(void **state)
{
	struct made *made = made_new();
	uint32_t u32 = made_int(made, "u32", 4), huge;
	struct world world;

	(void)state;
	huge = made_struct(made, "huge", 0xfffffffc, 1);
	made_member(made, "z", u32, 0);
	made_struct(made, "s", 8, 6);
	made_member(made, "inside", u32, 32);
	made_member(made, "across", u32, 40);
	made_member(made, "behind", u32, 64);
	made_member(made, "far", u32, 0xffffffff);
	made_member(made, "no_type", 0xffff, 0);
	made_member(made, NULL, huge, 0);
	open_made(&world, made, "s");
	assert_int_equal(where(&world, "inside"), place(32, 32));
	assert_int_equal(where(&world, "across"), -1);
	assert_int_equal(where(&world, "behind"), -1);
	assert_int_equal(where(&world, "far"), -1);
	assert_int_equal(where(&world, "no_type"), 0); /* of no size: nothing can be read of it */
	assert_int_equal(where(&world, "z"), -1);
	close_made(&world);
}

/* ---- The running kernel's ---------------------------------------------------------------- */

static void test_running_kernel(void **state)
{
	struct tc_btf_name names[] = {
		{"sock_common", TC_BTF_STRUCT, 0, NULL},
		{"list_head", TC_BTF_STRUCT, 0, NULL},
		{"no_such_structure", TC_BTF_STRUCT, 0, NULL},
		{"tcp_v4_rcv", TC_BTF_FUNCTION, 0, NULL},
	};
	tc_auto_free struct tc_btf *btf = malloc(sizeof(*btf));
	struct tc_btf_member member;

	(void)state;
	if (tc_btf_open(btf) < 0)
		skip();
	tc_btf_find(btf, names, TC_ARRAY_SIZE(names));
	assert_non_null(names[0].found);
	assert_null(names[2].found);
	assert_non_null(names[3].found);
	assert_int_equal(tc_btf_size(&names[1]), 2 * sizeof(void *));
	assert_true(tc_btf_member(btf, &names[1], "prev", &member));
	assert_int_equal(member.offset, 8 * sizeof(void *));
	/* Inside of two that have no name: the first words of a socket (include/net/sock.h). */
	assert_true(tc_btf_member(btf, &names[0], "skc_daddr", &member));
	assert_int_equal(member.offset, 0);
	assert_int_equal(member.bits, 32);
	assert_true(tc_btf_member(btf, &names[0], "skc_num", &member));
	assert_int_equal(member.bits, 16);
	tc_btf_close(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_members_that_are_not_there),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_short_names),
		cmocka_unit_test(test_the_first_of_a_name),
		cmocka_unit_test(test_many_types),
		cmocka_unit_test(test_a_type_further_on),
		cmocka_unit_test(test_bitfields),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_types_cut_short),
		cmocka_unit_test(test_words_changed),
		cmocka_unit_test(test_names_in_circles),
		cmocka_unit_test(test_structures_in_circles),
		cmocka_unit_test(test_members_beyond),
		cmocka_unit_test(test_running_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
