# SPDX-License-Identifier: MIT
# What netns.bats runs in namespaces of pids, mounts and network of its own, so that nothing of
# the machine is seen, and everything is gone with the first process. shellcheck shell=bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/helper.bash"
find_sources

fail() {
	echo "$*" >&2
	exit 1
}

same() { # WHAT EXPECTED ACTUAL
	[ "$2" = "$3" ] || fail "$1: expected '$2', not '$3'"
}

# A /run that is ours alone, without what ip-netns(8) has mounted in the machine's.
umount -a -t nsfs
mount -t tmpfs none /run
mkdir /run/netns

wait_for_line() { # FILE LINE
	local tries=0
	until grep -qx "$2" "$1" 2>/dev/null; do
		[ $((tries += 1)) -lt 200 ] || fail "no '$2' in $1: $(cat "$1")"
		sleep 0.05
	done
}

make_holders() {
	local script
	script=$(dirname "${BASH_SOURCE[0]}")/netns_holders.py
	python3 "$script" /run/netns/blue >/run/held 2>&1 &
	holder=$!
	wait_for_line /run/held ready
}

listener_in() { # PATH WORD [DEVICE]
	nsenter --net="$1" python3 -c 'import socket, sys, time
s = socket.socket()
if sys.argv[2:]: s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, sys.argv[2].encode())
s.listen()
open("/run/" + sys.argv[1], "w").write("ready\n")
time.sleep(600)' "${@:2}" >/dev/null 2>&1 &
	wait_for_line "/run/$2" ready
}

id_of() {
	sed -n "s/^$1 //p" /run/held
}

name_of() { # INODE
	tcpcensus list -N all -j -c netns,netns.id,state |
		jq -r --argjson id "$1" '[.sockets[] | select(."netns.id" == $id) | .netns] | unique | .[]'
}

every_way() {
	make_holders
	listener_in /run/netns/blue blue
	tcpcensus -N all -j >/run/census
	# Our own, and one for each way to hold one; those of the descriptor and of TUN have no socket.
	same "namespaces" "{\"count\":$(($(grep -c ' ' /run/held) + 1)),\"skipped\":0,\"hidden\":0}" \
		"$(jq -c .source.netns /run/census)"
	# Nothing else is missing, but that there may be others outside.
	same "complete" false "$(jq .source.complete /run/census)"
	jq -e '.source.why | test("^processes outside of this pid namespace [^;]*$")' \
		/run/census >/dev/null || fail "$(jq .source.why /run/census)"
	same "listeners" 3 "$(jq .states.LISTEN /run/census)"
	same "file" blue "$(name_of "$(id_of file)")"
	same "socket" "/proc/$holder/fd/" "$(name_of "$(id_of socket)" | sed 's/[0-9]*$//')"
	same "thread" pid "$(name_of "$(id_of thread)" | cut -d/ -f1)"
	for way in file socket thread; do
		local name
		name=$(name_of "$(id_of "$way")")
		same "-N $name" "$(id_of "$way"),1" \
			"$(tcpcensus by netns.id -N "$name" -o csv | sed -n 2p)"
		same "-N $name by netns" "$name,1" \
			"$(tcpcensus by netns -N "$name" -o csv | sed -n 2p)"
	done
	for source in "${sources[@]}"; do
		same "$source" 3 "$(tcpcensus -N all --source "$source" -j | jq .states.LISTEN)"
		same "by netns, $source" "$(tcpcensus by netns,state -N all -o csv | sort)" \
			"$(tcpcensus by netns,state -N all -o csv --source "$source" | sort)"
	done
	same "ss" "$(nsenter --net=/run/netns/blue ss -tanH | wc -l)" \
		"$(tcpcensus -N blue -j | jq .total)"
	same "by" "blue LISTEN 1" \
		"$(tcpcensus by netns,state -N all -o csv | grep blue | tr ',' ' ')"
}

names() {
	make_holders
	printf 'x' >/run/netns/7 # an empty file that nothing is mounted on
	listener_in /proc/$$/ns/net own
	same "init" "init,1" "$(tcpcensus by netns -o csv | sed -n 2p)"
	same "init among all" "init,1" "$(tcpcensus by netns -N all -o csv | grep ^init)"
	same "pid" "$(tcpcensus -N "pid/$$" -j | jq .total)" "$(tcpcensus -j | jq .total)"
	same "pid and word" "$(tcpcensus -N "pid/$$/bash" -j | jq .total)" \
		"$(tcpcensus -N "$$" -j | jq .total)"
	status=0
	text=$(tcpcensus -N bleu 2>&1) || status=$?
	same "a near miss" "3 tcpcensus: there is no network namespace 'bleu' (did you mean 'blue'?)" \
		"$status $text"
	status=0
	tcpcensus -N pid/4194303 >/run/out 2>&1 || status=$?
	same "no process" 3 "$status"
}

# Names of files that are words of ours, too.
clashes() {
	make_holders
	local name
	for name in init all pid; do
		ip netns add "$name"
		ip -n "$name" link set lo up
		listener_in "/run/netns/$name" "$name"
	done
	listener_in /proc/$$/ns/net own
	tcpcensus by netns -N all -o csv >/run/out
	same "the file" init,1 "$(grep ^init, /run/out)"
	same "the first process's" 1 "$(grep -c '^pid/1/.*,1$' /run/out)"
	same "what the word means" init,1 "$(tcpcensus by netns -N init -o csv | sed -n 2p)"
	same "not all" 0 "$(grep -c ^all, /run/out)"
	while IFS=, read -r name count; do
		same "-N $name" "$count" "$(tcpcensus -N "$name" -j | jq .total)"
	done < <(sed '1d; /^"/d' /run/out) # but for the line of what is not complete
}

devices() {
	make_holders
	ip -n blue link add first type veth peer name second
	ip -n blue link add wanted type veth peer name other
	ip link add wanted type veth peer name other # another number than there
	listener_in /proc/$$/ns/net own wanted
	listener_in /run/netns/blue blue wanted
	same "dev" 2 "$(tcpcensus -N all -j dev wanted | jq .total)"
	same "not dev" 2 "$(tcpcensus -N all -j not dev wanted | jq .total)"
	same "iface" "wanted,2" "$(tcpcensus by iface -N all -o csv dev wanted | sed -n 2p)"
	same "elsewhere" 0 "$(tcpcensus -N all -j dev first | jq .total)"
}

# Namespaces come and go as fast as they can: whatever is met, it is no failure.
vanishing() {
	(while :; do unshare -n true; done) &
	for _ in {1..40}; do
		tcpcensus -N all -j >/run/census || fail "failed: $?"
		jq -e '.source.netns.count >= 1 and (.source.complete or (.source.why | length > 0))' \
			/run/census >/dev/null || fail "$(cat /run/census)"
	done
}

# A setting, a counter and a full queue of one of several.
diagnose() {
	local said
	make_holders
	nsenter --net=/run/netns/blue sh -c 'ip link set lo up
		echo 0 >/proc/sys/net/ipv4/tcp_timestamps'
	nsenter --net=/run/netns/blue python3 -c 'import socket, time
full, there = socket.socket(), []
full.bind(("127.0.0.1", 80)); full.listen(0)
for _ in range(3):
	there.append(socket.socket()); there[-1].setblocking(False)
	there[-1].connect_ex(("127.0.0.1", 80))
open("/run/busy", "w").write("ready\n")
while True:
	time.sleep(0.01)
	try: socket.create_connection(("127.0.0.1", 81))
	except OSError: pass' >/dev/null 2>&1 &
	wait_for_line /run/busy ready
	tcpcensus -N all diagnose -j -i 1s >/run/said || [ $? = 1 ] || fail "failed"
	said=$(jq -r '.findings[] | .id as $id | .evidence[] | "\($id): \(.)"' /run/said)
	grep -q '^dangerous-settings: In the network namespace blue: tcp_timestamps is 0' \
		<<<"$said" || fail "$said"
	grep -Eq '^syn-sent-refused: By network namespace: blue: [0-9]+\.$' <<<"$said" ||
		fail "$said"
	grep -Eq '^accept-overflow: Listener 127\.0\.0\.1:80 \(python3, netns blue\): 1 wait' \
		<<<"$said" || fail "$said"
	# Of one namespace nothing is told apart.
	tcpcensus -N blue diagnose -j -i 100ms >/run/said || [ $? = 1 ] || fail "failed"
	said=$(jq -r '.findings[].evidence[]' /run/said)
	grep -q '^tcp_timestamps is 0' <<<"$said" || fail "$said"
	! grep -q 'blue' <<<"$said" || fail "$said"
}

# Settings are of each namespace: none is said to have what another has.
settings() {
	local said
	make_holders
	nsenter --net=/run/netns/blue sh -c 'ip link set lo up
		echo 7 >/proc/sys/net/ipv4/tcp_fin_timeout
		echo 40000 40019 >/proc/sys/net/ipv4/ip_local_port_range'
	tcpcensus explain -N blue -j tcp_fin_timeout >/run/said || fail "failed"
	same "of one" 7 "$(jq .setting.value /run/said)"
	tcpcensus explain -N all -j tcp_fin_timeout 2>/run/notes >/run/said || fail "failed"
	same "it has no value of all" differs "$(jq -r .setting.why_no_value /run/said)"
	same "that of one" 7 "$(jq '.setting.values[] | select(.netns == "blue").value' /run/said)"
	said=$(jq -r '.setting.what' /run/said)
	grep -Eq ' 60 s in .*, 7 s in blue here' <<<"$said" || fail "$said"
	COLUMNS=200 tcpcensus explain -N all ip_local_port_range >/run/said 2>/dev/null
	grep -Eq '^  value here  *32768-60999 in .*, 40000-40019 in blue$' /run/said ||
		fail "$(cat /run/said)"
	tcpcensus explain -N all -j tcp_syn_retries 2>/dev/null | jq -e '.setting.value == 6' ||
		fail "what all have has one value"
	tcpcensus explain -N nowhere MSL 2>/run/said && fail "there is no such namespace"
	nsenter --net=/run/netns/blue python3 -c 'import socket, time
listener, held = socket.socket(), []
listener.bind(("127.0.0.1", 80)); listener.listen(8)
for _ in range(3): # closed here, and held open at the other end
	client = socket.create_connection(("127.0.0.1", 80))
	held.append(listener.accept()[0]); client.close()
bound = [socket.socket() for _ in range(3)]
for one in bound: one.bind(("127.0.0.1", 0))
open("/run/busy", "w").write("ready\n"); time.sleep(60)' >/dev/null 2>&1 &
	wait_for_line /run/busy ready
	tcpcensus -N all diagnose -j --instant 2>/run/notes >/run/said || [ $? = 1 ] || fail "failed"
	same "said of all" false "$(jq '.readings.settings | has("tcp_fin_timeout")' /run/said)"
	same "said of one" 7 "$(jq '.readings.by_netns[] | select(.netns == "blue") |
		.settings.tcp_fin_timeout' /run/said)"
	jq -r '.normal[] | select(.id == "fin-wait2-orphan").text' /run/said |
		grep -q 'gone after 7.0 s (tcp_fin_timeout)' || fail "$(jq .normal /run/said)"
	said=$(jq -r '.findings[] | .id as $id | .evidence[] | "\($id): \(.)"' /run/said)
	grep -q '^bound-inactive-leak: The network namespace blue has 3 of them, and a range of 20' \
		<<<"$said" || fail "$said"
}

as_nobody() {
	make_holders
	local status=0
	setpriv --reuid 65534 --regid 65534 --clear-groups tcpcensus -N all -j >/run/census \
		2>/run/note || status=$?
	same "status" 0 "$status"
	same "incomplete" false "$(jq .source.complete /run/census)"
	jq -e '.source.netns | .count == 1 and .skipped == 1 and .hidden > 0' /run/census >/dev/null ||
		fail "$(cat /run/census)"
	# Each of the reasons has a remedy of its own.
	for reason in 'outside of this pid namespace' '1 network namespace could not be entered: run as root' \
		'may not be looked at, .*: run as root'; do
		grep -q "$reason" /run/note || fail "$reason: $(cat /run/note)"
	done
	for name in '' blue; do
		status=0
		${name:+nsenter --net=/run/netns/$name} setpriv --reuid 65534 --regid 65534 \
			--clear-groups tcpcensus -N init >/run/out 2>/run/note || status=$?
		same "init from ${name:-init}" \
			"3 tcpcensus: not allowed to enter the network namespace 'init': run as root" \
			"$status $(cat /run/note)"
	done
}

"$@"
