/* SPDX-License-Identifier: MIT */
/* topics.c - the names of everything that can be explained; see topics.h. */
#include "cli/topics.h"

#include <stdio.h>
#include <string.h>

#include "analysis/rule.h"
#include "cli/cli.h"
#include "model/setting.h"
#include "model/state.h"
#include "util/intl.h"
#include "util/near.h"

static const char *rule_at(size_t index)
{
	return tc_rules[index] ? tc_rules[index]->id : NULL;
}

/* The tables one after the other; the rules, which end the list, have no count. */
const char *tc_topic_at(size_t index)
{
	if (index < TC_STATE_COUNT)
		return tc_state_rows[index].name;
	index -= TC_STATE_COUNT;
	if (index < TC_SETTING_COUNT)
		return tc_setting_rows[index].name;
	return rule_at(index - TC_SETTING_COUNT);
}

static const char *nearest(const char *word, const char *(*at)(size_t), char text[96])
{
	struct tc_near near;

	tc_near_init(&near, word, strlen(word));
	for (size_t i = 0; at(i); i++)
		tc_near_offer(&near, at(i));
	text[0] = '\0';
	if (near.best)
		snprintf(text, 96, _(" (did you mean '%s'?)"), near.best);
	return text;
}

const char *tc_topic_near(const char *word, char text[96])
{
	return nearest(word, tc_topic_at, text);
}

const char *tc_rule_near(const char *word, char text[96])
{
	return nearest(word, rule_at, text);
}
