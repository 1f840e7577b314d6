/* SPDX-License-Identifier: MIT */
/* explain.c - the pages of explanations for people; see explain.h. */
#include <string.h>

#include "model/error.h"
#include "model/term.h"
#include "output/diagram.h"
#include "output/explain_page.h"
#include "util/intl.h"

static void add_item(struct tc_buf *list, const char *text)
{
	if (list->length)
		tc_buf_text(list, ", ");
	tc_buf_text(list, text);
}

struct bit_name {
	unsigned bit;
	const char *name;
};

/* The translated names of the bits, "a; b"; NULL for none. */
static const char *bit_list(struct tc_buf *list, unsigned bits, const struct bit_name *names,
			    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!(bits & names[i].bit))
			continue;
		if (list->length)
			tc_buf_text(list, _("; "));
		tc_buf_text(list, tc_tr(names[i].name));
	}
	return list->length ? tc_buf_string(list) : NULL;
}

static const struct bit_name home_names[] = {
	{TC_HOME_LISTEN, N_("listen hash")},
	{TC_HOME_ESTABLISHED, N_("established hash, full socket")},
	{TC_HOME_REQUEST, N_("established hash, request minisocket")},
	{TC_HOME_TIMEWAIT, N_("established hash, timewait minisocket")},
	{TC_HOME_BIND, N_("bind hash")},
};

static const struct bit_name side_names[] = {
	{TC_SIDE_SERVER, N_("the server")},
	{TC_SIDE_CLIENT, N_("the client")},
	{TC_SIDE_CLOSED_FIRST, N_("the one that closed first")},
	{TC_SIDE_CLOSED_LAST, N_("the one that closed last")},
};

/* "SYN_RCVD SYN_RCV" as "SYN_RCVD, SYN_RCV". */
static const char *spelling_list(struct tc_buf *list, const struct tc_state_row *row)
{
	const char *at = row->spellings;

	while (*at) {
		size_t length = strcspn(at, " ");

		if (list->length)
			tc_buf_text(list, ", ");
		tc_buf_add(list, at, length);
		at += length + strspn(at + length, " ");
	}
	return list->length ? tc_buf_string(list) : NULL;
}

static void facts(struct tc_page *page, const struct tc_state_row *row)
{
	tc_auto_buf struct tc_buf spellings = TC_BUF_INIT;
	tc_auto_buf struct tc_buf homes = TC_BUF_INIT;
	tc_auto_buf struct tc_buf sides = TC_BUF_INIT;
	char kernel[16];

	tc_page_fact(page, N_("in RFC 9293"), row->rfc);
	tc_page_fact(page, N_("in ss"), row->ss);
	tc_page_fact(page, N_("elsewhere"), spelling_list(&spellings, row));
	if (row->kernel) {
		snprintf(kernel, sizeof(kernel), "%u", row->kernel);
		tc_page_fact(page, N_("kernel's number"), kernel);
	}
	tc_page_fact(page, N_("lives in"),
	     bit_list(&homes, row->homes, home_names, TC_ARRAY_SIZE(home_names)));
	tc_page_fact(page, N_("which side"),
	     bit_list(&sides, row->sides, side_names, TC_ARRAY_SIZE(side_names)));
	tc_page_fact(page, N_("timer"), row->timer);
}

static void diagram(struct tc_page *page, enum tc_state state)
{
	struct tc_diagram drawing = {
		.indent = INDENT,
		.width = page->full < PROSE ? page->full : PROSE,
		.utf8 = page->env->utf8,
	};
	tc_auto_buf struct tc_buf drawn = TC_BUF_INIT;

	tc_diagram(&drawn, &drawing, &page->fill, state);
	if (drawn.length) {
		tc_page_heading(page, N_("Around it in the state diagram (event / what is sent)"));
		tc_buf_add(page->out, drawn.data, drawn.length);
	}
	page->out->failed |= drawn.failed;
}

void tc_explain_state(struct tc_buf *out, const struct tc_state_row *row,
		      const struct tc_explain_env *env)
{
	struct tc_page page = tc_page_of(out, env);

	tc_page_title(&page, row->name, row->meaning);
	facts(&page, row);
	tc_page_section(&page, N_("What it is"), row->what);
	tc_page_section(&page, N_("Who put it there"), row->who);
	tc_page_section(&page, N_("What ends it, and when"), row->ends);
	tc_page_section(&page, N_("What a large number means"), row->many);
	tc_page_section(&page, N_("What to do"), row->act);
	diagram(&page, row->id);
	tc_page_settings(&page, row->settings);
	tc_page_related(&page, row->name);
	tc_page_sources(&page, row->source);
}

/* Whether the list of settings of a state has this one. */
static bool has_setting(const struct tc_state_row *row, int wanted)
{
	const char *list = row->settings;
	int id;

	while ((id = tc_page_next_setting(&list)) >= 0)
		if (id == wanted)
			return true;
	return false;
}

static void touched_states(struct tc_page *page, int id)
{
	tc_auto_buf struct tc_buf list = TC_BUF_INIT;

	for (size_t i = 0; i < TC_STATE_COUNT; i++)
		if (has_setting(&tc_state_rows[i], id))
			add_item(&list, tc_state_rows[i].name);
	if (list.length)
		tc_page_section(page, N_("States that it touches"), tc_buf_string(&list));
}

void tc_explain_setting(struct tc_buf *out, enum tc_setting id, const struct tc_explain_env *env)
{
	const struct tc_setting_row *row = &tc_setting_rows[id];
	struct tc_page page = tc_page_of(out, env);
	tc_auto_buf struct tc_buf value = TC_BUF_INIT;
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/%s/%s", row->folder, row->name);
	tc_fill_setting(&value, &page.fill, id);
	tc_page_title(&page, row->name, row->meaning);
	tc_page_fact(&page, N_("value here"), tc_buf_string(&value));
	tc_page_fact(&page, N_("default"), row->normal);
	tc_page_fact(&page, N_("holds for"),
	     row->initial_only || row->machine_wide ? N_("the whole machine")
						    : N_("each network namespace by itself"));
	tc_page_fact(&page, N_("file"), path);
	tc_page_section(&page, N_("What it does"), row->what);
	tc_page_section(&page, N_("What it does not do"), row->what_not);
	touched_states(&page, (int)id);
	tc_page_related(&page, row->name);
	tc_page_sources(&page, row->source);
}

/* Of those that are not so long that it is better to have their meaning below. */
static size_t widest_setting(void)
{
	enum { LONG = 26 };
	size_t widest = 0;

	for (int i = 0; i < TC_SETTING_COUNT; i++) {
		size_t width = strlen(tc_setting_rows[i].name);

		if (width > widest && width <= LONG)
			widest = width;
	}
	return widest;
}

void tc_explain_index(struct tc_buf *out, const struct tc_explain_env *env)
{
	struct tc_page page = tc_page_of(out, env);
	size_t column = INDENT + widest_setting() + GAP;

	tc_page_headline(&page, N_("States: tcpcensus explain STATE, in any spelling"));
	for (size_t i = 0; i < TC_STATE_COUNT; i++)
		tc_page_beside(&page, tc_state_rows[i].name, column,
			       tc_tr(tc_state_rows[i].meaning));
	tc_page_heading(&page, N_("Kernel settings: tcpcensus explain SETTING"));
	for (int i = 0; i < TC_SETTING_COUNT; i++)
		tc_page_beside(&page, tc_setting_rows[i].name, column,
			       tc_tr(tc_setting_rows[i].meaning));
	if (env->rule_count)
		tc_page_heading(&page, N_("Findings of diagnose: tcpcensus explain ID"));
	for (size_t i = 0; i < env->rule_count; i++)
		tc_page_beside(&page, env->rules[i].id, column, env->rules[i].title);
	tc_page_heading(&page, N_("Errors of programs: tcpcensus explain ERROR, or its sentence"));
	for (size_t i = 0; i < TC_ERROR_COUNT; i++)
		tc_page_beside(&page, tc_error_rows[i].name, column,
			       tc_tr(tc_error_rows[i].meaning));
	tc_page_heading(&page, N_("Counters of the kernel: tcpcensus explain COUNTER"));
	for (int i = 0; i < TC_COUNTER_COUNT; i++)
		tc_page_beside(&page, tc_counter_rows[i].name, column,
			       tc_tr(tc_counter_rows[i].meaning));
	tc_page_heading(&page, N_("Words of the field: tcpcensus explain WORD"));
	for (size_t i = 0; i < tc_term_count(); i++)
		tc_page_beside(&page, tc_term_rows[i].name, column, tc_tr(tc_term_rows[i].meaning));
}
