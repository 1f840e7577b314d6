/* SPDX-License-Identifier: MIT */
/* rule_closing.c - rules about connections that close, or should. */
#include "analysis/rule_netns.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

/* ---- close-wait-leak ------------------------------------------------------------------ */

enum {
	GROWN_LEAST = 10,	/* more of them than a busy moment begins with */
	HELD_MANY = 1000,	/* near the 1024 descriptors that a program has by default */
	ANSWER_MS = 10 * 60000, /* no longer does a half-closed connection wait for its answer */
};

/* By how many those that programs hold rose in the interval. */
static uint64_t growth(const struct tc_facts *facts)
{
	uint64_t held = facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_HELD].shown;
	uint64_t now = facts->census.states[TC_CLOSE_WAIT];
	uint64_t before = facts->census_before.states[TC_CLOSE_WAIT];

	if (!facts->has_census_before || !facts->interval_us || now <= before)
		return 0;
	return now - before < held ? now - before : held; /* the rest nobody has accepted */
}

/* A leak that began a moment ago looks like a busy moment, unless it is seen to grow. */
static enum tc_verdict tell_young(const struct tc_facts *facts, uint64_t held,
				  struct tc_draft *draft)
{
	tc_evidence_n(draft,
		      "%llu CLOSE_WAIT, heard of less than a minute ago: too young to tell one that "
		      "is about to be closed from one that was forgotten.",
		      "%llu CLOSE_WAIT, each heard of less than a minute ago: too young to tell those "
		      "that are about to be closed from those that were forgotten.",
		      held, tc_llu(held));
	if (held >= GROWN_LEAST && !facts->has_census_before) {
		tc_needs(draft,
			 N_("another look a minute later: all %llu CLOSE_WAIT are too young "
			    "to tell those that were forgotten"),
			 tc_llu(held));
		return TC_UNSURE;
	}
	if (growth(facts) < GROWN_LEAST)
		return TC_NORMAL;
	tc_evidence(draft,
		    N_("They became more during the look: %llu, then %llu, in %s. If that goes on, "
		       "they are forgotten; look again in a minute."),
		    tc_llu(facts->census_before.states[TC_CLOSE_WAIT]),
		    tc_llu(facts->census.states[TC_CLOSE_WAIT]), tc_part_interval(facts, draft));
	tc_evidence_whose(draft, &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_HELD]);
	draft->severity = TC_SEVERITY_NOTICE;
	return TC_FOUND;
}

/* Critical where descriptors run out; a single young one may be half closed on purpose. */
static enum tc_severity judge_old(const struct tc_facts *facts)
{
	const struct tc_symptom_facts *old = &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD];
	const struct tc_symptom_facts *stale = &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_STALE];

	if (old->shown >= HELD_MANY || (stale->shown && growth(facts) >= GROWN_LEAST))
		return TC_SEVERITY_CRITICAL;
	if (old->shown == 1 && old->oldest_ms < ANSWER_MS)
		return TC_SEVERITY_NOTICE;
	return TC_SEVERITY_WARNING;
}

/* Places in the row's list of causes. */
enum { FORGETS_TO_CLOSE, DOES_NOT_LOOK, IS_STUCK };

/* What their programs have read tells which of the causes it is. */
static void tell_unread(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *end = &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_END];
	uint64_t unread = facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_UNREAD].shown;
	uint64_t all = facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD].shown, done;

	if (end->unjudged || all < end->shown + unread)
		return;
	done = all - end->shown - unread;
	tc_evidence(draft,
		    N_("Read to the end and not closed: %llu. The end not noticed: %llu. Data not "
		       "read either: %llu."),
		    tc_llu(done), tc_llu(end->shown), tc_llu(unread));
	if (unread >= done && unread >= end->shown)
		tc_points_to(draft, IS_STUCK);
	else
		tc_points_to(draft, end->shown >= done ? DOES_NOT_LOOK : FORGETS_TO_CLOSE);
}

static void tell_old(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *old = &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD];
	uint64_t stale = facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_STALE].shown;
	uint64_t grown = growth(facts);

	tc_evidence_n(draft,
		      "%llu of %llu CLOSE_WAIT is held by a program for a minute or more, for %s "
		      "at least.",
		      "%llu of %llu CLOSE_WAIT are held by a program for a minute or more, the "
		      "oldest for %s at least.",
		      old->shown, tc_llu(old->shown), tc_llu(facts->census.states[TC_CLOSE_WAIT]),
		      tc_words_duration(draft, old->oldest_ms));
	if (stale)
		tc_evidence_n(draft, "%llu of them for an hour or more.",
			      "%llu of them for an hour or more.", stale, tc_llu(stale));
	if (grown >= GROWN_LEAST)
		tc_evidence(draft, N_("They rose by %llu in %s."), tc_llu(grown),
			    tc_part_interval(facts, draft));
	if (draft->severity == TC_SEVERITY_NOTICE)
		tc_evidence(draft, N_("A single one may be half closed on purpose: its peer has "
				      "asked everything, and its program is still at the "
				      "answer."));
}

/*
 * How old they are is not known. A program that closes within ten milliseconds leaves a thousand
 * behind at a hundred thousand closes a second, which none makes; but their peers may have closed
 * all at once.
 */
static enum tc_verdict tell_unaged(const struct tc_facts *facts, uint64_t count,
				   struct tc_draft *draft)
{
	if (facts->report.foreign && count >= HELD_MANY) {
		tc_evidence(draft,
			    N_("%llu CLOSE_WAIT: so many are not about to be closed, but forgotten "
			       "(inferred: how long they last was not read), unless their peers "
			       "have closed all at once."),
			    tc_llu(count));
		draft->severity = TC_SEVERITY_NOTICE;
		return TC_FOUND;
	}
	if (tc_part_is_elsewhere(facts))
		tc_needs(draft,
			 N_("another listing a minute later: those of %llu CLOSE_WAIT that are in "
			    "it again have been forgotten"),
			 tc_llu(count));
	else
		tc_needs(draft,
			 N_("%s, to tell which of %llu CLOSE_WAIT are about to be closed and which "
			    "were forgotten"),
			 tc_part_missing(draft, TC_SYMPTOM_CLOSE_WAIT_OLD), tc_llu(count));
	return TC_UNSURE;
}

/*
 * A program that answers a FIN by close(2) leaves CLOSE_WAIT within milliseconds, so a minute
 * is a fault whatever the number, but for one that still has to answer. Where ages are not known
 * (a listing), the number alone cannot tell a leak from a busy moment, and it is said so. What no
 * program has accepted yet none can close: the rule unaccepted has these.
 */
static enum tc_verdict check_close_wait_leak(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *held = &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_HELD];
	const struct tc_symptom_facts *old = &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD];

	if (!old->shown && old->unjudged)
		return tell_unaged(facts, old->unjudged, draft);
	if (!held->shown && !old->shown)
		return tc_part_none_shown(facts, TC_SYMPTOM_CLOSE_WAIT_HELD, draft);
	if (!old->shown)
		return tell_young(facts, held->shown, draft);
	draft->severity = judge_old(facts);
	tell_old(facts, draft);
	tell_unread(facts, draft);
	tc_evidence_whose(draft, old);
	tc_part_unjudged(facts, TC_SYMPTOM_CLOSE_WAIT_OLD, draft);
	return TC_FOUND;
}

/* clang-format off */
static const struct tc_rule_elsewhere close_wait_elsewhere = {
	.causes = {
		[FORGETS_TO_CLOSE] =
		N_("The program forgets to close after it has read the end of the stream: an error "
		   "path, a client library whose answer is not closed."),
		[DOES_NOT_LOOK] =
		N_("The program keeps the connection and does not look at it, so that it has not "
		   "noticed the end: a pool whose idle connections the peer gives up."),
		[IS_STUCK] =
		N_("The program is stuck: a lock, a full queue, a thread that waits for something "
		   "else."),
	},
	.confirm = {
		N_("netstat -an: a minute later; those with the same two ends have been forgotten"),
		N_("netstat -ano (Windows), lsof -nP -iTCP -sTCP:CLOSE_WAIT (macOS, Unix): which "
		   "program has them"),
	},
	.remedy = {
		N_("Correct the program, so that it closes when it reads the end of the stream."),
		N_("Of a pool: let it drop idle connections sooner than the peer does, and test "
		   "one before it is used again."),
		N_("Restart it, if its descriptors or handles run out before that."),
	},
	.avoid = {
		N_("No setting of the system ends CLOSE_WAIT."),
		N_("Keepalive does not cure it: it may end the connection, but the program keeps "
		   "the descriptor or handle all the same."),
	},
	.sources = "RFC 9293 3.3.2, 3.6",
};

const struct tc_rule tc_rule_close_wait_leak = {
	.id = "close-wait-leak",
	.severity = TC_SEVERITY_CRITICAL,
	.title = N_("a program does not close what its peers have closed"),
	.threshold = N_("A warning when one is held for a minute: a program that closes does so "
			"within milliseconds, and no timer ends this state. Critical from 1000, "
			"near the 1024 descriptors that a program has by default, or when some "
			"are held for an hour and they still grow. A notice while all are younger "
			"and ten or more came in the interval, or of a single one for up to ten "
			"minutes, which may still have an answer to give; and of a listing that "
			"does not tell how long, from 1000."),
	.first = {
		[FORGETS_TO_CLOSE] =
			N_("Restart the program if descriptors run out; then make it close."),
		[DOES_NOT_LOOK] =
			N_("Make the program drop idle connections sooner than its peers do."),
		[IS_STUCK] = N_("Find out what the program waits for: it does not read either."),
	},
	.causes = {
		[FORGETS_TO_CLOSE] =
		N_("The program forgets to close after it has read the end of the stream "
		   "(Recv-Q 0): an error path, a client library whose answer is not closed."),
		[DOES_NOT_LOOK] =
		N_("The program keeps the connection and does not look at it, so that it has not "
		   "noticed the end (Recv-Q 1; 24 to 86 with the goodbye of TLS): a pool whose "
		   "idle connections the peer gives up."),
		[IS_STUCK] =
		N_("The program is stuck, and does not read data either (a larger Recv-Q): a lock, "
		   "a full queue, a thread that waits for something else."),
	},
	.confirm = {
		N_("tcpcensus list -c local,remote,recv_q,process,pid state close-wait: whether "
		   "Recv-Q is 0, a few bytes or many"),
		N_("ls -l /proc/PID/fd: the same descriptors again a minute later are a leak"),
	},
	.remedy = {
		N_("Correct the program, so that it closes when it reads the end of the stream."),
		N_("Of a pool: let it drop idle connections sooner than the peer does, and test "
		   "one before it is used again."),
		N_("Restart it, if its descriptors run out before that."),
	},
	.avoid = {
		N_("No kernel setting ends CLOSE_WAIT; tcp_fin_timeout is about FIN_WAIT2."),
		N_("Keepalive does not cure it: a RST answers its probe and the socket is gone from "
		   "lists, but the program keeps the descriptor all the same."),
	},
	.sources = "RFC 9293 3.3.2, 3.6; tcp(7); net/ipv4/tcp_input.c:tcp_fin; "
		   "net/ipv4/tcp_timer.c:tcp_keepalive_timer",
	.needs = TC_NEEDS_SOCKETS,
	.glance = true,
	.glance_state = TC_CLOSE_WAIT,
	.elsewhere = &close_wait_elsewhere,
	.scenario = "close-wait-leak",
	.check = check_close_wait_leak,
};
/* clang-format on */

/* ---- What sends and is not answered ----------------------------------------------------- */

/* Single ones are peers that went away; many of few peers are a fault between here and there. */
static void weigh(const struct tc_symptom_facts *symptom, struct tc_draft *draft)
{
	bool is_few = tc_part_is_few_peers(symptom);

	if (is_few)
		tc_part_few_peers(symptom, draft);
	if (is_few || draft->severity == TC_SEVERITY_WARNING)
		draft->severity = TC_SEVERITY_WARNING;
	else
		draft->severity = TC_SEVERITY_NOTICE;
	tc_evidence_whose(draft, symptom);
}

/* How long the kernel goes on, of a socket that its program has closed. */
static void tell_end(const struct tc_facts *facts, enum tc_symptom symptom, enum tc_lifetime id,
		     struct tc_draft *draft)
{
	const char *life = tc_netns_life(facts, symptom, id, draft);

	if (life)
		tc_evidence(draft,
			    N_("The kernel gives up after %s or a little more, if the program has "
			       "closed the socket."),
			    life);
}

/* Unsure in a way that says what the bare number is worth. */
static enum tc_verdict unsure(enum tc_symptom id, const char *state, uint64_t count,
			      struct tc_draft *draft)
{
	tc_needs(draft,
		 N_("%s, to tell whether the %llu %s last: for one round trip each it is normal"),
		 tc_part_missing(draft, id), tc_llu(count), state);
	return TC_UNSURE;
}

/* ---- fin-wait1-stuck -------------------------------------------------------------------- */

/* Places in the row's list of causes. */
enum { PEER_IS_GONE, PEER_DOES_NOT_READ };

static enum tc_verdict check_fin_wait1_stuck(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *silent = &facts->symptoms[TC_SYMPTOM_FIN_WAIT1_SILENT];
	const struct tc_symptom_facts *shut = &facts->symptoms[TC_SYMPTOM_FIN_WAIT1_SHUT];

	if (!silent->shown && !shut->shown) {
		if (!silent->unjudged && !shut->unjudged)
			return TC_QUIET;
		return unsure(silent->unjudged ? TC_SYMPTOM_FIN_WAIT1_SILENT
					       : TC_SYMPTOM_FIN_WAIT1_SHUT,
			      tc_state_name(TC_FIN_WAIT1),
			      silent->unjudged ? silent->unjudged : shut->unjudged, draft);
	}
	if (silent->shown) {
		tc_evidence_n(draft,
			      "%llu FIN_WAIT1 has repeated what it sent three times or more "
			      "without an answer.",
			      "%llu FIN_WAIT1 have repeated what they sent three times or more "
			      "without an answer.",
			      silent->shown, tc_llu(silent->shown));
		tell_end(facts, TC_SYMPTOM_FIN_WAIT1_SILENT, TC_LIFETIME_ORPHAN_RETRY, draft);
		weigh(silent, draft);
	}
	if (shut->shown) {
		tc_evidence_n(draft,
			      "%llu FIN_WAIT1 cannot send: the peer's window is closed, its "
			      "program does not read.",
			      "%llu FIN_WAIT1 cannot send: the peers' windows are closed, their "
			      "programs do not read.",
			      shut->shown, tc_llu(shut->shown));
		tell_end(facts, TC_SYMPTOM_FIN_WAIT1_SHUT, TC_LIFETIME_ORPHAN_WINDOW, draft);
		weigh(shut, draft);
	}
	tc_points_to(draft, shut->shown > silent->shown ? PEER_DOES_NOT_READ : PEER_IS_GONE);
	tc_part_unjudged(facts, TC_SYMPTOM_FIN_WAIT1_SILENT, draft);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_fin_wait1_stuck = {
	.id = "fin-wait1-stuck",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("closing hangs: the peer is silent, or does not read"),
	.threshold = N_("From three repetitions, or a closed window: normally FIN_WAIT1 is over "
			"after one round trip. A warning from ten that few peers share; fewer, or "
			"of as many peers, are what every public server sees of phones out of "
			"reach."),
	.first = {
		[PEER_IS_GONE] =
			N_("See whether one peer or network has them all: the fault is there."),
		[PEER_DOES_NOT_READ] =
			N_("Look at the peer: its program does not read what was sent."),
	},
	.causes = {
		[PEER_IS_GONE] =
		N_("The peer is gone without a word: switched off, out of reach, forgotten by a "
		   "NAT or firewall."),
		[PEER_DOES_NOT_READ] =
		N_("The peer's program does not read, and its window is closed: a slow client, or "
		   "one that is stopped."),
		N_("Segments are dropped on the way, or the output of this machine is filtered."),
	},
	.confirm = {
		N_("tcpcensus list -c remote,send_q,timer,retrans,process state fin-wait-1: timer "
		   "retrans is a silent peer, probe a closed window, and Send-Q is what it did not "
		   "take"),
		N_("tcpcensus by remote.addr state fin-wait-1: whether it is one peer"),
		N_("ss -to state fin-wait-1: persist is the timer of a closed window, on that of a "
		   "silent peer"),
	},
	.remedy = {
		N_("Usually nothing: a socket that its program has closed ends by itself."),
		N_("Timeouts in the program (TCP_USER_TIMEOUT) for sockets that it still holds: "
		   "those last ${data_retry_life} or more, or with a closed window for ever."),
		N_("Where they take too much memory: a smaller tcp_orphan_retries, which cuts off "
		   "slow peers, too."),
	},
	.avoid = {
		N_("tcp_fin_timeout does not end FIN_WAIT1; tcp_orphan_retries does."),
	},
	.sources = "RFC 9293 3.8.6.1; tcp(7); net/ipv4/tcp_timer.c:tcp_write_timeout, "
		   "tcp_probe_timer",
	.needs = TC_NEEDS_SOCKETS,
	.glance = true,
	.glance_state = TC_FIN_WAIT1,
	.scenario = "fin-wait1",
	.check = check_fin_wait1_stuck,
};
/* clang-format on */

/* ---- last-ack-stuck --------------------------------------------------------------------- */

static enum tc_verdict check_last_ack_stuck(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *silent = &facts->symptoms[TC_SYMPTOM_LAST_ACK_SILENT];

	if (!silent->shown && silent->unjudged)
		return unsure(TC_SYMPTOM_LAST_ACK_SILENT, tc_state_name(TC_LAST_ACK),
			      silent->unjudged, draft);
	if (!silent->shown)
		return TC_QUIET;
	tc_evidence_n(draft, "%llu LAST_ACK has repeated its FIN twice or more without an answer.",
		      "%llu LAST_ACK have repeated their FIN twice or more without an answer.",
		      silent->shown, tc_llu(silent->shown));
	tell_end(facts, TC_SYMPTOM_LAST_ACK_SILENT, TC_LIFETIME_ORPHAN_RETRY, draft);
	weigh(silent, draft);
	tc_part_unjudged(facts, TC_SYMPTOM_LAST_ACK_SILENT, draft);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_last_ack_stuck = {
	.id = "last-ack-stuck",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("the last ACK of closed connections does not come"),
	.threshold = N_("From two repetitions of the FIN, since one lost segment makes one. A "
			"warning from ten that few peers share."),
	.first = {N_("See whether one peer or network has them all: the fault is there.")},
	.causes = {
		N_("The peer is gone since it sent its FIN."),
		N_("The peer has forgotten the connection without a TIME_WAIT, and its RST is "
		   "dropped on the way."),
		N_("A firewall on the way takes the connection for ended after both FINs, and "
		   "drops what comes later."),
	},
	.confirm = {
		N_("tcpcensus list -c local,remote,retrans,expires state last-ack: how often, and "
		   "when again"),
		N_("tcpdump -n 'tcp[tcpflags] & (tcp-fin|tcp-rst) != 0': whether anything answers "
		   "the FIN "
		   "(IPv4; for IPv6 watch 'ip6 proto 6')"),
	},
	.remedy = {
		N_("Nothing for single ones: they end by themselves after ${orphan_retry_life} or "
		   "a little more."),
		N_("Look at the firewall or the path, if many of one peer or network are stuck."),
	},
	.avoid = {
		N_("Do not lower tcp_orphan_retries for it: peers that are only slow would lose "
		   "the end of what was sent to them."),
	},
	.sources = "RFC 9293 3.6; net/ipv4/tcp_timer.c:tcp_write_timeout, tcp_orphan_retries",
	.needs = TC_NEEDS_SOCKETS,
	.glance = true,
	.glance_state = TC_LAST_ACK,
	.scenario = "last-ack",
	.check = check_last_ack_stuck,
};
/* clang-format on */

/* ---- closing ---------------------------------------------------------------------------- */

static enum tc_verdict check_closing(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *stuck = &facts->symptoms[TC_SYMPTOM_CLOSING_STUCK];
	uint64_t all = facts->census.states[TC_CLOSING];

	if (!all)
		return TC_QUIET;
	if (!stuck->shown && stuck->unjudged)
		return unsure(TC_SYMPTOM_CLOSING_STUCK, tc_state_name(TC_CLOSING), stuck->unjudged,
			      draft);
	if (!stuck->shown) {
		tc_evidence_n(draft,
			      "%llu CLOSING: normal. Both sides have closed at once, and the ACK "
			      "is on its way.",
			      "%llu CLOSING: normal. Both sides have closed at once, and the ACKs "
			      "are on their way.",
			      all, tc_llu(all));
		return TC_NORMAL;
	}
	tc_evidence_n(draft,
		      "%llu CLOSING has lasted for seconds: the ACK of its FIN was lost, or its "
		      "FIN.",
		      "%llu CLOSING have lasted for seconds: the ACKs of their FINs were lost, or "
		      "the FINs.",
		      stuck->shown, tc_llu(stuck->shown));
	tell_end(facts, TC_SYMPTOM_CLOSING_STUCK, TC_LIFETIME_ORPHAN_RETRY, draft);
	weigh(stuck, draft);
	tc_part_unjudged(facts, TC_SYMPTOM_CLOSING_STUCK, draft);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_closing = {
	.id = "closing",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("both sides have closed at once, and the last ACK does not come"),
	.threshold = N_("From two repetitions, or 5 s without a word of the peer: normally CLOSING "
			"lasts one round trip. A warning from ten that few peers share."),
	.first = {N_("Nothing for a few: each ends by itself. If it goes on, look for loss.")},
	.causes = {
		N_("Both sides closed at the same moment (a common timeout, a restart of both), "
		   "and segments were lost: the number is a sign of loss on the path."),
		N_("What this machine sends is dropped on the way to the peer, so that its FIN "
		   "never arrives."),
	},
	.confirm = {
		N_("tcpcensus list -c local,remote,retrans,expires state closing: which repeat "
		   "their FIN"),
		N_("nstat -az TcpRetransSegs TcpOutSegs: whether segments are lost elsewhere, too"),
	},
	.remedy = {
		N_("Look for loss on the path, if it goes on; single ones end by themselves."),
	},
	.avoid = {
		N_("Do not change settings for it: it costs one socket for about "
		   "${orphan_retry_life}."),
	},
	.sources = "RFC 9293 3.6 (figure 13); net/ipv4/tcp_input.c:tcp_fin, tcp_rcv_state_process",
	.needs = TC_NEEDS_SOCKETS,
	.glance = true,
	.glance_state = TC_CLOSING,
	.scenario = "closing",
	.check = check_closing,
};
/* clang-format on */
