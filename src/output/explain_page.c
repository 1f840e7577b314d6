/* SPDX-License-Identifier: MIT */
/* explain_page.c - what every page of explanations is set from; see explain_page.h. */
#include "output/explain_page.h"

#include <string.h>

#include "model/related.h"
#include "util/intl.h"
#include "util/width.h"
#include "util/wrap.h"

struct tc_page tc_page_of(struct tc_buf *out, const struct tc_explain_env *env)
{
	size_t full = env->width < TC_EXPLAIN_WIDTH_MIN ? TC_EXPLAIN_WIDTH_MIN : env->width;

	return (struct tc_page){
		.out = out,
		.env = env,
		.fill = env->fill,
		.width = full < PROSE ? full : PROSE,
		.full = full,
	};
}

static void bold(struct tc_page *page, const char *text)
{
	if (page->env->colour)
		tc_buf_text(page->out, "\033[1m");
	tc_buf_text(page->out, text);
	if (page->env->colour)
		tc_buf_text(page->out, "\033[0m");
}

void tc_page_headline(struct tc_page *page, const char *text)
{
	tc_auto_buf struct tc_buf lines = TC_BUF_INIT;
	const char *string;

	tc_wrap(&lines, tc_tr(text), 0, page->width);
	if (lines.length)
		lines.length--; /* the newline comes after the end of the colour */
	string = tc_buf_string(&lines);
	bold(page, string ? string : "");
	tc_buf_byte(page->out, '\n');
}

void tc_page_heading(struct tc_page *page, const char *text)
{
	tc_buf_byte(page->out, '\n');
	tc_page_headline(page, text);
}

void tc_page_prose(struct tc_page *page, const char *text, size_t indent)
{
	tc_auto_buf struct tc_buf filled = TC_BUF_INIT;
	const char *string;

	tc_fill(&filled, &page->fill, text);
	string = tc_buf_string(&filled);
	if (string)
		tc_wrap(page->out, string, indent, page->width);
	else
		page->out->failed = true;
}

void tc_page_section(struct tc_page *page, const char *title, const char *text)
{
	if (!text || !*text)
		return;
	tc_page_heading(page, title);
	tc_page_prose(page, text, INDENT);
}

void tc_page_list(struct tc_page *page, const char *title, const char *const *lines)
{
	if (!lines || !*lines)
		return;
	tc_page_heading(page, title);
	for (; *lines; lines++) {
		tc_auto_buf struct tc_buf item = TC_BUF_INIT;
		const char *string;

		tc_buf_text(&item, "- ");
		tc_fill(&item, &page->fill, *lines);
		string = tc_buf_string(&item);
		if (string)
			tc_wrap(page->out, string, INDENT, page->width);
		else
			page->out->failed = true;
	}
}

void tc_page_beside(struct tc_page *page, const char *name, size_t column, const char *text)
{
	size_t length = strlen(text);
	size_t done = 0;
	size_t at = INDENT + tc_width(name, strlen(name));

	tc_buf_fill(page->out, ' ', INDENT);
	tc_buf_text(page->out, name);
	if (page->width < column + ROOM_MIN || at + GAP > column) {
		tc_buf_byte(page->out, '\n');
		tc_wrap(page->out, text, (size_t)2 * INDENT, page->width);
		return;
	}
	while (done < length) {
		size_t next;
		size_t bytes =
			tc_wrap_line(text + done, length - done, page->width - column, &next);

		tc_buf_fill(page->out, ' ', column - at);
		tc_buf_add(page->out, text + done, bytes);
		tc_buf_byte(page->out, '\n');
		done += next;
		at = 0;
	}
}

void tc_page_title(struct tc_page *page, const char *name, const char *meaning)
{
	tc_auto_buf struct tc_buf line = TC_BUF_INIT;
	size_t name_width = tc_width(name, strlen(name));
	const char *string;

	tc_buf_text(&line, _(": "));
	tc_buf_text(&line, tc_tr(meaning));
	string = tc_buf_string(&line);
	bold(page, name);
	if (string && name_width + tc_width(string, line.length) <= page->width) {
		tc_buf_text(page->out, string);
		tc_buf_byte(page->out, '\n');
	} else {
		tc_buf_byte(page->out, '\n');
		tc_wrap(page->out, tc_tr(meaning), INDENT, page->width);
	}
}

void tc_page_fact(struct tc_page *page, const char *label, const char *text)
{
	enum { COLUMN = 20 };
	tc_auto_buf struct tc_buf filled = TC_BUF_INIT;
	const char *string;

	if (!text || !*text)
		return;
	tc_fill(&filled, &page->fill, text);
	string = tc_buf_string(&filled);
	if (string)
		tc_page_beside(page, tc_tr(label), COLUMN, string);
}

int tc_page_next_setting(const char **list)
{
	size_t length = strcspn(*list, " ");
	int id;

	if (!length)
		return -1;
	id = tc_setting_find(*list, length);
	*list += length + strspn(*list + length, " ");
	return id;
}

/* The widest of the names in a list of settings. */
static size_t widest_name(const char *list)
{
	size_t widest = 0;
	int id;

	while ((id = tc_page_next_setting(&list)) >= 0)
		if (strlen(tc_setting_rows[id].name) > widest)
			widest = strlen(tc_setting_rows[id].name);
	return widest;
}

/* Whether the value is what the kernel has set without anybody's doing. */
static bool is_default(const struct tc_page *page, int id)
{
	const struct tc_setting_row *row = &tc_setting_rows[id];
	const struct tc_setting_value *value = &page->fill.settings[id];
	char text[64];

	if (value->status != TC_SETTING_READ)
		return false;
	if (row->form == TC_FORM_PORTS)
		return value->number[0] == 0;
	snprintf(text, sizeof(text), value->count > 1 ? "%lld-%lld" : "%lld",
		 (long long)value->number[0], (long long)value->number[1]);
	return strcmp(text, row->normal) == 0;
}

/* "60 s (default); meaning", "20 s (default: 60); meaning". */
static void setting_line(struct tc_page *page, int id, size_t column)
{
	const struct tc_setting_row *row = &tc_setting_rows[id];
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;
	const char *string;

	tc_fill_setting(&text, &page->fill, (enum tc_setting)id);
	if (is_default(page, id)) {
		tc_buf_text(&text, _(" (default)"));
	} else {
		tc_buf_text(&text, _(" (default: "));
		tc_buf_text(&text, tc_tr(row->normal));
		tc_buf_byte(&text, ')');
	}
	tc_buf_text(&text, _("; "));
	tc_buf_text(&text, tc_tr(row->meaning));
	string = tc_buf_string(&text);
	if (string)
		tc_page_beside(page, row->name, column, string);
	else
		page->out->failed = true;
}

void tc_page_settings(struct tc_page *page, const char *list)
{
	size_t column = INDENT + widest_name(list) + GAP;
	int id;

	if (!*list)
		return;
	tc_page_heading(page, N_("Settings that play a part, with the values in force here"));
	while ((id = tc_page_next_setting(&list)) >= 0)
		setting_line(page, id, column);
}

void tc_page_related(struct tc_page *page, const char *name)
{
	tc_auto_buf struct tc_buf list = TC_BUF_INIT;
	const char *string;

	tc_related(name, &list);
	string = tc_buf_string(&list);
	if (!string)
		page->out->failed = true;
	else if (*string)
		tc_page_section(page, N_("See also: tcpcensus explain WORD"), string);
}

void tc_page_sources(struct tc_page *page, const char *list)
{
	tc_page_heading(page, N_("Sources"));
	while (*list) {
		size_t length = strcspn(list, ";");
		tc_auto_buf struct tc_buf one = TC_BUF_INIT;
		const char *string;

		tc_buf_add(&one, list, length);
		string = tc_buf_string(&one);
		if (string)
			tc_wrap(page->out, string, INDENT, page->width);
		list += length + strspn(list + length, "; ");
	}
}
