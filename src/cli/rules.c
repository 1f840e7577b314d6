/* SPDX-License-Identifier: MIT */
/* rules.c - the table of rules as it is read; see rules.h. */
#include "cli/rules.h"

#include <errno.h>
#include <stdlib.h>

#include "source/setting_read.h"

int tc_rule_pages_read(struct tc_rule_pages *pages, bool english)
{
	struct tc_fill fill = {.settings = pages->settings,
			       .figures = pages->figures,
			       .figure_count = TC_LIFETIME_COUNT,
			       .english = english};

	pages->bag = (struct tc_bag){.count = 0};
	tc_settings_read(NULL, pages->settings);
	tc_lifetimes(pages->settings, pages->figures);
	for (pages->count = 0; tc_rules[pages->count];)
		pages->count++;
	pages->rules = tc_bag_take(&pages->bag, calloc(pages->count + 1, sizeof(*pages->rules)));
	for (size_t i = 0; pages->rules && i < pages->count; i++)
		pages->rules[i] = tc_rule_text_of(tc_rules[i], NULL, &fill, &pages->bag);
	return pages->bag.failed ? -ENOMEM : 0;
}

void tc_rule_pages_release(struct tc_rule_pages *pages)
{
	tc_bag_release(&pages->bag);
}
