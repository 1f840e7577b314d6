/* SPDX-License-Identifier: MIT */
/*
 * btf_member.c - where members of the running kernel's structures are, as the reader of BTF finds.
 *
 *	btf_member < lines "STRUCTURE MEMBER"
 *
 * A line each: structure, member, offset and size in bits, size of the structure in bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/btf.h"
#include "util/macro.h"

int main(void)
{
	tc_auto_free struct tc_btf *btf = malloc(sizeof(*btf));
	char structure[128], path[128];
	int err = btf ? tc_btf_open(btf) : -1;

	if (err) {
		fprintf(stderr, "btf_member: no description of the kernel\n");
		return 77;
	}
	while (scanf("%127s %127s", structure, path) == 2) {
		struct tc_btf_name name = {.name = structure, .kind = TC_BTF_STRUCT};
		struct tc_btf_member member;

		tc_btf_find(btf, &name, 1);
		if (tc_btf_member(btf, &name, path, &member))
			printf("%s %s %u %u %u\n", structure, path, member.offset, member.bits,
			       tc_btf_size(&name));
		else
			printf("%s %s not found\n", structure, path);
	}
	tc_btf_close(btf);
	return 0;
}
