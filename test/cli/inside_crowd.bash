# SPDX-License-Identifier: MIT
# Parts of crowd.bats that run inside a herd; read by inside.bash.

crowd_counts() {
	local family
	census_of_family "$HERD_COUNTS"
	census_of_family "$HERD_COUNTS_4" -4
	census_of_family "$HERD_COUNTS_6" -6
	gathered_as_expected
	for family in '' -4 -6; do
		agree "ss -tan $family" "grep . <'$scratch/expected$family' | sort" "ss_counts $family"
	done
	[ "$(ss -tanH | wc -l)" -ge 20000 ] || wrong "20,000 sockets"
}

our_groups() { # KEYS [OPTION...]
	tcpcensus by "$1" -n 0 -o csv "${@:2}" 2>/dev/null | sed 1d | sort
}

# The groups of ss: an awk expression over state, local and remote of ss_sockets.
ss_groups() { # EXPRESSION [-4]
	ss_sockets "${@:2}" | awk -F, '
		function addr(text) { sub(/:[^:]*$/, "", text); gsub(/[][]/, "", text); return text }
		function port(text) { sub(/.*:/, "", text); return text == "*" ? 0 : text }
		function net16(text,    part) { if (text == "0.0.0.0") return "*"; split(text, part, "."); return part[1] "." part[2] ".0.0/16" }
		{ state = $1; local = $4; remote = $5; count['"$1"']++ }
		END { for (group in count) print group "," count[group] }' | sort
}

crowd_groups() {
	for source in "${sources[@]}"; do
		same "by remote.addr, $source" "$(ss_groups 'addr(remote)')" \
			"$(our_groups remote.addr --source $source)"
		same "by local.port, $source" "$(ss_groups 'port(local)')" \
			"$(our_groups local.port --source $source)"
		same "by state,remote.net/16, $source" \
			"$(ss_groups 'state "," net16(addr(remote))' -4)" \
			"$(our_groups state,remote.net/16 --source $source -4)"
	done
	same "by state" "$(ss_groups state)" "$(our_groups state)"
	same "by state,remote.port" "$(ss_groups 'state "," port(remote)')" \
		"$(our_groups state,remote.port)"
}

crowd_top() {
	local total all
	total=$(ss -tanH | wc -l)
	all=$(our_groups remote.addr | wc -l)
	for top in 0 1 5 20 "$all" $((all + 1)); do
		tcpcensus by remote.addr -n "$top" -j | jq -e --argjson total "$total" \
			--argjson all "$all" --argjson top "$top" '
			(if $top == 0 or $top > $all then $all else $top end) as $rows |
			.total == $total and
			([.groups[].count] | add) + .other.count == $total and
			(.groups | length) == $rows and
			.other.groups == $all - $rows and
			([.groups[].count] | . == (sort | reverse))' >/dev/null ||
			wrong "by remote.addr -n $top"
	done
	# The same rows as people see them.
	tcpcensus by remote.addr -n 7 | awk -v total="$total" '
		NR > 1 && $1 != "total" { sum += $(NF - 1) }
		$1 == "total" { if ($2 == total && sum == total) found = 1 }
		END { exit !(found && NR == 10) }' || wrong "the table of by remote.addr -n 7"
	tcpcensus list -n 3 -j | jq -e --argjson total "$total" '.total == $total and
		(.sockets | length) == 3 and .other.count == $total - 3' >/dev/null || wrong "list -n 3"
}

crowd_list() {
	agree "list" ss_sockets our_sockets
	agree "list --source proc" "ss_sockets | for_proc" "our_sockets --source proc | for_proc"
	[[ ${sources[*]} != *bpf* ]] || lists_by_bpf
	same "one object a socket" "$(ss -tanH | wc -l)" \
		"$(tcpcensus list -o ndjson | jq -c 'select(.state and ."local.addr")' | wc -l)"
	same "each once" "" "$(tcpcensus list -o csv -c cookie,netns.id | sort | uniq -d)"
	same "-s -remote.port,local.port orders" "" "$(tcpcensus list -n 0 -o csv \
		-s -remote.port,local.port -c remote.port,local.port | awk -F, 'NR > 2 && \
		($1 > port || ($1 == port && $2 < other)) { print NR ": " $0 }
		{ port = $1 + 0; other = $2 + 0 }')"
}

crowd_memory() {
	local kib
	for command in tcpcensus "${sources[@]/#/tcpcensus --source }" 'tcpcensus by state' \
		"${sources[@]/#/tcpcensus by remote.addr --source }" 'tcpcensus list -o ndjson'; do
		kib=$(measure -r 1 -- "$command" 2>/dev/null | cut -f3)
		echo "$command: $kib KiB"
		[ -n "$kib" ] && [ "$kib" -lt 10240 ] || wrong "$command took ${kib:-?} KiB"
	done
}

# The one that writes may be a thread of the source. Chance decides where it is when the reader
# goes: without the sanitizers it is tried more often, since they take three times as long.
crowd_readers() {
	local list='list -c state,local,remote -n 0 -o ndjson --source' status tries=12
	! is_sanitized || tries=4
	for source in "${sources[@]}"; do
		for ((i = 0; i < tries; i++)); do
			env --default-signal=PIPE tcpcensus $list "$source" 2>/dev/null |
				head -1 >/dev/null
			same "$source: exit status" 141 "${PIPESTATUS[0]}"
		done
		status=0
		tcpcensus $list "$source" >&- 2>"$scratch/notes" || status=$?
		same "$source, no output: exit status" 3 "$status"
		same "$source, no output" "tcpcensus: cannot write the output: Bad file descriptor" \
			"$(cat "$scratch/notes")"
	done
}

# A large count makes two dumps at once, if there is a descriptor for each.
crowd_descriptors() {
	local all few
	all=$(tcpcensus --source netlink -o csv)
	few=$(
		for fd in {3..60}; do eval "exec $fd>&-"; done
		ulimit -n 4
		exec tcpcensus --source netlink -o csv
	)
	same "by one descriptor" "$all" "$few"
}
