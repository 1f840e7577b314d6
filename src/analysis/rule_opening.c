/* SPDX-License-Identifier: MIT */
/* rule_opening.c - rules about handshakes whose listener has gone, and SYNs that are not new. */
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

/* ---- orphan-syn-recv -------------------------------------------------------------------- */

/* A listing may have been made without those that listen (ss without -a). */
static bool lacks_listeners(const struct tc_facts *facts)
{
	return facts->report.foreign && !facts->census.states[TC_LISTEN];
}

static enum tc_verdict check_orphan_syn_recv(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *orphan = &facts->symptoms[TC_SYMPTOM_SYN_RECV_ORPHAN];

	if (!orphan->shown)
		return tc_part_none_shown(facts, TC_SYMPTOM_SYN_RECV_ORPHAN, draft);
	if (lacks_listeners(facts)) {
		tc_needs(draft, "%s", tc_part_missing(draft, TC_SYMPTOM_SYN_RECV_ORPHAN));
		return TC_UNSURE;
	}
	tc_evidence_n(draft, "%llu SYN_RECV is on a port where nobody listens any more.",
		      "%llu SYN_RECV are on ports where nobody listens any more.", orphan->shown,
		      tc_llu(orphan->shown));
	tc_evidence_whose(draft, orphan);
	tc_part_unjudged(facts, TC_SYMPTOM_SYN_RECV_ORPHAN, draft);
	draft->severity = TC_SEVERITY_NOTICE;
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_orphan_syn_recv = {
	.id = "orphan-syn-recv",
	.severity = TC_SEVERITY_NOTICE,
	.title = N_("handshakes of a listener that has gone"),
	.threshold = N_("From the first: when the kernel is to send the SYN+ACK again, which is "
			"after a second or, for an old one, after half a minute, it looks for the "
			"listener and, where there is none, forgets the handshake; so the listener "
			"went moments ago."),
	.first = {N_("Start the server, if it should be there; otherwise nothing.")},
	.causes = {
		N_("A server was stopped or restarted with handshakes under way."),
		N_("It crashed."),
	},
	.confirm = {
		N_("tcpcensus by local state syn-recv: the ports"),
		N_("tcpcensus listeners: who listens now"),
	},
	.remedy = {
		N_("Nothing: they end by themselves. If the server should be there, start it."),
		N_("For restarts that lose no client: hand the listening socket over (socket "
		   "activation), or tcp_migrate_req with SO_REUSEPORT."),
	},
	.avoid = {
		N_("They do not keep the port: a server can bind it again at once."),
	},
	.sources = "net/ipv4/inet_connection_sock.c:inet_csk_listen_stop, reqsk_timer_handler, "
		   "inet_csk_bind_conflict; "
		   "Documentation/networking/ip-sysctl.rst",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_SYN_RECV_ORPHAN,
	.scenario = "orphan-syn-recv",
	.check = check_orphan_syn_recv,
};
/* clang-format on */

/* ---- stale-syn -------------------------------------------------------------------------- */

/* Places in the row's list of causes. */
enum { PEER_WAS_RESTARTED, NAT_HAS_FORGOTTEN, LAST_ACK_WAS_LOST };

/*
 * The counter takes each segment with a SYN that meets a connection: those of a peer that calls while
 * it is called, which are repeated once a second or more slowly until one is heard, and a SYN+ACK
 * that is repeated since the last ACK was lost, or the server had no room (net/ipv4/tcp_input.c:
 * tcp_validate_incoming).
 */
static bool is_calling_each_other(const struct tc_facts *facts, uint64_t count)
{
	uint64_t calling = facts->symptoms[TC_SYMPTOM_SYN_RECV_FULL].shown;

	return calling && (double)count <= (double)calling * ((double)facts->interval_us / 1e6 + 1);
}

/*
 * A SYN+ACK comes to whoever has asked for a connection, so where nobody ever has it is none. Of
 * others it is known where connections end by the RST that follows, or some of them hang.
 */
static bool are_stale(const struct tc_facts *facts, uint64_t count)
{
	uint64_t asked, ended;

	if (tc_facts_counter(facts, TC_COUNTER_ActiveOpens, &asked) && !asked)
		return true;
	if (tc_facts_rise(facts, TC_COUNTER_EstabResets, &ended) && ended * 2 >= count)
		return true;
	return facts->symptoms[TC_SYMPTOM_LAST_ACK_SILENT].shown ||
	       facts->symptoms[TC_SYMPTOM_HALF_OPEN].shown;
}

static enum tc_verdict needs_segments(const struct tc_facts *facts, uint64_t count,
				      struct tc_draft *draft)
{
	tc_needs(draft,
		 N_("what came (tcpdump), to tell SYNs of peers that connect again from SYN+ACKs "
		    "that servers repeat: in %s, %llu of one kind or the other met a connection "
		    "(TCPSYNChallenge)"),
		 tc_part_interval(facts, draft), tc_llu(count));
	return TC_UNSURE;
}

static enum tc_verdict check_stale_syn(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t count;

	tc_part_rise(facts, TC_COUNTER_TCPSYNChallenge, &count);
	if (!count || is_calling_each_other(facts, count))
		return TC_QUIET;
	if (!are_stale(facts, count))
		return needs_segments(facts, count, draft);
	tc_evidence_n(draft,
		      "In %s, %llu SYN met a connection that this machine still has between the "
		      "same ends (TCPSYNChallenge).",
		      "In %s, %llu SYNs met connections that this machine still has between the "
		      "same ends (TCPSYNChallenge).",
		      count, tc_part_interval(facts, draft), tc_llu(count));
	tc_part_where(facts, TC_COUNTER_TCPSYNChallenge, draft);
	if (facts->symptoms[TC_SYMPTOM_LAST_ACK_SILENT].shown)
		tc_points_to(draft, LAST_ACK_WAS_LOST);
	else if (facts->symptoms[TC_SYMPTOM_HALF_OPEN].shown)
		tc_points_to(draft, PEER_WAS_RESTARTED);
	draft->severity = TC_SEVERITY_NOTICE;
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_stale_syn = {
	.id = "stale-syn",
	.severity = TC_SEVERITY_NOTICE,
	.title = N_("peers reopen connections that this machine still has"),
	.threshold = N_("From the first in the interval: a peer that closed in good order does not "
			"do this. The answer is an ACK, the peer's RST ends the old connection, "
			"and its next SYN is accepted. Two ends that call each other are counted "
			"as well (SYN_RECV without a listener), and so are SYN+ACKs that a server "
			"repeats: so where this machine opens connections itself, it is only said "
			"where at least half as many connections ended by a reset in the interval, "
			"or some hang."),
	.first = {N_("Nothing for a few: the peer gets in a moment later.")},
	.causes = {
		[PEER_WAS_RESTARTED] =
		N_("The peer was restarted or lost power, and this side has not noticed: its "
		   "connections are half open."),
		[NAT_HAS_FORGOTTEN] =
		N_("A NAT or firewall has forgotten a connection and gives its port to a new one."),
		[LAST_ACK_WAS_LOST] =
		N_("The last ACK of the old connection was lost, and here it is in LAST_ACK."),
		N_("Forged SYNs, to discover or disrupt connections: the answer is what RFC 5961 "
		   "asks for."),
	},
	.confirm = {
		N_("nstat -az TcpExtTCPSYNChallenge TcpExtTCPChallengeACK: rise while it goes on"),
		N_("tcpcensus list -c state,local,remote,retrans state last-ack: old connections "
		   "that wait"),
		N_("tcpdump -n 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0': SYN, RST, SYN of the same "
		   "two ends; the mere ACK that the RST answers is not shown "
		   "(IPv4; for IPv6 watch 'ip6 proto 6')"),
	},
	.remedy = {
		N_("Keepalive in the programs here, so that connections of peers that are gone end "
		   "sooner."),
		N_("Have the NAT or firewall remember idle connections for longer than keepalive "
		   "waits."),
	},
	.avoid = {
		N_("Do not block the ACKs that answer such SYNs: without them the peer cannot "
		   "connect until the old connection has ended here."),
	},
	.sources = "RFC 5961 4; RFC 9293 3.10.7.4; net/ipv4/tcp_input.c:tcp_validate_incoming",
	.needs = TC_NEEDS_INTERVAL,
	.counters = "TCPSYNChallenge",
	.scenario = "stale-syn",
	.check = check_stale_syn,
};
/* clang-format on */
