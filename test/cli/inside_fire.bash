# SPDX-License-Identifier: MIT
# Parts of fire.bats that run inside a herd; read by inside.bash.

# The herd has no socket on these: its servers have ports from 80 on, its clients from 1024 on.
churn_port=900
not_of_churn='( sport lt :900 or sport gt :999 ) and ( dport lt :900 or dport gt :999 )'

# Connections come and go from here on, until no_churn: many of them stay a while in TIME_WAIT.
churn_on() {
	echo 60000 >/proc/sys/net/ipv4/tcp_max_tw_buckets
	kernel_says >"$scratch/kernel"
	churn -s 600 -w 2 -r "${FIRE_RATE:-20000}" -p $churn_port >"$scratch/churn" 2>&1 &
	churning=$!
	until [ "$(ss -tanH state time-wait "( sport = :$churn_port or dport = :$churn_port )" |
		wc -l)" -gt 100 ]; do
		kill -0 $churning || break
		sleep 0.05
	done
}

churn_off() {
	kill -TERM $churning
	wait $churning || wrong "churn ends well"
	cat "$scratch/churn"
	same "the kernel warns of nothing" "$(cat "$scratch/kernel")" "$(kernel_says)"
}

# What the kernel has to say of its own faults; nothing where its log may not be read.
kernel_says() {
	dmesg 2>/dev/null |
		grep -E 'WARNING:|BUG:|Oops|stall|lockup|hung task|corruption|general protection'
}

under_fire() { # PROGRAM SOURCE...
	local steady
	steady=$(tcpcensus by state -j "$not_of_churn" | jq .total)
	[ "$steady" -gt 19000 ] || wrong "a crowd" "$steady"
	churn_on
	"$build/test/tools/$1" "${FIRE_SECONDS:-3}" "$steady" $churn_port "${@:2}" || failed=1
	churn_off
}

counted_under_fire() {
	under_fire under_fire "${sources[@]}"
}

probed_under_fire() {
	under_fire under_fire_probed bpf
}

# The steady ones are found in each list, and each once.
scanned_under_fire() {
	local steady='by state,local,remote -n 0 -o csv --source'
	same "chains" 64 "$(cat /proc/sys/net/ipv4/tcp_ehash_entries)"
	tcpcensus $steady netlink "$not_of_churn" | sort >"$scratch/steady"
	[ "$(wc -l <"$scratch/steady")" -gt 19000 ] || wrong "a crowd"
	under_fire under_fire bpf
	churn_on
	for _ in {1..10}; do
		tcpcensus $steady bpf "$not_of_churn" 2>"$scratch/notes" | sort |
			cmp "$scratch/steady" - || wrong "the steady ones" "$(cat "$scratch/notes")"
	done
	churn_off
}

commands_under_fire() {
	local command
	churn_on
	for command in '' "${sources[@]/#/--source }" '-N all' 'by state,remote.addr' 'by process' \
		'list -n 0 -o ndjson' 'list -n 5' 'list -s -expires' ports listeners \
		'diagnose -i 100ms' '-j' '-o csv' 'by local.port -o csv'; do
		tcpcensus $command >"$scratch/out" 2>"$scratch/notes"
		[ $? -le 1 ] && [ -s "$scratch/out" ] ||
			wrong "tcpcensus $command" "$(cat "$scratch/notes")"
	done
	churn_off
}

# Enough sockets that sums are taken of them; the churn's come and go at the ports of the bound.
bound_under_fire() {
	local ready
	coproc BOUND { "$build/test/tools/bind_only" 300; }
	read -r -t 60 ready <&"${BOUND[0]}" && [ "$ready" = ready ] || wrong "bind_only is ready" "$ready"
	churn_on
	for _ in {1..20}; do
		same "those that are only bound" "300 true " "$(bound_census --source bpf)"
	done
	churn_off
	same "and when it is over" "300 true " "$(bound_census --source bpf)"
	kill "$BOUND_PID"
	wait "$BOUND_PID" 2>/dev/null
}

# A client that is bound and not connected yet is counted, too. What reads the lists is a program
# in the kernel, which the sanitizers do not see: under them it is asked a few times only.
bound_in_same_memory() {
	local ready pid number=200
	! is_sanitized || number=20
	coproc MEMORY { exec "$here/same_memory.py" 5; }
	pid=$MEMORY_PID
	read -r -t 60 ready <&"${MEMORY[0]}" && [ "$ready" = ready ] || wrong "same_memory is ready" "$ready"
	for ((i = 0; i < number; i++)); do
		tcpcensus -j --source bpf 2>/dev/null
	done >"$scratch/censuses"
	kill "$pid" || wrong "connections came and went to the end"
	wait "$pid" 2>/dev/null
	bound_of_censuses <"$scratch/censuses" >"$scratch/found"
	same "each census is one" "$number" "$(grep -c . "$scratch/found")"
	same "5 that are only bound" "" "$(grep -vE '^[56] true $' "$scratch/found")"
}

# In so many that sums are taken of them.
moved_pairs() {
	"$here/moved_lists.py" "$build/test/tools/between_runs" pairs pairs6 again ||
		wrong "those that stay are met"
}
