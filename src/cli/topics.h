/* SPDX-License-Identifier: MIT */
/* topics.h - the names of everything that can be explained, for near misses and completion. */
#ifndef TC_CLI_TOPICS_H
#define TC_CLI_TOPICS_H

#include <stddef.h>

/*
 * The topic at an index, or NULL past the last: states, settings, rules, errors, counters, terms.
 * The name of a term may have blanks, for which others signs, or none, do as well.
 */
const char *tc_topic_at(size_t index);

/* The rule at an index, or NULL past the last. */
const char *tc_rule_id_at(size_t index);

enum { TC_NEAR_MAX = 256 };

/*
 * " (did you mean 'x'?)" or "", among all topics, or the rules alone. `phrase` is all that was
 * typed, which may have been meant as one: "fin_wait_3". The name of a state has no rule of its own,
 * but there are rules about it.
 */
const char *tc_topic_near(const char *word, const char *phrase, char text[TC_NEAR_MAX]);
const char *tc_rule_near(const char *word, char text[TC_NEAR_MAX]);

#endif
