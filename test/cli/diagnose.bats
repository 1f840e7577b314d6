#!/usr/bin/env bats
# The command diagnose: what it finds among real sockets and in saved listings, what it calls
# normal, what it could not check, and how it ends.

load helper

morning=$here/data/morning.txt

@test "diagnose: the note's table is normal as far as it tells, and the rest is not checked" {
	apart tcpcensus diagnose -f "$morning"
	[ "$status" = 0 ]
	grep -qE '^Nothing wrong was found in the little that could be checked; 1 thing is normal;$' "$out_file"
	tr '\n' ' ' <"$out_file" | grep -qE '; [0-9]+ of 36 rules were not checked\.'
	grep -qF -- '- 4169 TIME_WAIT: normal.' "$out_file"
	grep -qF 'close-wait-leak: ' "$out_file"
	[ -z "$err" ]
}

@test "diagnose: facts of Linux are said of sockets of Linux only" {
	tracked='tcp 6 90 TIME_WAIT src=192.0.2.5 dst=192.0.2.2 sport=%d dport=80'
	tracked+=' src=192.0.2.2 dst=192.0.2.5 sport=80 dport=%d [ASSURED] mark=0 use=1'
	for port in {40000..40199}; do
		printf "$tracked\n" $port $port
	done >"$BATS_TEST_TMPDIR/tracked"
	for port in {40000..40199}; do
		echo "tcp4 0 0 192.0.2.5.$port 192.0.2.2.80 TIME_WAIT"
	done >"$BATS_TEST_TMPDIR/bsd"
	for kind in tracked bsd; do
		apart tcpcensus diagnose -f "$BATS_TEST_TMPDIR/$kind" tw-active-close
		[ "$status" = 0 ]
		cp "$out_file" "$BATS_TEST_TMPDIR/said-$kind"
		[ "$(grep -c '60 s' "$out_file")" = 0 ]
		apart tcpcensus -f "$BATS_TEST_TMPDIR/$kind"
		grep -q '^TIME_WAIT *200' "$out_file"
		[ "$(grep -c '60 s' "$out_file")" = 0 ]
	done
	# What diagnose cannot judge is no hint to look there; TIME_WAIT of Linux would be one.
	apart tcpcensus -f "$BATS_TEST_TMPDIR/tracked"
	[ "$(grep -c '^[-?!]' "$out_file")" = 0 ]
	grep -q 'tw-active-close: a listing of' "$BATS_TEST_TMPDIR/said-tracked"
	grep -qF '200 TIME_WAIT: normal. That machine closed first' "$BATS_TEST_TMPDIR/said-bsd"
}

@test "diagnose: of another system's sockets no command of Linux is shown" {
	for port in {20000..21000}; do
		echo "tcp4 0 0 192.0.2.5.$port 192.0.2.2.443 CLOSE_WAIT"
	done >"$BATS_TEST_TMPDIR/mac"
	apart tcpcensus diagnose -f "$BATS_TEST_TMPDIR/mac"
	grep -qF '1001 CLOSE_WAIT: so many' "$out_file"
	grep -qF 'lsof -nP -iTCP -sTCP:CLOSE_WAIT' "$out_file"
	[ "$(grep -cE '/proc|sysctl|nstat|tcp_|ss -' "$out_file")" = 0 ]
}

# Its ports may be short: how many it has no listing tells, and fewer than Linux by default.
@test "diagnose: another system's TIME_WAIT of one destination are not called normal" {
	local port file=$BATS_TEST_TMPDIR/windows
	for port in {49152..61000}; do
		echo "  TCP    192.0.2.1:$port     198.51.100.9:80      TIME_WAIT       0"
	done >"$file"
	tcpcensus diagnose -j -f "$file" tw-active-close | jq -e '.normal == [] and
		(.not_checked[0].needs | contains("netsh int ipv4 show dynamicport tcp") and
			contains("in use to 198.51.100.9:80"))'
	tcpcensus -f "$file" | grep -q '^? 11849 TIME_WAIT'
	# Those that came in are clients by the thousand, each with a port of its own.
	sed 's/192.0.2.1:\([0-9]*\) *198.51.100.9:80/192.0.2.1:80 198.51.100.9:\1/' "$file" >"$file.server"
	echo '  TCP    0.0.0.0:80     0.0.0.0:0      LISTENING       812' >>"$file.server"
	tcpcensus diagnose -j -f "$file.server" tw-active-close |
		jq -e '.not_checked == [] and (.normal[0].text | startswith("11849 TIME_WAIT: normal."))'
}

@test "diagnose: listeners that have every port of the range leave none to connect" {
	local port file=$BATS_TEST_TMPDIR/listening
	for port in {40000..40019}; do
		echo "LISTEN 0 128 127.0.0.1:$port 0.0.0.0:*"
	done >"$file"
	printf '%s\n' 'net.ipv4.ip_local_port_range = 40000 40019' \
		'net.ipv4.ip_local_reserved_ports = ' >"$file.sysctl"
	tcpcensus diagnose -j -f "$file" -f "$file.sysctl" port-exhaustion |
		jq -e '.findings[0] | .severity == "critical" and
			(.first | startswith("Widen ip_local_port_range")) and
			(.evidence[0] | contains("EADDRNOTAVAIL"))'
	sed 1d "$file" >"$file.less"
	tcpcensus diagnose -j -f "$file.less" -f "$file.sysctl" port-exhaustion | jq -e '.findings == []'
}

@test "diagnose: what was given is not asked for" {
	local file=$BATS_TEST_TMPDIR/some
	echo 'tcp 0 9 192.0.2.1:22 192.0.2.9:50000 ESTABLISHED probe (0.20/0/0)' >"$file"
	echo 'net.ipv4.tcp_keepalive_time = 7200' >"$file.sysctl"
	tcpcensus diagnose -j -f "$file" idle-no-keepalive | jq -e '.not_checked[0].needs |
		contains("and tcp_keepalive_time (ss -i, sysctl -a)")'
	tcpcensus diagnose -j -f "$file" -f "$file.sysctl" idle-no-keepalive send-stalled |
		jq -e '[.not_checked[] | .id + " " + .needs] == [
			"idle-no-keepalive timers, which sockets a program holds, and when the peers were last heard (ss -oei)",
			"send-stalled when the peers were last heard (ss -i)"]'
}

@test "diagnose: whose they are is told of what a listing names processes of" {
	local i file=$BATS_TEST_TMPDIR/leak
	for i in {1..1000}; do
		echo "CLOSE-WAIT 1 0 192.0.2.1:443 198.51.100.$((i % 250)):$((20000 + i)) users:((\"java\",pid=4321,fd=$i))"
	done >"$file"
	tcpcensus diagnose -j -f "$file" close-wait-leak | jq -e '.findings[0].evidence |
		any(startswith("Whose: java")) and any(startswith("Peers: 198.51.100."))'
}

@test "diagnose: from a pipe as from a file" {
	diff <(tcpcensus diagnose -f - <"$morning") <(cat "$morning" | tcpcensus diagnose -f -)
	diff <(tcpcensus diagnose -f "$morning") <(cat "$morning" | tcpcensus diagnose -f -)
	refused 3 'standard input: ' tcpcensus diagnose -f - </dev/null
}

@test "diagnose: settings and counters of that machine from further files" {
	printf 'net.ipv4.tcp_max_tw_buckets = 4500\n' >"$BATS_TEST_TMPDIR/sysctl"
	tcpcensus diagnose tw-active-close -j -f "$morning" -f "$BATS_TEST_TMPDIR/sysctl" |
		jq -e '.findings[0].evidence | any(contains("4500"))'
	tcpcensus diagnose rfc1337 -j -f "$morning" |
		jq -e '.not_checked == [{id: "rfc1337", needs: .not_checked[0].needs}]'
}

@test "diagnose: two files of the same counters are not two readings" {
	tcpcensus diagnose paws-nat -j -f "$morning" -f /proc/net/netstat -f /proc/net/netstat |
		jq -e '.not_checked[0].needs | contains("two readings")'
}

@test "diagnose: JSON has the keys of the manual" {
	tcpcensus diagnose -j -f "$morning" | jq -e '.schema == "tcpcensus.diagnosis/1" and
		(.findings | type) == "array" and (.normal[0] | has("id") and has("text")) and
		(.not_checked[0] | has("id") and has("needs")) and .source.formats != null'
	tcpcensus diagnose -o ndjson -f "$morning" | tail -1 |
		jq -e '.schema == "tcpcensus.diagnosis/1" and (has("findings") | not)'
	[ "$(tcpcensus diagnose -o csv -f "$morning" | head -1)" = severity,id,title,evidence ]
	tcpcensus diagnose -o csv -f "$morning" | grep -q '^not_checked,close-wait-leak,,'
}

@test "diagnose: what is concluded from a broken listing says so" {
	printf 'tcp 0 0 192.0.2.1:1 192.0.2.2\ntcp 0 0 192.0.2.1:1 192.0.2.2:2 TIME_WAIT\n' \
		>"$BATS_TEST_TMPDIR/broken"
	apart tcpcensus diagnose -f "$BATS_TEST_TMPDIR/broken"
	grep -q '^incomplete, so the numbers may be too small: ' "$out_file"
	tcpcensus diagnose -j -f "$BATS_TEST_TMPDIR/broken" 2>/dev/null |
		jq -e '.source.complete == false and (.normal[0].text | contains("not complete"))'
}

# ss leaves LISTEN, SYN_RECV and TIME_WAIT out where it is not asked for all.
@test "diagnose: what a listing may have left out is not checked" {
	local file=$BATS_TEST_TMPDIR/few
	local unseen='["syn-flood","slow-last-ack","defer-accept","orphan-syn-recv","tw-active-close"]'
	echo 'ESTAB 0 0 192.0.2.1:22 192.0.2.9:50000' >"$file"
	tcpcensus diagnose -j -f "$file" | jq -e --argjson unseen "$unseen" '.findings == [] and
		([.not_checked[] | select(.needs | contains("ss -tan")) | .id] == $unseen) and
		([.not_checked[].id] | contains(["accept-overflow", "port-exhaustion",
			"bind-exhaustion", "listener-in-range"]))'
	# With the range those about ports can be judged, and TIME_WAIT and LISTEN hold ports.
	printf '%s\n' 'net.ipv4.ip_local_port_range = 40000 40019' \
		'net.ipv4.ip_local_reserved_ports = ' 'net.ipv4.tcp_max_tw_buckets = 1000' \
		'TcpExtTCPTimeWaitOverflow 0 0.0' >"$file.more"
	tcpcensus diagnose -j -f "$file" -f "$file.more" |
		jq -e '[.not_checked[] | select(.needs | contains("ss -tan")) | .id] |
			contains(["port-exhaustion", "bind-exhaustion", "listener-in-range", "tw-overflow"])'
	# netstat leaves out those that listen only; lsof never has what nobody holds.
	echo 'tcp 0 0 192.0.2.1:22 192.0.2.9:50000 ESTABLISHED' >"$file.netstat"
	tcpcensus diagnose -j -f "$file.netstat" -f "$file.more" |
		jq -e '[.not_checked[] | select(.needs | contains("all states (netstat -tan)")) | .id] ==
			["listener-in-range"]'
	echo 'sshd 8 root 3u IPv4 9 0t0 TCP 192.0.2.1:22->192.0.2.9:50000 (ESTABLISHED)' >"$file.lsof"
	tcpcensus diagnose -j -f "$file.lsof" -f "$file.more" |
		jq -e '[.not_checked[] | select(.needs | contains("(netstat -an)")) | .id] |
			contains(["port-exhaustion", "bind-exhaustion", "tw-active-close", "tw-overflow"])'
	echo 'LISTEN 0 128 192.0.2.1:22 *:*' >>"$file"
	tcpcensus diagnose -j -f "$file" -f "$file.more" | jq -e '[.not_checked[].id] as $ids |
		all("port-exhaustion", "listener-in-range", "tw-overflow"; IN($ids[]) | not)'
	tcpcensus diagnose -j -f "$file" | jq -e --argjson unseen "$unseen" \
		'[.not_checked[].id] - $unseen == [.not_checked[].id]'
	tcpcensus diagnose -f "$file" tcp-mem conntrack-full | grep -qx 'Nothing could be checked.'
	tcpcensus diagnose -f "$file" closing tcp-mem | tr '\n' ' ' |
		grep -q '^Nothing wrong was found in the little that could be checked; 1 of 2 rules was not'
	tcpcensus diagnose -f "$file" closing last-ack-stuck tcp-mem |
		grep -qx 'Nothing wrong was found; 1 of 3 rules was not checked.'
}

@test "diagnose: the table of rules" {
	apart tcpcensus diagnose --list
	[ "$status" = 0 ]
	grep -qE '^close-wait-leak +critical ' "$out_file"
	COLUMNS=160 tcpcensus diagnose --list | grep -qE '^close-wait-leak +critical +close-wait-leak '
	tcpcensus diagnose --list -j | jq -e '(.rules | length) > 30 and
		all(.rules[]; has("id") and has("severity") and has("title"))'
	diff <(tcpcensus diagnose --list -j | jq -r '.rules[].id') \
		<(tcpcensus diagnose --list -o csv | sed '1d; s/,.*//')
}

@test "diagnose: every rule has a page, and is checked alone" {
	local id ids status work=$BATS_TEST_TMPDIR
	mapfile -t ids < <(tcpcensus diagnose --list -j | jq -r '.rules[].id')
	[ "${#ids[@]}" -gt 30 ]
	for id in "${ids[@]}"; do
		tcpcensus explain "$id" >"$work/page"
		[[ $'\n'$(<"$work/page") = *$'\n'"$id"* ]] || { echo "no page of $id"; return 1; }
		status=0
		tcpcensus diagnose "$id" -j -f "$morning" >"$work/said" || status=$?
		[ "$status" -le 1 ]
		printf '"%s"\n%s\n' "$id" "$(<"$work/said")" >>"$work/alone"
	done
	# A name and what it said, by turns.
	jq -e -n --argjson rules "${#ids[@]}" '[inputs] | length == 2 * $rules and
		([_nwise(2) | .[0] as $id | .[1] | [.findings[], .normal[], .not_checked[]] |
			all(.id == $id)] | all)' "$work/alone"
}

@test "diagnose: a full queue is found, and ends with status 1" {
	in_lab queue-full --side b -- diagnose_queue_full
}

@test "diagnose: what only looks odd is said to be normal" {
	in_lab time-wait -- diagnose_time_wait
	in_lab fin-wait2-orphan -- diagnose_orphans
}

@test "diagnose: without any right it finds the same" {
	needs_root
	in_lab queue-full --side b -- diagnose_as_nobody
}

@test "diagnose: ports that may be taken over or not are not called fine" {
	needs_root
	in_lab ports-waiting -- diagnose_ports_waiting
}

@test "diagnose: all network namespaces" {
	in_lab close-wait -- diagnose_everywhere
}

@test "diagnose: the census ends with the worst of it" {
	in_lab queue-full --side b -- census_verdicts
	in_lab the-note -- census_asks_what_diagnose_warns_of slow-last-ack
	in_lab ports-used -- census_ends_with port-exhaustion '20 of 20 ports are in use'
	in_lab bind-exhausted -- census_ends_with '\(port\|bind\)-exhaustion' '0 of 20 ports'
	tcpcensus -f "$morning" | tail -6 | grep -q '^? 18 CLOSE_WAIT: '
	[ "$(tcpcensus -f "$morning" state close-wait | grep -c '^[?!]')" = 0 ]
	[ "$(tcpcensus -f "$morning" -j | jq 'has("verdicts")')" = false ]
}

# fits LINE: counted in characters, not in bytes
fits() {
	local LC_ALL=C.UTF-8

	[ "${#1}" -le 80 ] || { echo "# ${#1} columns: $1"; return 1; }
}

@test "diagnose: in French" {
	make_french
	LC_ALL=fr_FR.UTF-8 tcpcensus diagnose -f "$morning" >"$BATS_TEST_TMPDIR/out"
	grep -q '^Rien d.anormal' "$BATS_TEST_TMPDIR/out"
	! grep -qE 'Not checked|Normal:|were not' "$BATS_TEST_TMPDIR/out"
	diff <(LC_ALL=fr_FR.UTF-8 tcpcensus diagnose -j -f "$morning" | jq 'del(.source)') \
		<(tcpcensus diagnose -j -f "$morning" | jq 'del(.source)')
}

# What is wrong and what to do first are one line each at 80 columns; a page of explain has both.
@test "diagnose: the first two lines fit in French, too" {
	local -A words=([notice]=REMARQUE [warning]=AVERTISSEMENT [critical]=CRITIQUE)
	local id severity pages=0 page line

	make_french
	while IFS=, read -r id severity _; do
		page=$'\n'$(LC_ALL=fr_FR.UTF-8 COLUMNS=100 tcpcensus explain "$id")
		[[ $page =~ $'\n'"  d'abord "\ *([^$'\n']*) ]]
		line=${BASH_REMATCH[1]}
		[[ $line = *. ]]
		fits "  D'abord : $line"
		[[ $page =~ .*$'\n'("$id : "[^$'\n']*) ]] # the last one
		line=${BASH_REMATCH[1]}
		fits "${words[$severity]}  $line"
		pages=$((pages + 1))
	done < <(tcpcensus diagnose --list -o csv | tail -n +2)
	[ "$pages" -gt 30 ]
}

@test "diagnose: what makes no sense is refused" {
	refused 2 "did you mean 'close-wait-leak'" tcpcensus diagnose close-wait-leek
	refused 2 "there is no rule 'xyz'" tcpcensus diagnose xyz
	refused 2 "CLOSE_WAIT is a state; about it: close-wait-leak" tcpcensus diagnose CLOSE_WAIT
	refused 2 'TIME_WAIT is a state; about it: .*tw-active-close' tcpcensus diagnose time-wait
	refused 2 "exclude each other" tcpcensus diagnose --instant -i 1s
	refused 2 "exclude each other" tcpcensus diagnose -f "$morning" -i 1s
	refused 2 "exclude each other" tcpcensus diagnose -f "$morning" -N x
	refused 2 "takes no ID" tcpcensus diagnose --list closing
	refused 2 "does not go with" tcpcensus diagnose -4
	refused 2 "does not go with" tcpcensus --instant
	refused 3 "there is no network namespace" tcpcensus diagnose -N no-such-namespace
	refused 3 "" tcpcensus diagnose -f /nonexistent
	refused 3 "" tcpcensus diagnose --instant --source bpf
}

@test "diagnose: what the findings stand on, and which file it is from" {
	printf 'net.ipv4.tcp_max_tw_buckets = 4500\n' >"$BATS_TEST_TMPDIR/sysctl"
	printf 'TcpExtTW 5 0.0\n' >"$BATS_TEST_TMPDIR/nstat"
	apart tcpcensus diagnose -j -f "$morning" -f "$BATS_TEST_TMPDIR/sysctl" \
		-f - <"$BATS_TEST_TMPDIR/nstat"
	jq -e '.readings.settings == {"tcp_max_tw_buckets": 4500}' "$out_file"
	jq -e '.readings | has("seconds") | not' "$out_file"
	jq -e '[.source.origins[] | [.sockets, .settings]] == [[9, 0], [0, 1], [0, 0]]' "$out_file"
	jq -e '.source.origins[2].file == "-"' "$out_file"
	apart tcpcensus diagnose -j -i 100ms
	jq -e '.readings.seconds >= 0.1' "$out_file"
	jq -e '.readings.counters.OutSegs | .value >= .rise and has("per_second")' "$out_file"
	jq -e '.readings.counters.sockstat_inuse | has("rise") | not' "$out_file"
	jq -e '.source | has("origins") | not' "$out_file"
}
