/* SPDX-License-Identifier: MIT */
/* census.c - counting by state. */
#include "model/census.h"

void tc_census_count(struct tc_census *census, enum tc_state state, uint64_t count)
{
	census->states[state] += count;
	if (state != TC_BOUND)
		census->total += count;
	if (state == TC_ESTABLISHED)
		census->in_use += count;
}

void tc_census_add(struct tc_census *census, const struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		tc_census_count(census, socks[i].state, socks[i].count);
}
