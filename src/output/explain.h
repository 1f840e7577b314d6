/* SPDX-License-Identifier: MIT */
/*
 * explain.h - says what a state, a kernel setting, a finding or a word is, for all readers.
 *
 * For people: in the language of the locale, in lines of a given width. For programs: JSON,
 * schema "tcpcensus.explain/1", always in English. Values are given by the caller; a value
 * that was not read is said to be unknown and is absent from the JSON.
 */
#ifndef TC_OUTPUT_EXPLAIN_H
#define TC_OUTPUT_EXPLAIN_H

#include "model/state.h"
#include "output/fill.h"

/* Narrower than this a page cannot be set; the width is taken as this. */
enum { TC_EXPLAIN_WIDTH_MIN = 40 };

struct tc_error_row;
struct tc_term_row;

struct tc_explain_env {
	size_t width; /* columns of the terminal; prose is never set wider than is readable */
	bool colour;  /* escape sequences for headings */
	bool utf8;    /* box drawing characters in the diagram */
	struct tc_fill fill; /* the values of this machine; in English where it is for programs */
	const struct tc_rule_text *rules; /* for the index: filled, in the reader's language */
	size_t rule_count;
};

/*
 * Each adds a whole page to `out`; a failed allocation is remembered there. A rule comes filled
 * and in the reader's language; `settings` are the names of those that play a part, or NULL.
 */
void tc_explain_state(struct tc_buf *out, const struct tc_state_row *row,
		      const struct tc_explain_env *env);
void tc_explain_setting(struct tc_buf *out, enum tc_setting id, const struct tc_explain_env *env);
void tc_explain_rule(struct tc_buf *out, const struct tc_rule_text *rule, const char *settings,
		     const struct tc_explain_env *env);
void tc_explain_term(struct tc_buf *out, const struct tc_term_row *row,
		     const struct tc_explain_env *env);
void tc_explain_error(struct tc_buf *out, const struct tc_error_row *row,
		      const struct tc_explain_env *env);
void tc_explain_counter(struct tc_buf *out, enum tc_counter id, const struct tc_explain_env *env);
void tc_explain_index(struct tc_buf *out, const struct tc_explain_env *env);

/* The same as one JSON object and a newline. */
void tc_explain_state_json(struct tc_buf *out, const struct tc_state_row *row,
			   const struct tc_explain_env *env);
void tc_explain_setting_json(struct tc_buf *out, enum tc_setting id,
			     const struct tc_explain_env *env);
void tc_explain_rule_json(struct tc_buf *out, const struct tc_rule_text *rule,
			  const char *settings, const struct tc_explain_env *env);
void tc_explain_term_json(struct tc_buf *out, const struct tc_term_row *row,
			  const struct tc_explain_env *env);
void tc_explain_error_json(struct tc_buf *out, const struct tc_error_row *row,
			   const struct tc_explain_env *env);
void tc_explain_counter_json(struct tc_buf *out, enum tc_counter id,
			     const struct tc_explain_env *env);
void tc_explain_index_json(struct tc_buf *out, const struct tc_explain_env *env);

#endif
