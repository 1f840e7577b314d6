/* SPDX-License-Identifier: MIT */
/*
 * term.h - the words of the field that are neither a state nor a setting, as a table.
 *
 * terms.def is the only place that explains them; `tcpcensus explain WORD` shows a row.
 */
#ifndef TC_MODEL_TERM_H
#define TC_MODEL_TERM_H

#include <stddef.h>

/* One row of terms.def. Texts marked N_() there are English here: show them by tc_tr(). */
struct tc_term_row {
	const char *name;      /* "accept queue" */
	const char *spellings; /* what else it is called, separated by ", "; or "" */
	const char *meaning;   /* one line */
	const char *what;      /* at length, with ${setting} as output/fill.h describes */
	const char *related;   /* names of other topics, separated by ", " */
	const char *source;    /* RFC sections, manual pages, kernel file:function */
};

/* The rows, in the order in which they are listed; ended by one without a name. */
extern const struct tc_term_row tc_term_rows[];

/* Without the last one. */
size_t tc_term_count(void);

/*
 * The row that a word names, in any of its spellings; letters fold, and what is neither letter
 * nor digit does not count. -ENOENT: none of the table.
 */
int tc_term_find(const char *word, size_t length);

#endif
