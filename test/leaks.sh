#!/usr/bin/env bash
# leaks.sh: every command and form once under the leak detector, TAP.
#
# The tests of the command line run with the sanitizers, but without this one, which doubles the
# time of each process; what it would find it finds here, once a path.
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
program=$PWD/${1:-build-asan}/tcpcensus
listing=$PWD/test/cli/data/web.txt
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 LSAN_OPTIONS=exitcode=99

commands() { # a line each: the arguments
	local form
	for form in table json ndjson csv; do
		printf '%s\n' "census -o $form" "by state,remote.addr -o $form" "list -o $form" \
			"by process,user,unit -o $form" "listeners -o $form" "ports -o $form" \
			"census -o $form -f $listing" "by state -o $form -f $listing" \
			"list -o $form -f $listing"
	done
	cat <<-END
		diagnose --instant
		diagnose --instant -j
		diagnose --instant -f $listing
		diagnose --list
		diagnose close-wait-leak tw-overflow -i 10ms
		explain
		explain TIME_WAIT
		explain tcp_tw_reuse
		explain close-wait-leak
		explain MSL
		explain nothing-of-this-name
		census --source netlink
		census --source proc
		census --source bpf
		by state --source proc
		by state,remote.addr --source bpf
		list -n 0 -c local,remote --source bpf
		census -N all --source bpf
		census -N all
		by netns,state -N all
		listeners -N all
		ports --to 127.0.0.1:80
		list state time-wait and dport = :80 or src 10.0.0.0/8
		list sprot = 80
		by no.such.key
		census -f /nonexistent
		lab
		lab no-such-scenario
		lab listen
		lab --check listen empty
		--version
		-h
	END
}

number=0
while IFS= read -r line; do
	number=$((number + 1))
	# shellcheck disable=SC2086 # the arguments are words
	"$program" $line >"$out" 2>&1 </dev/null
	status=$?
	# Those that are documented: 99 is a leak, 127 that there is no such program.
	if [ $status -gt 3 ] || grep -q 'Sanitizer' "$out"; then
		echo "not ok $number - $line"
		head -30 "$out" | sed 's/^/# /'
	else
		echo "ok $number - $line"
	fi
done < <(commands)
echo "1..$number"
