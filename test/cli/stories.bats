#!/usr/bin/env bats
# Every story of the laboratory, told once. A story knows what has to be seen and fails where it
# was not; here it is asked for the words that it can only find when it happened.

load helper

# The one that takes a minute is told meanwhile, and asked for at the end.
setup_file() {
	length=$BATS_FILE_TMPDIR/length
	(
		status=0
		tc-lab --story time-wait-length >"$length" 2>&1 || status=$?
		echo "$status" >"$length.status"
	) 3>&- &
}

tells() { # STORY EXTENDED-REGEX...
	run tc-lab --story "$1"
	[ "$status" != 77 ] || skip "$(tail -1 <<<"$output")"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
	shift
	for words in "$@"; do
		tr '\n' ' ' <<<"$output" | grep -qE -- "$words"
	done
}

@test "stories: simultaneous-close" {
	tells simultaneous-close 'CLOSING +\|---- ACK seq=2 ack=2' 'TIME_WAIT +\|<--- ACK seq=2 ack=2'
}

@test "stories: simultaneous-open" {
	tells simultaneous-open 'SYN_RECV +\|---- SYN\+ACK seq=0 ack=1' 'ESTABLISHED \|<--- ACK seq=1'
}

@test "stories: half-open-discovery" {
	tells half-open-discovery '"are you there\?"' 'CLOSED +\|<--- RST seq=1 '
}

@test "stories: challenge-ack" {
	tells challenge-ack 'ESTABLISHED \|---- ACK seq=1 ack=1 .*RST seq=1 '
}

@test "stories: paws-and-nat" {
	tells paws-and-nat 'SYN seq=900002 .*TIME_WAIT +\|---- ACK seq=2 ack=2' 'PAWS(Timewait|Estab) rose by 1'
}

# On a kernel whose other defences hold, the old data is refused, and the story says so.
@test "stories: time-wait-purpose-1" {
	tells time-wait-purpose-1 'SYN seq=-500 .*TIME_WAIT +\|---- ACK seq=2 ack=26' \
		'The program read 524 bytes.*"\[OLD: TRANSFER 1000 EUR\]"|kernel refused the old segment'
}

@test "stories: time-wait-purpose-2" {
	tells time-wait-purpose-2 'TIME_WAIT +\|---- ACK seq=2 ack=2 -+X +\| LAST_ACK' \
		'RST seq=2 -+>\| CLOSED' 'RST seq=2 -+X +\| LAST_ACK' 'connect\(\) took [0-9.]+ ms'
}

@test "stories: time-wait-length" {
	local length=$BATS_FILE_TMPDIR/length tries=0
	until [ -e "$length.status" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 1200 ]
		sleep 0.1
	done
	[ "$(cat "$length.status")" != 77 ] || skip "$(tail -1 "$length")"
	cat "$length"
	[ "$(cat "$length.status")" = 0 ]
	grep -qE 'tcp_fin_timeout=5 +6[0-5]\.[0-9] s' "$length"
	grep -qE 'the peer repeats its FIN +6[1-7]\.[0-9] s' "$length"
	grep -qE 'tcp_rfc1337=0 +[12]\.[0-9] s' "$length"
	grep -qE 'tcp_max_tw_buckets=0 +none' "$length"
}

@test "stories: every story has its test here" {
	diff <(tc-lab --stories | cut -f1 | sort) \
		<(sed -n 's/^@test "stories: \([a-z0-9-]*\)" {/\1/p' "$BATS_TEST_FILENAME" | sort)
}

@test "stories: an unknown one is refused" {
	run tc-lab --story no-such-story
	[ "$status" = 2 ]
}
