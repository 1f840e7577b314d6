#!/usr/bin/env bats
# Every scenario of the laboratory, seen from both of its ends: by each source, by family, as a
# list, and by listings that others made, against the numbers that it was built to and ss.

load helper

# Under the sanitizers, where a process takes eight times as long, one of them: a where the name
# has an even length, else b. The same code runs on both, and without them both are compared.
both_sides() { # SCENARIO
	local side sides='a b'
	! is_sanitized || { [ $((${#1} % 2)) = 0 ] && sides=a || sides=b; }
	for side in $sides; do
		in_lab "$1" --side "$side" -- states
	done
}

@test "states: empty" { both_sides empty; }
@test "states: listen" { both_sides listen; }
@test "states: bound" { both_sides bound; }
@test "states: syn-sent" { both_sides syn-sent; }
@test "states: syn-recv" { both_sides syn-recv; }
@test "states: syn-recv-full" { both_sides syn-recv-full; }
@test "states: not-accepted" { both_sides not-accepted; }
@test "states: queue-full" { both_sides queue-full; }
@test "states: phantom" { both_sides phantom; }
@test "states: ports-used" { both_sides ports-used; }
@test "states: established" { both_sides established; }
@test "states: established-v6" { both_sides established-v6; }
@test "states: established-mapped" { both_sides established-mapped; }
@test "states: established-loopback" { both_sides established-loopback; }
@test "states: fin-wait1" { both_sides fin-wait1; }
@test "states: fin-wait2-held" { both_sides fin-wait2-held; }
@test "states: fin-wait2-orphan" { both_sides fin-wait2-orphan; }
@test "states: time-wait" { both_sides time-wait; }
@test "states: time-wait-server" { both_sides time-wait-server; }
@test "states: time-wait-mapped" { both_sides time-wait-mapped; }
@test "states: close-wait" { both_sides close-wait; }
@test "states: last-ack" { both_sides last-ack; }
@test "states: closing" { both_sides closing; }
@test "states: all-states" { both_sides all-states; }
@test "states: all-states-loopback" { both_sides all-states-loopback; }
@test "states: defer-accept" { both_sides defer-accept; }
@test "states: fin-wait1-window" { both_sides fin-wait1-window; }
@test "states: the-note" { both_sides the-note; }

# What follows is for diagnose; what goes on there while a rule looks is not begun here.
@test "states: idle-server" { both_sides idle-server; }
@test "states: paused-players" { both_sides paused-players; }
@test "states: idle-no-keepalive" { both_sides idle-no-keepalive; }
@test "states: slow-last-ack" { both_sides slow-last-ack; }
@test "states: bind-exhausted" { both_sides bind-exhausted; }
@test "states: ports-waiting" { both_sides ports-waiting; }
@test "states: bound-leak" { both_sides bound-leak; }
@test "states: listener-in-range" { both_sides listener-in-range; }
@test "states: half-open" { both_sides half-open; }
@test "states: zero-window" { both_sides zero-window; }
@test "states: send-stalled" { both_sides send-stalled; }
@test "states: close-wait-leak" { both_sides close-wait-leak; }
@test "states: close-wait-alive" { both_sides close-wait-alive; }
@test "states: fin-wait2-alive" { both_sides fin-wait2-alive; }
@test "states: time-wait-many" { both_sides time-wait-many; }

# But for those in which something goes on: they are in motion.bats.
@test "states: every scenario has its test here" {
	diff <(tc-lab --list | awk -F'\t' '$7 == "-" && ($1 == "empty" || $3 $4 != "--") { print $1 }' |
		sort) \
		<(sed -n 's/^@test "states: .*both_sides \(.*\); }/\1/p' "$BATS_TEST_FILENAME" | sort)
}

# A machine that has what eBPF needs is no excuse for the program: it has to read them there.
@test "states: eBPF is among the sources that are compared" {
	local status capable
	status=$(cat /proc/self/status)
	capable=$((0x$(sed -n 's/^CapEff:\t//p' <<<"$status")))
	if [ $((capable >> 38 & 3)) = 3 ] && grep -qx 'Seccomp:.0' <<<"$status" &&
		grep -qE '^ *0 +0 +4294967295$' /proc/self/uid_map &&
		grep -q bpf_rdonly_cast /proc/kallsyms && [ -r /sys/kernel/btf/vmlinux ] &&
		tcpcensus -V | grep -q '(bpf,'; then
		why_no_bpf
		[ -z "$(why_no_bpf)" ]
	else
		needs_bpf
	fi
}

@test "states: two in TIME_WAIT with the same four ends, of two devices" {
	needs_namespaces
	[ "$(cat /proc/sys/kernel/kptr_restrict)" = 0 ] || skip "the kernel may hide what tells them apart"
	run unshare -n bash -c 'ip link set lo up && "$0/same_ends.py" || exit 77
		for source in netlink proc; do
			tcpcensus -j --source $source 2>/dev/null | jq -c "[.states.TIME_WAIT, .total]"
		done' "$here"
	printf '%s\n' "$output"
	[ "$status" != 77 ] || skip "the kernel makes no such sockets"
	[ "$output" = "[2,2]
[2,2]" ]
}
