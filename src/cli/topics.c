/* SPDX-License-Identifier: MIT */
/* topics.c - the names of everything that can be explained; see topics.h. */
#include "cli/topics.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "analysis/rule.h"
#include "analysis/symptom.h"
#include "cli/cli.h"
#include "model/counter.h"
#include "model/error.h"
#include "model/setting.h"
#include "model/state.h"
#include "model/term.h"
#include "util/intl.h"
#include "util/near.h"

enum { PART_LEAST = 3 }; /* letters of a part that says enough */

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

/* "tw_reuse" of "tcp_tw_reuse": its last words. */
static bool ends_with(const char *name, const char *word)
{
	size_t length = strlen(word), whole = strlen(name);
	const char *end = name + whole - length;

	if (length < PART_LEAST || whole < length + 2 || !strchr("_- ", end[-1]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (tolower((unsigned char)end[i] == '-' ? '_' : (unsigned char)end[i]) !=
		    tolower((unsigned char)word[i] == '-' ? '_' : (unsigned char)word[i]))
			return false;
	return true;
}

static const char *topic_that_ends_with(const char *word)
{
	const char *name;

	for (size_t i = 0; (name = tc_topic_at(i)); i++)
		if (ends_with(name, word))
			return name;
	return NULL;
}

static const char *suggest(const struct tc_near *near, char text[TC_NEAR_MAX])
{
	text[0] = '\0';
	if (near->best)
		snprintf(text, TC_NEAR_MAX, _(" (did you mean '%s'?)"), near->best);
	return text;
}

const char *tc_topic_near(const char *word, const char *phrase, char text[TC_NEAR_MAX])
{
	enum { SLIPS = 2 }; /* with more the words were hardly meant as one */
	struct tc_near near = nearest(phrase, topic_or_sentence_at);
	const char *whole = topic_that_ends_with(word);

	if (near.best && near.distance <= SLIPS)
		return suggest(&near, text);
	near = nearest(word, topic_or_sentence_at);
	if (whole && (!near.best || near.distance > 1))
		near.best = whole;
	return suggest(&near, text);
}

/* Whether it is about the state, and about no other. */
static bool is_about(const struct tc_rule *rule, int state, bool only)
{
	uint32_t states = rule->has_symptom ? tc_symptom_rows[rule->symptom].states : 0;
	bool is_only = states == TC_STATE_BIT(state) ||
		       (rule->glance_state && rule->glance_state == (enum tc_state)state);

	return only ? is_only : !is_only && (states & TC_STATE_BIT(state));
}

/* Who names a state wants what is said of it: " (rules about it: ...)". */
static bool list_rules_about(int state, char text[TC_NEAR_MAX])
{
	char list[TC_NEAR_MAX / 2] = "";
	size_t length = 0;

	for (size_t i = 0; i < 2 * rule_count(); i++) {
		const struct tc_rule *rule = tc_rules[i % rule_count()];

		if (is_about(rule, state, i < rule_count()) && length < sizeof(list))
			length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
						   length ? ", " : "", rule->id);
	}
	if (length)
		snprintf(text, TC_NEAR_MAX, _(" (%s is a state; about it: %s)"),
			 tc_state_name(state), list);
	return length;
}

const char *tc_rule_near(const char *word, char text[TC_NEAR_MAX])
{
	struct tc_near near = nearest(word, tc_rule_id_at);
	int state = tc_state_parse(word, strlen(word));

	if (state >= 0 && list_rules_about(state, text))
		return text;
	return suggest(&near, text);
}
