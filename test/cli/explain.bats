#!/usr/bin/env bats
# The command explain: what is understood under which names, and what it says of this machine.

load helper

# titled NAME WORD...: the words lead to the page of that name, and to no other.
titled() {
	apart tcpcensus explain "${@:2}"
	[ "$status" = 0 ]
	[[ $(head -1 "$out_file") =~ ^$1(:|$) ]]
}

@test "explain: a state, however it is written" {
	titled TIME_WAIT TIME WAIT
	titled TIME_WAIT time wait
	titled TIME_WAIT 'time wait'
	titled TIME_WAIT timewait
	titled FIN_WAIT2 fin wait 2
	titled FIN_WAIT2 FIN.WAIT.2
	titled CLOSE_WAIT closewait
	titled LISTEN ABHÖREN
	titled LISTEN nasłuchiwanie
	apart tcpcensus explain TIME WAIT close wait MSL
	[ "$(grep -cE '^(TIME_WAIT|CLOSE_WAIT|MSL)(:|$)' "$out_file")" = 3 ]
}

@test "explain: counters, with their value here" {
	titled ListenOverflows ListenOverflows
	titled ListenOverflows TcpExtListenOverflows
	titled TCPTimeWaitOverflow tcptimewaitoverflow
	apart tcpcensus explain TcpExtTW
	grep -qE '^  value here +[0-9]+$' "$out_file"
	grep -qE '^  in nstat +TcpExtTW$' "$out_file"
	# What nstat does not show is not looked for there.
	apart tcpcensus explain CurrEstab
	[ "$(grep -c nstat "$out_file")" = 0 ]
	apart tcpcensus explain conntrack_drop
	[ "$(grep -c nstat "$out_file")" = 0 ]
	tcpcensus explain -j CurrEstab | jq -e '.counter == "CurrEstab" and .gauge and
		(.value | type) == "number" and (.related | index("ESTABLISHED"))'
	# A finding leads to what it is found by.
	tcpcensus explain -j accept-overflow | jq -e '.related | index("ListenOverflows")'
}

@test "explain: errors, by name and by what a program says" {
	titled EADDRNOTAVAIL EADDRNOTAVAIL
	titled EADDRNOTAVAIL Cannot assign requested address
	titled EADDRINUSE 'Address already in use'
	titled ECONNRESET connection reset by peer
	titled ENFILE Too many open files in system
	titled EMFILE too many open files
	tcpcensus explain -j EPIPE | jq -e '.error == "EPIPE" and .sentence == "Broken pipe" and
		(.act | length > 0) and (.related | index("ECONNRESET"))'
}

@test "explain: programs meet the errors that the pages name, and TIME_WAIT ends as its page says" {
	needs_namespaces
	unshare -n bash -c 'ip link set lo up && "$0/errors_met.py"' "$here"
}

@test "explain: an error in the language of the program that said it" {
	make_french
	sentence=$(LC_ALL=fr_FR.UTF-8 python3 -c '
import errno, locale, os
locale.setlocale(locale.LC_ALL, "")
print(os.strerror(errno.ECONNREFUSED))')
	[ "$sentence" != "Connection refused" ] || skip "the C library has no French here"
	LC_ALL=fr_FR.UTF-8 tcpcensus explain "$sentence" | grep -q '^ECONNREFUSED'
}

@test "explain: the nearest right name of a wrong one" {
	refused 2 "did you mean 'tcp_fin_timeout'" tcpcensus explain tcp_fin_timout
	refused 2 "did you mean 'TIME_WAIT'" tcpcensus explain tim wait
	refused 2 "did you mean 'FIN_WAIT1'" tcpcensus explain fin wait 3
	refused 2 "did you mean 'ListenOverflows'" tcpcensus explain ListenOverflow
	refused 2 "did you mean 'ECONNREFUSED'" tcpcensus explain ECONREFUSED
	refused 2 "did you mean 'tcp_tw_reuse'" tcpcensus explain tw_reuse
	refused 2 "did you mean 'tcp_tw_reuse'" tcpcensus explain tcp_twreuse
	refused 2 "did you mean 'tcp_fin_timeout'" tcpcensus explain fin_timeout
	refused 2 "did you mean 'MSL'" tcpcensus explain mls
	refused 2 "did you mean 'Address already in use'" tcpcensus explain Adress already in use
	refused 2 "name 'xyzzyx'$" tcpcensus explain MSL xyzzyx
}

@test "explain: settings that people ask about" {
	for setting in tcp_mtu_probing tcp_fastopen tcp_slow_start_after_idle tcp_low_latency rmem_max; do
		titled $setting $setting
	done
	here=$(cat /proc/sys/net/ipv4/tcp_congestion_control)
	tcpcensus explain -j net.ipv4.tcp_congestion_control |
		jq -e --arg here "$here" '.setting.value == $here'
	tcpcensus diagnose -j --instant 2>/dev/null |
		jq -e --arg here "$here" '.readings.settings.tcp_congestion_control == $here'
}

@test "explain: the list has all of it" {
	tcpcensus explain >"$BATS_TEST_TMPDIR/list"
	for name in TIME_WAIT tcp_mtu_probing close-wait-leak EADDRNOTAVAIL ListenOverflows 'accept queue'; do
		grep -q "^  $name  " "$BATS_TEST_TMPDIR/list"
	done
	tcpcensus explain -j | jq -e '(.errors | length >= 15) and (.counters | length >= 60) and
		(.errors | all(has("error") and has("sentence") and has("meaning"))) and
		(.counters | all(has("counter") and has("meaning")))'
}
