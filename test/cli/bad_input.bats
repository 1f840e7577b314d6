#!/usr/bin/env bats
# What is refused: with which exit status, and in one line that says what is wrong and what
# would be right.

load helper

@test "bad words: commands and filters" {
	wrong_word() { # ARGUMENTS... MESSAGE
		apart tcpcensus "${@:1:$#-1}"
		[ "$status" = 2 ]
		[ ! -s "$out_file" ]
		[ "$(wc -l <"$err_file")" = 3 ]
		[[ $(head -1 "$err_file") = *"${!#}"* ]]
	}
	wrong_word sensus "did you mean 'census'?"
	wrong_word lsit "did you mean 'list'?"
	wrong_word expain TIME_WAIT "did you mean 'explain'?"
	wrong_word stat time-wait "did you mean 'state'?"
	wrong_word by state sprot = 22 "did you mean 'sport'?"
	wrong_word list census "'census' is no condition"
	wrong_word list pid = x "'pid' is a number, and 'x' is not one"
	wrong_word list process \> x "'process' can only be compared by = and !="
	wrong_word family = ipv4 "family is never 'ipv4': it is inet, inet6"
	wrong_word timer = probes "timer is never 'probes'; did you mean 'probe'?"
	wrong_word kind = tw "kind is never 'tw': it is full, request, timewait"
	wrong_word direction = incoming "direction is never 'incoming': it is in, out, listen"
	wrong_word owner = helt "did you mean 'held'?"
	wrong_word state = time-wait "'state' is followed by a state, without '='"
	wrong_word xyzzy "'xyzzy' is no condition: state, src,"
}

@test "bad words: options, their values, and which command has them" {
	refused 2 "unknown option '--tpo' \(did you mean '(--)?top'\?\)" tcpcensus --tpo 3
	refused 2 "unknown option '--outptu=json'.*output" tcpcensus --outptu=json
	refused 2 "unknown option '-z'" tcpcensus -z
	refused 2 "unknown option '-z'" tcpcensus list -jz
	refused 2 "option '--from' needs an argument" tcpcensus --from
	refused 2 "option '-n' needs an argument" tcpcensus by state -n
	refused 2 "option '--json' takes no argument" tcpcensus --json=3
	refused 2 "--output: 'jsno' is not one of .* \(did you mean 'json'\?\)" tcpcensus -o jsno
	refused 2 "--color: 'alwas' is not one of .* \(did you mean 'always'\?\)" \
		tcpcensus --color alwas
	refused 2 "--source: 'netlnk' is not one of .* \(did you mean 'netlink'\?\)" \
		tcpcensus --source netlnk
	for number in x -1 2147483648 1.5 '' ' 1' 1x 99999999999999999999; do
		refused 2 "--top: '.*' is not a whole number from 0 to 2147483647" \
			tcpcensus list --top="$number"
	done
	refused 2 "--top does not go with the command 'census'" tcpcensus -n 3
	refused 2 "--sort does not go with the command 'by'" tcpcensus by state -s state
	refused 2 "--columns does not go with the command 'by'" tcpcensus -c state by state
	refused 2 "--from does not go with the command 'explain'" tcpcensus explain -f x
	refused 2 '--netns and --from exclude each other' tcpcensus -N x -f y
	refused 2 '--source and --from exclude each other' tcpcensus --source proc -f y
}

@test "bad words: keys, columns and what to explain" {
	refused 2 "by: by what\?" tcpcensus by
	refused 2 "'stat' is no field of a socket \(did you mean 'state'\?\)" tcpcensus by stat
	refused 2 "'remote.prot' is no field .*'remote.port'" tcpcensus by state,remote.prot
	refused 2 "'state,': a field is missing" tcpcensus by state,
	refused 2 "'state/3': a prefix length" tcpcensus by state/3
	refused 2 "'remote.net/129': a prefix length" tcpcensus by remote.net/129
	refused 2 "'remote.net/33/64': a prefix length" tcpcensus by remote.net/33/64
	refused 2 "the field 'state' was named before" tcpcensus by state,local.port,state
	refused 2 "'stte' is no field .*'state'" tcpcensus list -c local,stte
	refused 2 "'all' stands alone, and in 'all,state' it does not" tcpcensus list -c all,state
	refused 2 "'all' stands alone" tcpcensus list -c state,all -j
	refused 2 "'inod' is no field .*'inode'" tcpcensus list -s -inod
	refused 2 "nothing to explain under the name 'TIME_WIAT' \(did you mean 'TIME_WAIT'\?\)" \
		tcpcensus explain ESTAB TIME_WIAT
	refused 2 'tcp_fin_timeout' tcpcensus explain tcp_fin_timeot
	refused 2 'explanation has no CSV form' tcpcensus explain LISTEN -o csv
}

@test "bad listings: each says what it is instead" {
	cd "$BATS_TEST_TMPDIR"
	refused 3 'missing: No such file' tcpcensus -f missing
	refused 3 ': a directory' tcpcensus -f .
	: >empty
	refused 3 'empty: the input is empty' tcpcensus -f empty
	refused 3 'standard input: the input is empty' tcpcensus -f - <empty
	refused 3 ': a program, not a listing' tcpcensus -f /bin/ls
	echo hello | gzip >packed
	refused 3 'packed: compressed by gzip' tcpcensus -f packed list
	printf 'Dear all,\n\nplease find attached nothing at all.\n' >letter
	refused 3 'letter: no listing of TCP sockets in it' tcpcensus -f letter by state
	head -c 100000 /dev/zero >zeros
	refused 3 zeros tcpcensus -f zeros
	head -c 300000 /dev/urandom >noise
	refused 3 noise tcpcensus -f noise
	awk 'BEGIN { for (i = 0; i < 3000000; i++) printf "x" }' >long
	refused 3 long tcpcensus -f long
}

@test "bad listings: one that may not be read" {
	needs_root
	: >"$BATS_TEST_TMPDIR/secret"
	chmod 000 "$BATS_TEST_TMPDIR/secret"
	chmod 755 "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	refused 3 'secret: Permission denied' as_nobody tcpcensus -f secret
}

@test "bad sources: those that cannot work say why" {
	needs_root
	refused 3 'eBPF is only for root, or with CAP_BPF and CAP_PERFMON' \
		as_nobody tcpcensus --source bpf
	refused 3 'eBPF is only for root, or with CAP_BPF and CAP_PERFMON' \
		as_nobody tcpcensus by remote.addr --source bpf
	refused 3 'eBPF reads the states and both ends of sockets; .*, which netlink has' \
		tcpcensus list --source bpf
	for filter in 'cookie > 0' 'shutdown = 0' 'drops >= 0' 'heard > 5' 'mark = 1' 'iface = lo'; do
		refused 3 '/proc/net/tcp has no marks, devices, .*; netlink does' \
			tcpcensus --source proc $filter
	done
	tcpcensus --source proc process = x # which is not a matter of the source
	refused 3 'marks with CAP_NET_ADMIN alone: run as root$' as_nobody tcpcensus 'mark = 23'
}

# Runs a command to which seccomp(2) refuses bpf(2).
without_bpf() { # ERROR COMMAND ARGUMENT...
	"$build/test/tools/denied" "bpf=$1" "${@:2}"
}

@test "bad sources: who has the privileges for eBPF is not told to get them" {
	needs_root
	without_bpf EPERM true || skip "seccomp cannot be set here"
	for command in '' 'by state' '-N all'; do
		refused 3 'the kernel forbids eBPF here in spite of the privileges' \
			without_bpf EPERM tcpcensus $command --source bpf
	done
	refused 3 'this kernel has no bpf\(2\), or a filter of system calls .* hides it$' \
		without_bpf ENOSYS tcpcensus --source bpf
	refused 3 'Permission denied: by its verifier, or .* a filter of system calls' \
		without_bpf EACCES tcpcensus --source bpf
	apart without_bpf EPERM tcpcensus -v
	[ "$status" = 0 ]
}

# Somebody who is not root, with these capabilities alone.
with_capabilities() { # "+bpf,+perfmon" COMMAND ARGUMENT...
	local wanted=-all,$1 program
	program=$(command -v "$2")
	shift 2
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps="$wanted" \
		--ambient-caps="$wanted" /dev/fd/9 "$@" 9<"$program"
}

@test "bad sources: eBPF needs CAP_BPF and CAP_PERFMON, both and no more" {
	needs_root
	needs_bpf
	with_capabilities +bpf,+perfmon env true || skip "setpriv cannot give capabilities here"
	apart with_capabilities +bpf,+perfmon tcpcensus --source bpf -j
	[ "$status" = 0 ]
	[ -z "$err" ]
	[ "$(jq -r .source.name <<<"$out")" = bpf ]
	refused 3 'eBPF needs CAP_BPF and CAP_PERFMON: CAP_PERFMON is missing$' \
		with_capabilities +bpf tcpcensus --source bpf
	refused 3 'eBPF needs CAP_BPF and CAP_PERFMON: CAP_BPF is missing$' \
		with_capabilities +perfmon tcpcensus --source bpf
	apart with_capabilities +bpf tcpcensus -j
	[ "$status" = 0 ]
	[ "$(jq -r .source.name <<<"$out")" != bpf ]
}

@test "bad sources: root is told which of the privileges it lacks" {
	needs_root
	needs_bpf
	root_with() { # "+bpf" COMMAND ARGUMENT...
		setpriv --bounding-set=-all"$1" --inh-caps=-all"$1" "${@:2}"
	}
	root_with ,+bpf true || skip "setpriv cannot take capabilities here"
	refused 3 'root lacks CAP_PERFMON here, which' root_with ,+bpf tcpcensus --source bpf
	refused 3 'root lacks CAP_BPF here, which' root_with ,+perfmon tcpcensus --source bpf
	refused 3 'root lacks CAP_BPF and CAP_PERFMON here, which' root_with '' tcpcensus --source bpf
}

@test "bad sources: where /sys is hidden the kernel is not blamed" {
	needs_root
	needs_bpf
	unshare -m true || skip "needs mount namespaces"
	refused 3 '/sys/kernel/btf/vmlinux is not there: /sys is not mounted or is hidden' \
		unshare -m sh -c 'mount -t tmpfs none /sys && exec tcpcensus --source bpf'
}

@test "bad owners: a process or a container that is not there" {
	for command in list listeners ports; do
		refused 3 "there is no process 4194305" tcpcensus $command pid = 4194305
	done
	[ -e "/proc/${BASHPID}0" ] || refused 3 "there is no process $BASHPID.*did you mean '[0-9]+'" \
		tcpcensus by process "pid = ${BASHPID}0"
	refused 3 "no process runs in a container 'nosuch'" tcpcensus by process container = nosuch
	tcpcensus list "pid = $BASHPID" # it is there, and has no socket
	tcpcensus list "not pid = 4194305"
	tcpcensus list "container = nosuch*"
}

# In a saved listing it is a comparison as any other.
@test "bad namespaces: one that a filter names and that is not there" {
	needs_namespaces
	refused 3 "there is no network namespace 'nosuch'" tcpcensus by process netns = nosuch
	refused 3 "there is no network namespace 'nosuch'" \
		tcpcensus by process -N all state established and netns = nosuch
	refused 3 "there is no network namespace '5'" tcpcensus list netns.id = 5
	tcpcensus list "netns.id = $(stat -Lc %i /proc/self/ns/net)"
	tcpcensus list -N all "netns = nosuch or netns != nosuch"
	tcpcensus list "netns != nosuch"
	tcpcensus list "netns = nosuch*"
	tcpcensus list -j -c local,netns,netns.id >"$BATS_TEST_TMPDIR/saved"
	tcpcensus list -f "$BATS_TEST_TMPDIR/saved" netns = nosuch
	tcpcensus -N init >/dev/null 2>&1 || skip "the first namespace may not be looked into"
	tcpcensus list -N all "netns = init"
	refused 3 "there is no network namespace 'intt' .did you mean 'init'" \
		tcpcensus list -N all netns = intt
}

@test "bad namespaces: the first one is not said to be missing where nobody may look for it" {
	needs_root
	needs_namespaces
	refused 3 "not allowed to look which network namespace is 'init': run as root" \
		unshare -n setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		/dev/fd/9 by state netns = init 9<"$(command -v tcpcensus)"
}

@test "bad namespaces: missing, not one, and not allowed" {
	refused 3 "there is no network namespace 'no-such-netns'" tcpcensus -N no-such-netns
	refused 3 "there is no process 4194305, and no network namespace 'pid/4194305'" \
		tcpcensus -N pid/4194305
	refused 3 "there is no network namespace 'ALL' .did you mean 'all'" tcpcensus -N ALL
	refused 3 "there is no network namespace '/no/such/path'" tcpcensus by state -N /no/such/path
	needs_root
	refused 3 "'/etc/passwd' is no network namespace" tcpcensus -N /etc/passwd
	refused 3 "not allowed to enter .*: run as root" as_nobody tcpcensus -N /proc/1/ns/net
}

@test "namespaces: -N looks into the one of a running scenario" {
	in_lab established -- looks_from_outside
}

@test "/dev/full: exit status 3 and one line, for every form" {
	[ -c /dev/full ] || skip "no /dev/full"
	full() {
		status=0
		tcpcensus "$@" >/dev/full 2>"$BATS_TEST_TMPDIR/err" || status=$?
		[ "$status" = 3 ]
		[ "$(wc -l <"$BATS_TEST_TMPDIR/err")" = 1 ]
		grep -q '^tcpcensus: cannot write the output: No space left' "$BATS_TEST_TMPDIR/err"
	}
	for form in table json ndjson csv; do
		full -o $form
		full list -o $form
		full by state -o $form
	done
	full -h
	full -V
	full explain TIME_WAIT
}

@test "closed standard output: told in one line" {
	status=0
	tcpcensus >&- 2>"$BATS_TEST_TMPDIR/err" || status=$?
	[ "$status" = 3 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/err")" = 1 ]
}

@test "closed standard input: told as what it is" {
	refused 3 'standard input: it is closed' tcpcensus -f - <&-
	refused 3 'standard input: a directory' tcpcensus -f - </
}

long_listing() {
	awk 'BEGIN {
		print "State Recv-Q Send-Q Local Address:Port Peer Address:Port"
		for (i = 0; i < 60000; i++)
			print "ESTAB 0 0 10.0.0.1:443 10." int(i / 60000) "." int(i / 250) % 250 "." i % 250 ":" 1024 + i
	}' >"$BATS_TEST_TMPDIR/long"
}

@test "a reader that goes away ends the program quietly" {
	long_listing
	for form in table json ndjson csv; do
		for command in list 'by remote'; do
			[ "$(tcpcensus -f "$BATS_TEST_TMPDIR/long" $command -n 0 -o $form 2>&1 | head -1 | wc -l)" = 1 ]
			# The same where nobody is told of it by a signal.
			(
				trap '' PIPE
				{
					status=0
					tcpcensus -f "$BATS_TEST_TMPDIR/long" $command -n 0 -o $form \
						2>"$BATS_TEST_TMPDIR/err" || status=$?
					echo $status >"$BATS_TEST_TMPDIR/status"
				} | head -1 >/dev/null
			)
			[ ! -s "$BATS_TEST_TMPDIR/err" ]
			[ "$(cat "$BATS_TEST_TMPDIR/status")" = 0 ]
		done
	done
}

@test "/dev/full: a result that is written in parts is told to have failed once" {
	[ -c /dev/full ] || skip "no /dev/full"
	long_listing
	for form in table json ndjson csv; do
		for command in list 'by remote'; do
			run bash -c 'tcpcensus "$@" 2>&1 >/dev/full' - \
				-f "$BATS_TEST_TMPDIR/long" $command -n 0 -o $form
			[ "$status" = 3 ]
			[ "$output" = "tcpcensus: cannot write the output: No space left on device" ]
		done
	done
}

# Of 60,000 rows a part is written when the signal comes.
interrupted() { # FORM SIGNAL STATUS [--still] COMMAND...
	local form=$1 signal=$2 expected=$3 status=0
	shift 3
	local how=()
	[ "$1" != --still ] || { how=("$1"); shift; }
	"$here/interrupt.py" "$signal" "${how[@]}" tcpcensus -f "$BATS_TEST_TMPDIR/long" "$@" -n 0 \
		-o "$form" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
	[ $status = "$expected" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -lt 30000 ]
}

half_says_so() { # COMMAND...
	for signal in INT TERM; do
		code=143
		[ $signal != INT ] || code=130
		interrupted json $signal $code "$@"
		[ -s "$BATS_TEST_TMPDIR/out" ]
		run jq . "$BATS_TEST_TMPDIR/out"
		[ "$status" != 0 ]
		grep -q interrupted "$BATS_TEST_TMPDIR/err"

		interrupted ndjson $signal $code "$@"
		jq -e . "$BATS_TEST_TMPDIR/out" >/dev/null
		tail -1 "$BATS_TEST_TMPDIR/out" | jq -e '.source.complete == false and .source.why'

		interrupted csv $signal $code "$@"
		tail -1 "$BATS_TEST_TMPDIR/out" | grep '^(incomplete: interrupted'

		interrupted table $signal $code "$@"
		tail -1 "$BATS_TEST_TMPDIR/out" | grep '^incomplete.*interrupted'
	done
}

@test "SIGINT and SIGTERM: half a list says that it is half a list" {
	long_listing
	half_says_so list
}

@test "SIGINT and SIGTERM: and so does half of what was sorted or grouped" {
	long_listing
	half_says_so list -s -remote
	half_says_so by remote
}

@test "SIGTERM: one is enough where nobody reads any more" {
	long_listing
	for command in list 'list -s -remote' 'by remote'; do
		interrupted csv TERM 143 --still $command
		grep '^tcpcensus: incomplete.*interrupted' "$BATS_TEST_TMPDIR/err"
	done
	# Where what is said stands in the same pipe it is not waited for.
	status=0
	"$here/interrupt.py" TERM --still bash -c 'exec tcpcensus list -n 0 -f "$1" 2>&1' - \
		"$BATS_TEST_TMPDIR/long" >"$BATS_TEST_TMPDIR/out" || status=$?
	[ $status = 143 ]
}

@test "SIGINT: half a list of the kernel names its source" {
	in_herd --established 2000 -- interrupted_list
}

@test "nobody: counts as root does, and what is not visible is said once" {
	needs_root
	in_lab all-states -- as_nobody_counts
}

@test "an empty namespace: zeros, empty lists, and no complaint" {
	in_lab empty -- nothing_there
}

@test "no /proc: netlink works, and proc says what is missing" {
	needs_root
	needs_namespaces
	unshare -m true 2>/dev/null || skip "needs mount namespaces"
	! is_sanitized || skip "the sanitizers do not work without /proc"
	in_lab established -- no_proc
}

@test "columns that cannot be read are said once, and only where they were asked for" {
	needs_root
	needs_namespaces
	setpriv --reuid 65534 --clear-groups unshare -rn true 2>/dev/null ||
		skip "needs user namespaces"
	apart setpriv --reuid 65534 --clear-groups \
		unshare -rn python3 -c "$(cat <<-'END'
			import socket, subprocess, sys
			kept = socket.create_server(("127.0.0.1", 0))
			sys.exit(subprocess.call(sys.argv[1:]))
		END
		)" tcpcensus list -c state,iface,cookie --source proc
	[ "$status" = 0 ]
	[ "$(grep -c 'was not read' <<<"$err")" = 2 ]
	grep -q '^tcpcensus: iface was not read: proc does not give it for these sockets$' <<<"$err"
	[[ $out = *LISTEN* ]]
}

@test "bad input: a kernel's description of itself that is cut off is named, and another source is used" {
	needs_root
	needs_bpf
	unshare -m true 2>/dev/null || skip "needs mount namespaces"
	for size in 0 10 100000; do
		head -c "$size" /sys/kernel/btf/vmlinux >"$BATS_TEST_TMPDIR/cut"
		cut='mount --bind "$1" /sys/kernel/btf/vmlinux && shift && exec "$@"'
		refused 3 'is cut off or damaged \(/sys/kernel/btf/vmlinux\); --source netlink' \
			unshare -m sh -c "$cut" - "$BATS_TEST_TMPDIR/cut" tcpcensus --source bpf
		apart unshare -m sh -c "$cut" - "$BATS_TEST_TMPDIR/cut" tcpcensus -j
		[ "$status" = 0 ]
	done
}
