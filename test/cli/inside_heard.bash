# SPDX-License-Identifier: MIT
# What heard.bats runs among real connections: the times of tcpcensus beside those of ss -i.

# "LOCAL,REMOTE,HEARD,IDLE" of every socket in a state; ss leaves out what is 0.
times_of_ss() { # STATE, as ss has it
	ss -tianH | awk -v "state=$1" '
		function smaller(a, b) { return a + 0 < b + 0 ? a + 0 : b + 0 }
		/^[^ \t]/ { ends = $1 == state ? $4 "," $5 : ""; next }
		!ends { next }
		{
			delete last
			for (i = 1; i <= NF; i++)
				if (split($i, part, ":") == 2 && part[1] ~ /^last/)
					last[part[1]] = part[2]
			if (length(last))
				print ends "," smaller(last["lastrcv"], last["lastack"]) "," \
					smaller(last["lastsnd"], last["lastrcv"])
		}' | sort
}

# CSV without its heading and without the count at the end.
rows() {
	tcpcensus list -n 0 -o csv "$@" 2>>"$scratch/notes" | sed '1d; s/,1$//'
}

our_times() {
	rows -c local,remote,heard,idle "$@" | sort
}

# The same ends, and times that differ by no more than what lies between the two looks.
alike() { # OURS THEIRS
	join -t '|' <(sed 's/,/~/;s/,/|/;s/,/|/' "$1") <(sed 's/,/~/;s/,/|/;s/,/|/' "$2") |
		awk -F '|' -v ours="$(wc -l <"$1")" -v theirs="$(wc -l <"$2")" '
			function far(a, b) { return a - b > 2000 || b - a > 2000 }
			far($2, $4) || far($3, $5) { print "too far: " $0; bad = 1 }
			END { exit bad || !NR || NR != ours || NR != theirs }'
}

heard() { # STATE, as ss has it | the same in a filter
	times_of_ss "$1" >"$scratch/theirs"
	our_times state "$2" >"$scratch/ours"
	alike "$scratch/ours" "$scratch/theirs" || wrong "heard and idle are those of ss, $1" \
		"$(diff "$scratch/theirs" "$scratch/ours")"
	ss -tian >"$scratch/listing"
	our_times -f "$scratch/listing" state "$2" >"$scratch/again"
	alike "$scratch/again" "$scratch/theirs" || wrong "they are in a listing of ss -i, too" \
		"$(diff "$scratch/theirs" "$scratch/again")"
}

connections_alone_have_it() {
	same "states with a time" "CLOSE_WAIT CLOSING ESTABLISHED FIN_WAIT1 FIN_WAIT2 LAST_ACK" \
		"$(rows -c state,heard | grep -v ',$' | cut -d, -f1 | sort -u | paste -sd' ')"
	same "not asked for, not told" "" "$(tcpcensus list -o ndjson | grep -E '"(heard|idle)"')"
	[ "$(tcpcensus by state heard '<' 3600000 -o csv | grep -c '^ESTABLISHED,')" = 1 ] ||
		wrong "it is a word of filters"
	rows -c idle -s -idle | grep . >"$scratch/order"
	same "sorted by it" "$(sort -rn "$scratch/order")" "$(cat "$scratch/order")"
	tcpcensus list -n 1 --source proc -c heard 2>&1 >/dev/null | grep -q 'heard was not read' ||
		wrong "proc has no such times, and says so"
}

with_owners() {
	local row
	row=$(rows -c heard,process,user,state | grep -E '^[0-9]+,[^,]+,[^,]+,ESTABLISHED' | head -1)
	[ -n "$row" ] || wrong "beside owners and users" "$(tcpcensus list -n 3 -c heard,process,user,state)"
}
