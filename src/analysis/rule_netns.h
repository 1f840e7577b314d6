/* SPDX-License-Identifier: MIT */
/*
 * rule_netns.h - what settings say of sockets, where several network namespaces are looked at.
 *
 * Each namespace has settings of its own. What is said of sockets is said by those of the
 * namespaces that have such sockets: "60 s in 3 network namespaces, 7 s in web1".
 */
#ifndef TC_ANALYSIS_RULE_NETNS_H
#define TC_ANALYSIS_RULE_NETNS_H

#include "analysis/rule.h"

/* A duration by the settings of those that show the symptom, in words; NULL: it is not known. */
const char *tc_netns_life(const struct tc_facts *facts, enum tc_symptom symptom,
			  enum tc_lifetime id, struct tc_draft *draft);

/* The same of a setting that is in seconds. */
const char *tc_netns_seconds(const struct tc_facts *facts, enum tc_symptom symptom,
			     enum tc_setting id, struct tc_draft *draft);

/*
 * In which namespaces, of those where the counter rose, the setting is at least `least`: their
 * names, and the sum of their rises. NULL: in none; or there is but one namespace.
 */
const char *tc_netns_with(const struct tc_facts *facts, enum tc_counter counter, enum tc_setting id,
			  int64_t least, uint64_t *ret_rise, struct tc_draft *draft);

#endif
