/* SPDX-License-Identifier: MIT */
/* rules.h - the table of rules as this machine's reader reads it. */
#ifndef TC_CLI_RULES_H
#define TC_CLI_RULES_H

#include "cli/cli.h"
#include "pipeline/places.h"
#include "pipeline/rule_text.h"

/*
 * All rules, filled with the settings in force in the namespace that -N names, or in each of all;
 * nothing is looked at but these and the counters.
 */
struct tc_rule_pages {
	struct tc_facts *facts; /* owned: what was read */
	struct tc_places places;
	struct tc_fill fill;	    /* with both of them */
	struct tc_rule_text *rules; /* in the order of tc_rules */
	size_t count;
	struct tc_bag bag; /* owns them */
};

/*
 * 0, or the exit status to leave with, after a line on stderr; to be released either way. Enters
 * the namespace of -N for good.
 */
int tc_rule_pages_read(struct tc_rule_pages *pages, const struct tc_options *options, bool english);
void tc_rule_pages_release(struct tc_rule_pages *pages);

#endif
