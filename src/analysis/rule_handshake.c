/* SPDX-License-Identifier: MIT */
/* rule_handshake.c - rules about handshakes that have begun here and are not finished. */
#include <string.h>

#include "analysis/judge.h"
#include "analysis/rule_flood.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

enum {
	SCANNERS_LEAST = 5, /* addresses with one handshake each: by chance it is fewer */
	LISTENERS_MAX = 3,  /* of which a finding tells */
};

/* ---- slow-last-ack ---------------------------------------------------------------------- */

/* /proc counts timeouts, which waiting for data makes too; netlink counts repetitions. */
static bool is_of_proc(const struct tc_facts *facts)
{
	return facts->report.source && strcmp(facts->report.source, "proc") == 0;
}

/* Places in the row's list of causes. */
enum { LOSS, FIREWALL, SCANNERS };

/* The silent ones that are no flood's. */
struct slow {
	uint64_t silent, requests;
	uint64_t peers;	    /* at the most; 0: not known */
	uint64_t listeners; /* that have them */
	bool is_part;	    /* the others are of listeners that are flooded */
};

static struct slow slow_of(const struct tc_facts *facts)
{
	const struct tc_symptom_facts *retried = &facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED];
	struct slow slow = {.silent = retried->shown,
			    .requests = facts->census.states[TC_SYN_RECV],
			    .peers = tc_part_peers(retried)};
	struct tc_flood_part flooded, others;
	uint64_t count = 0;

	if (tc_flood_is_one(facts) && tc_flood_parts(facts, &flooded, &others))
		return (struct slow){.silent = others.silent,
				     .requests = others.requests,
				     .peers = others.has_peers ? others.peers : 0,
				     .listeners = others.listeners,
				     .is_part = true};
	if (retried->who) {
		tc_tally_other(retried->who, &slow.listeners, &count);
		slow.listeners += tc_tally_rows(retried->who);
	}
	if (tc_flood_is_one(facts) || tc_part_stuck_handshakes(facts) >= retried->shown)
		slow.silent = 0;
	return slow;
}

/*
 * A single peer may be gone, cut off, or never have meant to connect: whichever it is, nobody else
 * has it. Whether a path or a firewall is at fault takes another.
 */
static bool is_single(const struct slow *slow)
{
	return slow->peers == 1 && slow->silent > 1;
}

/* What came in by the listener, but for handshakes. */
static uint64_t connections_of(const struct tc_listener *listener)
{
	uint64_t count = 0;

	for (int state = 0; state < TC_STATE_COUNT; state++)
		if (state != TC_LISTEN && state != TC_SYN_RECV)
			count += listener->states[state];
	return count;
}

/*
 * The listener nearly all of whose connections are of the one peer that does not finish ten or
 * more: of a load balancer or a proxy, behind which are all clients of the service. Four in five
 * that are certain are nine in ten where each of the others takes one away.
 */
static const struct tc_listener *carried_by_one(const struct tc_facts *facts)
{
	enum { LEAST = 10, CERTAIN = 8, OF_TEN = 10 };
	const struct tc_listener *listener;

	for (size_t i = 0; facts->listening && (listener = tc_listening_at(facts->listening, i));
	     i++)
		if (listener->carried_by_silent >= LEAST &&
		    tc_part_are_few_peers(listener->silent, listener->silent_peers) &&
		    listener->carried_by_silent * OF_TEN >= connections_of(listener) * CERTAIN)
			return listener;
	return NULL;
}

static void tell_single(const struct tc_facts *facts, const struct tc_listener *carried,
			struct tc_draft *draft)
{
	tc_evidence(draft, N_("All are of a single peer, and of nobody else: it does not "
			      "finish, or what is answered does not reach it."));
	if (carried)
		tc_evidence(draft,
			    N_("Of the %llu connections of %s, %llu at least are of that peer, too: if "
			       "it is a load balancer or a proxy, all clients of the service are "
			       "behind it."),
			    tc_llu(connections_of(carried)),
			    tc_part_listener(facts, carried->socket, draft),
			    tc_llu(carried->carried_by_silent));
}

/*
 * Many of few peers are a path or a firewall: some of their handshakes get through in the one case,
 * none in the other. One of each of many peers is somebody who looks at ports, and so is one peer
 * that asks several listeners, and finishes with none.
 */
static void point_to_slow(const struct tc_facts *facts, const struct slow *slow, bool is_few,
			  struct tc_draft *draft)
{
	uint64_t came_in;

	if ((is_single(slow) && slow->listeners > 1) ||
	    (!is_few && slow->peers >= SCANNERS_LEAST && slow->peers == slow->silent))
		tc_points_to(draft, SCANNERS);
	else if (is_few && tc_facts_rise(facts, TC_COUNTER_PassiveOpens, &came_in))
		tc_points_to(draft, came_in ? LOSS : FIREWALL);
}

/* Of flooded listeners the rule syn-flood tells, and of what they drop. */
static void tell_others(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_listener *listener;
	unsigned told = 0;

	for (size_t i = 0;
	     told < LISTENERS_MAX && (listener = tc_listening_at(facts->listening, i)); i++) {
		if (!listener->silent || tc_flood_at(facts, listener) == TC_LIKE_YES)
			continue;
		tc_flood_tell_its_silent(facts, listener, UINT64_MAX, draft);
		told++;
	}
	tc_evidence(draft, N_("What flooded listeners have is not counted here: see syn-flood."));
}

static void tell_full(const struct tc_facts *facts, const struct tc_flood_pressure *pressure,
		      struct tc_draft *draft)
{
	if (tc_flood_is_dropping(pressure)) {
		tc_flood_tell_dropped(facts, pressure, draft);
		tc_part_listeners(facts, TC_TROUBLE_SYN_OVERFLOWS | TC_TROUBLE_SYN_FULL, NULL,
				  draft);
	} else if (pressure->is_crowded) { /* more of the same would keep others out */
		tc_part_listeners(facts, TC_TROUBLE_HALF_FULL | TC_TROUBLE_SYN_FULL, NULL, draft);
		tc_judge_half(facts, "TCPReqQFullDrop", draft);
	}
}

/* Places in the row's list of remedies. */
enum { REPAIR_THE_PATH, FEWER_REPETITIONS };

enum { FEW_REPETITIONS = 3 }; /* that the row advises */

static void leave_out(const struct tc_facts *facts, struct tc_draft *draft)
{
	int64_t retries;

	if (tc_facts_setting(facts, TC_SETTING_tcp_synack_retries, &retries) &&
	    retries <= FEW_REPETITIONS)
		tc_is_no_remedy(draft, FEWER_REPETITIONS);
}

/* Where a listener lets nobody in, last ACKs do come: the rule phantom-established tells of those.
 */
static enum tc_verdict check_slow_last_ack(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *retried = &facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED];
	struct tc_flood_pressure pressure = tc_flood_pressure(facts);
	struct slow slow = slow_of(facts);
	const struct tc_listener *carried = is_single(&slow) ? carried_by_one(facts) : NULL;
	bool is_few = tc_part_are_few_peers(slow.silent, slow.peers) &&
		      (!is_single(&slow) || carried);
	bool is_kept_out = tc_flood_is_dropping(&pressure) && !slow.is_part;

	if (!retried->shown)
		return tc_part_none_shown(facts, TC_SYMPTOM_SYN_RECV_RETRIED, draft);
	if (!slow.silent)
		return TC_QUIET;
	tc_evidence_n(
		draft, "%llu of %llu SYN_RECV had its SYN+ACK sent again: no last ACK has come.",
		"%llu of %llu SYN_RECV had their SYN+ACK sent again: no last ACK has come.",
		slow.silent, tc_llu(slow.silent), tc_llu(slow.requests));
	if (is_single(&slow))
		tell_single(facts, carried, draft);
	else if (is_few)
		tc_part_tell_few_peers(slow.peers, draft);
	if (slow.is_part)
		tell_others(facts, draft);
	else
		tell_full(facts, &pressure, draft);
	if (is_of_proc(facts))
		tc_evidence(draft, N_("/proc also counts there those that wait for their first "
				      "data (TCP_DEFER_ACCEPT)."));
	if (!tc_part_has_queues(facts))
		tc_evidence(draft, N_("The queues of the listeners were not read: a full one drops "
				      "last ACKs."));
	if (!slow.is_part)
		tc_evidence_whose(draft, retried);
	tc_part_unjudged(facts, TC_SYMPTOM_SYN_RECV_RETRIED, draft);
	point_to_slow(facts, &slow, is_few, draft);
	leave_out(facts, draft);
	draft->is_shared = !slow.peers;
	draft->is_open |= tc_part_may_be_few_peers(slow.silent, slow.peers);
	draft->severity = is_few || is_kept_out ? TC_SEVERITY_WARNING : TC_SEVERITY_NOTICE;
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_slow_last_ack = {
	.id = "slow-last-ack",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("the last ACK of handshakes does not come"),
	.threshold = N_("A notice from the first SYN+ACK that was sent again, since every public "
			"server has some; a warning from ten that few peers share, two at least, "
			"or ten of a single one that has nine in ten connections of the service, "
			"as a load balancer has; and when a full queue drops other SYNs meanwhile. "
			"Those at a listener that looks flooded are left to the rule syn-flood."),
	.first = {
		[LOSS] = N_("See whether answers leave and last ACKs arrive: tcpdump, below."),
		[FIREWALL] = N_("Look for a firewall or a route that swallows the answers."),
		[SCANNERS] =
			N_("Nothing: these do not answer, and each handshake ends by itself."),
	},
	.causes = {
		[LOSS] =
		N_("SYN+ACKs or last ACKs are lost: a bad path, or a way back that is not the way "
		   "of the SYN (asymmetric routing)."),
		[FIREWALL] =
		N_("A firewall lets SYNs through and drops the answers."),
		[SCANNERS] =
		N_("Scanners that only want to know which ports are open, and send no RST "
		   "either: one handshake each of many addresses, or one address at many ports."),
	},
	.confirm = {
		N_("tcpcensus by remote.net,service state syn-recv: which networks"),
		N_("tcpdump -n 'tcp[tcpflags] & tcp-syn != 0': the same SYN+ACK again and again; "
		   "if the client repeats its SYN, the SYN+ACK does not arrive, and otherwise the "
		   "last ACK does not (IPv4; for IPv6 watch 'ip6 proto 6')"),
		N_("ip route get ADDRESS: whether the answers leave by the device that the SYNs "
		   "come in by"),
	},
	.remedy = {
		[REPAIR_THE_PATH] =
		N_("Repair the path or the firewall."),
		[FEWER_REPETITIONS] =
		N_("tcp_synack_retries = 3 instead of 5 (now ${tcp_synack_retries}) frees the "
		   "queue after 15 s instead of 63 s; it gives slow clients less time."),
	},
	.avoid = {
		N_("Do not set tcp_synack_retries to 0: one lost segment then ends a "
		   "handshake."),
	},
	.sources = "RFC 9293 3.5; tcp(7); Documentation/networking/ip-sysctl.rst; "
		   "net/ipv4/inet_connection_sock.c:reqsk_timer_handler; "
		   "net/ipv4/tcp_minisocks.c:tcp_check_req; "
		   "net/ipv4/tcp_ipv4.c:tcp_v4_syn_recv_sock, get_openreq4",
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
		   "net/ipv4/inet_connection_sock.c:syn_ack_recalc, reqsk_timer_handler",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_SYN_RECV_DEFERRED,
	.scenario = "defer-accept",
	.check = check_defer_accept,
};
/* clang-format on */
