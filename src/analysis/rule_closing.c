/* SPDX-License-Identifier: MIT */
/* rule_closing.c - rules about connections that close, and do not come to an end. */
#include "analysis/rule_netns.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

/* ---- What sends and is not answered ----------------------------------------------------- */

/* Single ones are peers that went away; many of few peers are a fault between here and there. */
static void weigh(const struct tc_symptom_facts *symptom, struct tc_draft *draft)
{
	bool is_few = tc_part_is_few_peers(symptom);

	if (is_few)
		tc_part_few_peers(symptom, draft);
	draft->is_open |= tc_part_may_be_few_peers(symptom->shown, tc_part_peers(symptom));
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

	if (!life)
		return;
	/* Of the one the time of all intervals counts, of the other how long the last one is. */
	if (id == TC_LIFETIME_ORPHAN_WINDOW)
		tc_evidence(draft,
			    N_("The kernel gives up after about %s, often sooner on a slow path, if "
			       "the program has closed the socket."),
			    life);
	else
		tc_evidence(draft,
			    N_("The kernel gives up after %s or more, on a slow path after twice "
			       "as long, if the program has closed the socket."),
			    life);
}

/* Unsure in a way that says what the bare number is worth. */
static enum tc_verdict unsure(enum tc_symptom id, const char *state, uint64_t count,
			      struct tc_draft *draft)
{
	tc_evidence_n(tc_for_needs(draft),
		      "%s, to tell whether the %llu %s lasts: for one round trip it is normal",
		      "%s, to tell whether the %llu %s last: for one round trip each it is normal",
		      count, tc_part_missing(draft, id), tc_llu(count), state);
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
			      "%llu FIN_WAIT1 cannot send: the peer's window is closed, as its "
			      "program does not read, or the output of this machine is filtered.",
			      "%llu FIN_WAIT1 cannot send: the peers' windows are closed, as their "
			      "programs do not read, or the output of this machine is filtered.",
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
			"as many from different peers, are what every public server sees of phones "
			"out of reach."),
	.first = {
		[PEER_IS_GONE] =
			N_("See whether one peer or network has them all: look there first."),
		[PEER_DOES_NOT_READ] =
			N_("Look at the peer, whose program does not read, or at filters here."),
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
		N_("tcpcensus list -c remote,send_q,timer,retrans,process state fin-wait-1: the "
		   "timer \"retrans\" is a silent peer, \"probe\" a closed window or a filter on "
		   "the output of this machine, and Send-Q is what was not taken"),
		N_("tcpcensus by remote.addr state fin-wait-1: whether it is one peer"),
		N_("ss -toi state fin-wait-1: the timer \"on\" is a silent peer, \"persist\" a "
		   "closed window, or, where snd_wnd is told, a filter on the output of this "
		   "machine"),
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
	.sources = "RFC 9293 3.6, 3.8.6.1; tcp(7); Documentation/networking/ip-sysctl.rst; "
		   "net/ipv4/tcp_timer.c:tcp_write_timeout, retransmits_timed_out, tcp_probe_timer; "
		   "net/ipv4/tcp_output.c:__tcp_push_pending_frames",
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
	.first = {N_("See whether one peer or network has them all: look there first.")},
	.causes = {
		N_("The peer has vanished since it sent its FIN."),
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
		N_("Nothing for a few: they end by themselves after ${orphan_retry_life} or more, "
		   "on a slow path after twice as long."),
		N_("Look at the firewall or the path, if many of one peer or network are stuck."),
	},
	.avoid = {
		N_("Do not lower tcp_orphan_retries for it: peers that are only slow would lose "
		   "the end of what was sent to them."),
	},
	.sources = "RFC 9293 3.5.2, 3.6; net/ipv4/tcp_timer.c:tcp_write_timeout, "
		   "tcp_orphan_retries, retransmits_timed_out",
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
		      "%llu CLOSING has lasted for seconds: its FIN or the ACK of it was lost, or "
		      "the peer is gone.",
		      "%llu CLOSING have lasted for seconds: their FINs or the ACKs of these were "
		      "lost, or the peers are gone.",
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
	.threshold = N_("From two repetitions, or 5 s without a word from the peer: normally "
			"CLOSING lasts one round trip. A warning from ten that few peers share."),
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
		N_("Look for loss on the path, if it goes on; a few end by themselves."),
	},
	.avoid = {
		N_("Do not change settings for it: it costs one socket for about "
		   "${orphan_retry_life}."),
	},
	.sources = "RFC 9293 3.6 (figure 13); net/ipv4/tcp_input.c:tcp_fin, "
		   "tcp_rcv_state_process; net/ipv4/tcp_timer.c:tcp_orphan_retries",
	.needs = TC_NEEDS_SOCKETS,
	.glance = true,
	.glance_state = TC_CLOSING,
	.scenario = "closing",
	.check = check_closing,
};
/* clang-format on */
