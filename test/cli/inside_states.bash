# SPDX-License-Identifier: MIT
# The part of states.bats that runs in the laboratory; read by inside.bash.
#
# A process for each look, and one awk for all that is compared: every scenario is looked at from
# both of its ends, and a fork costs more here than what is looked at.

# What both of netlink and /proc read of a socket, and what eBPF has of it.
by_proc=local,remote,family,kind,timer,retrans,uid,inode,netns.id,expires
by_bpf=state,family,kind,local,remote,iface,netns.id

# A list into a file, which has a heading at least.
list_into() { # FILE COLUMNS [OPTION...]
	tcpcensus list -n 0 -o csv -c "$2" "${@:3}" >"$scratch/$1" 2>/dev/null
	[ -s "$scratch/$1" ] || wrong "no list: ${*:3}"
}

# What is compared with each other is looked at one after the other.
make_lists() {
	local as_ss=state,recv_q,send_q,local,remote family
	ss -tanH -4 >"$scratch/ss-4"
	list_into proc-4 "$as_ss" --source proc -4
	list_into auto "$as_ss"
	ss -tanH >"$scratch/ss"
	list_into proc "$as_ss,${by_proc#*,*,}" --source proc
	list_into netlink "$by_bpf,timer,retrans,uid,inode,expires" --source netlink
	if [[ ${sources[*]} = *bpf* ]]; then
		list_into bpf "$by_bpf" --source bpf
		list_into bpf-4 "$by_bpf" --source bpf -4
		list_into netlink-4 "$by_bpf" --source netlink -4
		list_into bpf-6 "$by_bpf" --source bpf -6
		# With what it says of them below: of timers, and of who has them.
		tcpcensus --source netlink >"$scratch/verdicts-netlink" 2>&1
		tcpcensus --source bpf >"$scratch/verdicts-bpf" 2>&1
	fi
	list_into netlink-6 "$by_bpf,recv_q,send_q" --source netlink -6
	ss -tanH -6 >"$scratch/ss-6"
}

compare_lists() {
	local as_ss=state,recv_q,send_q,local,remote
	local ends=state,local,remote family words=()
	for family in '' -4 -6; do
		words+=(what="ss -tan $family" side=1 as=counts "$scratch/expected$family"
			side=-1 as=ss cells=state "$scratch/ss$family")
	done
	words+=(cells=$as_ss
		what=list side=1 as=ss "$scratch/ss" side=-1 as=csv "$scratch/auto"
		what="list -6" side=1 as=ss "$scratch/ss-6" side=-1 as=csv "$scratch/netlink-6"
		what="list --source proc" side=1 as=ss "$scratch/ss" side=-1 as=csv "$scratch/proc"
		what="list -4 --source proc" side=1 as=ss "$scratch/ss-4" side=-1 as=csv "$scratch/proc-4"
		what="netlink and /proc" cells=$by_proc as=csv
		side=1 "$scratch/netlink" side=-1 "$scratch/proc")
	if [[ ${sources[*]} = *bpf* ]]; then
		words+=(what="list --source bpf" cells=$ends
			side=1 as=ss "$scratch/ss" side=-1 as=csv "$scratch/bpf" cells=$by_bpf)
		for family in '' -4 -6; do
			words+=(what="netlink and bpf $family"
				side=1 "$scratch/netlink$family" side=-1 "$scratch/bpf$family")
		done
		words+=(what="the census and its verdicts" as=lines
			side=1 "$scratch/verdicts-netlink" side=-1 "$scratch/verdicts-bpf")
	fi
	awk -f "$here/compare_lists.awk" "${words[@]}"
}

# They agree, at the latest at the third look: handshakes and timers go on meanwhile.
lists_agree() {
	local differences
	for _ in 1 2 3; do
		make_lists
		! differences=$(compare_lists 2>&1) || return 0
	done
	wrong "- expected, + found" "$differences"
}

# proc cannot see BOUND: said once, and never shown as 0.
bound_is_unknown_to_proc() {
	local notes table
	tcpcensus --source proc >"$scratch/table" 2>"$scratch/notes"
	notes=$(<"$scratch/notes") table=$(<"$scratch/table")
	[[ $notes = 'tcpcensus: BOUND was not read: proc does not list it; netlink does, since Linux 6.8' ]] ||
		wrong "one note about BOUND on stderr" "$notes"
	[[ $'\n'$table =~ $'\n'BOUND\ +\?\  ]] || wrong "BOUND is ? in the table"
}

saved_listings() { # EXPECTED
	local expected=$1 command
	for command in 'ss -tan' 'ss -tanoem' 'netstat -tan' 'netstat -tanpeo' 'ss -tanO -e' \
		'cat /proc/net/tcp /proc/net/tcp6'; do
		$command >"$scratch/listing" 2>/dev/null
		if [ -n "$expected" ]; then
			gather "$command" -f "$scratch/listing"
			expect "$command" "$expected"
		else
			tcpcensus -f "$scratch/listing" >/dev/null 2>&1
			same "$command without sockets is nothing to count" 3 $?
		fi
	done
}

states() {
	local counts
	census_of_family "$LAB_EXPECT"
	census_of_family "$LAB_EXPECT_4" -4
	census_of_family "$LAB_EXPECT_6" -6
	count_without_bound "$LAB_EXPECT"
	saved_listings "$counts"
	gathered_as_expected
	bound_is_unknown_to_proc
	lists_agree
}
