/* SPDX-License-Identifier: MIT */
/* test_capture_records.c - single lines of every format, and every field that they give. */
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "replay.h"
#include "util/macro.h"

struct row {
	const char *text;
	const char *records;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tc_auto_buf struct tc_buf got = TC_BUF_INIT;

		replay(rows[i].text, strlen(rows[i].text), 0, REPLAY_RECORDS, &got);
		assert_string_equal(tc_buf_string(&got), rows[i].records);
	}
}

/* clang-format off */
static void test_netstat_linux(void **state)
{
	static const struct row rows[] = {
		{ "tcp 0 0 127.0.0.1:22 0.0.0.0:* LISTEN",
		  "LISTEN inet 127.0.0.1,22 0.0.0.0,0 q=0\n" },
		{ "tcp 0 0 10.0.0.1:46718 10.0.0.2:22 ESTABLISHED 1000 8852 5040/python3 keepalive (7199.08/0/0)",
		  "ESTABLISHED inet 10.0.0.1,46718 10.0.0.2,22 q=0/0 timer=keepalive expires=7199080 "
		  "retrans=0 uid=1000 inode=8852 process=<5040/python3>\n" },
		{ "tcp 5 7 10.0.0.1:1 10.0.0.2:2 FIN_WAIT1 www-data 99 812/nginx: worker p on (0,21/3/0)",
		  "FIN_WAIT1 inet 10.0.0.1,1 10.0.0.2,2 q=5/7 timer=retrans expires=210 retrans=3 inode=99 "
		  "user=<www-data> process=<812/nginx: worker p>\n" },
		/* Retransmissions, then probes: the timer tells which of the two ss shows. */
		{ "tcp 0 0 10.0.0.1:1 10.0.0.2:2 ESTABLISHED keepalive (0.62/3/15)",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 timer=keepalive expires=620 retrans=15\n" },
		{ "tcp 0 9 10.0.0.1:1 10.0.0.2:2 ESTABLISHED probe (18.91/3/2)",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/9 timer=probe expires=18910 retrans=2\n" },
		{ "tcp 0 9 10.0.0.1:1 10.0.0.2:2 ESTABLISHED unkn-4 (18.91/3/2)",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/9 timer=probe expires=18910 retrans=2\n" },
		{ "tcp 0 9 10.0.0.1:1 10.0.0.2:2 ESTABLISHED on (0.20/3/2)",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/9 timer=retrans expires=200 retrans=3\n" },
		{ "tcp 0 0 10.0.0.1:1 10.0.0.2:2 ESTABLISHED off (0.00/3/2)",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 timer=none retrans=0\n" },
		{ "tcp 0 0 10.0.0.1:1 10.0.0.2:2 ESTABLISHED zork (1.00/3/2)",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0\n" },
		{ "tcp 0 0 10.0.0.1:1 10.0.0.2:2 ESTABLISHED on (1.00/3)",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 timer=retrans expires=1000\n" },
		{ "tcp6 0 0 ::1:54040 ::1:22 TIME_WAIT 0 0 - timewait (59.08/0/0)",
		  "TIME_WAIT inet6 ::1,54040 ::1,22 q=0/0 timer=timewait expires=59080 retrans=0 inode=0\n" },
		{ "tcp6 0 0 10.0.0.1:22 10.0.0.2:46718 ESTABLISHED -",
		  "ESTABLISHED inet6 10.0.0.1,22 10.0.0.2,46718 q=0/0\n" },
		{ "tcp6 0 0 :::22 :::* LISTEN", "LISTEN inet6 ::,22 ::,0 q=0\n" },
		{ "tcp6 0 0 [::]:ssh [::]:* LISTEN", "LISTEN inet6 ::,22 ::,0 q=0\n" },
		{ "tcp 0 0 *:http *:* LISTEN", "LISTEN inet 0.0.0.0,80 0.0.0.0,0 q=0\n" },
		{ "tcp 0 0 localhost:zork web2.example:https ESTABLISHED",
		  "ESTABLISHED inet <localhost>,<zork> <web2.example>,443 q=0/0\n" },
		{ "tcp6 0 0 2001:db8:1234:5678:9:22 2001:db8:1234:567:55733 ESTABLISHED",
		  "ESTABLISHED inet6 <2001:db8:1234:5678:9>,22 <2001:db8:1234:567>,55733 q=0/0 local-cut remote-cut\n" },
		{ "tcp6 0 0 fe80::1%eth0:22 fe80::2:9 ESTABLISHED",
		  "ESTABLISHED inet6 fe80::1,22 fe80::2,9 q=0/0 iface=<eth0>\n" },
		{ "tcp 0 0 10.0.0.1:1 10.0.0.2:2 POSLEDN\xc3\x8d ACK 0 77 1/a",
		  "LAST_ACK inet 10.0.0.1,1 10.0.0.2,2 q=0/0 uid=0 inode=77 process=<1/a>\n" },
		{ "tcp 0 0 10.0.0.1:1 10.0.0.2:2 \xd0\x94\xd0\x9e\xd0\x9c",
		  "UNKNOWN inet 10.0.0.1,1 10.0.0.2,2 q=0/0 state=<\xd0\x94\xd0\x9e\xd0\x9c>\n" },
		/* BusyBox calls both families tcp; an old one cuts address and port together. */
		{ "tcp 0 0 2001:db8:1234:5678:9abc 2001:db8:1234:5678:9ab: LISTEN",
		  "LISTEN inet6 <2001:db8:1234:5678:9abc>,<> <2001:db8:1234:5678:9ab:>,<> q=0 local-cut remote-cut\n" },
		{ "udp 0 0 10.0.0.1:53 10.0.0.2:2 ESTABLISHED", "" },
		{ "unix  3 [ ] STREAM CONNECTED 12345", "" },
	};

	(void)state;
	check_rows(rows, TC_ARRAY_SIZE(rows));
}

static void test_netstat_of_others(void **state)
{
	static const struct row rows[] = {
		{ "tcp4 0 0 *.22 *.* LISTEN", "LISTEN inet 0.0.0.0,22 0.0.0.0,0\n" },
		{ "tcp46 0 0 *.443 *.* LISTEN", "LISTEN inet6 ::,443 ::,0\n" },
		{ "tcp4 0 0 localhost.ssh web1.example.com.http ESTABLISHED",
		  "ESTABLISHED inet <localhost>,22 <web1.example.com>,80 q=0/0 remote-cut\n" },
		{ "tcp6 0 0 fe80::1%en0.80 fe80::aede:48ff:.50104 ESTABLISHED",
		  "ESTABLISHED inet6 fe80::1,80 <fe80::aede:48ff:>,50104 q=0/0 iface=<en0> remote-cut\n" },
		{ "f1000e00012c3bb8 tcp4 0 48 192.0.2.40.22 198.51.100.9.51812 ESTABLISHED",
		  "ESTABLISHED inet 192.0.2.40,22 198.51.100.9,51812 q=0/48\n" },
		{ "tcp4 0/0/128 *.22", "" },
		{ "  TCP    192.0.2.30:3389  198.51.100.4:60001  SYN_RECEIVED  1300\r\n  TermService\r\n [svchost.exe]\r\n",
		  "SYN_RECV inet 192.0.2.30,3389 198.51.100.4,60001 process=<1300/svchost.exe>\n" },
		{ "  TCP    [fe80::1%12]:139  [fe80::2%12]:51000  ABH\x99REN  4",
		  "LISTEN inet6 fe80::1,139 fe80::2,51000 iface=<12> process=<4>\n" },
		{ "TCP: IPv6\n *.22 *.* 0 5 128000 9 ESTABLISHED",
		  "ESTABLISHED inet6 ::,22 ::,0 q=9/5\n" },
	};

	(void)state;
	check_rows(rows, TC_ARRAY_SIZE(rows));
}

static void test_ss(void **state)
{
	static const struct row rows[] = {
		{ "LISTEN 3 5 127.0.0.1:80 0.0.0.0:*", "LISTEN inet 127.0.0.1,80 0.0.0.0,0 q=3/5\n" },
		{ "LISTEN 0 5 *:22 *:* users:((\"python3\",pid=5040,fd=4)) ino:8845 sk:14 cgroup:/ v6only:0 <->",
		  "LISTEN inet6 ::,22 ::,0 q=0/5 uid=0 inode=8845 cookie=14 shutdown=0 v6only=0 process=<python3,pid=5040>\n" },
		{ "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 timer:(on,1.250sec,4) uid:33 ino:7 sk:ff fwmark:0x2a -->",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 timer=retrans expires=1250 retrans=4 uid=33 "
		  "inode=7 cookie=ff mark=42 shutdown=1\n" },
		/* One unit for seconds and milliseconds; no time is 0, and one that was cut off none. */
		{ "SYN-SENT 0 1 10.0.0.1:1 10.0.0.2:2 timer:(on,1.136ms,5)\n"
		  "SYN-SENT 0 1 10.0.0.1:1 10.0.0.2:2 timer:(on,9.007ms,5)\n"
		  "SYN-SENT 0 1 10.0.0.1:1 10.0.0.2:2 timer:(on,007ms,5)\n"
		  "SYN-SENT 0 1 10.0.0.1:1 10.0.0.2:2 timer:(on,2sec,5)\n"
		  "SYN-SENT 0 1 10.0.0.1:1 10.0.0.2:2 timer:(on,1min5sec,5)\n"
		  "SYN-SENT 0 1 10.0.0.1:1 10.0.0.2:2 timer:(on,119min,5)\n"
		  "SYN-SENT 0 1 10.0.0.1:1 10.0.0.2:2 timer:(on,,5)\n"
		  "SYN-SENT 0 1 10.0.0.1:1 10.0.0.2:2 timer:(on,1min\n",
		  "SYN_SENT inet 10.0.0.1,1 10.0.0.2,2 q=0/1 timer=retrans expires=1136 retrans=5\n"
		  "SYN_SENT inet 10.0.0.1,1 10.0.0.2,2 q=0/1 timer=retrans expires=9007 retrans=5\n"
		  "SYN_SENT inet 10.0.0.1,1 10.0.0.2,2 q=0/1 timer=retrans expires=7 retrans=5\n"
		  "SYN_SENT inet 10.0.0.1,1 10.0.0.2,2 q=0/1 timer=retrans expires=2000 retrans=5\n"
		  "SYN_SENT inet 10.0.0.1,1 10.0.0.2,2 q=0/1 timer=retrans expires=65000 retrans=5\n"
		  "SYN_SENT inet 10.0.0.1,1 10.0.0.2,2 q=0/1 timer=retrans expires=7140000 retrans=5\n"
		  "SYN_SENT inet 10.0.0.1,1 10.0.0.2,2 q=0/1 timer=retrans expires=0 retrans=5\n"
		  "SYN_SENT inet 10.0.0.1,1 10.0.0.2,2 q=0/1 timer=retrans\n" },
		{ "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2\n\t skmem:(r4352,rb131072,t0,tb87040,f0,w0,o0,bl0,d0) cubic "
		  "wscale:10,10 rto:200 rtt:0.03/0.01 cwnd:10 lastsnd:61000 lastack:1676 pacing_rate 8bps "
		  "rcv_space:14480 minrtt:0.004 rcv_wnd:65536\n",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 last=61000/0/1676 windows=0/65536 "
		  "memory=4352/131072\n" },
		/* An older ss has one window only; of these states none means anything. */
		{ "CLOSE-WAIT 1 0 10.0.0.1:1 10.0.0.2:2 cubic lastrcv:5 snd_wnd:64512\n",
		  "CLOSE_WAIT inet 10.0.0.1,1 10.0.0.2,2 q=1/0 last=0/5/0\n" },
		{ "LISTEN 0 5 10.0.0.1:1 0.0.0.0:* cubic lastsnd:7 rcv_wnd:1 skmem:(r0,rb131072,t0)\n",
		  "LISTEN inet 10.0.0.1,1 0.0.0.0,0 q=0/5\n" },
		/* A listener drops; an older ss does not say it, and what is connected counts other things. */
		{ "LISTEN 0 5 10.0.0.1:1 0.0.0.0:*\n\t skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d4294967295)\n",
		  "LISTEN inet 10.0.0.1,1 0.0.0.0,0 q=0/5 drops=4294967295\n" },
		{ "LISTEN 0 5 10.0.0.1:1 0.0.0.0:* skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0)\n",
		  "LISTEN inet 10.0.0.1,1 0.0.0.0,0 q=0/5\n" },
		{ "LISTEN 0 5 10.0.0.1:1 0.0.0.0:* skmem:(r0,d) skmem:() skmem:(r0,d-1) skmem:(r0,d7,)\n",
		  "LISTEN inet 10.0.0.1,1 0.0.0.0,0 q=0/5\n" },
		{ "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 skmem:(r0,rb8,t0,tb8,f0,w0,o0,bl0,d9)\n",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 memory=0/8\n" },
		{ "SYN-SENT 0 1 10.0.0.1:1 10.0.0.2:2 cubic lastsnd:429496729 lastrcv:429496729\n",
		  "SYN_SENT inet 10.0.0.1,1 10.0.0.2,2 q=0/1\n" },
		{ "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 skmem:(r0,rbx) skmem:(r0 lastsnd: lastack:99999999999 lastrcv:-1\n",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0\n" },
		{ "tcp ESTAB 0 0 10.0.0.1%lo:53 10.0.0.2:2\n\t timer:(persist,200ms,1) users:((\"a b (c\",812,5),(\"x\",9,5))\n",
		  "ESTABLISHED inet 10.0.0.1,53 10.0.0.2,2 q=0/0 timer=probe expires=200 retrans=1 iface=<lo> "
		  "process=<a b (c,pid=812;x,pid=9>\n" },
		/* Names have any bytes, also those that end one. */
		{ "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:((\"a,\"b\",pid=7,fd=4),(\"c\",pid=8,fd=4)) ino:9 sk:1\n"
		  "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:((\"a\"),(\"q\",pid=1\",pid=7,fd=4)) ino:9 sk:1\n"
		  "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:((\"\",pid=1,fd=2)\",pid=7,fd=4),(\"\",pid=8,fd=4)) ino:9 sk:1\n"
		  "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:((\"a\",pid=1,fd=1),(\"b\",pid=2,fd=1)) ino:9 sk:1\n"
		  "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:((\") ino:1 uid:5\",pid=7,tid=8,fd=4)) ino:9 sk:1\n"
		  "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:((\"a\",pid=7,fd=4 ino:9 sk:1\n",
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 uid=0 inode=9 cookie=1 process=<a,\"b,pid=7;c,pid=8>\n"
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 uid=0 inode=9 cookie=1 process=<a\"),(\"q\",pid=1,pid=7>\n"
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 uid=0 inode=9 cookie=1 process=<\",pid=1,fd=2),pid=7;,pid=8>\n"
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 uid=0 inode=9 cookie=1 process=<a,pid=1;b,pid=2>\n"
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 uid=0 inode=9 cookie=1 process=<) ino:1 uid:5,pid=7>\n"
		  "ESTABLISHED inet 10.0.0.1,1 10.0.0.2,2 q=0/0 process=<a,pid=7>\n" },
		{ "ESTAB 0 0 [::ffff:10.0.0.1]:22 [::ffff:10.0.0.2]:5",
		  "ESTABLISHED inet6 10.0.0.1,22 10.0.0.2,5 q=0/0\n" },
		{ "ESTAB 0 0 [fe80::1]%eth0:22 [fe80::2]:5",
		  "ESTABLISHED inet6 fe80::1,22 fe80::2,5 q=0/0 iface=<eth0>\n" },
		{ "tcp UNCONN 0 0 10.0.0.1:5000 0.0.0.0:*", "BOUND inet 10.0.0.1,5000 0.0.0.0,0 q=0/0\n" },
		{ "LISTEN 0 1 *:1 *:*\nPETRIFIED 0 0 10.0.0.1:1 10.0.0.2:2\nLISTEN 0 1\n",
		  "LISTEN inet6 ::,1 ::,0 q=0/1\nUNKNOWN inet 10.0.0.1,1 10.0.0.2,2 q=0/0 state=<PETRIFIED>\n" },
		{ "UNCONN 0 0 10.0.0.1:5000 0.0.0.0:*", "" },
		{ "udp ESTAB 0 0 10.0.0.1:5000 10.0.0.2:53", "" },
		{ "u_str LISTEN 0 1 @foo 8859 * 0", "" },
		{ "LISTEN 0 128 :::22 :::*\nLISTEN 0 128 *:22 *:*",
		  "LISTEN inet6 ::,22 ::,0 q=0/128\nLISTEN inet 0.0.0.0,22 0.0.0.0,0 q=0/128\n" },
	};

	(void)state;
	check_rows(rows, TC_ARRAY_SIZE(rows));
}

static void test_proc(void **state)
{
	static const struct row rows[] = {
		{ " 1: 0100007F:B67E 0100007F:0016 01 00000002:00000001 02:000AFC1C 00000001  1000  3 8852 3 00000000a3e85803 20 0 0 10 -1",
		  "ESTABLISHED inet 127.0.0.1,46718 127.0.0.1,22 q=1/2 timer=keepalive expires=7199000 retrans=3 "
		  "uid=1000 inode=8852 kind=full\n" },
		{ " 4: 0000000000000000FFFF00000100007F:0016 0000000000000000FFFF00000100007F:B67E 06 00000000:00000000 03:0000170C 00000000 0 0 0 3 00000000069c57e1",
		  "TIME_WAIT inet6 127.0.0.1,22 127.0.0.1,46718 q=0/0 timer=timewait expires=59000 retrans=0 inode=0 kind=timewait\n" },
		{ " 5: 0100007F:0016 0100007F:B67E 03 00000000:00000000 01:00000063 00000001 1000 0 0 0 00000000069c57e1",
		  "SYN_RECV inet 127.0.0.1,22 127.0.0.1,46718 q=0/0 timer=retrans expires=990 retrans=1 inode=0 kind=request\n" },
		{ "10603: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 7814124 2 00000000d230cbb5 0", "" },
	};

	(void)state;
	/* The words are in the byte order of the machine, and these are little-endian ones. */
	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		skip();
	check_rows(rows, TC_ARRAY_SIZE(rows));
}

static void test_lsof_and_conntrack(void **state)
{
	static const struct row rows[] = {
		{ "nginx 812 root 6u IPv4 31337 0t0 TCP *:80 (LISTEN)\nnginx 813 www-data 6u IPv4 31337 0t0 TCP *:80 (LISTEN)\n"
		  "nginx 814 33 7u IPv6 31338 0t0 TCP [::1]:80->[::1]:999 (ESTABLISHED)",
		  "LISTEN inet 0.0.0.0,80 <>,<> inode=31337 user=<root> process=<nginx,pid=812>\n"
		  "ESTABLISHED inet6 ::1,80 ::1,999 uid=33 inode=31338 process=<nginx,pid=814>\n" },
		{ "java 9 11 pool-1 app 6u IPv6 0x8f3c1d2ab4e5f601 0t0 TCP *:8080 (LISTEN)",
		  "LISTEN inet6 ::,8080 <>,<> user=<app> process=<java,pid=9>\n" },
		{ "tcp 6 57 FIN_WAIT src=192.0.2.1 dst=198.51.100.7 sport=51000 dport=443 src=198.51.100.7 dst=192.0.2.1 sport=443 dport=51000",
		  "FIN_WAIT1 inet 192.0.2.1,51000 198.51.100.7,443 state=<FIN_WAIT> conntrack\n" },
		{ "ipv6 10 tcp 6 119 LISTEN src=::1 dst=::2 sport=1 dport=2 src=::2 dst=::1 sport=2 dport=1",
		  "SYN_SENT inet6 ::1,1 ::2,2 state=<LISTEN> conntrack\n" },
	};

	(void)state;
	check_rows(rows, TC_ARRAY_SIZE(rows));
}

static void test_counts_and_json(void **state)
{
	static const struct row rows[] = {
		{ "    301 ESTABLISHED\n TIME_WAIT 4169\nestab: 7\n 5 tcp LISTEN\n 3 established)\n 1 Foreign",
		  "ESTABLISHED x301 <>,<> <>,<>\nTIME_WAIT x4169 <>,<> <>,<>\nESTABLISHED x7 <>,<> <>,<>\n"
		  "LISTEN x5 <>,<> <>,<>\n" },
		{ "{\"state\":\"LISTEN\",\"family\":\"inet6\",\"local.addr\":\"::\",\"local.port\":443,\"uid\":33,\"inode\":4711,"
		  "\"kind\":\"full\",\"process\":[{\"pid\":812,\"state\":\"X\"}],\"recv_q\":0,\"send_q\":511}",
		  "LISTEN inet6 ::,443 <>,<> q=0/511 uid=33 inode=4711 kind=full\n" },
		{ "{\"state\":\"TIME_WAIT\",\"remote.addr\":\"2001:db8:9\",\"remote.port\":\"zork\",\"timer\":\"timewait\","
		  "\"expires\":42000,\"cookie\":18446744073709551615,\"shutdown\":300,\"user\":\"ana\",\"iface\":\"eth0\",\"uid\":null}",
		  "TIME_WAIT <>,<> <2001:db8:9>,<zork> timer=timewait expires=42000 cookie=ffffffffffffffff user=<ana> "
		  "iface=<eth0> remote-cut\n" },
		{ "{\"state\":\"LISTEN\",\"local.addr\":\"::1\",\"local.addr\":\"2001:db8:9\",\"local.port\":1,\"local.port\":\"x\"}",
		  "LISTEN <2001:db8:9>,<x> <>,<> local-cut\n" },
		{ "{\"remote\":\"[::1]:443\",\"local\":\"192.0.2.1:80\",\"count\":12}", "UNKNOWN x12 192.0.2.1,80 ::1,443\n" },
		{ "{\"states\":{\"TIME_WAIT\":5,\"LISTEN\":0,\"WEIRD\":2}}",
		  "TIME_WAIT x5 <>,<> <>,<>\nUNKNOWN x2 <>,<> <>,<> state=<WEIRD>\n" },
		{ "{\"state\":\"running\"}\n[root@web1 ~]# ss\nLISTEN 0 1 *:1 *:*", "LISTEN inet6 ::,1 ::,0 q=0/1\n" },
	};

	(void)state;
	check_rows(rows, TC_ARRAY_SIZE(rows));
}

/* As our own output names them; nothing of one record is in the next. */
static void test_owners_of_json(void **state)
{
	static const struct row rows[] = {
		{ "{\"state\":\"LISTEN\",\"process\":\"a\",\"pid\":111,\"owner\":\"held\"}\n"
		  "{\"state\":\"LISTEN\",\"process\":\"b\",\"owner\":\"held\"}\n"
		  "{\"state\":\"LISTEN\",\"process\":\"c\",\"pid\":\"222,333\"}\n"
		  "{\"state\":\"LISTEN\",\"process\":\"d?\",\"pid\":\"444?\",\"owner\":\"listener\"}\n"
		  "{\"state\":\"LISTEN\",\"process\":\"e?\",\"pid\":\"445?\"}\n"
		  "{\"state\":\"LISTEN\",\"pid\":7}\n"
		  "{\"state\":\"LISTEN\"}\n",
		  "LISTEN <>,<> <>,<> process=<a,pid=111>\n"
		  "LISTEN <>,<> <>,<> process=<b,pid=0>\n"
		  "LISTEN <>,<> <>,<> process=<c,pid=222;c,pid=333>\n"
		  "LISTEN <>,<> <>,<>\n"
		  "LISTEN <>,<> <>,<>\n"
		  "LISTEN <>,<> <>,<> process=<,pid=7>\n"
		  "LISTEN <>,<> <>,<>\n" },
		/* Which of two names has which pid is not said; one that is alone has commas of its own. */
		{ "{\"state\":\"LISTEN\",\"process\":\"a,b\",\"pid\":\"8,9\"}",
		  "LISTEN <>,<> <>,<> process=<a,pid=0;b,pid=0;,pid=8;,pid=9>\n" },
		{ "{\"state\":\"LISTEN\",\"process\":\"a,b?\",\"pid\":8}",
		  "LISTEN <>,<> <>,<> process=<a,b?,pid=8>\n" },
		{ "{\"state\":\"LISTEN\",\"process\":\"a,b\",\"owner\":\"held\"}",
		  "LISTEN <>,<> <>,<> process=<a,pid=0;b,pid=0>\n" },
		/* No pids, and what another tool has printed. */
		{ "{\"state\":\"LISTEN\",\"process\":\"a\",\"pid\":\"x\"}", "LISTEN <>,<> <>,<> process=<a,pid=0>\n" },
		{ "{\"state\":\"LISTEN\",\"process\":\"812/nginx\"}", "LISTEN <>,<> <>,<> process=<812/nginx>\n" },
		{ "{\"state\":\"LISTEN\",\"process\":\"a,pid=5\"}", "LISTEN <>,<> <>,<> process=<a,pid=5>\n" },
	};

	(void)state;
	check_rows(rows, TC_ARRAY_SIZE(rows));
}

/* Names that only this machine's services file has; what may be cut off is not looked up. */
static void test_service_names_of_the_machine(void **state)
{
	static const struct row rows[] = {
		{ "tcp 0 0 10.0.0.1:x11-3 10.0.0.2:zork ESTABLISHED",
		  "ESTABLISHED inet 10.0.0.1,6003 10.0.0.2,<zork> q=0/0\n" },
		{ "ESTAB 0 0 10.0.0.1:22 10.0.0.2:x11-3",
		  "ESTABLISHED inet 10.0.0.1,22 10.0.0.2,6003 q=0/0\n" },
		{ "tcp4 0 0 192.168.100.10.x11-3 10.0.0.2.22 ESTABLISHED",
		  "ESTABLISHED inet 192.168.100.10,6003 10.0.0.2,22 q=0/0\n" },
		{ "tcp4 0 0 192.168.100.100.gopher 10.0.0.2.22 ESTABLISHED",
		  "ESTABLISHED inet 192.168.100.100,<gopher> 10.0.0.2,22 q=0/0\n" },
		{ "{\"state\":\"ESTABLISHED\",\"local.port\":\"x11-3\",\"remote.port\":\"zork\"}",
		  "ESTABLISHED <>,6003 <>,<zork>\n" },
	};
	struct servent service, *found = NULL;
	char buf[1024];

	(void)state;
	if (getservbyname_r("x11-3", "tcp", &service, buf, sizeof(buf), &found) || !found)
		skip();
	check_rows(rows, TC_ARRAY_SIZE(rows));
}
/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_netstat_linux),
		cmocka_unit_test(test_netstat_of_others),
		cmocka_unit_test(test_ss),
		cmocka_unit_test(test_proc),
		cmocka_unit_test(test_lsof_and_conntrack),
		cmocka_unit_test(test_counts_and_json),
		cmocka_unit_test(test_owners_of_json),
		cmocka_unit_test(test_service_names_of_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
