#!/usr/bin/env bats
# Every network namespace, however it is held.

load helper

inside() { # FUNCTION of netns_room.bash
	local room=(unshare --net --mount --pid --fork --mount-proc --kill-child)
	"${room[@]}" true 2>/dev/null || skip "namespaces may not be made here"
	run "${room[@]}" bash "$here/netns_room.bash" "$@"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "netns: held by a thread, a file, a descriptor, a socket" { inside every_way; }
@test "netns: names that can be typed, and near misses" { inside names; }
@test "netns: a device is meant by its name in each" { inside devices; }
@test "netns: those that vanish are no failure" { inside vanishing; }
@test "netns: what may not be entered is said" { inside as_nobody; }
@test "netns: settings are those of each namespace" { inside settings; }
@test "netns: diagnose says of which namespace each piece is" { inside diagnose; }

@test "netns: ports of all namespaces, each with its own range" {
	unshare -n true 2>/dev/null || skip "namespaces may not be made here"
	run unshare -n bash -c '
		set -e
		ip link set lo up
		echo 40000 40009 >/proc/sys/net/ipv4/ip_local_port_range
		coproc server { exec python3 -c "
import socket, sys
s = socket.socket(); s.bind((\"127.0.0.1\", 80)); s.listen(8)
c = [socket.create_connection((\"127.0.0.1\", 80)) for _ in range(3)]
print(flush=True); sys.stdin.read()"; }
		read -r -u "${server[0]}"
		here=$(stat -Lc %i /proc/self/ns/net)
		tcpcensus -N all ports -j 2>/dev/null >"$1/all"
		tcpcensus ports -j >"$1/here"
		jq -e --argjson here "$here" "(.pools | length) >= 2 and
			([.pools[] | select(.\"netns.id\" == \$here) | .range.low] == [40000])" "$1/all"
		[ "$(jq -c --argjson here "$here" ".destinations[] |
			select(.\"netns.id\" == \$here) | [.used, .free, .capacity]" "$1/all")" = "[3,7,10]" ]
		[ "$(jq -c ".destinations[] | [.used, .free, .capacity]" "$1/here")" = "[3,7,10]" ]
	' - "$BATS_TEST_TMPDIR"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

# Where eBPF works, those that share the kernel's tables are read in one walk; elsewhere, or from
# within a pid namespace, one after the other.
@test "netns: read together, they are as read one by one" {
	unshare -n true 2>/dev/null || skip "namespaces may not be made here"
	coproc many { exec python3 "$here/netns_many.py" 12; }
	read -r -a ids -u "${many[0]}"
	[ "${#ids[@]}" = 12 ]
	wanted=$(printf '%s\n' "${ids[@]}" | jq -cs .)
	groups() { # KEYS SOURCE [FILTER...]
		tcpcensus by "netns.id,$1" -N all --source "$2" -n 0 -j "${@:3}" 2>/dev/null |
			jq -c --argjson wanted "$wanted" '[.groups[] |
				select(."netns.id" | IN($wanted[]))] | sort[]'
	}
	groups state,family netlink >"$BATS_TEST_TMPDIR/one"
	[ "$(jq -s 'map(.count) | add' "$BATS_TEST_TMPDIR/one")" -ge 60 ]
	for source in auto $(tcpcensus --source bpf >/dev/null 2>&1 && echo bpf); do
		groups state,family "$source" | diff "$BATS_TEST_TMPDIR/one" -
		diff <(groups local,remote netlink state connected) \
			<(groups local,remote "$source" state connected)
		diff <(groups local netlink state listening) <(groups local "$source" state listening)
		diff <(groups local netlink state bound-inactive) \
			<(groups local "$source" state bound-inactive)
		diff <(groups state netlink sport gt :40000) <(groups state "$source" sport gt :40000)
	done
	exec {many[1]}>&-
}
