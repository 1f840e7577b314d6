#!/usr/bin/env bats
# The command lab: what it lists, makes and shows, and that nothing of it stays behind, however
# it ends.

load helper

setup() {
	work=$BATS_TEST_TMPDIR
}

needs_lab() { # [SCENARIO]
	needs_root
	needs_namespaces
	# A need of the scenario that this machine lacks is the reason to skip.
	[ -n "${1:-}" ] || return 0
	run tc-lab "$1" -- true
	[ "$status" != 77 ] || skip "$(tail -1 <<<"$output")"
}

# The network namespaces that processes have descriptors of, by their numbers, but for the one
# that the test itself is in: those of a laboratory must be gone with it.
namespaces_of() { # PID...
	local pid
	for pid; do
		readlink "/proc/$pid/fd/"* 2>/dev/null
	done | sed -n 's/^net:\[\(.*\)\]/\1/p' | sort -u | grep -vxF "$(stat -L -c %i /proc/self/ns/net)"
}

children_of() { # PID
	cat "/proc/$1/task/$1/children" 2>/dev/null
}

# When a process was started, in ticks since the machine was.
started() { # PID
	sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20
}

# The same of a process that begins now.
now() {
	sh -c 'sed "s/.*) //" /proc/$$/stat | cut -d" " -f20'
}

# Whether a process of a laboratory has one of the namespaces. The kernel gives their numbers
# away again, so one that was started after TICKS belongs to another.
anybody_in() { # TICKS NUMBER...
	local pid ticks=$1
	shift
	for pid in $(grep -lxE 'tcpcensus|lab-guard|lab-driver' /proc/[0-9]*/comm 2>/dev/null |
		cut -d/ -f3); do
		[ "$(started "$pid" || true)" -le "$ticks" ] 2>/dev/null || continue
		! namespaces_of "$pid" | grep -qxF "$(printf '%s\n' "$@")" || return 0
	done
	return 1
}

eventually() { # COMMAND...
	local tries
	for tries in $(seq 200); do
		! "$@" || return 0
		sleep 0.1
	done
	return 1
}

nobody_in() {
	! anybody_in "$@"
}

is_gone() { # PID
	! kill -0 "$1" 2>/dev/null
}

# Starts `lab ARGUMENT...` in the background and waits for what it is to have printed.
start_lab() { # PATTERN ARGUMENT...
	local pattern=$1
	shift
	tcpcensus lab "$@" >"$work/out" 2>"$work/err" 3>&- &
	lab=$!
	eventually grep -qE "$pattern" "$work/out"
	helpers=$(children_of "$lab")
	spaces=$(namespaces_of "$lab")
	[ -n "$helpers" ] && [ "$(wc -w <<<"$spaces")" -ge 2 ]
}

# But for the test itself.
nobody_has_mark() {
	! grep -lz "^LAB_TEST_MARK=$LAB_TEST_MARK$" /proc/[0-9]*/environ 2>/dev/null |
		cut -d/ -f3 | xargs -I{} cat /proc/{}/comm 2>/dev/null | grep -qE '^(tcpcensus|lab-)'
}

nothing_is_left() {
	local helper ended
	eventually is_gone "$lab"
	ended=$(now)
	for helper in $helpers; do
		eventually is_gone "$helper"
	done
	# shellcheck disable=SC2086
	eventually nobody_in "$ended" $spaces
}

# ---- The list ---------------------------------------------------------------------------

@test "lab: the list names every scenario, and fits" {
	apart tcpcensus lab
	[ "$status" = 0 ]
	[ -z "$err" ]
	for name in $(tc-lab --list | cut -f1) $(tc-lab --stories | cut -f1); do
		grep -q "^$name  " <<<"$out"
	done
	[ "$(awk '{ print length }' <<<"$out" | sort -n | tail -1)" -le 80 ]
}

@test "lab: no line is wider than the terminal" {
	local width wide
	needs_lab last-ack
	for width in 40 80; do
		COLUMNS=$width tcpcensus lab >"$work/list"
		COLUMNS=$width tcpcensus lab tcp-mem >"$work/prepared"
		COLUMNS=$width tcpcensus lab last-ack >"$work/made"
		grep -q '^close-wait-leak' "$work/list"
		# What was prepared is shown as it is read.
		wide=$(awk -v width="$width" 'length > width' "$work/list" "$work/made" "$work/prepared" |
			grep -v '^    [a-zA-Z]' || true)
		[ -z "$wide" ] || { echo "$wide"; return 1; }
	done
}

@test "lab: the list as JSON" {
	tcpcensus lab -j >"$work/json"
	jq -e '.schema == "tcpcensus.lab/1"' "$work/json"
	diff <(jq -r '.scenarios[] | select(.kind == "scenario" and (.prepared | not)).name' "$work/json") \
		<(tc-lab --list | cut -f1)
	jq -e '[.scenarios[] | select(.prepared)] | length > 0 and all(.needs == [])' "$work/json"
	jq -e '.scenarios[] | select(.name == "close-wait-leak") |
		.findings == ["close-wait-leak"] and .needs == ["root"] and .healthy == false' \
		"$work/json"
	jq -e '[.scenarios[] | select(.healthy)] | length >= 6' "$work/json"
	diff <(tcpcensus lab -o ndjson | jq -c .) <(jq -c '.scenarios[]' "$work/json")
}

@test "lab: every rule has a scenario that has to find it" {
	tcpcensus lab -j | jq '[.scenarios[] | { (.name): .findings }] | add' >"$work/found"
	tcpcensus diagnose --list -j >"$work/rules"
	jq -e '.rules | length > 30 and all(.scenario != null)' "$work/rules"
	# defer-accept calls normal what it sees, and finds nothing
	jq -r '.rules[] | select(.id != "defer-accept") | "\(.id) \(.scenario)"' "$work/rules" |
		while read -r id scenario; do
			jq -e --arg id "$id" --arg scenario "$scenario" \
				'.[$scenario] | index($id) != null' "$work/found" >/dev/null ||
				{ echo "$id is not found in $scenario"; false; }
		done
}

@test "lab: what makes no sense is refused" {
	refused 2 "no scenario 'time-wiat' \(did you mean 'time-wait'\?\)" tcpcensus lab time-wiat
	refused 2 "no scenario 'nothing-of-the-kind'$" tcpcensus lab --check empty nothing-of-the-kind
	refused 2 "one scenario at a time, not also 'listen'" tcpcensus lab empty listen
	refused 2 "exclude each other" tcpcensus lab --check --keep
	refused 2 "needs the name" tcpcensus lab --keep
	refused 2 "is a story" tcpcensus lab --keep simultaneous-close
	refused 2 "only the list" tcpcensus lab -j empty
	refused 2 "only the list" tcpcensus lab -j --check
	refused 2 "table, json or ndjson" tcpcensus lab -o csv
	refused 2 "does not go with the command 'lab'" tcpcensus lab -4
	refused 2 "does not go with the command 'census'" tcpcensus census --keep
}

@test "lab: without root" {
	needs_root
	refused 3 "needs root" as_nobody tcpcensus lab empty
	refused 3 "needs root" as_nobody tcpcensus lab --check empty listen
	refused 3 "needs root" as_nobody tcpcensus lab simultaneous-close
	as_nobody tcpcensus lab >"$work/list"
	grep -q '^close-wait ' "$work/list"
}

@test "lab: what is read from saved figures needs no root, and says why it is" {
	needs_root
	apart as_nobody tcpcensus lab tcp-mem
	[ "$status" = 0 ]
	grep -q '^Read from saved figures, not made: tcp_mem' <<<"$out"
	grep -q '^ 4\. prepared as the output of: sysctl net.ipv4.tcp_mem' <<<"$out"
	grep -q '^ *net.ipv4.tcp_mem = 186810' <<<"$out"
	grep -qE '^ESTABLISHED +2048 ' <<<"$out"
	grep -q '^WARNING  tcp-mem' <<<"$out"
	grep -q 'take 301245 pages of memory' <<<"$out"
	as_nobody tcpcensus lab --check tcp-mem orphans-high counts-disagree >"$work/out"
	[ "$(tail -1 "$work/out")" = "3 ok, 0 differ, 0 not made, 0 skipped" ]
	refused 3 "needs root" as_nobody tcpcensus lab --check tcp-mem empty
}

@test "lab: --keep leaves saved figures standing, to be judged again" {
	tcpcensus lab tcp-mem --keep >"$work/out" 2>"$work/err" 3>&- &
	lab=$!
	eventually grep -q '^To end it' "$work/out"
	again=$(sed -n 's/^  tcpcensus diagnose -f/diagnose -j -f/p' "$work/out")
	# shellcheck disable=SC2086
	tcpcensus $again >"$work/json" || [ $? = 1 ]
	[ "$(jq -r '.findings[].id' "$work/json")" = tcp-mem ]
	kill "$lab"
	wait "$lab"
}

# ---- One scenario -----------------------------------------------------------------------

@test "lab: a scenario is made, told step by step, and counted" {
	needs_lab last-ack
	apart tcpcensus lab last-ack
	[ "$status" = 0 ]
	[ -z "$err" ]
	grep -q '^last-ack: closed by both' <<<"$out"
	grep -q '^ 1\. made two network namespaces that see only each other: a (10\.77\.0\.1, fd77::1)$' <<<"$out"
	grep -q '^ 2\. connected from a to b, port 9001: 3 over IPv4, 2 over IPv6$' <<<"$out"
	grep -q '^ 4\. had a packet filter in a drop, from here on, all that arrives from port 9001$' <<<"$out"
	grep -q '^ 6\. waited until a had 5 FIN_WAIT2, and b 5 LAST_ACK$' <<<"$out"
	grep -q '^ 7\. waited until the FIN of 5 LAST_ACK had been sent again 2 times$' <<<"$out"
	grep -q '^What tcpcensus counts in b:$' <<<"$out"
	grep -qE '^LAST_ACK +5 +100\.0%' <<<"$out"
	[ "$(tail -1 <<<"$out")" = "Everything has been taken down again." ]
}

@test "lab: settings, and what goes on" {
	needs_lab tw-overflow
	apart tcpcensus lab tw-overflow
	[ "$status" = 0 ]
	grep -q '^ 2\. set net\.ipv4\.tcp_max_tw_buckets = 10 in a$' <<<"$out"
	grep -q '^ 3\. connects from a to b and closes first, 50 times a second$' <<<"$out"
	grep -qE '^TIME_WAIT +10 ' <<<"$out"
}

@test "lab: a story is told" {
	needs_lab
	[ -c /dev/net/tun ] || skip "no /dev/net/tun"
	apart tcpcensus lab simultaneous-close
	[ "$status" = 0 ]
	[ -z "$err" ]
	grep -q 'CLOSING' <<<"$out"
}

@test "lab: in French" {
	needs_lab last-ack
	make_french
	apart env LC_ALL=fr_FR.UTF-8 tcpcensus lab last-ack
	[ "$status" = 0 ]
	grep -q 'deux espaces de noms réseau' <<<"$out"
	grep -q 'Tout a été démonté' <<<"$out"
}

@test "lab: what goes wrong is told, with the step, and all is taken down" {
	local name
	needs_lab
	# Connections take two descriptors each, and those of a driver are in a process of its own.
	ulimit -n 40
	export LAB_TEST_MARK=$$.$RANDOM # by which whatever it starts can be found
	for name in time-wait-many busy-server; do
		apart "$build/tcpcensus" lab "$name"
		[ "$status" = 3 ]
		[ "$(wc -l <"$err_file")" = 1 ]
		grep -qE "lab: $name could not be made, at step [34]: .*: Too many open files" <<<"$err"
		! grep -q '^What' <<<"$out"
		eventually nobody_has_mark
	done
	apart "$build/tcpcensus" lab --check time-wait-many busy-server empty
	[ "$status" = 3 ]
	grep -q '^not made  time-wait-many .*: Too many open files' <<<"$out"
	grep -q '^ok        empty' <<<"$out"
	eventually nobody_has_mark
}

# ---- It leaves nothing behind -----------------------------------------------------------

@test "lab: --keep leaves it standing, until it is ended" {
	needs_lab closing
	start_lab '^To end it' closing --keep
	inside=$(sed -n 's/^  nsenter --net=//p' "$work/out" | head -1)
	[ "$(nsenter --net="$inside" ss -tanH | grep -c ^CLOSING)" = 5 ]
	[ "$(tcpcensus -N "$inside" -j | jq .states.CLOSING)" = 5 ]
	grep -q "^To end it: Ctrl-C, or kill $lab$" "$work/out"
	kill "$lab"
	wait "$lab"
	[ "$(tail -1 "$work/out")" = "Everything has been taken down again." ]
	nothing_is_left
}

@test "lab: interrupted while it waits, it leaves nothing" {
	local number
	needs_lab fin-wait2-held
	for number in INT TERM HUP; do
		# The shell has background processes ignore SIGINT, and nohup(1) SIGHUP, which
		# --default-signal undoes.
		env --default-signal=INT,TERM,HUP "$build/tcpcensus" lab fin-wait2-held >"$work/out" 3>&- &
		lab=$!
		eventually grep -q 'shut down for sending' "$work/out"
		helpers=$(children_of "$lab")
		spaces=$(namespaces_of "$lab")
		[ -n "$helpers" ] && [ "$(wc -w <<<"$spaces")" -ge 2 ]
		kill -"$number" "$lab"
		status=0
		wait "$lab" || status=$?
		[ "$status" = $((128 + $(kill -l "$number"))) ]
		nothing_is_left
	done
}

@test "lab: killed, it leaves nothing, neither sockets nor what goes on" {
	needs_lab stale-syn
	start_lab '^To end it' stale-syn --keep
	[ "$(wc -w <<<"$helpers")" = 2 ] # the guard and the driver
	kill -KILL "$lab"
	wait "$lab" || true
	nothing_is_left
	start_lab '^To end it' fin-wait1 --keep # orphans, which would stay for minutes
	kill -KILL "$lab"
	wait "$lab" || true
	nothing_is_left
}

@test "lab: a check that is killed leaves nothing" {
	local child tries
	needs_lab
	tcpcensus lab --check fin-wait2-held close-wait-leak >"$work/out" 3>&- &
	lab=$!
	helpers= spaces=
	for tries in $(seq 200); do
		helpers=$(children_of "$lab")
		# shellcheck disable=SC2086
		spaces=$(namespaces_of $helpers) || spaces= # one has gone meanwhile
		[ "$(wc -w <<<"$spaces")" -lt 4 ] || break
		sleep 0.1
	done
	[ "$(wc -w <<<"$spaces")" -ge 4 ]
	for child in $helpers; do
		helpers+=" $(children_of "$child")"
	done
	kill -KILL "$lab"
	wait "$lab" || true
	nothing_is_left
}

@test "lab: no setting and no socket outside is touched" {
	needs_lab dangerous-settings
	sysctl -a 2>/dev/null | grep -E '^net\.(ipv4|core)' | grep -vE 'random|tcp_fastopen_key' >"$work/before"
	ip -o link >"$work/links"
	tcpcensus lab dangerous-settings >"$work/out"
	tcpcensus lab ports-used >"$work/out"
	diff "$work/before" <(sysctl -a 2>/dev/null | grep -E '^net\.(ipv4|core)' |
		grep -vE 'random|tcp_fastopen_key')
	diff "$work/links" <(ip -o link)
}

# ---- All of them ------------------------------------------------------------------------

@test "lab: --check of a few" {
	needs_lab
	apart tcpcensus lab --check empty listen simultaneous-open
	[ "$status" = 0 ]
	grep -qE '^(ok|skipped) +empty' <<<"$out"
	grep -qE '^(ok|skipped) +simultaneous-open' <<<"$out"
	grep -qE '^[0-9] ok, 0 differ, 0 not made, [0-9] skipped$' <<<"$out"
}

@test "lab: --check skips what this machine lacks, with its reason" {
	needs_lab
	mkdir "$work/none" # no nft there, nor in /usr/sbin
	! [ -x /usr/sbin/nft ] || skip "nft is where it is found without PATH"
	PATH=$work/none run "$build/tcpcensus" lab --check closing
	[ "$status" = 0 ]
	grep -q '^skipped *closing *needs the nft program' <<<"$output"
}

@test "lab: what the rules find in every scenario is what they have to find" {
	needs_lab
	tcpcensus -h | grep -q '^ *diagnose' || skip "this program has no command diagnose"
	is_sanitized && skip "once is enough"
	apart timeout 900 tcpcensus lab --check
	[ "$status" = 0 ]
	! grep -vE '^(ok|skipped) |^[0-9]+ ok, 0 differ, 0 not made, [0-9]+ skipped$' <<<"$out"
}
