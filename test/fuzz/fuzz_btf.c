/* SPDX-License-Identifier: MIT */
/*
 * fuzz_btf.c - libFuzzer target: any bytes as the kernel's description of its types.
 *
 * The layout of the walk is looked for in it, and then by its own names every structure that it
 * has, and their members.
 */
#include <stdlib.h>

#include "bpf/btf.h"
#include "bpf/layout.h"
#include "check.h"
#include "util/macro.h"

enum { INPUT_MAX = 32 * 1024, NAMES = 24 };

/* The first names of the description, which may be of anything. */
static size_t take_names(const struct tc_btf *btf, struct tc_btf_name names[NAMES])
{
	const char *at = btf->names, *end = btf->names + btf->names_size;
	size_t count = 0;

	for (; at < end && count < NAMES; at += strlen(at) + 1)
		if (*at)
			names[count++] = (struct tc_btf_name){at, TC_BTF_STRUCT, 0, NULL};
	return count;
}

static void check_found(const struct tc_btf *btf, const struct tc_btf_name *name)
{
	check(!name->id == !name->found);
	if (name->found)
		check(name->found >= btf->types && name->found + 12 <= btf->types_end);
	else
		check(tc_btf_size(name) == 0);
}

static void look(struct tc_btf *btf)
{
	struct tc_btf_name names[NAMES];
	size_t count = take_names(btf, names);
	struct tc_btf_member member;

	tc_btf_find(btf, names, count);
	for (size_t i = 0; i < count; i++) {
		check_found(btf, &names[i]);
		for (size_t j = 0; j < count; j++)
			if (tc_btf_member(btf, &names[i], names[j].name, &member))
				check(names[i].found);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tc_btf btf; /* large */
	tc_auto_free void *copy = malloc(size ? size : 1);
	char why[TC_WHY_MAX] = "";
	struct tc_walk_layout layout;
	struct tc_bpf_names ids;
	int err;

	if (size > INPUT_MAX)
		return 0;
	check(copy);
	if (size)
		memcpy(copy, data, size);
	if (tc_btf_open_bytes(&btf, copy, size) < 0)
		return 0;
	err = tc_bpf_layout_in(&btf, &layout, &ids, why);
	check(err <= 0 && (err == 0) == !*why);
	look(&btf);
	tc_btf_close(&btf);
	return 0;
}
