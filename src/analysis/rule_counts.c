/* SPDX-License-Identifier: MIT */
/*
 * rule_counts.c - counts-disagree: what was counted socket by socket beside what the kernel
 * keeps count of, and why they may differ.
 *
 * Each count is of something else, and people meet them in different tools:
 *   - sockstat's tw is minisockets: TIME_WAIT, and FIN_WAIT2 that its program has closed;
 *   - CurrEstab is ESTABLISHED and CLOSE_WAIT;
 *   - sockstat's inuse is full sockets in a table: no minisockets, no half-open requests, and
 *     nothing that is only bound;
 *   - conntrack counts what passes through, UDP and ICMP too, and has timers of its own.
 * They are read one after the other while connections come and go, so what came meanwhile is no
 * disagreement.
 */
#include "analysis/judge.h"
#include "analysis/rules.h"
#include "util/intl.h"
#include "util/macro.h"

enum {
	MOMENT = 16,	      /* connections of an idle machine that come between two readings */
	PERCENT_MEASURED = 1, /* of the sockets, where the churn is known */
	PERCENT_UNKNOWN = 10, /* where it is not */
	TRACKED_FACTOR = 2,   /* from here on people wonder */
	TRACKED_LEAST = 100,  /* of fewer, twice as many are one program that ended */
};

/* What was counted, with what the kernel says of the same. */
struct comparison {
	uint64_t kernel;
	uint64_t least, most; /* of the sockets; the same where the state tells all */
};

/* How far two counts may be apart because they were not taken at the same instant. */
static uint64_t tolerance_of(const struct tc_facts *facts)
{
	uint64_t active, passive;

	if (tc_facts_rise(facts, TC_COUNTER_ActiveOpens, &active) &&
	    tc_facts_rise(facts, TC_COUNTER_PassiveOpens, &passive))
		return MOMENT + active + passive + facts->census.total * PERCENT_MEASURED / 100;
	return MOMENT + facts->census.total * PERCENT_UNKNOWN / 100;
}

/* By how much they are apart, beyond that; 0: they agree. */
static uint64_t apart(const struct comparison *one, uint64_t tolerance)
{
	uint64_t difference = one->kernel > one->most	 ? one->kernel - one->most
			      : one->kernel < one->least ? one->least - one->kernel
							 : 0;

	return difference > tolerance ? difference : 0;
}

/* ---- The counts ------------------------------------------------------------------------ */

static bool compare_tw(const struct tc_facts *facts, struct comparison *one)
{
	const uint64_t *states = facts->census.states;

	one->least = states[TC_TIME_WAIT];
	one->most = states[TC_TIME_WAIT] + states[TC_FIN_WAIT2];
	return tc_facts_counter(facts, TC_COUNTER_sockstat_tw, &one->kernel);
}

static bool compare_established(const struct tc_facts *facts, struct comparison *one)
{
	const uint64_t *states = facts->census.states;

	one->least = one->most = states[TC_ESTABLISHED] + states[TC_CLOSE_WAIT];
	return tc_facts_counter(facts, TC_COUNTER_CurrEstab, &one->kernel);
}

/* SYN_RECV and FIN_WAIT2 may be full sockets or not. */
static bool compare_inuse(const struct tc_facts *facts, struct comparison *one)
{
	const uint64_t *states = facts->census.states;
	uint64_t of_ipv6;

	one->least = states[TC_LISTEN] + states[TC_SYN_SENT] + states[TC_ESTABLISHED] +
		     states[TC_FIN_WAIT1] + states[TC_CLOSE_WAIT] + states[TC_CLOSING] +
		     states[TC_LAST_ACK];
	one->most = one->least + states[TC_SYN_RECV] + states[TC_FIN_WAIT2];
	if (!tc_facts_counter(facts, TC_COUNTER_sockstat_inuse, &one->kernel))
		return false;
	if (tc_facts_counter(facts, TC_COUNTER_sockstat6_inuse, &of_ipv6))
		one->kernel += of_ipv6;
	else if (facts->now.counters.status[TC_COUNTER_sockstat6_inuse] != TC_COUNTER_ABSENT)
		return false;
	return true;
}

/* ---- What is said ---------------------------------------------------------------------- */

/* Three kinds of count, each with its sentences: what differs, and what looks as if it did. */
enum { KINDS = 3 };

static const struct {
	bool (*compare)(const struct tc_facts *facts, struct comparison *one);
	const char *differs; /* takes the kernel's, the most that was counted */
} kinds[KINDS] = {
	{compare_tw,
	 N_("Minisockets that the kernel counts (sockstat tw): %llu; sockets seen in TIME_WAIT and "
	    "FIN_WAIT2: %llu.")},
	{compare_established,
	 N_("Connections that the kernel counts (CurrEstab): %llu; sockets seen in ESTABLISHED and "
	    "CLOSE_WAIT: %llu.")},
	{compare_inuse,
	 N_("Full sockets that the kernel counts (sockstat inuse, of both families): %llu; seen, at "
	    "the most: %llu.")},
};

static void say_why(const struct tc_facts *facts, struct tc_draft *draft, bool is_kernel_more)
{
	if (!is_kernel_more)
		tc_evidence(draft,
			    N_("More were seen than the kernel counts: a dump that runs while "
			       "connections come and go may repeat some."));
	else if (!facts->report.complete)
		tc_evidence(draft, N_("The look at the sockets was not complete."));
	else
		tc_evidence(draft,
			    N_("Fewer were seen than the kernel counts: a dump that runs while "
			       "connections come and go may miss some, and a restricted "
			       "environment may not show all."));
}

/* FIN_WAIT2 and CLOSE_WAIT make equal things look different; and conntrack is another thing. */
static void say_odd(const struct tc_facts *facts, struct tc_draft *draft)
{
	const uint64_t *states = facts->census.states;
	uint64_t tw, established, tracked;
	bool adds_up = true;

	if (tc_facts_counter(facts, TC_COUNTER_sockstat_tw, &tw) && tw > states[TC_TIME_WAIT] &&
	    states[TC_FIN_WAIT2]) {
		adds_up = tw <= states[TC_TIME_WAIT] + states[TC_FIN_WAIT2];
		tc_evidence(draft,
			    N_("tw in /proc/net/sockstat is %llu and TIME_WAIT %llu: it counts "
			       "FIN_WAIT2 that programs have closed as well."),
			    (unsigned long long)tw, (unsigned long long)states[TC_TIME_WAIT]);
	}
	if (tc_facts_counter(facts, TC_COUNTER_CurrEstab, &established) && states[TC_CLOSE_WAIT]) {
		adds_up &= established == states[TC_ESTABLISHED] + states[TC_CLOSE_WAIT];
		tc_evidence(draft,
			    N_("CurrEstab, the \"estab\" of ss -s, is %llu: it counts CLOSE_WAIT "
			       "(%llu) beside ESTABLISHED (%llu)."),
			    (unsigned long long)established,
			    (unsigned long long)states[TC_CLOSE_WAIT],
			    (unsigned long long)states[TC_ESTABLISHED]);
	}
	if (!adds_up)
		tc_evidence(draft, N_("That these do not add up is no fault: they were not read at "
				      "the same moment."));
	if (tc_facts_counter(facts, TC_COUNTER_conntrack_count, &tracked) &&
	    tracked >= TRACKED_LEAST && tracked > facts->census.total * TRACKED_FACTOR)
		tc_evidence(draft,
			    N_("Entries of conntrack: %llu; sockets: %llu. It also tracks what is "
			       "only forwarded, UDP and ICMP, and remembers what is over."),
			    (unsigned long long)tracked, (unsigned long long)facts->census.total);
}

static bool has_any_count(const struct tc_facts *facts)
{
	struct comparison one;

	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].compare(facts, &one))
			return true;
	return false;
}

/* Whether the numbers are of the same thing; the draft says what they would have to be. */
static bool is_comparable(const struct tc_facts *facts, struct tc_draft *draft)
{
	if (!has_any_count(facts)) {
		tc_needs(draft, N_("/proc/net/sockstat and /proc/net/snmp"));
		return false;
	}
	if (facts->report.foreign && !facts->census.states[TC_LISTEN]) {
		tc_needs(draft,
			 N_("a listing of all sockets, those that listen included (ss -tan)"));
		return false;
	}
	if (facts->report.netns_count) {
		tc_needs(draft, N_("one network namespace: the kernel keeps these counts for each "
				   "(without --netns all)"));
		return false;
	}
	if (facts->families && facts->families != (TC_FAMILY_INET | TC_FAMILY_INET6)) {
		tc_needs(draft,
			 N_("both address families: the kernel counts them together (without "
			    "-4 and -6)"));
		return false;
	}
	return true;
}

/* The counts that were not read: then that all agree is not known. */
static enum tc_verdict needs_counts(const struct tc_facts *facts, struct tc_draft *draft)
{
	static const enum tc_counter needed[] = {TC_COUNTER_sockstat_tw, TC_COUNTER_CurrEstab,
						 TC_COUNTER_sockstat_inuse,
						 TC_COUNTER_sockstat6_inuse};
	uint64_t value;

	for (size_t i = 0; i < TC_ARRAY_SIZE(needed); i++)
		if (!tc_facts_counter(facts, needed[i], &value)) {
			tc_judge_needs_counter(facts, needed[i], draft);
			return TC_UNSURE;
		}
	return TC_UNSURE;
}

static enum tc_verdict check_counts_disagree(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t tolerance = tolerance_of(facts);
	struct comparison one;
	bool told[2] = {false, false}; /* why fewer or more were seen: once */
	size_t known = 0;

	if (!is_comparable(facts, draft))
		return TC_UNSURE;
	for (size_t i = 0; i < KINDS; i++) {
		if (!kinds[i].compare(facts, &one))
			continue;
		known++;
		if (!apart(&one, tolerance))
			continue;
		draft->severity = TC_SEVERITY_NOTICE;
		tc_evidence(draft, kinds[i].differs, (unsigned long long)one.kernel,
			    (unsigned long long)one.most);
		if (!told[one.kernel > one.most])
			say_why(facts, draft, one.kernel > one.most);
		told[one.kernel > one.most] = true;
	}
	if (draft->severity)
		return TC_FOUND;
	if (known < KINDS)
		return needs_counts(facts, draft);
	say_odd(facts, draft);
	return draft->count ? TC_NORMAL : TC_QUIET;
}

/* clang-format off */
const struct tc_rule tc_rule_counts_disagree = {
	.id = "counts-disagree",
	.severity = TC_SEVERITY_NOTICE,
	.title = N_("the sockets seen are not as many as the kernel counts"),
	.threshold = N_("A notice when they are further apart than what opened in the interval, 1 % of "
			"the sockets, and a handful: the counts are read one after the other, and "
			"that much may come or go between. Without an interval 10 %. Each of the "
			"kernel's counts is compared with the states that it covers."),
	.first = {N_("Count again when it is quieter.")},
	.causes = {
		N_("Sockets come and go so fast that no two counts can agree."),
		N_("The look was not complete, or was made in another network namespace than the counts."),
	},
	.confirm = {
		N_("tcpcensus; cat /proc/net/sockstat /proc/net/sockstat6; grep Tcp: /proc/net/snmp "
		   "(CurrEstab): a few times, one right after the other"),
		N_("ls -l /proc/self/ns/net: the network namespace in which this is"),
	},
	.remedy = {
		N_("Count again when it is quieter. If it persists, trust the kernel's counts for "
		   "the sum and the sockets for who they are; and please report it."),
	},
	.avoid = {
		N_("orphan, alloc and mem in /proc/net/sockstat are of the whole machine, and so cannot "
		   "be compared with the sockets of a container."),
		N_("\"closed\" of ss -s is no state: it is alloc less inuse, with tw added."),
	},
	.sources = "net/ipv4/proc.c:sockstat_seq_show; net/ipv6/proc.c:sockstat6_seq_show; "
		   "net/ipv4/tcp.c:tcp_set_state; net/ipv4/tcp_diag.c:tcp_diag_dump; "
		   "iproute2 5.5 misc/ss.c:print_summary",
	.needs = TC_NEEDS_SOCKETS,
	.scenario = "counts-disagree",
	.check = check_counts_disagree,
};
/* clang-format on */
