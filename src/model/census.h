/* SPDX-License-Identifier: MIT */
/* census.h - counting by state, as the sources do it. */
#ifndef TC_MODEL_CENSUS_H
#define TC_MODEL_CENSUS_H

#include "tcpcensus.h"

/* Adds `count` sockets in a state to the census and to its sums. */
void tc_census_count(struct tc_census *census, enum tc_state state, uint64_t count);

#endif
