/* SPDX-License-Identifier: MIT */
/* judge_netns.h - applying a rule to each of several network namespaces. */
#ifndef TC_ANALYSIS_JUDGE_NETNS_H
#define TC_ANALYSIS_JUDGE_NETNS_H

#include "analysis/judge.h"

/*
 * As tc_judge(), which calls it for a rule that is `by_netns` where the facts are of several
 * namespaces: one judgement, whose sentences say which they are of. -ENOMEM.
 */
int tc_judge_each_netns(const struct tc_rule *rule, const struct tc_facts *facts, bool english,
			struct tc_judgement *ret_judgement);

/* As the field "netns" shows it. */
void tc_facts_netns_name(const struct tc_facts_netns *netns, char *text, size_t size);

#endif
