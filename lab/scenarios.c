/* SPDX-License-Identifier: MIT */
/*
 * scenarios.c - the table of all scenarios.
 *
 * A row: name, summary, the side to look at, and its parts. FROM_A(maker, v4, v6) makes v4
 * connections over IPv4 and v6 over IPv6 whose clients are in namespace a and whose servers
 * are in b; FROM_B the other way round; ON_A within a, over its loopback. A part of makers
 * that make no connections ("listen", "bound") lives where its server is.
 */
#include "scenario.h"

#include "makers.h"
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

/* clang-format off */
const struct lab_scenario lab_scenarios[] = {
	{"empty", N_("no socket at all"), LAB_A, {{0}}},
	{"listen", N_("servers waiting for connections"), LAB_A,
	 {ON_A(listen, 2, 1)}},
	{"bound", N_("sockets that have a port and do nothing with it"), LAB_A,
	 {ON_A(bound, 2, 1)}},
	{"syn-sent", N_("connecting to somebody who never answers"), LAB_A,
	 {FROM_A(syn_sent, 3, 2)}},
	{"syn-recv", N_("answers to connection requests that get lost on the way back"), LAB_B,
	 {FROM_A(syn_recv, 3, 2)}},
	{"syn-recv-full", N_("two ends that call each other, one of them not heard"), LAB_B,
	 {FROM_A(syn_recv_full, 2, 1)}},
	{"not-accepted", N_("connections that the server's program has not taken yet"), LAB_B,
	 {FROM_A(not_accepted, 3, 2)}},
	{"queue-full", N_("a server too slow to take its connections: new ones get no answer"), LAB_B,
	 {FROM_A(queue_full, 3, 2)}},
	{"ports-used", N_("no port is left for another connection to that server"), LAB_A,
	 {FROM_A(ports_used, 20, 0)}},
	{"established", N_("connections in use, over IPv4"), LAB_B,
	 {FROM_A(established, 3, 0)}},
	{"established-v6", N_("connections in use, over IPv6"), LAB_B,
	 {FROM_A(established, 0, 3)}},
	{"established-mapped", N_("IPv4 clients of a server that listens on IPv6"), LAB_B,
	 {FROM_A(established_mapped, 3, 0)}},
	{"established-loopback", N_("connections whose two ends are on this machine"), LAB_A,
	 {ON_A(established, 3, 2)}},
	{"fin-wait1", N_("closed, and the peer has vanished before it could acknowledge"), LAB_A,
	 {FROM_A(fin_wait1, 3, 2)}},
	{"fin-wait2-held", N_("half closed: the program still reads what the peer sends"), LAB_A,
	 {FROM_A(fin_wait2_held, 3, 2)}},
	{"fin-wait2-orphan", N_("closed, while the peer keeps its end open"), LAB_A,
	 {FROM_A(fin_wait2_orphan, 3, 2)}},
	{"time-wait", N_("closed by this end first, and by the peer: waiting for stragglers"), LAB_A,
	 {FROM_A(time_wait, 3, 2)}},
	{"time-wait-server", N_("closed by the server first, which then is the one that waits"), LAB_B,
	 {FROM_A(time_wait_server, 3, 2)}},
	{"time-wait-mapped", N_("the same, of IPv4 clients of a server that listens on IPv6"), LAB_B,
	 {FROM_A(time_wait_mapped, 3, 0)}},
	{"close-wait", N_("closed by the peer, and forgotten by the program here"), LAB_B,
	 {FROM_A(fin_wait2_orphan, 3, 2)}},
	{"last-ack", N_("closed by both, and the last acknowledgement does not come"), LAB_B,
	 {FROM_A(last_ack, 3, 2)}},
	{"closing", N_("closed by both at the same time, and the peer has vanished"), LAB_A,
	 {FROM_A(closing, 3, 2)}},

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
	}},
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
	}},
	{0},
};
/* clang-format on */
