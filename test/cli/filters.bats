#!/usr/bin/env bats
# Filters as ss(8) takes them: what they select, and where the caret stands in wrong ones.

load helper

@test "filters: hundreds of expressions select what ss selects, socket by socket" {
	in_lab all-states -- filters_as_ss
}

@test "filters: wrong ones end with 2, and a caret under the wrong word" {
	local count=0 expression word lines work=$BATS_TEST_TMPDIR
	while IFS=$'\t' read -r expression word; do
		echo "$expression"
		status=0
		set -f
		tcpcensus list -- $expression >"$work/out" 2>"$work/err" || status=$?
		set +f
		mapfile -t lines <"$work/err"
		printf '%s\n' "exit status: $status" "${lines[@]}"
		[ "$status" = 2 ]
		[ ! -s "$work/out" ]
		[ "${#lines[@]}" = 3 ]
		[ "${lines[1]}" = "  $expression" ]
		marked "$work/err" >"$work/marked"
		[ "$(<"$work/marked")" = "$word" ]
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

@test "filters: a value is one word, though the shell took its quotes away" {
	local listing=$BATS_TEST_TMPDIR/listing
	ports() { # FILTER...: the local ports that are left
		tcpcensus list -f "$listing" -o csv -c local.port "$@" | sed '1d; s/,.*//' | xargs
	}
	cat >"$listing" <<-'EOF'
		State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
		LISTEN 0      128        192.0.2.1:80        0.0.0.0:*    users:(("a b",pid=11,fd=3))
		LISTEN 0      128        192.0.2.1:81        0.0.0.0:*    users:(("(sd-pam)",pid=12,fd=3))
		LISTEN 0      128        192.0.2.1:82        0.0.0.0:*    users:(("it's a",pid=13,fd=3))
		LISTEN 0      128        192.0.2.1:83        0.0.0.0:*    users:(("b",pid=14,fd=3))
	EOF
	[ "$(ports)" = "80 81 82 83" ]
	[ "$(ports process = 'a b')" = 80 ]
	[ "$(ports "process = 'a b'")" = 80 ]
	[ "$(ports process='"a b"')" = 80 ]
	[ "$(ports process = "'a b'")" = 80 ]
	[ "$(ports process = 'a\ b')" = 80 ]
	[ "$(ports process != 'a b')" = "81 82 83" ]
	[ "$(ports process eq 'a *' or process = b)" = "80 83" ]
	[ "$(ports process = '(sd-pam)')" = 81 ]
	[ "$(ports process = "it's a")" = 82 ]
	[ "$(ports '(' process = 'a b' or pid = '14?' ')' and sport != :83)" = 80 ]
	[ "$(ports '( process = b )')" = 83 ]
	apart tcpcensus list -f "$listing" process = 'a b' and sprot = 80
	[ "$(marked "$err_file")" = sprot ]
	apart tcpcensus list -f "$listing" process = '('
	[ "$(marked "$err_file")" = '(' ]
}

@test "filters: what a source cannot see is refused, not answered with 0" {
	needs_namespaces
	for filter in 'dev lo' 'fwmark = 5' 'not fwmark = 5' 'cgroup /'; do
		[ "$filter" != 'cgroup /' ] || [ -e /sys/fs/cgroup/cgroup.procs ] || continue
		refused 3 '/proc/net/tcp has no marks, devices, cgroups' \
			tcpcensus --source proc $filter
	done
}

@test "filters: what /proc does not tell of listeners makes an answer incomplete" {
	in_herd --established 10 --listen 3 -- filtered_by_backlog
}

@test "filters: marks are refused to users who may not see them" {
	needs_root
	for filter in 'fwmark = 5' 'not fwmark = 5'; do
		for words in census 'by state' 'list --source netlink'; do
			refused 3 'marks with CAP_NET_ADMIN alone: run as root$' \
				as_nobody tcpcensus ${words#census} $filter
		done
	done
	refused 3 'CAP_NET_ADMIN alone: root of this user namespace is not that of the machine' \
		unshare -Ur tcpcensus by state mark = 5
	as_nobody tcpcensus sport = 22
}

@test "filters: -4, -6 and states narrow a census" {
	in_lab all-states -- filters_of_census
}
