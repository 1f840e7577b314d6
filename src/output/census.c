/* SPDX-License-Identifier: MIT */
/* census.c - a census as a table, JSON or CSV. */
#include <string.h>

#include "model/state.h"
#include "output/cell.h"
#include "output/csv.h"
#include "output/json.h"
#include "util/intl.h"
#include "util/width.h"

/* Widths of the columns, chosen for the terminal and the numbers. */
struct layout {
	size_t state, count, share, bar;
	bool meaning;
};

enum { SHARE_WIDTH = 6, BAR_MIN = 6, BAR_BEST = 24, BAR_MAX = 60, GAP = 2 };

static size_t smaller(size_t one, size_t other)
{
	return one < other ? one : other;
}

static size_t larger(size_t one, size_t other)
{
	return one > other ? one : other;
}

static size_t text_width(const char *text)
{
	return tc_width(text, strlen(text));
}

/* The meanings are shown where all of them fit beside a bar that still shows something. */
static struct layout choose_layout(const struct tc_census *census, const struct tc_style *style)
{
	struct layout layout = { .share = SHARE_WIDTH };
	size_t meaning = 0, fixed, rest;

	layout.state = larger(text_width(_("STATE")), text_width(_("in use")));
	layout.count = larger(text_width(_("COUNT")), tc_digits(census->total));
	for (size_t i = 0; i < TC_STATE_COUNT; i++) {
		layout.state = larger(layout.state, strlen(tc_state_rows[i].name));
		meaning = larger(meaning, text_width(tc_tr(tc_state_rows[i].meaning)));
	}
	fixed = layout.state + GAP + layout.count + GAP + layout.share + GAP;
	rest = style->width ? (style->width > fixed ? style->width - fixed : 0) : BAR_BEST;
	if (!style->width || rest >= meaning + GAP + BAR_MIN) {
		layout.meaning = true;
		layout.bar = style->width ? smaller(rest - meaning - GAP, BAR_BEST) : BAR_BEST;
	} else {
		layout.bar = smaller(rest, BAR_MAX);
	}
	return layout;
}

static uint64_t largest_count(const struct tc_census *census)
{
	uint64_t largest = 0;

	for (int state = 0; state < TC_STATE_COUNT; state++)
		if (census->states[state] > largest)
			largest = census->states[state];
	return largest;
}

static void write_heading(struct tc_buf *out, const struct layout *layout,
			  const struct tc_style *style)
{
	tc_ink(out, style, TC_INK_BOLD);
	tc_cell(out, _("STATE"), layout->state + GAP, false);
	tc_cell(out, _("COUNT"), layout->count, true);
	tc_buf_fill(out, ' ', GAP);
	tc_cell(out, _("SHARE"), layout->share, true);
	if (layout->meaning) {
		tc_buf_fill(out, ' ', GAP + layout->bar + GAP);
		tc_buf_text(out, _("MEANING"));
	}
	tc_ink(out, style, TC_INK_PLAIN);
	tc_cell_end(out);
}

static void write_state(struct tc_buf *out, const struct layout *layout,
			const struct tc_style *style, const struct tc_state_row *row,
			const struct tc_census *census, bool was_read)
{
	uint64_t count = census->states[row->id];
	enum tc_ink ink = count ? TC_INK_PLAIN : TC_INK_DIM;

	tc_ink(out, style, ink);
	tc_cell(out, row->name, layout->state + GAP, false);
	if (was_read)
		tc_cell_number(out, count, layout->count);
	else
		tc_cell(out, "?", layout->count, true);
	tc_buf_fill(out, ' ', GAP);
	/* What is not a part of the total, or not known, has no share of it. */
	if (row->id == TC_BOUND || !was_read)
		tc_cell(out, "-", layout->share, true);
	else
		tc_cell_share(out, count, census->total, layout->share);
	tc_buf_fill(out, ' ', GAP);
	tc_cell_bar(out, style, count, largest_count(census), layout->bar);
	if (layout->meaning) {
		tc_ink(out, style, ink);
		tc_buf_fill(out, ' ', GAP);
		tc_buf_text(out, tc_tr(row->meaning));
		tc_ink(out, style, TC_INK_PLAIN);
	}
	tc_cell_end(out);
}

static void write_sum(struct tc_buf *out, const struct layout *layout, const struct tc_style *style,
		      const char *name, uint64_t count, uint64_t whole)
{
	tc_ink(out, style, TC_INK_BOLD);
	tc_cell(out, name, layout->state + GAP, false);
	tc_cell_number(out, count, layout->count);
	if (whole) {
		tc_buf_fill(out, ' ', GAP);
		tc_cell_share(out, count, whole, layout->share);
	}
	tc_ink(out, style, TC_INK_PLAIN);
	tc_cell_end(out);
}

static void write_table(struct tc_buf *out, const struct tc_census *census,
			const struct tc_report *report, const struct tc_style *style)
{
	struct layout layout = choose_layout(census, style);

	write_heading(out, &layout, style);
	for (size_t i = 0; i < TC_STATE_COUNT; i++)
		write_state(out, &layout, style, &tc_state_rows[i], census,
			    !(report->states_not_read & TC_STATE_BIT(tc_state_rows[i].id)));
	write_sum(out, &layout, style, _("total"), census->total, 0);
	write_sum(out, &layout, style, _("in use"), census->in_use, census->total);
	tc_write_incomplete(out, report, style);
}

/* Kernel order, as in the contract, then what the kernel has no number for. */
static void write_json(struct tc_buf *out, const struct tc_census *census,
		       const struct tc_report *report, const struct tc_stamp *stamp)
{
	tc_buf_byte(out, '{');
	tc_json_stamp(out, "tcpcensus.census/1", stamp);
	tc_buf_byte(out, ',');
	tc_json_source(out, report);
	tc_buf_format(out, ",\"total\":%llu,\"in_use\":%llu,\"states\":{",
		      (unsigned long long)census->total, (unsigned long long)census->in_use);
	for (int i = 1, written = 0; i <= TC_STATE_COUNT; i++) {
		int state = i % TC_STATE_COUNT; /* UNKNOWN, 0, comes last */

		if (report->states_not_read & TC_STATE_BIT(state))
			continue;
		if (written++)
			tc_buf_byte(out, ',');
		tc_json_key(out, tc_state_name(state));
		tc_buf_number(out, census->states[state]);
	}
	tc_buf_text(out, "}}\n");
}

static void write_csv(struct tc_buf *out, const struct tc_census *census,
		      const struct tc_report *report)
{
	tc_buf_text(out, "state,count\n");
	for (size_t i = 0; i < TC_STATE_COUNT; i++) {
		int state = tc_state_rows[i].id;

		if (report->states_not_read & TC_STATE_BIT(state))
			continue;
		tc_buf_format(out, "%s,%llu\n", tc_state_name(state),
			      (unsigned long long)census->states[state]);
	}
	tc_csv_incomplete(out, report, 1);
}

void tc_write_census(struct tc_buf *out, enum tc_form form, const struct tc_census *census,
		     const struct tc_report *report, const struct tc_stamp *stamp,
		     const struct tc_style *style)
{
	switch (form) {
	case TC_FORM_TABLE:
		write_table(out, census, report, style);
		break;
	case TC_FORM_JSON:
	case TC_FORM_NDJSON:
		write_json(out, census, report, stamp);
		break;
	case TC_FORM_CSV:
		write_csv(out, census, report);
		break;
	}
}
