/* SPDX-License-Identifier: MIT */
/* visit.c - going through network namespaces; see visit.h. */
#include "pipeline/visit.h"

#include <unistd.h>

#include "owner/netns.h"

int tc_visits_open(struct tc_visits *ret_visits, const struct tc_query *query,
		   char why[TC_WHY_MAX])
{
	*ret_visits = (struct tc_visits){ .name = query->netns, .target = -1 };
	return query->netns ? tc_netns_open(query->netns, &ret_visits->target, why) : 0;
}

void tc_visits_close(struct tc_visits *visits)
{
	if (visits->target >= 0)
		close(visits->target);
	visits->target = -1;
}

int tc_visits_each(struct tc_visits *visits, tc_visit *visit, void *context, char why[TC_WHY_MAX])
{
	int home = -1, err = 0, left;

	if (visits->target >= 0)
		err = tc_netns_enter(visits->target, &home);
	if (err)
		return tc_netns_fail(err, visits->name, why);
	err = visit(context);
	left = tc_netns_leave(&home);
	return err ? err : left;
}
