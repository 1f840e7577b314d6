/* SPDX-License-Identifier: MIT */
/* judge.h - applying a rule to facts: whether it can be, and what it says. */
#ifndef TC_ANALYSIS_JUDGE_H
#define TC_ANALYSIS_JUDGE_H

#include "analysis/rule.h"

struct tc_judgement {
	const struct tc_rule *rule;
	enum tc_verdict verdict;
	struct tc_draft draft; /* released by whoever asked */
};

/* What a rule needs where there was one reading only; marked N_(). */
const char *tc_judge_needs_interval(const struct tc_facts *facts);

/* That this counter was not read, and where it stands; it was looked for and is not known. */
void tc_judge_needs_counter(const struct tc_facts *facts, enum tc_counter id,
			    struct tc_draft *draft);

/* The same of a setting that was not read, or that this kernel or namespace does not have. */
void tc_judge_needs_setting(const struct tc_facts *facts, enum tc_setting id,
			    struct tc_draft *draft);

/*
 * How more can be had, with a blank before it: " (ss -o)" by the commands for a listing; on the
 * machine itself " (--source netlink)", or "" where that was asked or refused.
 */
const char *tc_judge_how(struct tc_draft *draft, const char *listing);

/* What is missing where the symptom cannot be judged, and how it can be had. */
const char *tc_judge_missing(struct tc_draft *draft, enum tc_symptom id);

/*
 * Whether sockets in all of these states may have been left out, as ss does where it is not asked
 * for all (ss -a); then the draft says so.
 */
bool tc_judge_may_be_left_out(const struct tc_facts *facts, uint32_t states,
			      struct tc_draft *draft);

/*
 * Says of a finding that a half of it was not looked at: whether the counters of this list rose, by
 * which it would be graver, and what that takes. Nothing where it is known of all of them.
 */
void tc_judge_half(const struct tc_facts *facts, const char *counters, struct tc_draft *draft);

/*
 * Whether the rule holds for where the sockets are of: how long a state lasts, what it costs and who
 * may be in it are facts of one kernel, and what a machine tracks is not its own.
 */
bool tc_judge_is_about(const struct tc_rule *rule, const struct tc_facts *facts);

/*
 * Applies the rule. Where something that it needs was not read the verdict is TC_UNSURE and the
 * draft says what, and how it could be had; the check is then not called. -ENOMEM.
 */
int tc_judge(const struct tc_rule *rule, const struct tc_facts *facts, bool english,
	     struct tc_judgement *ret_judgement);

#endif
