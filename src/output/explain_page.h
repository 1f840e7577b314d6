/* SPDX-License-Identifier: MIT */
/* explain_page.h - what every page of explanations is set from. */
#ifndef TC_OUTPUT_EXPLAIN_PAGE_H
#define TC_OUTPUT_EXPLAIN_PAGE_H

#include "output/explain.h"

enum {
	INDENT = 2,
	PROSE = 92,    /* wider lines are hard to follow */
	GAP = 2,       /* between columns */
	ROOM_MIN = 24, /* a column of text narrower than this goes below its name instead */
};

struct tc_page {
	struct tc_buf *out;
	const struct tc_explain_env *env;
	struct tc_fill fill;
	size_t width; /* of prose */
	size_t full;  /* of the terminal */
};

struct tc_page tc_page_of(struct tc_buf *out, const struct tc_explain_env *env);

/* The title of a page: the name, and its meaning. */
void tc_page_title(struct tc_page *page, const char *name, const char *meaning);

/* A heading, broken where the page is too narrow for it; the second with a blank line before. */
void tc_page_headline(struct tc_page *page, const char *text);
void tc_page_heading(struct tc_page *page, const char *text);

/* A text, filled and set; below a heading where there is any. */
void tc_page_prose(struct tc_page *page, const char *text, size_t indent);
void tc_page_section(struct tc_page *page, const char *title, const char *text);

/* A heading and a list, ended by NULL, below it; nothing where it is empty. */
void tc_page_list(struct tc_page *page, const char *title, const char *const *lines);

/*
 * A name and a text beside it, which starts at `column`; where too little room is left there,
 * the text goes below.
 */
void tc_page_beside(struct tc_page *page, const char *name, size_t column, const char *text);

/* One line of the table at the top: "RFC 9293   TIME-WAIT"; nothing without a text. */
void tc_page_fact(struct tc_page *page, const char *label, const char *text);

/* The next name of a list separated by spaces, as a setting; -1 at the end. */
int tc_page_next_setting(const char **list);

/* The settings of such a list, with their values. */
void tc_page_settings(struct tc_page *page, const char *list);

/* What else there is to read, of the terms that have to do with this name; nothing for none. */
void tc_page_related(struct tc_page *page, const char *name);

/* "RFC 9293 3.6; tcp(7)" as one source a line. */
void tc_page_sources(struct tc_page *page, const char *list);

#endif
