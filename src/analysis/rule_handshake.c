/* SPDX-License-Identifier: MIT */
/* rule_handshake.c - rules about handshakes that have begun here and are not finished. */
#include <string.h>

#include "analysis/flood.h"
#include "analysis/judge.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

enum {
	SCANNERS_LEAST = 5, /* addresses with one handshake each: by chance it is fewer */
	LISTENERS_MAX = 3,  /* of which a finding tells */
};

/* Little's law: if none were ever finished, so many would begin a second. */
static const char *rate_of(uint64_t requests, uint64_t ms, struct tc_draft *draft)
{
	return tc_words_rate(draft, (double)requests * 1000 / (double)ms);
}

/*
 * What finds the queue full leaves no request, so that their number says nothing of the rate: it
 * does only where it is known that none did.
 */
static bool tells_rate(const struct tc_facts *facts, const struct tc_flood_pressure *pressure)
{
	uint64_t sent;

	return facts->figures[TC_LIFETIME_SYN_RECV].known && pressure->is_known &&
	       !pressure->dropped && !pressure->unproven && !pressure->cookies &&
	       tc_part_rise(facts, TC_COUNTER_SyncookiesSent, &sent) == TC_RISE_NONE;
}

/*
 * From one look it is not known whether the queue was ever full; how long a handshake lasts is
 * said of the usual setting where that of the listing's machine was not read.
 */
static enum tc_verdict unsure_of(const struct tc_facts *facts,
				 const struct tc_flood_pressure *pressure, uint64_t requests,
				 struct tc_draft *draft)
{
	enum { USUAL_MS = 63000 }; /* with tcp_synack_retries = 5 */
	const struct tc_figure *life = &facts->figures[TC_LIFETIME_SYN_RECV];

	if (facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED].shown &&
	    tc_part_peers(&facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED]))
		tc_needs(draft, N_("the addresses of the SYNs that find a queue full (tcpdump), to "
				   "tell a flood from slow peers: the queue has room for one"));
	else if (pressure->dropped || pressure->unproven || pressure->cookies)
		tc_needs(draft, N_("repetitions and addresses%s, to tell a flood from slow peers"),
			 tc_judge_how(draft, "ss -tano"));
	else if (life->known)
		tc_evidence_n(tc_for_needs(draft),
			      "repetitions, addresses and listeners%s, to tell a flood from slow "
			      "peers: if the %llu SYN_RECV is never finished, lasting %s, they begin "
			      "at %s or more (an inference)",
			      "repetitions, addresses and listeners%s, to tell a flood from slow "
			      "peers: if none of %llu SYN_RECV is ever finished, each lasting %s, "
			      "they begin at %s or more (an inference)",
			      requests, tc_judge_how(draft, "ss -tanoi, ss -ltn"), tc_llu(requests),
			      tc_words_duration(draft, life->value),
			      rate_of(requests, life->value, draft));
	else
		tc_evidence_n(tc_for_needs(draft),
			      "repetitions, addresses and listeners%s, to tell a flood from slow "
			      "peers: if the %llu SYN_RECV is never finished, and lasts %s, as with "
			      "tcp_synack_retries = 5, they begin at %s or more (an inference)",
			      "repetitions, addresses and listeners%s, to tell a flood from slow "
			      "peers: if none of %llu SYN_RECV is ever finished, and each lasts %s, "
			      "as with tcp_synack_retries = 5, they begin at %s or more (an "
			      "inference)",
			      requests, tc_judge_how(draft, "ss -tanoi, ss -ltn"), tc_llu(requests),
			      tc_words_duration(draft, USUAL_MS), rate_of(requests, USUAL_MS, draft));
	return TC_UNSURE;
}

/* ---- syn-flood -------------------------------------------------------------------------- */

/* Places in the row's list of causes. */
enum { FORGED_ADDRESSES, FILTER_ON_THE_WAY_BACK };

static bool is_dropping(const struct tc_flood_pressure *pressure)
{
	return pressure->dropped || pressure->unproven;
}

/*
 * Where the answers reach nobody, no connection at all comes in meanwhile, nor a RST of somebody
 * who never asked; in a flood those of real clients do, unless their SYNs are dropped.
 */
static void point_to_flood(const struct tc_facts *facts, bool is_dropping, struct tc_draft *draft)
{
	uint64_t came_in, refused;
	bool is_reached;

	if (!tc_facts_rise(facts, TC_COUNTER_PassiveOpens, &came_in) ||
	    !tc_facts_rise(facts, TC_COUNTER_EmbryonicRsts, &refused))
		return;
	is_reached = came_in || refused || is_dropping;
	tc_points_to(draft, is_reached ? FORGED_ADDRESSES : FILTER_ON_THE_WAY_BACK);
	if (came_in)
		tc_evidence_n(draft, "Meanwhile %llu connection came in as it should.",
			      "Meanwhile %llu connections came in as they should.", came_in,
			      tc_llu(came_in));
	else if (!is_reached)
		tc_evidence(draft, N_("Meanwhile not one connection came in: perhaps no answer of "
				      "this machine arrives."));
}

/* SYNs that found no room, and got no cookie. */
static void tell_dropped(const struct tc_facts *facts, const struct tc_flood_pressure *pressure,
			 struct tc_draft *draft)
{
	if (pressure->dropped) {
		tc_evidence_n(draft,
			      "In %s, %llu SYN was dropped, the queue being full "
			      "(TCPReqQFullDrop).",
			      "In %s, %llu SYNs were dropped, the queue being full "
			      "(TCPReqQFullDrop).",
			      pressure->dropped, tc_part_interval(facts, draft),
			      tc_llu(pressure->dropped));
		tc_part_where(facts, TC_COUNTER_TCPReqQFullDrop, draft);
	}
	if (pressure->unproven)
		tc_evidence_n(draft,
			      "In %s, %llu SYN was dropped (ListenDrops) since three quarters of "
			      "tcp_max_syn_backlog are taken and tcp_syncookies is 0 (inferred).",
			      "In %s, %llu SYNs were dropped (ListenDrops) since three quarters of "
			      "tcp_max_syn_backlog are taken and tcp_syncookies is 0 (inferred).",
			      pressure->unproven, tc_part_interval(facts, draft),
			      tc_llu(pressure->unproven));
}

/* The worst first; what it shows is said where it is not all that is shown. */
static void tell_flooded(const struct tc_facts *facts, struct tc_draft *draft)
{
	struct tc_flood_listener worst[LISTENERS_MAX];
	size_t count = tc_flood_listeners(facts, LISTENERS_MAX, worst);
	uint64_t shown = facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED].shown;

	for (size_t i = 0; i < count && i < LISTENERS_MAX; i++) {
		const struct tc_listener *listener = worst[i].listener;

		tc_part_tell_listener(facts, listener, draft);
		if (listener->silent && listener->silent < shown)
			tc_evidence_n(draft, "%llu of its SYN_RECV is silent; addresses: %llu.",
				      "%llu of its SYN_RECV are silent; addresses: %llu.",
				      listener->silent, tc_llu(listener->silent),
				      tc_llu(listener->silent_peers));
	}
	if (count > LISTENERS_MAX)
		tc_evidence_n(draft, "And %llu other listener.", "And %llu other listeners.",
			      count - LISTENERS_MAX, tc_llu(count - LISTENERS_MAX));
}

static void tell_flood(const struct tc_facts *facts, const struct tc_flood_pressure *pressure,
		       struct tc_draft *draft)
{
	const struct tc_symptom_facts *retried = &facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED];
	const struct tc_figure *life = &facts->figures[TC_LIFETIME_SYN_RECV];
	uint64_t requests = facts->census.states[TC_SYN_RECV], sent, received;

	tc_evidence(draft,
		    N_("%llu SYN_RECV, %llu of them silent after a repeated SYN+ACK, of %llu "
		       "different addresses."),
		    tc_llu(requests), tc_llu(retried->shown), tc_llu(tc_part_peers(retried)));
	tell_dropped(facts, pressure, draft);
	tc_part_rise(facts, TC_COUNTER_SyncookiesSent, &sent);
	tc_part_rise(facts, TC_COUNTER_SyncookiesRecv, &received);
	if (sent) {
		tc_evidence_n(draft, "In %s, %llu cookie was sent and %llu came back.",
			      "In %s, %llu cookies were sent and %llu came back.", sent,
			      tc_part_interval(facts, draft), tc_llu(sent), tc_llu(received));
		tc_part_where(facts, TC_COUNTER_SyncookiesSent, draft);
	}
	if (tells_rate(facts, pressure))
		tc_evidence(draft,
			    N_("If none is ever finished, each lasting %s, they begin at %s or more "
			       "(an inference)."),
			    tc_words_duration(draft, life->value),
			    rate_of(requests, life->value, draft));
	point_to_flood(facts, is_dropping(pressure), draft);
	tell_flooded(facts, draft);
	tc_evidence_whose(draft, retried);
}

/* A full queue, and it is not known what it turns away: one slow peer fills a small one. */
static enum tc_verdict needs_drops(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t rise;

	return tc_part_needs_rise(facts,
				  tc_part_rise(facts, TC_COUNTER_TCPReqQFullDrop, &rise) ==
						  TC_RISE_UNKNOWN
					  ? TC_COUNTER_TCPReqQFullDrop
					  : TC_COUNTER_TCPReqQFullDoCookies,
				  draft);
}

/* Of handshakes that have just begun it is not known whether anybody finishes them. */
static enum tc_verdict needs_silence(const struct tc_facts *facts,
				     const struct tc_flood_pressure *pressure,
				     struct tc_draft *draft)
{
	if (facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED].shown) /* slow-last-ack speaks of them */
		return TC_QUIET;
	tc_evidence_n(tc_for_needs(draft),
		      "another look, a second later, to tell a flood from genuine load: in %s, %llu "
		      "SYN found a queue full and was dropped",
		      "another look, a second later, to tell a flood from genuine load: in %s, %llu "
		      "SYNs found a queue full and were dropped",
		      pressure->dropped + pressure->unproven, tc_part_interval(facts, draft),
		      tc_llu(pressure->dropped + pressure->unproven));
	return TC_UNSURE;
}

/*
 * With cookies nobody is turned away, but for options of TCP, so that is a warning; SYNs that are
 * dropped are connections that fail.
 */
static enum tc_verdict check_syn_flood(const struct tc_facts *facts, struct tc_draft *draft)
{
	struct tc_flood_pressure pressure = tc_flood_pressure(facts);
	uint64_t requests = facts->census.states[TC_SYN_RECV];
	bool is_pressed = tc_flood_is_pressed(&pressure);

	if (!requests && !is_pressed)
		return tc_judge_may_be_left_out(facts, TC_STATE_BIT(TC_SYN_RECV), draft)
			       ? TC_UNSURE
			       : TC_QUIET;
	if (!is_pressed && pressure.is_full && !pressure.is_known)
		return needs_drops(facts, draft);
	if (!is_pressed && tc_part_has_queues(facts)) /* and none of them is half full */
		return TC_QUIET;
	if (!is_pressed)
		return unsure_of(facts, &pressure, requests, draft);
	switch (tc_flood_likeness(facts)) {
	case TC_LIKE_YES:
		tell_flood(facts, &pressure, draft);
		draft->severity =
			is_dropping(&pressure) ? TC_SEVERITY_CRITICAL : TC_SEVERITY_WARNING;
		return TC_FOUND;
	case TC_LIKE_UNKNOWN:
		return unsure_of(facts, &pressure, requests, draft);
	default:
		return is_dropping(&pressure) ? needs_silence(facts, &pressure, draft) : TC_QUIET;
	}
}

/* clang-format off */
const struct tc_rule tc_rule_syn_flood = {
	.id = "syn-flood",
	.severity = TC_SEVERITY_CRITICAL,
	.title = N_("a flood of SYNs whose handshakes are never finished"),
	.threshold = N_("When the queue of handshakes of a listener is more than half full or SYNs "
			"found it full, and either few cookies come back (less than half), or most "
			"of ten or more SYN_RECV are silent; and most of the silent ones are of "
			"different addresses, five at least. A full queue in which fewer have "
			"room must turn away as many as it holds, and ten, each second. A warning; "
			"critical when SYNs are dropped, since real clients then fail, too. Each "
			"listener is judged for itself."),
	.first = {
		[FORGED_ADDRESSES] =
			N_("Make sure that tcp_syncookies is 1: real clients then get in."),
		[FILTER_ON_THE_WAY_BACK] =
			N_("Look for what drops this machine's answers on the way back."),
	},
	.causes = {
		[FORGED_ADDRESSES] =
		N_("An attack with forged addresses: the SYN+ACKs go to hosts that never asked."),
		[FILTER_ON_THE_WAY_BACK] =
		N_("The way back is filtered: SYNs come in, and nothing that this machine sends "
		   "reaches the clients."),
		N_("An attack from many real hosts, whose SYN+ACKs are dropped there."),
	},
	.confirm = {
		N_("tcpcensus by remote.addr state syn-recv: many addresses with one or two each"),
		N_("nstat -az TcpExtSyncookiesSent TcpExtSyncookiesRecv: few of those sent come "
		   "back in a flood, nearly all of them under genuine load"),
		N_("tcpdump -n 'tcp[tcpflags] & tcp-syn != 0': whether the SYN+ACKs leave, and "
		   "what comes back (IPv4; for IPv6 watch 'ip6 proto 6')"),
	},
	.remedy = {
		N_("tcp_syncookies = 1 (now ${tcp_syncookies}): clients are let in although the "
		   "queue is full."),
		N_("Look for a filter on the way back, if real clients are affected."),
		N_("Filter it before it comes here: at the provider, or by SYNPROXY of nftables."),
		N_("A larger backlog, where memory allows: the queue of handshakes has the same "
		   "limit."),
	},
	.avoid = {
		N_("Not tcp_syncookies = 0: a full queue then drops the SYNs of everybody."),
		N_("Not tcp_syncookies = 2: cookies for every connection, which is meant for "
		   "tests."),
		N_("tcp_max_syn_backlog limits nothing while tcp_syncookies is 1."),
	},
	.sources = "RFC 4987; tcp(7); net/ipv4/tcp_input.c:tcp_conn_request, "
		   "tcp_syn_flood_action; net/ipv4/inet_connection_sock.c:reqsk_timer_handler",
	.needs = TC_NEEDS_SOCKETS,
	.not_at_a_glance = "addresses, and what full queues turned away in an interval",
	.scenario = "syn-flood",
	.check = check_syn_flood,
};
/* clang-format on */

/* ---- slow-last-ack ---------------------------------------------------------------------- */

/* /proc counts timeouts, which waiting for data makes too; netlink counts repetitions. */
static bool is_of_proc(const struct tc_facts *facts)
{
	return facts->report.source && strcmp(facts->report.source, "proc") == 0;
}

/* Places in the row's list of causes. */
enum { LOSS, FIREWALL, SCANNERS };

/*
 * A single peer may be gone, cut off, or never have meant to connect: whichever it is, nobody else
 * has it. Whether a path or a firewall is at fault takes another.
 */
static bool is_single(const struct tc_symptom_facts *retried)
{
	return tc_part_peers(retried) == 1 && retried->shown > 1;
}

/* It asks several listeners, and finishes with none. */
static bool is_scanner(const struct tc_symptom_facts *retried)
{
	uint64_t listeners = 0, count = 0;

	if (!is_single(retried) || !retried->who)
		return false;
	tc_tally_other(retried->who, &listeners, &count);
	return tc_tally_rows(retried->who) + listeners > 1;
}

/*
 * Many of few peers are a path or a firewall: some of their handshakes get through in the one case,
 * none in the other. One of each of many peers is somebody who looks at ports.
 */
static void point_to_slow(const struct tc_facts *facts, bool is_few, struct tc_draft *draft)
{
	const struct tc_symptom_facts *retried = &facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED];
	uint64_t peers = tc_part_peers(retried), came_in;

	if (is_scanner(retried) ||
	    (!is_few && peers >= SCANNERS_LEAST && peers == retried->shown))
		tc_points_to(draft, SCANNERS);
	else if (is_few && tc_facts_rise(facts, TC_COUNTER_PassiveOpens, &came_in))
		tc_points_to(draft, came_in ? LOSS : FIREWALL);
}

/* Where a listener lets nobody in, last ACKs do come: the rule phantom-established tells of those.
 */
static enum tc_verdict check_slow_last_ack(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *retried = &facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED];
	struct tc_flood_pressure pressure = tc_flood_pressure(facts);
	bool is_few = tc_part_is_few_peers(retried) && !is_single(retried);

	if (!retried->shown)
		return tc_part_none_shown(facts, TC_SYMPTOM_SYN_RECV_RETRIED, draft);
	if (tc_flood_is_one(facts) || tc_part_stuck_handshakes(facts) >= retried->shown)
		return TC_QUIET;
	tc_evidence_n(
		draft, "%llu of %llu SYN_RECV had its SYN+ACK sent again: no last ACK has come.",
		"%llu of %llu SYN_RECV had their SYN+ACK sent again: no last ACK has come.",
		retried->shown, tc_llu(retried->shown), tc_llu(facts->census.states[TC_SYN_RECV]));
	if (is_few)
		tc_part_few_peers(retried, draft);
	if (is_single(retried))
		tc_evidence(draft, N_("All are of a single peer, and of nobody else: it does not "
				      "finish, or what is answered does not reach it."));
	if (is_dropping(&pressure)) {
		tell_dropped(facts, &pressure, draft);
		tc_part_listeners(facts, TC_TROUBLE_SYN_OVERFLOWS | TC_TROUBLE_SYN_FULL, false,
				  draft);
	} else if (pressure.is_crowded) { /* more of the same would keep others out */
		tc_part_listeners(facts, TC_TROUBLE_HALF_FULL | TC_TROUBLE_SYN_FULL, false, draft);
	}
	if (is_of_proc(facts))
		tc_evidence(draft, N_("/proc counts those there too that wait for their first data "
				      "(TCP_DEFER_ACCEPT)."));
	if (!tc_part_has_queues(facts))
		tc_evidence(draft, N_("The queues of the listeners were not read: a full one drops "
				      "last ACKs."));
	tc_evidence_whose(draft, retried);
	tc_part_unjudged(facts, TC_SYMPTOM_SYN_RECV_RETRIED, draft);
	point_to_slow(facts, is_few, draft);
	draft->is_shared = !tc_part_peers(retried);
	draft->severity =
		is_few || is_dropping(&pressure) ? TC_SEVERITY_WARNING : TC_SEVERITY_NOTICE;
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_slow_last_ack = {
	.id = "slow-last-ack",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("the last ACK of handshakes does not come"),
	.threshold = N_("A notice from the first SYN+ACK that was sent again, since every public "
			"server has some; a warning from ten that few peers share, two at least, "
			"whose connections do not come about, and when a full queue drops other "
			"SYNs meanwhile. What looks like a flood is told by the "
			"rule syn-flood."),
	.first = {
		[LOSS] = N_("See whether answers leave and last ACKs arrive: tcpdump, below."),
		[FIREWALL] = N_("Look for a firewall or a route that swallows the answers."),
		[SCANNERS] =
			N_("Nothing: scanners do not answer, and each handshake ends by itself."),
	},
	.causes = {
		[LOSS] =
		N_("SYN+ACKs or last ACKs are lost: a bad path, or one that is not the way of the "
		   "SYN."),
		[FIREWALL] =
		N_("A firewall lets SYNs through and drops the answers."),
		[SCANNERS] =
		N_("Scanners that only want to know which ports are open: one handshake each of "
		   "many addresses, or one address at many ports."),
	},
	.confirm = {
		N_("tcpcensus by remote.net,service state syn-recv: which networks"),
		N_("tcpdump -n 'tcp[tcpflags] & tcp-syn != 0': the same SYN+ACK again and again, "
		   "and whether the client repeats its SYN (then the SYN+ACK does not arrive) or "
		   "not (then the last ACK does not; IPv4; for IPv6 watch 'ip6 proto 6')"),
		N_("ip route get ADDRESS: whether the answers leave by the device that the SYNs "
		   "come in by"),
	},
	.remedy = {
		N_("Repair the path or the firewall."),
		N_("tcp_synack_retries = 3 instead of 5 (now ${tcp_synack_retries}) frees the "
		   "queue after 15 s instead of 63 s; it gives slow clients less time."),
	},
	.avoid = {
		N_("Do not set tcp_synack_retries to 0: one lost segment then ends a "
		   "handshake."),
	},
	.sources = "tcp(7); net/ipv4/inet_connection_sock.c:reqsk_timer_handler",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_SYN_RECV_RETRIED,
	.glance = true,
	.glance_state = TC_SYN_RECV,
	.scenario = "slow-last-ack",
	.check = check_slow_last_ack,
};
/* clang-format on */

/* ---- defer-accept ----------------------------------------------------------------------- */

static enum tc_verdict check_defer_accept(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *deferred = &facts->symptoms[TC_SYMPTOM_SYN_RECV_DEFERRED];

	if (!deferred->shown)
		return tc_part_none_shown(facts, TC_SYMPTOM_SYN_RECV_DEFERRED, draft);
	tc_evidence_n(draft,
		      "%llu SYN_RECV waits for the first data of its client, whose last ACK has "
		      "come (inferred: its timer goes on, and nothing is sent again). Normal where "
		      "the listener has TCP_DEFER_ACCEPT.",
		      "%llu SYN_RECV wait for the first data of their clients, whose last ACKs "
		      "have come (inferred: their timers go on, and nothing is sent again). Normal "
		      "where the listener has TCP_DEFER_ACCEPT.",
		      deferred->shown, tc_llu(deferred->shown));
	tc_evidence_whose(draft, deferred);
	return TC_NORMAL;
}

/* clang-format off */
const struct tc_rule tc_rule_defer_accept = {
	.id = "defer-accept",
	.severity = TC_SEVERITY_NOTICE,
	.title = N_("clients are connected and have sent nothing yet"),
	.threshold = N_("Normal. Inferred from a timer above one second without a repetition: the "
			"kernel does not show whether a listener has TCP_DEFER_ACCEPT."),
	.first = {N_("Nothing: the kernel waits for the clients' first data.")},
	.causes = {
		N_("The listener has TCP_DEFER_ACCEPT (nginx: deferred, Apache: AcceptFilter), and "
		   "its clients are silent: connections opened in advance by browsers, health "
		   "checks."),
		N_("The SYN+ACK could not be sent again: no route, or a filter on output."),
	},
	.confirm = {
		N_("tcpcensus list -c local,remote,expires,retrans state syn-recv: retrans 0 "
		   "beside an expires above 1000"),
		N_("ss -tn: on the client, where the connection is ESTABLISHED"),
	},
	.remedy = {
		N_("Nothing, as a rule: they end when data come, or the time of the option is "
		   "over."),
		N_("If there are very many, take the option away or give it less time: they share "
		   "the queue with other handshakes."),
	},
	.avoid = {
		N_("Do not take them for a flood: the clients have proved their addresses."),
	},
	.sources = "tcp(7); net/ipv4/tcp_minisocks.c:tcp_check_req; "
		   "net/ipv4/inet_connection_sock.c:syn_ack_recalc",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_SYN_RECV_DEFERRED,
	.scenario = "defer-accept",
	.check = check_defer_accept,
};
/* clang-format on */
