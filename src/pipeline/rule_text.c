/* SPDX-License-Identifier: MIT */
/* rule_text.c - a rule as it is read; see rule_text.h. */
#include "pipeline/rule_text.h"

#include <string.h>

#include "analysis/facts.h"

static const char *fill_one(const char *text, const struct tc_fill *fill, struct tc_bag *bag)
{
	tc_auto_buf struct tc_buf filled = TC_BUF_INIT;

	tc_fill(&filled, fill, text);
	return tc_bag_buf(bag, &filled);
}

static const char *const *fill_list(const char *const lines[TC_RULE_LINES],
				    const struct tc_fill *fill, struct tc_bag *bag)
{
	const char **list = tc_bag_list(bag, TC_RULE_LINES);

	for (size_t i = 0; list && i < TC_RULE_LINES && lines[i]; i++)
		list[i] = fill_one(lines[i], fill, bag);
	return list;
}

/* Those that the evidence points to, and then the others as the row has them. */
static const char *const *order_causes(const char *const causes[TC_RULE_LINES],
				       const struct tc_draft *draft, const struct tc_fill *fill,
				       struct tc_bag *bag)
{
	const char *ordered[TC_RULE_LINES] = {NULL};
	bool taken[TC_RULE_LINES] = {false};
	size_t count = 0;

	for (size_t i = 0; draft && i < draft->likely_count; i++) {
		size_t cause = draft->likely[i];

		if (cause >= TC_RULE_LINES || !causes[cause] || taken[cause])
			continue;
		taken[cause] = true;
		ordered[count++] = causes[cause];
	}
	for (size_t i = 0; i < TC_RULE_LINES && causes[i]; i++)
		if (!taken[i])
			ordered[count++] = causes[i];
	return fill_list(ordered, fill, bag);
}

static const char *first_of(const struct tc_rule *rule, const struct tc_draft *draft)
{
	size_t cause = draft && draft->likely_count ? draft->likely[0] : 0;

	return cause < TC_RULE_LINES && rule->first[cause] ? rule->first[cause] : rule->first[0];
}

static const char *const *choose_remedy(const char *const remedy[TC_RULE_LINES],
					const struct tc_draft *draft, const struct tc_fill *fill,
					struct tc_bag *bag)
{
	const char *chosen[TC_RULE_LINES] = {NULL};
	size_t count = 0;

	for (size_t i = 0; i < TC_RULE_LINES && remedy[i]; i++)
		if (!draft || !(draft->left_out & UINT32_C(1) << i))
			chosen[count++] = remedy[i];
	return fill_list(chosen, fill, bag);
}

/* "RFC 9293 3.6; tcp(7)" as its items, which are not translated. */
static const char *const *split_sources(const char *sources, struct tc_bag *bag)
{
	size_t count = 0, most = 1;
	const char **list;

	for (const char *at = sources; *at; at++)
		most += *at == ';';
	list = tc_bag_list(bag, most);
	while (list && *sources) {
		tc_auto_buf struct tc_buf one = TC_BUF_INIT;
		size_t length = strcspn(sources, ";");

		tc_buf_add(&one, sources, length);
		list[count++] = tc_bag_buf(bag, &one);
		sources += length;
		sources += strspn(sources, "; ");
	}
	return list;
}

static bool is_elsewhere(const struct tc_draft *draft)
{
	return draft && draft->facts &&
	       draft->facts->report.origins & TC_ORIGIN_OTHER_SYSTEM;
}

struct tc_rule_text tc_rule_text_of(const struct tc_rule *rule, const struct tc_draft *draft,
				    const struct tc_fill *fill, struct tc_bag *bag)
{
	const struct tc_rule_elsewhere *other = is_elsewhere(draft) ? rule->elsewhere : NULL;

	return (struct tc_rule_text){
		.id = rule->id,
		.severity = rule->severity,
		.title = fill_one(rule->title, fill, bag),
		.threshold = fill_one(rule->threshold, fill, bag),
		.first = fill_one(first_of(rule, draft), fill, bag),
		.causes = order_causes(other ? other->causes : rule->causes, draft, fill, bag),
		.confirm = fill_list(other ? other->confirm : rule->confirm, fill, bag),
		.remedy = other ? fill_list(other->remedy, fill, bag)
				: choose_remedy(rule->remedy, draft, fill, bag),
		.avoid = fill_list(other ? other->avoid : rule->avoid, fill, bag),
		.sources = split_sources(other ? other->sources : rule->sources, bag),
		.scenario = rule->scenario,
	};
}
