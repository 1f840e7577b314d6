/* SPDX-License-Identifier: MIT */
/* topics.c - the names of everything that can be explained; see topics.h. */
#include "cli/topics.h"

#include <stdio.h>
#include <string.h>

#include "analysis/rule.h"
#include "cli/cli.h"
#include "model/counter.h"
#include "model/error.h"
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
	if (index < TC_ERROR_COUNT)
		return tc_error_rows[index].name;
	index -= TC_ERROR_COUNT;
	if (index < TC_COUNTER_COUNT)
		return tc_counter_rows[index].name;
	index -= TC_COUNTER_COUNT;
	return index < tc_term_count() ? tc_term_rows[index].name : NULL;
}

/* What else may have been meant: the sentences of errors, which are no names to complete. */
static const char *topic_or_sentence_at(size_t index)
{
	if (index < TC_ERROR_COUNT)
		return tc_error_rows[index].sentence;
	return tc_topic_at(index - TC_ERROR_COUNT);
}

static struct tc_near nearest(const char *word, const char *(*at)(size_t))
{
	struct tc_near near;

	tc_near_init(&near, word, strlen(word));
	for (size_t i = 0; at(i); i++)
		tc_near_offer(&near, at(i));
	return near;
}

static const char *suggest(const struct tc_near *near, char text[96])
{
	text[0] = '\0';
	if (near->best)
		snprintf(text, 96, _(" (did you mean '%s'?)"), near->best);
	return text;
}

const char *tc_topic_near(const char *word, const char *phrase, char text[96])
{
	enum { SLIPS = 2 }; /* with more the words were hardly meant as one */
	struct tc_near near = nearest(phrase, topic_or_sentence_at);

	if (!near.best || near.distance > SLIPS)
		near = nearest(word, topic_or_sentence_at);
	return suggest(&near, text);
}

const char *tc_rule_near(const char *word, char text[96])
{
	struct tc_near near = nearest(word, tc_rule_id_at);

	return suggest(&near, text);
}
