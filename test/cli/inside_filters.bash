# SPDX-License-Identifier: MIT
# Parts of filters.bats and direction.bats that run in the laboratory; read by inside.bash.

# Under the sanitizers a fixed part: the same code runs for each, and without them for all.
filters_as_ss() {
	local every=1
	! is_sanitized || every=11
	sh "$here/filter_expressions.sh" | "$here/compare_filters.py" $every "${sources[@]}" || failed=1
}

filters_of_census() {
	local state name
	for pair in $LAB_EXPECT; do
		state=${pair%=*} name=${pair#*=}
		same "census state $state" "$pair" "$(tcpcensus -o csv state "$state" 2>/dev/null |
			sed '1d; s/,/=/' | grep -v '=0$')"
		same "list state $state" "$name" "$(tcpcensus list -n 0 -o ndjson state "$state" | wc -l)"
	done
	same "by state names BOUND only where asked" "" "$(tcpcensus by state -o csv | grep BOUND)"
	same "by state state all exclude bound" "$(ss_counts | sed 's/=/,/')" \
		"$(tcpcensus by state -o csv | sed 1d | sort)"
	same "-4 -6 together are both" "$(ss -tanH | wc -l)" \
		"$(tcpcensus list -n 0 -4 -6 -o ndjson | wc -l)"
}

direction() {
	for source in "${sources[@]}"; do
		same "by direction,service, $source" "in,0.0.0.0:22,1
in,0.0.0.0:8080,4
in,127.0.0.2:22,1
in,[::]:8443,4
listen,0.0.0.0:22,1
listen,0.0.0.0:8080,1
listen,127.0.0.1:22,1
listen,127.0.0.2:22,1
listen,[::]:8443,1
out,,9" "$(our_groups direction,service --source $source)"
	done
	same "the server that closed first" "in,0.0.0.0:8080,1" \
		"$(our_groups direction,service state time-wait)"
	# A filter or a family hides sockets from the answer, not listeners from the judgement.
	same "IPv4 clients of an IPv6 listener" "in,[::]:8443,2" \
		"$(our_groups direction,service -6 sport = 8443 and src 127.0.0.1 state established)"
	same "from a listing" "$(our_groups direction,service)" \
		"$(ss -tan | our_groups direction,service -f -)"
}

service() {
	same "list" "in,127.0.0.2:22,127.0.0.2:22,127.0.0.1:8081
in,127.0.0.3:22,0.0.0.0:22," "$(tcpcensus list -n 0 -o csv -c direction,local,service,remote \
		state established sport = 22 | sed '1d; s/,1$//' | sort |
		sed '2s/127.0.0.1:[0-9]*$//')"
	# A client whose own port looks like a server's.
	same "a client on port 8081" "out,127.0.0.1:8081,,127.0.0.2:22" "$(tcpcensus list -o csv \
		-c direction,local,service,remote sport = 8081 | sed '1d; s/,1$//')"
}

direction_inbound() { # STATE
	same "direction of $1" in "$(tcpcensus list -n 0 -o csv -c direction -n 0 state "$1" \
		exclude listening | sed '1d; s/,1$//' | sort -u)"
	same "each has its own port's listener" "" "$(tcpcensus list -n 0 -o csv -c local,service \
		state "$1" | sed 1d | awk -F, '$1 != $2')"
}

direction_outbound() {
	same "direction" out \
		"$(tcpcensus list -n 0 -o csv -c direction | sed '1d; s/,1$//' | sort -u)"
	same "service" "" "$(tcpcensus list -n 0 -o csv -c service | sed '1d; s/,1$//' | sort -u)"
}

# The limits of listeners are not in /proc; those of connections, what was sent, are.
filtered_by_backlog() {
	local filter
	same "netlink knows them" "3 true" "$(tcpcensus by state -j --source netlink \
		state listening and send_q '>' 0 | jq -r '"\(.total) \(.source.complete)"')"
	for filter in "send_q > 0" "not send_q > 0"; do
		tcpcensus by state -j --source proc state listening and $filter |
			jq -e '(.source.complete | not) and (.source.why | contains("of 3 listeners"))' \
				>/dev/null || wrong "$filter is incomplete"
	done
	same "connections are judged" true \
		"$(tcpcensus by state -j --source proc state established and send_q '>' 0 |
			jq .source.complete)"
}
