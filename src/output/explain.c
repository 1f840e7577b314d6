/* SPDX-License-Identifier: MIT */
/* explain.c - the pages of explanations for people; see explain.h. */
#include "output/explain.h"

#include <string.h>

#include "output/diagram.h"
#include "util/intl.h"
#include "util/width.h"
#include "util/wrap.h"

enum {
	INDENT = 2,
	PROSE = 92,    /* wider lines are hard to follow */
	GAP = 2,       /* between columns */
	ROOM_MIN = 24, /* a column of text narrower than this goes below its name instead */
};

struct page {
	struct tc_buf *out;
	const struct tc_explain_env *env;
	struct tc_fill fill;
	size_t width; /* of prose */
	size_t full;  /* of the terminal */
};

static struct page page_of(struct tc_buf *out, const struct tc_explain_env *env)
{
	size_t full = env->width < TC_EXPLAIN_WIDTH_MIN ? TC_EXPLAIN_WIDTH_MIN : env->width;

	return (struct page){
		.out = out,
		.env = env,
		.fill = {.settings = env->settings,
			 .figures = env->figures,
			 .figure_count = env->figure_count},
		.width = full < PROSE ? full : PROSE,
		.full = full,
	};
}

static void bold(struct page *page, const char *text)
{
	if (page->env->colour)
		tc_buf_text(page->out, "\033[1m");
	tc_buf_text(page->out, text);
	if (page->env->colour)
		tc_buf_text(page->out, "\033[0m");
}

/* A heading, broken where the page is too narrow for it. */
static void headline(struct page *page, const char *text)
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

static void heading(struct page *page, const char *text)
{
	tc_buf_byte(page->out, '\n');
	headline(page, text);
}

/* The text filled and set, each line indented. */
static void prose(struct page *page, const char *text, size_t indent)
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

static void section(struct page *page, const char *title, const char *text)
{
	if (!text || !*text)
		return;
	heading(page, title);
	prose(page, text, INDENT);
}

/*
 * A name and a text beside it, which starts at `column`; where too little room is left there,
 * the text goes below.
 */
static void beside(struct page *page, const char *name, size_t column, const char *text)
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

/* The title of a page: the name, and its meaning. */
static void title(struct page *page, const char *name, const char *meaning)
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

/* One line of the table at the top: "RFC 9293   TIME-WAIT". */
static void fact(struct page *page, const char *label, const char *text)
{
	enum { COLUMN = 20 };
	tc_auto_buf struct tc_buf filled = TC_BUF_INIT;
	const char *string;

	if (!text || !*text)
		return;
	tc_fill(&filled, &page->fill, text);
	string = tc_buf_string(&filled);
	if (string)
		beside(page, tc_tr(label), COLUMN, string);
}

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

static void facts(struct page *page, const struct tc_state_row *row)
{
	tc_auto_buf struct tc_buf spellings = TC_BUF_INIT;
	tc_auto_buf struct tc_buf homes = TC_BUF_INIT;
	tc_auto_buf struct tc_buf sides = TC_BUF_INIT;
	char kernel[16];

	fact(page, N_("in RFC 9293"), row->rfc);
	fact(page, N_("in ss"), row->ss);
	fact(page, N_("elsewhere"), spelling_list(&spellings, row));
	if (row->kernel) {
		snprintf(kernel, sizeof(kernel), "%u", row->kernel);
		fact(page, N_("kernel's number"), kernel);
	}
	fact(page, N_("lives in"),
	     bit_list(&homes, row->homes, home_names, TC_ARRAY_SIZE(home_names)));
	fact(page, N_("which side"),
	     bit_list(&sides, row->sides, side_names, TC_ARRAY_SIZE(side_names)));
	fact(page, N_("timer"), row->timer);
}

/* The next name of a list separated by spaces, as a setting; -1 at the end. */
static int next_setting(const char **list)
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

	while ((id = next_setting(&list)) >= 0)
		if (strlen(tc_setting_rows[id].name) > widest)
			widest = strlen(tc_setting_rows[id].name);
	return widest;
}

/* Whether the value is what the kernel has set without anybody's doing. */
static bool is_default(const struct page *page, int id)
{
	const struct tc_setting_row *row = &tc_setting_rows[id];
	const struct tc_setting_value *value = &page->env->settings[id];
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
static void setting_line(struct page *page, int id, size_t column)
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
		beside(page, row->name, column, string);
	else
		page->out->failed = true;
}

static void settings(struct page *page, const char *list)
{
	size_t column = INDENT + widest_name(list) + GAP;
	int id;

	if (!*list)
		return;
	heading(page, N_("Settings that play a part, with the values in force here"));
	while ((id = next_setting(&list)) >= 0)
		setting_line(page, id, column);
}

/* "RFC 9293 3.6; tcp(7)" as one source a line. */
static void sources(struct page *page, const char *list)
{
	heading(page, N_("Sources"));
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

static void diagram(struct page *page, enum tc_state state)
{
	struct tc_diagram drawing = {
		.indent = INDENT,
		.width = page->full < PROSE ? page->full : PROSE,
		.utf8 = page->env->utf8,
	};
	tc_auto_buf struct tc_buf drawn = TC_BUF_INIT;

	tc_diagram(&drawn, &drawing, &page->fill, state);
	if (drawn.length) {
		heading(page, N_("Around it in the state diagram (event / what is sent)"));
		tc_buf_add(page->out, drawn.data, drawn.length);
	}
	page->out->failed |= drawn.failed;
}

void tc_explain_state(struct tc_buf *out, const struct tc_state_row *row,
		      const struct tc_explain_env *env)
{
	struct page page = page_of(out, env);

	title(&page, row->name, row->meaning);
	facts(&page, row);
	section(&page, N_("What it is"), row->what);
	section(&page, N_("Who put it there"), row->who);
	section(&page, N_("What ends it, and when"), row->ends);
	section(&page, N_("What a large number means"), row->many);
	section(&page, N_("What to do"), row->act);
	diagram(&page, row->id);
	settings(&page, row->settings);
	sources(&page, row->source);
}

/* Whether the list of settings of a state has this one. */
static bool has_setting(const struct tc_state_row *row, int wanted)
{
	const char *list = row->settings;
	int id;

	while ((id = next_setting(&list)) >= 0)
		if (id == wanted)
			return true;
	return false;
}

static void touched_states(struct page *page, int id)
{
	tc_auto_buf struct tc_buf list = TC_BUF_INIT;

	for (size_t i = 0; i < TC_STATE_COUNT; i++)
		if (has_setting(&tc_state_rows[i], id))
			add_item(&list, tc_state_rows[i].name);
	if (list.length)
		section(page, N_("States that it touches"), tc_buf_string(&list));
}

void tc_explain_setting(struct tc_buf *out, enum tc_setting id, const struct tc_explain_env *env)
{
	const struct tc_setting_row *row = &tc_setting_rows[id];
	struct page page = page_of(out, env);
	tc_auto_buf struct tc_buf value = TC_BUF_INIT;
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/%s/%s", row->folder, row->name);
	tc_fill_setting(&value, &page.fill, id);
	title(&page, row->name, row->meaning);
	fact(&page, N_("value here"), tc_buf_string(&value));
	fact(&page, N_("default"), row->normal);
	fact(&page, N_("holds for"),
	     row->initial_only || row->machine_wide ? N_("the whole machine")
						    : N_("each network namespace by itself"));
	fact(&page, N_("file"), path);
	section(&page, N_("What it does"), row->what);
	section(&page, N_("What it does not do"), row->what_not);
	touched_states(&page, (int)id);
	sources(&page, row->source);
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
	struct page page = page_of(out, env);
	size_t column = INDENT + widest_setting() + GAP;

	headline(&page, N_("States: tcpcensus explain STATE, in any spelling"));
	for (size_t i = 0; i < TC_STATE_COUNT; i++)
		beside(&page, tc_state_rows[i].name, column, tc_tr(tc_state_rows[i].meaning));
	heading(&page, N_("Kernel settings: tcpcensus explain SETTING"));
	for (int i = 0; i < TC_SETTING_COUNT; i++)
		beside(&page, tc_setting_rows[i].name, column, tc_tr(tc_setting_rows[i].meaning));
}
