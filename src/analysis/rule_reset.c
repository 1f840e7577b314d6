/* SPDX-License-Identifier: MIT */
/* rule_reset.c - rules about connections that this machine resets instead of closing them. */
#include "analysis/judge.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

/* ---- orphans-high ----------------------------------------------------------------------- */

/* With less than 1 a single one is too many (tcp_too_many_orphans), so a share tells nothing. */
static void tell_orphans(uint64_t orphans, int64_t limit, struct tc_draft *draft)
{
	if (limit > 0)
		tc_evidence(draft,
			    N_("%llu of %lld sockets without a program (tcp_max_orphans), of the "
			       "whole machine: %s."),
			    tc_llu(orphans), (long long)limit,
			    tc_words_share(draft, orphans, (uint64_t)limit));
	else
		tc_evidence_n(draft,
			      "%llu socket without a program on the whole machine, and "
			      "tcp_max_orphans is %lld: while there is one, the kernel resets "
			      "what is closed.",
			      "%llu sockets without a program on the whole machine, and "
			      "tcp_max_orphans is %lld: while there is one, the kernel resets "
			      "what is closed.",
			      orphans, tc_llu(orphans), (long long)limit);
}

/*
 * tcp_out_of_resources() counts an orphan twice when its peer was silent for long, and twice
 * again after an ICMP error, so resets begin at a quarter of the limit in the worst case, and
 * usually at half.
 */
static enum tc_verdict check_orphans_high(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t orphans = 0, resets;
	int64_t limit;
	bool has_limit = tc_facts_setting(facts, TC_SETTING_tcp_max_orphans, &limit);

	tc_facts_counter(facts, TC_COUNTER_sockstat_orphan, &orphans);
	tc_part_rise(facts, TC_COUNTER_TCPAbortOnMemory, &resets);
	/* Where none is allowed, those that were reset do not stay to be counted. */
	if (!orphans && !(has_limit && limit <= 0 && resets))
		return TC_QUIET;
	if (!has_limit) {
		tc_judge_needs_setting(facts, TC_SETTING_tcp_max_orphans, draft);
		return TC_UNSURE;
	}
	if (limit > 0 && orphans * 4 <= (uint64_t)limit)
		return TC_QUIET;
	tell_orphans(orphans, limit, draft);
	if (resets) {
		tc_evidence_n(draft, "In %s, %llu of them was reset (TCPAbortOnMemory).",
			      "In %s, %llu of them were reset (TCPAbortOnMemory).", resets,
			      tc_part_interval(facts, draft), tc_llu(resets));
		tc_part_where(facts, TC_COUNTER_TCPAbortOnMemory, draft);
		draft->severity = TC_SEVERITY_CRITICAL;
	} else {
		draft->severity = limit <= 0 || orphans * 2 > (uint64_t)limit ? TC_SEVERITY_WARNING
									      : TC_SEVERITY_NOTICE;
	}
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_orphans_high = {
	.id = "orphans-high",
	.severity = TC_SEVERITY_CRITICAL,
	.title = N_("sockets that programs have closed come near the limit"),
	.threshold = N_("A notice from a quarter of tcp_max_orphans, a warning from half: an "
			"orphan that could send nothing for long counts twice, and twice again "
			"after an ICMP error. Critical when the kernel resets some."),
	.first = {N_("Raise tcp_max_orphans, if there is memory; then find the peers.")},
	.causes = {
		N_("Many peers that are gone or do not read while this side still has to deliver "
		   "data and FIN (FIN_WAIT1, LAST_ACK, CLOSING)."),
		N_("A program that sends much and closes at once, to clients behind slow links."),
		N_("An attack: clients that ask for much and never read."),
	},
	.confirm = {
		N_("tcpcensus by state,remote.addr state fin-wait-1 state last-ack state closing: "
		   "which peers"),
		N_("cat /proc/net/sockstat: orphan, which is of the whole machine in every network "
		   "namespace"),
		N_("dmesg: \"too many orphaned sockets\" says that it happened"),
	},
	.remedy = {
		N_("Raise tcp_max_orphans: each takes up to 64 kB, or what its queues hold."),
		N_("A smaller tcp_orphan_retries ends those of silent peers sooner (now "
		   "${orphan_retry_life})."),
	},
	.avoid = {
		N_("Do not lower tcp_max_orphans: it resets connections that close in good order."),
		N_("TIME_WAIT is not counted there, and nothing about it helps here."),
	},
	.sources = "tcp(7); net/ipv4/tcp_timer.c:tcp_out_of_resources, tcp_orphan_retries; "
		   "net/ipv4/tcp.c:tcp_check_oom, tcp_too_many_orphans; "
		   "net/ipv4/proc.c:sockstat_seq_show",
	.counters = "sockstat_orphan",
	.settings = "tcp_max_orphans",
	.glance = true,
	.graver_by = "TCPAbortOnMemory",
	.scenario = "orphans-high",
	.check = check_orphans_high,
};
/* clang-format on */

/* ---- abort-on-close --------------------------------------------------------------------- */

enum {
	LEAST_SHARE = 100, /* one in a hundred */
	MUCH_SHARE = 10,
	/*
	 * So few may be one program that has its reasons, such as the health checks of a balancer,
	 * which come every second or two for each of some servers.
	 */
	MUCH_PER_SECOND = 10,
};

/*
 * How many connections end is not counted; as many as begin, in the long run, so those are what
 * the resets are compared with.
 */
static enum tc_verdict check_abort_on_close(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t resets, active = 0, passive = 0, opened;
	double rate = 0;

	if (!tc_facts_rise(facts, TC_COUNTER_TCPAbortOnClose, &resets) || !resets)
		return TC_QUIET;
	tc_facts_rise(facts, TC_COUNTER_ActiveOpens, &active);
	tc_facts_rise(facts, TC_COUNTER_PassiveOpens, &passive);
	tc_facts_rate(facts, TC_COUNTER_TCPAbortOnClose, &rate);
	opened = active + passive;
	if (resets * LEAST_SHARE <= opened)
		return TC_QUIET;
	tc_evidence_n(draft,
		      "In %s, %llu connection was reset at close(2), because the program had not "
		      "read all data (TCPAbortOnClose); %llu were opened meanwhile.",
		      "In %s, %llu connections were reset at close(2), because the program had not "
		      "read all data (TCPAbortOnClose); %llu were opened meanwhile.",
		      resets, tc_part_interval(facts, draft), tc_llu(resets), tc_llu(opened));
	tc_part_where(facts, TC_COUNTER_TCPAbortOnClose, draft);
	draft->severity = rate >= MUCH_PER_SECOND && resets * MUCH_SHARE > opened
				  ? TC_SEVERITY_WARNING
				  : TC_SEVERITY_NOTICE;
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_abort_on_close = {
	.id = "abort-on-close",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("programs close without reading what has come in"),
	.threshold = N_("A notice from one in a hundred connections, a warning from one in ten and "
			"ten a second: the RST that follows cuts off what of our data is still "
			"on the way, and a peer that is still sending gets an error and may never "
			"look at the answer. Compared with the connections that begin, since the "
			"kernel does not count those that end."),
	.first = {N_("Find the program by the port of its RSTs: tcpdump, below.")},
	.causes = {
		N_("A server answers with an error and closes before it has read the whole request "
		   "(a large upload)."),
		N_("A health check that connects to a service which greets first, and closes at "
		   "once; then it is harmless."),
		N_("A client that has read what it wanted and closes, or a program that was "
		   "killed."),
	},
	.confirm = {
		N_("nstat -az TcpExtTCPAbortOnClose TcpOutRsts: they rise together"),
		N_("tcpdump -n 'tcp[tcpflags] & tcp-rst != 0': from which port the RSTs go out; it "
		   "tells the program "
		   "(IPv4; for IPv6 watch 'ip6 proto 6')"),
		N_("ss -tnp state established: programs with a Recv-Q that does not shrink"),
	},
	.remedy = {
		N_("Read to the end of the stream, or for a while, before closing: shutdown(2) for "
		   "sending, read, then close (lingering close)."),
	},
	.avoid = {
		N_("SO_LINGER does not help: the RST is sent for unread data whatever it says."),
	},
	.sources = "RFC 9293 3.6.1 (SHLD-3); RFC 2525 2.17; net/ipv4/tcp.c:__tcp_close",
	.needs = TC_NEEDS_INTERVAL,
	.counters = "TCPAbortOnClose ActiveOpens PassiveOpens",
	.scenario = "abort-on-close",
	.check = check_abort_on_close,
};
/* clang-format on */
