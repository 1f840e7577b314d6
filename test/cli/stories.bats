#!/usr/bin/env bats
# Every story of the laboratory, told once. A story knows what has to be seen and fails where it
# was not; here it is asked for the words that it can only find when it happened.

load helper

needs_tun() {
	needs_root
	[ -c /dev/net/tun ] || skip "no /dev/net/tun"
}

# The one that takes a minute is told meanwhile, and asked for at the end.
setup_file() {
	length=$BATS_FILE_TMPDIR/length
	(
		status=0
		tc-lab --story time-wait-length >"$length" 2>&1 || status=$?
		echo "$status" >"$length.status"
	) 3>&- &
}

# The text is searched as one line, without the blanks that wrapping makes.
has() { # EXTENDED-REGEX...
	local flat words
	flat=$(tr -s ' \n' '  ' <<<"$output")
	for words in "$@"; do
		grep -qE -- "$words" <<<"$flat" || { echo "not told: $words"; return 1; }
	done
}

tells() { # STORY EXTENDED-REGEX...
	local story=$1
	shift
	run tc-lab --story "$story"
	[ "$status" != 77 ] || skip "$(tail -1 <<<"$output")"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
	has "$@" 'What this shows -+ [A-Z]' 'Read on: RFC [0-9]+ .*; tcpcensus explain [A-Za-z]'
}

# Each end's FIN is drawn down between the rails while the other's passes.
@test "stories: simultaneous-close" {
	tells simultaneous-close \
		'FIN_WAIT1 \|---- FIN\+ACK seq=1 ack=1 -+\. \|' \
		'\.--- FIN\+ACK seq=1 ack=1 -+\+-+\| FIN_WAIT1' \
		"CLOSING \|<-+' \| \|" "'-+>\| CLOSING" \
		'\|---- ACK seq=2 ack=2 -+>\| TIME_WAIT' 'TIME_WAIT \|<--- ACK seq=2 ack=2'
}

@test "stories: simultaneous-open" {
	tells simultaneous-open \
		'SYN_SENT \|---- SYN seq=0 -+\. \|' '\.--- SYN seq=0 -+\+-+\| SYN_SENT' \
		"SYN_RECV \|<-+'" "'-+>\| SYN_RECV" 'SYN\+ACK seq=0 ack=1 -+>\| ESTABLISHED' \
		'reads "hello" \*\|'
}

@test "stories: half-open-discovery" {
	tells half-open-discovery \
		'ESTABLISHED \| \(crashes\) \*\| CLOSED' '"are you there\?"' \
		'CLOSED \|<--- RST seq=1 ' '\|\* is told: connection reset by peer'
}

@test "stories: challenge-ack" {
	tells challenge-ack \
		'RST seq=101 .*ESTABLISHED \|---- ACK seq=1 ack=1 .*SYN seq=50001' \
		'SYN seq=50001 .*ESTABLISHED \|---- ACK seq=1 ack=1 .*CLOSED \|<--- RST seq=1 ' \
		'\|\* is told: connection reset by peer'
}

@test "stories: paws-and-nat" {
	tells paws-and-nat \
		'SYN seq=900002 TSval=-400000 -+\| SYN_SENT .*TIME_WAIT \|---- ACK seq=2 ack=2 ' \
		'SYN seq=-998 TSval=100000 -+\| SYN_SENT .*SYN\+ACK seq=65539 ack=-997' \
		'CLOSED \|<--- RST seq=-996 -+\| [0-9. ]*\|<--- SYN seq=900002 .*SYN\+ACK seq=[0-9]+ ack=900003' \
		'PAWS(Timewait|Estab) rose by 1' 'it had (59|58)\.[0-9] s to go, after it (60|61|59\.9)'
}

# On a kernel whose other defences hold, the old data is refused at last, and the story says so.
@test "stories: time-wait-purpose-1" {
	local old='\* reads "OLD: pay 100 to Bob"' new='\* reads "NEW: pay 7 to Ann"'
	local copy='The copy: [^"]*"OLD: pay 100 to Bob" [^*]*'
	tells time-wait-purpose-1 \
		"$old.* closes .*TIME_WAIT \|---- ACK seq=2 ack=21" \
		'SYN seq=-17 -+\| SYN_SENT [0-9. ]*TIME_WAIT \|---- ACK seq=2 ack=21 -+>\|' \
		'Now the copy arrives: [^"]*"OLD: pay 100 to Bob" [^*]*TIME_WAIT [^*]*\* has no new conn' \
		"SYN seq=1000 .*SYN\+ACK seq=65539 ack=1001 .*$copy\* finds nothing to read .*$new" \
		"2\. Without.*SYN seq=-17 .*SYN\+ACK seq=[0-9]+ ack=-16 .*$copy\* finds nothing to .*$new" \
		"TSval=-1000 [^*]*\* finds nothing to read .*$new" \
		'room for [0-9]{5,} bytes' 'TCPChallengeACK rose by 1' 'PAWSEstab rose by 1' \
		'3\. Without.*server sends [0-9]+ bytes.*OLD: pay 100 to Bob.* closes .*CLOSED \|---- ACK' \
		"3\. Without.* closes .*SYN seq=-17 .*$new.*$copy($old|\* finds nothing to read)" \
		'"NEW: pay 300 to Zoe" [^*]*\* (finds nothing to read|reads "NEW: pay 300 to Zoe")'
}

@test "stories: time-wait-purpose-2" {
	tells time-wait-purpose-2 \
		'TIME_WAIT \|---- ACK seq=2 ack=2 -+X \| LAST_ACK.*TIME_WAIT \|---- ACK seq=2 ack=2 -+>\| CLOSED' \
		'\* reads "good bye" .*CLOSED \|---- ACK seq=2 ack=10 -+X \| LAST_ACK' \
		'RST seq=2 -+>\| CLOSED [0-9. ]*\| is told: connection reset by peer \*\|' \
		'RST seq=2 -+X \| LAST_ACK .*SYN seq=[0-9]+ -+>\| LAST_ACK .*gives up\) \*\| CLOSED' \
		'b stayed in LAST_ACK for [1-9][0-9.]* s.*connect\(\) took [1-9][0-9.]* s' \
		'SYN seq=[0-9]+ -+>\| LAST_ACK [0-9. ]*\|<--- ACK seq=2 ack=2 -+\| [0-9. ]*\|---- RST seq=2 -+>\| CLOSED' \
		'connect\(\) took [0-9.]+ ms'
	# A SYN in LAST_ACK that gets no answer would have to be explained.
	run ! has 'SYN seq=[0-9]+ -+>\| (LAST_ACK )?[0-9. ]*\|---- SYN'
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
	output=$(cat "$length")
	has 'nothing 2 or 4 minutes 6[0-9]\.[0-9] s' 'tcp_fin_timeout=5 5 s 6[0-9]\.[0-9] s' \
		'the same, in FIN_WAIT2 - [0-9.]+ s tcp' 'tcp_tw_reuse=1 1 s 6[0-9]\.[0-9] s' \
		'connect\(\) - taken over, after [0-9.]+ s' 'tcp_tw_recycle=1 1 s no such setting' \
		'tcp_max_tw_buckets=0 .* none was made' 'SO_LINGER 0 closed at once none, but a RST' \
		'repeats its FIN - (6[5-9]|7[0-9])\.[0-9] s' 'tcp_rfc1337=0 - ended by it, after [0-9.]+ s' \
		'tcp_rfc1337=1 - 6[0-9]\.[0-9] s' 'higher numbers .* taken over, after [0-9.]+ s'
}

# ---- How it is shown --------------------------------------------------------------------

# Columns, in the encoding of the locale, of the longest line on standard input.
longest() {
	python3 -c 'import sys, unicodedata
print(max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line.rstrip("\n"))
          for line in sys.stdin))'
}

@test "stories: every width has its drawing, and no line is wider" {
	needs_tun
	for width in 40 60 80 120 200; do
		env LC_ALL=C.UTF-8 COLUMNS=$width tcpcensus lab simultaneous-close >"$BATS_TEST_TMPDIR/out"
		[ "$(LC_ALL=C.UTF-8 longest <"$BATS_TEST_TMPDIR/out")" -le "$width" ]
		grep -q 'FIN+ACK seq=1 ack=1' "$BATS_TEST_TMPDIR/out"
		grep -q 'CLOSING' "$BATS_TEST_TMPDIR/out"
	done
}

@test "stories: in the C locale all is ASCII, and no colour comes in" {
	needs_tun
	LC_ALL=C NO_COLOR=1 tcpcensus lab simultaneous-close >"$BATS_TEST_TMPDIR/out"
	run ! grep -qP '[^\x20-\x7e]' "$BATS_TEST_TMPDIR/out"
	LC_ALL=C tcpcensus lab --color always simultaneous-close >"$BATS_TEST_TMPDIR/out"
	run ! grep -q $'\e' "$BATS_TEST_TMPDIR/out"
}

@test "stories: in French" {
	needs_tun
	make_french
	LC_ALL=fr_FR.UTF-8 tcpcensus lab simultaneous-close >"$BATS_TEST_TMPDIR/out"
	[ "$(LC_ALL=C.UTF-8 longest <"$BATS_TEST_TMPDIR/out")" -le 80 ]
	grep -q 'Ce que cela montre' "$BATS_TEST_TMPDIR/out"
	grep -q 'FIN_WAIT1   │──── FIN+ACK seq=1 ack=1 ' "$BATS_TEST_TMPDIR/out"
	grep -q 'ferme ◆│$' "$BATS_TEST_TMPDIR/out"
}

@test "stories: every story has its test here" {
	diff <(tc-lab --stories | cut -f1 | sort) \
		<(sed -n 's/^@test "stories: \([a-z0-9-]*\)" {/\1/p' "$BATS_TEST_FILENAME" | sort)
}

@test "stories: an unknown one is refused" {
	run tc-lab --story no-such-story
	[ "$status" = 2 ]
}
