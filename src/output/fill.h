/* SPDX-License-Identifier: MIT */
/*
 * fill.h - the values of this machine in texts that were written for all machines.
 *
 * In a text, ${name} stands for a kernel setting of model/settings.def, or for a figure that
 * was computed from settings. It is replaced by the value with its unit ("60 s", "1000 ms",
 * "2 min 11 s"). Where the value is not known the text says so, and never shows a default in
 * its place; an aside that only shows it, "(${name} here)", is left out. Where several network namespaces are looked at and have different values, it says
 * which has what.
 */
#ifndef TC_OUTPUT_FILL_H
#define TC_OUTPUT_FILL_H

#include <stdbool.h>

#include "model/counter.h"
#include "model/setting.h"
#include "util/buf.h"

/* What one of several network namespaces has. */
struct tc_fill_place {
	const char *name;
	const struct tc_setting_value *settings;
	const struct tc_counters *counters;
	const struct tc_figure *figures; /* as many, and in the same order, as of the fill */
};

/* What the texts are filled with, and for whom. */
struct tc_fill {
	const struct tc_setting_value *settings; /* TC_SETTING_COUNT values */
	const struct tc_counters *counters;	 /* for tc_fill_counter() alone; or NULL */
	const struct tc_figure *figures;
	size_t figure_count;
	const struct tc_fill_place *places; /* where settings are TC_SETTING_DIFFERS; or NULL */
	size_t place_count;
	bool english; /* for programs: not in the language of the locale */
	const char *unknown; /* in place of a value that is not known; NULL: "[not readable here]" */
};

/* The text in the reader's language; NULL and "" stay as they are. */
const char *tc_fill_text(const struct tc_fill *fill, const char *text);

/* Adds the text in the reader's language with every ${name} replaced. */
void tc_fill(struct tc_buf *out, const struct tc_fill *fill, const char *text);

/* Adds the value of a setting as ${name} would be. */
void tc_fill_setting(struct tc_buf *out, const struct tc_fill *fill, enum tc_setting id);

/* Adds the value of a counter, or why there is none. */
void tc_fill_counter(struct tc_buf *out, const struct tc_fill *fill, enum tc_counter id);

/* Whether every ${name} of the text is a setting or a figure, known or not. */
bool tc_fill_resolves(const struct tc_fill *fill, const char *text);

#endif
