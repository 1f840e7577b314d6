/* SPDX-License-Identifier: MIT */
/* rule_fin_wait2.c - rules about FIN_WAIT2: we have closed, and wait for the peer to do so. */
#include "analysis/rule_netns.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

/* ---- fin-wait2-orphan ------------------------------------------------------------------ */

/* They share tcp_max_tw_buckets with TIME_WAIT, which loses its places to them. */
static bool is_too_many(const struct tc_facts *facts, uint64_t count, int64_t *ret_limit)
{
	/* Of several namespaces each has a limit of its own, which tw-overflow looks at. */
	return !facts->netns_count &&
	       tc_facts_setting(facts, TC_SETTING_tcp_max_tw_buckets, ret_limit) &&
	       *ret_limit > 0 && count > (uint64_t)*ret_limit / 2;
}

static void tell_life(const struct tc_facts *facts, struct tc_draft *draft)
{
	const char *life =
		tc_netns_life(facts, TC_SYMPTOM_FIN_WAIT2_ORPHAN, TC_LIFETIME_FIN_WAIT2, draft);

	if (life)
		tc_evidence(draft,
			    N_("Each is gone after %s (tcp_fin_timeout), or when its peer closes."),
			    life);
}

/* Those that are whole sockets still, and so have no place of tcp_max_tw_buckets. */
static void tell_whole(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t all = facts->symptoms[TC_SYMPTOM_FIN_WAIT2_ORPHAN].shown;
	const struct tc_symptom_facts *place = &facts->symptoms[TC_SYMPTOM_FIN_WAIT2_PLACE];

	if (all > place->shown + place->unjudged)
		tc_evidence_n(draft,
			      "%llu of them is a whole socket until the time above 60 s has passed: "
			      "an orphan, which tcp_max_orphans limits, and not tcp_max_tw_buckets.",
			      "%llu of them are whole sockets until the time above 60 s has passed: "
			      "orphans, which tcp_max_orphans limits, and not tcp_max_tw_buckets.",
			      all - place->shown - place->unjudged,
			      tc_llu(all - place->shown - place->unjudged));
}

/* Places in the row's list of causes. */
enum { PEERS_DO_NOT_CLOSE, PEERS_ARE_GONE, CLIENTS_WERE_IDLE };

static enum tc_verdict check_fin_wait2_orphan(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *orphan = &facts->symptoms[TC_SYMPTOM_FIN_WAIT2_ORPHAN];
	const struct tc_symptom_facts *place = &facts->symptoms[TC_SYMPTOM_FIN_WAIT2_PLACE];
	int64_t limit = 0;

	if (!orphan->shown && orphan->unjudged) {
		tc_evidence_n(tc_for_needs(draft),
			      "%s: if no program holds the %llu FIN_WAIT2, it is gone within a "
			      "minute or so, and otherwise it has no time limit",
			      "%s: of %llu FIN_WAIT2, those that no program holds are gone within "
			      "a minute or so, and the others have no time limit",
			      orphan->unjudged, tc_part_missing(draft, TC_SYMPTOM_FIN_WAIT2_ORPHAN),
			      tc_llu(orphan->unjudged));
		return TC_UNSURE;
	}
	if (!orphan->shown)
		return TC_QUIET;
	if (!is_too_many(facts, place->shown, &limit) &&
	    is_too_many(facts, place->shown + place->unjudged, &limit)) {
		tc_needs(draft, "%s", tc_part_missing(draft, TC_SYMPTOM_FIN_WAIT2_PLACE));
		return TC_UNSURE;
	}
	if (!is_too_many(facts, place->shown, &limit)) {
		tc_evidence_n(draft,
			      "%llu FIN_WAIT2 that no program holds: normal. This machine has "
			      "closed, its peer has not yet.",
			      "%llu FIN_WAIT2 that no program holds: normal. This machine has "
			      "closed, their peers have not yet.",
			      orphan->shown, tc_llu(orphan->shown));
		tell_life(facts, draft);
		tell_whole(facts, draft);
		if (!facts->netns_count &&
		    !tc_facts_setting(facts, TC_SETTING_tcp_max_tw_buckets, &limit))
			tc_evidence(draft, N_("The limit, tcp_max_tw_buckets, was not read."));
		tc_part_unjudged(facts, TC_SYMPTOM_FIN_WAIT2_ORPHAN, draft);
		return TC_NORMAL;
	}
	tc_evidence(draft,
		    N_("%llu FIN_WAIT2 that no program holds take %s of the %lld places of "
		       "tcp_max_tw_buckets."),
		    tc_llu(place->shown), tc_words_share(draft, place->shown, (uint64_t)limit),
		    (long long)limit);
	tell_life(facts, draft);
	if (tc_part_is_few_peers(place)) {
		tc_part_few_peers(place, draft);
		tc_points_to(draft, PEERS_DO_NOT_CLOSE);
	} else if (tc_part_peers(place)) {
		tc_points_to(draft, CLIENTS_WERE_IDLE);
	}
	tc_evidence_whose(draft, place);
	draft->severity = TC_SEVERITY_WARNING;
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_fin_wait2_orphan = {
	.id = "fin-wait2-orphan",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("peers do not close what this machine has closed"),
	.threshold = N_("Normal, since each is gone after ${fin_wait2_life}. A warning when they "
			"take more than half of tcp_max_tw_buckets, which TIME_WAIT then does not "
			"have."),
	.first = {
		[PEERS_DO_NOT_CLOSE] = N_("Look at the peers' programs: there it is CLOSE_WAIT."),
		[CLIENTS_WERE_IDLE] =
			N_("Lower tcp_fin_timeout, so that TIME_WAIT gets its places back."),
	},
	.causes = {
		[PEERS_DO_NOT_CLOSE] =
		N_("The programs of the peers do not close when they read the end of the stream: "
		   "there it is CLOSE_WAIT."),
		[PEERS_ARE_GONE] =
		N_("The peers are gone, or a firewall between has forgotten the connection: their "
		   "FIN never comes."),
		[CLIENTS_WERE_IDLE] =
		N_("This side ends idle connections of clients that only notice when they next use "
		   "them (pools, browsers)."),
	},
	.confirm = {
		N_("tcpcensus by remote.addr,service state fin-wait-2: whose programs they are"),
		N_("tcpcensus list -c local,remote,expires,kind state fin-wait-2: kind timewait "
		   "has a timer, full is held by a program, or, with a tcp_fin_timeout above 60 s, "
		   "an orphan with a timer"),
	},
	.remedy = {
		N_("Correct the program at the other end, if it is yours."),
		N_("Lower tcp_fin_timeout: here, and only here, that is what it is for. A peer "
		   "that closes later than that gets a RST for it."),
	},
	.avoid = {
		N_("Do not lower tcp_max_tw_buckets: FIN_WAIT2 would then leave TIME_WAIT no place."),
	},
	.sources = "RFC 9293 3.6, 3.10.7.1; tcp(7); Documentation/networking/ip-sysctl.rst; "
		   "net/ipv4/tcp.c:__tcp_close; net/ipv4/tcp_input.c:tcp_rcv_state_process; "
		   "net/ipv4/tcp_timer.c:tcp_keepalive_timer; "
		   "net/ipv4/inet_timewait_sock.c:inet_twsk_alloc",
	.needs = TC_NEEDS_SOCKETS,
	.glance = true,
	.glance_state = TC_FIN_WAIT2,
	.glance_settings = "tcp_max_tw_buckets tcp_fin_timeout",
	.scenario = "fin-wait2-orphan",
	.check = check_fin_wait2_orphan,
};
/* clang-format on */

/* ---- fin-wait2-held -------------------------------------------------------------------- */

/* Places in the row's list of causes. */
enum { WAITS_WITHOUT_LIMIT, FORGETS_IT };

enum { AN_HOUR_MS = 60 * 60000 }; /* no program waits so long for an answer */

static void tell_held(const struct tc_symptom_facts *held, struct tc_draft *draft)
{
	tc_evidence_n(draft,
		      "%llu FIN_WAIT2 has been held by a program for %s at least: no timer ends "
		      "it.",
		      "%llu FIN_WAIT2 have been held by programs for a minute or more, the longest "
		      "for %s at least: no timer ends them.",
		      held->shown, tc_llu(held->shown), tc_words_duration(draft, held->oldest_ms));
}

/*
 * A minute without a segment is longer than a peer that still has an answer to send needs. With
 * keepalive there is always a segment: then it is a minute without data, and two looks.
 */
static enum tc_verdict check_fin_wait2_held(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *held = &facts->symptoms[TC_SYMPTOM_FIN_WAIT2_HELD];
	const struct tc_symptom_facts *alive = &facts->symptoms[TC_SYMPTOM_FIN_WAIT2_LASTING];
	enum tc_lasting lasting =
		tc_part_lasting(facts, TC_SYMPTOM_FIN_WAIT2_LASTING, TC_WATCH_FIN_WAIT2);

	if (!held->shown && (held->unjudged || lasting == TC_LASTING_NONE))
		return tc_part_none_shown(facts, TC_SYMPTOM_FIN_WAIT2_HELD, draft);
	if (!held->shown && lasting == TC_LASTING_OPEN)
		return tc_part_needs_minute(facts, TC_SYMPTOM_FIN_WAIT2_LASTING,
					    tc_state_name(TC_FIN_WAIT2), draft);
	if (held->shown)
		tell_held(held, draft);
	if (alive->shown)
		tc_part_tell_lasting(facts, TC_SYMPTOM_FIN_WAIT2_LASTING, TC_WATCH_FIN_WAIT2,
				     tc_state_name(TC_FIN_WAIT2), draft);
	tc_points_to(draft, held->oldest_ms >= AN_HOUR_MS ? FORGETS_IT : WAITS_WITHOUT_LIMIT);
	tc_evidence_whose(draft, held->shown ? held : alive);
	tc_part_unjudged(facts, TC_SYMPTOM_FIN_WAIT2_HELD, draft);
	draft->severity =
		tc_part_may_be_answered(held) ? TC_SEVERITY_NOTICE : TC_SEVERITY_WARNING;
	if (held->shown && draft->severity == TC_SEVERITY_NOTICE)
		tc_evidence(draft, N_("So few may still wait for an answer: the program has asked all "
				      "that it had to ask, and the peer works on it."));
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_fin_wait2_held = {
	.id = "fin-wait2-held",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("a program waits without limit for its peer to close"),
	.threshold = N_("A warning when programs hold ten for a minute, or one for ten minutes: "
			"tcp_fin_timeout only begins when the program closes, so this lasts for "
			"ever. Fewer are a notice from a minute on, since their peers may still "
			"have an answer to give. Where keepalive hides how long, two looks a minute "
			"apart tell (-i 1m); ten that were there a moment before are a notice."),
	.first = {N_("Find the program (below); it needs a timeout after shutdown(2).")},
	.causes = {
		[WAITS_WITHOUT_LIMIT] =
		N_("The program calls shutdown(2) for sending and then waits for the end of the "
		   "peer's stream without a timeout of its own."),
		[FORGETS_IT] =
		N_("It forgets to close after shutdown(2): a leak."),
		N_("The peer is gone without a word."),
		N_("No fault: the program waits for an answer that takes this long (a long poll)."),
	},
	.confirm = {
		N_("tcpcensus by process,remote.addr state fin-wait-2: which program, and to whom"),
		N_("ls -l /proc/PID/fd: the same sockets again a minute later have been forgotten"),
		N_("ss -tioe state fin-wait-2: lastrcv and lastack say for how long (in "
		   "milliseconds) nothing was heard"),
	},
	.remedy = {
		N_("Give the program a timeout after shutdown(2), after which it closes."),
		N_("Keepalive (SO_KEEPALIVE), which ends those whose peer is gone."),
	},
	.avoid = {
		N_("Do not lower tcp_fin_timeout: it does not touch a socket that a program "
		   "holds."),
	},
	.sources = "RFC 9293 3.6; shutdown(2); tcp(7); net/ipv4/tcp.c:__tcp_close; "
		   "net/ipv4/tcp_input.c:tcp_rcv_state_process; "
		   "net/ipv4/tcp_timer.c:tcp_keepalive_timer",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_FIN_WAIT2_HELD,
	.glance = true,
	.glance_state = TC_FIN_WAIT2,
	.scenario = "fin-wait2-held",
	.check = check_fin_wait2_held,
};
/* clang-format on */
