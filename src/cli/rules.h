/* SPDX-License-Identifier: MIT */
/* rules.h - the table of rules as this machine's reader reads it. */
#ifndef TC_CLI_RULES_H
#define TC_CLI_RULES_H

#include "analysis/lifetime.h"
#include "pipeline/rule_text.h"

/* All rules, filled with the settings in force; nothing is looked at but these. */
struct tc_rule_pages {
	struct tc_setting_value settings[TC_SETTING_COUNT];
	struct tc_figure figures[TC_LIFETIME_COUNT];
	struct tc_rule_text *rules; /* in the order of tc_rules */
	size_t count;
	struct tc_bag bag; /* owns them */
};

/* -ENOMEM; to be released either way. */
int tc_rule_pages_read(struct tc_rule_pages *pages, bool english);
void tc_rule_pages_release(struct tc_rule_pages *pages);

#endif
