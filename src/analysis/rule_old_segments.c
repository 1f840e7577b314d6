/* SPDX-License-Identifier: MIT */
/* rule_old_segments.c - rules about what TIME_WAIT is for: segments of an earlier connection. */
#include "analysis/judge.h"
#include "analysis/rule_netns.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"
#include "util/macro.h"

/* ---- rfc1337 --------------------------------------------------------------------------- */

enum {
	DEFAULT_SHARE = 2, /* tcp_max_tw_buckets is half of the table: net/ipv4/tcp_ipv4.c */
	TINY = 16,	   /* a sixteenth of that was chosen by somebody */
};

/* The limit that the kernel would have set; false: not known. A shared table reads negative. */
static bool default_limit(const struct tc_facts *facts, uint64_t *ret_limit)
{
	int64_t entries;

	if (!tc_facts_setting(facts, TC_SETTING_tcp_ehash_entries, &entries))
		return false;
	*ret_limit = (uint64_t)(entries < 0 ? -entries : entries) / DEFAULT_SHARE;
	return true;
}

/*
 * tcp_rfc1337 = 0 is the default and worth no word: the RST has to be exact. It is tiny or absent
 * TIME_WAIT that takes the protection away. A limit below 0 is none, being compared without a sign
 * (net/ipv4/inet_timewait_sock.c:inet_twsk_alloc).
 */
static enum tc_verdict check_rfc1337(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t normal = 0, overflows = 0;
	int64_t limit, ignores;

	if (!tc_facts_setting(facts, TC_SETTING_tcp_max_tw_buckets, &limit)) {
		tc_judge_needs_setting(facts, TC_SETTING_tcp_max_tw_buckets, draft);
		return TC_UNSURE;
	}
	if (limit > 0 && !default_limit(facts, &normal)) {
		tc_judge_needs_setting(facts, TC_SETTING_tcp_ehash_entries, draft);
		return TC_UNSURE;
	}
	if (limit < 0 || (limit > 0 && (uint64_t)limit * TINY >= normal))
		return TC_QUIET;
	draft->is_open = !tc_facts_counter(facts, TC_COUNTER_TCPTimeWaitOverflow, &overflows);
	draft->severity = overflows || !limit ? TC_SEVERITY_WARNING : TC_SEVERITY_NOTICE;
	if (!limit)
		tc_evidence(draft, N_("tcp_max_tw_buckets is %lld: no connection has a TIME_WAIT."),
			    (long long)limit);
	else
		tc_evidence(draft,
			    N_("tcp_max_tw_buckets is %lld; the kernel's default would be %llu "
			       "here."),
			    (long long)limit, tc_llu(normal));
	if (overflows)
		tc_evidence_n(draft,
			      "Since the start, %llu connection has ended without its TIME_WAIT "
			      "(TCPTimeWaitOverflow).",
			      "Since the start, %llu connections have ended without their "
			      "TIME_WAIT (TCPTimeWaitOverflow).",
			      overflows, tc_llu(overflows));
	if (tc_facts_setting(facts, TC_SETTING_tcp_rfc1337, &ignores) && !ignores)
		tc_evidence(draft, N_("tcp_rfc1337 is 0, the default: a RST with exactly the "
				      "expected number ends what TIME_WAIT is left."));
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_rfc1337 = {
	.id = "rfc1337",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("the protection that TIME_WAIT gives has been taken away"),
	.threshold = N_("A warning when tcp_max_tw_buckets is 0, or below a sixteenth of the "
			"kernel's default and already exceeded; a notice when it is so low and was "
			"not exceeded yet. tcp_rfc1337 = 0 alone is the default, and no reason."),
	.first = {N_("Set tcp_max_tw_buckets back to its default.")},
	.causes = {
		N_("Advice to lower tcp_max_tw_buckets until TIME_WAIT disappears."),
	},
	.confirm = {
		N_("sysctl net.ipv4.tcp_max_tw_buckets net.ipv4.tcp_rfc1337: the values in force"),
		N_("nstat -az TcpExtTCPTimeWaitOverflow: connections that ended without TIME_WAIT"),
	},
	.remedy = {
		N_("Set tcp_max_tw_buckets back to the default, half of tcp_ehash_entries."),
		N_("tcp_rfc1337 = 1, where late duplicates matter: no RST ends TIME_WAIT then. The "
		   "price: a few reopenings with the same ports have to wait."),
	},
	.avoid = {
		N_("tcp_rfc1337 does nothing against many sockets in TIME_WAIT: they last as "
		   "long."),
	},
	.sources = "RFC 1337; RFC 9293 3.6.1; "
		   "net/ipv4/tcp_minisocks.c:tcp_timewait_state_process, tcp_time_wait; "
		   "net/ipv4/inet_timewait_sock.c:inet_twsk_alloc; "
		   "net/ipv4/tcp_ipv4.c:tcp_set_hashinfo",
	.settings = "tcp_max_tw_buckets tcp_rfc1337",
	.by_netns = true,
	.glance = true,
	.glance_settings = "tcp_ehash_entries",
	.scenario = "tw-buckets-tiny",
	.check = check_rfc1337,
};
/* clang-format on */

/* ---- paws-nat -------------------------------------------------------------------------- */

/* Rarer ones, one in ten seconds, are stray segments. */
#define STRAY_PER_SECOND 0.1

enum { TENTH = 10 };

/* Places in the row's list of causes. */
enum { ONE_ADDRESS, NEW_START, CHANGED_ON_THE_WAY, STRAY_SEGMENTS };

/* What the kernel refused in the interval, by where it counts it. */
struct refused {
	bool has_time_wait;	   /* it counts those that met a TIME_WAIT apart */
	uint64_t time_wait, estab; /* without that, `estab` has them all */
	uint64_t answers, acks;	   /* to our SYN; of handshakes that came in */
	uint64_t recycled;	   /* SYNs, for tcp_tw_recycle */
};

static uint64_t rise_of(const struct tc_facts *facts, enum tc_counter id)
{
	uint64_t rise;

	return tc_facts_rise(facts, id, &rise) ? rise : 0;
}

static uint64_t all_of(const struct refused *refused)
{
	return refused->time_wait + refused->estab + refused->answers + refused->acks +
	       refused->recycled;
}

/* false: not known. A counter that the kernel does not have counts nothing. */
static bool look_at_refused(const struct tc_facts *facts, struct refused *refused,
			    struct tc_draft *draft)
{
	static const enum tc_counter needed[] = {TC_COUNTER_PAWSEstab, TC_COUNTER_PAWSTimewait,
						 TC_COUNTER_PAWSActive, TC_COUNTER_TSEcrRejected,
						 TC_COUNTER_PAWSPassive};
	const uint8_t *status = facts->now.counters.status;

	for (size_t i = 0; i < TC_ARRAY_SIZE(needed); i++) {
		uint64_t rise;

		if (status[needed[i]] == TC_COUNTER_ABSENT ||
		    tc_facts_rise(facts, needed[i], &rise))
			continue;
		tc_part_needs_rise(facts, needed[i], draft);
		return false;
	}
	*refused = (struct refused){
		.has_time_wait = status[TC_COUNTER_PAWSTimewait] != TC_COUNTER_ABSENT,
		.time_wait = rise_of(facts, TC_COUNTER_PAWSTimewait),
		.estab = rise_of(facts, TC_COUNTER_PAWSEstab),
		.answers = rise_of(facts, TC_COUNTER_PAWSActive),
		.acks = rise_of(facts, TC_COUNTER_TSEcrRejected),
		.recycled = rise_of(facts, TC_COUNTER_PAWSPassive),
	};
	return true;
}

/*
 * Where RSTs do not end a TIME_WAIT that refused something: the names of these namespaces, or any
 * text where there is one namespace; "": nowhere.
 */
static const char *where_kept(const struct tc_facts *facts, struct tc_draft *draft)
{
	const char *names = NULL;
	uint64_t rise;
	int64_t keeps;

	if (tc_facts_setting(facts, TC_SETTING_tcp_rfc1337, &keeps))
		return keeps ? "tcp_rfc1337" : "";
	if (facts->netns_count)
		names = tc_netns_with(facts, TC_COUNTER_PAWSTimewait, TC_SETTING_tcp_rfc1337, 1,
				      &rise, draft);
	return names ? names : "";
}

/*
 * A client whose SYN is refused gets an ACK, answers by a RST, and its next SYN is taken: a delay.
 * Where the RST ends nothing, or there is no answer at all, its connection fails.
 */
static enum tc_severity judge_refused(const struct tc_facts *facts, const struct refused *refused,
				      const char *keeping)
{
	uint64_t came_in;

	if (refused->recycled)
		return TC_SEVERITY_WARNING;
	if (refused->time_wait * 1000000 < facts->interval_us)
		return TC_SEVERITY_NOTICE;
	if (*keeping)
		return TC_SEVERITY_WARNING;
	return tc_facts_rise(facts, TC_COUNTER_PassiveOpens, &came_in) &&
			       refused->time_wait * TENTH >= came_in
		       ? TC_SEVERITY_WARNING
		       : TC_SEVERITY_NOTICE;
}

static void tell_time_wait(const struct tc_facts *facts, uint64_t refused, const char *keeping,
			   struct tc_draft *draft)
{
	uint64_t skipped;
	int64_t keeps;

	tc_evidence_n(draft,
		      "In %s, %llu segment to a TIME_WAIT was refused, its timestamp being older "
		      "than the last one (PAWSTimewait).",
		      "In %s, %llu segments to a TIME_WAIT were refused, their timestamps being "
		      "older than the last one (PAWSTimewait).",
		      refused, tc_part_interval(facts, draft), tc_llu(refused));
	tc_part_where(facts, TC_COUNTER_PAWSTimewait, draft);
	tc_evidence(draft, N_("Inferred: they are SYNs of new connections, from hosts that share "
			      "an address. The counter says neither what they are nor whose."));
	if (tc_facts_rise(facts, TC_COUNTER_TCPACKSkippedTimeWait, &skipped) && skipped)
		tc_evidence_n(draft,
			      "%llu segment to a TIME_WAIT got no answer, coming too soon after another "
			      "(TCPACKSkippedTimeWait).",
			      "%llu segments to a TIME_WAIT got no answer, coming too soon after others "
			      "(TCPACKSkippedTimeWait).",
			      skipped, tc_llu(skipped));
	if (!tc_facts_setting(facts, TC_SETTING_tcp_rfc1337, &keeps)) {
		if (*keeping)
			tc_evidence(draft,
				    N_("tcp_rfc1337 is 1 in the network namespace %s, so there the "
				       "clients' RST does not end the TIME_WAIT."),
				    keeping);
		return;
	}
	tc_evidence(
		draft,
		keeps ? N_("tcp_rfc1337 is 1, so their clients' RST does not end the TIME_WAIT: "
			   "they are kept out until 60 s after their last try.")
		      : N_("Their clients get in at the next try: the answer is an ACK, and "
			   "their RST ends the TIME_WAIT (tcp_rfc1337 is 0)."));
}

static void tell_estab(const struct tc_facts *facts, const struct refused *refused,
		       struct tc_draft *draft)
{
	bool has_acks = facts->now.counters.status[TC_COUNTER_PAWSOldAck] == TC_COUNTER_ABSENT;

	if (refused->has_time_wait)
		tc_evidence_n(
			draft,
			"In %s, %llu segment of a connection was refused, its timestamp being "
			"too old (PAWSEstab).",
			"In %s, %llu segments of connections were refused, their timestamps "
			"being too old (PAWSEstab).",
			refused->estab, tc_part_interval(facts, draft), tc_llu(refused->estab));
	else
		tc_evidence_n(draft,
			      "In %s, %llu segment was refused, its timestamp being too old "
			      "(PAWSEstab); this kernel does not say whether it met a TIME_WAIT.",
			      "In %s, %llu segments were refused, their timestamps being too old "
			      "(PAWSEstab); this kernel does not say whether they met a TIME_WAIT.",
			      refused->estab, tc_part_interval(facts, draft),
			      tc_llu(refused->estab));
	tc_part_where(facts, TC_COUNTER_PAWSEstab, draft);
	if (has_acks)
		tc_evidence(draft, N_("It counts harmless late ACKs with them."));
}

/* What is refused besides, none of which a NAT makes. */
static void tell_others(const struct tc_facts *facts, const struct refused *refused,
			struct tc_draft *draft)
{
	if (refused->recycled)
		tc_evidence_n(draft,
			      "%llu SYN was dropped without an answer by tcp_tw_recycle "
			      "(PAWSPassive): set that to 0.",
			      "%llu SYNs were dropped without an answer by tcp_tw_recycle "
			      "(PAWSPassive): set that to 0.",
			      refused->recycled, tc_llu(refused->recycled));
	tc_part_where(facts, TC_COUNTER_PAWSPassive, draft);
	if (refused->answers)
		tc_evidence_n(draft,
			      "%llu answer to a SYN of this machine was refused: it echoes a "
			      "timestamp that was not sent (PAWSActive).",
			      "%llu answers to SYNs of this machine were refused: they echo "
			      "timestamps that were not sent (PAWSActive).",
			      refused->answers, tc_llu(refused->answers));
	tc_part_where(facts, TC_COUNTER_PAWSActive, draft);
	if (refused->acks)
		tc_evidence_n(
			draft,
			"%llu last ACK of a handshake was refused: it echoes a timestamp that "
			"was not sent (TSEcrRejected).",
			"%llu last ACKs of handshakes were refused: they echo timestamps that "
			"were not sent (TSEcrRejected).",
			refused->acks, tc_llu(refused->acks));
	tc_part_where(facts, TC_COUNTER_TSEcrRejected, draft);
}

static void point_to(const struct refused *refused, struct tc_draft *draft)
{
	uint64_t changed = refused->answers + refused->acks;

	if (refused->has_time_wait)
		changed += refused->estab;
	if (changed > refused->time_wait + refused->recycled)
		tc_points_to(draft, CHANGED_ON_THE_WAY);
}

/* Without a counter for TIME_WAIT it is not known what was refused, so it is but a notice. */
static enum tc_verdict check_paws_nat(const struct tc_facts *facts, struct tc_draft *draft)
{
	struct refused refused;
	const char *keeping;

	if (!look_at_refused(facts, &refused, draft))
		return TC_UNSURE;
	if ((double)all_of(&refused) * 1e6 <= STRAY_PER_SECOND * (double)facts->interval_us)
		return TC_QUIET;
	keeping = where_kept(facts, draft);
	draft->severity = judge_refused(facts, &refused, keeping);
	if (refused.time_wait)
		tell_time_wait(facts, refused.time_wait, keeping, draft);
	if (refused.estab)
		tell_estab(facts, &refused, draft);
	tell_others(facts, &refused, draft);
	point_to(&refused, draft);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_paws_nat = {
	.id = "paws-nat",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("segments are refused by their timestamp"),
	.threshold = N_("From more than one in ten seconds, since rarer ones are stray segments. "
			"At a TIME_WAIT it costs a client a round trip or a second: a warning from "
			"one a second, if there is one for ten connections that come in, or if "
			"tcp_rfc1337 is 1, which keeps them out for a minute or more; and when "
			"tcp_tw_recycle drops SYNs. PAWSOldAck is harmless and does not count."),
	.first = {
		[ONE_ADDRESS] =
			N_("See whether one address has most of them: a NAT, a load balancer."),
		[CHANGED_ON_THE_WAY] = N_("Look for a device on the way that changes timestamps."),
	},
	.causes = {
		[ONE_ADDRESS] =
		N_("Several hosts share an address (NAT, a proxy). Each has timestamps of its own, "
		   "since Linux 4.10 with a random offset; when the NAT gives a port to another "
		   "host while the TIME_WAIT of the first lives here, every second SYN has an older "
		   "one. Each refused segment starts the 60 s again."),
		[NEW_START] =
		N_("A client was restarted: it draws a new offset, and uses ports again."),
		[CHANGED_ON_THE_WAY] =
		N_("Something on the way changes timestamps, or joins connections of several hosts "
		   "into one: a load balancer, a WAN optimizer. Then segments of open connections "
		   "are refused (PAWSEstab, PAWSActive, TSEcrRejected)."),
		[STRAY_SEGMENTS] =
		N_("Late copies of segments: a few, on paths that repeat or reorder them."),
	},
	.confirm = {
		N_("nstat -az TcpExtPAWSTimewait TcpExtPAWSEstab TcpExtPAWSActive "
		   "TcpExtTSEcrRejected: which of them rises"),
		N_("tcpcensus by remote.addr state time-wait: an address with very many is a NAT "
		   "or a load balancer"),
		N_("tcpdump -n 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0': SYN, RST, SYN of the same "
		   "two ends is one of them; the mere ACK that the RST answers is not shown "
		   "(IPv4; for IPv6 watch 'ip6 proto 6')"),
	},
	.remedy = {
		N_("Let the client's side close first, so that TIME_WAIT is there and not here."),
		N_("Have the NAT wait for more than 60 s before it uses a port again, or give it "
		   "more addresses."),
		N_("tcp_rfc1337 = 0 (now ${tcp_rfc1337}), so that the client's RST clears the way; "
		   "and let no firewall drop that ACK or RST."),
	},
	.avoid = {
		N_("Not tcp_timestamps = 0: a SYN is then judged by its sequence number alone, and "
		   "every second one from another host is refused all the same."),
		N_("Not tcp_tw_recycle: it made exactly this worse, and was removed in Linux "
		   "4.12."),
	},
	.sources = "RFC 7323 5; RFC 6191; tcp(7); "
		   "net/ipv4/tcp_minisocks.c:tcp_timewait_state_process, tcp_check_req; "
		   "net/ipv4/tcp_input.c:tcp_validate_incoming, tcp_disordered_ack_check, "
		   "tcp_rcv_synsent_state_process; Linux 6.12 net/core/secure_seq.c:secure_tcp_ts_off; "
		   "net/core/secure_seq.c:secure_tcp_seq_and_ts_off",
	.needs = TC_NEEDS_INTERVAL,
	.counters = "PAWSEstab",
	.scenario = "paws",
	.check = check_paws_nat,
};
/* clang-format on */
