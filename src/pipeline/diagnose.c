/* SPDX-License-Identifier: MIT */
/*
 * diagnose.c - the public diagnosis: looks (gather.c), judges by every rule, and keeps what they
 * say as somebody reads it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/judge.h"
#include "analysis/judge_netns.h"
#include "model/diagnosis.h"
#include "pipeline/gather.h"
#include "pipeline/places.h"
#include "pipeline/rule_text.h"
#include "util/intl.h"

/* A diagnosis under way. */
struct making {
	struct tc_diagnosis *diagnosis;
	const struct tc_facts *facts;
	struct tc_fill fill;
};

/* ---- What rules say -------------------------------------------------------------------- */

/* Nothing may be concluded from a look that was not whole without its being said. */
static const char *note_incomplete(const struct making *making)
{
	if (making->facts->report.complete)
		return NULL;
	switch (making->facts->report.deviation) {
	case TC_MAY_REPEAT:
		return tc_fill_text(&making->fill, N_("Some may have been counted twice, so the "
						      "numbers may be too large."));
	case TC_MAY_LACK | TC_MAY_REPEAT:
		return tc_fill_text(&making->fill, N_("The look was not exact, so the numbers may "
						      "be too small or too large."));
	default:
		return tc_fill_text(&making->fill, N_("The look was not complete, so the numbers "
						      "may be too small."));
	}
}

static void add_finding(struct making *making, const struct tc_judgement *judgement)
{
	struct tc_diagnosis *diagnosis = making->diagnosis;
	struct tc_bag *bag = &diagnosis->bag;
	const struct tc_draft *draft = &judgement->draft;
	const char **evidence = tc_bag_list(bag, draft->count + 1);
	const char *note = note_incomplete(making);

	for (size_t i = 0; evidence && i < draft->count; i++)
		evidence[i] = tc_bag_text(bag, draft->evidence[i]);
	if (evidence)
		evidence[draft->count] = note;
	diagnosis->findings[diagnosis->finding_count++] = (struct tc_finding){
		.rule = tc_rule_text_of(judgement->rule, draft, &making->fill, bag),
		.severity = draft->severity,
		.evidence = evidence,
	};
}

static void add_normal(struct making *making, const struct tc_judgement *judgement)
{
	struct tc_diagnosis *diagnosis = making->diagnosis;
	const struct tc_draft *draft = &judgement->draft;
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;
	const char *note = note_incomplete(making);

	for (size_t i = 0; i < draft->count; i++) {
		tc_buf_text(&text, i ? " " : "");
		tc_buf_text(&text, draft->evidence[i]);
	}
	if (note) {
		tc_buf_byte(&text, ' ');
		tc_buf_text(&text, note);
	}
	diagnosis->normal[diagnosis->normal_count++] = (struct tc_normal){
		.id = judgement->rule->id,
		.text = tc_bag_buf(&diagnosis->bag, &text),
	};
}

static void add_not_checked(struct making *making, const struct tc_judgement *judgement)
{
	struct tc_diagnosis *diagnosis = making->diagnosis;
	const char *needs = judgement->draft.needs;

	diagnosis->not_checked[diagnosis->not_checked_count++] = (struct tc_not_checked){
		.id = judgement->rule->id,
		.needs = tc_bag_text(&diagnosis->bag, needs ? needs : ""),
	};
}

static int apply(struct making *making, const struct tc_rule *rule)
{
	struct tc_judgement judgement;
	int err = tc_judge(rule, making->facts, making->fill.english, &judgement);

	if (err)
		return err;
	switch (judgement.verdict) {
	case TC_QUIET:
		break;
	case TC_NORMAL:
		add_normal(making, &judgement);
		break;
	case TC_FOUND:
		add_finding(making, &judgement);
		break;
	case TC_UNSURE:
		add_not_checked(making, &judgement);
		break;
	}
	tc_draft_release(&judgement.draft);
	return making->diagnosis->bag.failed ? -ENOMEM : 0;
}

/* ---- Which rules ----------------------------------------------------------------------- */

static size_t rule_count(void)
{
	size_t count = 0;

	while (tc_rules[count])
		count++;
	return count;
}

static bool is_wanted(const struct tc_rule *rule, const char *const *ids)
{
	if (!ids)
		return true;
	for (; *ids; ids++)
		if (strcmp(*ids, rule->id) == 0)
			return true;
	return false;
}

static int check_ids(const char *const *ids, char why[TC_WHY_MAX])
{
	for (; ids && *ids; ids++)
		if (!tc_rule_find(*ids)) {
			snprintf(why, TC_WHY_MAX, _("there is no rule '%s'"), *ids);
			return -ENOENT;
		}
	return 0;
}

/* The worst first; qsort() would not keep equals in the order of the table. */
static void sort_findings(struct tc_diagnosis *diagnosis)
{
	struct tc_finding *findings = diagnosis->findings;

	for (size_t i = 1; i < diagnosis->finding_count; i++) {
		struct tc_finding finding = findings[i];
		size_t at = i;

		for (; at && findings[at - 1].severity < finding.severity; at--)
			findings[at] = findings[at - 1];
		findings[at] = finding;
	}
}

/* ---- The diagnosis --------------------------------------------------------------------- */

int tc_diagnosis_new(struct tc_diagnosis **ret_diagnosis)
{
	struct tc_diagnosis *diagnosis = calloc(1, sizeof(*diagnosis));
	size_t rules = rule_count() + 1;

	if (!diagnosis)
		return -ENOMEM;
	diagnosis->findings = calloc(rules, sizeof(*diagnosis->findings));
	diagnosis->normal = calloc(rules, sizeof(*diagnosis->normal));
	diagnosis->not_checked = calloc(rules, sizeof(*diagnosis->not_checked));
	if (!diagnosis->findings || !diagnosis->normal || !diagnosis->not_checked) {
		tc_diagnosis_free(diagnosis);
		return -ENOMEM;
	}
	*ret_diagnosis = diagnosis;
	return 0;
}

/* The values of each namespace, where they are not the same in all. */
static int keep_netns(struct tc_diagnosis *diagnosis, const struct tc_facts *facts)
{
	size_t count = facts->netns_count;

	if (!count)
		return 0;
	diagnosis->netns = tc_bag_take(&diagnosis->bag, calloc(count, sizeof(*diagnosis->netns)));
	if (!diagnosis->netns)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct tc_diagnosis_netns *netns = &diagnosis->netns[i];
		char name[128];

		tc_facts_netns_name(&facts->netns[i], name, sizeof(name));
		netns->name = tc_bag_text(&diagnosis->bag, name);
		netns->id = facts->netns[i].id;
		memcpy(netns->settings, facts->netns[i].settings, sizeof(netns->settings));
	}
	diagnosis->netns_count = count;
	return 0;
}

static int judge_all(const struct tc_facts *facts, const struct tc_diagnosis_query *query,
		     struct tc_diagnosis **ret_diagnosis)
{
	__attribute__((cleanup(tc_places_release))) struct tc_places places;
	struct making making = {
		.facts = facts,
		.fill = {.settings = facts->now.settings,
			 .figures = facts->figures,
			 .figure_count = TC_LIFETIME_COUNT,
			 .english = query->flags & TC_DIAGNOSE_ENGLISH},
	};
	int err = tc_places_init(&places, facts->netns, facts->netns_count);

	making.fill.places = places.items;
	making.fill.place_count = places.count;
	if (!err)
		err = tc_diagnosis_new(&making.diagnosis);
	if (!err)
		err = keep_netns(making.diagnosis, facts);
	for (size_t i = 0; !err && tc_rules[i]; i++)
		if (is_wanted(tc_rules[i], query->ids)) {
			making.diagnosis->rule_count++;
			err = apply(&making, tc_rules[i]);
		}
	if (err) {
		tc_diagnosis_free(making.diagnosis);
		return err;
	}
	making.diagnosis->before = facts->before;
	making.diagnosis->now = facts->now;
	making.diagnosis->interval_us = facts->interval_us;
	sort_findings(making.diagnosis);
	*ret_diagnosis = making.diagnosis;
	return 0;
}

/* Callers may have been compiled with fewer members. */
static int whole_query(const struct tc_diagnosis_query *given, struct tc_diagnosis_query *query,
		       struct tc_query *look)
{
	memcpy(query, given, given->size < sizeof(*query) ? given->size : sizeof(*query));
	if (query->look)
		memcpy(look, query->look,
		       query->look->size < sizeof(*look) ? query->look->size : sizeof(*look));
	return given->size && look->size ? 0 : -EINVAL;
}

static int look_and_judge(const struct tc_diagnosis_query *given, struct tc_facts *facts,
			  struct tc_diagnosis **ret_diagnosis)
{
	struct tc_diagnosis_query query = {.size = 0};
	struct tc_query look = {.size = sizeof(look)};
	char *why = facts->report.why;
	int err = whole_query(given, &query, &look);

	if (err) {
		snprintf(why, TC_WHY_MAX, "%s", _("the query is not valid"));
		return err;
	}
	err = check_ids(query.ids, why);
	if (!err)
		err = tc_gather(&look, query.interval_ms, facts);
	if (!err)
		err = judge_all(facts, &query, ret_diagnosis);
	if (err == -ENOMEM && !*why)
		snprintf(why, TC_WHY_MAX, "%s", _("out of memory"));
	return err;
}

int tc_diagnosis_take(const struct tc_diagnosis_query *query, struct tc_diagnosis **ret_diagnosis,
		      struct tc_report *ret_report)
{
	tc_auto_free struct tc_facts *facts = malloc(sizeof(*facts)); /* large for a stack */
	size_t size = ret_report->size;
	int err = facts ? tc_facts_init(facts) : -ENOMEM;

	if (err)
		return err;
	err = look_and_judge(query, facts, ret_diagnosis);
	facts->report.size = size;
	memcpy(ret_report, &facts->report,
	       size < sizeof(facts->report) ? size : sizeof(facts->report));
	tc_facts_release(facts);
	return err;
}

void tc_diagnosis_free(struct tc_diagnosis *diagnosis)
{
	if (!diagnosis)
		return;
	tc_bag_release(&diagnosis->bag);
	free(diagnosis->findings);
	free(diagnosis->normal);
	free(diagnosis->not_checked);
	free(diagnosis);
}

const struct tc_finding *tc_diagnosis_finding(const struct tc_diagnosis *diagnosis, size_t index)
{
	return index < diagnosis->finding_count ? &diagnosis->findings[index] : NULL;
}

const struct tc_normal *tc_diagnosis_normal(const struct tc_diagnosis *diagnosis, size_t index)
{
	return index < diagnosis->normal_count ? &diagnosis->normal[index] : NULL;
}

const struct tc_not_checked *tc_diagnosis_not_checked(const struct tc_diagnosis *diagnosis,
						      size_t index)
{
	return index < diagnosis->not_checked_count ? &diagnosis->not_checked[index] : NULL;
}
