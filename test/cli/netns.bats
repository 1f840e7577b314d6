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
