#!/usr/bin/env bats
# How many more connections a destination can have: what is said is made true, and then one more
# connection fails. Situations and proofs are in ports.py.

load helper

# Under the sanitizers each case is over one of IPv4, IPv6 and IPv4 in IPv6, in turn, so that the
# code of each is met eight times; without them it is over all three.
made_true() { # SOURCE [CASE...]
	local families=4,6,mapped
	needs_namespaces
	! is_sanitized || families=in-turn
	run timeout 300 "$here/ports.py" "$1" "$families" "${@:2}"
	printf '%s\n' "$output"
	[ "$status" != 77 ] || skip "$(tail -1 <<<"$output")"
	[ "$status" = 0 ]
}

exactly() { # CASE...
	made_true bpf "$@"
}

# Every case by a source that does not tell who chose a port: between what it says.
within_bounds() { # SOURCE
	made_true "$1"
	# Each that it was asked for, over each family.
	[ "$(grep -c ': said .* made ' <<<"$output")" -ge 24 ]
}

# Runs commands of bash in a namespace with a loopback, 20 ports, and a server on :80 and :81
# to which 5 are connected; the last 2 of these, on :81, have their ports from bind().
among_few() { # COMMAND...
	needs_namespaces
	run unshare -n bash -c 'ip link set lo up &&
		echo "40000 40019" >/proc/sys/net/ipv4/ip_local_port_range || exit 77
		coproc python3 "$0/few_connections.py"
		read -r _ <&"${COPROC[0]}"
		eval "$1"; status=$?
		kill "$COPROC_PID"
		exit $status' "$here" "$*"
	printf '%s\n' "$output"
	[ "$status" != 77 ] || skip "needs settings of a network namespace"
	[ "$status" = 0 ]
}

@test "ports: connect(2) until none is left" {
	exactly plain by-route some-used
}

@test "ports: what bind(2) has taken" {
	exactly bind-before bind-exhausted bind-named-ports bind-gone
}

@test "ports: how many are left for bind(2)" {
	for source in bpf netlink; do
		made_true $source bind-free
	done
}

@test "ports: IP_BIND_ADDRESS_NO_PORT" {
	exactly no-port
}

@test "ports: a reserved range" {
	exactly reserved reserved-and-taken
}

@test "ports: listeners inside the range, and connections of listeners that have gone" {
	exactly listeners-inside listener-gone
}

@test "ports: ranges of odd and of small size" {
	exactly odd odd-without-first one-port two-ports three-ports
}

@test "ports: TIME_WAIT without reuse" {
	exactly time-wait time-wait-young time-wait-no-timestamps time-wait-not-loopback \
		time-wait-bound fin-wait2
}

@test "ports: TIME_WAIT with reuse" {
	exactly time-wait-reused time-wait-loopback
}

@test "ports: without eBPF between the bounds: netlink" {
	within_bounds netlink
}

@test "ports: without eBPF between the bounds: proc" {
	within_bounds proc
}

@test "ports: every form says the same" {
	among_few 'set -e
		tcpcensus ports -j >"$BATS_TEST_TMPDIR/json"
		tcpcensus ports -o ndjson >"$BATS_TEST_TMPDIR/ndjson"
		tcpcensus ports -o csv >"$BATS_TEST_TMPDIR/csv"
		tcpcensus ports >"$BATS_TEST_TMPDIR/table"'
	cd "$BATS_TEST_TMPDIR"
	jq -e '.schema == "tcpcensus.ports/1" and (.destinations | length) == 2 and
		.range.low == 40000 and .range.high == 40019 and .other.destinations == 0 and
		([.destinations[] | has("per_second") or has("seconds_left")] | any | not)' json
	[ "$(jq -c '.destinations[]' json)" = "$(grep remote.port ndjson | jq -c .)" ]
	[ "$(jq -r '.destinations[] | [."remote.port", .used, .free] | @csv' json)" = \
		"$(awk -F, 'NR > 1 { print $4 "," $7 "," $8 }' csv)" ]
	[ "$(jq -r '.destinations[] | "127.0.0.1:\(."remote.port") \(.used) \(.free)"' json)" = \
		"$(awk 'NR == 1 { for (free = 1; $free != "FREE";) free++ }
			$1 == "127.0.0.1" { sub(/~/, "", $free); print $2 " " $3 " " $free }' table)" ]
	grep -q IP_BIND_ADDRESS_NO_PORT table
	! grep -q '.\{81\}' table
}

@test "ports: a filter chooses destinations, and changes none of their numbers" {
	among_few 'all=$(tcpcensus ports -j) || exit 1
		one=$(tcpcensus ports -j dport = :81) || exit 1
		test "$(jq ".destinations[] | select(.\"remote.port\" == 81)" <<<"$all")" = \
			"$(jq ".destinations[]" <<<"$one")" &&
		test "$(tcpcensus ports -j -6 | jq ".destinations | length")" = 0 &&
		test "$(tcpcensus ports -j -4 | jq ".destinations | length")" = 2 &&
		tcpcensus ports -j -n 1 | jq -e "(.destinations | length) == 1 and
			.other.destinations == 1 and .other.used + .destinations[0].used == 5" &&
		tcpcensus ports -n 1 | awk "NR == 1 { end = index(\$0, \"USED\") + 3 }
			/^other/ { exit !(substr(\$0, 1, end) ~ /[0-9]\$/ && length == end) }"'
}

@test "ports: the rate, and the time that is left" {
	among_few 'tcpcensus ports -i 2s -j dport = :80 >"$BATS_TEST_TMPDIR/rate" & pid=$!
		until grep -q nanosleep /proc/$pid/wchan; do
			kill -0 $pid || break
		done
		echo 4 >&"${COPROC[1]}"
		wait $pid && cat "$BATS_TEST_TMPDIR/rate" && jq -e ".destinations[0] |
			.used == 7 and .per_second > 1 and .per_second <= 2 and
			.seconds_left > 1 and .seconds_left < 20" "$BATS_TEST_TMPDIR/rate" &&
		tcpcensus ports -i 10ms -j dport = :80 | jq -e ".destinations[0] |
			.per_second == 0 and has(\"seconds_left\") and .seconds_left == null"'
}

# Of a client that closes first, so that what counts is whether a minute's worth has room.
@test "ports: no time is left where as many ports come back as are taken" {
	needs_namespaces
	for source in netlink proc; do
		run unshare -n bash -c 'ip link set lo up || exit 77
			coproc "$0/short_connections.py"
			trap "kill $COPROC_PID" EXIT
			read -r _ <&"${COPROC[0]}"
			tcpcensus ports -i 1s -j --source "$1" >"$2" & pid=$!
			until grep -q nanosleep /proc/$pid/wchan; do
				kill -0 $pid || break
			done
			echo >&"${COPROC[1]}"
			wait $pid && cat "$2" && jq -e "[.destinations[] | select(.\"remote.port\" == 80)][0] |
				.time_wait == 2 and .per_second < .sustains_per_second and
				.seconds_left == null" "$2" &&
			jq -e "[.destinations[] | select(.\"remote.port\" == 81)][0] |
				.time_wait == 40 and .per_second > .sustains_per_second and
				.seconds_left > 3 and .seconds_left < 60" "$2"' \
			"$here" "$source" "$BATS_TEST_TMPDIR/json"
		printf '%s\n' "$output"
		[ "$status" != 77 ] || skip "needs settings of a network namespace"
		[ "$status" = 0 ]
	done
}

# All four ports are given back and taken again between the looks.
rate_of_reused() { # SOURCE CONDITION
	run unshare -n bash -c 'ip link set lo up || exit 77
		coproc "$0/reused_ports.py"
		trap "kill $COPROC_PID" EXIT
		read -r _ <&"${COPROC[0]}"
		tcpcensus ports -i 4s -j --source "$1" >"$3" & pid=$!
		until grep -q nanosleep /proc/$pid/wchan; do
			kill -0 $pid || break
		done
		echo >&"${COPROC[1]}"
		read -r said <&"${COPROC[0]}" && [ "$said" = done ] && kill -0 $pid || exit 1
		wait $pid && cat "$3" && jq -e ".destinations[0] | $2" "$3"' \
		"$here" "$1" "$2" "$BATS_TEST_TMPDIR/json"
	printf '%s\n' "$output"
	[ "$status" != 77 ] || skip "needs settings of a network namespace"
	[ "$status" = 0 ]
}

@test "ports: the rate where the same ports are used again" {
	needs_namespaces
	# Each has been opened anew, for certain; whether once, two looks cannot show.
	! tcpcensus ports --source bpf >/dev/null 2>&1 ||
		rate_of_reused bpf '.per_second == null and .per_second_at_least > 0.5 and
			.per_second_at_least <= 1 and .per_second_at_most == null'
	rate_of_reused netlink '.per_second == null and .per_second_at_least > 0.5 and
		.per_second_at_least <= 1 and .per_second_at_most == null'
	# There are no cookies in /proc: they may be those that were there, or not.
	rate_of_reused proc '.per_second == null and .per_second_at_least == 0 and
		.per_second_at_most == null'
}

# A server on a long address, with a client on it and one on another that is as long.
between_long_addresses() { # COMMANDS
	needs_namespaces
	run unshare -n bash -c 'ip link set lo up || exit 77
		one=2001:db8:1234:5678:9abc:def0:1234:5678
		two=2001:db8:1234:5678:9abc:def0:1234:5679
		ip -6 addr add $one/128 dev lo nodad && ip -6 addr add $two/128 dev lo nodad || exit 77
		coproc "$0/long_addresses.py" $one $two
		trap "kill $COPROC_PID" EXIT
		read -r _ <&"${COPROC[0]}"
		export COLUMNS=80
		eval "$1"' "$here" "$1"
	printf '%s\n' "$output"
	[ "$status" != 77 ] || skip "needs IPv6"
	[ "$status" = 0 ]
}

@test "ports: in a narrow table what was asked for stays" {
	between_long_addresses 'tcpcensus ports -i 10ms dport = :443 >"$BATS_TEST_TMPDIR/two"
		tcpcensus ports -i 10ms dport = :443 and src $one >"$BATS_TEST_TMPDIR/one"
		cat "$BATS_TEST_TMPDIR/two" "$BATS_TEST_TMPDIR/one"'
	cd "$BATS_TEST_TMPDIR"
	grep -x 'TO  *USED  *FREE  *RATE  *LEFT' one
	grep -x 'TO  *USED  *FREE  *RATE  *LEFT' two
	grep -x 'FROM: 2001:db8:1234:5678:9abc:def0:1234:5678' one
	grep -x 'FROM has no room here; JSON (-j) shows it.' two
	! grep '.\{81\}' one two
}

@test "ports: one destination that nothing is connected to" {
	among_few 'tcpcensus ports --to 127.0.0.1:9 -j | jq -e ".destinations | length == 1 and
			(.[0] | .used == 0 and .\"local.addr\" == \"127.0.0.1\" and .free >= 15)" &&
		tcpcensus ports --to "[::1]:9" -j | jq -e ".destinations[0].\"local.addr\" == \"::1\""'
}

@test "ports: in a listing, by the range that is assumed" {
	apart tcpcensus ports -j -f - <<<'ESTAB 0 0 192.0.2.1:40000 192.0.2.2:443
TIME-WAIT 0 0 192.0.2.1:40001 192.0.2.2:443
LISTEN 0 0 0.0.0.0:40002 0.0.0.0:*'
	[ "$status" = 0 ]
	jq -e '.range.assumed and .range.low == 32768 and (.exact | not) and
		(.destinations[0] | .used == 2 and .time_wait == 1 and .inferred)' "$out_file"
}

@test "ports: in a listing, by the settings of its machine" {
	echo 'net.ipv4.ip_local_port_range = 40000	40099' >"$BATS_TEST_TMPDIR/settings"
	apart tcpcensus ports -j -f - -f "$BATS_TEST_TMPDIR/settings" \
		<<<'ESTAB 0 0 192.0.2.1:40000 192.0.2.2:443'
	[ "$status" = 0 ]
	jq -e '(.range.assumed | not) and .range.low == 40000 and .range.high == 40099 and
		(.destinations[0] | .used == 1 and .free == 99)' "$out_file"
}

@test "ports: what is wrong is said in one line" {
	for to in 192.0.2.7 192.0.2.7: :80 192.0.2.7:0 192.0.2.7:65536 2001:db8::7:80 '[192.0.2.7]:80' \
		www:80 '' '[fe80::7%]:80' '192.0.2.7%lo:80' 'fe80::7%lo:80' '[%lo]:80'; do
		refused 2 'is no destination such as' tcpcensus ports --to "$to"
	done
	refused 2 'exclude each other' tcpcensus ports --to 192.0.2.7:80 -f -
	refused 2 'exclude each other' tcpcensus ports -i 1s -f -
	refused 2 'names one destination' tcpcensus ports --to 192.0.2.7:80 state time-wait
	refused 2 'is not a time' tcpcensus ports -i 5
}

@test "ports: no way to a destination" {
	needs_namespaces
	refused 3 'no way to 192.0.2.7: ' unshare -n tcpcensus ports --to 192.0.2.7:80
	refused 3 "there is no device 'li'; did you mean 'lo'?" unshare -n \
		tcpcensus ports --to '[fe80::7%li]:80'
	refused 3 "there is no device '7777'" unshare -n tcpcensus ports --to '[fe80::7%7777]:80'
	refused 3 'only a link-local address has a device' unshare -n \
		tcpcensus ports --to '[2001:db8::7%lo]:80'
}

@test "ports: of all namespaces those that have a way to a destination" {
	needs_namespaces
	run unshare -nmp -f --mount-proc bash -c 'umount -a -t nsfs; ip link set lo up
		unshare -n sleep 60 & pid=$!
		until [ ! /proc/$pid/ns/net -ef /proc/$$/ns/net ]; do kill -0 $pid || exit; done
		tcpcensus ports -N all --to 127.0.0.1:9 -j | jq -e "(.destinations | length) == 1 and
			(.pools | length) == 2" || exit
		tcpcensus ports -N all --to 192.0.2.7:9 -j && exit 1
		tcpcensus ports -N all --to 192.0.2.7:9 -j 2>&1 | grep -x "tcpcensus: no way to .*"'
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "ports: what connect(2) does with every kind of address" {
	needs_namespaces
	run timeout 300 "$here/ways.py"
	printf '%s\n' "$output"
	[ "$status" != 77 ] || skip "$(tail -1 <<<"$output")"
	[ "$status" = 0 ]
}

@test "ports: what is inferred from /proc is said to be so for want of devices, too" {
	needs_namespaces
	apart unshare -n tcpcensus ports --source proc -j
	[ "$status" = 0 ]
	jq -e '.not_exact | test("device")' "$out_file"
}

@test "ports: a user without rights gets bounds, and is told why" {
	needs_root
	apart as_nobody tcpcensus ports -j
	[ "$status" = 0 ]
	jq -e '(.exact | not) and (.not_exact | length) > 0' "$out_file"
}

@test "ports: --to where no port is left for anybody, and to oneself" {
	unshare -n true 2>/dev/null || skip "namespaces may not be made here"
	run unshare -n bash -c '
		set -e
		ip link set lo up
		echo 40000 40003 >/proc/sys/net/ipv4/ip_local_port_range
		echo 40000-40003 >/proc/sys/net/ipv4/ip_local_reserved_ports
		[ "$(tcpcensus ports --to 127.0.0.1:80 -j | jq -c ".destinations[0] | [.capacity, .free]")" = "[0,0]" ]
		echo >/proc/sys/net/ipv4/ip_local_reserved_ports
		[ "$(tcpcensus ports --to 0.0.0.0:80 -j | jq -r ".destinations[0].\"remote.addr\"")" = 127.0.0.1 ]
		[ "$(tcpcensus ports --to "[::]:80" -j | jq -r ".destinations[0].\"remote.addr\"")" = ::1 ]
	'
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}
