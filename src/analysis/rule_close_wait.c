/* SPDX-License-Identifier: MIT */
/* rule_close_wait.c - the rule about connections that a program does not close after its peer has.
 */
#include "analysis/judge.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

enum {
	/*
	 * The smallest number that tells growth from chance: of ten that come the spread is three,
	 * so fewer may be those that were about to be closed. It is no threshold of severity.
	 */
	GROWN_LEAST = 10,
	/*
	 * At ten a second the 1024 descriptors that a program has by default last less than two
	 * minutes. What grows more slowly is old before it does harm, and found then.
	 */
	GROWN_PER_SECOND = 10,
	/*
	 * A listing does not tell the limit of its programs; by default it is 1024 on Linux, and
	 * so many are not left behind by a program that closes.
	 */
	LISTED_MANY = 1000,
	SOON_S = 3600,		/* less is no time to correct a program */
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

static uint64_t forgotten(const struct tc_facts *facts)
{
	return facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD].shown +
	       facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_LASTING].shown;
}

/*
 * Two looks at those of a program that closes all of them in time differ, too: of n by the square
 * root of 2 n, mostly, and by three times that hardly ever.
 */
static bool is_grown(const struct tc_facts *facts)
{
	uint64_t grown = growth(facts), now = facts->census.states[TC_CLOSE_WAIT];
	uint64_t young = now - (forgotten(facts) < now ? forgotten(facts) : now);
	uint64_t both = 2 * young > grown ? 2 * young - grown : 0;

	return grown >= GROWN_LEAST && grown * grown > 9 * both;
}

static double growth_rate(const struct tc_facts *facts)
{
	return is_grown(facts) ? (double)growth(facts) * 1e6 / (double)facts->interval_us : 0;
}

static enum tc_lasting lasting(const struct tc_facts *facts)
{
	return tc_part_lasting(facts, TC_SYMPTOM_CLOSE_WAIT_LASTING, TC_WATCH_CLOSE_WAIT);
}

/* A leak that began a moment ago looks like a busy moment, unless it is seen to grow. */
static enum tc_verdict tell_young(const struct tc_facts *facts, uint64_t held,
				  struct tc_draft *draft)
{
	uint64_t answered = facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_ANSWERED].shown;
	bool is_growing = growth_rate(facts) >= GROWN_PER_SECOND;

	if (!is_growing && lasting(facts) == TC_LASTING_OPEN)
		return tc_part_needs_minute(facts, TC_SYMPTOM_CLOSE_WAIT_LASTING,
					    tc_state_name(TC_CLOSE_WAIT), draft);
	if (answered)
		tc_evidence_n(draft,
			      "%llu CLOSE_WAIT is half closed on purpose: its program goes on "
			      "sending, and its peer takes what it sends.",
			      "%llu CLOSE_WAIT are half closed on purpose: their programs go on "
			      "sending, and their peers take what they send.",
			      answered, tc_llu(answered));
	held -= answered < held ? answered : held;
	if (!held && answered)
		return TC_NORMAL;
	tc_evidence_n(draft,
		      "%llu CLOSE_WAIT whose peer was heard less than a minute ago, which does not "
		      "tell whether it is about to be closed, is still answered, or was forgotten.",
		      "%llu CLOSE_WAIT whose peers were heard less than a minute ago, which does not "
		      "tell those that are about to be closed, are still answered, or were "
		      "forgotten.",
		      held, tc_llu(held));
	if (held >= GROWN_LEAST && !facts->has_census_before) {
		tc_needs(draft,
			 N_("another look a minute later: the peers of all %llu CLOSE_WAIT were "
			    "heard less than a minute ago, which tells nothing of how long they "
			    "last"),
			 tc_llu(held));
		return TC_UNSURE;
	}
	if (!is_growing)
		return TC_NORMAL;
	tc_evidence(draft,
		    N_("Their number rose during the look: %llu, then %llu, in %s. If that goes "
		       "on, they are being forgotten; look again in a minute."),
		    tc_llu(facts->census_before.states[TC_CLOSE_WAIT]),
		    tc_llu(facts->census.states[TC_CLOSE_WAIT]), tc_part_interval(facts, draft));
	tc_evidence_whose(draft, &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_HELD]);
	draft->severity = TC_SEVERITY_NOTICE;
	return TC_FOUND;
}

/* ---- Descriptors ------------------------------------------------------------------------- */

/*
 * The rate at which the program has forgotten them, since the first of those that are there: how
 * many are in CLOSE_WAIT for a moment, which a busy program changes all the time, tells nothing of
 * it. If they do not become more now, it may have ended.
 */
static bool would_run_out(const struct tc_facts *facts, const struct tc_facts_program *program,
			  uint64_t *ret_seconds)
{
	uint64_t oldest_ms = facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD].oldest_ms;
	uint64_t since_ms = oldest_ms > TC_SYMPTOM_OLD_MS + 1000 ? oldest_ms - TC_SYMPTOM_OLD_MS : 1000;
	uint64_t used =
		program->has_open && program->open > program->held ? program->open : program->held;
	double rate = (double)program->held * 1000 / (double)since_ms;

	if (program->held < GROWN_LEAST || !program->has_limit ||
	    used >= program->limit || (double)(program->limit - used) > rate * SOON_S)
		return false;
	*ret_seconds = (uint64_t)((double)(program->limit - used) / rate);
	return true;
}

static bool will_run_out(const struct tc_facts *facts, const struct tc_facts_program *program,
			 uint64_t *ret_seconds)
{
	return growth(facts) && would_run_out(facts, program, ret_seconds);
}

/* Half of them is more than any program forgets by chance; at nine in ten there is little left. */
static bool is_short(const struct tc_facts *facts, const struct tc_facts_program *program)
{
	uint64_t seconds;

	if (!program->has_limit)
		return false;
	return program->held * 2 >= program->limit ||
	       (program->has_open && program->open * 10 >= program->limit * 9 &&
		program->held * 10 >= program->limit) ||
	       will_run_out(facts, program, &seconds);
}

/* Of those whose limit is known, the one that is nearest to it; NULL: of none. */
static const struct tc_facts_program *nearest(const struct tc_facts *facts)
{
	const struct tc_facts_program *found = NULL;

	for (size_t i = 0; i < facts->program_count; i++) {
		const struct tc_facts_program *program = &facts->programs[i];

		if (!program->has_limit || !program->limit || (found && is_short(facts, found)))
			continue;
		if (!found || is_short(facts, program) ||
		    program->held * found->limit > found->held * program->limit)
			found = program;
	}
	return found;
}

/* Of all others by their own limits, too. */
static void tell_others(const struct tc_facts *facts, const struct tc_facts_program *told,
			struct tc_draft *draft)
{
	uint64_t are_short = 0;

	for (size_t i = 0; i < facts->program_count; i++)
		are_short += &facts->programs[i] != told && is_short(facts, &facts->programs[i]);
	if (are_short)
		tc_evidence_n(draft, "%llu more process has as little room.",
			      "%llu more processes have as little room.", are_short,
			      tc_llu(are_short));
}

static void tell_limit(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_facts_program *program = nearest(facts);
	const char *name;
	uint64_t seconds;

	if (!program) {
		tc_evidence(draft, N_("How near their programs are to their limits of descriptors "
				      "is not known, so this is not called critical."));
		return;
	}
	name = *program->name ? tc_words(draft, "%u (%s)", program->pid, program->name)
			      : tc_words(draft, "%u", program->pid);
	if (program->has_open)
		tc_evidence(draft,
			    N_("Process %s may have %llu descriptors; these connections take %llu "
			       "of them (%s), and %llu are in use."),
			    name, tc_llu(program->limit), tc_llu(program->held),
			    tc_words_share(draft, program->held, program->limit),
			    tc_llu(program->open));
	else
		tc_evidence(draft,
			    N_("Process %s may have %llu descriptors; these connections take %llu "
			       "of them (%s)."),
			    name, tc_llu(program->limit), tc_llu(program->held),
			    tc_words_share(draft, program->held, program->limit));
	if (will_run_out(facts, program, &seconds))
		tc_evidence(
			draft,
			N_("At the rate at which it has forgotten them it has none left in %s."),
			tc_words_duration(draft, seconds * 1000));
	else if (!facts->interval_us && would_run_out(facts, program, &seconds))
		tc_evidence(draft,
			    N_("At the rate at which it has forgotten them it would have none left "
			       "in %s. Whether they still become more takes %s."),
			    tc_words_duration(draft, seconds * 1000),
			    tc_draft_text(draft, tc_judge_needs_interval(facts)));
	tell_others(facts, program, draft);
}

/* Who has most need not be who runs out: that one comes first. */
static void tell_whose(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *old = &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD];
	const struct tc_facts_program *program = nearest(facts);

	if (!old->shown)
		tc_evidence_whose(draft, &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_LASTING]);
	else if (program && draft->severity == TC_SEVERITY_CRITICAL)
		tc_evidence_whose_first(draft, old, program->name, program->held);
	else
		tc_evidence_whose(draft, old);
}

/* ---- Verdicts ---------------------------------------------------------------------------- */

/*
 * Critical where descriptors run out; a few young ones may be half closed on purpose. That many
 * stayed for a moment is no more than a notice: the server of a whole pool may have just ended.
 */
static enum tc_severity judge_forgotten(const struct tc_facts *facts)
{
	const struct tc_symptom_facts *old = &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD];
	const struct tc_facts_program *program = nearest(facts);

	if (program && is_short(facts, program))
		return TC_SEVERITY_CRITICAL;
	return tc_part_may_be_answered(old) ? TC_SEVERITY_NOTICE : TC_SEVERITY_WARNING;
}

/* Places in the row's list of causes. */
enum { FORGETS_TO_CLOSE, DOES_NOT_LOOK, IS_STUCK };

/* What their programs have read tells which of the causes it is. */
static void tell_unread(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *end = &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_END];
	uint64_t unread = facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_UNREAD].shown;
	uint64_t all = forgotten(facts), done;

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
		      "%llu of %llu CLOSE_WAIT has been held by a program for a minute or more, "
		      "for %s at least.",
		      "%llu of %llu CLOSE_WAIT have been held by a program for a minute or more, "
		      "the oldest for %s at least.",
		      old->shown, tc_llu(old->shown), tc_llu(facts->census.states[TC_CLOSE_WAIT]),
		      tc_words_duration(draft, old->oldest_ms));
	if (stale)
		tc_evidence_n(draft, "%llu of them for an hour or more.",
			      "%llu of them for an hour or more.", stale, tc_llu(stale));
	if (is_grown(facts))
		tc_evidence(draft, N_("They rose by %llu in %s (%s)."), tc_llu(grown),
			    tc_part_interval(facts, draft),
			    tc_words_rate(draft, growth_rate(facts)));
	if (draft->severity == TC_SEVERITY_NOTICE)
		tc_evidence(draft, N_("So few may be half closed on purpose: the peer has asked all "
				      "it had to ask, and the program is still working on the "
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
	if (facts->report.foreign && count >= LISTED_MANY) {
		tc_evidence(draft,
			    N_("%llu CLOSE_WAIT: so many are not about to be closed, but forgotten "
			       "(inferred: how long they last was not read), unless their peers "
			       "all closed at once."),
			    tc_llu(count));
		tc_evidence_whose(draft, &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_HELD]);
		draft->severity = TC_SEVERITY_NOTICE;
		return TC_FOUND;
	}
	if (tc_part_is_elsewhere(facts))
		tc_evidence_n(tc_for_needs(draft),
			      "another listing a minute later: if the %llu CLOSE_WAIT is in it again, "
			      "it has been forgotten",
			      "another listing a minute later: those of %llu CLOSE_WAIT that are in "
			      "it again have been forgotten",
			      count, tc_llu(count));
	else
		tc_evidence_n(tc_for_needs(draft),
			      "%s, to tell whether the %llu CLOSE_WAIT is about to be closed or was "
			      "forgotten",
			      "%s, to tell which of %llu CLOSE_WAIT are about to be closed and which "
			      "were forgotten",
			      count, tc_part_missing(draft, TC_SYMPTOM_CLOSE_WAIT_OLD), tc_llu(count));
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
	if (!old->shown && lasting(facts) <= TC_LASTING_OPEN)
		return tell_young(facts, held->shown, draft);
	draft->severity = judge_forgotten(facts);
	if (old->shown)
		tell_old(facts, draft);
	if (facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_LASTING].shown)
		tc_part_tell_lasting(facts, TC_SYMPTOM_CLOSE_WAIT_LASTING, TC_WATCH_CLOSE_WAIT,
				     tc_state_name(TC_CLOSE_WAIT), draft);
	if (draft->severity > TC_SEVERITY_NOTICE)
		tell_limit(facts, draft);
	tell_unread(facts, draft);
	tell_whose(facts, draft);
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
		N_("For a pool: let it drop idle connections sooner than the peer does, and test "
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
	.threshold = N_("When one is held for a minute: a program that closes does so within "
			"milliseconds, and no timer ends this state. A warning when they are ten, "
			"or one is held for ten minutes; fewer and younger ones are a notice, since "
			"their programs may still have an answer to give. Critical when half of "
			"the descriptors that its process may have are such, or a tenth of them "
			"while nine in ten are in use, or when it has none left within an hour at "
			"the rate at which it has forgotten ten or more. A notice while all are "
			"younger and ten a second come; and, in a listing "
			"that does not tell how long, from 1000. Where keepalive hides how long, "
			"two looks a minute apart tell (-i 1m); ten that were there a moment "
			"before are a notice."),
	.first = {
		[FORGETS_TO_CLOSE] =
			N_("Restart the program if descriptors run out; then make it close."),
		[DOES_NOT_LOOK] =
			N_("Restart it if descriptors run out; let it drop idle connections "
			   "sooner."),
		[IS_STUCK] = N_("Find out what the program waits for: it does not read either."),
	},
	.causes = {
		[FORGETS_TO_CLOSE] =
		N_("The program forgets to close after it has read the end of the stream "
		   "(Recv-Q 0): an error path, a client library whose answer is not closed."),
		[DOES_NOT_LOOK] =
		N_("The program keeps the connection and does not look at it, so that it has not "
		   "noticed the end (Recv-Q 1; 24 to 86 with the close_notify of TLS): a pool "
		   "whose idle connections the peer gives up."),
		[IS_STUCK] =
		N_("The program is stuck, and does not read data either (a larger Recv-Q): a lock, "
		   "a full queue, a thread that waits for something else."),
		N_("No fault: the peers have only ended their sending (half-close), and wait for an "
		   "answer that takes this long. There it is FIN_WAIT2, which a program holds."),
	},
	.confirm = {
		N_("tcpcensus list -c local,remote,recv_q,process,pid state close-wait: whether "
		   "Recv-Q is 0, a few bytes or many"),
		N_("ls -l /proc/PID/fd: the same descriptors again a minute later are a leak"),
	},
	.remedy = {
		N_("Correct the program, so that it closes when it reads the end of the stream."),
		N_("For a pool: let it drop idle connections sooner than the peer does, and test "
		   "one before it is used again."),
		N_("Restart it, if its descriptors run out before that."),
	},
	.avoid = {
		N_("No kernel setting ends CLOSE_WAIT; tcp_fin_timeout is about FIN_WAIT2."),
		N_("Keepalive does not cure it: once a RST answers its probe the socket is gone "
		   "from lists, but the program keeps the descriptor all the same."),
	},
	.sources = "RFC 9293 3.3.2, 3.6; RFC 5246 6.2.3; RFC 8446 5.2; tcp(7); "
		   "net/ipv4/tcp_input.c:tcp_fin, tcp_reset; "
		   "net/ipv4/tcp_diag.c:tcp_diag_get_info; "
		   "net/ipv4/tcp_timer.c:tcp_keepalive_timer",
	.needs = TC_NEEDS_SOCKETS,
	.glance = true,
	.glance_state = TC_CLOSE_WAIT,
	.elsewhere = &close_wait_elsewhere,
	.scenario = "close-wait-leak",
	.check = check_close_wait_leak,
};
/* clang-format on */
