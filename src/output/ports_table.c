/* SPDX-License-Identifier: MIT */
/* ports_table.c - the headroom of ports as a table, with what it means below it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/cell.h"
#include "output/ports.h"
#include "util/addr.h"
#include "util/decimal.h"
#include "util/intl.h"
#include "util/width.h"
#include "util/wrap.h"

enum { GAP = 2, TEXT_MAX = 96, BAR_MIN = 8, BAR_MAX = 40 };

/* ---- The columns --------------------------------------------------------------------- */

static void from_text(const struct tc_destination *to, char *text)
{
	size_t length = tc_addr_text(&to->local, text);

	if (to->iface)
		snprintf(text + length, TEXT_MAX - length, "%%%s", to->iface);
}

/* As --to takes it: what is link-local has its device with it. */
static void to_text(const struct tc_destination *to, char *text)
{
	bool is4 = tc_addr_is4(&to->remote);
	bool there = to->iface && tc_addr_is_link_local6(&to->remote);
	char addr[TC_ADDR_TEXT_MAX];

	tc_addr_text(&to->remote, addr);
	snprintf(text, TEXT_MAX, is4 ? "%s%s%s:%u" : "[%s%s%s]:%u", addr, there ? "%" : "",
		 there ? to->iface : "", to->remote_port);
}

static void netns_text(const struct tc_destination *to, char *text)
{
	if (to->netns_name)
		snprintf(text, TEXT_MAX, "%s", to->netns_name);
	else
		snprintf(text, TEXT_MAX, "%llu", (unsigned long long)to->netns);
}

static void used_text(const struct tc_destination *to, char *text)
{
	snprintf(text, TEXT_MAX, "%u", to->used);
}

static void time_wait_text(const struct tc_destination *to, char *text)
{
	snprintf(text, TEXT_MAX, "%u", to->time_wait);
}

static void reusable_text(const struct tc_destination *to, char *text)
{
	snprintf(text, TEXT_MAX, "%s%u", to->reusable_at_least < to->reusable ? "~" : "",
		 to->reusable);
}

static void free_text(const struct tc_destination *to, char *text)
{
	snprintf(text, TEXT_MAX, "%s%u", to->inferred ? "~" : "", to->free);
}

static void least_text(const struct tc_destination *to, char *text)
{
	snprintf(text, TEXT_MAX, "%u", to->free_at_least);
}

static void most_text(const struct tc_destination *to, char *text)
{
	snprintf(text, TEXT_MAX, "%u", to->free_at_most);
}

static void capacity_text(const struct tc_destination *to, char *text)
{
	snprintf(text, TEXT_MAX, "%u", to->capacity);
}

static void bind_text(const struct tc_destination *to, char *text)
{
	if (to->shared_pool)
		snprintf(text, TEXT_MAX, "%u", to->bind_free);
	else
		snprintf(text, TEXT_MAX, "-");
}

static void sustains_text(const struct tc_destination *to, char *text)
{
	double rate = to->sustains_per_second;
	size_t length = (size_t)snprintf(text, TEXT_MAX, "%s", to->inferred ? "~" : "");

	if (rate < 10)
		snprintf(text + length, TEXT_MAX - length, _("%s/s"), tc_decimal(rate).text);
	else
		snprintf(text + length, TEXT_MAX - length, _("%.0f/s"), rate);
}

static void rate_text(const struct tc_destination *to, char *text)
{
	if (isinf(to->per_second_at_most))
		/* TRANSLATORS: at least so many: "12+/s" */
		snprintf(text, TEXT_MAX, _("%s+/s"), tc_decimal(to->per_second_at_least).text);
	else if (to->per_second_at_least < to->per_second_at_most)
		/* TRANSLATORS: between two numbers: "12-862/s" */
		snprintf(text, TEXT_MAX, _("%s-%s/s"), tc_decimal(to->per_second_at_least).text,
			 tc_decimal(to->per_second_at_most).text);
	else
		snprintf(text, TEXT_MAX, _("%s/s"), tc_decimal(to->per_second_at_least).text);
}

static void left_text(const struct tc_destination *to, char *text)
{
	double left = to->seconds_left;

	if (isinf(left))
		snprintf(text, TEXT_MAX, "-");
	else if (left < 120)
		snprintf(text, TEXT_MAX, _("%.0f s"), left);
	else if (left < 7200)
		snprintf(text, TEXT_MAX, _("%.0f min"), left / 60);
	else
		snprintf(text, TEXT_MAX, _("%.0f h"), left / 3600);
}

/* When a column has something to say. */
enum when { ALWAYS, WITH_RATE, WITH_SHARED, WITH_BOUNDS, WITH_NAMESPACES };

struct column {
	const char *title;
	void (*text)(const struct tc_destination *to, char *text);
	enum when when;
	int rank; /* of what does not fit, the highest goes first; 0: never */
	bool right;
};

/* clang-format off */
static const struct column columns[] = {
	{ N_("NETNS"), netns_text, WITH_NAMESPACES, 1, false },
	{ N_("FROM"), from_text, ALWAYS, 0, false },
	{ N_("TO"), to_text, ALWAYS, 0, false },
	{ N_("USED"), used_text, ALWAYS, 0, true },
	{ "TIME_WAIT", time_wait_text, ALWAYS, 4, true },
	{ N_("REUSABLE"), reusable_text, ALWAYS, 7, true },
	{ N_("FREE"), free_text, ALWAYS, 0, true },
	{ N_("AT LEAST"), least_text, WITH_BOUNDS, 2, true },
	{ N_("AT MOST"), most_text, WITH_BOUNDS, 3, true },
	{ N_("OF"), capacity_text, ALWAYS, 5, true },
	{ N_("BIND FREE"), bind_text, WITH_SHARED, 2, true },
	{ N_("RATE"), rate_text, WITH_RATE, 0, true },
	{ N_("LEFT"), left_text, WITH_RATE, 0, true },
	{ N_("SUSTAINS"), sustains_text, ALWAYS, 6, true },
};
/* clang-format on */

enum { COLUMNS = TC_ARRAY_SIZE(columns), NETNS = 0, FROM, TO, USED };

struct layout {
	size_t width[COLUMNS]; /* 0: not shown */
	size_t bar;
};

/* What the shown destinations have in common. */
struct traits {
	bool rated, unsure_rates, open_rates, shared, inferred, bounds, namespaces;
};

static struct traits look_at(const struct tc_ports_view *view)
{
	struct traits traits = {
		.rated = view->pool->seconds > 0,
		.namespaces = tc_ports_pools(view->ports) > 1,
	};

	for (size_t i = 0; i < view->shown; i++) {
		const struct tc_destination *to = tc_ports_at(view->ports, i);

		traits.open_rates |= to->rated && isinf(to->per_second_at_most);
		traits.unsure_rates |= to->per_second_at_least < to->per_second_at_most &&
				       isfinite(to->per_second_at_most);
		traits.shared |= to->shared_pool;
		traits.inferred |= to->inferred;
		traits.bounds |= to->free_at_least != to->free_at_most;
	}
	return traits;
}

static bool has_say(const struct column *column, const struct traits *traits)
{
	switch (column->when) {
	case WITH_RATE:
		return traits->rated;
	case WITH_SHARED:
		return traits->shared;
	case WITH_BOUNDS:
		return traits->bounds;
	case WITH_NAMESPACES:
		return traits->namespaces;
	case ALWAYS:
		break;
	}
	return true;
}

static size_t larger(size_t one, size_t other)
{
	return one > other ? one : other;
}

static size_t measure(const struct column *column, const struct tc_ports_view *view)
{
	const char *title = tc_tr(column->title);
	size_t width = tc_width(title, strlen(title));
	char text[TEXT_MAX];

	for (size_t i = 0; i < view->shown; i++) {
		column->text(tc_ports_at(view->ports, i), text);
		width = larger(width, tc_width(text, strlen(text)));
	}
	return width;
}

/* The words of the sum. */
static void other_text(const struct tc_ports_view *view, char text[TEXT_MAX])
{
	snprintf(text, TEXT_MAX,
		 tc_ngettext("other (%zu destination)", "other (%zu destinations)",
			     (unsigned long)view->other),
		 view->other);
}

static size_t total(const struct layout *layout)
{
	size_t sum = 0;

	for (size_t i = 0; i < COLUMNS; i++)
		sum += layout->width[i] ? layout->width[i] + GAP : 0;
	return sum - GAP;
}

static void drop_by_rank(struct layout *layout, size_t width)
{
	for (int rank = COLUMNS; rank > 0 && total(layout) > width; rank--)
		for (size_t i = 0; i < COLUMNS; i++)
			if (columns[i].rank == rank)
				layout->width[i] = 0;
}

/* Two addresses may be too long for any table: then the local one makes room for all the others. */
static void drop_what_does_not_fit(struct layout *layout, size_t width)
{
	struct layout whole = *layout;

	drop_by_rank(layout, width);
	if (total(layout) <= width)
		return;
	*layout = whole;
	layout->width[FROM] = 0;
	drop_by_rank(layout, width);
}

/* Of the columns that name a destination, with the gaps between them. */
static size_t width_of_ends(const struct layout *layout)
{
	size_t width = layout->width[TO];

	for (int i = NETNS; i < TO; i++)
		width += layout->width[i] ? layout->width[i] + GAP : 0;
	return width;
}

static struct layout choose_layout(const struct tc_ports_view *view, const struct traits *traits,
				   const struct tc_style *style)
{
	struct layout layout = { .bar = 0 };
	char other[TEXT_MAX];
	size_t ends;

	for (size_t i = 0; i < COLUMNS; i++)
		if (has_say(&columns[i], traits))
			layout.width[i] = measure(&columns[i], view);
	other_text(view, other);
	ends = width_of_ends(&layout);
	if (view->other && tc_width(other, strlen(other)) > ends)
		layout.width[TO] += tc_width(other, strlen(other)) - ends;
	if (view->other)
		layout.width[USED] = larger(layout.width[USED],
					    (size_t)snprintf(NULL, 0, "%llu",
							     (unsigned long long)view->other_used));
	if (!style->width)
		return layout;
	drop_what_does_not_fit(&layout, style->width);
	if (view->shown && style->width >= total(&layout) + GAP + BAR_MIN)
		layout.bar = style->width - total(&layout) - GAP;
	if (layout.bar > BAR_MAX)
		layout.bar = BAR_MAX;
	return layout;
}

/* ---- The table ----------------------------------------------------------------------- */

static void write_heading(struct tc_buf *out, const struct layout *layout,
			  const struct tc_style *style)
{
	tc_ink(out, style, TC_INK_BOLD);
	for (size_t i = 0; i < COLUMNS; i++) {
		if (!layout->width[i])
			continue;
		tc_cell(out, tc_tr(columns[i].title), layout->width[i], columns[i].right);
		tc_buf_fill(out, ' ', GAP);
	}
	tc_ink(out, style, TC_INK_PLAIN);
	tc_cell_end(out);
}

static void write_row(struct tc_buf *out, const struct layout *layout, const struct tc_style *style,
		      const struct tc_destination *to)
{
	char text[TEXT_MAX];

	for (size_t i = 0; i < COLUMNS; i++) {
		if (!layout->width[i])
			continue;
		columns[i].text(to, text);
		tc_cell(out, text, layout->width[i], columns[i].right);
		tc_buf_fill(out, ' ', GAP);
	}
	if (layout->bar)
		tc_cell_bar(out, style, to->capacity - to->free, to->capacity, layout->bar);
	tc_cell_end(out);
}

/* The rest, summed up: free ports of several destinations cannot be. */
static void write_other(struct tc_buf *out, const struct layout *layout,
			const struct tc_ports_view *view)
{
	char text[TEXT_MAX];

	if (!view->other)
		return;
	other_text(view, text);
	tc_cell(out, text, width_of_ends(layout), false);
	tc_buf_fill(out, ' ', GAP);
	tc_cell_number(out, view->other_used, layout->width[USED]);
	tc_cell_end(out);
}

/* ---- What it means -------------------------------------------------------------------- */

static void write_note(struct tc_buf *out, const struct tc_style *style, struct tc_buf *note)
{
	const char *text = tc_buf_string(note);

	if (text)
		tc_wrap(out, text, 0, style->width ? style->width : SIZE_MAX);
	out->failed |= !text;
	tc_buf_clear(note);
}

static bool is_taken_inferred(const struct tc_port_pool *pool)
{
	return pool->taken_at_least < pool->taken_at_most;
}

static void write_pool(struct tc_buf *out, const struct tc_style *style,
		       const struct tc_port_pool *pool)
{
	tc_auto_buf struct tc_buf note = TC_BUF_INIT;

	tc_buf_format(&note, _("range %u-%u: %u ports, %u of them reserved, %s%u taken by bind(2)"),
		      pool->low, pool->high, (unsigned)(pool->high - pool->low) + 1, pool->reserved,
		      is_taken_inferred(pool) ? "~" : "", pool->taken);
	if (is_taken_inferred(pool))
		tc_buf_format(&note, _(" (%u to %u)"), pool->taken_at_least, pool->taken_at_most);
	if (pool->assumed)
		tc_buf_format(&note, "; %s",
			      _("this is the kernel's default, for a listing does not tell it"));
	tc_buf_byte(&note, '\n');
	write_note(out, style, &note);
}

static bool are_alike(const struct tc_port_pool *one, const struct tc_port_pool *other)
{
	return one->low == other->low && one->high == other->high &&
	       one->reserved == other->reserved && one->taken == other->taken;
}

/* One line where namespaces are alike, and else that of the one with the smallest range. */
static void write_pools(struct tc_buf *out, const struct tc_style *style,
			const struct tc_ports *ports)
{
	const struct tc_port_pool *least = tc_ports_pool(ports, 0);
	tc_auto_buf struct tc_buf note = TC_BUF_INIT;
	size_t others = 0;

	for (size_t i = 1; i < tc_ports_pools(ports); i++) {
		const struct tc_port_pool *pool = tc_ports_pool(ports, i);

		others += !are_alike(pool, tc_ports_pool(ports, 0));
		if (pool->high - pool->low < least->high - least->low)
			least = pool;
	}
	write_pool(out, style, least);
	if (!others)
		return;
	tc_buf_format(&note, "%s\n",
		      _("This is the smallest range; the namespaces differ, and JSON (-j) shows "
			"each."));
	write_note(out, style, &note);
}

/* What has no room in the table; or what would be in it, where that is the same in every row. */
static void write_left_out(struct tc_buf *out, const struct tc_style *style,
			   const struct tc_ports_view *view, const struct column *column)
{
	const char *title = tc_tr(column->title);
	tc_auto_buf struct tc_buf note = TC_BUF_INIT;
	char first[TEXT_MAX] = "", text[TEXT_MAX] = "";

	column->text(tc_ports_at(view->ports, 0), first);
	for (size_t i = 1; i < view->shown; i++) {
		column->text(tc_ports_at(view->ports, i), text);
		if (strcmp(text, first) != 0) {
			tc_buf_format(&note, _("%s has no room here; JSON (-j) shows it.\n"), title);
			write_note(out, style, &note);
			return;
		}
	}
	/* TRANSLATORS: the title of a column, and what would be in each of its rows */
	tc_buf_format(&note, _("%s: %s\n"), title, first);
	write_note(out, style, &note);
}

static void write_notes(struct tc_buf *out, const struct tc_style *style,
			const struct tc_ports_view *view, const struct traits *traits,
			const struct layout *layout, const struct tc_report *report)
{
	tc_auto_buf struct tc_buf note = TC_BUF_INIT;

	tc_buf_byte(out, '\n');
	for (int i = NETNS; view->shown && i < TO; i++)
		if (has_say(&columns[i], traits) && !layout->width[i])
			write_left_out(out, style, view, &columns[i]);
	write_pools(out, style, view->ports);
	if (traits->shared) {
		tc_buf_format(
			&note, "%s\n",
			_("BIND FREE: these programs let bind(2) choose the port, and such a port "
			  "serves one connection only, whatever its destination. With the option "
			  "IP_BIND_ADDRESS_NO_PORT every destination has the range for itself."));
		write_note(out, style, &note);
	}
	if (traits->open_rates) {
		tc_buf_format(&note, "%s\n",
			      _("RATE: at least. A port that is taken over out of TIME_WAIT more than "
				"once between the two looks counts once; a shorter interval shows "
				"more."));
		write_note(out, style, &note);
	}
	if (traits->unsure_rates) {
		tc_buf_format(&note,
			      _("RATE: %s gives no cookies, so whether a port has the same "
				"connection as before is not always known.\n"),
			      report->source);
		write_note(out, style, &note);
	}
	if (traits->inferred || is_taken_inferred(view->pool)) {
		tc_buf_format(&note, _("~ is inferred: %s\n"), view->pool->why);
		write_note(out, style, &note);
	} else if (traits->bounds) {
		tc_buf_format(&note, "%s\n",
			      _("In a range of an odd number of ports the kernel may not find the "
				"last free one."));
		write_note(out, style, &note);
	}
}

void tc_write_ports_table(struct tc_buf *out, const struct tc_ports_view *view,
			  const struct tc_report *report, const struct tc_style *style)
{
	struct traits traits = look_at(view);
	struct layout layout = choose_layout(view, &traits, style);

	write_heading(out, &layout, style);
	for (size_t i = 0; i < view->shown; i++)
		write_row(out, &layout, style, tc_ports_at(view->ports, i));
	write_other(out, &layout, view);
	write_notes(out, style, view, &traits, &layout, report);
	tc_write_incomplete(out, report, style);
}
