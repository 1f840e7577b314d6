/* SPDX-License-Identifier: MIT */
/*
 * judge_netns.c - a rule that is about one network namespace at a time, where several are looked
 * at; see judge.h.
 *
 * Each namespace has settings, limits and gauges of its own, so such a rule is applied to each as
 * if it were the only one. What it says of several in the same words is said once, with their
 * names.
 */
#include "analysis/judge_netns.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/intl.h"
#include "util/macro.h"

enum { NAMES_MAX = 3 };

/* What the rule said of a namespace. */
struct said {
	struct tc_judgement judgement;
	char name[128];
	bool told; /* with an earlier one */
};

struct hearing {
	struct said *all; /* owned, with their drafts */
	size_t count;
};

static void release(struct hearing *hearing)
{
	for (size_t i = 0; i < hearing->count; i++)
		tc_draft_release(&hearing->all[i].judgement.draft);
	free(hearing->all);
}

void tc_facts_netns_name(const struct tc_facts_netns *netns, char *text, size_t size)
{
	if (netns->name)
		snprintf(text, size, "%s", netns->name);
	else
		snprintf(text, size, "%llu", (unsigned long long)netns->id);
}

/* The facts as they would be if only this namespace had been looked at; its readings, that is. */
static void show_only(const struct tc_facts *facts, const struct tc_facts_netns *netns,
		      struct tc_facts *view)
{
	*view = *facts;
	view->netns = NULL;
	view->netns_count = 0;
	view->only_netns = netns->id;
	view->reserved = NULL;
	if (!netns->has_before)
		view->interval_us = 0;
	view->before.counters = netns->before;
	view->now.counters = netns->now;
	memcpy(view->now.settings, netns->settings, sizeof(view->now.settings));
	tc_lifetimes(view->now.settings, view->figures);
}

static int hear(const struct tc_rule *rule, const struct tc_facts *facts, bool english,
		struct hearing *hearing)
{
	tc_auto_free struct tc_facts *view = malloc(sizeof(*view)); /* large for a stack */
	int err = 0;

	hearing->all = calloc(facts->netns_count, sizeof(*hearing->all));
	if (!view || !hearing->all)
		return -ENOMEM;
	for (size_t i = 0; i < facts->netns_count && !err; i++) {
		struct said *said = &hearing->all[i];

		show_only(facts, &facts->netns[i], view);
		tc_facts_netns_name(&facts->netns[i], said->name, sizeof(said->name));
		err = tc_judge(rule, view, english, &said->judgement);
		if (!err) {
			said->judgement.draft.facts = facts;
			hearing->count++;
		}
	}
	return err;
}

/* The worst of them: something was found, is not known, or is normal. */
static enum tc_verdict worst_of(const struct hearing *hearing)
{
	static const enum tc_verdict order[] = {TC_FOUND, TC_UNSURE, TC_NORMAL};

	for (size_t v = 0; v < TC_ARRAY_SIZE(order); v++)
		for (size_t i = 0; i < hearing->count; i++)
			if (hearing->all[i].judgement.verdict == order[v])
				return order[v];
	return TC_QUIET;
}

static bool says_the_same(const struct tc_draft *one, const struct tc_draft *other)
{
	if (one->count != other->count || one->severity != other->severity)
		return false;
	for (size_t i = 0; i < one->count; i++)
		if (strcmp(one->evidence[i], other->evidence[i]) != 0)
			return false;
	return !one->needs || !other->needs || strcmp(one->needs, other->needs) == 0;
}

/* "web, db and 3 others": those that say what this one says, which are told with it. */
static const char *name_all(struct hearing *hearing, size_t first, enum tc_verdict verdict,
			    struct tc_draft *draft)
{
	const struct tc_draft *mine = &hearing->all[first].judgement.draft;
	const char *names = "";
	size_t count = 0;

	for (size_t i = first; i < hearing->count; i++) {
		struct said *said = &hearing->all[i];

		if (said->told || said->judgement.verdict != verdict ||
		    !says_the_same(mine, &said->judgement.draft))
			continue;
		said->told = true;
		if (count++ < NAMES_MAX)
			names = tc_words(draft, "%s%s%s", names, *names ? ", " : "", said->name);
	}
	return count > NAMES_MAX ? tc_words(draft, tc_draft_text(draft, N_("%s and %zu more")),
					    names, count - NAMES_MAX)
				 : names;
}

static void tell(struct hearing *hearing, size_t index, enum tc_verdict verdict,
		 struct tc_judgement *merged)
{
	const struct tc_draft *draft = &hearing->all[index].judgement.draft;
	const char *names = name_all(hearing, index, verdict, &merged->draft);

	if (verdict == TC_UNSURE) {
		if (!merged->draft.needs)
			tc_needs(&merged->draft, N_("in the network namespace %s: %s"), names,
				 draft->needs);
		return;
	}
	if (draft->severity > merged->draft.severity)
		merged->draft.severity = draft->severity;
	for (size_t i = 0; i < draft->likely_count; i++)
		tc_points_to(&merged->draft, draft->likely[i]);
	tc_evidence(&merged->draft, N_("In the network namespace %s: %s"), names,
		    draft->count ? draft->evidence[0] : "");
	for (size_t i = 1; i < draft->count; i++)
		tc_evidence(&merged->draft, "%s", draft->evidence[i]);
}

int tc_judge_each_netns(const struct tc_rule *rule, const struct tc_facts *facts, bool english,
			struct tc_judgement *ret_judgement)
{
	__attribute__((cleanup(release))) struct hearing hearing = {.count = 0};
	struct tc_judgement merged = {
		.rule = rule,
		.draft = {.english = english, .facts = facts},
	};
	int err = hear(rule, facts, english, &hearing);

	if (err)
		return err;
	merged.verdict = worst_of(&hearing);
	for (int severity = TC_SEVERITY_CRITICAL; severity >= 0; severity--)
		for (size_t i = 0; i < hearing.count; i++)
			if (!hearing.all[i].told && merged.verdict != TC_QUIET &&
			    hearing.all[i].judgement.verdict == merged.verdict &&
			    (int)hearing.all[i].judgement.draft.severity == severity)
				tell(&hearing, i, merged.verdict, &merged);
	if (merged.draft.failed) {
		tc_draft_release(&merged.draft);
		return -ENOMEM;
	}
	*ret_judgement = merged;
	return 0;
}
