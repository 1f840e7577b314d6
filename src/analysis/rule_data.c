/* SPDX-License-Identifier: MIT */
/* rule_data.c - rules about open connections whose peers do not answer. */
#include "analysis/judge.h"
#include "analysis/rule_netns.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "analysis/scale.h"
#include "util/intl.h"

/* ---- retrans-storm -------------------------------------------------------------------- */

/*
 * Of a hundred segments one is the percent of a notice, and no fraction of one can be lost: of
 * fewer a share says nothing. A rate, so that a long look at an idle machine finds no more.
 */
enum { SEGMENTS_PER_SECOND = 100 };

static const double share_notice = 0.01, share_warning = 0.05;

/* How much of what was sent is repetition, where enough was sent to tell. */
struct loss {
	bool known;   /* the counters were read twice */
	bool judged;  /* and enough was sent */
	bool is_mixed; /* handshakes are among what was sent again: this kernel does not tell */
	double share; /* of the segments sent */
	uint64_t again, sent, aborted;
};

static struct loss loss_of(const struct tc_facts *facts)
{
	struct loss loss = {.known = false};
	uint64_t handshakes = 0;
	double rate;

	if (!tc_facts_rise(facts, TC_COUNTER_RetransSegs, &loss.again) ||
	    !tc_facts_rise(facts, TC_COUNTER_OutSegs, &loss.sent))
		return loss;
	/* SYNs and SYN+ACKs that are sent again carry no data, and have rules of their own. */
	if (tc_facts_rise(facts, TC_COUNTER_TCPSynRetrans, &handshakes))
		loss.again -= handshakes < loss.again ? handshakes : loss.again;
	else
		loss.is_mixed = true;
	loss.known = true;
	loss.judged =
		tc_facts_rate(facts, TC_COUNTER_OutSegs, &rate) && rate >= SEGMENTS_PER_SECOND;
	loss.share = loss.sent ? (double)loss.again / (double)loss.sent : 0;
	tc_facts_rise(facts, TC_COUNTER_TCPAbortOnTimeout, &loss.aborted);
	return loss;
}

static enum tc_severity judge_loss(const struct loss *loss)
{
	if (!loss->judged || loss->share < share_notice)
		return (enum tc_severity)0;
	return loss->share < share_warning ? TC_SEVERITY_NOTICE : TC_SEVERITY_WARNING;
}

static void say_loss(const struct tc_facts *facts, struct tc_draft *draft, const struct loss *loss)
{
	if (loss->again)
		tc_evidence(draft, N_("In %s, %llu segments were sent and %llu sent again (%s)."),
			    tc_words_duration(draft, facts->interval_us / 1000),
			    (unsigned long long)loss->sent, (unsigned long long)loss->again,
			    tc_words_share(draft, loss->again, loss->sent));
	if (loss->again)
		tc_part_where(facts, TC_COUNTER_RetransSegs, draft);
	if (loss->again && loss->is_mixed)
		tc_evidence(draft, N_("SYNs and SYN+ACKs may be among them: TcpExt TCPSynRetrans, "
				      "which counts these, was not read."));
	if (loss->aborted)
		tc_evidence_n(draft,
			      "%llu connection was given up meanwhile (TcpExt "
			      "TCPAbortOnTimeout).",
			      "%llu connections were given up meanwhile (TcpExt "
			      "TCPAbortOnTimeout).",
			      loss->aborted, (unsigned long long)loss->aborted);
}

/* Places in the row's list of causes. */
enum { PACKETS_ARE_LOST, PEERS_HAVE_VANISHED, LARGE_ONES_DO_NOT_PASS, DELAY_VARIES };

/*
 * Timeouts that turn out wrong are delay; where half of those that repeat have given no sign for
 * long, it is peers that are gone; else the path.
 */
static void point_to(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t repeating = facts->symptoms[TC_SYMPTOM_RETRANSMITTING].shown, late, timeouts;
	uint64_t vanished = facts->symptoms[TC_SYMPTOM_HALF_OPEN].shown;

	if (tc_facts_rise(facts, TC_COUNTER_TCPSpuriousRTOs, &late) &&
	    tc_facts_rise(facts, TC_COUNTER_TCPTimeouts, &timeouts) && late &&
	    late * 2 >= timeouts) {
		tc_evidence_n(draft,
			      "Of %llu timeout, %llu turned out wrong: the answer was only late "
			      "(TcpExt TCPSpuriousRTOs).",
			      "Of %llu timeouts, %llu turned out wrong: the answer was only late "
			      "(TcpExt TCPSpuriousRTOs).",
			      timeouts, (unsigned long long)timeouts, (unsigned long long)late);
		tc_points_to(draft, DELAY_VARIES);
	} else if (repeating) {
		tc_points_to(draft,
			     vanished * 2 >= repeating ? PEERS_HAVE_VANISHED : PACKETS_ARE_LOST);
	}
}

/* Where none is left but those whose peers have vanished, half-open says it better. */
static enum tc_severity judge_repeating(const struct tc_facts *facts)
{
	const struct tc_symptom_facts *socks = &facts->symptoms[TC_SYMPTOM_RETRANSMITTING];

	if (socks->shown <= facts->symptoms[TC_SYMPTOM_HALF_OPEN].shown)
		return (enum tc_severity)0;
	return tc_scale(facts, socks);
}

/* The sockets are seen at one moment: none of them repeating says little of the time before. */
static enum tc_verdict check_retrans_storm(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *socks = &facts->symptoms[TC_SYMPTOM_RETRANSMITTING];
	struct loss loss = loss_of(facts);
	enum tc_severity of_loss = judge_loss(&loss);
	enum tc_severity of_socks = judge_repeating(facts);

	draft->severity = of_loss > of_socks ? of_loss : of_socks;
	if (!draft->severity && !loss.known) {
		if (!facts->census.states[TC_ESTABLISHED])
			return TC_QUIET;
		tc_needs(draft, N_("two readings of Tcp OutSegs and RetransSegs, some time apart"));
		return TC_UNSURE;
	}
	if (!draft->severity && !(loss.judged && loss.again))
		return TC_QUIET;
	say_loss(facts, draft, &loss);
	if (!draft->severity)
		return TC_NORMAL;
	if (socks->shown) {
		tc_evidence_n(draft,
			      "%llu of %llu ESTABLISHED has repeated the same data three times "
			      "or more.",
			      "%llu of %llu ESTABLISHED have repeated the same data three times "
			      "or more.",
			      socks->shown, (unsigned long long)socks->shown,
			      (unsigned long long)facts->census.states[TC_ESTABLISHED]);
		tc_scale_where(facts, socks, draft);
		tc_evidence_whose(draft, socks);
	}
	point_to(facts, draft);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_retrans_storm = {
	.id = "retrans-storm",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("much of what is sent has to be sent again"),
	.threshold = N_("A notice from 1 % of the segments sent; a warning from 5 %, where Reno and "
			"CUBIC carry no more than a few Mbit/s over 50 ms; counted where 100 "
			"segments a second or more are sent, since among a few a single one is "
			"several percent. Besides, connections that repeat the same data for the "
			"third time: a notice, and a warning when they are ten or more and a tenth "
			"of all."),
	.first = {
		[PACKETS_ARE_LOST] = N_("See whether it is one network or all: tcpcensus, below."),
		[PEERS_HAVE_VANISHED] =
			N_("Look at half-open: the peers of most of them have vanished."),
		[DELAY_VARIES] =
			N_("Look for long queues on the way: segments are late, not lost."),
	},
	.causes = {
		[PACKETS_ARE_LOST] =
		N_("Packets are lost on the way: a full link, bad radio, a faulty cable or port, a "
		   "policer."),
		[PEERS_HAVE_VANISHED] =
		N_("Some peers have vanished: then it is always the same few addresses."),
		[LARGE_ONES_DO_NOT_PASS] =
		N_("Packets of full size do not pass and small ones do: a tunnel, and a firewall that "
		   "drops ICMP \"fragmentation needed\". Then connections open and stop at the first "
		   "large answer."),
		[DELAY_VARIES] =
		N_("Delay that varies much: what was only late is taken for lost (TcpExt "
		   "TCPSpuriousRTOs)."),
	},
	.confirm = {
		N_("tcpcensus by remote.addr state established and retrans ge 3: which peers; if "
		   "one network stands out it is the path to it, if it is all of them it is this "
		   "machine or its uplink"),
		N_("nstat -z TcpRetransSegs TcpOutSegs TcpExtTCPLostRetransmit TcpExtTCPSpuriousRTOs: "
		   "the counters since it was last called"),
		N_("ss -tin dst ADDRESS: rto, retrans, lost and mss of these connections"),
		N_("ping -M do -s 1472 ADDRESS: no answer, where small ones get one, means a path "
		   "with a smaller MTU"),
		N_("ip -s link: errors and drops of this machine's own devices"),
	},
	.remedy = {
		N_("Repair the path: cable, duplex, queue, policer; ask the provider with the peers' "
		   "addresses in hand."),
		N_("Let ICMP \"fragmentation needed\" and \"packet too big\" through, or clamp the MSS "
		   "where the tunnel begins."),
		N_("Where some connections have to notice a dead peer sooner, let their program "
		   "set TCP_USER_TIMEOUT."),
	},
	.avoid = {
		N_("No setting makes a path lose less. A smaller tcp_retries2 ends connections that "
		   "would have recovered; larger buffers put more data into the same loss."),
	},
	.sources = "RFC 9293 3.8.1, 3.8.2; RFC 6298 5; RFC 2923 2.1; RFC 3819 8.5.1; RFC 8312 5.1; "
		   "RFC 5682; tcp(7); net/ipv4/tcp_output.c:__tcp_retransmit_skb, "
		   "__tcp_transmit_skb; net/ipv4/tcp_timer.c:tcp_retransmit_timer; "
		   "net/ipv4/tcp_input.c:tcp_try_undo_loss",
	.needs = TC_NEEDS_SOCKETS,
	.glance = true,
	.graver_by = "OutSegs RetransSegs",
	.scenario = "retrans",
	.check = check_retrans_storm,
};
/* clang-format on */

/* ---- half-open ------------------------------------------------------------------------ */

static void say_limit(const struct tc_facts *facts, struct tc_draft *draft)
{
	const char *retry =
		tc_netns_life(facts, TC_SYMPTOM_HALF_OPEN, TC_LIFETIME_DATA_RETRY, draft);
	const char *keepalive =
		tc_netns_life(facts, TC_SYMPTOM_HALF_OPEN, TC_LIFETIME_KEEPALIVE, draft);

	if (retry)
		tc_evidence(draft,
			    N_("With data under way, the kernel gives such a connection up after "
			       "%s or more (tcp_retries2)."),
			    retry);
	if (keepalive)
		tc_evidence(draft,
			    N_("With keepalive, it takes %s where the program sets no times of "
			       "its own."),
			    keepalive);
}

static enum tc_verdict check_half_open(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *half = &facts->symptoms[TC_SYMPTOM_HALF_OPEN];

	if (!half->shown)
		return TC_QUIET;
	draft->severity = tc_scale(facts, half);
	tc_evidence_n(draft,
		      "%llu of %llu ESTABLISHED has a peer that answers neither data nor "
		      "keepalive probes.",
		      "%llu of %llu ESTABLISHED have peers that answer neither data nor "
		      "keepalive probes.",
		      half->shown, (unsigned long long)half->shown,
		      (unsigned long long)facts->census.states[TC_ESTABLISHED]);
	tc_scale_where(facts, half, draft);
	tc_evidence_whose(draft, half);
	if (half->oldest_ms)
		tc_evidence(draft, N_("The longest silence is %s."),
			    tc_words_duration(draft, half->oldest_ms));
	say_limit(facts, draft);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_half_open = {
	.id = "half-open",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("peers of open connections do not answer any more"),
	.threshold = N_("A connection whose data were repeated five times, which takes 6 s or "
			"more, or two of whose keepalive probes had no answer: no ordinary "
			"loss makes that. A notice, since peers vanish every day; a warning "
			"when they are ten or more and a tenth of all, or of those of one network "
			"namespace, for then something on the way is broken."),
	.first = {N_("See whether the peers have something in common: a NAT, a network.")},
	.causes = {
		N_("The peer crashed, lost its network, or was suspended, and could not say goodbye."),
		N_("A NAT or a firewall on the way forgot the connection while it was idle, and drops "
		   "without a word what belongs to no connection that it knows."),
		N_("The path is broken, for the moment or in one direction."),
	},
	.confirm = {
		N_("tcpcensus list -c local,remote,timer,retrans,process state established and retrans "
		   "ge 5: the connections, with who has them"),
		N_("ping ADDRESS, and tcpdump -ni any host ADDRESS: whether anything comes back"),
	},
	.remedy = {
		N_("Let the program turn keepalive on (SO_KEEPALIVE), with a TCP_KEEPIDLE shorter than "
		   "the idle time of NAT and firewalls on the way; 60 to 300 s suit most."),
		N_("Let it set TCP_USER_TIMEOUT, or a timeout of its own for each answer: that also "
		   "ends what has data under way."),
		N_("Give the firewall a longer time for idle connections, or let it refuse by RST "
		   "instead of dropping."),
	},
	.avoid = {
		N_("Lowering tcp_keepalive_time alone does nothing for programs that do not ask for "
		   "keepalive."),
		N_("A small tcp_retries2 (${tcp_retries2} here) ends every connection of the "
		   "network namespace at a short interruption, also those that would have recovered."),
	},
	.sources = "RFC 9293 3.5.1, 3.8.3, 3.8.4; RFC 5382 5; RFC 5482 1; tcp(7); "
		   "net/ipv4/tcp_timer.c:tcp_write_timeout, tcp_retransmit_timer, "
		   "tcp_keepalive_timer",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_HALF_OPEN,
	.glance = true,
	.scenario = "half-open",
	.check = check_half_open,
};
/* clang-format on */

/* ---- idle-no-keepalive ---------------------------------------------------------------- */

/* Of many connections a few are always forgotten; a tenth of them is a habit. */
static enum tc_verdict check_idle_no_keepalive(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *idle = &facts->symptoms[TC_SYMPTOM_IDLE];
	uint64_t open = facts->census.states[TC_ESTABLISHED];
	const char *asks_after;

	if (!idle->shown)
		return TC_QUIET;
	asks_after = tc_netns_seconds(facts, TC_SYMPTOM_IDLE, TC_SETTING_tcp_keepalive_time, draft);
	if (!asks_after) {
		tc_judge_needs_setting(facts, TC_SETTING_tcp_keepalive_time, draft);
		return TC_UNSURE;
	}
	tc_evidence_n(draft,
		      "%llu of %llu ESTABLISHED has been silent for %s or more "
		      "(tcp_keepalive_time), without keepalive.",
		      "%llu of %llu ESTABLISHED have been silent for %s or more "
		      "(tcp_keepalive_time), without keepalive.",
		      idle->shown, (unsigned long long)idle->shown, (unsigned long long)open,
		      asks_after);
	if (tc_scale(facts, idle) < TC_SEVERITY_WARNING)
		return TC_NORMAL;
	draft->severity = TC_SEVERITY_NOTICE;
	if (idle->oldest_ms)
		tc_evidence(draft, N_("The longest silence is %s."),
			    tc_words_duration(draft, idle->oldest_ms));
	tc_scale_where(facts, idle, draft);
	tc_evidence_whose(draft, idle);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_idle_no_keepalive = {
	.id = "idle-no-keepalive",
	.severity = TC_SEVERITY_NOTICE,
	.title = N_("idle peers could be gone, and nobody would notice"),
	.threshold = N_("When ten or more of the open connections to other machines, and a tenth "
			"of all, have been silent for tcp_keepalive_time (${tcp_keepalive_time} "
			"here), after which keepalive would first have asked. Nothing is lost by "
			"that; but TCP sends nothing on an idle connection, so that one whose peer "
			"has vanished looks just like these."),
	.first = {N_("Turn keepalive on in the programs below: after 60 to 300 s.")},
	.causes = {
		N_("The programs keep connections for later use (pools, sessions), and have not asked "
		   "for keepalive."),
		N_("The peers went long ago: the connections stay until the programs close them."),
	},
	.confirm = {
		N_("tcpcensus by process,remote.addr state established and timer = none: whose they are "
		   "(those that are busy included)"),
		N_("ss -tnoi state established: no timer, and lastsnd and lastrcv in milliseconds"),
	},
	.remedy = {
		N_("Let the program set SO_KEEPALIVE and TCP_KEEPIDLE, 60 to 300 s: below the time after "
		   "which firewalls forget (conntrack 5 days, many NATs and load balancers minutes)."),
		N_("Or let it close what it has not used for a while."),
	},
	.avoid = {
		N_("tcp_keepalive_time (${tcp_keepalive_time} here) turns nothing on: it is the time for "
		   "programs that have asked."),
	},
	.sources = "RFC 9293 3.8.4; RFC 5382 5; tcp(7); "
		   "Documentation/networking/nf_conntrack-sysctl.rst; "
		   "net/ipv4/tcp_timer.c:tcp_keepalive_timer",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_IDLE,
	.scenario = "idle-no-keepalive",
	.check = check_idle_no_keepalive,
};
/* clang-format on */
