/* SPDX-License-Identifier: MIT */
/*
 * story_length_table.c - what was tried, what is said, and what was measured.
 */
#include "story_length.h"

#include <stdio.h>
#include <string.h>

#include "util/decimal.h"
#include "util/intl.h"
#include "util/width.h"
#include "util/wrap.h"

#define GAP 2
#define CELL_MAX 96
#define INDENT 2

enum column { WHAT, SAID, MEASURED, COLUMNS };

struct cells {
	char text[COLUMNS][CELL_MAX];
};

static void put_measured(char text[CELL_MAX], const struct lab_length_row *row)
{
	switch (row->outcome) {
	case LAB_LASTS:
	case LAB_RESTARTS:
	case LAB_FIN_TIMEOUT:
		snprintf(text, CELL_MAX, "%s s", tc_decimal(row->lasted_s).text);
		break;
	case LAB_ENDS:
		snprintf(text, CELL_MAX, _("ended by it, after %s s"), tc_decimal(row->lasted_s).text);
		break;
	case LAB_TAKEN_OVER:
		snprintf(text, CELL_MAX, _("taken over, after %s s"), tc_decimal(row->lasted_s).text);
		break;
	case LAB_NEVER:
		snprintf(text, CELL_MAX, "%s", _("none was made"));
		break;
	case LAB_ABORTED:
		snprintf(text, CELL_MAX, "%s", _("none, but a RST"));
		break;
	case LAB_NO_SETTING:
		snprintf(text, CELL_MAX, "%s", _("no such setting"));
		break;
	}
}

static struct cells cells_of(const struct lab_length_row *row)
{
	struct cells cells;

	snprintf(cells.text[WHAT], CELL_MAX, "%s", row->what);
	snprintf(cells.text[SAID], CELL_MAX, "%s", row->said ? row->said : "-");
	put_measured(cells.text[MEASURED], row);
	return cells;
}

static struct cells headings(void)
{
	struct cells cells;

	snprintf(cells.text[WHAT], CELL_MAX, "%s", _("WHAT WAS TRIED"));
	snprintf(cells.text[SAID], CELL_MAX, "%s", _("OFTEN SAID"));
	snprintf(cells.text[MEASURED], CELL_MAX, "%s", _("MEASURED"));
	return cells;
}

static size_t width_of(const char *text)
{
	return tc_width(text, strlen(text));
}

static void widen(size_t widths[COLUMNS], const struct cells *cells)
{
	for (int column = 0; column < COLUMNS; column++) {
		size_t width = width_of(cells->text[column]);

		if (width > widths[column])
			widths[column] = width;
	}
}

static void put_line(struct tc_buf *out, const struct cells *cells, const size_t widths[COLUMNS])
{
	tc_buf_fill(out, ' ', INDENT);
	for (int column = 0; column < COLUMNS; column++) {
		const char *text = cells->text[column];

		tc_buf_text(out, text);
		if (column + 1 < COLUMNS)
			tc_buf_fill(out, ' ', widths[column] - width_of(text) + GAP);
	}
	tc_buf_byte(out, '\n');
}

static void put_stacked(struct tc_buf *out, const struct cells *cells, size_t width)
{
	struct cells heading = headings();

	tc_wrap(out, cells->text[WHAT], 0, width);
	for (int column = SAID; column < COLUMNS; column++) {
		tc_auto_buf struct tc_buf line = TC_BUF_INIT;

		tc_buf_format(&line, "%s: %s", heading.text[column], cells->text[column]);
		if (tc_buf_string(&line))
			tc_wrap(out, line.data, INDENT, width);
		out->failed |= line.failed;
	}
}

void lab_length_table(struct tc_buf *out, const struct lab_length_row *rows, size_t n, size_t width)
{
	size_t widths[COLUMNS] = {0}, total = INDENT + GAP * (COLUMNS - 1);
	struct cells cells = headings();

	widen(widths, &cells);
	for (size_t i = 0; i < n; i++) {
		cells = cells_of(&rows[i]);
		widen(widths, &cells);
	}
	for (int column = 0; column < COLUMNS; column++)
		total += widths[column];
	if (total <= width) {
		cells = headings();
		put_line(out, &cells, widths);
	}
	for (size_t i = 0; i < n; i++) {
		cells = cells_of(&rows[i]);
		if (total <= width)
			put_line(out, &cells, widths);
		else
			put_stacked(out, &cells, width);
	}
}
