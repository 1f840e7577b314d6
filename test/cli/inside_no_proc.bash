# SPDX-License-Identifier: MIT
# Parts of no_proc.bats that run in the laboratory; read by inside.bash.

no_proc='/proc is not mounted here, or is hidden: mount -t proc proc /proc'

# Sets `status`; what was said is in the files out and notes.
hidden_proc() { # ARGUMENT...
	unshare -m sh -c 'mount -t tmpfs none /proc && exec tcpcensus "$@"' - "$@" \
		>"$scratch/out" 2>"$scratch/notes"
	status=$?
}

no_proc_range() {
	local words
	for words in 'by state autobound' 'list not autobound' ports; do
		hidden_proc $words
		same "$words: exit status" 3 "$status"
		same "$words: nothing is counted" "" "$(cat "$scratch/out")"
		grep -qE "ip_local_(port_range|reserved_ports)( could not be read)?: $no_proc\$" \
			"$scratch/notes" || wrong "$words: why" "$(cat "$scratch/notes")"
	done
	# Of another machine its default is all that is known.
	ss -tan >"$scratch/listing"
	hidden_proc by state autobound -f "$scratch/listing"
	same "a listing: exit status" 0 "$status"
}

# A /proc that has processes and nothing else.
only_processes() {
	local words
	for words in 'by state autobound' ports; do
		unshare -m sh -c 'mount -t proc -o subset=pid none /proc && exec tcpcensus "$@"' - $words \
			>"$scratch/out" 2>"$scratch/notes"
		same "$words: exit status" 3 "$?"
		grep -q "ip_local_.*/proc is mounted here without /proc/sys (subset=pid; " \
			"$scratch/notes" || wrong "$words: why" "$(cat "$scratch/notes")"
	done
}

# Which cannot be judged: what is guessed is said to be a guess, by whatever command.
no_proc_filters() {
	local words
	for words in 'process = tc-lab:at_least' 'unit = x:at_least' 'process != tc-lab:at_most' \
		'netns = init:at_least' 'netns = nosuch:at_least' 'netns != init:at_most'; do
		for command in '' 'by state' list 'listeners -i 0'; do
			hidden_proc $command -j ${words%:*}
			same "$command $words: exit status" 0 "$status"
			same "$command $words" "false ${words#*:}" \
				"$(jq -r '.source | "\(.complete) \(.numbers)"' "$scratch/out")"
			grep -q "$no_proc\$" "$scratch/notes" || wrong "$command $words: why"
		done
	done
	hidden_proc by process
	! grep 'incomplete' "$scratch/out" || wrong "nothing is filtered"
}

# With a name of none of them; and without eBPF, without knowing one.
no_proc_owners() {
	local hide
	hidden_proc by process -v
	same "exit status" 0 "$status"
	grep -q "$no_proc" "$scratch/notes" || wrong "it is said" "$(cat "$scratch/notes")"
	"$build/test/tools/denied" bpf=EPERM true || return
	for words in 'by process -v' 'listeners -i 0 -v'; do
		unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' - \
			"$build/test/tools/denied" bpf=EPERM tcpcensus $words >"$scratch/out" 2>"$scratch/notes"
		same "$words: exit status" 0 $?
		grep -q "not found: they may not be looked into ($no_proc)" "$scratch/notes" ||
			wrong "$words: why" "$(cat "$scratch/notes")"
		! grep -E 'in spite of|read through proc' "$scratch/notes" || wrong "$words: not true"
	done
}

# What it would tell by itself: which namespaces, groups and processes there are.
no_proc_names() {
	local -a words
	local line
	for line in '-N init' '-N 1' '-N all' 'by state cgroup = /'; do
		read -ra words <<<"$line"
		hidden_proc "${words[@]}"
		same "$line: exit status" 3 "$status"
		grep -q "cannot be looked for: $no_proc\$" "$scratch/notes" ||
			wrong "$line: why" "$(cat "$scratch/notes")"
	done
	hidden_proc by state pid = 1
	! grep 'there is no process' "$scratch/notes" || wrong "a process is said not to be there"
	hidden_proc by netns
	grep -qx "tcpcensus: netns was not read: $no_proc" "$scratch/notes" ||
		wrong "by netns: why" "$(cat "$scratch/notes")"
	hidden_proc listeners -i 0
	grep -q "$no_proc\$" "$scratch/notes" || wrong "listeners: why" "$(cat "$scratch/notes")"
}
