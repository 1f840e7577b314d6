/* SPDX-License-Identifier: MIT */
/* rule_closing.c - rules about connections that close, or should. */
#include "analysis/rule.h"
#include "analysis/rules.h"
#include "util/intl.h"

/* ---- close-wait-leak ------------------------------------------------------------------ */

/*
 * A program that answers a FIN by close(2) leaves CLOSE_WAIT within milliseconds, so a minute
 * is a fault whatever the number. Where ages are not known (a listing), the number alone cannot
 * tell a leak from a busy moment, and it is said so.
 */
static enum tc_verdict check_close_wait_leak(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *old = &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD];
	const struct tc_symptom_facts *stale = &facts->symptoms[TC_SYMPTOM_CLOSE_WAIT_STALE];
	uint64_t all = facts->census.states[TC_CLOSE_WAIT];

	if (!all)
		return TC_QUIET;
	if (!old->shown) {
		tc_evidence_n(draft,
			      N_("%llu CLOSE_WAIT, for less than a minute: its program is "
				 "about to close it."),
			      N_("%llu CLOSE_WAIT, each for less than a minute: their programs are "
				 "about to close them."),
			      all, (unsigned long long)all);
		return TC_NORMAL;
	}
	draft->severity = stale->shown ? TC_SEVERITY_CRITICAL : TC_SEVERITY_WARNING;
	tc_evidence_n(draft,
		      N_("%llu of %llu CLOSE_WAIT is held by a program for a minute or more, for "
			 "%s at least."),
		      N_("%llu of %llu CLOSE_WAIT are held by a program for a minute or more, the "
			 "oldest for %s at least."),
		      old->shown, (unsigned long long)old->shown, (unsigned long long)all,
		      tc_words_duration(draft, old->oldest_ms));
	tc_evidence_whose(draft, old);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_close_wait_leak = {
	.id = "close-wait-leak",
	.severity = TC_SEVERITY_CRITICAL,
	.title = N_("a program does not close connections that its peers have closed"),
	.threshold = N_("A warning when one is held for a minute, critical after an hour: a program "
			"that closes does so within milliseconds, and no timer ends this state."),
	.causes = {
		N_("The program forgets to close after it has read the end of the stream: an error "
		   "path, a pool that is never emptied, a client library whose answer is not "
		   "closed."),
		N_("The program is stuck: a lock, a full queue, a thread that waits for something "
		   "else. Then bytes are still unread (Recv-Q above 1)."),
	},
	.confirm = {
		N_("tcpcensus list -c local,remote,recv_q,process,pid state close-wait: a Recv-Q of "
		   "0 has read everything and forgot to close, 1 has not read the end, more does "
		   "not read at all"),
		N_("ls -l /proc/PID/fd: the same descriptors again a minute later are a leak"),
	},
	.remedy = {
		N_("Correct the program, so that it closes when it reads the end of the stream."),
		N_("Restart it, if its descriptors run out before that."),
	},
	.avoid = {
		N_("No kernel setting ends CLOSE_WAIT; tcp_fin_timeout is about FIN_WAIT2."),
		N_("Keepalive does not cure it: the peer may well be alive, and answers."),
	},
	.sources = "RFC 9293 3.3.2, 3.6; tcp(7); net/ipv4/tcp_input.c:tcp_fin",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_CLOSE_WAIT_OLD,
	.scenario = "close-wait-leak",
	.check = check_close_wait_leak,
};
/* clang-format on */
