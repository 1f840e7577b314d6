/* SPDX-License-Identifier: MIT */
/* rule_flood.h - what the rules about floods and about slow peers both say. */
#ifndef TC_ANALYSIS_RULE_FLOOD_H
#define TC_ANALYSIS_RULE_FLOOD_H

#include "analysis/flood.h"
#include "analysis/sentence.h"

/* SYNs of real clients are lost as well. */
bool tc_flood_is_dropping(const struct tc_flood_pressure *pressure);

/* How many found no room, and got no cookie. */
void tc_flood_tell_dropped(const struct tc_facts *facts, const struct tc_flood_pressure *pressure,
			   struct tc_draft *draft);

/* Its queues, and how many of its handshakes are silent, where these are not all of `shown`. */
void tc_flood_tell_its_silent(const struct tc_facts *facts, const struct tc_listener *listener,
			      uint64_t shown, struct tc_draft *draft);

#endif
