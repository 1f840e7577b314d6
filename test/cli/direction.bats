#!/usr/bin/env bats
# Who opened a connection, and which listener it came in by.

load helper

among_population() { # FUNCTION
	needs_namespaces
	run unshare -n "$here/population.py" bash "$here/inside.bash" "$@"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "direction: in, out or listen, by the listeners, and the service of each" {
	among_population direction
}

@test "direction: the service of every socket is the most exact listener" {
	among_population service
}

@test "direction: requests and connections not yet accepted are inbound" {
	in_lab syn-recv --side b -- direction_inbound SYN_RECV
	in_lab not-accepted --side b -- direction_inbound ESTABLISHED
}

@test "direction: clients are outbound" {
	in_lab established --side a -- direction_outbound
	in_lab established-v6 --side a -- direction_outbound
	in_lab syn-sent --side a -- direction_outbound
}
