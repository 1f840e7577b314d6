#!/usr/bin/env bats
# Filters as ss(8) takes them: what they select, and where the caret stands in wrong ones.

load helper

@test "filters: hundreds of expressions select what ss selects, socket by socket" {
	in_lab all-states -- filters_as_ss
}

@test "filters: wrong ones end with 2, and a caret under the wrong word" {
	local count=0
	while IFS=$'\t' read -r expression word; do
		set -f
		apart tcpcensus list -- $expression
		set +f
		[ "$status" = 2 ]
		[ ! -s "$out_file" ]
		[ "$(wc -l <"$err_file")" = 3 ]
		[ "$(sed -n 2p "$err_file")" = "  $expression" ]
		marked "$err_file" | diff - <(printf '%s\n' "$word")
		count=$((count + 1))
	done < <(grep -v '^#' "$here/malformed_filters.txt")
	[ "$count" -gt 40 ]
}

# The part of the second line that the third one has "^~~~" under.
marked() {
	local LC_ALL=C.UTF-8 lines before
	mapfile -t lines <"$1"
	before=${lines[2]%%^*}
	printf '%s\n' "${lines[1]:${#before}:${#lines[2]}-${#before}}"
}

@test "filters: the caret stands under the word behind wide letters, too" {
	LC_ALL=C.UTF-8 apart tcpcensus -f /dev/null src hôte or sprot = 22
	[ "$status" = 2 ]
	[ "$(marked "$err_file")" = sprot ]
}

@test "filters: what a source cannot see is refused, not answered with 0" {
	needs_namespaces
	for filter in 'dev lo' 'fwmark = 5' 'not fwmark = 5' 'cgroup /'; do
		[ "$filter" != 'cgroup /' ] || [ -e /sys/fs/cgroup/cgroup.procs ] || continue
		refused 3 '/proc/net/tcp has no marks, devices or cgroups' \
			tcpcensus --source proc $filter
	done
}

@test "filters: marks are refused to users who may not see them" {
	needs_root
	for filter in 'fwmark = 5' 'not fwmark = 5'; do
		refused 3 'marks only for root' as_nobody tcpcensus $filter
		refused 3 'Operation not permitted' as_nobody tcpcensus list --source netlink $filter
	done
	as_nobody tcpcensus sport = 22
}

@test "filters: -4, -6 and states narrow a census" {
	in_lab all-states -- filters_of_census
}
