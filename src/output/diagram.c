/* SPDX-License-Identifier: MIT */
/*
 * diagram.c - draws the transitions around a state; see diagram.h.
 *
 * Everything hangs on one vertical line, the rail: it runs down from the states before into
 * the box, and out of it to the states after. The names stand on one side of the rail and
 * the labels on its other side, so that any number of edges can be drawn without crossings.
 */
#include "output/diagram.h"

#include <string.h>

#include "util/width.h"
#include "util/wrap.h"

enum {
	NAME = 11,	  /* the longest name of a state, ESTABLISHED and LAST_ACK's like */
	RAIL = NAME + 3,  /* the rail's column: "ESTABLISHED --+" */
	INNER = NAME + 2, /* the box's room: a blank on either side of the name */
	BOX = RAIL - INNER / 2 - 1,  /* the box's left side: its middle is on the rail */
	OUT_LABEL = RAIL + 7 + NAME, /* after "+--> NAME  " */
	IN_LABEL = RAIL + 3,
	LOOP_LABEL = BOX + INNER + 2 + 5, /* right of the box and its loop */
	NARROWEST = 40,
	ROOMY = 24, /* a label with less room than this starts on a line of its own */
};

/* The strokes; each takes one column. */
struct pen {
	const char *down, *across, *join_left, *join_right, *last;
	const char *top_left, *top_right, *bottom_left, *bottom_right, *tee_down;
	const char *arrow_down, *arrow_right, *arrow_left;
};

/* clang-format off */
static const struct pen pen_ascii = {
	.down = "|", .across = "-", .join_left = "+", .join_right = "+", .last = "+",
	.top_left = "+", .top_right = "+", .bottom_left = "+", .bottom_right = "+",
	.tee_down = "+", .arrow_down = "v", .arrow_right = ">", .arrow_left = "<",
};

static const struct pen pen_utf8 = {
	.down = "│", .across = "─", .join_left = "┤", .join_right = "├", .last = "└",
	.top_left = "┌", .top_right = "┐", .bottom_left = "└", .bottom_right = "┘",
	.tee_down = "┬", .arrow_down = "▼", .arrow_right = "▶", .arrow_left = "◀",
};
/* clang-format on */

struct drawing {
	struct tc_buf *out;
	const struct pen *pen;
	const struct tc_fill *fill;
	size_t indent;
	size_t width;  /* without the indent */
	size_t column; /* where the line being drawn has got to */
};

enum kind { EDGE_IN, EDGE_OUT, EDGE_LOOP };

static enum kind kind_of(const struct tc_transition *edge, enum tc_state state)
{
	if (edge->from == edge->to)
		return EDGE_LOOP;
	return edge->to == state ? EDGE_IN : EDGE_OUT;
}

static bool touches(const struct tc_transition *edge, enum tc_state state)
{
	return edge->from == state || edge->to == state;
}

static size_t count(enum tc_state state, enum kind kind)
{
	size_t found = 0;

	for (const struct tc_transition *edge = tc_transitions; edge->event; edge++)
		found += touches(edge, state) && kind_of(edge, state) == kind;
	return found;
}

static void start(struct drawing *d)
{
	tc_buf_fill(d->out, ' ', d->indent);
	d->column = 0;
}

static void go_to(struct drawing *d, size_t column)
{
	if (column > d->column) {
		tc_buf_fill(d->out, ' ', column - d->column);
		d->column = column;
	}
}

static void stroke(struct drawing *d, const char *what)
{
	tc_buf_text(d->out, what);
	d->column++;
}

static void strokes(struct drawing *d, const char *what, size_t times)
{
	while (times--)
		stroke(d, what);
}

static void words(struct drawing *d, const char *text, size_t length)
{
	tc_buf_add(d->out, text, length);
	d->column += tc_width(text, length);
}

static void end(struct drawing *d)
{
	tc_buf_byte(d->out, '\n');
}

/* "event / action", with the machine's values. */
static void add_label(struct tc_buf *label, const struct tc_fill *fill,
		      const struct tc_transition *edge)
{
	tc_fill(label, fill, edge->event);
	if (*edge->action) {
		tc_buf_text(label, " / ");
		tc_fill(label, fill, edge->action);
	}
}

/*
 * The label from `column` on, and on as many further lines as it needs; those start with
 * what `more` draws.
 */
static void draw_label(struct drawing *d, const struct tc_transition *edge, size_t column,
		       void (*more)(struct drawing *d, bool last), bool last)
{
	tc_auto_buf struct tc_buf label = TC_BUF_INIT;
	size_t room = d->width - column;
	const char *text;
	size_t length, done = 0;
	bool below = d->column > column; /* the name stands where the label begins */

	add_label(&label, d->fill, edge);
	text = tc_buf_string(&label);
	if (!text) {
		d->out->failed = true;
		return;
	}
	length = label.length;
	if (below)
		end(d);
	while (done < length) {
		size_t next;
		size_t bytes = tc_wrap_line(text + done, length - done, room, &next);

		if (done || below) {
			start(d);
			more(d, last);
		}
		go_to(d, column);
		words(d, text + done, bytes);
		end(d);
		done += next;
	}
}

/* Between the lines of one incoming label the rail goes on. */
static void rail_in(struct drawing *d, bool last)
{
	(void)last;
	go_to(d, RAIL);
	stroke(d, d->pen->down);
}

/* Below the last outgoing edge there is no rail any more. */
static void rail_out(struct drawing *d, bool last)
{
	if (last)
		return;
	go_to(d, RAIL);
	stroke(d, d->pen->down);
}

static void box_side(struct drawing *d, bool last)
{
	(void)last;
	go_to(d, BOX);
	stroke(d, d->pen->down);
	go_to(d, BOX + 1 + INNER);
	stroke(d, d->pen->down);
}

static void draw_in(struct drawing *d, const struct tc_transition *edge, bool first)
{
	const char *name = tc_state_name(edge->from);
	size_t length = strlen(name);

	start(d);
	go_to(d, NAME - length);
	words(d, name, length);
	stroke(d, " ");
	strokes(d, d->pen->across, 2);
	stroke(d, first ? d->pen->top_right : d->pen->join_left);
	draw_label(d, edge, IN_LABEL, rail_in, false);
}

static void draw_out(struct drawing *d, const struct tc_transition *edge, bool last)
{
	const char *name = tc_state_name(edge->to);

	start(d);
	go_to(d, RAIL);
	stroke(d, last ? d->pen->last : d->pen->join_right);
	strokes(d, d->pen->across, 2);
	stroke(d, d->pen->arrow_right);
	stroke(d, " ");
	words(d, name, strlen(name));
	draw_label(d, edge, d->width < OUT_LABEL + ROOMY ? IN_LABEL : OUT_LABEL, rail_out, last);
}

static void draw_rim(struct drawing *d, const char *left, const char *middle, const char *right)
{
	start(d);
	go_to(d, BOX);
	stroke(d, left);
	strokes(d, d->pen->across, INNER / 2);
	stroke(d, middle);
	strokes(d, d->pen->across, INNER / 2);
	stroke(d, right);
	end(d);
}

/* The line with the name; where a loop starts, its stroke leaves the right side. */
static void draw_name(struct drawing *d, enum tc_state state, bool loop)
{
	const char *name = tc_state_name(state);
	size_t length = strlen(name);

	start(d);
	go_to(d, BOX);
	stroke(d, d->pen->down);
	go_to(d, BOX + 1 + (INNER - length) / 2);
	words(d, name, length);
	go_to(d, BOX + 1 + INNER);
	stroke(d, loop ? d->pen->join_right : d->pen->down);
	if (loop) {
		strokes(d, d->pen->across, 2);
		stroke(d, d->pen->top_right);
	}
}

/* The end of a loop, back at the box, and its label. */
static void draw_loop(struct drawing *d, const struct tc_transition *edge)
{
	start(d);
	go_to(d, BOX);
	stroke(d, d->pen->down);
	go_to(d, BOX + 1 + INNER);
	stroke(d, d->pen->down);
	stroke(d, d->pen->arrow_left);
	stroke(d, d->pen->across);
	stroke(d, d->pen->bottom_right);
	draw_label(d, edge, LOOP_LABEL, box_side, false);
}

static void draw_box(struct drawing *d, enum tc_state state)
{
	bool loops = count(state, EDGE_LOOP) > 0;
	bool out = count(state, EDGE_OUT) > 0;

	draw_rim(d, d->pen->top_left, d->pen->across, d->pen->top_right);
	draw_name(d, state, loops);
	end(d);
	for (const struct tc_transition *edge = tc_transitions; edge->event; edge++)
		if (edge->from == state && edge->to == state)
			draw_loop(d, edge);
	draw_rim(d, d->pen->bottom_left, out ? d->pen->tee_down : d->pen->across,
		 d->pen->bottom_right);
}

static void draw_edges(struct drawing *d, enum tc_state state, enum kind kind)
{
	size_t all = count(state, kind);
	size_t drawn = 0;

	for (const struct tc_transition *edge = tc_transitions; edge->event; edge++) {
		if (!touches(edge, state) || kind_of(edge, state) != kind)
			continue;
		drawn++;
		if (kind == EDGE_IN)
			draw_in(d, edge, drawn == 1);
		else
			draw_out(d, edge, drawn == all);
	}
	if (kind == EDGE_IN && drawn) {
		start(d);
		go_to(d, RAIL);
		stroke(d, d->pen->arrow_down);
		end(d);
	}
}

void tc_diagram(struct tc_buf *out, const struct tc_diagram *diagram, const struct tc_fill *fill,
		enum tc_state state)
{
	struct drawing d = {
		.out = out,
		.pen = diagram->utf8 ? &pen_utf8 : &pen_ascii,
		.fill = fill,
		.indent = diagram->indent,
		.width =
			(diagram->width < NARROWEST ? NARROWEST : diagram->width) - diagram->indent,
	};

	if (!count(state, EDGE_IN) && !count(state, EDGE_OUT))
		return;
	draw_edges(&d, state, EDGE_IN);
	draw_box(&d, state);
	draw_edges(&d, state, EDGE_OUT);
}
