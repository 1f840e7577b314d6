#!/usr/bin/env bats
# The command listeners, against real ones: which is full, what waits, what came in, and whose
# fault it is that clients are refused.

load helper

crowded() { # [--half-open] FUNCTION
	local options=()
	needs_root
	needs_namespaces
	if [ "$1" = --half-open ]; then
		options=("$1")
		shift
	fi
	run timeout 300 unshare -n "$here/crowded.py" "${options[@]}" bash "$here/inside.bash" "$@"
	[ "$status" != 77 ] || skip "$(tail -1 <<<"$output")"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "listeners: the full one of ten is first and is named, while its clients are refused" {
	crowded full_listener
}

@test "listeners: who refused is told by what it dropped, not by who is full" {
	needs_root
	needs_namespaces
	local scene
	for scene in "transient 8000" "both 8001"; do
		run timeout 100 unshare -n "$here/drops.py" ${scene% *} bash "$here/inside.bash" \
			refused_by ${scene#* }
		printf '%s\n' "$output"
		[ "$status" = 0 ]
	done
}

@test "listeners: that another one is full makes a burst at one neither critical nor its load" {
	needs_namespaces
	apart unshare -n "$here/drops.py" transient tcpcensus diagnose -i 2s accept-overflow -j
	[ "$status" = 1 ]
	jq -e '.findings[0] | .severity == "warning" and .id == "accept-overflow" and
		(.first | contains("backlog")) and (.evidence | any(contains("127.0.0.1:8000"))) and
		(.evidence | all(contains("127.0.0.1:8001") | not))' <<<"$out"
}

@test "listeners: sockets of SO_REUSEPORT are one listener" {
	crowded reuseport_group
}

@test "listeners: states and queues are those of ss, whatever the source" {
	crowded listeners_like_ss
}

@test "listeners: what limits the queue" {
	crowded limited_by
}

@test "listeners: what was not accepted" {
	crowded not_accepted
}

@test "listeners: one look tells nothing of what was refused" {
	crowded one_look
}

@test "listeners: the filter chooses listeners, and hides no suspect" {
	crowded listener_filter
}

@test "listeners: saved listings" {
	crowded listeners_saved
}

@test "listeners: without any right" {
	crowded listeners_as_nobody
}

@test "listeners: half-open connections, and cookies when they are too many" {
	in_lab syn-recv --side b -- listeners_syn_recv
	crowded --half-open half_open
}

@test "listeners: the laboratory's full queues, of both families, from another namespace" {
	in_lab queue-full --side b -- listeners_queue_full
}

@test "listeners: connections of IPv4 clients belong to the IPv6 listener" {
	needs_namespaces
	run unshare -n "$here/population.py" bash "$here/inside.bash" listeners_like_ss
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "listeners: nothing listens" {
	needs_namespaces
	apart unshare -n tcpcensus listeners -i 1ms
	[ "$status" = 0 ]
	[[ "$out" =~ ^"Nothing listens here."$'\n'"No connection was refused in "[0-9]+\.[0-9]" s."$ ]]
	[ -z "$err" ]
	apart unshare -n tcpcensus listeners -i 0
	[ "$out" = "Nothing listens here." ]
	unshare -n tcpcensus listeners -i 0 -j | jq -e '.listeners == [] and .total == 0'
}

@test "listeners: what makes no sense is refused" {
	refused 2 "leave LISTEN out" tcpcensus listeners state established
	refused 2 "leave LISTEN out" tcpcensus listeners exclude listening
	refused 2 "exclude each other" tcpcensus listeners -f /dev/null -i 1s
	refused 2 "exclude each other" tcpcensus listeners -f /dev/null -N x
	refused 3 "there is no network namespace" tcpcensus listeners -N no-such-namespace
	refused 3 "" tcpcensus listeners -f /nonexistent
}
