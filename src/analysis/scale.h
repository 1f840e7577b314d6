/* SPDX-License-Identifier: MIT */
/*
 * scale.h - how bad it is that some of the open connections do not get on.
 *
 * A server of the open Internet always has a few whose peers have vanished, and loses nothing by
 * them: a notice. When it is a tenth of all there is a common cause: a warning. Of fewer than ten
 * a tenth is chance.
 */
#ifndef TC_ANALYSIS_SCALE_H
#define TC_ANALYSIS_SCALE_H

#include "analysis/facts.h"
#include "analysis/sentence.h"

enum { TC_SCALE_LEAST = 10 };

static inline bool tc_scale_is_many(uint64_t shown, uint64_t open)
{
	return shown >= TC_SCALE_LEAST && shown * 10 >= open;
}

/* Of several network namespaces one that is cut off is not made up for by the others. */
static inline enum tc_severity tc_scale(const struct tc_facts *facts,
					const struct tc_symptom_facts *symptom)
{
	size_t id = (size_t)(symptom - facts->symptoms);
	bool is_many = tc_scale_is_many(symptom->shown, facts->census.states[TC_ESTABLISHED]);

	for (size_t i = 0; i < facts->netns_count && !is_many; i++)
		is_many = tc_scale_is_many(facts->netns[i].shown[id], facts->netns[i].established);
	return is_many ? TC_SEVERITY_WARNING : TC_SEVERITY_NOTICE;
}

/* Where several are looked at: says in which of them it is a tenth or more of the open ones. */
void tc_scale_where(const struct tc_facts *facts, const struct tc_symptom_facts *symptom,
		    struct tc_draft *draft);

#endif
