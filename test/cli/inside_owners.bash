# SPDX-License-Identifier: MIT
# Parts of owners.bats that run among a crew or a scenario; read by inside.bash.

# Sockets by what is said of their owners: "COUNT FIELD FIELD ..." for the fields of $fields.
fields=process,pid,owner
owners() { # FILTER [OPTION...]
	tcpcensus list -n 0 -o ndjson -c "$fields" "${@:2}" "$1" 2>/dev/null |
		jq -r --arg fields "$fields" \
			'[($fields | split(",")[]) as $field | .[$field] // "-" | tostring] |
				join(" ")' |
		sort | uniq -c | sed 's/^ *//'
}

# The last FIN of a connection may still be on its way: what is expected has two seconds to come.
owned() { # FILTER EXPECTED [OPTION...]
	local got tries=0
	until
		got=$(owners "$1" "${@:3}")
		[ "$got" = "$2" ] || [ $((tries += 1)) -ge 20 ]
	do
		sleep 0.1
	done
	same "$1 ${*:3}" "$2" "$got"
}

shares() {
	"$here/compare_owners.py" 600 "$pid_netns0" "$pid_netns1" "$pid_netns2" ||
		wrong "not as ss -tanp says"
}

# A filter leaves only some to be looked for, and the reading ends early: all who share are there.
filtered_shares() {
	local all some port
	for port in 8000 8001 8002 443; do
		all=$(tcpcensus list -n 0 -o csv -c local,remote,pid | grep -E ":$port\"?,")
		some=$(tcpcensus list -n 0 -o csv -c local,remote,pid \
			"sport = :$port or dport = :$port")
		same "owners of port $port" "$(sort <<<"$all")" "$(sed 1d <<<"$some" | sort)"
	done
}

rules() {
	owned 'state time-wait sport = :8080' \
		"4 web,web-worker? $(owners 'state listening sport = :8080' | cut -d' ' -f3)? listener"
	owned 'state established sport = :8081' "2 slow? $pid_slow? listener"
	owned 'state established dport = :8081' "2 waits $pid_waits held"
	owned 'state close-wait sport = :8085' "3 sink? $pid_sink? listener"
	owned 'state time-wait dport = :8082' "3 app? $pid_app? peer"
	owned 'state time-wait dport = :8083' "2 - - none"
	owned 'state time-wait dport = :8084' "8 worker? - peer"
	owned 'state fin-wait-2 dport = :8085' "3 halves? $pid_halves? peer"
	# Together as well as one by one.
	same "by process" "3 app? 3 halves? 8 worker? 2 -" "$(tcpcensus by process -j 2>/dev/null \
		state time-wait state fin-wait-2 not sport = :8080 | jq -r \
		'[.groups | sort_by(.process // "~")[] | "\(.count) \(.process // "-")"] | join(" ")')"
}

nothing_is_left() {
	owned 'state time-wait' "1 - - none"
	tcpcensus list -c process state time-wait 2>"$scratch/notes" >/dev/null
	same "exit status" 0 $?
	same "one note" 1 "$(wc -l <"$scratch/notes")"
	grep -q '^tcpcensus: 1 .*no process' "$scratch/notes" || wrong "the note" "$(cat "$scratch/notes")"
	tcpcensus -j by process 2>/dev/null | jq -e '.source.owners.none == 1' >/dev/null ||
		wrong "JSON counts it" "$(tcpcensus -j by process)"
}

nameless() {
	owned 'state listening' "2 - $pid_nameless held"
	tcpcensus by process 2>"$scratch/notes" >/dev/null
	grep -q '^tcpcensus: .* 2 sockets could not be named' "$scratch/notes" ||
		wrong "the note" "$(cat "$scratch/notes")"
}

local_ports() {
	owned 'state time-wait sport >= :32768' "3 range? $pid_range? ports"
	owned 'state time-wait sport = :710' "1 low? $pid_low? ports"
	owned 'state time-wait sport = :730' "1 - - none" # beyond what low has now
	owned 'state time-wait sport = :601' "1 lower? $pid_lower? ports"
}

filters() {
	local all app=$pid_app
	owned "process = app" "3 app $app held"
	owned "pid = $app" "3 app $app held"
	owned "process = app and dport = :8080" "3 app $app held"
	owned "process = app and sport = :8080" ""
	owned "state established and ( process = app or process = other )" \
		"3 app $app held"$'\n'"2 other $pid_other held"
	all=$(ss -tanH | wc -l)
	same "not process = app" $((all - 3)) "$(tcpcensus -j by process not process = app |
		jq .total)"
	same "exclude listening and not pid" $((all - 1 - 2)) "$(tcpcensus -j by process \
		exclude listening and not pid = "$pid_other" | jq .total)"
}

listing() {
	local wide
	for command in 'ss -tanp' 'ss -tanpO -e' 'netstat -tanp'; do
		eval "$command" >"$scratch/listing" 2>/dev/null
		wide='sort | grep held'
		# netstat names one process of those that share a socket.
		[[ $command = ss* ]] || wide+=' | grep -v LISTEN'
		agree "-f of $command" \
			"tcpcensus list -n 0 -o csv -c state,local,remote,pid,owner 2>/dev/null | $wide" \
			"tcpcensus list -n 0 -o csv -c state,local,remote,pid,owner -f $scratch/listing 2>/dev/null |
			$wide"
	done
	ss -tanp >"$scratch/listing"
	agree "names of ss" \
		"tcpcensus list -n 0 -o csv -c local,remote,process,owner 2>/dev/null | $wide" \
		"tcpcensus list -n 0 -o csv -c local,remote,process,owner -f $scratch/listing 2>/dev/null |
		$wide"
	[ "$(owners '' -f "$scratch/listing" | grep -c ' held$')" -ge 3 ] || wrong "none is held"
}

nobody_sees() {
	local command words hidden
	as_nobody tcpcensus list -o ndjson -c process,owner process = app >"$scratch/out" 2>"$scratch/notes"
	same "exit status" 0 $?
	same "nothing is known to be of app" "" "$(jq -c 'select(.schema | not)' "$scratch/out")"
	same "one note" 1 "$(wc -l <"$scratch/notes")"
	for command in '' 'by state' list 'listeners -i 0' ports; do
		for words in '= app:at_least' '!= app:at_most'; do
			as_nobody tcpcensus $command -j process ${words%:*} >"$scratch/out" 2>"$scratch/notes"
			same "$command process $words" "false ${words#*:}" \
				"$(jq -r '.source | "\(.complete) \(.numbers)"' "$scratch/out")"
			same "$command: one note" 1 "$(grep -c 'may not be looked into' "$scratch/notes")"
		done
	done
	# What settles it otherwise is known.
	hidden=$(as_nobody tcpcensus by state -j process = app and sport = :1 2>"$scratch/notes" |
		jq -c '[.source.complete, .source.owners.hidden]')
	same "a port that nobody has" '[true,null]' "$hidden"
	same "and no note" "" "$(cat "$scratch/notes")"
	as_nobody tcpcensus list -o ndjson -n 0 -c process,owner >"$scratch/out" 2>"$scratch/notes"
	same "exit status" 0 $?
	same "everything is hidden" '{"owner":"hidden"}' "$(sort -u "$scratch/out")"
	same "one note" 1 "$(wc -l <"$scratch/notes")"
}

of_each() { # FIELD FILTER...
	tcpcensus list -n 0 -o ndjson -c "$1" "${@:2}" | jq -r ".$1" | sort -u
}

requests() { # which come and go as their timers fire
	agree "owners of SYN_RECV" "echo listener" "of_each owner state syn-recv"
	agree "process of SYN_RECV" "of_each process state listening | sed 's/$/?/'" \
		"of_each process state syn-recv"
}

in_cgroup() { # PORT UNIT CONTAINER POD PATH
	local root=$cgroup_root
	fields=unit,container,pod,cgroup
	owned "sport = :$1 state listening" "1 $2 $3 $4 $root/$5"
	owned "dport = :$1" "2 $2 $3 $4 $root/$5"
	# Not accepted: the listener's, and marked.
	owned "sport = :$1 state established" "2 $(marked $2 $3 $4 "$root/$5")"
	[ "$3" = - ] || same "container = $3" "$(ss -tanH "sport = :$1 or dport = :$1" | wc -l)" \
		"$(tcpcensus -j by state container = "$3" and "( sport = :$1 or dport = :$1 )" | jq .total)"
}

marked() { # WORD...
	local word words=()
	for word; do
		[ "$word" = - ] || word+='?'
		words+=("$word")
	done
	echo "${words[*]}"
}

cgroups() {
	local id=3f4a5b6c7d8e full pod=0b7632a2-a56e-4278-987a-22de18008dbe
	full=${id}9f00112233445566778899aabbccddeeff000123456789abcdef
	in_cgroup 8001 nginx.service - - system.slice/nginx.service
	in_cgroup 8002 docker-$full.scope docker/$id - system.slice/docker-$full.scope
	in_cgroup 8003 - docker/$id - docker/$full
	in_cgroup 8004 libpod-$full.scope podman/$id - machine.slice/libpod-$full.scope
	in_cgroup 8005 cri-containerd-$full.scope containerd/$id $pod \
		kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${pod//-/_}.slice/cri-containerd-$full.scope
	in_cgroup 8006 - containerd/$id $pod kubepods/burstable/pod$pod/$full
	in_cgroup 8007 - lxc/mail - lxc.payload.mail
	in_cgroup 8008 'machine-web\x2d1.scope' nspawn/web-1 - 'machine.slice/machine-web\x2d1.scope/payload'
	in_cgroup 8009 app-x.scope - - \
		user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope
	fields=process,unit,owner
	owned 'dport = :8100 state time-wait' "1 - pair.service? peer"
}

# The kernel's record of the cgroup outweighs that somebody else alone uses the range.
gone() {
	fields=process,unit,owner
	owned 'dst 127.0.0.1:8080' "1 - gone.service cgroup"
	fields=process,owner
	owned 'dst 127.0.0.1:8080' "1 - none"
	fields=cgroup,owner
	owned 'dst 127.0.0.7:8080' "1 - none"
	fields=process,unit,owner
	owned 'dport = :8090' "2 stranger stranger.service held"
	fields=container,owner
	owned 'container = docker/3f4a5b6c7d8e' "1 docker/3f4a5b6c7d8e cgroup"
	tcpcensus by state container = docker/3f4a5b6c7d8f 2>"$scratch/err"
	same "exit status for another container" 3 $?
	grep -q "did you mean 'docker/3f4a5b6c7d8e'" "$scratch/err" ||
		wrong "near miss" "$(cat "$scratch/err")"
}

# One is left beside the three that every process has.
few_descriptors() { # ARGUMENT...
	(
		for fd in {3..255}; do
			eval "exec $fd>&-"
		done
		exec prlimit --nofile=4 tcpcensus "$@" >"$scratch/found" 2>"$scratch/notes"
	)
}

without_descriptors() {
	local why='the processes of 3 sockets were not found: cannot read /proc: Too many open files'
	why+=' (raise the limit of open files, ulimit -n)'
	few_descriptors by owner -j
	same "of whom it is" '{"hidden":3}' "$(jq -c .source.owners "$scratch/found")"
	same "for programs" "$why" "$(jq -r .source.why "$scratch/found")"
	same "why" "tcpcensus: $why" "$(cat "$scratch/notes")"
	few_descriptors listeners -i 0
	same "listeners" "tcpcensus: $why" "$(cat "$scratch/notes")"
	few_descriptors listeners -i 0 -N all --source netlink
	! grep 'looked into' "$scratch/notes" || wrong "of all namespaces" "$(cat "$scratch/notes")"
}
