/* SPDX-License-Identifier: MIT */
/* topics.c - the names of everything that can be explained; see topics.h. */
#include "cli/topics.h"

#include <stdio.h>
#include <string.h>

#include "analysis/rule.h"
#include "cli/cli.h"
#include "model/setting.h"
#include "model/state.h"
#include "model/term.h"
#include "util/intl.h"
#include "util/near.h"

static size_t rule_count(void)
{
	size_t count = 0;

	while (tc_rules[count])
		count++;
	return count;
}

const char *tc_rule_id_at(size_t index)
{
	return index < rule_count() ? tc_rules[index]->id : NULL;
}

/* The tables one after the other. */
const char *tc_topic_at(size_t index)
{
	if (index < TC_STATE_COUNT)
		return tc_state_rows[index].name;
	index -= TC_STATE_COUNT;
	if (index < TC_SETTING_COUNT)
		return tc_setting_rows[index].name;
	index -= TC_SETTING_COUNT;
	if (index < rule_count())
		return tc_rules[index]->id;
	index -= rule_count();
	return index < tc_term_count() ? tc_term_rows[index].name : NULL;
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
	return nearest(word, tc_rule_id_at, text);
}
