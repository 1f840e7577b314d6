#!/usr/bin/env bats
# A walk that gave some chains up (test/tools/gives_up.c): another source counts, or it is told.

load helper

needs_gives_up() {
	needs_namespaces
	needs_bpf
}

@test "gives up: a census by eBPF is none" {
	needs_gives_up
	in_lab not-accepted --side b -- given_up_census
}

@test "gives up: what was handed over is told to be incomplete, in every form" {
	needs_gives_up
	in_lab not-accepted --side b -- given_up_forms
}

@test "gives up: where nothing was handed over yet, another source is used" {
	needs_gives_up
	in_lab empty -- given_up_nothing
}

@test "gives up: all namespaces" {
	needs_gives_up
	in_lab not-accepted --side b -- given_up_everywhere
}

@test "gives up: in French" {
	needs_gives_up
	make_french
	in_lab not-accepted --side b -- given_up_in_french
}

@test "gives up: not where chains are long, of a namespace with a table of its own" {
	needs_gives_up
	run_for_own_tables 4 \
		herd --established 6000 --time-wait 1000 --listen 10 --peers 100 -- \
		bash "$here/inside.bash" long_chains
	[ "$status" != 75 ] || skip "$(tail -1 <<<"$output")"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "a verifier that refuses reads of our own: they are done by calls" {
	needs_gives_up
	in_lab all-states -- refused_reads
}

@test "without /proc eBPF does not know the namespace, and does not make one up" {
	needs_gives_up
	in_lab all-states -- without_proc
}

@test "a run in the kernel that fails: incomplete where sockets were handed over, else another source" {
	needs_gives_up
	in_herd --established 6000 --time-wait 0 --listen 3 -- failing_runs 6003
}
