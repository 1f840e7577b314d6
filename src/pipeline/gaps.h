/* SPDX-License-Identifier: MIT */
/* gaps.h - sentences about what is not known of sockets, with what would help. */
#ifndef TC_PIPELINE_GAPS_H
#define TC_PIPELINE_GAPS_H

#include "model/filter.h"

/*
 * That the processes of so many sockets were not found, as they are hidden; or because
 * descriptors could not be read at all, where err (-errno, or 0) says so.
 */
void tc_gap_hidden(uint64_t sockets, int err, char why[TC_WHY_MAX]);

/* That so many sockets are held by processes of which only the pid is known. */
void tc_gap_nameless(uint64_t sockets, char why[TC_WHY_MAX]);

/*
 * What is missing because of sockets that a filter could not judge: nothing where there are none.
 * To be called when the report has what else is known of owners.
 */
void tc_gap_unjudged(const struct tc_doubt *doubt, struct tc_report *report);

#endif
