/* SPDX-License-Identifier: MIT */
/* explain_term.c - what a word of the field means, as a page and as JSON. */
#include "model/term.h"
#include "output/explain_json.h"
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

void tc_explain_term_json(struct tc_buf *out, const struct tc_term_row *row,
			  const struct tc_explain_env *env)
{
	struct tc_fill fill = tc_explain_fill_json(env);

	tc_buf_text(out, TC_EXPLAIN_SCHEMA ",\"term\":");
	tc_json_string(out, row->name);
	tc_explain_list_json(out, "spellings", row->spellings, ',');
	tc_explain_text_json(out, &fill, "meaning", row->meaning);
	tc_explain_text_json(out, &fill, "what", row->what);
	tc_explain_related_json(out, row->name);
	tc_explain_list_json(out, "sources", row->source, ';');
	tc_buf_text(out, "}\n");
}
