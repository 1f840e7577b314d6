#!/usr/bin/env bats
# Several files as one listing: what --from may be given more than once for.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cat >listening <<-'END'
		LISTEN  0       128     192.0.2.10:443      *:*
	END
	cat >connected <<-'END'
		State      Recv-Q  Send-Q  Local Address:Port  Peer Address:Port
		ESTAB      0       0       192.0.2.10:443      198.51.100.7:51234
		TIME-WAIT  0       0       192.0.2.10:443      198.51.100.7:51235
		ESTAB      0       0       192.0.2.10:40000    203.0.113.25:80
	END
	seeds=$root/test/fuzz/seeds/readings
}

count() { # STATE [OPTION...]
	tcpcensus -j "${@:2}" | jq ".states.$1"
}

@test "files: the sockets of all of them are counted" {
	[ "$(count ESTABLISHED -f listening -f connected)" = 2 ]
	[ "$(count LISTEN --from listening --from=connected)" = 1 ]
	[ "$(count LISTEN -f connected -f - <listening)" = 1 ]
	[ "$(count LISTEN -f - -f connected <listening)" = 1 ]
}

# That two listings of the same kind are counted both is said, as of two in one file.
@test "files: the listeners of one tell the direction of the other, also from pipes" {
	for files in '-f listening -f connected' '-f connected -f -' '-f - -f connected'; do
		# shellcheck disable=SC2086
		tcpcensus by direction $files -o csv <listening | grep -v incomplete | sort >found
		diff found <(printf '%s\n' direction,count in,2 listen,1 out,1)
	done
	tcpcensus by direction -f <(cat listening) -f <(cat connected) -o csv |
		grep -v incomplete | sort |
		diff - <(printf '%s\n' direction,count in,2 listen,1 out,1)
}

# says DIRECTION WORDS FILE...: in every form, and again of what was recorded.
says() {
	local direction=$1 words=$2 file options=()
	shift 2
	for file in "$@"; do
		options+=(-f "$file")
	done
	tcpcensus -j "${options[@]}" 2>/dev/null >recorded.json
	jq -e --arg wanted "$direction" '.source.complete == false and .source.numbers == $wanted' \
		recorded.json
	tcpcensus "${options[@]}" | grep "^$words: "
	tcpcensus by state "${options[@]}" | grep "^$words: "
	tcpcensus list -c state "${options[@]}" | grep "^$words: "
	tcpcensus diagnose "${options[@]}" | tr '\n' ' ' | grep -q "$words: "
	tcpcensus by state -j "${options[@]}" 2>&1 >/dev/null | grep "^tcpcensus: $words: "
	tcpcensus -j -f recorded.json 2>/dev/null |
		jq -e --arg wanted "$direction" '.source.numbers == $wanted'
}

@test "files: which way the numbers may be wrong is said" {
	few='incomplete, so the numbers may be too small'
	many='not exact, so the numbers may be too large'
	either='not exact, so the numbers may be too small or too large'
	printf 'tcp 0 0 192.0.2.1:1 192.0.2.2\ntcp 0 0 192.0.2.1:1 192.0.2.2:2 TIME_WAIT\n' >broken
	echo 'tcp 0 0 192.0.2.1:1 192.0.2.2:2 TIME_WAIT' >other
	echo 'tcp 6 117 TIME_WAIT src=192.0.2.1 dst=192.0.2.2 sport=1 dport=2 src=192.0.2.2 dst=192.0.2.1 sport=2 dport=1 [ASSURED] mark=0 use=1' >tracked
	says at_least "$few" broken
	says at_most "$many" connected other
	says at_most "$many" connected connected
	says unsure "$either" broken connected
	says unsure "$either" tracked
	tcpcensus diagnose -j -f connected -f other 2>/dev/null |
		jq -e '[.findings[].evidence[], .normal[].text] | any(contains("too large"))
			and all(contains("too small") | not)'
}

# What a listing does not say is not answered by none.
@test "files: a filter by what a listing does not have" {
	printf '%s\n' 'ESTAB 0 0 192.0.2.1:1 192.0.2.2:2' 'LISTEN 0 5 192.0.2.1%d0:80 0.0.0.0:*' >plain
	printf 'tcp 0 0 192.0.2.1:1 192.0.2.2:2 ESTABLISHED\n' >old
	for filter in 'process = nginx' 'pid > 0' 'user = root' 'unit = a.service' 'container = x' \
		'netns = x' 'uid = 0' 'mark = 1'; do
		tcpcensus -j -f plain $filter 2>/dev/null |
			jq -e '.total == 0 and (.source.complete | not) and .source.numbers == "at_least"
				and (.source.why | test("does not say of 2 sockets"))'
	done
	tcpcensus -j -f plain 'process != nginx' 2>/dev/null |
		jq -e '.total == 2 and .source.numbers == "at_most"'
	for command in ports listeners; do
		tcpcensus "$command" -j -f plain 'process = nginx' 2>/dev/null |
			jq -e '(.source.complete | not) and (.source.why | test("listing does not say"))'
	done
	printf '%s\n' 'ESTAB 0 0 192.0.2.1:40001 192.0.2.2:2 users:(("nginx",pid=1,fd=3))' \
		'ESTAB 0 0 192.0.2.1:40003 192.0.2.3:2 users:(("other",pid=2,fd=3))' >with_users
	tcpcensus ports -j -f with_users 'process = nginx' |
		jq -e '.source.complete and [.destinations[]."remote.addr"] == ["192.0.2.2"]'
	for filter in 'dev d0' 'iface = d0'; do
		tcpcensus -j -f plain $filter | jq -e '.total == 1 and .source.complete'
		tcpcensus -j -f old $filter 2>/dev/null | jq -e '.total == 0 and (.source.complete | not)'
	done
	# One side of it settles it, and an address has a family.
	tcpcensus -j -f plain 'process = nginx and sport = 9' | jq -e '.total == 0 and .source.complete'
	printf '%s' '{"schema":"tcpcensus.by/1","keys":["state","remote.addr"],"total":5,"groups":[' \
		'{"state":"ESTABLISHED","remote.addr":"192.0.2.1","count":5}],"other":{"groups":0,' \
		'"count":0},"source":{"name":"netlink","complete":true}}' >groups
	tcpcensus -j -f groups dst 192.0.2.1 | jq -e '.total == 5 and .source.complete'
}

@test "files: counters and settings among them are passed over without a word" {
	apart tcpcensus -j -f "$seeds/netstat" -f connected -f "$seeds/sysctl" -f "$seeds/nstat" \
		-f "$seeds/sockstat" -f "$seeds/nf_conntrack" -f "$seeds/snmp"
	[ "$status" = 0 ]
	[ ! -s "$err_file" ]
	jq -e '.total == 3 and .source.formats == "ss" and .source.unread == 0' "$out_file"
	apart tcpcensus -j -f "$seeds/bundle"
	[ ! -s "$err_file" ]
	jq -e '.total == 3 and .states.LISTEN == 1' "$out_file"
}

@test "files: UTF-16, as PowerShell saves it, is read like any other" {
	for from in sysctl netstat nstat sockstat snmp nf_conntrack; do
		tcpcensus diagnose -j -f connected -f "$seeds/$from" |
			jq -S .readings >wanted
		jq -e '.settings + .counters | length > 1' wanted
		for mark in 'LE \377\376' 'BE \376\377'; do
			iconv -f UTF-8 -t UTF-16${mark% *} "$seeds/$from" >bare
			{ printf "${mark#* }"; cat bare; } >marked
			for file in marked bare; do
				apart tcpcensus diagnose -j -f connected -f $file
				jq -S .readings "$out_file" | diff wanted -
				[ -z "$err" ]
			done
		done
	done
	iconv -t UTF-16 connected >wide
	[ "$(count ESTABLISHED -f listening -f wide)" = 2 ]
}

# not_used FILE WHAT: both commands say it, and in JSON it stands, too.
not_used() {
	for command in '' diagnose; do
		apart tcpcensus $command -f connected -f "$1"
		[ "$status" = 0 ]
		grep -qxF "tcpcensus: $1: not used: $2" "$err_file"
		[ "$(grep -c 'not used' "$err_file")" = 1 ]
	done
	apart tcpcensus -j -f connected -f "$1"
	jq -e --arg file "$1" --arg why "$2" '.source.unused == [{file: $file, why: $why}]' "$out_file"
}

@test "files: one that yields nothing is named, and what was expected" {
	local none='no sockets (ss -tan, netstat -an), settings (sysctl -a) or counters (nstat -az) in it'
	: >empty
	not_used empty 'it is empty'
	not_used /dev/null 'it is empty'
	echo 'good morning' >prose
	not_used prose "$none"
	ln -s "$seeds/snmp6" . # it has none of TCP
	not_used snmp6 "$none"
	apart tcpcensus diagnose -f connected -f - </dev/null
	grep -qx 'tcpcensus: standard input: not used: it is empty' "$err_file"
	apart tcpcensus -f empty -f connected -f prose -f empty
	[ "$(grep -c 'not used' "$err_file")" = 3 ]
	head -c 3000 /dev/urandom >noise
	gzip -c connected >packed
	mkdir folder
	for command in '' diagnose; do
		refused 3 'noise: binary, not a listing' tcpcensus $command -f connected -f noise
		refused 3 'packed: compressed by gzip: zcat' tcpcensus $command -f connected -f packed
		refused 3 'folder: a directory: name' tcpcensus $command -f connected -f folder
	done
}

# damaged FILE LINE FIELD WHY: said in one line, in JSON, and where its rule needs it.
damaged() {
	apart tcpcensus diagnose -f connected -f "$1"
	grep -qxF "tcpcensus: damaged, and not used: $1, line $2: $3: $4" "$err_file"
	[ "$(grep -c . "$err_file")" = 1 ]
	apart tcpcensus diagnose -j -f connected -f "$1"
	jq -e --arg file "$1" --argjson line "$2" --arg field "$3" --arg why "$4" \
		'.source.damaged == [{file: $file, line: $line, field: $field, why: $why}]' "$out_file"
}

@test "files: a damaged line is no counter that the kernel lacks, and no setting" {
	mapfile -t lines < <(grep ^TcpExt: "$seeds/netstat")
	printf '%s\n%s\n' "${lines[0]}" "${lines[1]:0:60}" >cut
	printf '%s\n' "${lines[0]}" >names
	printf 'TCP: inuse 5 orphan 0 tw\n' >sockstat
	printf 'entries  found drop\n00000000 00000000 00000001\n00000000 00000g00 00000001\n' >track
	printf 'net.ipv4.tcp_fin_timeout = 60\nnet.ipv4.tcp_max_tw_buckets = many\n' >settings
	damaged settings 2 'tcp_max_tw_buckets' 'not a number'
	damaged names 1 'TcpExt ListenOverflows' 'names without their numbers'
	damaged sockstat 1 'TCP tw' 'the line is cut off'
	damaged track 3 'conntrack drop' 'the line of a processor that cannot be read'
	jq -e '.readings.counters | has("conntrack_drop") | not' "$out_file"
	apart tcpcensus diagnose -f connected -f cut -f names
	grep -qE '^tcpcensus: damaged, and not used: cut, line 2: .*: the line is cut off \(and 1 more line\)$' "$err_file"
	apart tcpcensus diagnose -j -f connected -f names -f sockstat
	jq -e '[.not_checked[].needs | select(test("does not count"))] == []' "$out_file"
	jq -e '[.not_checked[].needs | select(test("^TcpExt .*, whose line in /proc/net/netstat is damaged$"))] != []' "$out_file"
}

@test "files: without a socket in any of them there is nothing to say" {
	cd "$seeds"
	refused 3 "netstat and 1 other file: no listing of TCP sockets" \
		tcpcensus -f netstat -f sockstat
	refused 3 "netstat and 2 other files: no listing of TCP sockets" \
		tcpcensus -f netstat -f sockstat -f snmp
	cd "$BATS_TEST_TMPDIR"
	: >empty
	[ "$(count ESTABLISHED -f empty -f connected)" = 2 ]
}

@test "files: what cannot be read is told with the name of its file" {
	printf 'tcp 0 0 192.0.2.1:80 198.51.100.7:1 LAST_ACK\ntcp 0 0 192.0.2.1:80 nowhere ESTABLISHED\n' >bad
	apart tcpcensus -j -f connected -f bad
	grep -qx 'tcpcensus: bad, line 2: no address and port where they should be' "$err_file"
	apart tcpcensus -j -f connected -f - <bad
	grep -q '^tcpcensus: standard input, line 2: ' "$err_file"
	apart tcpcensus -j -f bad
	grep -q '^tcpcensus: line 2: ' "$err_file"
	refused 3 '/nonexistent: No such file' tcpcensus -f connected -f /nonexistent
	refused 3 'a directory' tcpcensus -f connected -f .
}

@test "files: standard input once, and not without end" {
	refused 2 'standard input can be read only once' tcpcensus -f - -f connected -f -
	files=()
	for ((i = 0; i < 32; i++)); do files+=(-f connected); done
	tcpcensus "${files[@]}" -j >/dev/null
	refused 2 'more than 32 files' tcpcensus "${files[@]}" -f connected
}

@test "files: what each of them had, and how many there were" {
	local -a files=()
	for i in {1..18}; do
		echo "$i LISTEN" >"$BATS_TEST_TMPDIR/$i"
		files+=(-f "$BATS_TEST_TMPDIR/$i")
	done
	printf '1 LISTEN\n2 TIME_WAIT' >"$BATS_TEST_TMPDIR/2" # the last line without its end
	apart tcpcensus -j "${files[@]}"
	jq -e '.source.origins | length == 16' "$out_file"
	jq -e '.source.origins_left_out == 2' "$out_file"
	jq -e '[.source.origins[].sockets] == [1, 2] + [range(14) | 1]' "$out_file"
	jq -e '.source.origins[0] | has("settings") | not' "$out_file"
	tcpcensus list -j -f connected >"$BATS_TEST_TMPDIR/json"
	tcpcensus list -o ndjson -f connected -f "$BATS_TEST_TMPDIR/1" >"$BATS_TEST_TMPDIR/ndjson" 2>&1
	apart tcpcensus -j -f "$BATS_TEST_TMPDIR/json" -f "$BATS_TEST_TMPDIR/ndjson"
	jq -e '[.source.origins[].sockets] == [3, 4] and (.source | has("unused") | not)' "$out_file"
}

@test "files: what our own NDJSON says of owners is read as it was" {
	local columns=state,local,process,pid,cmdline,unit,cgroup,container,pod,owner
	cat >own <<-'END'
		{"state":"ESTABLISHED","local":"192.0.2.1:80","process":"nginx","pid":812,"cmdline":"nginx: master, 1","unit":"web.service","cgroup":"/system.slice/web.service","owner":"held"}
		{"state":"ESTABLISHED","local":"192.0.2.1:81","process":"nginx","pid":"812,813","cmdline":"nginx: master,nginx: worker","unit":"web.service","owner":"held"}
		{"state":"ESTABLISHED","local":"192.0.2.1:82","process":"nginx,php-fpm","pid":"812,900","unit":"php.service,web.service","container":"docker/3f4a5b6c7d8e","pod":"0f1e","owner":"held"}
		{"state":"TIME_WAIT","local":"192.0.2.1:80","process":"nginx?","pid":"812,813?","unit":"web.service?","owner":"listener"}
		{"state":"TIME_WAIT","local":"192.0.2.1:4001","process":"app?","pid":"77?","owner":"seen"}
		{"state":"TIME_WAIT","local":"192.0.2.1:4002","process":"app?","owner":"peer"}
		{"state":"TIME_WAIT","local":"192.0.2.1:4003","process":"app?","pid":"77?","owner":"ports"}
		{"state":"TIME_WAIT","local":"192.0.2.1:4004","unit":"old.service","cgroup":"/old","owner":"cgroup"}
		{"state":"TIME_WAIT","local":"192.0.2.1:4005","owner":"none"}
		{"state":"ESTABLISHED","local":"192.0.2.1:4006","owner":"hidden"}
		{"state":"ESTABLISHED","local":"192.0.2.1:83","process":"sshd","owner":"held"}
		{"state":"ESTABLISHED","local":"192.0.2.1:84","pid":5,"owner":"held"}
		{"state":"ESTABLISHED","local":"192.0.2.1:85","owner":"unknown"}
	END
	tcpcensus list -n 0 -o ndjson -c $columns -f own >again 2>notes
	diff own again
	grep -q 'no rule tells' notes
	! grep -q 'was not read' notes
	# What is asked of it is asked of what it says, and a group is a group.
	[ "$(tcpcensus list -n 0 -o ndjson -c local -f own pid = 813 2>/dev/null | grep -c '^{"local":')" = 2 ]
	[ "$(tcpcensus list -n 0 -o ndjson -c local -f own unit = php.service 2>/dev/null | grep '^{"local":')" = '{"local":"192.0.2.1:82"}' ]
	tcpcensus by process -o csv -f own 2>&1 | grep -qx 'nginx,2'
}

# Names may hold what stands between names, and between lines.
@test "files: our own JSON names the same processes, whatever they are called" {
	local columns=state,local,process,pid,owner
	cat >odd.json <<-'END'
		{"schema":"tcpcensus.list/1","sockets":[
		{"state":"LISTEN","local":"127.0.0.1:1","process":"x\ny","pid":11,"owner":"held"},
		{"state":"LISTEN","local":"127.0.0.1:2","process":"a,b,kid,0,kid,1","pid":"12,13,14","owner":"held"},
		{"state":"LISTEN","local":"127.0.0.1:3","process":"a,b","pid":15,"owner":"held"},
		{"state":"LISTEN","local":"127.0.0.1:4","process":"nginx,php","pid":"16,17","owner":"held"},
		{"state":"LISTEN","local":"127.0.0.1:5","process":"x\ny","owner":"held"},
		{"state":"TIME_WAIT","local":"127.0.0.1:6","process":"x\ny?","pid":"11?","owner":"listener"}]}
	END
	for form in json ndjson; do
		tcpcensus list -n 0 -c "$columns" -o "$form" -f odd.json |
			jq -cs 'map(.sockets // [.]) | add' >found
		diff found <(jq -c .sockets odd.json)
	done
	tcpcensus list -n 0 -c "$columns" -o ndjson -s local -f odd.json |
		jq -cs . | diff - <(jq -c .sockets odd.json)
	tcpcensus listeners -f odd.json | grep -q ':2 .* a,b,kid,0,kid,1$'
}

# A listing may have a name where the kernel would have told a number.
@test "files: what a listing gives as a name was read" {
	cat >named.json <<-'END'
		{"schema":"tcpcensus.list/1","sockets":[
		{"state":"LISTEN","local.addr":"web.example","local.port":80,"iface":"lan0","user":"www","netns":"blue"}]}
	END
	for words in netns iface,user local.addr; do
		tcpcensus by "$words" -f named.json >/dev/null 2>notes
		diff notes /dev/null
	done
	tcpcensus list -c netns,netns.id -f named.json 2>&1 >/dev/null |
		diff - <(echo 'tcpcensus: netns.id was not read: capture does not give it for these sockets')
}
