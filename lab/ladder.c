/* SPDX-License-Identifier: MIT */
/*
 * ladder.c - draws a record of what happened.
 *
 * A line between the two rails is written from left to right. Segments that are on their way go
 * down in lanes, and whatever fills the columns of a lane with blanks or with a shaft draws the
 * lane there as well.
 */
#include "ladder.h"

#include <stdio.h>
#include <string.h>

#include "ladder_label.h"
#include "util/decimal.h"
#include "util/width.h"
#include "util/wrap.h"

#define WIDTH_MIN 40
#define WIDTH_MAX 120
#define WIDE_MIN 72 /* with less there is no room for states beside the rails */
#define ON_THEIR_WAY_MAX 8
#define LANE_STEP 3 /* columns from one lane to the next of the same side */

/* clang-format off */
static const struct lab_signs ascii = {
	.rail = "|", .shaft = "-", .right = ">", .left = "<", .lost = "X", .act = "*",
	.down_right = ".", .down_left = ".", .up_right = "'", .up_left = "'",
	.lane = "|", .cross = "+",
};
static const struct lab_signs box = {
	.rail = "│", .shaft = "─", .right = "▶", .left = "◀", .lost = "╳", .act = "◆",
	.down_right = "╮", .down_left = "╭", .up_right = "╰", .up_left = "╯",
	.lane = "│", .cross = "┼",
};
/* clang-format on */

const struct lab_signs *lab_ladder_signs(bool utf8)
{
	return utf8 ? &box : &ascii;
}

/* Columns: of the time, of a state beside a rail, and of the shaft before its label. */
struct layout {
	size_t time, state, lead;
	int time_width;
};

static const struct layout wide = {.time = 8, .state = 12, .lead = 4, .time_width = 7};
static const struct layout narrow = {.time = 7, .state = 0, .lead = 2, .time_width = 6};

/* A segment on its way. */
struct lane {
	size_t sent; /* its event */
	size_t column;
	enum lab_side from;
};

/* One drawing in the making. */
struct drawing {
	struct tc_buf *out;
	const struct lab_ladder *ladder;
	const struct lab_wire *wire;
	const struct lab_signs *signs;
	const struct layout *layout;
	size_t width; /* of the whole, */
	size_t shaft; /* and between the rails */
	size_t at;    /* columns after the left rail that this line has so far */
	struct lane lanes[ON_THEIR_WAY_MAX];
	size_t n_lanes;
	struct lab_zeros zeros;
	uint64_t start_ns;
};

/* ---- Lines ----------------------------------------------------------------------------- */

static bool is_lane(const struct drawing *drawing, size_t column)
{
	for (size_t i = 0; i < drawing->n_lanes; i++) {
		if (drawing->lanes[i].column == column)
			return true;
	}
	return false;
}

/* Blanks, or a shaft, up to that column. */
static void fill_to(struct drawing *drawing, size_t column, bool shaft)
{
	const struct lab_signs *signs = drawing->signs;

	for (; drawing->at < column; drawing->at++) {
		bool lane = is_lane(drawing, drawing->at);

		if (shaft)
			tc_buf_text(drawing->out, lane ? signs->cross : signs->shaft);
		else
			tc_buf_text(drawing->out, lane ? signs->lane : " ");
	}
}

static void put(struct drawing *drawing, const char *text, size_t length)
{
	tc_buf_add(drawing->out, text, length);
	drawing->at += tc_width(text, length);
}

static void put_sign(struct drawing *drawing, const char *sign)
{
	put(drawing, sign, strlen(sign));
}

/* Text, and blanks up to so many columns. */
static void pad(struct tc_buf *out, const char *text, size_t columns)
{
	size_t width = tc_width(text, strlen(text));

	tc_buf_text(out, text);
	tc_buf_fill(out, ' ', width < columns ? columns - width : 0);
}

static void trim(struct tc_buf *out)
{
	while (out->length && out->data[out->length - 1] == ' ')
		out->length--;
	tc_buf_byte(out, '\n');
}

static void put_time(struct drawing *drawing, uint64_t at_ns)
{
	double ms = (double)(at_ns - drawing->start_ns) / 1e6;
	int width = drawing->layout->time_width;

	if (ms < (width > 6 ? 99999.9 : 9999.9))
		tc_buf_format(drawing->out, "%*s ", width, tc_decimal(ms).text);
	else
		tc_buf_format(drawing->out, "%*.0f s ", width - 2, ms / 1e3);
}

static const char *name_of(enum lab_state state)
{
	return state == LAB_NONE ? "" : lab_state_name(state);
}

/* A line without a time and states. */
static void begin_blank(struct drawing *drawing)
{
	tc_buf_fill(drawing->out, ' ', drawing->layout->time + drawing->layout->state);
	put_sign(drawing, drawing->signs->rail);
	drawing->at = 0;
}

static void end_blank(struct drawing *drawing)
{
	fill_to(drawing, drawing->shaft, false);
	tc_buf_text(drawing->out, drawing->signs->rail);
	tc_buf_byte(drawing->out, '\n');
}

static void put_empty(struct drawing *drawing)
{
	begin_blank(drawing);
	end_blank(drawing);
}

static void begin_event(struct drawing *drawing, const struct lab_event *event)
{
	put_time(drawing, event->at_ns);
	pad(drawing->out, drawing->layout->state ? name_of(event->state[LAB_A]) : "",
	    drawing->layout->state);
	put_sign(drawing, drawing->signs->rail);
	drawing->at = 0;
}

/* "[FIN_WAIT1]          [CLOSE_WAIT]" */
static void put_states_below(struct drawing *drawing, const struct lab_event *event)
{
	char left[32] = "", right[32] = "";

	if (event->state[LAB_A] != LAB_NONE)
		snprintf(left, sizeof(left), "[%s]", name_of(event->state[LAB_A]));
	if (event->state[LAB_B] != LAB_NONE)
		snprintf(right, sizeof(right), "[%s]", name_of(event->state[LAB_B]));
	if (!*left && !*right)
		return;
	begin_blank(drawing);
	put_sign(drawing, left);
	fill_to(drawing, drawing->shaft - strlen(right), false);
	put_sign(drawing, right);
	end_blank(drawing);
}

static void end_event(struct drawing *drawing, const struct lab_event *event)
{
	fill_to(drawing, drawing->shaft, false);
	tc_buf_text(drawing->out, drawing->signs->rail);
	if (drawing->layout->state && event->state[LAB_B] != LAB_NONE)
		tc_buf_format(drawing->out, " %s", name_of(event->state[LAB_B]));
	tc_buf_byte(drawing->out, '\n');
	if (!drawing->layout->state)
		put_states_below(drawing, event);
}

/* Text without an arrow, in as many lines as it takes: what does not fit on its segment. */
static void put_between(struct drawing *drawing, const char *text)
{
	size_t indent = drawing->layout->lead + 1, left = strlen(text), next;

	while (left) {
		size_t length = tc_wrap_line(text, left, drawing->shaft - indent, &next);

		begin_blank(drawing);
		fill_to(drawing, indent, false);
		put(drawing, text, length);
		end_blank(drawing);
		text += next;
		left -= next;
	}
}

/* ---- Segments -------------------------------------------------------------------------- */

static void put_label(struct drawing *drawing, const char *label)
{
	if (!*label)
		return;
	put_sign(drawing, " ");
	put_sign(drawing, label);
	put_sign(drawing, " ");
}

/* From the left; it ends before `end` in a head or a cross, or turns down there. */
static void put_rightward(struct drawing *drawing, const char *label, size_t end, const char *tip)
{
	if (*label)
		fill_to(drawing, drawing->layout->lead, true);
	put_label(drawing, label);
	fill_to(drawing, end - 1, true);
	put_sign(drawing, tip);
}

/* From the right, written from its tip at `start` on. */
static void put_leftward(struct drawing *drawing, const char *label, size_t start, const char *tip)
{
	fill_to(drawing, start, false);
	put_sign(drawing, tip);
	if (*label)
		fill_to(drawing, start + drawing->layout->lead, true);
	put_label(drawing, label);
	fill_to(drawing, drawing->shaft, true);
}

static void put_data(struct drawing *drawing, const struct lab_event *event)
{
	char text[LAB_EVENT_DATA + 8];
	size_t room = drawing->shaft - drawing->layout->lead - 1 - 6; /* quotes, and a cut's mark */
	size_t length = strlen(event->data);
	bool cut = length < event->length || length > room;

	if (length > room)
		length = room;
	snprintf(text, sizeof(text), "\"%.*s\"%s", (int)length, event->data, cut ? "..." : "");
	put_between(drawing, text);
}

/* The first free lane of that side, the nearer to the other side the better. */
static size_t lane_of(const struct drawing *drawing, enum lab_side from)
{
	size_t margin = drawing->shaft / 6, count = 0;

	for (size_t i = 0; i < drawing->n_lanes; i++)
		count += drawing->lanes[i].from == from;
	margin += count * LANE_STEP;
	if (margin > drawing->shaft / 2)
		margin = drawing->shaft / 2;
	return from == LAB_A ? drawing->shaft - 1 - margin : margin;
}

/* Columns for a label: a lane on the way must not be hidden by it. */
static size_t label_room(const struct drawing *drawing, const struct lab_event *event, size_t tip)
{
	size_t lead = drawing->layout->lead;
	size_t from = event->side == LAB_A ? lead : tip + lead;
	size_t to = event->side == LAB_A ? tip : drawing->shaft - 1;

	for (size_t i = 0; i < drawing->n_lanes; i++) {
		size_t column = drawing->lanes[i].column;

		if (column >= from && column < to)
			to = column;
	}
	return to > from ? to - from : 0;
}

/* Where the segment's line ends: at the other rail, before it, or where it turns down. */
static size_t tip_of(const struct drawing *drawing, const struct lab_event *event)
{
	bool right = event->side == LAB_A;
	size_t shaft = drawing->shaft;

	if (event->fate == LAB_ON_ITS_WAY)
		return lane_of(drawing, event->side);
	if (event->fate == LAB_LOST)
		return right ? shaft * 3 / 4 - 1 : shaft - shaft * 3 / 4;
	return right ? shaft - 1 : 0;
}

static const char *tip_sign(const struct drawing *drawing, const struct lab_event *event)
{
	const struct lab_signs *signs = drawing->signs;
	bool right = event->side == LAB_A;

	if (event->fate == LAB_ON_ITS_WAY)
		return right ? signs->down_right : signs->down_left;
	if (event->fate == LAB_LOST)
		return signs->lost;
	return right ? signs->right : signs->left;
}

static void put_segment(struct drawing *drawing, size_t number)
{
	const struct lab_event *event = &drawing->wire->events[number];
	size_t tip = tip_of(drawing, event);
	struct lab_label label = lab_label_of(event, &drawing->zeros, drawing->ladder->stamps,
					      label_room(drawing, event, tip));

	put_between(drawing, label.above);
	begin_event(drawing, event);
	if (event->side == LAB_A)
		put_rightward(drawing, label.on, tip + 1, tip_sign(drawing, event));
	else
		put_leftward(drawing, label.on, tip, tip_sign(drawing, event));
	if (event->fate == LAB_ON_ITS_WAY && drawing->n_lanes < ON_THEIR_WAY_MAX)
		drawing->lanes[drawing->n_lanes++] = (struct lane){number, tip, event->side};
	end_event(drawing, event);
	put_between(drawing, label.below);
	if (event->length)
		put_data(drawing, event);
}

static void put_arrival(struct drawing *drawing, const struct lab_event *event)
{
	const struct lab_signs *signs = drawing->signs;
	size_t i = 0, column;

	while (i < drawing->n_lanes && drawing->lanes[i].sent != event->sent)
		i++;
	if (i == drawing->n_lanes) /* more on their way than there are lanes */
		return;
	column = drawing->lanes[i].column;
	drawing->lanes[i] = drawing->lanes[--drawing->n_lanes];
	begin_event(drawing, event);
	if (event->side == LAB_A) {
		fill_to(drawing, column, false);
		put_sign(drawing, signs->up_right);
		fill_to(drawing, drawing->shaft - 1, true);
		put_sign(drawing, signs->right);
	} else {
		put_sign(drawing, signs->left);
		fill_to(drawing, column, true);
		put_sign(drawing, signs->up_left);
	}
	end_event(drawing, event);
}

/* ---- What is not a segment -------------------------------------------------------------- */

/* At its side: a's from the left rail on, b's up to the right one. */
static void put_act_line(struct drawing *drawing, enum lab_side side, const char *text,
			 size_t length, const char *sign)
{
	if (side == LAB_A) {
		put_sign(drawing, sign);
		put_sign(drawing, " ");
		put(drawing, text, length);
		return;
	}
	fill_to(drawing, drawing->shaft - 2 - tc_width(text, length), false);
	put(drawing, text, length);
	put_sign(drawing, " ");
	put_sign(drawing, sign);
}

static void put_act(struct drawing *drawing, const struct lab_event *event)
{
	const char *text = event->text;
	size_t left = strlen(text), next, room = drawing->shaft - drawing->layout->lead - 2;
	size_t length = tc_wrap_line(text, left, room, &next);

	begin_event(drawing, event);
	put_act_line(drawing, event->side, text, length, drawing->signs->act);
	end_event(drawing, event);
	while (next < left) {
		text += next;
		left -= next;
		length = tc_wrap_line(text, left, room, &next);
		begin_blank(drawing);
		put_act_line(drawing, event->side, text, length, " ");
		end_blank(drawing);
	}
}

/* The head and a remark before it end with empty rails already. */
static void put_remark(struct drawing *drawing, const char *text, bool apart)
{
	if (apart)
		put_empty(drawing);
	tc_wrap(drawing->out, text, drawing->layout->time, drawing->width);
	put_empty(drawing);
}

/* The titles, each over its rail as far as there is room, in a line of its own if need be. */
static void put_head(struct drawing *drawing)
{
	struct tc_buf *out = drawing->out;
	const char *const *title = drawing->ladder->title;
	size_t left = drawing->layout->time + drawing->layout->state;
	size_t first = tc_width(title[LAB_A], strlen(title[LAB_A]));
	size_t second = tc_width(title[LAB_B], strlen(title[LAB_B]));
	size_t at = left + 1 + drawing->shaft;

	if (at + second > drawing->width)
		at = drawing->width > second ? drawing->width - second : 0;
	tc_buf_format(out, "%*s", drawing->layout->time_width, "ms");
	tc_buf_fill(out, ' ', left - (size_t)drawing->layout->time_width);
	tc_buf_text(out, title[LAB_A]);
	if (left + first + 2 > at) {
		tc_buf_byte(out, '\n');
		tc_buf_fill(out, ' ', at);
	} else {
		tc_buf_fill(out, ' ', at - left - first);
	}
	tc_buf_text(out, title[LAB_B]);
	trim(out);
	put_empty(drawing);
}

static void put_event(struct drawing *drawing, size_t number)
{
	const struct lab_event *events = drawing->wire->events;

	switch (events[number].kind) {
	case LAB_EVENT_SEGMENT:
		put_segment(drawing, number);
		break;
	case LAB_EVENT_ARRIVAL:
		put_arrival(drawing, &events[number]);
		break;
	case LAB_EVENT_ACT:
		put_act(drawing, &events[number]);
		break;
	case LAB_EVENT_REMARK:
		put_remark(drawing, events[number].text,
			   number && events[number - 1].kind != LAB_EVENT_REMARK);
		break;
	}
}

static uint64_t first_time(const struct lab_wire *wire)
{
	for (size_t i = 0; i < wire->n; i++) {
		if (wire->events[i].kind != LAB_EVENT_REMARK)
			return wire->events[i].at_ns;
	}
	return 0;
}

void lab_ladder(struct tc_buf *out, const struct lab_ladder *ladder, const struct lab_wire *wire)
{
	size_t width = ladder->width < WIDTH_MIN   ? WIDTH_MIN
		       : ladder->width > WIDTH_MAX ? WIDTH_MAX
						   : ladder->width;
	const struct layout *layout = width < WIDE_MIN ? &narrow : &wide;
	struct drawing drawing = {
		.out = out,
		.ladder = ladder,
		.wire = wire,
		.signs = lab_ladder_signs(ladder->utf8),
		.layout = layout,
		.width = width,
		.shaft = width - layout->time - 2 * layout->state - 2,
		.start_ns = first_time(wire),
	};

	if (!wire->n)
		return;
	memcpy(drawing.zeros.based, wire->based, sizeof(wire->based));
	memcpy(drawing.zeros.base, wire->base, sizeof(wire->base));
	put_head(&drawing);
	for (size_t i = 0; i < wire->n; i++)
		put_event(&drawing, i);
}
