#!/usr/bin/env bats
# Censuses while connections open and close as fast as they can: FIRE_SECONDS (3) for so long,
# FIRE_RATE (20000) so many in a second; 0: as many as this machine makes.

load helper

@test "fire: what every source counts is within what the kernel counts" {
	in_herd --established 6000 --time-wait 10000 --close-wait 1500 --fin-wait2 1500 \
		--listen 200 --peers 500 -6 30 -- counted_under_fire
}

@test "fire: nor does the walk err as it reads on older kernels" {
	needs_bpf
	in_herd --established 6000 --time-wait 10000 --close-wait 1500 --fin-wait2 1500 \
		--listen 200 --peers 500 -6 30 -- probed_under_fire
}

@test "fire: nor where chains are long, of a table with few" {
	needs_bpf
	run_for_own_tables 64 \
		herd --established 6000 --time-wait 10000 --close-wait 1500 --fin-wait2 1500 \
		--listen 200 --peers 500 -- bash "$here/inside.bash" scanned_under_fire
	[ "$status" != 75 ] || skip "$(tail -1 <<<"$output")"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "fire: nor of what is only bound, in lists that change meanwhile" {
	needs_bpf
	in_herd --established 10000 --time-wait 45000 --peers 500 -- bound_under_fire
}

@test "fire: nor where a socket comes back in the memory that it had" {
	needs_bpf
	in_herd --established 10000 --time-wait 45000 --peers 500 -- bound_in_same_memory
}

@test "fire: nor where neighbours of a chain come back as neighbours" {
	needs_bpf
	run_for_own_tables 1 \
		unshare -n sh -c 'ip link set lo up && exec "$@"' - python3 "$here/neighbours.py" 150
	printf '%s\n' "$output"
	[ "$status" = 0 ]
	run_for_own_tables 1 \
		unshare -n python3 "$here/moved_lists.py" "$build/test/tools/between_runs" chain
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "fire: nor where a part of a list goes to another, or to its beginning, as it was" {
	needs_bpf
	run unshare -n python3 "$here/moved_lists.py" "$build/test/tools/between_runs" \
		whole alike replaced noted
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "fire: nor where the last two of many lists do, or go to its beginning" {
	needs_bpf
	in_herd --established 60000 -- moved_pairs
}

@test "fire: nor where ports that a lane stands between go to another bucket" {
	needs_bpf
	run unshare -n python3 "$here/bound_ports.py" 15000 "$build/test/tools/strayed"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "fire: nor where a listener that a lane stands at goes elsewhere in its chain" {
	needs_bpf
	"$build/test/tools/no_netlink" true || skip "needs seccomp"
	run unshare -n python3 "$here/listening.py" 900 "$build/test/tools/no_netlink" \
		"$build/test/tools/strayed"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "fire: no command fails" {
	in_herd --established 2000 --close-wait 500 --listen 200 --peers 100 -6 30 -- \
		commands_under_fire
}
