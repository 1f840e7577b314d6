/* SPDX-License-Identifier: MIT */
/* reports.h - the reports of several network namespaces as one. */
#ifndef TC_PIPELINE_REPORTS_H
#define TC_PIPELINE_REPORTS_H

#include "tcpcensus.h"

/*
 * What the report of one namespace adds to that of all of them; the first one's source is that of
 * all, and where another one served, that is counted.
 */
void tc_reports_add(struct tc_report *all, const struct tc_report *part);

/* Where it is not complete, all of them are not. */
void tc_reports_add_gap(struct tc_report *all, const struct tc_report *part);

/*
 * What an earlier look of the same command said of owners, and what is missing in it; where nothing
 * is, what it remarks.
 */
void tc_reports_add_look(struct tc_report *report, const struct tc_report *look);

/* Its sources that did not work: each is told of once, in however many namespaces it was. */
void tc_reports_add_refused(struct tc_report *all, const struct tc_report *part);

#endif
