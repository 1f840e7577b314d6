#!/usr/bin/env bats
# Where the members of the kernel's structures are: the reader of BTF beside bpftool and a compiler.

load helper

# "STRUCTURE MEMBER" for every row of the table in layout.c.
wanted() {
	awk -F'"' '
		/^\t\[[A-Z_0-9]+\] = \{"/ { split($1, word, /[][]/); name[word[2]] = $2 }
		/^\t\{ [A-Z_0-9]+, / { split($1, word, /[ ,]+/); if (word[2] in name) print name[word[2]], $2 }
	' "$root/src/bpf/layout.c"
}

sizes_of_buckets() {
	awk '$1 !~ /bucket$/ { $NF = "-" } { print }'
}

@test "layout: every member is where a compiler puts it" {
	local work=$BATS_TEST_TMPDIR
	[ -x "$build/test/tools/btf_member" ] || skip "this build has no eBPF"
	[ -r /sys/kernel/btf/vmlinux ] || skip "/sys/kernel/btf/vmlinux is missing"
	type bpftool clang >/dev/null 2>&1 || skip "needs bpftool and clang"
	wanted >"$work/wanted"
	[ "$(wc -l <"$work/wanted")" -ge 30 ]
	"$build/test/tools/btf_member" <"$work/wanted" | grep -v 'not found$' >"$work/found"
	[ "$(wc -l <"$work/found")" -ge 28 ] # a kernel without IPv6 lacks two
	bpftool btf dump file /sys/kernel/btf/vmlinux format c >"$work/vmlinux.h"
	{
		printf '#include "vmlinux.h"\nint printf(const char *, ...);\nint main(void)\n{\n'
		while read -r structure path rest; do
			printf 'printf("%s %s %%lu %%lu %%lu\\n", __builtin_offsetof(struct %s, %s) * 8, sizeof(((struct %s *)0)->%s) * 8, sizeof(struct %s));\n' \
				"$structure" "$path" "$structure" "$path" "$structure" "$path" "$structure"
		done <"$work/found"
		printf 'return 0;\n}\n'
	} >"$work/places.c"
	clang -w -o "$work/places" "$work/places.c"
	# Sizes matter of what stands in tables. Of others bpftool's C may say more than the kernel's:
	# it knows no alignment of members (struct inode).
	diff <(sizes_of_buckets <"$work/found") <("$work/places" | sizes_of_buckets)
}
