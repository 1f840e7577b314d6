#!/usr/bin/env bats
# Sockets that are only bound, of which a dump lacks some while others on their port come and go.

load helper

needs_moving() {
	needs_namespaces
	[[ $(tcpcensus -j --source netlink) != *states_not_read* ]] ||
		skip "this kernel lists no bound sockets (since Linux 6.8)"
}

# Runs FUNCTION of inside.bash beside so many that are bound.
in_moving() { # COUNT FUNCTION
	needs_moving
	run unshare -n bash -c 'ip link set lo up && exec "$@"' - \
		bash "$here/inside.bash" beside_moving "$@"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "bound: where their port's list changes they are all counted, or some are said to be missing" {
	in_moving 3000 bound_by_netlink
}

@test "bound: where the kernel may be walked, they are all counted" {
	needs_bpf
	in_moving 3000 bound_by_auto
}

@test "bound: handed over once each, or some are said to be missing" {
	in_moving 600 bound_listed
}

@test "bound: who has read them, and what listens, is told" {
	needs_bpf
	needs_moving
	in_lab all-states-loopback -- readers_told
}
