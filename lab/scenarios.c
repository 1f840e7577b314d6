/* SPDX-License-Identifier: MIT */
/*
 * scenarios.c - the table of all scenarios.
 *
 * A row: name, summary, the side to look at, and its parts. FROM_A(maker, v4, v6) makes v4
 * connections over IPv4 and v6 over IPv6 whose clients are in namespace a and whose servers
 * are in b; FROM_B the other way round; ON_A within a, over its loopback, and ON_B within b. A part
 * of makers that make no connections ("listen", "bound") lives where its server is.
 *
 * What a diagnosis has to find there stands in .findings, all of it; .signs and .age_s say how long
 * that takes: where a rule has a threshold of a minute, the minute is waited for.
 */
#include "scenario.h"

#include "driver.h"
#include "makers.h"
#include "prepared.h"
#include "util/macro.h"

#define FROM_A(name, n4, n6)                                \
	{                                                   \
		&lab_maker_##name, (n4), (n6), LAB_A, LAB_B \
	}
#define FROM_B(name, n4, n6)                                \
	{                                                   \
		&lab_maker_##name, (n4), (n6), LAB_B, LAB_A \
	}
#define ON_A(name, n4, n6)                                  \
	{                                                   \
		&lab_maker_##name, (n4), (n6), LAB_A, LAB_A \
	}
#define ON_B(name, n4, n6)                                  \
	{                                                   \
		&lab_maker_##name, (n4), (n6), LAB_B, LAB_B \
	}

/* What every state at once shows. */
#define EVERY_STATE_SHOWS                                                                   \
	.signs = {                                                                          \
		{LAB_SYN_SENT, .retrans = 2},                                               \
		{LAB_SYN_RECV, .retrans = 1},                                               \
		{LAB_FIN_WAIT1, .retrans = 3},                                              \
		{LAB_CLOSING, .retrans = 2},                                                \
		{LAB_LAST_ACK, .retrans = 2},                                               \
	},                                                                                  \
	.findings = "unaccepted slow-last-ack syn-sent-blackhole fin-wait1-stuck closing "  \
		    "last-ack-stuck"

/* clang-format off */
const struct lab_scenario lab_scenarios[] = {
	{"empty", N_("no socket at all"), LAB_A, {{0}},
	 .healthy = true,
	 .heading = N_("One state, or all of them:")},
	{"listen", N_("servers waiting for connections"), LAB_A,
	 {ON_A(listen, 2, 1)},
	 .healthy = true},
	{"bound", N_("sockets that have a port and do nothing with it"), LAB_A,
	 {ON_A(bound, 2, 1)},
	 .healthy = true},
	{"syn-sent", N_("connecting to somebody who never answers"), LAB_A,
	 {FROM_A(syn_sent, 3, 2)},
	 .signs = {{LAB_SYN_SENT, .retrans = 2}}, .age_s = 1, .findings = "syn-sent-blackhole"},
	{"syn-recv", N_("the answers to connection requests get lost"), LAB_B,
	 {FROM_A(syn_recv, 3, 2)},
	 .signs = {{LAB_SYN_RECV, .retrans = 1}}, .findings = "slow-last-ack"},
	{"syn-recv-full", N_("two ends that call each other, one of them not heard"), LAB_B,
	 {FROM_A(syn_recv_full, 2, 1)},
	 .signs = {{LAB_SYN_RECV, .retrans = 1}}, .findings = "slow-last-ack"},
	{"not-accepted", N_("connections that the server's program has not taken yet"), LAB_B,
	 {FROM_A(not_accepted, 3, 2)},
	 .age_s = 2, .findings = "unaccepted"},
	{"queue-full", N_("a server too slow to accept: new clients get no answer"), LAB_B,
	 {FROM_A(queue_full, 3, 2)},
	 .age_s = 1, .findings = "accept-overflow unaccepted", .critical = "accept-overflow"},
	{"phantom", N_("clients are connected, and the server has no room for them"), LAB_B,
	 {FROM_A(phantom, 3, 2)},
	 .age_s = 1, .findings = "phantom-established accept-overflow unaccepted",
	 .critical = "accept-overflow"},
	{"ports-used", N_("no port is left for another connection to that server"), LAB_A,
	 {FROM_A(ports_used, 20, 0)},
	 .findings = "port-exhaustion dangerous-settings", .critical = "port-exhaustion"},
	{"established", N_("connections in use, over IPv4"), LAB_B,
	 {FROM_A(established, 3, 0)},
	 .healthy = true},
	{"established-v6", N_("connections in use, over IPv6"), LAB_B,
	 {FROM_A(established, 0, 3)},
	 .healthy = true},
	{"established-mapped", N_("IPv4 clients of a server that listens on IPv6"), LAB_B,
	 {FROM_A(established_mapped, 3, 0)},
	 .healthy = true},
	{"established-loopback", N_("connections whose two ends are on this machine"), LAB_A,
	 {ON_A(established, 3, 2)},
	 .healthy = true},
	{"fin-wait1", N_("closed, and the peer has vanished before it acknowledged"), LAB_A,
	 {FROM_A(fin_wait1, 3, 2)},
	 .signs = {{LAB_FIN_WAIT1, .retrans = 3}}, .findings = "fin-wait1-stuck"},
	{"fin-wait2-held", N_("half closed: the program still reads what the peer sends"), LAB_A,
	 {FROM_A(fin_wait2_held, 3, 2)},
	 .age_s = 61, .findings = "fin-wait2-held"},
	{"fin-wait2-orphan", N_("closed, while the peer keeps its end open"), LAB_A,
	 {FROM_A(fin_wait2_orphan, 3, 2)},
	 .settings = {{LAB_A, "net/ipv4/tcp_max_tw_buckets", "8"}},
	 .findings = "fin-wait2-orphan rfc1337 dangerous-settings"},
	{"time-wait", N_("closed by this end first: it waits for stragglers"), LAB_A,
	 {FROM_A(time_wait, 3, 2)},
	 .normal = "tw-active-close", .healthy = true},
	{"time-wait-server", N_("closed by the server first: it is the one that waits"), LAB_B,
	 {FROM_A(time_wait_server, 3, 2)},
	 .healthy = true},
	{"time-wait-mapped", N_("closed first by an IPv6 server, of IPv4 clients"), LAB_B,
	 {FROM_A(time_wait_mapped, 3, 0)},
	 .healthy = true},
	{"close-wait", N_("closed by the peer, and forgotten by the program here"), LAB_B,
	 {FROM_A(fin_wait2_orphan, 3, 2)},
	 .normal = "close-wait-leak", .healthy = true}, /* for a minute */
	{"last-ack", N_("closed by both, and the last acknowledgment does not come"), LAB_B,
	 {FROM_A(last_ack, 3, 2)},
	 .signs = {{LAB_LAST_ACK, .retrans = 2}}, .findings = "last-ack-stuck"},
	{"closing", N_("closed by both at the same time, and the peer has vanished"), LAB_A,
	 {FROM_A(closing, 3, 2)},
	 .signs = {{LAB_CLOSING, .retrans = 2}}, .findings = "closing"},
	{"defer-accept", N_("connections that the server takes only once data come"), LAB_B,
	 {FROM_A(defer_accept, 3, 2)},
	 /* Of a timer that is nearly out, who looks cannot tell whether it has been renewed. */
	 .signs = {{LAB_SYN_RECV, .left_s = 10}}, .normal = "defer-accept", .healthy = true},
	{"fin-wait1-window", N_("closed, with data that the peer is alive but does not read"), LAB_A,
	 {FROM_A(fin_wait1_window, 3, 2)},
	 .age_s = 2, .findings = "fin-wait1-stuck"},

	/* In a, no two states have the same count: over IPv4, over IPv6, nor together. */
	{"all-states", N_("every state at once, each in another number"), LAB_A, {
		ON_A(listen, 6, 6),
		ON_A(bound, 13, 11),
		FROM_A(established, 9, 4),
		FROM_B(established_mapped, 2, 0),
		FROM_B(not_accepted, 1, 1),
		FROM_A(syn_sent, 5, 2),
		FROM_B(syn_recv, 6, 3),
		FROM_B(syn_recv_full, 1, 1),
		FROM_A(fin_wait1, 4, 5),
		FROM_A(fin_wait2_held, 2, 1),
		FROM_A(fin_wait2_orphan, 10, 2),
		FROM_A(time_wait, 16, 4),
		FROM_B(time_wait_mapped, 2, 0),
		FROM_B(fin_wait2_orphan, 11, 9),
		FROM_B(last_ack, 1, 1),
		FROM_A(closing, 3, 10),
	 },
	 EVERY_STATE_SHOWS},
	{"all-states-loopback", N_("every state at once, both ends on this machine"), LAB_A, {
		ON_A(listen, 6, 6),
		ON_A(bound, 13, 11),
		ON_A(established, 9, 4),
		ON_A(established_mapped, 2, 0),
		ON_A(not_accepted, 1, 1),
		ON_A(syn_sent, 5, 2),
		ON_A(syn_recv, 6, 3),
		ON_A(syn_recv_full, 1, 1),
		ON_A(fin_wait1, 4, 5),
		ON_A(fin_wait2_held, 2, 1),
		ON_A(fin_wait2_orphan, 10, 2),
		ON_A(time_wait, 16, 4),
		ON_A(time_wait_mapped, 2, 0),
		ON_A(last_ack, 1, 1),
		ON_A(closing, 3, 10),
	 },
	 EVERY_STATE_SHOWS},

	/* A web server one morning, at one to ten: 5038 sockets, of which 301 in use. */
	{"the-note", N_("the note of one morning, a tenth of it: of 505 sockets 30 are in "
			"use"), LAB_A,
	 {
		FROM_B(time_wait_served, 417, 0), /* by the one listener, */
		FROM_B(syn_recv_joined, 43, 0),   /* and these as well */
		FROM_B(established, 30, 0),
		FROM_A(fin_wait2_orphan, 8, 0),
		FROM_B(fin_wait2_orphan, 2, 0), /* CLOSE_WAIT here */
		FROM_A(fin_wait1, 2, 0),
		FROM_B(last_ack, 1, 0),
		FROM_A(closing, 1, 0),
	 },
	 .signs = {
		{LAB_SYN_RECV, .retrans = 1},
		{LAB_FIN_WAIT1, .retrans = 3},
		{LAB_LAST_ACK, .retrans = 2},
		{LAB_CLOSING, .retrans = 2},
	 },
	 .findings = "slow-last-ack fin-wait1-stuck closing last-ack-stuck"},

	{"idle-server", N_("a server whose connections carry nothing but keepalive"), LAB_A,
	 {ON_A(listen, 1, 1), FROM_B(served_alive, 20, 10), FROM_B(time_wait_served, 6, 2)},
	 .settings = {{LAB_A, "net/ipv4/tcp_keepalive_time", "3"}}, .age_s = 4,
	 .normal = "tw-active-close", .healthy = true,
	 .heading = N_("As it should be, however it looks:")},
	{"busy-server", N_("a server whose clients keep and use their connections"), LAB_B,
	 {ON_B(listen, 1, 1)},
	 .driver = &lab_driver_busy, .signs = {{LAB_ESTABLISHED, .count = 20}}, .age_s = 2,
	 .healthy = true},
	{"client-pool", N_("a client with a pool of connections, most of them idle"), LAB_A,
	 {ON_A(listen, 1, 1)},
	 .driver = &lab_driver_pool, .signs = {{LAB_ESTABLISHED, .count = 20}}, .age_s = 2,
	 .healthy = true},
	{"short-connections", N_("many short connections, each closed by the peer first"), LAB_A,
	 {ON_A(listen, 1, 1)},
	 .driver = &lab_driver_short, .age_s = 3, .healthy = true},
	{"late-close", N_("a busy server that takes a moment to close after its clients"), LAB_B,
	 {ON_B(listen, 1, 1)},
	 .driver = &lab_driver_late_close, .signs = {{LAB_CLOSE_WAIT, .count = 15}}, .age_s = 2,
	 .normal = "close-wait-leak", .healthy = true},
	{"paused-players", N_("a server whose viewers have paused, and read nothing meanwhile"), LAB_A,
	 {ON_A(listen, 1, 1), FROM_B(established, 20, 10), FROM_A(not_read, 12, 6)},
	 .age_s = 3, .allowed = "send-stalled" /* as a notice */, .healthy = true},
	{"proxy", N_("a proxy: a connection behind for each one before"), LAB_A,
	 {ON_A(listen, 1, 1)},
	 .driver = &lab_driver_proxy,
	 .signs = {{LAB_ESTABLISHED, .count = 16}, {LAB_TIME_WAIT, .count = 200}},
	 .normal = "tw-active-close", .healthy = true},
	{"crawler", N_("a crawler: three in a hundred of the hosts that it asks are gone"), LAB_A,
	 {ON_A(listen, 1, 1)}, .settings = {{LAB_B, "net/ipv4/ip_forward", "0"}},
	 .driver = &lab_driver_crawler, .signs = {{LAB_SYN_SENT, .count = 20, .retrans = 2}},
	 .allowed = "syn-sent-blackhole" /* as a notice */, .healthy = true},
	{"crawler-paused", N_("a crawler that waits: twelve of its last three hundred hosts are gone"),
	 LAB_A, {ON_A(listen, 1, 1)}, .settings = {{LAB_B, "net/ipv4/ip_forward", "0"}},
	 .driver = &lab_driver_paused, .signs = {{LAB_SYN_SENT, .count = 12, .retrans = 2}},
	 .allowed = "syn-sent-blackhole" /* as a notice */, .healthy = true},
	{"some-loss", N_("a busy server that now and then loses a packet"), LAB_B,
	 {ON_B(listen, 1, 1)},
	 .driver = &lab_driver_some_loss, .signs = {{LAB_ESTABLISHED, .count = 20}}, .age_s = 2,
	 .normal = "retrans-storm", .healthy = true},

	{"slow-peer", N_("one silent client of a server whose backlog is small"), LAB_B, {{0}},
	 .driver = &lab_driver_slow_peer, .signs = {{LAB_SYN_RECV, .count = 1, .retrans = 1}},
	 .allowed = "slow-last-ack", .healthy = true},

	{"slow-last-ack", N_("a few clients that do not hear the server's answer"), LAB_B,
	 {FROM_A(syn_recv, 3, 2)},
	 .signs = {{LAB_SYN_RECV, .retrans = 1}}, .findings = "slow-last-ack",
	 .heading = N_("Connections that do not come about:")},
	{"scanned", N_("somebody tries port after port, and finishes no handshake"), LAB_B,
	 {{0}}, .settings = {{LAB_A, "net/ipv4/ip_forward", "0"}},
	 .driver = &lab_driver_scanner, .signs = {{LAB_SYN_RECV, .count = 24, .retrans = 1}},
	 .allowed = "slow-last-ack" /* as a notice */, .healthy = true},
	{"syn-flood", N_("connection requests from forged addresses, by the hundred"), LAB_B,
	 {{0}}, .settings = {{LAB_A, "net/ipv4/ip_forward", "0"}},
	 .driver = &lab_driver_syn_flood, .signs = {{LAB_SYN_RECV, .count = 60, .retrans = 1}},
	 .findings = "syn-flood cookies-sent"},
	{"syn-flood-small", N_("the same at a server that has room for five, without cookies"), LAB_B,
	 {{0}}, .settings = {{LAB_A, "net/ipv4/ip_forward", "0"},
			     {LAB_B, "net/ipv4/tcp_syncookies", "0"}},
	 .driver = &lab_driver_small_flood, .signs = {{LAB_SYN_RECV, .count = 5, .retrans = 1}},
	 .findings = "syn-flood dangerous-settings", .critical = "syn-flood"},
	{"syn-flood-beside", N_("such a flood, and clients of another server that do not hear its answer"),
	 LAB_B, {FROM_A(syn_recv, 3, 2)}, .settings = {{LAB_A, "net/ipv4/ip_forward", "0"}},
	 .driver = &lab_driver_syn_flood, .signs = {{LAB_SYN_RECV, .count = 65, .retrans = 1}},
	 .findings = "syn-flood cookies-sent slow-last-ack"},
	{"syn-cookies", N_("genuine clients of a server whose backlog is too small"), LAB_B, {{0}},
	 .driver = &lab_driver_syn_cookies, .signs = {{LAB_SYN_RECV, .count = 2, .retrans = 1}},
	 .findings = "cookies-sent slow-last-ack"},
	{"orphan-syn-recv", N_("handshakes of a server that has stopped listening"), LAB_B,
	 {{0}},
	 .driver = &lab_driver_unlistened, .signs = {{LAB_SYN_RECV, .count = 3}},
	 .findings = "orphan-syn-recv"},
	{"refused", N_("a client that tries again and again where nobody listens"), LAB_A, {{0}},
	 .driver = &lab_driver_refused, .age_s = 1, .findings = "syn-sent-refused"},
	{"bind-exhausted", N_("every port taken by clients that bind before they connect"), LAB_A,
	 {FROM_A(bind_exhausted, 20, 0)},
	 .findings = "bind-exhaustion dangerous-settings", .critical = "bind-exhaustion",
	 .heading = N_("Local ports:")},
	{"ports-waiting", N_("every port to a server waits after its connection was closed"), LAB_A,
	 {FROM_A(time_wait, 20, 0)},
	 .settings = {{LAB_A, "net/ipv4/ip_local_port_range", "40000 40019"}},
	 .findings = "port-exhaustion tw-active-close dangerous-settings",
	 .critical = "port-exhaustion"},
	{"ports-reused", N_("every port waits, and the next connections take them over"), LAB_A,
	 {{0}},
	 .settings = {{LAB_A, "net/ipv4/ip_local_port_range", "40000 40199"},
		      {LAB_A, "net/ipv4/tcp_tw_reuse", "1"}},
	 .driver = &lab_driver_reusing, .signs = {{LAB_TIME_WAIT, .count = 190}}, .age_s = 3,
	 .findings = "dangerous-settings"},
	{"bound-leak", N_("a program that binds ports and forgets them"), LAB_A,
	 {ON_A(bound_leak, 110, 0)},
	 .findings = "bound-inactive-leak"},
	{"listener-in-range", N_("a server on a port that outgoing connections also get"), LAB_A,
	 {ON_A(listen, 1, 1)},
	 .settings = {{LAB_A, "net/ipv4/ip_local_port_range", "9000 60999"}},
	 .findings = "listener-in-range"},

	{"half-open", N_("the peer has vanished, and nobody has said so"), LAB_A,
	 {FROM_A(half_open, 3, 2)},
	 .signs = {{LAB_ESTABLISHED, .retrans = 5}}, .findings = "half-open",
	 .heading = N_("Connections in use:")},
	{"retrans", N_("a path that loses much of what is sent"), LAB_A, {{0}},
	 .driver = &lab_driver_lossy, .signs = {{LAB_ESTABLISHED, .count = 4, .retrans = 3}},
	 .findings = "retrans-storm", .allowed = "half-open" /* after 6 s */},
	{"zero-window", N_("a program that does not read what it is sent"), LAB_B,
	 {FROM_A(not_read, 3, 2)},
	 .age_s = 3, .findings = "zero-window-local"},
	{"send-stalled", N_("a peer that does not read what it is sent"), LAB_A,
	 {FROM_A(not_read, 3, 2)},
	 .age_s = 3, .findings = "send-stalled"},
	{"idle-no-keepalive", N_("silent clients of whose end the server would not learn"), LAB_B,
	 {FROM_A(served, 12, 6)},
	 .settings = {{LAB_B, "net/ipv4/tcp_keepalive_time", "3"}},
	 .age_s = 3, .findings = "idle-no-keepalive"},
	{"stale-syn", N_("clients that were restarted, and the server has not heard of it"), LAB_B,
	 {{0}},
	 .driver = &lab_driver_stale_syn, .signs = {{LAB_ESTABLISHED, .count = 8}}, .age_s = 1,
	 .findings = "stale-syn"},

	{"abort-on-close", N_("a server that closes without reading what came"), LAB_B, {{0}},
	 .driver = &lab_driver_abort_on_close, .age_s = 1, .findings = "abort-on-close",
	 .heading = N_("Connections that end:")},
	{"close-wait-leak", N_("closed by the peer a minute ago, not by the program"), LAB_B,
	 {FROM_A(fin_wait2_orphan, 3, 2)},
	 .age_s = 61, .findings = "close-wait-leak"},
	{"close-wait-grows", N_("a program that closes nothing, and soon can open nothing"), LAB_B,
	 {{0}}, /* the clients' ends outlive the look, so that nobody takes their ports again */
	 .settings = {{LAB_A, "net/ipv4/tcp_fin_timeout", "600"}},
	 .driver = &lab_driver_forgetful, .age_s = 62,
	 .findings = "close-wait-leak", .critical = "close-wait-leak"},
	{"close-wait-limit", N_("of several programs that close nothing, one may open few "
				"sockets"), LAB_B,
	 {{0}}, .settings = {{LAB_A, "net/ipv4/tcp_fin_timeout", "600"}},
	 .driver = &lab_driver_several, .signs = {{LAB_CLOSE_WAIT, .count = 370}}, .age_s = 62,
	 .findings = "close-wait-leak", .critical = "close-wait-leak"},
	{"close-wait-alive", N_("the same, by the hundred, while keepalive hides how long"), LAB_B,
	 {FROM_A(half_closed_alive, 140, 60)},
	 .settings = {{LAB_A, "net/ipv4/tcp_keepalive_time", "5"},
		      {LAB_A, "net/ipv4/tcp_keepalive_intvl", "5"},
		      {LAB_B, "net/ipv4/tcp_keepalive_time", "5"},
		      {LAB_B, "net/ipv4/tcp_keepalive_intvl", "5"}},
	 .age_s = 61, .findings = "close-wait-leak"},
	{"fin-wait2-alive", N_("half closed, while keepalive hides how long"), LAB_A,
	 {FROM_A(half_closed_alive, 140, 60)},
	 .settings = {{LAB_A, "net/ipv4/tcp_keepalive_time", "5"},
		      {LAB_A, "net/ipv4/tcp_keepalive_intvl", "5"},
		      {LAB_B, "net/ipv4/tcp_keepalive_time", "5"},
		      {LAB_B, "net/ipv4/tcp_keepalive_intvl", "5"}},
	 .age_s = 61, .findings = "fin-wait2-held"},
	{"time-wait-many", N_("a client that closes first, every time, to one server"), LAB_A,
	 {FROM_A(time_wait, 300, 0)},
	 .settings = {{LAB_A, "net/ipv4/ip_local_port_range", "40000 40499"}},
	 .findings = "tw-active-close dangerous-settings"},
	{"tw-overflow", N_("more connections closed than may wait for stragglers"), LAB_A, {{0}},
	 .settings = {{LAB_A, "net/ipv4/tcp_max_tw_buckets", "10"}},
	 .driver = &lab_driver_close_first, .age_s = 1,
	 .findings = "tw-overflow tw-active-close rfc1337 dangerous-settings"},
	{"paws", N_("behind one address, some are kept out by TIME_WAIT"), LAB_B,
	 {{0}},
	 .driver = &lab_driver_paws, .signs = {{LAB_TIME_WAIT, .count = 16}}, .age_s = 1,
	 .findings = "paws-nat"},

	{"conntrack-full", N_("a scan fills a firewall's table of connections"), LAB_A,
	 {{0}}, .driver = &lab_driver_scan, .findings = "conntrack-full",
	 .heading = N_("What all connections share:")},

	{"conntrack-brim", N_("the same, until hardly any room is left"), LAB_A,
	 {{0}}, .driver = &lab_driver_scan_on, .findings = "conntrack-full",
	 .critical = "conntrack-full"},

	{"orphans-high", N_("closed connections that cannot be delivered, by thousands"), LAB_A,
	 {{0}}, .prepared = &lab_prepared_orphans_high, .findings = "orphans-high"},
	{"tcp-mem", N_("queues that take the memory that TCP may have"), LAB_A,
	 {{0}}, .prepared = &lab_prepared_tcp_mem, .findings = "tcp-mem"},
	{"tcp-mem-limit", N_("queues that have nearly all of the memory that TCP may have"), LAB_A,
	 {{0}}, .prepared = &lab_prepared_tcp_mem_limit, .findings = "tcp-mem",
	 .critical = "tcp-mem"},
	{"counts-disagree", N_("a listing of one namespace, and the counts of another"), LAB_A,
	 {{0}}, .prepared = &lab_prepared_counts_disagree, .findings = "counts-disagree"},

	{"tw-buckets-tiny", N_("hardly any room for connections that wait for stragglers"), LAB_A,
	 {{0}}, .settings = {{LAB_A, "net/ipv4/tcp_max_tw_buckets", "10"}},
	 .findings = "rfc1337 dangerous-settings"},
	{"dangerous-settings", N_("settings that are often advised, and do harm"), LAB_A, {{0}},
	 .settings = {
		{LAB_A, "net/ipv4/tcp_syncookies", "0"},
		{LAB_A, "net/ipv4/tcp_timestamps", "0"},
		{LAB_A, "net/ipv4/tcp_abort_on_overflow", "1"},
		{LAB_A, "net/ipv4/tcp_max_tw_buckets", "100"},
	 },
	 .findings = "dangerous-settings rfc1337"},
	{0},
};
/* clang-format on */
