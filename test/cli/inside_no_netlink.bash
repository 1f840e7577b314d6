# SPDX-License-Identifier: MIT
# Parts of no_netlink.bats that run in the laboratory; read by inside.bash.

no_netlink() {
	"$build/test/tools/no_netlink" tcpcensus "$@"
}

states_of() { # JSON on standard input
	jq -r '[.source.complete, (.states | to_entries[] | select(.value > 0) |
		"\(.key)=\(.value)")] | join(" ")'
}

no_netlink_bpf() {
	local family
	for family in '' -4 -6; do
		agree "census $family" "tcpcensus -j $family --source netlink | states_of" \
			"no_netlink -j $family --source bpf | states_of"
	done
	agree "by state" "tcpcensus by state -o csv --source netlink" \
		"no_netlink by state -o csv --source bpf"
	agree "by direction" "tcpcensus by direction,local.port -n 0 -o csv --source netlink" \
		"no_netlink by direction,local.port -n 0 -o csv --source bpf"
	agree "queues of listeners" "queues_of_listeners tcpcensus netlink" \
		"queues_of_listeners no_netlink bpf"
	agree "listeners" "of_listeners tcpcensus" "of_listeners no_netlink --source bpf"
	agree "below the census" "verdicts bpf" "no_netlink --source bpf 2>&1 |
		sed '/ ports /,/: tcpcensus/d'"
	no_netlink list state bound-inactive --source bpf >"$scratch/out" 2>"$scratch/notes"
	same "nobody lists what is only bound" 3 $?
	grep -q 'Permission denied' "$scratch/notes" || wrong "and why" "$(cat "$scratch/notes")"
}

queues_of_listeners() { # COMMAND SOURCE
	"$1" list state listening -n 0 -o csv -c local,recv_q,send_q,uid,inode,process,timer --source "$2" |
		sort
}

of_listeners() { # COMMAND...
	"$@" listeners -i 0 -j 2>/dev/null | jq -c '[.listeners[] | [.["local.addr"], .["local.port"],
		.queue, .limit, .process, .states.ESTABLISHED, .states.TIME_WAIT]] | sort'
}

no_netlink_auto() {
	no_netlink >"$scratch/out" 2>"$scratch/notes"
	same "exit status" 0 $?
	grep -qE '^tcpcensus: (read through|source netlink).*Permission denied' "$scratch/notes" ||
		wrong "why netlink was not used" "$(cat "$scratch/notes")"
	! tcpcensus --source bpf >/dev/null 2>&1 || no_netlink_richest
	no_netlink --source netlink >"$scratch/out" 2>"$scratch/notes"
	same "exit status of netlink" 3 $?
	same "one line" 1 "$(wc -l <"$scratch/notes")"
}

# Where eBPF works it is taken, since /proc knows neither BOUND nor the queues of listeners.
no_netlink_richest() {
	grep -q '^tcpcensus: read through bpf, since netlink' "$scratch/notes" ||
		wrong "eBPF is taken" "$(cat "$scratch/notes")"
	agree "census" "tcpcensus -j | states_of" "no_netlink -j 2>/dev/null | states_of"
	agree "listeners" "of_listeners tcpcensus" "of_listeners no_netlink"
}
