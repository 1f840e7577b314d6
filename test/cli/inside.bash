# SPDX-License-Identifier: MIT
# inside.bash FUNCTION [ARGUMENT...]: the part of a test that runs in a network namespace of
# known sockets (tc-lab, herd). Prints every difference and ends with 1 where there was one.
set -u -o pipefail
. "${BASH_SOURCE[0]%/*}/helper.bash"
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0

find_sources # states.bats says why eBPF is not among them

wrong() { # WHAT [DETAIL]
	printf 'wrong: %s\n' "$1"
	[ -z "${2:-}" ] || printf '%s\n' "$2" | head -40
	failed=1
}

same() { # WHAT EXPECTED ACTUAL
	[ "$2" = "$3" ] || wrong "$1 (- expected, + found)" \
		"$(diff -u <(printf '%s\n' "$2") <(printf '%s\n' "$3") | tail -n +3)"
}

# The commands agree, at the latest at the third look: handshakes and timers go on meanwhile.
agree() { # WHAT EXPECTED-COMMAND ACTUAL-COMMAND
	local expected actual
	for _ in 1 2 3; do
		expected=$(eval "$2") actual=$(eval "$3")
		[ "$expected" != "$actual" ] || return 0
	done
	same "$1" "$expected" "$actual"
}

# "ESTABLISHED=3 LISTEN=1", one a line and sorted: the form in which counts are compared.
sorted() {
	tr ' ' '\n' | grep . | sort
}

# States of ss, as the kernel and netstat call them.
ss_names='BEGIN {
	n = split("ESTAB ESTABLISHED SYN-SENT SYN_SENT SYN-RECV SYN_RECV FIN-WAIT-1 FIN_WAIT1 " \
		"FIN-WAIT-2 FIN_WAIT2 TIME-WAIT TIME_WAIT UNCONN CLOSED CLOSE-WAIT CLOSE_WAIT " \
		"LAST-ACK LAST_ACK LISTEN LISTEN CLOSING CLOSING", pair, " ")
	for (i = 1; i < n; i += 2)
		name[pair[i]] = pair[i + 1]
}'

ss_counts() { # [-4|-6]
	ss -tanH "$@" | awk "$ss_names"'
		{ count[name[$1]]++ }
		END { for (state in count) print state "=" count[state] }' | sort
}

# The sockets of ss in the words of this program: "*" is the wildcard of both families, and a
# mapped address is the IPv4 address that it carries.
ss_sockets() { # [-4|-6]
	ss -tanH "$@" | awk "$ss_names"'
		function endpoint(text) {
			sub(/%[^:\]]*/, "", text)
			sub(/^\*:/, "[::]:", text)
			if (text ~ /^\[::ffff:[0-9.]*\]/) {
				sub(/^\[::ffff:/, "", text)
				sub(/\]/, "", text)
			}
			return text
		}
		{ print name[$1] "," $2 "," $3 "," endpoint($4) "," endpoint($5) }' | sort
}

our_sockets() { # [OPTION...]
	tcpcensus list -n 0 -o csv -c state,recv_q,send_q,local,remote "$@" 2>/dev/null |
		sed '1d; s/,1$//' | sort
}

# Every census and its JSON are gathered, and read by one jq: "LABEL: STATE=3", and what is
# wrong in them as lines of their own.
gather() { # LABEL [OPTION...]
	printf '"%s"\n' "$1" >>"$scratch/json"
	shift
	tcpcensus -j "$@" >>"$scratch/json" 2>/dev/null
}

gathered() {
	jq -rn '[inputs] | _nwise(2) | .[0] as $name | .[1] |
		(.source.states_not_read // []) as $blind |
		((.states | to_entries[] | select(.value > 0) | "\(.key)=\(.value)"),
		(select(.total != ([.states | del(.BOUND)[]] | add)) | "total is not the sum"),
		(select(.in_use != .states.ESTABLISHED) | "in_use is not ESTABLISHED"),
		(select(.source.complete | not) | "not complete"),
		(select((.states | length) + ($blind | length) != 13) | "states are missing"),
		($blind[] as $b | select(.states | has($b)) | "has \($b), which it did not read")) |
		"\($name): \(.)"' "$scratch/json" | sort
}

expect() { # LABEL WORDS: "STATE=3 STATE=1"
	local pair
	for pair in $2; do
		printf '%s: %s\n' "$1" "$pair"
	done >>"$scratch/expect"
}

gathered_as_expected() {
	same "counts" "$(grep = "$scratch/expect" | sort)" "$(gathered)"
}

# Sets `counts`: what ss and /proc tell of them.
count_without_bound() { # WORDS
	local pair
	counts=
	for pair in $1; do
		[[ $pair = BOUND=* ]] || counts+=${counts:+ }$pair
	done
}

# What ss has to count is in `expected`, `expected-4` or `expected-6` then.
census_of_family() { # WORDS [-4|-6]
	local family=${2:-} counts source
	count_without_bound "$1"
	printf '%s\n' $counts >"$scratch/expected$family"
	for source in auto "${sources[@]}"; do
		gather "$source $family" --source "$source" $family
		case $source in
		proc) expect "$source $family" "$counts" ;;
		*) expect "$source $family" "$1" ;;
		esac
	done
}

# What eBPF has of a socket.
ends_of_sockets() { # SOURCE [OPTION...]
	tcpcensus list -n 0 -o csv --source "$1" -c state,family,kind,local,remote,iface,netns.id \
		"${@:2}" 2>/dev/null | sed '1d; s/,1$//' | sort
}

lists_by_bpf() {
	agree "list --source bpf" "ss_sockets | cut -d, -f1,4,5 | sort" \
		"ends_of_sockets bpf | cut -d, -f1,4,5 | sort"
	for family in '' -4 -6; do
		agree "netlink and bpf $family" "ends_of_sockets netlink $family" \
			"ends_of_sockets bpf $family"
	done
	# With what it says of them below: of timers, and of who has them.
	agree "the census and its verdicts" "verdicts netlink" "verdicts bpf"
}

# But for ports: what bind(2) has taken, and what connect(2) may take over, only eBPF tells.
verdicts() { # SOURCE
	tcpcensus --source "$1" 2>&1 | sed '/ ports /,/: tcpcensus/d'
}

# The queues of listeners are not taken from /proc/net/tcp, which lacks the limit.
for_proc() {
	sed -E 's/^LISTEN,[0-9]*,[0-9]*,/LISTEN,,,/' | sort
}

for part in "$here"/inside_*.bash; do
	. "$part"
done
"$@"
exit $failed
