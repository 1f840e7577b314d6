# SPDX-License-Identifier: MIT
# Parts of bad_input.bats that run in the laboratory; read by inside.bash.

looks_from_outside() {
	local expected
	expected=$(sorted <<<"$LAB_EXPECT")
	# From a namespace without any socket, by a path, as -N takes it.
	unshare -n tcpcensus -j >"$scratch/none"
	same "another namespace" 0 "$(jq .total "$scratch/none")"
	for source in "${sources[@]}"; do
		same "-N by $source" "$expected" "$(unshare -n tcpcensus -N "$LAB_NETNS" \
			--source $source -o csv 2>/dev/null | sed '1d; s/,/=/; /=0$/d' | sort)"
	done
	same "list -N" "$(our_sockets)" "$(unshare -n bash -c "tcpcensus list -n 0 -o csv \
		-c state,recv_q,send_q,local,remote -N '$LAB_NETNS'" | sed '1d; s/,1$//' | sort)"
}

as_nobody_counts() {
	for source in netlink auto; do
		as_nobody tcpcensus --source $source -o csv >"$scratch/out" 2>"$scratch/err" ||
			wrong "as nobody: exit status $?"
		same "as nobody, $source" "$(sorted <<<"$LAB_EXPECT")" \
			"$(sed '1d; s/,/=/; /=0$/d' "$scratch/out" | sort)"
		same "nothing to say as nobody" "" "$(cat "$scratch/err")"
	done
	as_nobody tcpcensus by state --source proc -o csv >"$scratch/out" 2>"$scratch/err"
	same "as nobody, proc" "$(sorted <<<"$LAB_EXPECT" | grep -v "^BOUND=")" \
		"$(sed '1d; s/,/=/' "$scratch/out" | sort)"
	as_nobody tcpcensus list -n 0 -o ndjson >"$scratch/out" 2>"$scratch/err"
	[ "$(wc -l <"$scratch/err")" -le 1 ] || wrong "more than one line of notes" "$(cat "$scratch/err")"
	same "no mark is invented" 0 "$(jq -s '[.[] | select(has("mark"))] | length' "$scratch/out")"
}

nothing_there() {
	local commands=("${sources[@]/#/--source }")
	for command in '' list 'by state' 'by remote.addr,service' \
		"${commands[@]/%/ exclude bound}"; do
		for form in table json ndjson csv; do
			tcpcensus $command -o $form >"$scratch/out" 2>"$scratch/err" ||
				wrong "$command -o $form: exit status $?"
			[ ! -s "$scratch/err" ] || wrong "$command -o $form complains" "$(cat "$scratch/err")"
		done
	done
	tcpcensus -j | jq -e '.total == 0 and .in_use == 0 and .source.complete and
		(.states | length) == 13' >/dev/null || wrong "census -j"
	tcpcensus list -j | jq -e '.sockets == [] and .total == 0' >/dev/null || wrong "list -j"
	same "list -o ndjson" "" "$(tcpcensus list -o ndjson)"
	tcpcensus by state -j | jq -e '.groups == [] and .total == 0 and
		.other == {"groups": 0, "count": 0}' >/dev/null || wrong "by state -j"
}

no_proc() {
	cat >"$scratch/look" <<-'END'
		mount -t tmpfs none /proc || exit 77
		tcpcensus -o csv state established | grep ESTABLISHED
		tcpcensus list -n 0 -o ndjson | wc -l
		tcpcensus by direction -o csv | sed 1d
		tcpcensus --source proc
		echo "exit status $?"
		tcpcensus explain TIME_WAIT >/dev/null
		echo "exit status $?"
	END
	unshare -m bash "$scratch/look" >"$scratch/out" 2>"$scratch/err" || true
	same "without /proc" "ESTABLISHED,3
3
out,3
exit status 3
exit status 0" "$(cat "$scratch/out")"
	same "what proc says" "tcpcensus: cannot read /proc/thread-self/net/tcp: No such file or directory" \
		"$(cat "$scratch/err")"
}

# Columns that each source has; jq says nothing of no input.
interrupted_list() {
	local source
	for source in "${sources[@]}"; do
		"$here/interrupt.py" INT tcpcensus list -n 0 -o ndjson -c state,local,remote \
			--source "$source" 2>/dev/null | tail -1 >"$scratch/last"
		[ -s "$scratch/last" ] && jq -e --arg source "$source" '.source.complete == false and
			(.source.why | contains("interrupted")) and .source.name == $source' \
			"$scratch/last" >/dev/null || wrong "$source is named" "$(cat "$scratch/last")"
	done
}
