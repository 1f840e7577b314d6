# SPDX-License-Identifier: MIT
# Parts of gives_up.bats that run in the laboratory; read by inside.bash.

# The program whose walks all give up 3 chains.
gives_up() {
	"$build/test/tools/gives_up" "$@"
}

too_fast='3 of [0-9]+ chains of sockets could not be followed: they changed too fast'

# Incomplete numbers are told with their reason; with none, the reason alone.
given_up_census() {
	local form
	for form in table json ndjson csv; do
		gives_up --source bpf -o $form >"$scratch/out" 2>"$scratch/notes"
		same "-o $form: exit status" 3 $?
		same "-o $form: no numbers" "" "$(cat "$scratch/out")"
		same "-o $form: one line" 1 "$(grep -cxE "tcpcensus: $too_fast" "$scratch/notes")"
		gives_up -o $form >"$scratch/out" 2>"$scratch/notes"
		same "auto -o $form: exit status" 0 $?
		same "auto -o $form: nothing to note" "" "$(cat "$scratch/notes")"
	done
	gives_up -j >"$scratch/out"
	jq -e --arg why "^$too_fast\$" '.states.ESTABLISHED == 5 and .states.LISTEN == 2 and
		.total == 7 and .source.name == "netlink" and .source.complete and
		([.source.refused[].name] == ["bpf"]) and (.source.refused[0].why | test($why))' \
		"$scratch/out" >/dev/null || wrong "netlink counts, and bpf is refused" "$(cat "$scratch/out")"
	gives_up -v >/dev/null 2>"$scratch/notes"
	grep -qxE "tcpcensus: source bpf was not used: $too_fast" "$scratch/notes" ||
		wrong "-v says why" "$(cat "$scratch/notes")"
}

incomplete_json() { # NAME SOCKETS-EXPRESSION, the JSON on standard input
	jq -se --arg why "^$too_fast\$" "last | $2 and .source.name == \"bpf\" and
		.source.complete == false and .source.numbers == \"at_least\" and (.source.why | test(\$why)) and
		.source.refused == []" >/dev/null || wrong "$1 says that it is incomplete"
}

given_up_forms() {
	local source command
	for source in bpf auto; do
		for command in 'by state' 'list -n 0 -c state,local'; do
			COLUMNS=1000 gives_up $command --source $source >"$scratch/out" 2>"$scratch/notes" ||
				wrong "$command: exit status $?"
			grep -qxE "incomplete, so the numbers may be too small: $too_fast" "$scratch/out" ||
				wrong "$command, a table" "$(cat "$scratch/out")"
			gives_up $command --source $source -j 2>"$scratch/notes" |
				incomplete_json "$command -j" '.total == 7'
			gives_up $command --source $source -o ndjson 2>"$scratch/notes" |
				incomplete_json "$command -o ndjson" '.total == 7'
			gives_up $command --source $source -o csv >"$scratch/out" 2>"$scratch/notes"
			grep -qE "^\(incomplete: $too_fast\),+$" "$scratch/out" ||
				wrong "$command -o csv" "$(cat "$scratch/out")"
			same "$command -o csv: one note" 1 \
				"$(grep -cxE "tcpcensus: incomplete, so the numbers may be too small: $too_fast" "$scratch/notes")"
		done
	done
	# The other tables are read all the same, and what was seen is shown.
	same "by state" "ESTABLISHED,5
LISTEN,2" "$(gives_up by state --source bpf -o csv 2>/dev/null | sed '1d; /incomplete/d' | sort)"
	# Where connections are not asked for, none were lost.
	gives_up by state --source bpf -j state listening | jq -e '.total == 2 and
		.source.complete' >/dev/null || wrong "listeners alone are complete"
}

given_up_nothing() {
	gives_up by remote.addr -j >"$scratch/out" 2>"$scratch/notes" || wrong "exit status $?"
	jq -e '.total == 0 and .source.name == "netlink" and .source.complete and
		[.source.refused[].name] == ["bpf"]' "$scratch/out" >/dev/null ||
		wrong "netlink answers" "$(cat "$scratch/out")"
	gives_up by remote.addr --source bpf >"$scratch/out" 2>"$scratch/notes"
	same "--source bpf: exit status" 3 $?
	grep -qxE "tcpcensus: $too_fast" "$scratch/notes" || wrong "why" "$(cat "$scratch/notes")"
}

# However many namespaces it failed in, a source is refused once.
given_up_everywhere() {
	gives_up -N all -j >"$scratch/out" 2>"$scratch/notes" || wrong "exit status $?"
	jq -e '.source.name == "netlink" and .source.netns.count >= 2 and
		((.source.why // "") | test("chains") | not) and
		[.source.refused[].name] == ["bpf"] and .states.LISTEN >= 2' "$scratch/out" \
		>/dev/null || wrong "a census" "$(cat "$scratch/out" "$scratch/notes")"
	gives_up by netns.id,state -N all -j >"$scratch/out" 2>"$scratch/notes" ||
		wrong "exit status $?"
	jq -e '.source.name == "bpf" and .source.complete == false and .source.refused == [] and
		.total >= 7' "$scratch/out" >/dev/null ||
		wrong "groups" "$(cat "$scratch/out" "$scratch/notes")"
	gives_up -N all --source bpf >"$scratch/out" 2>"$scratch/notes"
	same "--source bpf: exit status" 3 $?
	grep -qxE "tcpcensus: in the network namespace [^ ]+: $too_fast" "$scratch/notes" ||
		wrong "where it failed, and why" "$(cat "$scratch/notes")"
}

# The translations are found beside the program.
given_up_in_french() {
	cp "$build/test/tools/gives_up" "$scratch/gives_up"
	ln -s "$build/po" "$scratch/po"
	LC_ALL=fr_FR.UTF-8 COLUMNS=1000 "$scratch/gives_up" by state --source bpf >"$scratch/out" 2>&1
	grep -qxE "incomplet, les nombres peuvent donc être trop petits : 3 chaînes de sockets sur [0-9]+ n'ont pu être suivies : elles ont changé trop vite" \
		"$scratch/out" || wrong "the reason in French" "$(cat "$scratch/out")"
}

long_chains() {
	same "chains" 4 "$(cat /proc/sys/net/ipv4/tcp_ehash_entries)"
	for command in '--source bpf' 'by state --source bpf' 'list -c local --source bpf' \
		'' 'by state' 'by remote.addr' 'list -c local'; do
		tcpcensus $command -j >"$scratch/out" 2>"$scratch/notes"
		jq -e '.source.complete and .total == 7010' "$scratch/out" >/dev/null ||
			wrong "tcpcensus $command" "$(cat "$scratch/out" "$scratch/notes")"
	done
	for source in bpf netlink; do
		tcpcensus by state,local,remote -n 0 -o csv --source $source | sort >"$scratch/$source"
	done
	cmp "$scratch/bpf" "$scratch/netlink" || wrong "both ends of each"
}

refused_reads() {
	local words
	for words in '' 'by state,local,remote -n 0' 'list -n 0 -c state,local,remote'; do
		tcpcensus $words --source bpf -o csv | sort >"$scratch/out"
		"$build/test/tools/refused" $words --source bpf -v -o csv 2>"$scratch/notes" | sort |
			diff "$scratch/out" - || wrong "refused $words finds the same"
		grep -q 'lets eBPF read by calls alone' "$scratch/notes" ||
			wrong "refused $words tells how" "$(cat "$scratch/notes")"
	done
}

without_proc() {
	unshare -m sh -c 'mount -t tmpfs none /proc && tcpcensus list -n 0 -o ndjson --source bpf \
		-c state,netns.id state connected' >"$scratch/out" 2>"$scratch/notes"
	grep -q ESTABLISHED "$scratch/out" || wrong "they are read" "$(cat "$scratch/notes")"
	! grep netns "$scratch/out" || wrong "the namespace is not"
}

# The program whose runs in the kernel fail from one of them on.
works_for() { # RUNS ARGUMENT...
	RUNS_THAT_WORK=$1 "$build/test/tools/fails_on_the_way" "${@:2}"
}

# Whichever run is the first to fail: it is another source that lists all, or told that it is not all.
failing_runs() { # SOCKETS
	local not_all='an eBPF program that reads sockets could not be run to its end: .+'
	local columns='-n 0 -c state,local,remote' runs=0 others=0 parts=0 seen=() source
	while [[ "${seen[*]}" != *whole* ]] && [ $((runs += 1)) -lt 100 ]; do
		works_for $runs list $columns -j >"$scratch/out" 2>"$scratch/notes" || wrong "exit status $?"
		seen+=("$(jq -r --arg why "^$not_all\$" --argjson all "$1" 'if .source.name == "netlink" then
				select(.source.complete and .total == $all and
					[.source.refused[].name] == ["bpf"]) | "other"
			elif .source.complete then select(.total == $all) | "whole"
			else select(.total > 0 and .total < $all and .source.numbers == "at_least" and
				(.source.why | test($why)) and .source.refused == []) | "part:\(.total)" end' \
			"$scratch/out")")
		[ -n "${seen[-1]}" ] || wrong "what $runs runs told" "$(tail -c 600 "$scratch/out" "$scratch/notes")"
		[[ "${seen[*]}" = *part* ]] || others=$runs
		[[ "${seen[-1]}" != part* ]] || parts=$runs
	done
	[[ "${seen[*]}" = other*part*whole ]] || wrong "all three came about" "${seen[*]}"
	works_for "$others" list $columns --source bpf >"$scratch/out" 2>"$scratch/notes"
	same "nothing was handed over: exit status" 3 $?
	same "nothing was handed over: output" "" "$(cat "$scratch/out")"
	for source in auto bpf; do
		works_for "$parts" list $columns -o ndjson --source $source >"$scratch/out" 2>"$scratch/notes" ||
			wrong "NDJSON: exit status $?"
		tail -1 "$scratch/out" | jq -e --arg why "^$not_all\$" '.schema and
			.source.complete == false and (.source.why | test($why))' >/dev/null ||
			wrong "NDJSON has a trailer" "$(tail -1 "$scratch/out")"
		works_for "$parts" list $columns -o csv --source $source >"$scratch/out" 2>"$scratch/notes" ||
			wrong "CSV: exit status $?"
		grep -qE "^\(incomplete: $not_all\),+$" "$scratch/out" || wrong "CSV tells it"
		works_for "$parts" by remote.addr --source $source >"$scratch/out" 2>"$scratch/notes" ||
			wrong "by: exit status $?"
		grep -q '^total' "$scratch/out" && grep -q 'incomplete' "$scratch/out" ||
			wrong "by shows what came" "$(cat "$scratch/out" "$scratch/notes")"
	done
}
