/* SPDX-License-Identifier: MIT */
/* rule_machine.c - rules about what all connections of a machine share: memory, tracking. */
#include "analysis/judge.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

static uint64_t rise_of(const struct tc_facts *facts, enum tc_counter id)
{
	uint64_t rise;

	return tc_facts_rise(facts, id, &rise) ? rise : 0;
}

/* ---- tcp-mem -------------------------------------------------------------------------- */

enum { NEAR_LIMIT = 95, /* percent */ MEM_PRESSURE = 1, MEM_LIMIT = 2 };

static enum tc_severity judge_memory(const struct tc_facts *facts, uint64_t used, uint64_t pressure,
				     uint64_t limit)
{
	bool is_pressed = used >= pressure;

	if (used * 100 >= limit * NEAR_LIMIT ||
	    (is_pressed && rise_of(facts, TC_COUNTER_TCPAbortOnMemory)))
		return TC_SEVERITY_CRITICAL;
	if (is_pressed || rise_of(facts, TC_COUNTER_TCPMemoryPressures))
		return TC_SEVERITY_WARNING;
	return (enum tc_severity)0;
}

static void say_memory_trouble(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t pressures = rise_of(facts, TC_COUNTER_TCPMemoryPressures);
	uint64_t aborted = rise_of(facts, TC_COUNTER_TCPAbortOnMemory);
	/* A segment for which RcvPruned says that no room could be made is among these. */
	uint64_t dropped = rise_of(facts, TC_COUNTER_TCPRcvQDrop);

	if (pressures)
		tc_evidence_n(draft, "Meanwhile TCP came under memory pressure %llu time (TcpExt "
				     "TCPMemoryPressures).",
			      "Meanwhile TCP came under memory pressure %llu times (TcpExt "
			      "TCPMemoryPressures).", pressures,
			      (unsigned long long)pressures);
	if (dropped)
		tc_evidence_n(draft, "%llu time what was received was dropped for lack of it.",
			      "%llu times what was received was dropped for lack of it.", dropped,
			      (unsigned long long)dropped);
	if (aborted)
		tc_evidence_n(draft,
			      "%llu connection without a program was reset (TcpExt "
			      "TCPAbortOnMemory).",
			      "%llu connections without a program were reset (TcpExt "
			      "TCPAbortOnMemory).",
			      aborted, (unsigned long long)aborted);
}

/* Places in the row's list of causes. */
enum { PROGRAMS_DO_NOT_READ, PEERS_TAKE_NOTHING, FAST_CONNECTIONS };

/* Which queues are long: those of programs here, or those to peers. */
static void point_to_memory(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t unread = facts->symptoms[TC_SYMPTOM_NOT_READ].shown;
	uint64_t not_taken = facts->symptoms[TC_SYMPTOM_NOT_TAKEN].shown +
			     facts->symptoms[TC_SYMPTOM_FIN_WAIT1_SHUT].shown +
			     facts->symptoms[TC_SYMPTOM_FIN_WAIT1_SILENT].shown;

	if (unread || not_taken)
		tc_points_to(draft,
			     unread >= not_taken ? PROGRAMS_DO_NOT_READ : PEERS_TAKE_NOTHING);
	else if (!facts->symptoms[TC_SYMPTOM_NOT_READ].unjudged &&
		 !facts->symptoms[TC_SYMPTOM_NOT_TAKEN].unjudged)
		tc_points_to(draft, FAST_CONNECTIONS);
}

static enum tc_verdict check_tcp_mem(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_setting_value *mem = &facts->now.settings[TC_SETTING_tcp_mem];
	uint64_t pressure, limit, used, pressures;

	if (mem->status != TC_SETTING_READ || mem->count != TC_SETTING_NUMBERS) {
		tc_judge_needs_setting(facts, TC_SETTING_tcp_mem, draft);
		return TC_UNSURE;
	}
	if (!tc_facts_counter(facts, TC_COUNTER_sockstat_mem, &used)) {
		tc_judge_needs_counter(facts, TC_COUNTER_sockstat_mem, draft);
		return TC_UNSURE;
	}
	pressure = (uint64_t)mem->number[MEM_PRESSURE];
	limit = (uint64_t)mem->number[MEM_LIMIT];
	draft->severity = judge_memory(facts, used, pressure, limit);
	if (!draft->severity &&
	    tc_part_rise(facts, TC_COUNTER_TCPMemoryPressures, &pressures) == TC_RISE_UNKNOWN)
		return tc_part_needs_rise(facts, TC_COUNTER_TCPMemoryPressures, draft);
	if (!draft->severity && used * 2 < pressure)
		return TC_QUIET;
	tc_evidence(draft,
		    N_("Data in queues take %llu pages of memory on the whole machine, %s of the "
		       "limit of %llu; from %llu on the kernel saves memory (tcp_mem)."),
		    (unsigned long long)used, tc_words_share(draft, used, limit),
		    (unsigned long long)limit, (unsigned long long)pressure);
	if (!draft->severity)
		return TC_NORMAL;
	say_memory_trouble(facts, draft);
	point_to_memory(facts, draft);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_tcp_mem = {
	.id = "tcp-mem",
	.severity = TC_SEVERITY_CRITICAL,
	.title = N_("the memory for data in TCP queues runs out"),
	.threshold = N_("A warning from the second number of tcp_mem, where the kernel begins to shrink "
			"windows and buffers, or when it did so in the interval; critical from the "
			"third less 5 %, or when connections are reset for it: at the limit it drops "
			"what arrives and refuses to queue what is sent."),
	.first = {
		[PROGRAMS_DO_NOT_READ] =
			N_("Find who does not read: tcpcensus list --sort -recv_q."),
		[PEERS_TAKE_NOTHING] =
			N_("Find whose peers take nothing: tcpcensus list --sort -send_q."),
		[FAST_CONNECTIONS] = N_("Raise tcp_mem, where there is memory to spare."),
	},
	.causes = {
		[PROGRAMS_DO_NOT_READ] =
		N_("Programs that do not read: what their peers have sent stays in the queues "
		   "(zero-window-local)."),
		[PEERS_TAKE_NOTHING] =
		N_("Many peers that take nothing, or slowly: what is sent to them stays in the queues "
		   "(send-stalled, FIN_WAIT1)."),
		[FAST_CONNECTIONS] =
		N_("Many fast connections over long paths, which need large windows."),
	},
	.confirm = {
		N_("grep TCP: /proc/net/sockstat: mem, in pages, for all network namespaces together"),
		N_("tcpcensus list -c recv_q,send_q,local,remote,process --sort -recv_q: "
		   "who has most unread; --sort -send_q: most unsent"),
		N_("dmesg | grep \"out of memory -- consider tuning tcp_mem\": that the limit was "
		   "reached"),
	},
	.remedy = {
		N_("Correct the programs that leave data unread, and limit how long a slow peer is "
		   "served."),
		N_("Bound the buffers of each connection: the third numbers of tcp_rmem and tcp_wmem, "
		   "or SO_RCVBUF and SO_SNDBUF."),
		N_("Where there is memory to spare: raise tcp_mem (${tcp_mem} here), in pages."),
	},
	.avoid = {
		N_("TIME_WAIT takes no part in it: it has no queues."),
		N_("Larger tcp_rmem and tcp_wmem bring the limit nearer."),
	},
	.sources = "tcp(7); net/core/sock.c:__sk_mem_raise_allocated; net/ipv4/tcp.c:tcp_check_oom; "
		   "net/ipv4/tcp_input.c:tcp_data_queue, tcp_prune_queue; "
		   "net/ipv4/proc.c:sockstat_seq_show",
	.counters = "sockstat_mem",
	.settings = "tcp_mem",
	.glance = true,
	.any_system = true, /* of counters and settings alone */
	.graver_by = "TCPAbortOnMemory",
	.scenario = "tcp-mem",
	.check = check_tcp_mem,
};
/* clang-format on */

/* ---- conntrack-full ------------------------------------------------------------------- */

enum { TRACKED_WARNING = 80, TRACKED_CRITICAL = 95, TRACKED_WORTH_SAYING = 50 /* percent */ };

/*
 * A packet may be dropped by the tracking for other reasons as well; it tells of a full table
 * only where that is nearly full. An early drop is made for room alone.
 */
static enum tc_severity judge_tracking(const struct tc_facts *facts, uint64_t count, uint64_t max)
{
	uint64_t full = count * 100 / max;

	if (full >= TRACKED_CRITICAL || rise_of(facts, TC_COUNTER_conntrack_early_drop) ||
	    (full >= TRACKED_WARNING && rise_of(facts, TC_COUNTER_conntrack_drop)))
		return TC_SEVERITY_CRITICAL;
	return full >= TRACKED_WARNING ? TC_SEVERITY_WARNING : (enum tc_severity)0;
}

static void say_dropped(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t early = rise_of(facts, TC_COUNTER_conntrack_early_drop);
	uint64_t drop = rise_of(facts, TC_COUNTER_conntrack_drop);

	if (early)
		tc_evidence_n(draft, "Meanwhile %llu entry was thrown out to make room.",
			      "Meanwhile %llu entries were thrown out to make room.", early,
			      (unsigned long long)early);
	if (drop)
		tc_evidence_n(draft, "%llu packet was dropped, as it could not be tracked.",
			      "%llu packets were dropped, as they could not be tracked.", drop,
			      (unsigned long long)drop);
}

/*
 * Now it is not full. Entries may have been thrown out in the interval all the same; where
 * that is not known, what the table is like now is said with what is missing.
 */
static bool lacks_early_drops(const struct tc_facts *facts, uint64_t count, uint64_t max,
			      struct tc_draft *draft)
{
	uint64_t early;
	const char *missing;

	if (tc_part_rise(facts, TC_COUNTER_conntrack_early_drop, &early) != TC_RISE_UNKNOWN)
		return false;
	missing = facts->interval_us ? "/proc/net/stat/nf_conntrack"
				     : tc_draft_text(draft, tc_judge_needs_interval(facts));
	tc_needs(draft,
		 N_("%s, to tell whether the table was full meanwhile; now it has %llu of %llu "
		    "entries"),
		 missing, (unsigned long long)count, (unsigned long long)max);
	return true;
}

static enum tc_verdict check_conntrack_full(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_counters *now = &facts->now.counters;
	uint64_t count, max;

	if (now->status[TC_COUNTER_conntrack_count] == TC_COUNTER_ABSENT)
		return TC_QUIET; /* nothing is tracked here */
	if (!tc_facts_counter(facts, TC_COUNTER_conntrack_count, &count) ||
	    !tc_facts_counter(facts, TC_COUNTER_conntrack_max, &max)) {
		if (now->status[TC_COUNTER_conntrack_count] == TC_COUNTER_DAMAGED)
			tc_judge_needs_counter(facts, TC_COUNTER_conntrack_count, draft);
		else if (now->status[TC_COUNTER_conntrack_max] == TC_COUNTER_DAMAGED)
			tc_judge_needs_counter(facts, TC_COUNTER_conntrack_max, draft);
		else
			tc_needs(draft, N_("nf_conntrack_count and nf_conntrack_max (sysctl "
					   "net.netfilter)"));
		return TC_UNSURE;
	}
	if (!max) /* no limit */
		return TC_QUIET;
	draft->severity = judge_tracking(facts, count, max);
	if (!draft->severity && lacks_early_drops(facts, count, max, draft))
		return TC_UNSURE;
	if (!draft->severity && count * 100 / max < TRACKED_WORTH_SAYING)
		return TC_QUIET;
	tc_evidence_n(draft,
		      "The firewall or NAT of this network namespace tracks %llu connection, %s "
		      "of the %llu that it may.",
		      "The firewall or NAT of this network namespace tracks %llu connections, %s "
		      "of the %llu that it may.",
		      count, (unsigned long long)count, tc_words_share(draft, count, max),
		      (unsigned long long)max);
	if (!draft->severity)
		return TC_NORMAL;
	say_dropped(facts, draft);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_conntrack_full = {
	.id = "conntrack-full",
	.severity = TC_SEVERITY_CRITICAL,
	.title = N_("the table of connection tracking fills up, or is full"),
	.threshold = N_("A warning from 80 % of nf_conntrack_max, so that there is time to "
			"act; critical from 95 %, above which the kernel, once the table was "
			"full, ends entries early by itself, or when entries were thrown out "
			"or packets dropped: a packet that cannot be tracked is dropped "
			"without a word, and the peer sees a timeout."),
	.first = {N_("Raise nf_conntrack_max: it takes effect at once.")},
	.causes = {
		N_("Many short connections: an entry outlives its connection by 120 s (${"
		   "nf_conntrack_tcp_timeout_time_wait} here), twice as long as TIME_WAIT."),
		N_("Peers that vanish: an open, idle connection is kept for 5 days after its last packet "
		   "(${nf_conntrack_tcp_timeout_established} here)."),
		N_("A scan or a flood, or large numbers of DNS queries over UDP."),
		N_("The limit was computed for the memory of a small machine."),
	},
	.confirm = {
		N_("conntrack -S, or cat /proc/net/stat/nf_conntrack: drop, early_drop and insert_failed, "
		   "for each processor"),
		N_("dmesg | grep nf_conntrack: \"table full\", of another network namespace with \"in "
		   "netns\""),
		N_("conntrack -L -p tcp | tcpcensus -f - by state, and by remote.addr: what fills it"),
	},
	.remedy = {
		N_("Raise net.netfilter.nf_conntrack_max (${nf_conntrack_max} here), and "
		   "/sys/module/nf_conntrack/parameters/hashsize with it; an entry takes about "
		   "300 bytes."),
		N_("Do not track what needs no tracking: notrack (nft) or NOTRACK (iptables) in the raw "
		   "table for the busy service."),
		N_("Shorten nf_conntrack_tcp_timeout_time_wait, and nf_conntrack_tcp_timeout_established "
		   "to a day or so, where the programs use keepalive."),
	},
	.avoid = {
		N_("Settings of TCP do not touch this table: it has timers of its own."),
		N_("Emptying it (conntrack -F) can cut connections that go through NAT: what comes from "
		   "outside first is then refused."),
	},
	.sources = "Documentation/networking/nf_conntrack-sysctl.rst; conntrack(8); "
		   "net/netfilter/nf_conntrack_core.c:__nf_conntrack_alloc, early_drop, gc_worker; "
		   "net/netfilter/nf_conntrack_proto_tcp.c:tcp_timeouts, tcp_new; nft(8)",
	.by_netns = true,
	.glance = true,
	.any_system = true, /* of counters and settings alone */
	.graver_by = "conntrack_early_drop conntrack_drop",
	.scenario = "conntrack-full",
	.check = check_conntrack_full,
};
/* clang-format on */
