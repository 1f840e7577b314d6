# SPDX-License-Identifier: MIT
# What the tests of the program share. The program, tc-lab and herd are those of the folder
# TCPCENSUS_BUILD (default: build), found by PATH, so that every test names them as people do.

here=${BASH_SOURCE[0]%/*}
case $here in /*) ;; *) here=$(cd "$here" && pwd) ;; esac
root=${here%/test/cli}
build=${TCPCENSUS_BUILD:-$root/build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
export TCPCENSUS_BUILD=$build
export PATH=$build:$build/lab:$build/bench:$PATH:/usr/sbin:/sbin

# What is on the caller's terminal must not change what is compared.
export LC_ALL=C COLUMNS=80
# What python keeps of a module would be a new file in the tree, and every part be run again.
export PYTHONDONTWRITEBYTECODE=1
unset LANG LANGUAGE NO_COLOR LC_MESSAGES LC_CTYPE

is_sanitized() {
	grep -q __asan_init "$build/tcpcensus"
}

# Runs FUNCTION of inside.bash among the sockets of a scenario. What it prints is shown where
# it fails; what the scenario needs and this machine has not is the reason to skip.
in_lab() { # SCENARIO [TC-LAB OPTION...] -- FUNCTION [ARGUMENT...]
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	run tc-lab "${options[@]}" -- bash "$here/inside.bash" "$@"
	[ "$status" != 77 ] || skip "$(tail -1 <<<"$output")"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

# The same in a crowd made by herd, which has a second try: on a busy machine one of a hundred
# thousand connections may be reset while it is made, and then herd says so and runs nothing.
in_herd() { # [HERD OPTION...] -- FUNCTION [ARGUMENT...]
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	run herd "${options[@]}" -- bash "$here/inside.bash" "$@"
	[ "$status" != 75 ] || run herd "${options[@]}" -- bash "$here/inside.bash" "$@"
	[ "$status" != 77 ] || skip "$(tail -1 <<<"$output")"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

# Runs a command and keeps apart what it wrote: $status, $out and $err (files below
# BATS_TEST_TMPDIR are $out_file and $err_file).
apart() { # COMMAND...
	out_file=$BATS_TEST_TMPDIR/out err_file=$BATS_TEST_TMPDIR/err
	status=0
	"$@" >"$out_file" 2>"$err_file" || status=$?
	{ out=$(<"$out_file") err=$(<"$err_file"); } 2>/dev/null # without a word of bash on '\0'
	printf 'command: %s\nexit status: %s\nstdout: %.2000s\nstderr: %s\n' "$*" "$status" "$out" "$err"
}

# Asserts that a command is refused: this exit status, nothing on stdout, and one line on
# stderr that begins with the program's name and matches the extended regular expression.
refused() { # STATUS REGEX COMMAND...
	local wanted=$1 pattern=$2
	shift 2
	apart "$@"
	[ "$status" = "$wanted" ]
	[ ! -s "$out_file" ]
	[ "$(wc -l <"$err_file")" = 1 ]
	grep -qE "^tcpcensus: .*$pattern" "$err_file"
}

# French, as a distribution would have it, without touching the system's locales.
make_french() {
	export LOCPATH=$build/locale
	if [ ! -d "$LOCPATH/fr_FR.UTF-8" ]; then
		mkdir -p "$LOCPATH"
		localedef -i fr_FR -f UTF-8 "$LOCPATH/fr_FR.UTF-8.$$" >/dev/null 2>&1 ||
			skip "localedef cannot make fr_FR.UTF-8 here"
		mv -T "$LOCPATH/fr_FR.UTF-8.$$" "$LOCPATH/fr_FR.UTF-8" 2>/dev/null ||
			rm -rf "$LOCPATH/fr_FR.UTF-8.$$"
	fi
	[ -d "$build/po/fr" ] || skip "built without translations"
}

needs_root() {
	[ "$(id -u)" = 0 ] || skip "needs root"
}

# Why eBPF cannot read sockets here, as the program says it; nothing where it can.
why_no_bpf() {
	local why
	why=$(tcpcensus --source bpf 2>&1 >/dev/null)
	[ -z "$why" ] || echo "${why#tcpcensus: }"
}

# Sets `sources`: the ways of reading the kernel that work here.
find_sources() {
	sources=(netlink proc)
	[ -n "$(why_no_bpf)" ] || sources+=(bpf)
}

needs_bpf() {
	local why
	why=$(why_no_bpf)
	[ -z "$why" ] || skip "$why"
}

needs_namespaces() {
	unshare -n true 2>/dev/null || skip "needs network namespaces"
}

# Runs a command (run, of bats) in a namespace of the test's own, where those that are made get a
# table of so many buckets.
run_for_own_tables() { # BUCKETS COMMAND ARGUMENT...
	local set='echo "$0" >/proc/sys/net/ipv4/tcp_child_ehash_entries'
	unshare -n sh -c "$set" "$1" 2>/dev/null ||
		skip "this kernel gives no namespace a table of its own"
	run unshare -n sh -c "$set"' && exec "$@"' "$@"
}

# As a user without any right. The program is opened by root, since nobody may not enter every
# folder that it may lie in.
as_nobody() { # COMMAND ARGUMENT...
	local program
	program=$(command -v "$1")
	shift
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all /dev/fd/9 "$@" 9<"$program"
}
