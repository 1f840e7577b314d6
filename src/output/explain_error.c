/* SPDX-License-Identifier: MIT */
/* explain_error.c - what an error of a program says of its connection, as a page and as JSON. */
#include "model/error.h"
#include "output/explain_json.h"
#include "output/explain_page.h"
#include "output/json.h"
#include "util/intl.h"

void tc_explain_error(struct tc_buf *out, const struct tc_error_row *row,
		      const struct tc_explain_env *env)
{
	struct tc_page page = tc_page_of(out, env);
	char number[16];

	snprintf(number, sizeof(number), "%d", row->number);
	tc_page_title(&page, row->name, row->meaning);
	tc_page_fact(&page, N_("programs say"), row->sentence);
	tc_page_fact(&page, N_("also called"), row->spellings);
	tc_page_fact(&page, N_("number here"), number);
	tc_page_section(&page, N_("Where it comes from"), row->what);
	tc_page_section(&page, N_("What to do"), row->act);
	tc_page_related(&page, row->name);
	tc_page_sources(&page, row->source);
}

void tc_explain_error_json(struct tc_buf *out, const struct tc_error_row *row,
			   const struct tc_explain_env *env)
{
	struct tc_fill fill = tc_explain_fill_json(env);

	tc_buf_format(out, TC_EXPLAIN_SCHEMA ",\"error\":\"%s\",\"number\":%d", row->name,
		      row->number);
	tc_buf_text(out, ",\"sentence\":");
	tc_json_string(out, row->sentence);
	tc_explain_list_json(out, "spellings", row->spellings, ',');
	tc_explain_text_json(out, &fill, "meaning", row->meaning);
	tc_explain_text_json(out, &fill, "what", row->what);
	tc_explain_text_json(out, &fill, "act", row->act);
	tc_explain_related_json(out, row->name);
	tc_explain_list_json(out, "sources", row->source, ';');
	tc_buf_text(out, "}\n");
}
