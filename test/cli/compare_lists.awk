# SPDX-License-Identifier: MIT
# Compares lists of sockets, by whatever program, as sets in which each row has its number.
#
#	awk -f compare_lists.awk what=TEXT side=1 as=ss cells=state,local FILE side=-1 as=csv FILE ...
#
# Each file is told by what stands before it: `what` is being compared; side 1 is what is expected,
# -1 what was found; `cells` are the columns that are compared. A file may come more than once.
#
#	as=ss	the output of `ss -tanH`, in the words of tcpcensus: "*" is the wildcard of both families,
#		and a mapped address is the IPv4 address that it carries
#	as=csv	a list of tcpcensus, which begins with the names of its columns
#	as=counts	STATE=NUMBER, one a line
#	as=lines	lines in their order, of a census: but for ports, since what bind(2) has taken and
#		what connect(2) may take over only eBPF tells
#
# Prints what differs, "-" expected and "+" found; exit status 1 where something does.

BEGIN {
	n = split("ESTAB ESTABLISHED SYN-SENT SYN_SENT SYN-RECV SYN_RECV FIN-WAIT-1 FIN_WAIT1 " \
		"FIN-WAIT-2 FIN_WAIT2 TIME-WAIT TIME_WAIT UNCONN CLOSED CLOSE-WAIT CLOSE_WAIT " \
		"LAST-ACK LAST_ACK LISTEN LISTEN CLOSING CLOSING", pair, " ")
	for (i = 1; i < n; i += 2)
		name[pair[i]] = pair[i + 1]
}

function endpoint(text)
{
	sub(/%[^:\]]*/, "", text)
	sub(/^\*:/, "[::]:", text)
	if (text ~ /^\[::ffff:[0-9.]*\]/) {
		sub(/^\[::ffff:/, "", text)
		sub(/\]/, "", text)
	}
	return text
}

function differs(text)
{
	print what ": " text
	status = 1
}

FNR == 1 {
	wanted = split(cells, want, ",")
	order = in_ports = 0
}

as == "counts" {
	split($0, pair, "=")
	count[what, pair[1]] += side * pair[2]
	next
}

as == "lines" {
	if (in_ports) {
		in_ports = $0 !~ /: tcpcensus/
	} else if (/ ports /) {
		in_ports = 1
	} else {
		count[what, sprintf("%3d %s", ++order, $0)] += side
	}
	next
}

FNR == 1 {
	if (as == "ss")
		heading = "state,recv_q,send_q,local,remote"
	else
		heading = $0
	columns = split(heading, column, ",")
	split("", place)
	for (i = 1; i <= columns; i++)
		place[column[i]] = i
	for (i = 1; i <= wanted; i++)
		if (!(want[i] in place))
			differs("no column " want[i] " in " FILENAME)
	if (as != "ss")
		next
}

{
	if (as == "ss") {
		split($0, cell, " ")
		cell[1] = name[cell[1]]
		cell[4] = endpoint(cell[4])
		cell[5] = endpoint(cell[5])
	} else {
		split($0, cell, ",")
	}
	# The queues of listeners are not taken from /proc/net/tcp, which lacks the limit.
	if (what ~ /proc/ && cell[place["state"]] == "LISTEN")
		cell[place["recv_q"]] = cell[place["send_q"]] = ""
	# Of a handshake /proc counts how often its timer fired, which sends nothing where a last ACK
	# came, and netlink how often a SYN+ACK was sent again.
	if ("retrans" in place && cell[place["kind"]] == "request")
		cell[place["retrans"]] = ""
	# Whether a timer runs, not when it fires.
	if ("expires" in place && cell[place["expires"]] != "")
		cell[place["expires"]] = "some"
	row = ""
	for (i = 1; i <= wanted; i++)
		row = row (i > 1 ? "," : "") cell[place[want[i]]]
	count[what, row] += side
}

END {
	for (key in count) {
		if (!count[key])
			continue
		split(key, part, SUBSEP)
		what = part[1]
		differs((count[key] > 0 ? "- " count[key] : "+ " (-count[key])) " of " part[2])
	}
	exit status
}
