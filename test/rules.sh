#!/usr/bin/env bash
# Rules that the source keeps: layers, headers that stand alone, sizes, complete translations.
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
number=0

result() { # status name detail
	number=$((number + 1))
	if [ "$1" = 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
	[ -z "${3:-}" ] || printf '%s\n' "$3" | sed 's/^/# /'
}

# What each layer may include; cli may include everything. The laboratory stands beside the
# library, and knows nothing of its inside: it is what that is measured with.
layer_may_include() {
	case $1 in
	util) echo util ;;
	lab) echo 'util lab' ;;
	model) echo 'util model' ;;
	bpf) echo 'util model bpf' ;;
	source) echo 'util model bpf source' ;;
	owner) echo 'util model bpf owner' ;;
	analysis) echo 'util model analysis' ;;
	output) echo 'util model output' ;;
	pipeline) echo 'util model source owner analysis output pipeline' ;;
	cli) echo 'util model source owner analysis output pipeline lab cli' ;;
	esac
}

check_layers() {
	local wrong=
	for folder in src/*/ lab/; do
		local layer allowed
		layer=$(basename "$folder")
		allowed=" $(layer_may_include "$layer") "
		while IFS=: read -r file include; do
			case $allowed in
			*" ${include%%/*} "*) ;;
			*) wrong+="$file includes $include"$'\n' ;;
			esac
		done < <(grep -rHoE '^#include "[a-z_]+/[^"]+"' "${folder%/}" |
			sed -E 's/:#include "([^"]+)"/:\1/')
	done
	[ -z "$wrong" ]
	result $? 'a layer includes only what stands below it' "$wrong"
}

# What others include of src/bpf is free of libbpf, too: load.h and the skeletons are its own.
check_libbpf() {
	local wrong
	wrong=$(grep -rnE '#include (<bpf/|"bpf/(load|vmlinux|compat\.bpf|.*\.skel)\.h")' include src lab bench |
		grep -vE '^src/bpf/([a-z_]+\.c|[a-z_]+\.bpf\.[ch]):')
	[ -z "$wrong" ]
	result $? 'only src/bpf knows of libbpf, and none of its headers for others' "$wrong"
}

# Headers of the kernel side are compiled with it, by clang for eBPF.
check_headers() {
	local wrong=
	while read -r header; do
		echo "#include \"$header\"" | gcc -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE \
			-I. -Iinclude -Isrc -include build/tc-config.h -fsyntax-only -x c - 2>/dev/null ||
			wrong+="$header"$'\n'
	done < <(find include src lab bench -name '*.h' ! -name vmlinux.h ! -name '*.bpf.h')
	[ -z "$wrong" ]
	result $? 'every header compiles alone' "$wrong"
}

check_public_header() {
	local wrong
	wrong=$(for compiler in 'gcc -std=c99' 'gcc -x c++ -std=c++11'; do
		echo '#include "include/tcpcensus.h"' |
			$compiler -Wall -Wextra -pedantic -Werror -fsyntax-only -x \
				"$([[ $compiler = *c++* ]] && echo c++ || echo c)" - 2>&1
	done)
	[ -z "$wrong" ]
	result $? 'the public header is plain C99 and C++' "$wrong"
}

# A mirror, not a law; but past the ceiling a file has outgrown its room.
check_sizes() {
	local long
	long=$(find src lab bench -name '*.c' -o -name '*.h' | xargs wc -l |
		awk '$2 != "total" && $1 > 600')
	[ -z "$long" ]
	result $? 'no file of code is longer than 600 lines' "$long"
}

check_functions() {
	local long
	long=$(find src lab bench -name '*.c' | xargs awk '
		FNR == 1 { start = 0 }
		/^\{/ { start = FNR }
		/^}/ { if (start && FNR - start > 80) print FILENAME ":" start ": " FNR - start " lines"; start = 0 }')
	[ -z "$long" ]
	result $? 'no function is longer than 80 lines' "$long"
}

check_translations() {
	local said status
	said=$(sh test/translations.sh 2>&1)
	status=$?
	if [ "$status" = 77 ]; then
		number=$((number + 1))
		echo "ok $number - translations # skip ${said#skipped: }"
		return
	fi
	result "$status" 'every text for people is in po/POTFILES and in French' "$said"
}

check_cppcheck() {
	local found
	command -v cppcheck >/dev/null || { number=$((number + 1)); echo "ok $number - cppcheck # skip not installed"; return; }
	found=$(cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr \
		--suppressions-list=test/cppcheck.txt -j2 -Iinclude -Isrc -I. \
		'-DSEC(name)=' '-Dmnl_attr_for_each(attr,header,offset)=for(attr=(const void*)header;attr;attr=0)' \
		src lab bench 2>&1)
	[ -z "$found" ]
	result $? 'cppcheck is quiet' "$found"
}

echo 1..8
check_layers
check_libbpf
check_headers
check_public_header
check_sizes
check_functions
check_translations
check_cppcheck
