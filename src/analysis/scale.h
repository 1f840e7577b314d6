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

enum { TC_SCALE_LEAST = 10 };

static inline enum tc_severity tc_scale(const struct tc_facts *facts,
					const struct tc_symptom_facts *symptom)
{
	uint64_t open = facts->census.states[TC_ESTABLISHED];

	return symptom->shown >= TC_SCALE_LEAST && symptom->shown * 10 >= open
		       ? TC_SEVERITY_WARNING
		       : TC_SEVERITY_NOTICE;
}

#endif
