#!/usr/bin/env bats
# What measures answers its users as the program does: what it can be asked, and what it cannot.

load helper

tools() { # the scripts, and the programs that were built
	echo "$root"/bench/{compare,namespaces,owners,plot,server-rate} "$build"/bench/{churn,herd,measure}
	[ ! -x "$build/bench/floor" ] || echo "$build/bench/floor"
}

@test "bench: -h and --help are answered on stdout, with status 0" {
	for tool in $(tools); do
		for option in -h --help; do
			apart timeout 20 "$tool" $option
			[ "$status" = 0 ]
			[[ $out = "usage: ${tool##*/} "* ]]
			[ -z "$err" ]
		done
	done
}

@test "bench: arguments that are none are told in one line, with status 2" {
	for tool in $(tools); do
		for words in --bogus '-v -v -v'; do
			apart timeout 20 "$tool" $words
			[ "$status" = 2 ]
			[ -z "$out" ]
			[ "$(wc -l <"$err_file")" = 1 ]
			[[ $err = "usage: ${tool##*/} "* || $err = "${tool##*/}: '"* ]]
		done
	done
	for words in compare:x compare:--from namespaces:0 namespaces:ten owners:x owners:0 \
		server-rate:0 server-rate:x plot: measure:-rx churn:-sx herd:--busy herd:--busy=x; do
		tool=$(printf '%s\n' $(tools) | grep "/${words%%:*}$")
		apart timeout 20 "$tool" ${words#*:}
		[ "$status" = 2 ]
		[ -z "$out" ]
		[ "$(wc -l <"$err_file")" = 1 ]
	done
}

@test "bench: figures that cannot be drawn are told in one line" {
	printf 'no figures\n' >"$BATS_TEST_TMPDIR/other"
	for file in /nonexistent "$BATS_TEST_TMPDIR/other" /dev/null; do
		apart "$root/bench/plot" "$file"
		[ "$status" = 1 ]
		[ -z "$out" ]
		[[ $err = "plot: $file"* ]]
		[ "$(wc -l <"$err_file")" = 1 ]
	done
}
