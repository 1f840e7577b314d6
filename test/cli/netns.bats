#!/usr/bin/env bats
# Every network namespace, however it is held.

load helper

# Where nothing of anybody else's is found, whatever runs beside.
room=(unshare --net --mount --pid --fork --mount-proc --kill-child)

inside() { # FUNCTION of netns_room.bash
	"${room[@]}" true 2>/dev/null || skip "namespaces may not be made here"
	run "${room[@]}" bash "$here/netns_room.bash" "$@"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

# So many, whose numbers are in ids; they are there until ${many[1]} is closed.
make_many() { # COUNT
	unshare -n true 2>/dev/null || skip "namespaces may not be made here"
	coproc many { exec python3 "$here/netns_many.py" "$1"; }
	read -r -a ids -u "${many[0]}"
	[ "${#ids[@]}" = "$1" ]
}

@test "netns: held by a thread, a file, a descriptor, a socket" { inside every_way; }
@test "netns: names that can be typed, and near misses" { inside names; }
@test "netns: names that are words of ours" { inside clashes; }
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
	make_many 12
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

# What a walk does not hand over is asked for in each; the source is chosen for all of them.
@test "netns: read one by one, what all of them should take is told" {
	make_many 5
	apart tcpcensus dport = :80 -N all -v
	exec {many[1]}>&-
	[ "$status" = 0 ]
	us=$(sed -nE 's/^tcpcensus: read through [a-z]+ in .* ms; ([0-9]+)\.([0-9]) ms were .*/\1\200/p' \
		<<<"$err")
	[ "$us" -ge 6000 ] # in each of them, to begin alone takes a millisecond
}

# A device is named where it is, which does not keep the namespaces from being read together.
@test "netns: devices of all namespaces, by the names that each has for their numbers" {
	make_many 12
	wanted=$(printf '%s\n' "${ids[@]}" | jq -cs .)
	sockets() { # SOURCE COLUMNS [FILTER...]
		tcpcensus list -N all --source "$1" -n 0 -o ndjson -c "netns.id,$2" "${@:3}" \
			'( sport = :7 or dport = :7 )' 2>/dev/null |
			jq -c --argjson wanted "$wanted" 'select(."netns.id" | IN($wanted[]))' | sort
	}
	for i in "${!ids[@]}"; do # the server's, and that of the connection it accepted
		printf '{"netns.id":%s,"local":"[fe80::1]%%%s:7"}\n' "${ids[i]}" "left$i" "${ids[i]}" "left$i" \
			"${ids[i]}" "right$i" "${ids[i]}" "right$i"
	done | sort >"$BATS_TEST_TMPDIR/expected"
	sources=(netlink auto)
	[ -n "$(why_no_bpf)" ] || sources+=(bpf)
	for source in "${sources[@]}"; do
		sockets "$source" local | grep ':7"' | diff "$BATS_TEST_TMPDIR/expected" -
		diff <(sockets netlink state,local,remote,iface) <(sockets "$source" state,local,remote,iface)
		diff <(sockets netlink local,service) <(sockets "$source" local,service)
		[ "$(sockets "$source" iface iface = left5 and | sort -u)" = \
			"{\"netns.id\":${ids[5]},\"iface\":\"left5\"}" ]
	done
	for key in local local.addr; do
		tcpcensus by $key -N all -j 2>/dev/null | jq -r .source.name
	done >"$BATS_TEST_TMPDIR/sources"
	uniq -c "$BATS_TEST_TMPDIR/sources"
	[ "$(uniq "$BATS_TEST_TMPDIR/sources" | wc -l)" = 1 ]
	exec {many[1]}>&-
}

# What is counted is what was found and entered, and nothing else that a walk of the kernel's
# tables comes to: these are everybody's.
@test "netns: what nobody is in is counted by no source" {
	make_many 2
	left=$(python3 "$here/netns_left.py")
	for source in netlink auto $(tcpcensus --source bpf >/dev/null 2>&1 && echo bpf); do
		tcpcensus by netns.id,state -N all --source "$source" -n 0 -o csv >"$BATS_TEST_TMPDIR/out"
		grep -q "^${ids[0]}," "$BATS_TEST_TMPDIR/out"
		! grep "^$left," "$BATS_TEST_TMPDIR/out"
	done
	exec {many[1]}>&-
}

@test "netns: what may not be entered is counted by no source" {
	unshare -n true 2>/dev/null || skip "namespaces may not be made here"
	without=(setpriv --bounding-set -sys_admin --inh-caps -sys_admin)
	"${without[@]}" true 2>/dev/null || skip "setpriv cannot take CAP_SYS_ADMIN away here"
	make_many 3
	for source in netlink auto $(tcpcensus --source bpf >/dev/null 2>&1 && echo bpf); do
		run unshare -n "${without[@]}" python3 -c '
import json, socket, subprocess, sys
held = [socket.socket() for _ in range(5)]
for sock in held[:3]: sock.listen()
for sock in held[3:]: sock.bind(("0.0.0.0", 0))
def read(*words):
	command = ["tcpcensus", *words, "-N", "all", "-j", "--source", sys.argv[1]]
	return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
census = read()
netns = census["source"]["netns"]
assert netns["count"] == 1 and netns["skipped"] >= 3, census
assert census["total"] == census["states"]["LISTEN"] == 3, census
assert census["states"]["BOUND"] == 2, census
assert not census["source"]["complete"], census
assert read("state", "bound-inactive")["states"]["BOUND"] == 2
assert [group["count"] for group in read("by", "netns.id")["groups"]] == [3]' "$source"
		printf '%s\n' "$output"
		[ "$status" = 0 ]
	done
	exec {many[1]}>&-
}

# Namespaces are looked for by opening what may hold them.
@test "netns: too few descriptors to look for all of them is told, not taken for all" {
	"${room[@]}" true 2>/dev/null || skip "namespaces may not be made here"
	few='umount -a -t nsfs; for fd in {3..30}; do eval "exec $fd>&-"; done; ulimit -n 6; exec tcpcensus "$@"'
	apart "${room[@]}" bash -c "$few" - -N all -j
	[ "$status" = 0 ]
	jq -e '.source.complete | not' <<<"$out"
	grep -q 'could not all be looked for: Too many open files (.*ulimit -n)' <<<"$err"
	refused 3 "cannot enter the network namespace 'nowhere': Too many open files" \
		"${room[@]}" bash -c "$few" - -N nowhere
}

@test "netns: where descriptors are few, what is found is read" {
	make_many 40
	few='for fd in {3..60}; do eval "exec $fd>&-"; done; ulimit -n "$1"; shift; exec tcpcensus "$@"'
	for limit in 10 16 24 32 40; do
		for command in census 'by netns,state' 'list -n 0'; do
			apart bash -c "$few" - $limit $command -N all -j --source netlink
			[ "$status" = 0 ]
			jq -e '.source.complete | not' <<<"$out"
			grep -q 'Too many open files (.*ulimit -n)' <<<"$err"
		done
	done
	exec {many[1]}>&-
}

@test "netns: one of which no holder was found has no name, which is no reason to crash" {
	unshare -n true 2>/dev/null || skip "namespaces may not be made here"
	few='for fd in {3..60}; do eval "exec $fd>&-"; done; ulimit -n "$1"; shift; exec tcpcensus "$@"'
	for limit in 4 5 6 7 8 9; do
		for command in census list ports listeners 'diagnose -i 0'; do
			apart unshare -n bash -c "$few" - $limit $command -N all
			[ "$status" -le 3 ]
			[ "$status" != 3 ] || [ "$(wc -l <"$err_file")" = 1 ]
			[ $limit -lt 6 ] || [ "$status" != 3 ]
		done
	done
}

@test "netns: root that lacks a capability is not told to be root" {
	needs_root
	without=(setpriv --bounding-set -sys_admin,-sys_ptrace --inh-caps -sys_admin,-sys_ptrace)
	"${without[@]}" true 2>/dev/null || skip "setpriv cannot take capabilities away here"
	refused 3 "to enter the network namespace '/proc/.*': root lacks CAP_SYS_ADMIN here" \
		"${without[@]}" tcpcensus -N "/proc/$$/ns/net"
	apart "${without[@]}" tcpcensus -N all -j
	grep -q 'root lacks CAP_SYS_\(PTRACE\|ADMIN\) here' <<<"$err"
	apart unshare -Ur tcpcensus -N all -j
	[ "$status" != 0 ] || grep -q 'root of this user namespace is not that of the machine' <<<"$err"
}

# What a process holds by a descriptor alone is seen by who may list its descriptors.
@test "netns: descriptors that may not be listed are told" {
	needs_root
	for extra in '' ,+dac_read_search; do
		caps=-all,+sys_admin,+sys_ptrace$extra
		without=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps "$caps" --ambient-caps "$caps")
		"${without[@]}" true 2>/dev/null || skip "setpriv cannot take capabilities away here"
		apart unshare -pf --mount-proc bash -c 'sleep 100 & "$@"; code=$?; kill %1; exit $code' - \
			"${without[@]}" tcpcensus -N all -j
		[ "$status" = 0 ]
		if [ -z "$extra" ]; then
			jq -e '(.source.complete | not) and .source.netns.hidden >= 2' <<<"$out"
			grep -q 'processes may not be looked at' <<<"$err"
		else
			jq -e '.source.netns.hidden == 0' <<<"$out"
		fi
	done
}

# All of one address and port are in one chain of the kernel's table, longer than what is read at once.
@test "netns: a thousand listeners on a port in each" {
	needs_bpf
	coproc crowd { exec unshare -n python3 -c '
import ctypes, os, socket, sys
libc = ctypes.CDLL(None)
held = []
for _ in range(3):
	libc.unshare(0x40000000)
	for _ in range(1000):
		held.append(socket.socket())
		held[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
		held[-1].bind(("127.0.0.1", 80))
		held[-1].listen(1)
	print(os.stat("/proc/self/ns/net").st_ino, end=" ")
print(flush=True)
sys.stdin.read()'; }
	read -r -a ids -u "${crowd[0]}"
	[ "${#ids[@]}" = 3 ]
	for source in netlink auto bpf; do
		tcpcensus by netns.id,local -N all --source "$source" -n 0 -o csv state listening \
			>"$BATS_TEST_TMPDIR/out"
		for id in "${ids[@]}"; do
			grep -qx "$id,127.0.0.1:80,1000" "$BATS_TEST_TMPDIR/out"
		done
	done
	exec {crowd[1]}>&-
}

@test "netns: without /proc it is said that none can be found" {
	! is_sanitized || skip "the sanitizers do not work without /proc"
	without=(unshare --net --mount sh -c 'umount -R -l /proc && exec "$@"' -)
	"${without[@]}" true 2>/dev/null || skip "namespaces may not be made here"
	for command in '' -j -v 'by state' 'list -o ndjson' ports listeners diagnose \
		'--source netlink' '--source proc'; do
		refused 3 "network namespaces cannot be looked for: /proc is not mounted here" \
			"${without[@]}" tcpcensus $command -N all
	done
}

@test "netns: what it took to find them is told apart from what it took to read them" {
	needs_namespaces
	apart tcpcensus -N all --verbose
	[ "$status" = 0 ]
	[[ "$err" =~ "the network namespaces were found in "[0-9]+\.[0-9]" ms" ]]
	apart tcpcensus --verbose
	[ "$status" = 0 ]
	[[ "$err" != *"were found in"* ]]
}

@test "netns: the lines below a census of all" {
	"${room[@]}" true 2>/dev/null || skip "namespaces may not be made here"
	run "${room[@]}" bash -c '
		umount -a -t nsfs
		ip link set lo up
		coproc "$0/two_namespaces.py"
		trap "kill $COPROC_PID" EXIT
		read -r _ <&"${COPROC[0]}" || exit 77
		# The settings of this namespace are not those of the others.
		echo 100 >/proc/sys/net/ipv4/tcp_max_tw_buckets
		for source in netlink auto bpf; do
			tcpcensus -N all --source $source 2>/dev/null >"$1/out" || continue
			cat "$1/out"
			[ "$(grep -c "^[-!?] " "$1/out")" = 3 ] || exit
			grep -A1 "^! A queue is full" "$1/out" | grep -q "diagnose accept-overflow -N all" || exit
			grep -A1 "^? 150 CLOSE_WAIT" "$1/out" | grep -q "close-wait-leak -N all" || exit
			grep -q "^- 150 FIN_WAIT2 .* normal" "$1/out" || exit
		done
		tcpcensus -N $COPROC_PID >"$1/out" && grep -q "accept-overflow -N $COPROC_PID" "$1/out" &&
			! grep -q CLOSE_WAIT: "$1/out"' "$here" "$BATS_TEST_TMPDIR"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "netns: NDJSON is an object a line, of all namespaces too" {
	"${room[@]}" true 2>/dev/null || skip "namespaces may not be made here"
	run "${room[@]}" bash -c '
		umount -a -t nsfs
		ip link set lo up
		coproc "$0/two_namespaces.py"
		trap "kill $COPROC_PID" EXIT
		read -r _ <&"${COPROC[0]}" || exit 77
		for command in "" "by netns,state" "by process,unit,owner" list listeners ports diagnose \
			"diagnose --list" "explain TIME_WAIT" "explain tcp_fin_timeout" \
			"explain ListenOverflows" "explain ECONNRESET" lab; do
			all="-N all"
			case $command in explain\ T* | explain\ E* | lab | *--list) all= ;; esac
			tcpcensus $command $all -o ndjson 2>/dev/null >"$1/out"
			[ $? -le 2 ] && [ -s "$1/out" ] || { echo "$command"; exit 1; }
			jq -eR "fromjson | type == \"object\"" "$1/out" >"$1/types" &&
				! grep -v true "$1/types" || { echo "$command"; exit 1; }
		done
		tcpcensus ports -N all -o ndjson | tail -1 | jq -e ".pools | length == 2"' \
		"$here" "$BATS_TEST_TMPDIR"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}
