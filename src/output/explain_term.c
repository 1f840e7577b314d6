/* SPDX-License-Identifier: MIT */
/* explain_term.c - what a word of the field means, as a page and as JSON. */
#include <string.h>

#include "model/term.h"
#include "output/explain_page.h"
#include "output/json.h"
#include "util/intl.h"

void tc_explain_term(struct tc_buf *out, const struct tc_term_row *row,
		     const struct tc_explain_env *env)
{
	struct tc_page page = tc_page_of(out, env);

	tc_page_title(&page, row->name, row->meaning);
	tc_page_fact(&page, N_("also called"), row->spellings);
	tc_page_section(&page, N_("What it is"), row->what);
	tc_page_related(&page, row->name);
	tc_page_sources(&page, row->source);
}

static void add_string(struct tc_buf *out, const char *text, size_t length)
{
	tc_auto_buf struct tc_buf part = TC_BUF_INIT;
	const char *string;

	tc_buf_add(&part, text, length);
	string = tc_buf_string(&part);
	out->failed |= !string;
	tc_json_string(out, string ? string : "");
}

/* ,"key":["a","b"] from a list whose items are divided by a sign and a blank. */
static void add_list(struct tc_buf *out, const char *key, const char *list, char divider)
{
	const char end[] = {divider, '\0'}, blanks[] = {divider, ' ', '\0'};

	tc_buf_format(out, ",\"%s\":[", key);
	for (bool first = true; *list; first = false) {
		size_t length = strcspn(list, end);

		tc_buf_text(out, first ? "" : ",");
		add_string(out, list, length);
		list += length;
		list += strspn(list, blanks);
	}
	tc_buf_byte(out, ']');
}

static void add_text(struct tc_buf *out, const char *key, const char *text,
		     const struct tc_fill *fill)
{
	tc_auto_buf struct tc_buf filled = TC_BUF_INIT;

	tc_fill(&filled, fill, text);
	tc_buf_format(out, ",\"%s\":", key);
	add_string(out, filled.data, filled.length);
	out->failed |= filled.failed;
}

void tc_explain_term_json(struct tc_buf *out, const struct tc_term_row *row,
			  const struct tc_explain_env *env)
{
	struct tc_fill fill = {.settings = env->settings,
			       .figures = env->figures,
			       .figure_count = env->figure_count,
			       .english = true};

	tc_buf_text(out, "{\"schema\":\"tcpcensus.explain/1\",\"term\":");
	tc_json_string(out, row->name);
	add_list(out, "spellings", row->spellings, ',');
	add_text(out, "meaning", row->meaning, &fill);
	add_text(out, "what", row->what, &fill);
	tc_explain_related_json(out, row->name);
	add_list(out, "sources", row->source, ';');
	tc_buf_text(out, "}\n");
}
