/* SPDX-License-Identifier: MIT */
/* rule_netns.c - what settings say where several namespaces are looked at; see rule_netns.h. */
#include "analysis/rule_netns.h"

#include <stdlib.h>

#include "analysis/judge_netns.h"
#include "analysis/scale.h"
#include "util/intl.h"
#include "util/spread.h"

enum { NAMES_MAX = 3 };

/* How a duration is had from the settings of a namespace; false: they do not tell. */
struct measure {
	bool (*of)(const struct tc_setting_value *settings, int id, uint64_t *ret_ms);
	int id;
};

static bool life_of(const struct tc_setting_value *settings, int id, uint64_t *ret_ms)
{
	struct tc_figure figures[TC_LIFETIME_COUNT];

	tc_lifetimes(settings, figures);
	*ret_ms = figures[id].value;
	return figures[id].known;
}

static bool seconds_of(const struct tc_setting_value *settings, int id, uint64_t *ret_ms)
{
	int64_t seconds;

	if (!tc_setting_known(&settings[id], &seconds) || seconds < 0)
		return false;
	*ret_ms = (uint64_t)seconds * 1000;
	return true;
}

static const char *name_of(const struct tc_facts_netns *netns, struct tc_draft *draft)
{
	char name[128];

	tc_facts_netns_name(netns, name, sizeof(name));
	return tc_words(draft, "%s", name);
}

static void add_one(struct tc_spread *spread, const struct tc_facts_netns *netns,
		    const struct measure *measure, bool *known, struct tc_draft *draft)
{
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;
	uint64_t ms;

	if (measure->of(netns->settings, measure->id, &ms)) {
		tc_buf_text(&text, tc_words_duration(draft, ms));
		*known = true;
	} else {
		tc_buf_text(&text, tc_draft_text(draft, N_("not known")));
	}
	tc_spread_add(spread, name_of(netns, draft), &text);
}

static const char *spread_words(struct tc_spread *spread, struct tc_draft *draft)
{
	tc_auto_buf struct tc_buf all = TC_BUF_INIT;
	const char *string;

	tc_spread_write(spread, draft->english, &all);
	string = tc_buf_string(&all);
	draft->failed |= !string;
	return string ? tc_words(draft, "%s", string) : "";
}

static const char *words_of(const struct tc_facts *facts, enum tc_symptom symptom,
			    const struct measure *measure, struct tc_draft *draft)
{
	tc_auto_spread struct tc_spread spread = TC_SPREAD_INIT;
	bool known = false;
	uint64_t ms;

	if (!facts->netns_count)
		return measure->of(facts->now.settings, measure->id, &ms)
			       ? tc_words_duration(draft, ms)
			       : NULL;
	for (size_t i = 0; i < facts->netns_count; i++)
		if (facts->netns[i].shown[symptom])
			add_one(&spread, &facts->netns[i], measure, &known, draft);
	return known ? spread_words(&spread, draft) : NULL;
}

const char *tc_netns_life(const struct tc_facts *facts, enum tc_symptom symptom,
			  enum tc_lifetime id, struct tc_draft *draft)
{
	return words_of(facts, symptom, &(struct measure){life_of, (int)id}, draft);
}

const char *tc_netns_seconds(const struct tc_facts *facts, enum tc_symptom symptom,
			     enum tc_setting id, struct tc_draft *draft)
{
	return words_of(facts, symptom, &(struct measure){seconds_of, (int)id}, draft);
}

const char *tc_netns_with(const struct tc_facts *facts, enum tc_counter counter, enum tc_setting id,
			  int64_t least, uint64_t *ret_rise, struct tc_draft *draft)
{
	const char *names = "";
	size_t count = 0;

	*ret_rise = 0;
	for (size_t i = 0; i < facts->netns_count; i++) {
		const struct tc_facts_netns *netns = &facts->netns[i];
		uint64_t rise;
		int64_t value;

		if (!tc_setting_known(&netns->settings[id], &value) || value < least ||
		    !netns->has_before ||
		    !tc_counter_rise(&netns->before, &netns->now, counter, &rise) || !rise)
			continue;
		*ret_rise += rise;
		if (count++ < NAMES_MAX)
			names = tc_words(draft, "%s%s%s", names, *names ? ", " : "",
					 name_of(netns, draft));
	}
	if (count > NAMES_MAX)
		names = tc_words(draft, tc_draft_text(draft, N_("%s and %zu more")), names,
				 count - NAMES_MAX);
	return count ? names : NULL;
}

void tc_scale_where(const struct tc_facts *facts, const struct tc_symptom_facts *symptom,
		    struct tc_draft *draft)
{
	size_t id = (size_t)(symptom - facts->symptoms), count = 0;
	const char *list = "";

	for (size_t i = 0; i < facts->netns_count; i++) {
		const struct tc_facts_netns *netns = &facts->netns[i];
		const char *one;

		if (!tc_scale_is_many(netns->shown[id], netns->established) || count++ >= NAMES_MAX)
			continue;
		one = tc_words(draft, tc_draft_text(draft, N_("%s: %llu of %llu")),
			       name_of(netns, draft), tc_llu(netns->shown[id]),
			       tc_llu(netns->established));
		list = tc_words(draft, "%s%s%s", list, *list ? ", " : "", one);
	}
	if (count > NAMES_MAX)
		list = tc_words(draft, tc_draft_text(draft, N_("%s and %zu more")), list,
				count - NAMES_MAX);
	if (count)
		tc_evidence(draft, N_("By network namespace: %s."), list);
}
