/* SPDX-License-Identifier: MIT */
/* visit.h - going through the network namespaces of a query, one after the other. */
#ifndef TC_PIPELINE_VISIT_H
#define TC_PIPELINE_VISIT_H

#include "owner/netns_list.h"

struct tc_visits {
	const char *name; /* as the query has it; NULL: the namespace where we are */
	int target;	  /* descriptor of the namespace to visit, or -1 */
	bool all;	  /* the list is visited instead */
	struct tc_netns_list list;
	bool *passed;	  /* of the list: no more to be visited; or NULL; owned */
	uint64_t skipped; /* of the list: could not be entered */
	int skipped_err;  /* why the first of them could not */
};

/*
 * What is done in a namespace, by the thread that is in it. 0 to go on. Of a namespace that
 * was asked for alone there is no more to know than the thread can see: NULL.
 */
typedef int tc_visit(void *context, const struct tc_netns *netns);

/* Finds the namespaces of the query. -errno: why says it in a sentence; nothing to close. */
int tc_visits_open(struct tc_visits *ret_visits, const struct tc_query *query,
		   char why[TC_WHY_MAX]);
void tc_visits_close(struct tc_visits *visits);

/*
 * Makes the visits, and comes back to where the thread was. Returns what a visit returned
 * that was not 0, and made no more of them; or the -errno of the way, and why. One of several
 * namespaces that cannot be entered is counted and left out.
 */
int tc_visits_each(struct tc_visits *visits, tc_visit *visit, void *context, char why[TC_WHY_MAX]);

/* How many were visited, and what is missing because others were not: a report of all. */
void tc_visits_report(const struct tc_visits *visits, struct tc_report *report);

#endif
