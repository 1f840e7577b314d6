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
