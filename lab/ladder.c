/* SPDX-License-Identifier: MIT */
/*
 * ladder.c - draws a record of segments.
 */
#include "ladder.h"

#include <stdio.h>
#include <string.h>

#include "util/width.h"
#include "util/wrap.h"

#define TIME_COLUMNS 8
#define STATE_COLUMNS 12
#define WIDTH_MIN 60
#define WIDTH_MAX 100
/* Columns beside the shaft: time, a state, two rails, a state. */
#define BESIDE (TIME_COLUMNS + STATE_COLUMNS + 2 + STATE_COLUMNS)
#define ARROW_LEAD 4 /* of the shaft before its label */

/* The signs that a drawing is made of. */
struct signs {
	const char *rail, *shaft, *right, *left, *cross;
};

static const struct signs ascii = {"|", "-", ">", "<", "X"};
static const struct signs box = {"│", "─", "▶", "◀", "╳"};

/* One drawing in the making. */
struct drawing {
	struct tc_buf *out;
	const struct signs *signs;
	size_t width; /* of the whole, */
	size_t shaft; /* and between the rails */
	bool based[LAB_SIDES];
	uint32_t base[LAB_SIDES]; /* what is called 0, of each side */
	uint64_t start_ns;
};

static void repeat(struct tc_buf *out, const char *sign, size_t count)
{
	while (count--)
		tc_buf_text(out, sign);
}

/* Text, and blanks up to so many columns. */
static void pad(struct tc_buf *out, const char *text, size_t columns)
{
	size_t width = tc_width(text, strlen(text));

	tc_buf_text(out, text);
	tc_buf_fill(out, ' ', width < columns ? columns - width : 0);
}

/* "FIN+ACK"; PSH is a hint to the receiving program that no story turns on. */
static void put_flags(struct tc_buf *out, uint8_t flags)
{
	static const struct {
		uint8_t flag;
		const char *name;
	} names[] = {{LAB_SYN, "SYN"}, {LAB_FIN, "FIN"}, {LAB_RST, "RST"}, {LAB_ACK, "ACK"}};
	size_t before = out->length;

	for (size_t i = 0; i < TC_ARRAY_SIZE(names); i++) {
		if (!(flags & names[i].flag))
			continue;
		tc_buf_text(out, out->length == before ? "" : "+");
		tc_buf_text(out, names[i].name);
	}
	if (out->length == before)
		tc_buf_text(out, "no flag");
}

static int32_t relative(struct drawing *drawing, enum lab_side side, uint32_t number,
			uint32_t first)
{
	if (!drawing->based[side]) {
		drawing->based[side] = true;
		drawing->base[side] = first;
	}
	return (int32_t)(number - drawing->base[side]);
}

static void put_label(struct drawing *drawing, struct tc_buf *out, const struct lab_crossing *row)
{
	enum lab_side other = row->from == LAB_A ? LAB_B : LAB_A;

	put_flags(out, row->flags);
	tc_buf_format(out, " seq=%d", relative(drawing, row->from, row->seq, row->seq));
	if (row->flags & LAB_ACK)
		tc_buf_format(out, " ack=%d", relative(drawing, other, row->ack, row->ack - 1));
	if (row->length)
		tc_buf_format(out, " len=%zu", row->length);
}

static void end_line(struct tc_buf *out)
{
	while (out->length && out->data[out->length - 1] == ' ')
		out->length--;
	tc_buf_byte(out, '\n');
}

static void put_between_line(struct drawing *drawing, size_t indent, const char *text,
			     size_t length)
{
	struct tc_buf *out = drawing->out;
	size_t used = indent + tc_width(text, length);

	tc_buf_fill(out, ' ', TIME_COLUMNS + STATE_COLUMNS);
	tc_buf_text(out, drawing->signs->rail);
	tc_buf_fill(out, ' ', indent);
	tc_buf_add(out, text, length);
	tc_buf_fill(out, ' ', used < drawing->shaft ? drawing->shaft - used : 0);
	tc_buf_text(out, drawing->signs->rail);
	tc_buf_byte(out, '\n');
}

/* Text without an arrow, in as many lines as it takes: what does not fit on its segment. */
static void put_between(struct drawing *drawing, size_t indent, const char *text)
{
	size_t left = strlen(text), next;

	do {
		size_t length = tc_wrap_line(text, left, drawing->shaft - indent, &next);

		put_between_line(drawing, indent, text, length);
		text += next;
		left -= next;
	} while (left);
}

static void put_time(struct drawing *drawing, uint64_t at_ns)
{
	double ms = (double)(at_ns - drawing->start_ns) / 1e6;

	if (ms < 99999.9)
		tc_buf_format(drawing->out, "%7.1f ", ms);
	else
		tc_buf_format(drawing->out, "%5.0f s ", ms / 1e3);
}

/* The arrow, `length` columns of the shaft long; the rest is empty, where it did not arrive. */
static void put_arrow(struct drawing *drawing, const struct lab_crossing *row, const char *label,
		      size_t length)
{
	struct tc_buf *out = drawing->out;
	const struct signs *signs = drawing->signs;
	bool right = row->from == LAB_A;
	size_t inside = length - 1, used = strlen(label) ? strlen(label) + 2 : 0;
	size_t lead = used ? ARROW_LEAD - !right : 0;

	if (!right) {
		tc_buf_fill(out, ' ', drawing->shaft - length);
		tc_buf_text(out, row->lost ? signs->cross : signs->left);
	}
	repeat(out, signs->shaft, lead);
	if (used)
		tc_buf_format(out, " %s ", label);
	repeat(out, signs->shaft, inside - lead - used);
	if (right) {
		tc_buf_text(out, row->lost ? signs->cross : signs->right);
		tc_buf_fill(out, ' ', drawing->shaft - length);
	}
}

static void put_state(struct tc_buf *out, enum lab_state state)
{
	pad(out, state == LAB_NONE ? "" : lab_state_name(state), STATE_COLUMNS);
}

static void put_data(struct drawing *drawing, const struct lab_crossing *row)
{
	char text[LAB_CROSSING_TEXT + 8];
	size_t room = drawing->shaft - ARROW_LEAD - 1 - 6; /* for quotes and what marks a cut */
	size_t length = strlen(row->text);
	bool cut = length < row->length || length > room;

	if (length > room)
		length = room;
	snprintf(text, sizeof(text), "\"%.*s\"%s", (int)length, row->text, cut ? "..." : "");
	put_between(drawing, ARROW_LEAD + 1, text);
}

static void put_segment(struct drawing *drawing, const struct lab_crossing *row)
{
	struct tc_buf *out = drawing->out;
	tc_auto_buf struct tc_buf label = TC_BUF_INIT;
	size_t length = row->lost ? drawing->shaft * 3 / 4 : drawing->shaft;
	const char *text;

	put_label(drawing, &label, row);
	text = tc_buf_string(&label);
	if (!text) {
		out->failed = true;
		return;
	}
	if (strlen(text) + ARROW_LEAD + 4 > length) {
		put_between(drawing, ARROW_LEAD + 1, text);
		text = "";
	}
	put_time(drawing, row->at_ns);
	put_state(out, row->state[LAB_A]);
	tc_buf_text(out, drawing->signs->rail);
	put_arrow(drawing, row, text, length);
	tc_buf_text(out, drawing->signs->rail);
	tc_buf_byte(out, ' ');
	put_state(out, row->state[LAB_B]);
	end_line(out);
	if (row->length)
		put_data(drawing, row);
}

/* The titles, each over its rail as far as there is room. */
static void put_head(struct drawing *drawing, const struct lab_ladder *ladder)
{
	struct tc_buf *out = drawing->out;
	size_t left = TIME_COLUMNS + STATE_COLUMNS;
	size_t width = tc_width(ladder->title[LAB_B], strlen(ladder->title[LAB_B]));
	size_t at = left + 1 + drawing->shaft;

	if (at + width > drawing->width)
		at = drawing->width > width ? drawing->width - width : 0;
	pad(out, "     ms", left);
	pad(out, ladder->title[LAB_A], at > left ? at - left : 0);
	tc_buf_text(out, ladder->title[LAB_B]);
	end_line(out);
	put_between(drawing, 0, "");
}

/* The head and a remark before it end with empty rails already. */
static void put_remark(struct drawing *drawing, const char *text, bool apart)
{
	if (apart)
		put_between(drawing, 0, "");
	tc_wrap(drawing->out, text, TIME_COLUMNS, drawing->width);
	put_between(drawing, 0, "");
}

static uint64_t first_time(const struct lab_wire *wire)
{
	for (size_t i = 0; i < wire->n; i++) {
		if (!wire->rows[i].remark)
			return wire->rows[i].at_ns;
	}
	return 0;
}

void lab_ladder(struct tc_buf *out, const struct lab_ladder *ladder, const struct lab_wire *wire)
{
	size_t width = ladder->width < WIDTH_MIN   ? WIDTH_MIN
		       : ladder->width > WIDTH_MAX ? WIDTH_MAX
						   : ladder->width;
	struct drawing drawing = {
		.out = out,
		.signs = ladder->utf8 ? &box : &ascii,
		.width = width,
		.shaft = width - BESIDE,
		.start_ns = first_time(wire),
	};

	if (!wire->n)
		return;
	put_head(&drawing, ladder);
	for (size_t i = 0; i < wire->n; i++) {
		if (wire->rows[i].remark)
			put_remark(&drawing, wire->rows[i].remark, i && !wire->rows[i - 1].remark);
		else
			put_segment(&drawing, &wire->rows[i]);
	}
}
