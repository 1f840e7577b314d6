/* SPDX-License-Identifier: MIT */
/* groups.c - a tally as a table, JSON or CSV. */
#include <string.h>

#include "output/cell.h"
#include "output/csv.h"
#include "output/json.h"
#include "util/intl.h"
#include "util/width.h"

enum {
	GAP = 2,
	SHARE_WIDTH = 6,
	/* What the words of the sums take, in the language that needs most. */
	OTHER_WIDTH = 20,
	AT_MOST_WIDTH = 8,
	TOTAL_WIDTH = 8,
	MUCH = 64 * 1024,
};

/* Rows can be millions, which nobody needs to have at once. */
static int pass_on_much(struct tc_buf *out, tc_pass_on *pass_on)
{
	return pass_on && out->length >= MUCH ? pass_on(out) : 0;
}

/* ---- A table ------------------------------------------------------------------------- */

/* The text of one cell in a scratch buffer: "-" for what was not read. */
static const char *cell_text(const struct tc_tally *tally, size_t row, size_t key, size_t room,
			     struct tc_buf *scratch)
{
	struct tc_value value;
	const char *text;

	tc_buf_clear(scratch);
	tc_tally_row_value(tally, row, key, &value);
	tc_cell_text(scratch, &value);
	if (room)
		tc_cell_cut(scratch, room);
	text = tc_buf_string(scratch);
	return text && *text ? text : "-";
}

static size_t column_width(const struct tc_tally *tally, size_t key, struct tc_buf *scratch)
{
	const char *title = tc_tr(tc_tally_key(tally, key)->field->title);
	size_t widest = tc_width(title, strlen(title));

	for (size_t row = 0; row < tc_tally_rows(tally); row++) {
		const char *text = cell_text(tally, row, key, 0, scratch);
		size_t width = tc_width(text, strlen(text));

		if (width > widest)
			widest = width;
	}
	return widest;
}

struct columns {
	size_t width[TC_KEYS_MAX];
	size_t room[TC_KEYS_MAX]; /* of those that are cut to it; or 0 */
	size_t keys; /* all key columns with their gaps */
	size_t count;
};

static struct columns measure(const struct tc_tally *tally, struct tc_buf *scratch)
{
	struct columns columns = { .keys = 0 };
	const char *heading = _("COUNT");

	for (size_t k = 0; k < tc_tally_key_count(tally); k++) {
		columns.width[k] = column_width(tally, k, scratch);
		columns.keys += columns.width[k] + GAP;
	}
	columns.count = tc_width(heading, strlen(heading));
	if (tc_digits(tc_tally_total(tally)) > columns.count)
		columns.count = tc_digits(tc_tally_total(tally));
	return columns;
}

static void make_room(struct columns *columns, const struct tc_tally *tally,
		      const struct tc_style *style)
{
	size_t total = columns->keys + columns->count + GAP + SHARE_WIDTH;

	for (size_t k = 0; k < tc_tally_key_count(tally); k++) {
		size_t width = columns->width[k];

		columns->room[k] = tc_cell_room(style, tc_tally_key(tally, k), width, total);
		if (!columns->room[k] || columns->room[k] >= width)
			continue;
		columns->width[k] = columns->room[k];
		columns->keys -= width - columns->room[k];
	}
}

static bool is_right(const struct tc_tally *tally, size_t key)
{
	return tc_tally_key(tally, key)->field->flags & TC_FIELD_RIGHT;
}

static void write_counts(struct tc_buf *out, const struct columns *columns, uint64_t count,
			 uint64_t total)
{
	tc_cell_number(out, count, columns->count);
	tc_buf_fill(out, ' ', GAP);
	tc_cell_share(out, count, total, SHARE_WIDTH);
	tc_cell_end(out);
}

static void write_heading(struct tc_buf *out, const struct tc_tally *tally,
			  const struct columns *columns, const struct tc_style *style)
{
	tc_ink(out, style, TC_INK_BOLD);
	for (size_t k = 0; k < tc_tally_key_count(tally); k++) {
		tc_cell(out, tc_tr(tc_tally_key(tally, k)->field->title), columns->width[k],
			is_right(tally, k));
		tc_buf_fill(out, ' ', GAP);
	}
	tc_cell(out, _("COUNT"), columns->count, true);
	tc_buf_fill(out, ' ', GAP);
	tc_cell(out, _("SHARE"), SHARE_WIDTH, true);
	tc_ink(out, style, TC_INK_PLAIN);
	tc_cell_end(out);
}

/* Where groups were given up on the way, those that came again were counted more than once. */
static void other_text(const struct tc_tally *tally, uint64_t groups, char *text, size_t size)
{
	snprintf(text, size,
		 tc_tally_too_low(tally)
			 ? tc_ngettext("other (at most %llu group)", "other (at most %llu groups)",
				       (unsigned long)groups)
			 : tc_ngettext("other (%llu group)", "other (%llu groups)",
				       (unsigned long)groups),
		 (unsigned long long)groups);
}

/* "other (230 groups)" and "total" stand below the keys, over all their columns. */
static void write_sums(struct tc_buf *out, const struct tc_tally *tally, struct columns *columns,
		       const struct tc_style *style)
{
	uint64_t other_groups, other_count, total = tc_tally_total(tally);
	char other[64];

	tc_tally_other(tally, &other_groups, &other_count);
	if (other_groups) {
		other_text(tally, other_groups, other, sizeof(other));
		tc_cell(out, other, columns->keys, false);
		write_counts(out, columns, other_count, total);
	}
	tc_ink(out, style, TC_INK_BOLD);
	tc_cell(out, _("total"), columns->keys, false);
	tc_cell_number(out, total, columns->count);
	tc_ink(out, style, TC_INK_PLAIN);
	tc_cell_end(out);
}

/* The words of the sums may need more room than narrow keys have. */
static void widen_for_sums(struct columns *columns, const struct tc_tally *tally)
{
	uint64_t other_groups, other_count;
	size_t needed;

	tc_tally_other(tally, &other_groups, &other_count);
	needed = other_groups ? tc_digits(other_groups) + OTHER_WIDTH : TOTAL_WIDTH;
	if (other_groups && tc_tally_too_low(tally))
		needed += AT_MOST_WIDTH;
	if (columns->keys >= needed)
		return;
	columns->width[tc_tally_key_count(tally) - 1] += needed - columns->keys;
	columns->keys = needed;
}

static void write_row(struct tc_buf *out, const struct tc_tally *tally, size_t row,
		      const struct columns *columns, struct tc_buf *scratch)
{
	for (size_t k = 0; k < tc_tally_key_count(tally); k++) {
		const char *text = cell_text(tally, row, k, columns->room[k], scratch);

		tc_cell(out, text, columns->width[k], is_right(tally, k));
		tc_buf_fill(out, ' ', GAP);
	}
	write_counts(out, columns, tc_tally_row_count(tally, row), tc_tally_total(tally));
}

static int write_table(struct tc_buf *out, const struct tc_tally *tally,
		       const struct tc_report *report, const struct tc_style *style,
		       tc_pass_on *pass_on)
{
	tc_auto_buf struct tc_buf scratch = TC_BUF_INIT;
	struct columns columns = measure(tally, &scratch);
	int status = 0;

	make_room(&columns, tally, style);
	widen_for_sums(&columns, tally);
	write_heading(out, tally, &columns, style);
	for (size_t row = 0; !status && row < tc_tally_rows(tally); row++) {
		write_row(out, tally, row, &columns, &scratch);
		status = pass_on_much(out, pass_on);
	}
	if (status)
		return status;
	write_sums(out, tally, &columns, style);
	tc_write_incomplete(out, report, style);
	out->failed |= scratch.failed;
	return 0;
}

/* ---- JSON and CSV -------------------------------------------------------------------- */

static void write_group(struct tc_buf *out, const struct tc_tally *tally, size_t row)
{
	tc_buf_byte(out, '{');
	for (size_t k = 0; k < tc_tally_key_count(tally); k++) {
		struct tc_value value;

		tc_tally_row_value(tally, row, k, &value);
		if (value.type == TC_TYPE_NONE)
			continue;
		tc_json_key(out, tc_tally_key(tally, k)->field->name);
		tc_json_value(out, &value);
		tc_buf_byte(out, ',');
	}
	tc_buf_text(out, "\"count\":");
	tc_buf_number(out, tc_tally_row_count(tally, row));
	tc_buf_byte(out, '}');
}

static void write_keys(struct tc_buf *out, const struct tc_tally *tally)
{
	tc_buf_text(out, "\"keys\":[");
	for (size_t k = 0; k < tc_tally_key_count(tally); k++) {
		if (k)
			tc_buf_byte(out, ',');
		tc_json_string(out, tc_tally_key(tally, k)->field->name);
	}
	tc_buf_format(out, "],\"total\":%llu", (unsigned long long)tc_tally_total(tally));
}

static void write_other(struct tc_buf *out, const struct tc_tally *tally)
{
	uint64_t other_groups, other_count;

	tc_tally_other(tally, &other_groups, &other_count);
	tc_buf_format(out, "\"other\":{\"groups\":%llu,\"count\":%llu",
		      (unsigned long long)other_groups, (unsigned long long)other_count);
	if (tc_tally_too_low(tally))
		tc_buf_format(out, ",\"too_low\":%llu",
			      (unsigned long long)tc_tally_too_low(tally));
	tc_buf_byte(out, '}');
}

static int write_json(struct tc_buf *out, const struct tc_tally *tally,
		      const struct tc_report *report, const struct tc_stamp *stamp,
		      tc_pass_on *pass_on)
{
	int status = 0;

	tc_buf_byte(out, '{');
	tc_json_stamp(out, "tcpcensus.by/1", stamp);
	tc_buf_byte(out, ',');
	write_keys(out, tally);
	tc_buf_text(out, ",\"groups\":[");
	for (size_t row = 0; !status && row < tc_tally_rows(tally); row++) {
		tc_buf_text(out, row ? ",\n" : "\n");
		write_group(out, tally, row);
		status = pass_on_much(out, pass_on);
	}
	if (status)
		return status;
	tc_buf_text(out, tc_tally_rows(tally) ? "\n]," : "],");
	write_other(out, tally);
	tc_buf_byte(out, ',');
	tc_json_source(out, report);
	tc_buf_text(out, "}\n");
	return 0;
}

static void write_ndjson_end(struct tc_buf *out, const struct tc_tally *tally,
			     const struct tc_report *report, const struct tc_stamp *stamp)
{
	tc_buf_byte(out, '{');
	tc_json_stamp(out, "tcpcensus.by/1", stamp);
	tc_buf_byte(out, ',');
	write_keys(out, tally);
	tc_buf_byte(out, ',');
	write_other(out, tally);
	tc_buf_byte(out, ',');
	tc_json_source(out, report);
	tc_buf_text(out, "}\n");
}

/* One object a group, and a last one with what belongs to all of them. */
static int write_ndjson(struct tc_buf *out, const struct tc_tally *tally,
			const struct tc_report *report, const struct tc_stamp *stamp,
			tc_pass_on *pass_on)
{
	int status = 0;

	for (size_t row = 0; !status && row < tc_tally_rows(tally); row++) {
		write_group(out, tally, row);
		tc_buf_byte(out, '\n');
		status = pass_on_much(out, pass_on);
	}
	if (!status)
		write_ndjson_end(out, tally, report, stamp);
	return status;
}

static void write_csv_row(struct tc_buf *out, const struct tc_tally *tally, size_t row)
{
	for (size_t k = 0; k < tc_tally_key_count(tally); k++) {
		struct tc_value value;

		tc_tally_row_value(tally, row, k, &value);
		tc_csv_value(out, &value);
		tc_buf_byte(out, ',');
	}
	tc_buf_number(out, tc_tally_row_count(tally, row));
	tc_buf_byte(out, '\n');
}

static int write_csv(struct tc_buf *out, const struct tc_tally *tally,
		     const struct tc_report *report, tc_pass_on *pass_on)
{
	uint64_t other_groups, other_count;
	struct tc_key keys[TC_KEYS_MAX];
	int status = 0;

	for (size_t k = 0; k < tc_tally_key_count(tally); k++)
		keys[k] = *tc_tally_key(tally, k);
	tc_csv_heading(out, keys, tc_tally_key_count(tally));
	tc_buf_text(out, ",count\n");
	for (size_t row = 0; !status && row < tc_tally_rows(tally); row++) {
		write_csv_row(out, tally, row);
		status = pass_on_much(out, pass_on);
	}
	if (status)
		return status;
	tc_tally_other(tally, &other_groups, &other_count);
	if (other_groups)
		tc_csv_remark(out, "(other)", tc_tally_key_count(tally), other_count);
	if (tc_tally_too_low(tally))
		tc_csv_remark(out, "(counts are too low by up to)", tc_tally_key_count(tally),
			      tc_tally_too_low(tally));
	tc_csv_incomplete(out, report, tc_tally_key_count(tally));
	return 0;
}

int tc_write_groups(struct tc_buf *out, enum tc_form form, const struct tc_tally *tally,
		    const struct tc_report *report, const struct tc_stamp *stamp,
		    const struct tc_style *style, tc_pass_on *pass_on)
{
	switch (form) {
	case TC_FORM_TABLE:
		return write_table(out, tally, report, style, pass_on);
	case TC_FORM_JSON:
		return write_json(out, tally, report, stamp, pass_on);
	case TC_FORM_NDJSON:
		return write_ndjson(out, tally, report, stamp, pass_on);
	case TC_FORM_CSV:
		return write_csv(out, tally, report, pass_on);
	}
	return 0;
}

void tc_write_groups_cut(struct tc_buf *out, enum tc_form form, const struct tc_tally *tally,
			 const struct tc_report *report, const struct tc_stamp *stamp,
			 const struct tc_style *style)
{
	switch (form) {
	case TC_FORM_TABLE:
		tc_write_incomplete(out, report, style);
		break;
	case TC_FORM_JSON:
		break;
	case TC_FORM_NDJSON:
		write_ndjson_end(out, tally, report, stamp);
		break;
	case TC_FORM_CSV:
		tc_csv_incomplete(out, report, tc_tally_key_count(tally));
		break;
	}
}
