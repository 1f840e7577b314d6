/* SPDX-License-Identifier: MIT */
/* rule_old_segments.c - rules about what TIME_WAIT is for: segments of an earlier connection. */
#include "analysis/judge.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

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
 * TIME_WAIT that takes the protection away.
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
	if (limit > 0 && (uint64_t)limit * TINY >= normal)
		return TC_QUIET;
	tc_facts_counter(facts, TC_COUNTER_TCPTimeWaitOverflow, &overflows);
	draft->severity = overflows || limit <= 0 ? TC_SEVERITY_WARNING : TC_SEVERITY_NOTICE;
	if (limit <= 0)
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
	.causes = {
		N_("Advice to lower tcp_max_tw_buckets until TIME_WAIT disappears."),
	},
	.confirm = {
		N_("sysctl net.ipv4.tcp_max_tw_buckets net.ipv4.tcp_rfc1337: the values in force"),
		N_("nstat -az TcpExtTCPTimeWaitOverflow: connections that ended without TIME_WAIT"),
	},
	.remedy = {
		N_("Set tcp_max_tw_buckets back to the default, half of tcp_ehash_entries."),
		N_("tcp_rfc1337 = 1, where late duplicates matter: no RST ends TIME_WAIT then. It "
		   "costs that a few reopenings with the same ports have to wait."),
	},
	.avoid = {
		N_("tcp_rfc1337 does nothing against many sockets in TIME_WAIT: they last as "
		   "long."),
	},
	.sources = "RFC 1337; RFC 9293 3.6.1; "
		   "net/ipv4/tcp_minisocks.c:tcp_timewait_state_process, tcp_time_wait",
	.settings = "tcp_max_tw_buckets tcp_rfc1337",
	.scenario = "tw-buckets-tiny",
	.check = check_rfc1337,
};
/* clang-format on */

/* ---- paws-nat -------------------------------------------------------------------------- */

/* Rarer ones, one in ten seconds, are stray segments. */
#define STRAY_PER_SECOND 0.1

/*
 * Kernels without PAWSTimewait count all in PAWSEstab, old ACKs too, which are harmless: there
 * the number can be no more than a notice.
 */
static enum tc_verdict check_paws_nat(const struct tc_facts *facts, struct tc_draft *draft)
{
	bool is_told = facts->now.counters.status[TC_COUNTER_PAWSTimewait] != TC_COUNTER_ABSENT;
	enum tc_counter id = is_told ? TC_COUNTER_PAWSTimewait : TC_COUNTER_PAWSEstab;
	uint64_t rise;
	double rate;

	if (!tc_facts_rise(facts, id, &rise) || !tc_facts_rate(facts, id, &rate))
		return tc_part_needs_rise(facts, id, draft);
	if (rate <= STRAY_PER_SECOND)
		return TC_QUIET;
	draft->severity = is_told && rate >= 1 ? TC_SEVERITY_WARNING : TC_SEVERITY_NOTICE;
	if (is_told)
		tc_evidence_n(draft,
			      "In %s, %llu segment to a TIME_WAIT was refused, its timestamp being "
			      "older than the last one (PAWSTimewait).",
			      "In %s, %llu segments to a TIME_WAIT were refused, their timestamps "
			      "being older than the last one (PAWSTimewait).",
			      rise, tc_part_interval(facts, draft), tc_llu(rise));
	else
		tc_evidence_n(draft,
			      "In %s, %llu segment was refused, its timestamp being too old "
			      "(PAWSEstab). This kernel counts harmless late ACKs there, too.",
			      "In %s, %llu segments were refused, their timestamps being too old "
			      "(PAWSEstab). This kernel counts harmless late ACKs there, too.",
			      rise, tc_part_interval(facts, draft), tc_llu(rise));
	tc_evidence(draft, N_("That several hosts share an address there is inferred: the counter "
			      "does not say whose segments they were."));
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_paws_nat = {
	.id = "paws-nat",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("new connections meet a TIME_WAIT and are refused by their timestamp"),
	.threshold = N_("From more than one in ten seconds, since single ones are stray segments; "
			"a warning from one a second. Only what meets TIME_WAIT counts where the "
			"kernel tells it (PAWSTimewait), and never PAWSOldAck, which is harmless."),
	.causes = {
		N_("Several hosts behind one NAT address: the NAT uses a port again for another "
		   "host, whose timestamps are behind, while the TIME_WAIT of the first lives "
		   "here. Each refused SYN starts the 60 s again."),
		N_("A client or load balancer that was restarted: its timestamps begin anew, "
		   "or with another random offset."),
	},
	.confirm = {
		N_("nstat -az TcpExtPAWSTimewait TcpExtPAWSEstab: which of them rises"),
		N_("tcpcensus by remote.addr state time-wait: an address with very many is a NAT "
		   "or a load balancer"),
		N_("tcpdump -n 'tcp[tcpflags] & tcp-syn != 0': a SYN that is answered by a mere "
		   "ACK is one of them "
		   "(IPv4; for IPv6 watch 'ip6 proto 6')"),
	},
	.remedy = {
		N_("Let the client's side close first, so that TIME_WAIT is there and not here."),
		N_("Have the NAT wait for more than 60 s before it uses a port again, or give it "
		   "more addresses."),
	},
	.avoid = {
		N_("Not tcp_timestamps = 0 as the first resort: it ends the test against old "
		   "segments and the measuring of the round trip for every connection."),
		N_("Not tcp_tw_recycle: it made exactly this worse, and is gone since Linux 4.12."),
	},
	.sources = "RFC 7323 5; RFC 6191; net/ipv4/tcp_minisocks.c:tcp_timewait_state_process",
	.needs = TC_NEEDS_INTERVAL,
	.counters = "PAWSEstab",
	.scenario = "paws",
	.check = check_paws_nat,
};
/* clang-format on */
