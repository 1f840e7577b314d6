#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints filter expressions that ss(8) takes as well, one a line and always the same, to
# compare what each of both shows. Words stand apart by blanks, as ss wants them.
#
#	filter_expressions.sh [NUMBER [SEED]]
#
# First every condition with every operator in every spelling, then NUMBER (default 400)
# random combinations of them. Left out is what ss gets wrong in a way that is not followed
# (src/model/filter_host.c and filter_parse.c say where): names with several addresses,
# "sport = *:22", ports above 65535, an empty set of states.
exec awk -v number="${1:-400}" -v seed="${2:-1}" '
# A generator of our own: the numbers of rand() depend on the awk.
function random(n)
{
	seed = (seed * 16807) % 2147483647
	return int(seed / 65536) % n
}

function pick(list,    words, n)
{
	n = split(list, words, ",")
	return words[1 + random(n)]
}

function each(words, format,    list, n, i)
{
	n = split(words, list, ",")
	for (i = 1; i <= n; i++)
		printf format "\n", list[i]
}

function condition(    kind)
{
	kind = random(12)
	if (kind < 3)
		return pick("src,dst") " " pick(hosts)
	if (kind < 5)
		return pick("src,dst") " " pick("=,==,eq") " " pick(hosts)
	if (kind < 9)
		return pick("sport,dport") " " pick(compares) " " pick(ports)
	if (kind == 9)
		return "dev " pick("=,!=,eq,neq,") " " pick(devices)
	if (kind == 10)
		return "fwmark " pick("=,!=,==,ne,") " " pick(marks)
	return "autobound"
}

function expression(depth,    kind)
{
	kind = depth > 3 ? 0 : random(10)
	if (kind < 4)
		return condition()
	if (kind == 4)
		return pick("not,!") " " condition()
	if (kind == 5)
		return pick("not,!") " ( " expression(depth + 1) " )"
	if (kind == 6)
		return "( " expression(depth + 1) " )"
	return condition() " " pick("and,&,&&,,or,|,||") " " expression(depth + 1)
}

function states(    n, text)
{
	for (n = random(3); n > 0; n--)
		text = text pick("state,state,state,exclude,excl") " " pick(state_names) " "
	# Nothing is left of these, and ss then forgets that states were named at all.
	return text ~ /excl/ ? "state all " text "state listening " : text
}

BEGIN {
	hosts = "127.0.0.1,10.1.2.3,10.1.0.0/16,10.1/16,127/8,192.0.2.7,192.0.2.0/255.255.255.0," \
		"*,any,all,0.0.0.0,0.0.0.0/0,[::1],[::],::/0,::1/128,[2001:db8::1]," \
		"2001:db8::/32,[::ffff:127.0.0.1],[::ffff:0:0/96],127.0.0.1:22,10.1.2.3:80," \
		"[2001:db8::1]:443,*:80,:443,:ssh,[::1]:22,0.0.0.0:*,127.0.0.1:https," \
		"203.0.113.0/24,10.1.2.3/32,::1:22,128.0.0.0/1,2001:db8::1:443"
	ports = "22,:22,:80,443,:ssh,http,:https,8443,1024,:32768,0,:0,65535,0x50,026,5000,6666," \
		"40000,:45003,60999,9000"
	compares = "=,==,eq,!=,ne,neq,>,gt,<,lt,>=,ge,geq,<=,le,leq,,"
	devices = "lo,1,0,2"
	marks = "5,0,0x1/0x1,0x10/0xf0,7,0x13,0x5/0x1,021,0/0"
	state_names = "all,connected,synchronized,bucket,big,established,syn-sent,syn-recv," \
		"syn-rcv,fin-wait-1,fin-wait-2,time-wait,closed,close,unconnected,close-wait," \
		"last-ack,listening,closing,ESTABLISHED,Time-Wait"

	each(hosts, "src %s"); each(hosts, "dst = %s"); each(hosts, "not src eq %s")
	each(compares, "sport %s 443"); each(compares, "dport %s :https")
	each(ports, "sport = %s"); each(ports, "not dport <= %s")
	each(devices, "dev %s"); each(devices, "dev != %s")
	each(marks, "fwmark = %s"); each(marks, "not fwmark %s")
	each(state_names, "state %s"); each(state_names, "state all exclude %s state listening sport = 22")
	each("autobound,not autobound,! autobound and sport = 22,autobound dst 127.0.0.1", "%s")
	each("src inet:127.0.0.1,dst inet6:*,not src inet:10.1.2.3,sport = inet:22", "%s")
	each("src inet:127.0.0.1 or src inet6:[::1],sport = inet6:ssh or src [::1]", "%s")
	for (; number > 0; number--)
		print states() expression(0)
}'
