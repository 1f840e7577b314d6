#!/usr/bin/env bats
# What is printed: fixed listings beside the expected output, JSON beside the contract, and the
# languages. test/cli/goldens regenerate writes the expected outputs anew.

load helper

expected() { # PATTERN: every output whose name matches
	local differ=0 count=0
	for name in $("$here/goldens" names | grep -E "$1"); do
		"$here/goldens" show "$name" >"$BATS_TEST_TMPDIR/found" || {
			[ $? != 77 ] || skip "no French here"
			false
		}
		diff -u "$root/test/golden/cli/$name.txt" "$BATS_TEST_TMPDIR/found" || differ=1
		count=$((count + 1))
	done
	[ "$count" -gt 0 ] && [ $differ = 0 ]
}

@test "output: tables in English and ASCII, at three widths" { expected '\.en-ascii$'; }
@test "output: tables in English and UTF-8, at three widths" { expected '\.en-utf8$'; }
@test "output: tables in French, at three widths" {
	make_french
	expected '\.fr-utf8$'
}
@test "output: colours where asked for, none by NO_COLOR" { expected 'colou?r$'; }
@test "output: json, ndjson and csv" { expected '(json|csv)$'; }

@test "output: every expected one is compared with" {
	diff <("$here/goldens" names | sort) \
		<(cd "$root/test/golden/cli" && printf '%s\n' *.txt | sed 's/\.txt$//' | sort)
}

# What a command shows on a terminal: the file plain, the width `widest`, lines `coloured`.
on_terminal() { # COLUMNS "WORD..." [NAME=VALUE...]
	python3 -c 'import pty; pty.openpty()' 2>/dev/null || skip "no terminal can be made here"
	python3 - "$1" "$here/data" "${@:2}" <<-'END' >"$BATS_TEST_TMPDIR/screen"
		import fcntl, os, pty, struct, subprocess, sys, termios
		ours, theirs = pty.openpty()
		fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
		environment = dict(os.environ, TERM="xterm", LC_ALL="C.UTF-8")
		environment.pop("COLUMNS")
		environment.update(word.split("=") for word in sys.argv[4:])
		process = subprocess.Popen(["tcpcensus", *sys.argv[3].split()], cwd=sys.argv[2], stdout=theirs, env=environment)
		os.close(theirs)
		try:
		    while True:
		        sys.stdout.buffer.write(os.read(ours, 4096))
		except OSError:  # the other end is closed
		    sys.exit(process.wait())
	END
	sed 's/\x1b\[[0-9;]*m//g; s/\r//' "$BATS_TEST_TMPDIR/screen" >"$BATS_TEST_TMPDIR/plain"
	widest=$(LC_ALL=C.UTF-8 wc -L <"$BATS_TEST_TMPDIR/plain")
	coloured=$(grep -c $'\x1b' "$BATS_TEST_TMPDIR/screen" || true)
}

@test "output: a terminal gets colours and its own width, unless it is told otherwise" {
	on_terminal 100 "-f morning.txt"
	[ "$coloured" -gt 10 ] && [ "$widest" -gt 80 ] && [ "$widest" -le 100 ]
	on_terminal 60 "-f morning.txt"
	[ "$coloured" -gt 10 ] && [ "$widest" -le 60 ]
	on_terminal 80 "-f morning.txt" NO_COLOR=1
	[ "$coloured" = 0 ] && [ "$widest" -le 80 ]
	on_terminal 80 "-f morning.txt" TERM=dumb
	[ "$coloured" = 0 ] && [ "$widest" -le 80 ]
}

@test "output: arguments are cut to a terminal, and to nothing else" {
	local long listing=$BATS_TEST_TMPDIR/long.json
	long=$(printf 'word%.0s ' {1..900})
	for port in 1 2; do
		printf '{"state":"LISTEN","local":"192.0.2.1:%d","cmdline":"%s?","owner":"peer"}\n' \
			$port "$long" >>"$listing"
	done
	for words in 'list -c local,cmdline' 'list -c cmdline,local' 'by cmdline' 'by local,cmdline'; do
		on_terminal 80 "$words -f $listing"
		[ "$widest" = 80 ]
		grep -q 'word word .*\.\.\.?' "$BATS_TEST_TMPDIR/plain"
		[ "$(tcpcensus $words -f "$listing" 2>/dev/null | wc -L)" -gt 4000 ]
	done
	on_terminal 80 "list -c cmdline -o csv -f $listing"
	[ "$widest" -gt 4000 ]
}

@test "output: programs get English keys in every language" {
	make_french
	for form in json ndjson csv; do
		for command in '' 'by state,remote.addr' list; do
			diff <(tcpcensus -f "$here/data/web.txt" $command -o $form | sed 's/took_us":[0-9]*//') \
				<(LC_ALL=fr_FR.UTF-8 tcpcensus -f "$here/data/web.txt" $command -o $form |
					sed 's/took_us":[0-9]*//')
		done
	done
}

@test "output: the JSON of a census has the keys of the contract" {
	tcpcensus -j | jq -e '
		.schema == "tcpcensus.census/1" and
		(.taken_at | test("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z$")) and
		(.host | type) == "string" and
		(.source | (.name == "netlink" or .name == "proc" or .name == "bpf") and .complete and
			(.took_us | type) == "number" and (.refused | type) == "array") and
		(.refused // [] | all(has("name") and has("why"))) and
		(.total | type) == "number" and (.in_use | type) == "number" and
		([.states | keys_unsorted[]] - ["ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1",
			"FIN_WAIT2", "TIME_WAIT", "CLOSED", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
			"BOUND", "UNKNOWN"]) == []'
	diff <(tcpcensus --source netlink -j | jq -cS 'del(.taken_at, .host, .source) | keys') \
		<(echo '["in_use","schema","states","total"]')
	# The time is that of this look, in UTC.
	[ "$(tcpcensus -j | jq '(.taken_at[:19] + "Z" | fromdate) as $t | now - $t |
		fabs < 60')" = true ]
}

@test "output: the JSON of by and list has the keys of the contract" {
	tcpcensus -f "$here/data/web.txt" by state,remote.addr -n 3 -j | jq -e '
		.schema == "tcpcensus.by/1" and .keys == ["state", "remote.addr"] and .total == 23 and
		(.groups | length) == 3 and
		(.groups | all(keys == ["count", "remote.addr", "state"])) and
		.other.groups > 0 and ([.groups[].count] | add) + .other.count == 23 and
		has("source") and (.source.name == "capture")'
	tcpcensus -f "$here/data/web.txt" list -o ndjson | jq -se '
		length == 23 and all(.state and has("local.addr") and has("local.port") and
			(."local.port" | type) == "number" and ([.[] | select(. == null)] | length) == 0)'
}

@test "output: JSON stays JSON whatever a listing holds" {
	{
		echo 'State Recv-Q Send-Q Local Address:Port Peer Address:Port'
		printf 'ESTAB 0 0 10.0.0.1:80 \xff\xfe"\\\x01host.example:99 users:(("a\\"b\x1b[31m",pid=1,fd=2))\n'
		echo 'ESTAB 0 0 10.0.0.1:80 10.0.0.2:1024'
		printf 'ESTA"\\B 0 0 10.0.0.1:80 10.0.0.3:1025\n'
	} >"$BATS_TEST_TMPDIR/evil"
	for command in '' list 'by remote.addr' 'by state'; do
		tcpcensus -f "$BATS_TEST_TMPDIR/evil" $command -j 2>/dev/null | jq -e . >/dev/null
		tcpcensus -f "$BATS_TEST_TMPDIR/evil" $command -o ndjson 2>/dev/null | jq -e . >/dev/null
		# And nothing of it steers the terminal.
		run bash -c "tcpcensus -f '$BATS_TEST_TMPDIR/evil' $command 2>&1 | grep -c \$'[\x01\x1b]'"
		[ "$output" = 0 ]
	done
}

# The counts of all thirteen states end in the same column.
aligned() { # FILE
	python3 - "$1" <<-'END'
		import sys
		rows = open(sys.argv[1], encoding="utf-8").read().split("\n")[1:14]
		ends = {max(i for i, c in enumerate(row[:21]) if c.isdigit() or c == "?") for row in rows}
		print("counts end in the columns", ends)
		sys.exit(len(rows) != 13 or len(ends) != 1)
	END
}

@test "languages: LC_ALL=fr_FR.UTF-8 and LANGUAGE=fr speak French, aligned" {
	make_french
	LC_ALL=fr_FR.UTF-8 tcpcensus -f "$here/data/morning.txt" >"$BATS_TEST_TMPDIR/all"
	grep -q '^ÉTAT  *NOMBRE  *PART' "$BATS_TEST_TMPDIR/all"
	grep -q '^en service  *301' "$BATS_TEST_TMPDIR/all"
	aligned "$BATS_TEST_TMPDIR/all"
	LC_ALL= LANG=fr_FR.UTF-8 tcpcensus -f "$here/data/morning.txt" | diff "$BATS_TEST_TMPDIR/all" -
	LC_ALL= LC_MESSAGES=fr_FR.UTF-8 LC_CTYPE=C.UTF-8 \
		tcpcensus -f "$here/data/morning.txt" | diff "$BATS_TEST_TMPDIR/all" -
	LC_ALL=fr_FR.UTF-8 LANGUAGE=en tcpcensus -f "$here/data/morning.txt" | grep -q '^in use  *301'
	LC_ALL=fr_FR.UTF-8 apart tcpcensus sensus
	[[ $err = *"n'est ni une commande ni un filtre"* ]]
	LC_ALL=fr_FR.UTF-8 tcpcensus explain TIME_WAIT | grep -q 'finie'
}

@test "languages: a locale that the machine lacks still gives the characters" {
	env LC_ALL=fr_FR.UTF-8 LOCPATH=/nonexistent tcpcensus -f "$here/data/morning.txt" \
		>"$BATS_TEST_TMPDIR/table" 2>"$BATS_TEST_TMPDIR/err"
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	grep -q '^TIME_WAIT  *4169  *82.8%  ██' "$BATS_TEST_TMPDIR/table"
	aligned "$BATS_TEST_TMPDIR/table"
	env LC_ALL=xx_XX.UTF-8 tcpcensus -f "$here/data/morning.txt" | grep -q '^in use  *301'
	env LC_ALL=C tcpcensus -f "$here/data/morning.txt" | grep -q '^TIME_WAIT  *4169  *82.8%  ##'
}

@test "help: every -h fits 80 columns and 40 lines, in both languages" {
	make_french
	for locale in C.UTF-8 fr_FR.UTF-8; do
		for command in '' $(tcpcensus -h | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
			LC_ALL=$locale tcpcensus $command -h >"$BATS_TEST_TMPDIR/help"
			python3 - "$BATS_TEST_TMPDIR/help" "$locale $command" <<-'END'
				import sys
				lines = open(sys.argv[1], encoding="utf-8").read().split("\n")[:-1]
				wide = [line for line in lines if len(line) > 80 or line != line.rstrip()]
				print(sys.argv[2], len(lines), "lines", wide)
				sys.exit(bool(wide) or not 10 <= len(lines) <= 40)
			END
		done
	done
	[[ $(tcpcensus -h) = *census*by*list*explain* ]]
}

@test "help: -h and -V go to stdout with status 0, before everything else is looked at" {
	for arguments in -h --help 'by -h' 'list --help' 'explain -h' -V --version 'list -V' \
		'-h -f /nonexistent'; do
		apart tcpcensus $arguments
		[ "$status" = 0 ]
		[ -n "$out" ]
		[ -z "$err" ]
	done
	[[ $(tcpcensus -V) =~ ^tcpcensus\ [0-9]+\.[0-9]+\.[0-9]+\ \(.*netlink,\ proc ]]
}

@test "numbers in the notes have the decimals of the language" {
	make_french
	LC_ALL=fr_FR.UTF-8 apart tcpcensus by state -v
	grep -qE '^tcpcensus: lu par [a-z]+ en [0-9]+,[0-9] ms' <<<"$err"
	grep -qE 'ont pris [0-9]+,[0-9] Mio' <<<"$err"
	apart tcpcensus by state -v
	grep -qE '^tcpcensus: read through [a-z]+ in [0-9]+\.[0-9] ms' <<<"$err"
	grep -qE 'took [0-9]+\.[0-9] MiB' <<<"$err"
}

# More groups than are kept, of which the last came before and were given up since.
@test "groups: where some were given up it is said that their number is a bound" {
	! is_sanitized || skip "too slow with sanitizers"
	make_french
	awk 'BEGIN {
		print "State Recv-Q Send-Q Local Address:Port Peer Address:Port"
		for (i = 0; i < 4194304 + 6; i++)
			printf "LISTEN 0 0 1.1.%d.%d:%d *:*\n", i / 12800000, i / 50000 % 256, 1 + i % 50000
		for (i = 0; i < 9; i++)
			printf "LISTEN 0 0 1.1.0.0:%d *:*\n", 1 + i
	}' >"$BATS_TEST_TMPDIR/many"
	apart tcpcensus by local -n 2 -f "$BATS_TEST_TMPDIR/many"
	[ "$status" = 0 ]
	grep -qE '^other \(at most 4194317 groups\) +4194317 ' <<<"$out"
	grep -q 'too low by up to 1, and the number of the other groups too high (-n 0' <<<"$err"
	LC_ALL=fr_FR.UTF-8 apart tcpcensus by local -n 2 -f "$BATS_TEST_TMPDIR/many"
	grep -qE '^autres \(4194317 groupes au plus\) +4194317 ' <<<"$out"
	grep -q 'trop bas de 1 au plus, et celui des autres groupes trop élevé (-n 0' <<<"$err"
}

# What is printed is not kept: else a large result would take up to twice what is told.
@test "groups: the memory that they are said to take is what the program takes" {
	! is_sanitized || skip "sanitizers take memory of their own"
	awk 'BEGIN {
		print "State Recv-Q Send-Q Local Address:Port Peer Address:Port"
		for (i = 0; i < 400000; i++)
			printf "ESTAB 0 0 192.0.2.1:443 10.0.%d.%d:%d\n", i / 50000, i / 250 % 200, 1024 + i % 50000
	}' >"$BATS_TEST_TMPDIR/many"
	for form in table json ndjson csv; do
		run python3 -c '
import os, re, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
said = child.stderr.read()
_, status, used = os.wait4(child.pid, 0)
told = float(re.search(r"the groups took ([0-9.]+) MiB", said)[1])
peak = used.ru_maxrss / 1024
print(f"{told} told, {peak:.1f} taken")
# The program itself takes some 4 MiB.
sys.exit(status or not 0.9 * told <= peak <= 1.1 * told + 8)' \
			tcpcensus by remote,local -n 0 -v -o $form -f "$BATS_TEST_TMPDIR/many"
		printf '%s\n' "$form: $output"
		[ "$status" = 0 ]
	done
}

expects() { # whether the last command said how long it was expected to take
	grep -qE '^tcpcensus: read through [a-z]+ in [0-9.]+ ms; [0-9.]+ ms were expected$' <<<"$err"
}

@test "what was expected is told where a source was chosen by it" {
	apart tcpcensus -v
	expects
	find_sources
	for source in "${sources[@]}"; do
		for command in census ports; do
			apart tcpcensus $command --source "$source" -v
			grep -q "^tcpcensus: read through $source in [0-9.]* ms$" <<<"$err"
		done
	done
	# By eBPF or not at all: it was not chosen by the time that it takes.
	apart tcpcensus ports -v
	! grep -q 'through bpf' <<<"$err" || ! expects
}

@test "nothing is expected where it is not known how many sockets there are" {
	needs_root
	! is_sanitized || skip "its run-time library needs /proc"
	mkdir "$BATS_TEST_TMPDIR/empty"
	covered() { # ARGUMENT...
		apart unshare -m sh -c 'mount --bind "$1" /proc && shift && exec "$@"' - \
			"$BATS_TEST_TMPDIR/empty" tcpcensus "$@"
		[ "$status" != 1 ] || skip "mounts may not be made here"
		[ "$status" = 0 ]
		grep -q '^tcpcensus: read through netlink in ' <<<"$err"
	}
	covered -v
	! expects
	covered by local.port state established -v
	! expects
}
