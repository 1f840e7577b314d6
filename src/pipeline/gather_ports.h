/* SPDX-License-Identifier: MIT */
/* gather_ports.h - which local ports are reserved, and which no program has chosen. */
#ifndef TC_PIPELINE_GATHER_PORTS_H
#define TC_PIPELINE_GATHER_PORTS_H

#include "analysis/facts.h"

/*
 * Reads both for the namespace where the thread is, into facts->reserved and chosen_by_kernel.
 * What could not be read stays NULL: the rules say less then. -ENOMEM.
 */
int tc_gather_ports(const struct tc_query *query, struct tc_facts *facts);

#endif
