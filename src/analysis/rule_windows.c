/* SPDX-License-Identifier: MIT */
/* rule_windows.c - rules about programs that do not read, here and at the other end. */
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "analysis/scale.h"
#include "util/intl.h"

/* ---- zero-window-local ---------------------------------------------------------------- */

/* At one moment a program that reads a fast stream may be behind as well. */
enum { BEHIND_MS = 1000 };

static void say_closed(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t closed;

	if (!tc_facts_rise(facts, TC_COUNTER_TCPToZeroWindowAdv, &closed) || !closed)
		return;
	tc_evidence_n(draft,
		      "In %s, %llu time a peer was told to stop (TcpExt "
		      "TCPToZeroWindowAdv).",
		      "In %s, %llu times peers were told to stop (TcpExt "
		      "TCPToZeroWindowAdv).",
		      closed, tc_words_duration(draft, facts->interval_us / 1000),
		      (unsigned long long)closed);
	tc_part_where(facts, TC_COUNTER_TCPToZeroWindowAdv, draft);
}

/*
 * That a peer has been silent for ten seconds meanwhile tells that it was stopped, or has sent
 * everything. Where it is less, the program may be about to read.
 */
static enum tc_verdict check_zero_window_local(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *unread = &facts->symptoms[TC_SYMPTOM_NOT_READ];
	const struct tc_symptom_facts *stopped = &facts->symptoms[TC_SYMPTOM_NOT_READ_LONG];

	if (!unread->shown) {
		say_closed(facts, draft);
		return draft->count ? TC_NORMAL : TC_QUIET;
	}
	draft->severity = tc_scale(facts, stopped);
	tc_evidence_n(draft,
		      "%llu of %llu ESTABLISHED has more than half of its receive buffer full of "
		      "data that its program has not read.",
		      "%llu of %llu ESTABLISHED have more than half of their receive buffers full "
		      "of data that their programs have not read.",
		      unread->shown, (unsigned long long)unread->shown,
		      (unsigned long long)facts->census.states[TC_ESTABLISHED]);
	if (unread->oldest_ms >= BEHIND_MS)
		tc_evidence(draft, N_("The peer that has been silent longest has been so for %s."),
			    tc_words_duration(draft, unread->oldest_ms));
	if (stopped->shown)
		tc_evidence_n(draft, "%llu of them has waited for ten seconds or more.",
			      "%llu of them have waited for ten seconds or more.", stopped->shown,
			      tc_llu(stopped->shown));
	tc_scale_where(facts, stopped, draft);
	say_closed(facts, draft);
	tc_evidence_whose(draft, unread);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_zero_window_local = {
	.id = "zero-window-local",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("a program here does not read what its peers send"),
	.threshold = N_("A notice where more than half of a receive buffer is unread: such a peer may send "
			"little more, or nothing. A warning when ten or more, a tenth of the open "
			"connections, have been so for ten seconds, their peers silent: then it is no "
			"short burst nor a pause of the program, and peers wait for this machine."),
	.first = {N_("Find out what the program below waits for.")},
	.causes = {
		N_("The program is too slow, or stuck: a lock, a full disk, a slow database, one "
		   "thread for everything."),
		N_("It reads on purpose no faster than it can pass on: a proxy whose client is slow, a "
		   "player that is paused. Then it is as it should be."),
		N_("It has forgotten the connection, and will never read."),
	},
	.confirm = {
		N_("tcpcensus list -c local,remote,recv_q,process,pid --sort -recv_q state established: "
		   "who has most unread"),
		N_("ss -tmn: rb is the buffer and r what unread data take of it; the same again "
		   "after some seconds is a program that does not read"),
		N_("cat /proc/PID/wchan, strace -p PID or gdb -p PID: what the program does instead"),
	},
	.remedy = {
		N_("Find out what the program waits for, and correct it there."),
		N_("Where it is merely busy: more threads or processes for the reading."),
	},
	.avoid = {
		N_("Larger buffers (tcp_rmem, SO_RCVBUF) only delay it, and take memory for data that "
		   "nobody reads."),
	},
	.sources = "RFC 9293 3.8.6; tcp(7); net/ipv4/tcp_output.c:tcp_select_window, "
		   "__tcp_select_window; net/ipv4/tcp_input.c:tcp_data_queue",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_NOT_READ,
	.not_at_a_glance = "receive buffers",
	.scenario = "zero-window",
	.check = check_zero_window_local,
};
/* clang-format on */

/* ---- send-stalled --------------------------------------------------------------------- */

/*
 * A peer that answers probes and does not read is a player that is paused, a page in the
 * background, a reader that takes its time: it loses nothing, and this machine a buffer. Any number
 * of viewers may do so. Many connections of few peers, for a minute, are no viewers: there one
 * program has stopped, and whoever waits for what it should pass on waits in vain.
 */
static enum tc_severity judge_stalled(const struct tc_facts *facts)
{
	const struct tc_symptom_facts *stopped = &facts->symptoms[TC_SYMPTOM_NOT_TAKEN_LONG];

	return tc_part_is_few_peers(stopped) ? tc_scale(facts, stopped) : TC_SEVERITY_NOTICE;
}

static enum tc_verdict check_send_stalled(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *stalled = &facts->symptoms[TC_SYMPTOM_NOT_TAKEN];
	const struct tc_symptom_facts *stopped = &facts->symptoms[TC_SYMPTOM_NOT_TAKEN_LONG];
	uint64_t probes;

	if (!stalled->shown)
		return TC_QUIET;
	draft->severity = judge_stalled(facts);
	draft->is_open = tc_part_may_be_few_peers(stopped->shown + stopped->unjudged,
						  tc_part_peers(stopped));
	tc_evidence_n(draft,
		      "%llu connection cannot send its data: the peer's window is closed, or the "
		      "output of this machine is filtered; %llu are ESTABLISHED.",
		      "%llu connections cannot send their data: the peers' windows are closed, or "
		      "the output of this machine is filtered; %llu are ESTABLISHED.",
		      stalled->shown, (unsigned long long)stalled->shown,
		      (unsigned long long)facts->census.states[TC_ESTABLISHED]);
	if (tc_facts_rise(facts, TC_COUNTER_TCPWinProbe, &probes) && probes) {
		tc_evidence_n(draft, "%llu probe asked meanwhile whether a window is open again.",
			      "%llu probes asked meanwhile whether windows are open again.", probes,
			      (unsigned long long)probes);
		tc_part_where(facts, TC_COUNTER_TCPWinProbe, draft);
	}
	if (stopped->shown)
		tc_evidence_n(draft, "%llu has taken nothing for a minute or more.",
			      "%llu have taken nothing for a minute or more.", stopped->shown,
			      tc_llu(stopped->shown));
	if (tc_part_is_few_peers(stopped))
		tc_part_few_peers(stopped, draft);
	tc_evidence_whose(draft, stalled);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_send_stalled = {
	.id = "send-stalled",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("peers do not take what is sent to them"),
	.threshold = N_("Connections that only try whether they may send again (timer \"probe\"), "
			"mostly as the peer's window is closed, for a second or more. A notice, for "
			"peers read as they like: a paused player is as it should be. A warning when "
			"ten or more, a tenth of the open ones, have taken nothing for a minute and "
			"few peers share them: then a program has probably stopped there. While the "
			"peer answers the probes the kernel does not end it, however long it takes."),
	.first = {N_("Look at the peer, whose program does not read, or at filters here.")},
	.causes = {
		N_("The program at the other end does not read: it is stuck, slow, or paused."),
		N_("The peer does it on purpose, to tie up connections and memory here."),
		N_("A packet filter or a queue of this machine itself refuses what is sent: the kernel "
		   "then waits with the same timer."),
	},
	.confirm = {
		N_("tcpcensus list -c local,remote,send_q,retrans,process timer = probe: the "
		   "connections, and how much waits; RETRANS stays 0 or 1 where the peer answers, "
		   "its window closed, and grows where nothing comes back, as behind a filter "
		   "here"),
		N_("ss -tin: rwnd_limited near 100 %: the peer's closed window; a snd_wnd "
		   "(iproute2 6.1 shows it, but not where it is 0): a filter on the output of this "
		   "machine"),
		N_("nft list ruleset: a drop in a hook \"output\" is this machine's own doing"),
	},
	.remedy = {
		N_("Where its window is closed, look at the peer: there the same connections have "
		   "unread data (zero-window-local)."),
		N_("Let the program here limit how long a write may take, or set TCP_USER_TIMEOUT, which "
		   "counts here as well."),
	},
	.avoid = {
		N_("No sysctl ends them while the peer answers: tcp_retries2 counts probes without "
		   "an answer."),
		N_("A larger send buffer only takes more memory for the same wait."),
	},
	.sources = "RFC 9293 3.8.6.1; RFC 5482; tcp(7); net/ipv4/tcp_timer.c:tcp_probe_timer; "
		   "net/ipv4/tcp_output.c:tcp_send_probe0, tcp_write_wakeup, "
		   "__tcp_push_pending_frames",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_NOT_TAKEN,
	.glance = true,
	.scenario = "send-stalled",
	.check = check_send_stalled,
};
/* clang-format on */
