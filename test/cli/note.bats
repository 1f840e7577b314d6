#!/usr/bin/env bats
# The morning that the program was made for: a busy server's netstat, and what was made of it.

load helper

counts='18 CLOSE_WAIT
5 CLOSING
301 ESTABLISHED
17 FIN_WAIT1
84 FIN_WAIT2
2 LAST_ACK
10 LISTEN
432 SYN_RECV
4169 TIME_WAIT'

# The netstat -an of that server: each socket a line, with UDP and Unix sockets around them.
netstat_an() {
	awk -v "counts=$(tr '\n' ' ' <<<"$counts")" 'BEGIN {
		print "Active Internet connections (servers and established)"
		print "Proto Recv-Q Send-Q Local Address           Foreign Address         State      "
		n = split(counts, word, " ")
		for (i = 1; i < n; i += 2)
			for (k = 0; k < word[i]; k++) {
				six = k % 7 == 6
				far = word[i + 1] == "LISTEN" ? (six ? ":::*" : "0.0.0.0:*") : \
					"192.0.2." (k % 200 + 1) ":" (1024 + peer++)
				near = word[i + 1] == "LISTEN" ? (six ? ":::" : "0.0.0.0:") (8000 + k) : \
					"203.0.113.5:80"
				printf "%-5s %6d %6d %-23s %-23s %-11s\n", six ? "tcp6" : "tcp", 0, 0, near, far, word[i + 1]
			}
		print "udp        0      0 0.0.0.0:68              0.0.0.0:*                          "
		print "Active UNIX domain sockets (servers and established)"
		print "Proto RefCnt Flags       Type       State         I-Node   Path"
		print "unix  2      [ ACC ]     STREAM     LISTENING     16413    /run/systemd/private"
		print "unix  3      [ ]         STREAM     CONNECTED     16999    /run/dbus/socket"
	}'
}

is_that_morning() {
	jq -e '.total == 5038 and .in_use == 301 and .states.CLOSE_WAIT == 18 and
		.states.CLOSING == 5 and .states.ESTABLISHED == 301 and .states.FIN_WAIT1 == 17 and
		.states.FIN_WAIT2 == 84 and .states.LAST_ACK == 2 and .states.LISTEN == 10 and
		.states.SYN_RECV == 432 and .states.TIME_WAIT == 4169 and .states.SYN_SENT == 0 and
		.states.CLOSED == 0 and .states.UNKNOWN == 0 and .schema == "tcpcensus.census/1"'
}

@test "the note: its netstat listing gives its figures" {
	netstat_an | tcpcensus -f - -j | is_that_morning
	netstat_an >"$BATS_TEST_TMPDIR/morning"
	tcpcensus --from "$BATS_TEST_TMPDIR/morning" -o json | is_that_morning
}

@test "the note: the table of its own pipeline gives its figures" {
	netstat_an | awk '/tcp/ {print $6}' | sort | uniq -c | tcpcensus -f - -j | is_that_morning
	printf '%s\n' "$counts" | tcpcensus -f - -j | is_that_morning
}

@test "the note: the table says 5038 sockets and 301 in use" {
	netstat_an | tcpcensus -f - >"$BATS_TEST_TMPDIR/table"
	cat "$BATS_TEST_TMPDIR/table"
	grep -qE '^total +5038$' "$BATS_TEST_TMPDIR/table"
	grep -qE '^in use +301 +6\.0%$' "$BATS_TEST_TMPDIR/table"
	grep -qE '^TIME_WAIT +4169 +82\.8% ' "$BATS_TEST_TMPDIR/table"
	grep -qE '^SYN_SENT +0 +0\.0%' "$BATS_TEST_TMPDIR/table"
}

@test "the note: by and list add up to it, too" {
	[ "$(netstat_an | tcpcensus -f - by remote.addr -j |
		jq '.total == 5038 and ([.groups[].count] | add) + .other.count == 5038')" = true ]
	[ "$(netstat_an | tcpcensus -f - list -n 0 -o ndjson | wc -l)" = 5038 ]
	[ "$(netstat_an | tcpcensus -f - by state -o csv | sed 1d | sort)" = \
		"$(awk '{ print $2 "," $1 }' <<<"$counts" | sort)" ]
}

@test "the note: exclude and state work on it" {
	netstat_an | tcpcensus -f - -j exclude time-wait | jq -e '.total == 869 and .in_use == 301'
	netstat_an | tcpcensus -f - -j state time-wait | jq -e '.total == 4169 and .in_use == 0'
}
