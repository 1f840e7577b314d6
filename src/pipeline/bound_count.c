/* SPDX-License-Identifier: MIT */
/* bound_count.c - counts what is only bound; see bound_count.h. */
#include "pipeline/bound_count.h"

#include <stdio.h>

#include "util/intl.h"

uint32_t tc_bound_unlisted(struct tc_report *report)
{
	struct tc_query query = {.size = sizeof(query), .states = TC_STATE_BIT(TC_BOUND)};
	struct tc_report counted = {.size = sizeof(counted)};
	struct tc_census census;
	int err = report->complete ? tc_census_take(&query, &census, &counted) : -1;

	if (err || !counted.complete || counted.states_not_read & TC_STATE_BIT(TC_BOUND) ||
	    census.states[TC_BOUND] > UINT32_MAX)
		return UINT32_MAX;
	if (!census.states[TC_BOUND])
		report->states_not_read &= ~TC_STATE_BIT(TC_BOUND);
	return (uint32_t)census.states[TC_BOUND];
}

void tc_bound_say_unlisted(uint32_t count, char why[TC_WHY_MAX])
{
	if (count == UINT32_MAX)
		snprintf(why, TC_WHY_MAX, "%s",
			 _("sockets that are only bound could not be read, and they hold ports"));
	else
		snprintf(why, TC_WHY_MAX,
			 tc_ngettext("%lu socket is only bound, and which port it holds could not "
				     "be read",
				     "%lu sockets are only bound, and which ports they hold could not "
				     "be read",
				     count),
			 (unsigned long)count);
}
