# SPDX-License-Identifier: MIT
# What diagnose.bats runs in the laboratory.

# A diagnosis as JSON, and its exit status.
judged() { # STATUS JQ-EXPRESSION [OPTION...]
	local wanted=$1 expression=$2 status=0
	shift 2
	tcpcensus diagnose -j "$@" >"$scratch/look" 2>"$scratch/notes" || status=$?
	same "exit status of $*" "$wanted" "$status"
	jq -e "$expression" "$scratch/look" >/dev/null || wrong "$expression" "$(cat "$scratch/look")"
}

diagnose_queue_full() {
	judged 1 '.findings[0].id == "accept-overflow" and
		(.findings[0].evidence | any(contains(":9001"))) and
		(.findings[0] | [.causes, .confirm, .remedy, .avoid, .sources] | all(length > 0))' --instant
	# Only with two looks it is known that somebody was refused meanwhile.
	jq -e '.not_checked | any(.needs | contains("interval"))' "$scratch/look" >/dev/null ||
		wrong "an instant look has no interval" "$(cat "$scratch/look")"
	jq -e '.findings[] | select(.id == "accept-overflow") | .evidence | any(contains(
		"to see whether TcpExt ListenOverflows rose takes an interval (without --instant)"))' \
		"$scratch/look" >/dev/null || wrong "a half was not looked at" "$(cat "$scratch/look")"
	judged 1 '.findings | any(.id == "accept-overflow" and
		(.evidence | all(contains("Whether it is worse") | not)))' -i 1s
	jq -e '.not_checked | all(.needs | contains("interval") | not)' "$scratch/look" >/dev/null ||
		wrong "with two looks nothing needs an interval" "$(cat "$scratch/look")"
	judged 0 '.findings == []' --instant tw-active-close
	LC_ALL=C tcpcensus diagnose --instant >"$scratch/table"
	grep -qE '^[0-9]+ (critical|warnings?)' "$scratch/table" || wrong "the verdict is first" \
		"$(cat "$scratch/table")"
}

diagnose_time_wait() {
	judged 0 '.findings == [] and (.normal | any(.id == "tw-active-close"))' --instant \
		tw-active-close closing accept-overflow
}

diagnose_orphans() {
	judged 1 '.findings[0].id == "fin-wait2-orphan" and .normal == []' -i 10ms fin-wait2-orphan
}

diagnose_as_nobody() {
	as_nobody tcpcensus diagnose --instant -j >"$scratch/look" 2>"$scratch/notes"
	same "exit status" 1 $?
	jq -e '.findings[0].id == "accept-overflow"' "$scratch/look" >/dev/null ||
		wrong "nobody sees it" "$(cat "$scratch/look" "$scratch/notes")"
}

diagnose_everywhere() {
	tcpcensus diagnose -N all -i 100ms -j >"$scratch/look" 2>"$scratch/notes"
	[ $? -le 1 ] || wrong "it ends well" "$(cat "$scratch/notes")"
	jq -e '.source.netns.count >= 2 and (.not_checked | all(.id != "paws-nat"))' "$scratch/look" \
		>/dev/null || wrong "all of them" "$(cat "$scratch/look")"
}

# Every port is in TIME_WAIT: whether one may be taken over is not known to whoever may not ask.
diagnose_ports_waiting() {
	judged 1 '.findings[0].id == "port-exhaustion" and
		(.findings[0].evidence | any(contains("60 s: that is enough for 0.3/s, and no more")))' \
		port-exhaustion
	echo 1 >/proc/sys/net/ipv4/tcp_tw_reuse
	sleep 1.1 # tcp_tw_reuse_delay, and no event tells when it is over
	judged 0 '.findings == [] and .normal == [] and (.not_checked |
		any(.id == "port-exhaustion" and (.needs | contains("EADDRNOTAVAIL"))))' \
		--source netlink port-exhaustion
	judged 0 '.findings == [] and .normal == [] and (.not_checked | length == 2)' \
		--source netlink port-exhaustion tw-active-close
	[ -n "$(tcpcensus --source bpf 2>&1 >/dev/null)" ] || judged 0 '.not_checked == [] and
		.findings == [] and
		(.normal | any(.text | contains("20 ports in TIME_WAIT are in nobody'"'"'s way")))' \
		port-exhaustion tw-active-close
	as_nobody tcpcensus diagnose --instant -j port-exhaustion >"$scratch/look" 2>"$scratch/notes"
	jq -e '.not_checked | length == 1' "$scratch/look" >/dev/null ||
		wrong "nobody takes it for fine" "$(cat "$scratch/look")"
	tcpcensus --source netlink >"$scratch/table"
	grep -q '^? 20 TIME_WAIT' "$scratch/table" && grep -q 'diagnose port-exhaustion$' "$scratch/table" ||
		wrong "the census asks for a look" "$(cat "$scratch/table")"
}

# What a census ends with first, whoever looks and by whatever source.
census_ends_with() { # RULE WORDS
	local source
	for source in auto netlink proc; do
		tcpcensus --source "$source" >"$scratch/table"
		sed -n '/^in use/,$p' "$scratch/table" | sed 1d >"$scratch/last"
		grep -q "^! .*$2" "$scratch/last" && grep -q "diagnose $1\$" "$scratch/last" ||
			wrong "$1 by $source" "$(cat "$scratch/table")"
		! grep -q '^[-?].*normal' "$scratch/last" ||
			wrong "nothing is called normal by $source" "$(cat "$scratch/last")"
	done
}

# Whose they are no census sees in passing: what few peers share is not called a notice.
census_asks_what_diagnose_warns_of() { # RULE
	judged 1 ".findings[0].id == \"$1\" and .findings[0].severity == \"warning\""
	local source
	for source in "${sources[@]}"; do
		tcpcensus --source "$source" >"$scratch/table" 2>/dev/null
		grep -q '^? [0-9]* of [0-9]* SYN_RECV had their SYN+ACK sent again' "$scratch/table" ||
			wrong "not judged by $source" "$(cat "$scratch/table")"
	done
}

census_verdicts() {
	tcpcensus >"$scratch/table"
	grep -qx '  tcpcensus diagnose accept-overflow' "$scratch/table" && grep -q '^! A queue is full' "$scratch/table" ||
		wrong "below the table" "$(cat "$scratch/table")"
	tcpcensus --source proc >"$scratch/table"
	grep -q '^total ' "$scratch/table" || wrong "by /proc, too" "$(cat "$scratch/table")"
}
