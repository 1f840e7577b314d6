# SPDX-License-Identifier: MIT
# Parts of bound.bats that run in a namespace of their own; read by inside.bash.

beside_moving() { # COUNT FUNCTION
	local ready
	coproc MOVING { "$build/test/tools/moving" "$1"; }
	read -r -t 60 ready <&"${MOVING[0]}" && [ "$ready" = ready ] || wrong "moving is ready" "$ready"
	"$2" "$1"
	kill "$MOVING_PID"
	wait "$MOVING_PID" 2>/dev/null
}

missing='BOUND may lack sockets: '

# "COUNT COMPLETE WHY" of each census on standard input.
bound_of_censuses() {
	jq -r '"\(.states.BOUND) \(.source.complete) \(.source.why // "")"'
}

bound_census() { # [OPTION...]
	tcpcensus -j "$@" 2>/dev/null | bound_of_censuses
}

bound_by_netlink() { # COUNT
	local found
	for _ in {1..5}; do
		found=$(bound_census --source netlink)
		[[ $found = "$1 true " || $found =~ ^[0-9]+" false $missing" ]] ||
			wrong "$1 that are bound, or a reason" "$found"
		[ "${found%% *}" -le "$1" ] || wrong "no more than there are" "$found"
	done
}

bound_by_auto() { # COUNT
	for _ in {1..5}; do
		same "the census by eBPF" "$1 true " "$(bound_census --source bpf)"
		same "the census" "$1 true " "$(bound_census)"
	done
}

bound_listed() { # COUNT
	local lines
	for _ in {1..5}; do
		tcpcensus list -n 0 -o csv -c cookie state bound-inactive \
			>"$scratch/list" 2>"$scratch/notes"
		lines=$(sed '1d' "$scratch/list" | wc -l)
		same "each once" "" "$(sort "$scratch/list" | uniq -d)"
		[ "$lines" = "$1" ] || grep -q "$missing" "$scratch/notes" ||
			wrong "$1 that are bound, or a reason" "$lines $(cat "$scratch/notes")"
	done
}

# Who has read which states where eBPF was asked for: "bpf but LISTEN netlink".
readers_of() { # ARGUMENT...
	tcpcensus "$@" --source bpf -j | jq -r '.source | .name + (.rest // empty |
		" but \(.states | join(" and ")) \(.name)") // .name'
}

readers_told() {
	same "a census" "bpf but LISTEN netlink" "$(readers_of)"
	same "groups" "bpf but LISTEN and BOUND netlink" "$(readers_of by state \
		state established state listening state bound-inactive)"
	same "connections" bpf "$(readers_of by state state established)"
	same "bound, counted" bpf "$(readers_of state bound-inactive)"
	same "bound, handed over" netlink "$(readers_of by state state bound-inactive)"
	same "listening" netlink "$(readers_of state listening)"
	tcpcensus --source bpf -v 2>"$scratch/notes" >"$scratch/out"
	grep -qx 'tcpcensus: LISTEN was read through netlink' "$scratch/notes" ||
		wrong "with --verbose, too" "$(cat "$scratch/notes")"
}
