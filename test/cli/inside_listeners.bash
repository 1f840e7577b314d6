# SPDX-License-Identifier: MIT
# What listeners.bats runs among the listeners of crowded.py, population.py and the laboratory.

# The listeners of a look, as JSON.
look() { # [OPTION...]
	tcpcensus listeners -j "$@" 2>"$scratch/notes" || wrong "listeners $* ends with $?"
}

holds() { # WHAT JQ-EXPRESSION [OPTION...]
	local what=$1 expression=$2
	shift 2
	look "$@" >"$scratch/look"
	jq -e "$expression" "$scratch/look" >/dev/null || wrong "$what: $expression" "$(cat "$scratch/look")"
}

full_listener() {
	local named=no table
	holds "ten others" '.total == 12 and (.listeners | length) == 12'
	jq -e '.counters[] | select(.name == "ListenOverflows") | .rise > 0 and .per_second > 0' \
		"$scratch/look" >/dev/null || wrong "clients are refused" "$(cat "$scratch/look")"
	jq -e '.listeners[0] | .["local.port"] == 7100 and .queue == 4 and .limit == 3 and
		.queue_before == 4 and .unaccepted == 4 and .trouble[:2] == ["overflows", "full"]' \
		"$scratch/look" >/dev/null || wrong "the full one is first" "$(cat "$scratch/look")"
	jq -e '[.listeners[1:][] | .trouble[]] == []' "$scratch/look" >/dev/null ||
		wrong "nobody else is in trouble" "$(cat "$scratch/look")"
	jq -e '.suspects | length == 1 and .[0]["local.port"] == 7100' "$scratch/look" >/dev/null ||
		wrong "it is the one suspect" "$(cat "$scratch/look")"
	# Counters and sockets are read one after the other: what is dropped in between is of one alone.
	for _ in 1 2 3; do
		table=$(tcpcensus listeners)
		! grep -q "dropped, it was 127.0.0.1:7100 ([0-9]* packets* dropped)\." \
			<<<"$(tr '\n' ' ' <<<"$table")" || { named=yes; break; }
	done
	same "marked, and alone" "! 127.0.0.1:7100" "$(grep '^!' <<<"$table" | cut -c1-16)"
	same "on top" "! 127.0.0.1:7100" "$(sed -n 2p <<<"$table" | cut -c1-16)"
	[ "$named" = yes ] ||
		wrong "named in the verdict" "$table"
}

# PORT: the one that refused, of 8000 and 8001, as ss -m has it.
refused_by() {
	holds "who refused" ".suspects | length == 1 and .[0][\"local.port\"] == $1" -i 2s
	jq -e --argjson port "$1" '.listeners | map(select(.["local.port"] == $port))[0].dropped > 0 and
		(map(select(.["local.port"] != $port))[0] | .dropped == 0 and .queue == 3)' \
		"$scratch/look" >/dev/null || wrong "what they dropped" "$(cat "$scratch/look")"
	agree "as ss" "ss -ltnmH 'sport = :$1' | sed -n 's/.*,d\([0-9]*\)).*/\1/p'" \
		"tcpcensus list -c drops -o csv state listening sport = :$1 | tail -1 | cut -d, -f1"
}

reuseport_group() {
	holds "one listener of four sockets" '.listeners | map(select(.["local.port"] == 7200)) |
		length == 1 and (.[0] | (.members | length) == 4 and .limit == 64 and .queue == 12 and
		.states.ESTABLISHED == 12 and ([.members[].queue] | add) == 12 and
		([.members[].inode] | unique | length) == 4)'
	tcpcensus listeners -i 0 | grep -qE '^  127\.0\.0\.1:7200 x4 +12/64 ' ||
		wrong "and one line" "$(tcpcensus listeners -i 0)"
}

# "PORT ADDRESS STATE=n ..." of each listener: what ss shows behind a listener's own endpoint.
ss_listeners() {
	ss -tanH | awk "$ss_names"'
		function endpoint(text) {
			sub(/%[^:\]]*/, "", text)
			sub(/^\*:/, "[::]:", text)
			if (text ~ /^\[::ffff:/) { sub(/^\[::ffff:/, "", text); sub(/\]/, "", text) }
			return text
		}
		function port(text) { sub(/.*:/, "", text); return text }
		function host(text) { sub(/:[0-9]*$/, "", text); return text }
		{ state[NR] = name[$1]; local[NR] = endpoint($4); queue[NR] = $2; limit[NR] = $3 }
		$1 == "LISTEN" { listens[local[NR]]; q[local[NR]] += $2; l[local[NR]] += $3 }
		END {
			for (i = 1; i <= NR; i++) {
				if (state[i] == "LISTEN")
					continue
				by = local[i]
				p = port(by)
				if (!(by in listens) && by !~ /^\[/ && (("0.0.0.0:" p) in listens))
					by = "0.0.0.0:" p
				if (!(by in listens))
					by = "[::]:" p
				if (by in listens && state[i] != "SYN_SENT")
					count[by " " state[i]]++
			}
			for (by in listens)
				print by " queue=" q[by] "/" l[by]
			for (what in count)
				print what "=" count[what]
		}' | sort
}

our_listeners() { # [OPTION...]
	look -i 0 -n 0 "$@" | jq -r '.listeners[] |
		(if .["local.addr"] | contains(":") then "[\(.["local.addr"])]" else .["local.addr"] end +
		":\(.["local.port"])") as $by |
		(if has("queue") then "\($by) queue=\(.queue)/\(.limit)" else empty end),
		(.states | to_entries[] | select(.value > 0) | "\($by) \(.key)=\(.value)")' | sort
}

listeners_like_ss() {
	local csv json
	agree "netlink" ss_listeners our_listeners
	agree "proc, which has no limits" "ss_listeners | sed 's,\(queue=.*/\).*,\1null,'" \
		"our_listeners --source proc"
	look -i 0 --source proc >/dev/null
	same "one note says that proc has no limits" \
		"tcpcensus: how full the queues of listeners are is not known: proc does not give their limits" \
		"$(grep -v BOUND "$scratch/notes")"
	if [[ " ${sources[*]} " = *' bpf '* ]]; then
		look -i 0 --source bpf | jq -e '[.listeners[] | has("unaccepted")] | all | not' \
			>/dev/null || wrong "bpf does not know what nobody has accepted"
		same "one note says that bpf does not know what nobody has accepted" \
			"tcpcensus: how many connections no program has accepted is not known: bpf does not give their inodes" \
			"$(grep -v BOUND "$scratch/notes")"
	fi
	csv=$(tcpcensus listeners -i 0 -o csv | sed 1d | cut -d, -f1,2 | sort)
	json=$(tcpcensus listeners -i 0 -o ndjson | sed '$d' |
		jq -r '"\(.["local.addr"]),\(.["local.port"])"' | sort)
	same "csv and ndjson have the same listeners" "$csv" "$json"
}

limited_by() {
	holds "by the backlog below somaxconn, by somaxconn above" '
		.somaxconn == 50 and
		([.listeners[] | select(.limited_by == "somaxconn") | .["local.port"]] | sort) ==
			[7005, 7006, 7007, 7008] and
		([.listeners[] | select(.limited_by == "backlog")] | length) == 8' -i 0
	echo 40 >/proc/sys/net/core/somaxconn
	holds "above a limit that was lowered nothing is known" '
		[.listeners[] | select(has("limited_by") | not) | .["local.port"]] | sort ==
			[7005, 7006, 7007, 7008]' -i 0
	echo 50 >/proc/sys/net/core/somaxconn
}

not_accepted() {
	holds "without an inode, in ESTABLISHED and CLOSE_WAIT" '.listeners[] |
		select(.["local.port"] == 7300) | .unaccepted == 3 and .queue == 3 and
		.states.ESTABLISHED == 7 and .states.CLOSE_WAIT == 4 and .states.TIME_WAIT == 3' -i 0
}

one_look() {
	local table
	holds "no interval, no rise, no suspect" '
		(has("seconds") or has("suspects") or ([.counters[] | has("rise")] | any)) | not' -i 0
	jq -e '[.counters[] | .total] | length == 4 and .[0] > 0' "$scratch/look" >/dev/null ||
		wrong "totals are known" "$(cat "$scratch/look")"
	table=$(tcpcensus listeners -i 0)
	grep -q "This listener is full, .*: *$" <<<"$table" || wrong "that it is full is" "$table"
	! grep -q Inferred <<<"$table" || wrong "nothing is inferred" "$table"
	holds "the interval is what was asked for" '.seconds >= 0.3 and .seconds < 5' \
		-i 300ms
}

listener_filter() {
	local table
	holds "one by its port" '(.listeners | length) == 1 and .total == 12 and
		.listeners[0]["local.port"] == 7300 and .listeners[0].states.ESTABLISHED == 7 and
		.suspects[0]["local.port"] == 7100' sport = :7300
	holds "one family" '[.listeners[]["local.port"]] == [7400]' -6 -i 0
	holds "the other" '(.listeners | length) == 11' -4 -i 0
	holds "a state that is LISTEN" '(.listeners | length) == 12' -i 0 state listening
	holds "none" '.listeners == []' -i 0 sport = :9
	table=$(tcpcensus listeners sport = :9)
	same "none is said" "The filter leaves none of 12 listeners." "$(head -1 <<<"$table")"
	grep -q "^(ListenOverflows)\. By what each listener has dropped, it was 127.0.0.1:7100 (" <<<"$table" ||
		wrong "who is full is said all the same" "$table"
	same "-n leaves the rest out, and says so" "and 11 more listeners (-n 0 shows all)" \
		"$(tcpcensus listeners -i 0 -n 1 | sed -n 3p)"
	holds "in JSON as well" '.other.listeners == 11 and (.listeners | length) == 1' -i 0 -n 1
}

# Clients come and go meanwhile, and the kernel is read piece by piece, so a line may come twice;
# that is said of a listing, and is not what is asked for here.
listeners_saved() {
	ss -tanH | awk '!seen[$0]++' >"$scratch/ss"
	netstat -tan 2>/dev/null | awk '!seen[$0]++' >"$scratch/netstat"
	holds "ss has queues, and nothing of this machine" '
		(has("somaxconn") or has("seconds") or has("suspects")) | not' -f "$scratch/ss"
	jq -e '.counters == [] and (.listeners[0] | .["local.port"] == 7100 and .queue == 4 and
		.limit == 3 and .trouble[0] == "full" and (has("unaccepted") | not)) and
		([.listeners[] | has("limited_by")] | any | not)' "$scratch/look" >/dev/null ||
		wrong "from ss" "$(cat "$scratch/look")"
	[ -s "$scratch/netstat" ] || return 0
	holds "netstat has queues, and no limits" '([.listeners[] | has("limit")] | any | not) and
		([.listeners[] | has("queue")] | all) and
		([.listeners[] | .["local.port"] == 7100 and .queue == 4] | any)' -f "$scratch/netstat"
	same "which is said" \
		"tcpcensus: how full the queues of listeners are is not known: capture does not give their limits" \
		"$(cat "$scratch/notes")"
	same "a pipe" "$(tcpcensus listeners -f "$scratch/ss")" "$(tcpcensus listeners -f - <"$scratch/ss")"
}

listeners_as_nobody() {
	as_nobody tcpcensus listeners -j >"$scratch/look" 2>"$scratch/notes"
	jq -e '.suspects[0]["local.port"] == 7100 and .listeners[0].queue == 4' "$scratch/look" \
		>/dev/null || wrong "nobody sees it all" "$(cat "$scratch/look" "$scratch/notes")"
}

listeners_syn_recv() {
	local count
	count=$(ss -tanH state syn-recv | wc -l)
	[ "$count" -gt 0 ] || wrong "there is none"
	holds "all are behind their listeners" \
		"([.listeners[].states.SYN_RECV] | add) == $count and
		 ([.listeners[].states.ESTABLISHED] | add) == 0" -i 0
}

half_open() {
	holds "five of five, and who comes gets a cookie" '.listeners[0] | .["local.port"] == 7500 and
		.states.SYN_RECV == 5 and .queue == 0 and .limit == 4 and
		.trouble[:2] == ["syn_overflows", "syn_full"]'
	jq -e '(.counters[] | select(.name == "TCPReqQFullDoCookies") | .rise > 0) and
		.suspects[0]["local.port"] == 7500 and .suspects[0].trouble == ["syn_overflows"]' \
		"$scratch/look" >/dev/null || wrong "it is the suspect" "$(cat "$scratch/look")"
}

listeners_queue_full() {
	local expression='.total == 2 and ([.listeners[] | .queue == 1 and .limit == 0 and
		.states.ESTABLISHED == 1 and .unaccepted == 1 and .trouble == ["full", "half_full"]] | all)
		and ([.listeners[].family] | sort) == ["inet", "inet6"]'
	holds "both" "$expression" -i 0
	unshare -n tcpcensus listeners -i 0 -j -N "$LAB_NETNS" >"$scratch/look"
	jq -e "$expression" "$scratch/look" >/dev/null || wrong "by -N" "$(cat "$scratch/look")"
	# Their clients ask again after a second or more, so one of a few looks finds them refused.
	for _ in 1 2 3 4 5; do
		look -i 3s >"$scratch/look"
		jq -e '.suspects | length == 2' "$scratch/look" >/dev/null && return
	done
	wrong "two suspects" "$(cat "$scratch/look")"
}
