/* SPDX-License-Identifier: MIT */
/* gather.h - looking at a machine, or at its saved listings, for everything that rules judge by. */
#ifndef TC_PIPELINE_GATHER_H
#define TC_PIPELINE_GATHER_H

#include "analysis/facts.h"

/*
 * Looks; with an interval looks before as well, and waits. The facts have been initialised. What
 * could not be read besides the sockets is left out of the facts, which say why. Errors as
 * tc_scan(), with the reason in facts->report.
 */
int tc_gather(const struct tc_query *query, uint64_t interval_ms, struct tc_facts *facts);

#endif
