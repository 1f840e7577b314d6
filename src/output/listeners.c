/* SPDX-License-Identifier: MIT */
/*
 * listeners.c - listeners as a table, the worst on top.
 *
 * The columns are a table of their own. The less a column says about whether clients get in,
 * the sooner it is left out where the terminal is narrow.
 */
#include "output/listeners.h"

#include <string.h>

#include "output/cell.h"
#include "util/intl.h"
#include "util/width.h"

enum { GAP = 2, MARK = 2, BAR_MIN = 6, BAR_MAX = 20 };

/* ---- One cell ------------------------------------------------------------------------ */

const char *tc_listener_limited_by(uint32_t limited_by)
{
	static const char *const names[] = {
		[TC_LIMITED_BY_UNKNOWN] = NULL,
		[TC_LIMITED_BY_BACKLOG] = "backlog",
		[TC_LIMITED_BY_SOMAXCONN] = "somaxconn",
	};

	return limited_by < TC_ARRAY_SIZE(names) ? names[limited_by] : NULL;
}

const struct tc_value *tc_listener_value(const struct tc_listener *listener, const char *field,
					 struct tc_value *value)
{
	struct tc_key key = {.field = tc_field_find(field)};

	if (!key.field)
		return NULL;
	tc_key_get(&key, listener->socket, value);
	return value->type == TC_TYPE_NONE ? NULL : value;
}

static void add_field(const struct tc_listener *listener, const char *field, struct tc_buf *out)
{
	struct tc_value value;

	if (tc_listener_value(listener, field, &value))
		tc_cell_text(out, &value);
}

void tc_listener_name(const struct tc_listener *listener, struct tc_buf *out)
{
	add_field(listener, "local", out);
}

static void add_name(const struct tc_listener *listener, struct tc_buf *out)
{
	tc_listener_name(listener, out);
	if (listener->socket_count > 1)
		tc_buf_format(out, " x%zu", listener->socket_count);
}

static void add_queue(const struct tc_listener *listener, struct tc_buf *out)
{
	if (listener->have & TC_LISTENER_QUEUES)
		tc_buf_format(out, "%llu/%llu", (unsigned long long)listener->queue,
			      (unsigned long long)listener->limit);
	else if (listener->have & TC_LISTENER_QUEUE)
		tc_buf_format(out, "%llu/-", (unsigned long long)listener->queue);
}

/* Those since it was made, and those between the looks. */
static void add_drops(const struct tc_listener *listener, struct tc_buf *out)
{
	if (!(listener->have & TC_LISTENER_DROPS))
		return;
	tc_buf_number(out, listener->drops);
	if (listener->have & TC_LISTENER_DROPPED && listener->dropped)
		tc_buf_format(out, " (+%llu)", (unsigned long long)listener->dropped);
}

static void add_limited_by(const struct tc_listener *listener, struct tc_buf *out)
{
	const char *name = tc_listener_limited_by(listener->limited_by);

	if (name)
		tc_buf_text(out, name);
}

static void add_unaccepted(const struct tc_listener *listener, struct tc_buf *out)
{
	if (listener->have & TC_LISTENER_UNACCEPTED)
		tc_buf_number(out, listener->unaccepted);
}

static void add_ending(const struct tc_listener *listener, struct tc_buf *out)
{
	const uint64_t *states = listener->states;

	tc_buf_number(out, states[TC_FIN_WAIT1] + states[TC_FIN_WAIT2] + states[TC_CLOSING] +
				   states[TC_LAST_ACK]);
}

#define STATE_CELL(name, state)                                                        \
	static void add_##name(const struct tc_listener *listener, struct tc_buf *out) \
	{                                                                              \
		tc_buf_number(out, listener->states[state]);                           \
	}
STATE_CELL(syn_recv, TC_SYN_RECV)
STATE_CELL(established, TC_ESTABLISHED)
STATE_CELL(close_wait, TC_CLOSE_WAIT)
STATE_CELL(time_wait, TC_TIME_WAIT)

#define FIELD_CELL(name)                                                               \
	static void add_##name(const struct tc_listener *listener, struct tc_buf *out) \
	{                                                                              \
		add_field(listener, #name, out);                                       \
	}
FIELD_CELL(netns)
FIELD_CELL(process)
FIELD_CELL(unit)
FIELD_CELL(container)

/* ---- The columns --------------------------------------------------------------------- */

/* When a column that is not always shown is. */
enum { ALWAYS, WHERE_READ, WHERE_DIFFERENT, WHERE_ANY };

struct column {
	const char *title;
	bool right;
	bool bar;      /* the bar of the queue stands behind it */
	uint8_t when;  /* ALWAYS, ... */
	uint8_t place; /* 0: never left out; else the higher, the sooner */
	void (*add)(const struct tc_listener *listener, struct tc_buf *out);
};

/* clang-format off */
/* Short forms of the names of states are, as these, the same in every language. */
static const struct column columns[] = {
	{ N_("LISTENER"),   false, false, ALWAYS,	    0,	add_name },
	{ N_("NETNS"),	    true,  false, WHERE_DIFFERENT,  0,	add_netns },
	{ N_("QUEUE/LIMIT"), true, true,  ALWAYS,	    0,	add_queue },
	{ N_("LIMITED BY"), false, false, WHERE_READ,	    5,	add_limited_by },
	{ N_("DROPS"),	    true,  false, WHERE_ANY,	    3,	add_drops },
	{ "SYN",	    true,  false, ALWAYS,	    3,	add_syn_recv },
	{ N_("UNACC"),	    true,  false, WHERE_READ,	    8,	add_unaccepted },
	{ "ESTAB",	    true,  false, ALWAYS,	    2,	add_established },
	{ "CLOSE-W",	    true,  false, ALWAYS,	    4,	add_close_wait },
	{ N_("ENDING"),	    true,  false, ALWAYS,	    9,	add_ending },
	{ "TIME-W",	    true,  false, ALWAYS,	    6,	add_time_wait },
	{ N_("PROCESS"),    false, false, WHERE_READ,	    1,	add_process },
	{ N_("UNIT"),	    false, false, WHERE_READ,	    7,	add_unit },
	{ N_("CONTAINER"),  false, false, WHERE_READ,	    7,	add_container },
};
/* clang-format on */

enum { COLUMNS = TC_ARRAY_SIZE(columns), PLACES = 10 };

struct layout {
	size_t width[COLUMNS];
	bool shown[COLUMNS];
	size_t bar;
};

/* "-" for what was not read. */
static const char *cell_text(const struct column *column, const struct tc_listener *listener,
			     struct tc_buf *scratch)
{
	const char *text;

	tc_buf_clear(scratch);
	column->add(listener, scratch);
	text = tc_buf_string(scratch);
	return text && *text ? text : "-";
}

/* The widest cell, or 0 where the column is not to be shown. */
static size_t measure_column(const struct column *column, const struct tc_listening *listening,
			     size_t rows, struct tc_buf *scratch)
{
	const char *title = tc_tr(column->title);
	size_t widest = tc_width(title, strlen(title));
	bool was_read = false, differs = false, is_any = false;
	char first[64] = "";

	for (size_t row = 0; row < rows; row++) {
		const char *text = cell_text(column, tc_listening_at(listening, row), scratch);
		size_t width = tc_width(text, strlen(text));

		if (!row)
			snprintf(first, sizeof(first), "%s", text);
		differs |= strncmp(first, text, sizeof(first) - 1) != 0;
		was_read |= strcmp(text, "-") != 0;
		is_any |= strcmp(text, "-") != 0 && strcmp(text, "0") != 0;
		widest = width > widest ? width : widest;
	}
	if ((column->when == WHERE_READ && !was_read) ||
	    (column->when == WHERE_DIFFERENT && !differs) || (column->when == WHERE_ANY && !is_any))
		return 0;
	return widest;
}

/* Shows those columns of one place for which there is room; narrower ones may come after it. */
static void take_place(struct layout *layout, size_t place, size_t width, size_t *used)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		size_t more = GAP + layout->width[i] + (columns[i].bar ? 1 + BAR_MIN : 0);

		if (columns[i].place != place || !layout->width[i])
			continue;
		if (place && width && *used + more > width)
			continue;
		layout->shown[i] = true;
		*used += more;
	}
}

static struct layout choose_layout(const struct tc_listening *listening, size_t rows,
				   const struct tc_style *style, struct tc_buf *scratch)
{
	struct layout layout = {.bar = BAR_MAX};
	size_t used = MARK - GAP; /* the first column has no gap before it */

	for (size_t i = 0; i < COLUMNS; i++)
		layout.width[i] = measure_column(&columns[i], listening, rows, scratch);
	for (size_t place = 0; place < PLACES; place++)
		take_place(&layout, place, style->width, &used);
	if (style->width) {
		size_t rest = style->width > used ? style->width - used : 0;

		layout.bar = BAR_MIN + rest < BAR_MAX ? BAR_MIN + rest : BAR_MAX;
	}
	return layout;
}

/* ---- Rows ---------------------------------------------------------------------------- */

static void write_heading(struct tc_buf *out, const struct layout *layout,
			  const struct tc_style *style)
{
	const char *gap = "";

	tc_ink(out, style, TC_INK_BOLD);
	tc_buf_fill(out, ' ', MARK);
	for (size_t i = 0; i < COLUMNS; i++) {
		if (!layout->shown[i])
			continue;
		tc_buf_text(out, gap);
		tc_cell(out, tc_tr(columns[i].title), layout->width[i], columns[i].right);
		if (columns[i].bar)
			tc_buf_fill(out, ' ', 1 + layout->bar);
		gap = "  ";
	}
	tc_ink(out, style, TC_INK_PLAIN);
	tc_cell_end(out);
}

/* Of a group the bar is that of its fullest socket, since that is the one that refuses. */
static void write_bar(struct tc_buf *out, const struct tc_listener *listener,
		      const struct layout *layout, const struct tc_style *style)
{
	const struct tc_listener_socket *fullest = tc_listener_fullest(listener);
	uint64_t queue = fullest->queue, limit = (uint64_t)fullest->limit + 1;

	tc_buf_byte(out, ' ');
	if (listener->have & TC_LISTENER_QUEUES)
		tc_cell_bar(out, style, queue < limit ? queue : limit, limit, layout->bar);
	else
		tc_buf_fill(out, ' ', layout->bar);
}

static void write_row(struct tc_buf *out, const struct tc_listener *listener,
		      const struct layout *layout, const struct tc_style *style,
		      struct tc_buf *scratch)
{
	bool alarm = listener->trouble & TC_TROUBLE_ALARM;
	const char *gap = "";

	if (alarm)
		tc_ink(out, style, TC_INK_ALARM);
	tc_cell(out, alarm ? "!" : "", MARK, false);
	for (size_t i = 0; i < COLUMNS; i++) {
		if (!layout->shown[i])
			continue;
		tc_buf_text(out, gap);
		tc_cell(out, cell_text(&columns[i], listener, scratch), layout->width[i],
			columns[i].right);
		if (columns[i].bar) /* it ends the red as well */
			write_bar(out, listener, layout, style);
		gap = "  ";
	}
	tc_cell_end(out);
}

/* Why there is no row. */
static void write_nothing(struct tc_buf *out, const struct tc_listening *listening)
{
	size_t all = tc_listening_summary(listening)->listeners;

	if (!all)
		tc_buf_format(out, "%s\n", _("Nothing listens here."));
	else
		tc_buf_format(out,
			      tc_ngettext("The filter leaves none of %zu listener.\n",
					  "The filter leaves none of %zu listeners.\n", all),
			      all);
}

static void write_table(struct tc_buf *out, const struct tc_listening *listening, size_t rows,
			const struct tc_report *report, const struct tc_style *style)
{
	tc_auto_buf struct tc_buf scratch = TC_BUF_INIT;
	struct layout layout = choose_layout(listening, rows, style, &scratch);
	size_t left_out = tc_listening_count(listening) - rows;

	if (rows)
		write_heading(out, &layout, style);
	else
		write_nothing(out, listening);
	for (size_t row = 0; row < rows; row++)
		write_row(out, tc_listening_at(listening, row), &layout, style, &scratch);
	if (left_out)
		tc_buf_format(out,
			      tc_ngettext("and %zu more listener (-n 0 shows all)\n",
					  "and %zu more listeners (-n 0 shows all)\n", left_out),
			      left_out);
	tc_listeners_verdict(out, listening, style);
	tc_write_incomplete(out, report, style);
	out->failed |= scratch.failed;
}

void tc_write_listeners(struct tc_buf *out, enum tc_form form, const struct tc_listening *listening,
			size_t top, const struct tc_report *report, const struct tc_stamp *stamp,
			const struct tc_style *style)
{
	size_t rows = tc_listening_count(listening);

	if (top && top < rows)
		rows = top;
	switch (form) {
	case TC_FORM_TABLE:
		write_table(out, listening, rows, report, style);
		break;
	case TC_FORM_JSON:
		tc_listeners_json(out, listening, rows, report, stamp);
		break;
	case TC_FORM_NDJSON:
		tc_listeners_ndjson(out, listening, rows, report, stamp);
		break;
	case TC_FORM_CSV:
		tc_listeners_csv(out, listening, rows, report);
		break;
	}
}
