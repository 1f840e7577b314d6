#!/usr/bin/env bats
# Where a program gets no netlink socket (test/tools/no_netlink.c), the other sources do without.

load helper

needs_no_netlink() {
	needs_namespaces
	"$build/test/tools/no_netlink" true || skip "needs seccomp"
}

@test "no netlink: eBPF finds the listeners as well" {
	needs_no_netlink
	needs_bpf
	in_lab all-states -- no_netlink_bpf
}

@test "no netlink: another source is used, which is told" {
	needs_no_netlink
	in_lab all-states -- no_netlink_auto
}

@test "no netlink: ports, and the way to a destination" {
	needs_no_netlink
	run timeout 60 "$here/ways.py" "$build/test/tools/no_netlink"
	printf '%s\n' "$output"
	[ "$status" != 77 ] || skip "$(tail -1 <<<"$output")"
	[ "$status" = 0 ]
	needs_bpf
	run unshare -n bash -c 'ip link set lo up && coproc python3 "$0/few_connections.py" 3 || exit
		read -r _ <&"${COPROC[0]}"
		trap "kill $COPROC_PID" EXIT
		for source in auto bpf; do
			"$1/test/tools/no_netlink" tcpcensus ports -j --source $source dport = :80 |
				jq -e ".not_exact == \"3 sockets are only bound, and which ports they \" +
				\"hold could not be read\" and (.destinations[0] |
				.free_at_most - .free_at_least == 3 and .free == .free_at_most)" || exit
		done' "$here" "$build"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "no netlink: ports are exact where nothing is only bound" {
	needs_no_netlink
	needs_bpf
	run unshare -n bash -c 'ip link set lo up && coproc python3 "$0/few_connections.py" || exit
		read -r _ <&"${COPROC[0]}"
		trap "kill $COPROC_PID" EXIT
		"$1/test/tools/no_netlink" tcpcensus ports -j dport = :80 | jq -e ".exact and
			(.destinations[0].inferred | not)"' "$here" "$build"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}
