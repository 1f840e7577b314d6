/* SPDX-License-Identifier: MIT */
/*
 * rule_settings.c - dangerous-settings: settings that do harm, or nothing, as they are here.
 *
 * A table with one row for each such value. What a setting does is said in model/settings.def;
 * here is only what this value costs. A setting that was not read may have such a value as well,
 * so nothing is quiet until all were, and those that were not are named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/judge.h"
#include "analysis/rule.h"
#include "analysis/rules.h"
#include "util/intl.h"
#include "util/macro.h"

enum {
	RFC1122_SECONDS = 100,
	PATIENCE_MS = 3000, /* a path that is rerouted, or a lost packet and a slow link */
	FIN_WAIT2_SECONDS = 5,
	FEW_PORTS = 1000, /* 17 connections a second to one server, each with its TIME_WAIT */
	OLD_SOMAXCONN = 128,
	OLD_CHALLENGES = 1000, /* the default of Linux 4.7 to 5.19 */
	FAR_BELOW = 8,	       /* an eighth of the default */
};

/* What a row says of the value: 0, or how bad it is. */
typedef enum tc_severity judge_setting(const struct tc_facts *facts, int64_t value);

struct danger {
	enum tc_setting id;
	judge_setting *judge;
	const char *text; /* marked N_(); takes the value */
};

#define JUDGE(name)                                                                                \
	static enum tc_severity judge_##name(const struct tc_facts *facts __attribute__((unused)), \
					     int64_t value __attribute__((unused)))

static enum tc_severity notice_if(bool found)
{
	return found ? TC_SEVERITY_NOTICE : (enum tc_severity)0;
}

static enum tc_severity worse_if(bool found, bool lost)
{
	return found && lost ? TC_SEVERITY_WARNING : notice_if(found);
}

static bool rose(const struct tc_facts *facts, enum tc_counter id)
{
	uint64_t rise;

	return tc_facts_rise(facts, id, &rise) && rise;
}

/* ---- The values ------------------------------------------------------------------------ */

JUDGE(no_cookies)
{
	return worse_if(value == 0, rose(facts, TC_COUNTER_TCPReqQFullDrop));
}

JUDGE(always_cookies)
{
	return notice_if(value == 2);
}

JUDGE(no_timestamps)
{
	return notice_if(value == 0);
}

JUDGE(turned_off)
{
	return notice_if(value == 0);
}

JUDGE(abort_on_overflow)
{
	return worse_if(value != 0, rose(facts, TC_COUNTER_ListenOverflows));
}

/* Connections end without TIME_WAIT, from the first one on. */
JUDGE(no_buckets)
{
	return value == 0 ? TC_SEVERITY_WARNING : (enum tc_severity)0;
}

/* The default is half of the buckets; a namespace that shares them shows them negative. */
JUDGE(few_buckets)
{
	int64_t buckets;

	if (!tc_facts_setting(facts, TC_SETTING_tcp_ehash_entries, &buckets))
		return (enum tc_severity)0;
	return worse_if(value > 0 && value < llabs(buckets) / 2 / FAR_BELOW,
			rose(facts, TC_COUNTER_TCPTimeWaitOverflow));
}

/* Above it every close is a reset, and a single one is above it. */
JUDGE(no_orphans)
{
	return value <= 0 ? TC_SEVERITY_WARNING : (enum tc_severity)0;
}

JUDGE(recycle)
{
	return value ? TC_SEVERITY_WARNING : (enum tc_severity)0;
}

JUDGE(short_fin_wait2)
{
	return notice_if(value < FIN_WAIT2_SECONDS);
}

JUDGE(reuse_without_timestamps)
{
	int64_t timestamps;

	return notice_if(value == 1 &&
			 tc_facts_setting(facts, TC_SETTING_tcp_timestamps, &timestamps) &&
			 !timestamps);
}

JUDGE(few_synacks)
{
	return notice_if(value < 2);
}

/* As a time, for the intervals depend on tcp_rto_max_ms as well. */
static bool is_below(const struct tc_facts *facts, enum tc_lifetime id, uint64_t ms)
{
	return facts->figures[id].known && facts->figures[id].value < ms;
}

JUDGE(few_retries)
{
	if (is_below(facts, TC_LIFETIME_DATA_RETRY, PATIENCE_MS))
		return TC_SEVERITY_WARNING;
	return notice_if(is_below(facts, TC_LIFETIME_DATA_RETRY, (uint64_t)RFC1122_SECONDS * 1000));
}

JUDGE(few_orphan_retries)
{
	return notice_if(is_below(facts, TC_LIFETIME_ORPHAN_RETRY, PATIENCE_MS));
}

JUDGE(few_ports)
{
	const struct tc_setting_value *range = &facts->now.settings[TC_SETTING_ip_local_port_range];
	int64_t left = range->number[1] - value + 1;

	if (range->count != 2)
		return (enum tc_severity)0;
	for (int64_t port = value; facts->reserved && port <= range->number[1]; port++)
		left -= tc_port_set_has(facts->reserved, (unsigned)port);
	return left > 0 ? notice_if(left < FEW_PORTS) : TC_SEVERITY_WARNING;
}

/* Without a listener it bounds nothing. */
JUDGE(tiny_somaxconn)
{
	return notice_if(value < OLD_SOMAXCONN && facts->census.states[TC_LISTEN]);
}

/* What was usual before Linux 5.4; it matters where a listener is held back by it. */
JUDGE(small_somaxconn)
{
	const struct tc_listener *listener;

	if (value != OLD_SOMAXCONN || !facts->listening)
		return (enum tc_severity)0;
	for (size_t i = 0; (listener = tc_listening_troubled(facts->listening, ~0u, i)); i++)
		if (listener->limited_by == TC_LIMITED_BY_SOMAXCONN &&
		    (!facts->only_netns || listener->socket->netns == facts->only_netns))
			return TC_SEVERITY_NOTICE;
	return (enum tc_severity)0;
}

/* 100 before CVE-2016-5696 was known. */
JUDGE(few_challenges)
{
	return notice_if(value >= 0 && value < OLD_CHALLENGES);
}

/* ---- The table ------------------------------------------------------------------------- */

/* clang-format off */
static const struct danger dangers[] = {
	{ TC_SETTING_tcp_tw_recycle, judge_recycle,
	  N_("tcp_tw_recycle is %lld: SYNs of clients that share an address behind NAT are dropped "
	     "without an answer. Set it to 0; since Linux 4.12 it does not exist.") },
	{ TC_SETTING_tcp_max_tw_buckets, judge_no_buckets,
	  N_("tcp_max_tw_buckets is %lld: no connection gets its TIME_WAIT. Late segments can reach "
	     "the next connection on the same ports, and a peer that repeats its FIN gets a "
	     "RST.") },
	{ TC_SETTING_tcp_max_tw_buckets, judge_few_buckets,
	  N_("tcp_max_tw_buckets is %lld, less than an eighth of the default: above it connections "
	     "end without their TIME_WAIT, which saves only some 256 bytes each, and ports for "
	     "connect(2).") },
	{ TC_SETTING_tcp_max_orphans, judge_no_orphans,
	  N_("tcp_max_orphans is %lld: while one connection that its program has closed waits for "
	     "its peer, every other that is closed is reset, and its peer may miss the end of what "
	     "was sent.") },
	{ TC_SETTING_tcp_syncookies, judge_no_cookies,
	  N_("tcp_syncookies is %lld: a listener whose queue of half-open connections is full drops "
	     "SYNs, so that a SYN flood keeps clients out.") },
	{ TC_SETTING_tcp_syncookies, judge_always_cookies,
	  N_("tcp_syncookies is %lld, which is meant for tests: every handshake is answered by a "
	     "cookie, and without timestamps loses window scaling and SACK.") },
	{ TC_SETTING_tcp_timestamps, judge_no_timestamps,
	  N_("tcp_timestamps is %lld: old segments are told from new ones by sequence numbers "
	     "alone (no PAWS), round trips are measured less well, and tcp_tw_reuse can do "
	     "nothing.") },
	{ TC_SETTING_tcp_window_scaling, judge_turned_off,
	  N_("tcp_window_scaling is %lld: a connection has no more than 64 KiB on the way, which is "
	     "10 Mbit/s over 50 ms and 3 Mbit/s over 150 ms.") },
	{ TC_SETTING_tcp_sack, judge_turned_off,
	  N_("tcp_sack is %lld: of several segments lost together one is repaired in each round "
	     "trip, or after a timeout, so that loss costs far more speed than it has to.") },
	{ TC_SETTING_tcp_tw_reuse, judge_reuse_without_timestamps,
	  N_("tcp_tw_reuse is %lld and has no effect, since tcp_timestamps is 0: only connections "
	     "with timestamps can be taken over.") },
	{ TC_SETTING_tcp_abort_on_overflow, judge_abort_on_overflow,
	  N_("tcp_abort_on_overflow is %lld: where an accept queue is full, clients that a short "
	     "wait would have let in are reset.") },
	{ TC_SETTING_tcp_retries2, judge_few_retries,
	  N_("tcp_retries2 is %lld: connections with data under way are given up sooner than the "
	     "100 s of RFC 1122, so that a short interruption of the path ends them all.") },
	{ TC_SETTING_tcp_orphan_retries, judge_few_orphan_retries,
	  N_("tcp_orphan_retries is %lld: what a program has sent before it closed is given up "
	     "after less than 3 s, so that slow clients miss the end of answers.") },
	{ TC_SETTING_tcp_synack_retries, judge_few_synacks,
	  N_("tcp_synack_retries is %lld: clients on lossy links are dropped in the middle of the "
	     "handshake. Against a SYN flood there is tcp_syncookies.") },
	{ TC_SETTING_tcp_fin_timeout, judge_short_fin_wait2,
	  N_("tcp_fin_timeout is %lld s: a peer that closes later than that gets a RST. It does "
	     "not shorten TIME_WAIT.") },
	{ TC_SETTING_ip_local_port_range, judge_few_ports,
	  N_("ip_local_port_range begins at %lld and has fewer than 1000 ports that are not "
	     "reserved: to one destination that is fewer than 17 connections a second, where this side closes first.") },
	{ TC_SETTING_somaxconn, judge_tiny_somaxconn,
	  N_("somaxconn is %lld, less than any kernel sets by itself, and bounds the queue of every "
	     "listener: a burst of so many connections finds no room.") },
	{ TC_SETTING_somaxconn, judge_small_somaxconn,
	  N_("somaxconn is %lld, the default before Linux 5.4, and bounds a queue that is more "
	     "than half full now.") },
	{ TC_SETTING_tcp_challenge_ack_limit, judge_few_challenges,
	  N_("tcp_challenge_ack_limit is %lld for all connections together: an attacker can tell "
	     "from it which connections exist (CVE-2016-5696). The default means no limit.") },
};
/* clang-format on */

/* What rises where such a value does its harm, as tc_rule.graver_by; NULL: nothing that counts. */
static const char *graver_by(const struct danger *danger)
{
	static const struct {
		judge_setting *judge;
		const char *counter;
	} harm[] = {
		{judge_few_buckets, "TCPTimeWaitOverflow"},
		{judge_no_cookies, "TCPReqQFullDrop"},
		{judge_abort_on_overflow, "ListenOverflows"},
	};

	for (size_t i = 0; i < TC_ARRAY_SIZE(harm); i++)
		if (danger->judge == harm[i].judge)
			return harm[i].counter;
	return NULL;
}

/* ---- What was not read ------------------------------------------------------------------ */

/* One that does not exist has no value that could do harm. */
static bool is_unread(const struct tc_facts *facts, enum tc_setting id)
{
	enum tc_setting_status status = facts->now.settings[id].status;

	return status == TC_SETTING_NOT_READ || status == TC_SETTING_UNREADABLE;
}

/* "tcp_mem, tcp_syncookies": those that rows are about or are judged by, each once. */
struct unread {
	char names[512];
	size_t count, all;
};

static void look_for(const struct tc_facts *facts, enum tc_setting id, bool *seen,
		     struct unread *unread)
{
	size_t length = strlen(unread->names);

	if (seen[id])
		return;
	seen[id] = true;
	unread->all++;
	if (!is_unread(facts, id))
		return;
	snprintf(unread->names + length, sizeof(unread->names) - length, "%s%s",
		 unread->count ? ", " : "", tc_setting_rows[id].name);
	unread->count++;
}

static struct unread find_unread(const struct tc_facts *facts)
{
	/* What judges look at besides the value. */
	static const enum tc_setting others[] = {TC_SETTING_tcp_ehash_entries,
						 TC_SETTING_ip_local_reserved_ports,
						 TC_SETTING_tcp_rto_max_ms};
	struct unread unread = {.count = 0};
	bool seen[TC_SETTING_COUNT] = {false};

	for (size_t i = 0; i < TC_ARRAY_SIZE(dangers); i++)
		look_for(facts, dangers[i].id, seen, &unread);
	for (size_t i = 0; i < TC_ARRAY_SIZE(others); i++)
		look_for(facts, others[i], seen, &unread);
	return unread;
}

static enum tc_verdict needs_settings(const struct tc_facts *facts, const struct unread *unread,
				      struct tc_draft *draft)
{
	if (unread->count < unread->all)
		tc_needs(draft, N_("the settings %s (sysctl -a)"), unread->names);
	else if (facts->report.foreign)
		tc_needs(draft, N_("the settings of that machine (sysctl -a)"));
	else
		tc_needs(draft, N_("the settings: none of /proc/sys could be read"));
	return TC_UNSURE;
}

static enum tc_verdict check_dangerous_settings(const struct tc_facts *facts,
						struct tc_draft *draft)
{
	struct unread unread = find_unread(facts);

	for (size_t i = 0; i < TC_ARRAY_SIZE(dangers); i++) {
		enum tc_severity severity;
		int64_t value;

		if (!tc_facts_setting(facts, dangers[i].id, &value))
			continue;
		severity = dangers[i].judge(facts, value);
		if (severity > draft->severity)
			draft->severity = severity;
		if (severity)
			tc_evidence(draft, dangers[i].text, (long long)value);
		if (severity == TC_SEVERITY_NOTICE)
			tc_judge_half(facts, graver_by(&dangers[i]), draft);
	}
	if (!draft->severity)
		return unread.count ? needs_settings(facts, &unread, draft) : TC_QUIET;
	if (unread.count)
		tc_evidence(draft, N_("Not read: %s."), unread.names);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_dangerous_settings = {
	.id = "dangerous-settings",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("kernel settings that do harm here, or nothing"),
	.threshold = N_("Each value is judged by what it does on this kernel, not by whether it is the "
			"default. A notice where it can do harm or has no effect; a warning where it "
			"loses connections for certain, or counters say that it did so in the "
			"interval."),
	.first = {N_("Set what is named below back to its default, one at a time.")},
	.causes = {
		N_("Advice from old or wrong pages (\"TCP tuning\"), taken over as a whole."),
		N_("A value for a test or an old kernel that was never taken back."),
	},
	.confirm = {
		N_("tcpcensus explain NAME: what the setting does, what it does not, and its value here"),
		N_("grep -rsE '^[ -]*net.(ipv4|core)' /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d "
		   "/usr/local/lib/sysctl.d /usr/lib/sysctl.d: where it is set"),
	},
	.remedy = {
		N_("Take the line out of the file that sets it, and set the default: tcpcensus explain "
		   "NAME says it."),
	},
	.avoid = {
		N_("Do not replace one list of settings by another: change one at a time, and "
		   "measure what it should improve."),
	},
	.sources = "Documentation/networking/ip-sysctl.rst; tcp(7); sysctl(8); RFC 1122 4.2.3.5; "
		   "RFC 1337; RFC 2018; RFC 7323 2, 4, 5; net/ipv4/tcp_input.c:tcp_conn_request; "
		   "net/ipv4/tcp_ipv4.c:tcp_twsk_unique; net/ipv4/tcp.c:tcp_check_oom",
	.needs = TC_NEEDS_SOCKETS,
	.by_netns = true,
	.any_system = true, /* it says nothing of sockets */
	.not_at_a_glance = "some twenty settings, which no number of a census depends on",
	.scenario = "dangerous-settings",
	.check = check_dangerous_settings,
};
/* clang-format on */
