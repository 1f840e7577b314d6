/* SPDX-License-Identifier: MIT */
/* list.c - sockets one after the other, as a table, JSON or CSV. */
#include <errno.h>
#include <string.h>

#include "model/packed.h"
#include "output/cell.h"
#include "output/csv.h"
#include "output/json.h"
#include "util/intl.h"
#include "util/width.h"

struct tc_list_writer {
	enum tc_form form;
	const struct tc_key *columns;
	size_t column_count;
	struct tc_stamp stamp;
	struct tc_style style;
	uint64_t total; /* sockets that the rows stand for */
	uint64_t rows;
	bool counted;	     /* one of the first rows stands for several sockets: shown */
	struct tc_buf first; /* packed rows that are kept to measure the columns */
	struct tc_buf cell;  /* scratch */
	size_t *widths;
	size_t *room; /* of columns that are cut to it; 0 of others, and until all is measured */
};

enum { GAP = 2, COUNT_WIDTH = 7 };

static size_t title_width(const struct tc_key *column)
{
	const char *title = tc_tr(column->field->title);

	return tc_width(title, strlen(title));
}

int tc_list_writer_new(enum tc_form form, const struct tc_key *columns, size_t column_count,
		       const struct tc_stamp *stamp, const struct tc_style *style,
		       struct tc_list_writer **ret_writer)
{
	struct tc_list_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return -ENOMEM;
	writer->form = form;
	writer->columns = columns;
	writer->column_count = column_count;
	writer->stamp = *stamp;
	writer->style = *style;
	writer->widths = calloc(column_count + 1, sizeof(*writer->widths));
	writer->room = calloc(column_count + 1, sizeof(*writer->room));
	if (!writer->widths || !writer->room) {
		tc_list_writer_free(writer);
		return -ENOMEM;
	}
	for (size_t i = 0; i < column_count; i++)
		writer->widths[i] = title_width(&columns[i]);
	*ret_writer = writer;
	return 0;
}

void tc_list_writer_free(struct tc_list_writer *writer)
{
	if (!writer)
		return;
	tc_buf_release(&writer->first);
	tc_buf_release(&writer->cell);
	free(writer->widths);
	free(writer->room);
	free(writer);
}

/* ---- A table ------------------------------------------------------------------------- */

static const char *cell_text(struct tc_list_writer *writer, const struct tc_value *value,
			     size_t room)
{
	const char *text;

	tc_buf_clear(&writer->cell);
	tc_cell_text(&writer->cell, value);
	if (room)
		tc_cell_cut(&writer->cell, room);
	text = tc_buf_string(&writer->cell);
	return text && *text ? text : "-";
}

static void write_cells(struct tc_list_writer *writer, const struct tc_value *values,
			uint64_t count, struct tc_buf *out)
{
	if (writer->counted) {
		tc_cell_number(out, count, COUNT_WIDTH);
		tc_buf_fill(out, ' ', GAP);
	}
	for (size_t i = 0; i < writer->column_count; i++) {
		tc_cell(out, cell_text(writer, &values[i], writer->room[i]), writer->widths[i],
			writer->columns[i].field->flags & TC_FIELD_RIGHT);
		tc_buf_fill(out, ' ', GAP);
	}
	tc_cell_end(out);
}

static void write_titles(struct tc_list_writer *writer, struct tc_buf *out)
{
	tc_ink(out, &writer->style, TC_INK_BOLD);
	if (writer->counted) {
		tc_cell(out, _("COUNT"), COUNT_WIDTH, true);
		tc_buf_fill(out, ' ', GAP);
	}
	for (size_t i = 0; i < writer->column_count; i++) {
		tc_cell(out, tc_tr(writer->columns[i].field->title), writer->widths[i],
			writer->columns[i].field->flags & TC_FIELD_RIGHT);
		tc_buf_fill(out, ' ', GAP);
	}
	tc_cell_trim(out);
	tc_ink(out, &writer->style, TC_INK_PLAIN);
	tc_cell_end(out);
}

static void keep_row(struct tc_list_writer *writer, const struct tc_value *values, uint64_t count)
{
	tc_buf_add(&writer->first, &count, sizeof(count));
	for (size_t i = 0; i < writer->column_count; i++) {
		const char *text = cell_text(writer, &values[i], 0);
		size_t width = tc_width(text, strlen(text));

		if (width > writer->widths[i])
			writer->widths[i] = width;
		tc_value_pack(&values[i], &writer->first);
	}
}

/* Of rows that come later, too. */
static void make_room(struct tc_list_writer *writer)
{
	size_t total = writer->counted ? COUNT_WIDTH + GAP : 0;

	for (size_t i = 0; i < writer->column_count; i++)
		total += writer->widths[i] + (i ? GAP : 0);
	for (size_t i = 0; i < writer->column_count; i++) {
		writer->room[i] = tc_cell_room(&writer->style, &writer->columns[i],
					       writer->widths[i], total);
		if (writer->room[i] && writer->room[i] < writer->widths[i])
			writer->widths[i] = writer->room[i];
	}
}

/* The kept rows are measured by now: writes them under their titles. */
static void write_kept_rows(struct tc_list_writer *writer, struct tc_buf *out)
{
	const char *at = writer->first.data;
	const char *end = at ? at + writer->first.length : NULL;
	tc_auto_free struct tc_value *values = calloc(writer->column_count, sizeof(*values));

	if (!values) {
		out->failed = true;
		return;
	}
	make_room(writer);
	write_titles(writer, out);
	while (at < end) {
		uint64_t count;

		memcpy(&count, at, sizeof(count));
		at += sizeof(count);
		for (size_t i = 0; i < writer->column_count; i++)
			at = tc_value_unpack(at, &values[i]);
		write_cells(writer, values, count, out);
	}
	tc_buf_release(&writer->first);
}

static void table_row(struct tc_list_writer *writer, const struct tc_value *values, uint64_t count,
		      struct tc_buf *out)
{
	if (writer->rows > TC_LIST_MEASURED) {
		write_cells(writer, values, count, out);
		return;
	}
	writer->counted |= count != 1;
	keep_row(writer, values, count);
	if (writer->rows == TC_LIST_MEASURED)
		write_kept_rows(writer, out);
}

/* ---- JSON and CSV -------------------------------------------------------------------- */

static void write_object(struct tc_list_writer *writer, const struct tc_value *values,
			 uint64_t count, struct tc_buf *out)
{
	bool first = true;

	tc_buf_byte(out, '{');
	for (size_t i = 0; i < writer->column_count; i++) {
		if (values[i].type == TC_TYPE_NONE)
			continue;
		if (!first)
			tc_buf_byte(out, ',');
		first = false;
		tc_json_key(out, writer->columns[i].field->name);
		tc_json_value(out, &values[i]);
	}
	if (count != 1)
		tc_buf_format(out, "%s\"count\":%llu", first ? "" : ",", (unsigned long long)count);
	tc_buf_byte(out, '}');
}

static void json_row(struct tc_list_writer *writer, const struct tc_value *values, uint64_t count,
		     struct tc_buf *out)
{
	if (writer->rows == 1) {
		tc_buf_byte(out, '{');
		tc_json_stamp(out, "tcpcensus.list/1", &writer->stamp);
		tc_buf_text(out, ",\"sockets\":[\n");
	} else {
		tc_buf_text(out, ",\n");
	}
	write_object(writer, values, count, out);
}

static void csv_row(struct tc_list_writer *writer, const struct tc_value *values, uint64_t count,
		    struct tc_buf *out)
{
	if (writer->rows == 1) {
		tc_csv_heading(out, writer->columns, writer->column_count);
		tc_buf_text(out, ",count\n");
	}
	for (size_t i = 0; i < writer->column_count; i++) {
		tc_csv_value(out, &values[i]);
		tc_buf_byte(out, ',');
	}
	tc_buf_number(out, count);
	tc_buf_byte(out, '\n');
}

void tc_list_row(struct tc_list_writer *writer, const struct tc_value *values, uint64_t count,
		 struct tc_buf *out)
{
	writer->rows++;
	writer->total += count;
	switch (writer->form) {
	case TC_FORM_TABLE:
		table_row(writer, values, count, out);
		break;
	case TC_FORM_JSON:
		json_row(writer, values, count, out);
		break;
	case TC_FORM_NDJSON:
		write_object(writer, values, count, out);
		tc_buf_byte(out, '\n');
		break;
	case TC_FORM_CSV:
		csv_row(writer, values, count, out);
		break;
	}
}

/* ---- The end ------------------------------------------------------------------------- */

static void table_end(struct tc_list_writer *writer, uint64_t left_out,
		      const struct tc_report *report, struct tc_buf *out)
{
	if (writer->rows < TC_LIST_MEASURED)
		write_kept_rows(writer, out);
	if (left_out)
		tc_buf_format(out,
			      tc_ngettext("and %llu more socket (-n 0 shows all)\n",
					  "and %llu more sockets (-n 0 shows all)\n",
					  (unsigned long)left_out),
			      (unsigned long long)left_out);
	tc_write_incomplete(out, report, &writer->style);
}

static void json_end(struct tc_list_writer *writer, uint64_t left_out,
		     const struct tc_report *report, struct tc_buf *out)
{
	if (!writer->rows) {
		tc_buf_byte(out, '{');
		tc_json_stamp(out, "tcpcensus.list/1", &writer->stamp);
		tc_buf_text(out, ",\"sockets\":[");
	}
	tc_buf_format(out, "%s],\"total\":%llu,\"other\":{\"count\":%llu},", writer->rows ? "\n" : "",
		      (unsigned long long)(writer->total + left_out), (unsigned long long)left_out);
	tc_json_source(out, report);
	tc_buf_text(out, "}\n");
}

/* One object a socket and nothing else, unless something is missing. */
static void ndjson_end(struct tc_list_writer *writer, uint64_t left_out,
		       const struct tc_report *report, struct tc_buf *out)
{
	if (report->complete && !left_out)
		return;
	tc_buf_byte(out, '{');
	tc_json_stamp(out, "tcpcensus.list/1", &writer->stamp);
	tc_buf_format(out, ",\"total\":%llu,\"other\":{\"count\":%llu},",
		      (unsigned long long)(writer->total + left_out), (unsigned long long)left_out);
	tc_json_source(out, report);
	tc_buf_text(out, "}\n");
}

static void csv_end(struct tc_list_writer *writer, uint64_t left_out,
		    const struct tc_report *report, struct tc_buf *out)
{
	if (!writer->rows) {
		tc_csv_heading(out, writer->columns, writer->column_count);
		tc_buf_text(out, ",count\n");
	}
	if (left_out)
		tc_csv_remark(out, "(other)", writer->column_count, left_out);
	tc_csv_incomplete(out, report, writer->column_count);
}

void tc_list_end(struct tc_list_writer *writer, uint64_t left_out, const struct tc_report *report,
		 struct tc_buf *out)
{
	switch (writer->form) {
	case TC_FORM_TABLE:
		table_end(writer, left_out, report, out);
		break;
	case TC_FORM_JSON:
		json_end(writer, left_out, report, out);
		break;
	case TC_FORM_NDJSON:
		ndjson_end(writer, left_out, report, out);
		break;
	case TC_FORM_CSV:
		csv_end(writer, left_out, report, out);
		break;
	}
	out->failed |= writer->first.failed || writer->cell.failed;
}
