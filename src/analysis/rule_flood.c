/* SPDX-License-Identifier: MIT */
/* rule_flood.c - the rule about floods of SYNs; how they are told is in flood.c. */
#include "analysis/rule_flood.h"

#include "analysis/judge.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

enum { LISTENERS_MAX = 3 }; /* of which a finding tells */

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

bool tc_flood_is_dropping(const struct tc_flood_pressure *pressure)
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
		tc_evidence(draft, N_("Meanwhile not one connection came in: perhaps no answer "
				      "from this machine arrives."));
}

/* SYNs that found no room, and got no cookie. */
void tc_flood_tell_dropped(const struct tc_facts *facts, const struct tc_flood_pressure *pressure,
			 struct tc_draft *draft)
{
	if (pressure->dropped) {
		tc_evidence_n(draft,
			      "In %s, %llu SYN was dropped, because the queue was full "
			      "(TCPReqQFullDrop).",
			      "In %s, %llu SYNs were dropped, because the queue was full "
			      "(TCPReqQFullDrop).",
			      pressure->dropped, tc_part_interval(facts, draft),
			      tc_llu(pressure->dropped));
		tc_part_where(facts, TC_COUNTER_TCPReqQFullDrop, draft);
	}
	if (pressure->unproven)
		tc_evidence_n(draft,
			      "In %s, %llu SYN was dropped (ListenDrops), because three quarters "
			      "of tcp_max_syn_backlog are taken and tcp_syncookies is 0 "
			      "(inferred).",
			      "In %s, %llu SYNs were dropped (ListenDrops), because three quarters "
			      "of tcp_max_syn_backlog are taken and tcp_syncookies is 0 "
			      "(inferred).",
			      pressure->unproven, tc_part_interval(facts, draft),
			      tc_llu(pressure->unproven));
}

/* What it shows is said where it is not all that is shown. */
void tc_flood_tell_its_silent(const struct tc_facts *facts, const struct tc_listener *listener,
			    uint64_t shown, struct tc_draft *draft)
{
	tc_part_tell_listener(facts, listener, draft);
	if (listener->silent && listener->silent < shown)
		tc_evidence_n(draft, "%llu of its SYN_RECV is silent; addresses: %llu.",
			      "%llu of its SYN_RECV are silent; addresses: %llu.",
			      listener->silent, tc_llu(listener->silent),
			      tc_llu(listener->silent_peers));
}

/* The worst first. */
static void tell_flooded(const struct tc_facts *facts, struct tc_draft *draft)
{
	struct tc_flood_listener worst[LISTENERS_MAX];
	size_t count = tc_flood_listeners(facts, LISTENERS_MAX, worst);
	uint64_t shown = facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED].shown;

	for (size_t i = 0; i < count && i < LISTENERS_MAX; i++)
		tc_flood_tell_its_silent(facts, worst[i].listener, shown, draft);
	if (count > LISTENERS_MAX)
		tc_evidence_n(draft, "And %llu other listener.", "And %llu other listeners.",
			      count - LISTENERS_MAX, tc_llu(count - LISTENERS_MAX));
}

/* What flooded listeners have; all that there is where it is not known by listener. */
static struct tc_flood_part flooded_part(const struct tc_facts *facts,
					 struct tc_flood_part *ret_others)
{
	const struct tc_symptom_facts *retried = &facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED];
	struct tc_flood_part flooded, all = {.requests = facts->census.states[TC_SYN_RECV],
					     .silent = retried->shown,
					     .peers = tc_part_peers(retried)};

	*ret_others = (struct tc_flood_part){.listeners = 0};
	if (!tc_flood_parts(facts, &flooded, ret_others) || !ret_others->silent)
		return all;
	return flooded;
}

static void tell_silent(const struct tc_flood_part *flooded, const struct tc_flood_part *others,
			struct tc_draft *draft)
{
	if (flooded->listeners > 1) /* an address may be at several: each is told with its own */
		tc_evidence(draft,
			    N_("%llu SYN_RECV, %llu of them silent after a repeated SYN+ACK, at %llu "
			       "listeners."),
			    tc_llu(flooded->requests), tc_llu(flooded->silent),
			    tc_llu(flooded->listeners));
	else
		tc_evidence(draft,
			    N_("%llu SYN_RECV, %llu of them silent after a repeated SYN+ACK, of %llu "
			       "different addresses."),
			    tc_llu(flooded->requests), tc_llu(flooded->silent),
			    tc_llu(flooded->peers));
	if (others->silent)
		tc_evidence_n(draft,
			      "%llu silent SYN_RECV at another listener is not counted here: see "
			      "slow-last-ack.",
			      "%llu silent SYN_RECV at other listeners are not counted here: see "
			      "slow-last-ack.",
			      others->silent, tc_llu(others->silent));
}

static void tell_flood(const struct tc_facts *facts, const struct tc_flood_pressure *pressure,
		       struct tc_draft *draft)
{
	const struct tc_figure *life = &facts->figures[TC_LIFETIME_SYN_RECV];
	struct tc_flood_part others, flooded = flooded_part(facts, &others);
	uint64_t sent, received;

	tell_silent(&flooded, &others, draft);
	tc_flood_tell_dropped(facts, pressure, draft);
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
			    rate_of(flooded.requests, life->value, draft));
	point_to_flood(facts, tc_flood_is_dropping(pressure), draft);
	tell_flooded(facts, draft);
	if (!others.silent)
		tc_evidence_whose(draft, &facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED]);
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
	bool is_dropping = tc_flood_is_dropping(&pressure);

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
		draft->severity = is_dropping ? TC_SEVERITY_CRITICAL : TC_SEVERITY_WARNING;
		return TC_FOUND;
	case TC_LIKE_UNKNOWN:
		return unsure_of(facts, &pressure, requests, draft);
	default:
		return is_dropping ? needs_silence(facts, &pressure, draft) : TC_QUIET;
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
			"different addresses, five at least. A queue too small to show that counts "
			"when it is full and turns away each second as many as it has room for, "
			"and ten at least. A warning; critical when SYNs are dropped, since real "
			"clients then fail, too. Each listener is judged for itself."),
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
	.sources = "RFC 4987 2.2, 3.1, 3.6, 3.8; nft(8); tcp(7); "
		   "net/ipv4/tcp_input.c:tcp_conn_request, tcp_syn_flood_action; "
		   "include/net/inet_connection_sock.h:inet_csk_reqsk_queue_is_full; "
		   "net/ipv4/inet_connection_sock.c:reqsk_timer_handler",
	.needs = TC_NEEDS_SOCKETS,
	.not_at_a_glance = "addresses, and what full queues turned away in an interval",
	.graver_by = "TCPReqQFullDrop",
	.scenario = "syn-flood",
	.check = check_syn_flood,
};
/* clang-format on */
