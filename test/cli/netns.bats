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
