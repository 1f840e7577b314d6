/* SPDX-License-Identifier: MIT */
/*
 * stage_tell.c - what a story shows of its stage.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ladder.h"
#include "stage.h"
#include "util/intl.h"
#include "util/width.h"
#include "util/wrap.h"
#include "wait.h"

#define TEXT_MAX 1024

static void show(struct lab_stage *stage, struct tc_buf *out)
{
	const char *lines = tc_buf_string(out);

	if (lines)
		stage->teller->drawing(stage->teller->context, lines);
	else
		lab_stage_fail(stage, -ENOMEM, "drawing: no memory");
}

/* Underlined, as wide as the title's longest line. */
void lab_stage_part(struct lab_stage *stage, const char *title)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	const char *text = tc_tr(title);
	size_t width = tc_width(text, strlen(text));

	if (stage->rc < 0)
		return;
	tc_wrap(&out, text, 0, stage->teller->width);
	if (width > stage->teller->width)
		width = stage->teller->width;
	while (width--)
		tc_buf_text(&out, lab_ladder_signs(stage->teller->utf8)->shaft);
	tc_buf_byte(&out, '\n');
	show(stage, &out);
}

void lab_stage_remark(struct lab_stage *stage, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list arguments;

	if (stage->rc < 0)
		return;
	lab_stage_catch_up(stage);
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), tc_tr(format), arguments);
	va_end(arguments);
	lab_wire_remark(&stage->wire, text);
}

void lab_stage_act(struct lab_stage *stage, enum lab_side side, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list arguments;

	if (stage->rc < 0 || stage->wire.muted)
		return;
	lab_stage_catch_up(stage);
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), tc_tr(format), arguments);
	va_end(arguments);
	lab_wire_act(&stage->wire, lab_now_ns(), side, text);
}

static void put_words(struct lab_stage *stage, struct tc_buf *out, const char *heading,
		      lab_words words)
{
	if (!words)
		return;
	tc_wrap(out, heading, 0, stage->teller->width);
	lab_words_put(out, words, stage->teller->utf8, stage->teller->width);
	stage->told |= words;
}

/* The reader is told once. */
static void show_new_words(struct lab_stage *stage)
{
	lab_words words = lab_words_of(&stage->wire, stage->stamps) & ~stage->told;
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	if (!words)
		return;
	if (stage->told) {
		put_words(stage, &out, _("New in the drawing:"), words);
	} else {
		put_words(stage, &out, _("How to read the drawing:"), words & ~lab_words_states);
		put_words(stage, &out, _("The states that an end can be in:"),
			  words & lab_words_states);
	}
	show(stage, &out);
}

void lab_stage_draw(struct lab_stage *stage, const char *left, const char *right)
{
	const struct lab_ladder ladder = {
		.title = {tc_tr(left), tc_tr(right)},
		.width = stage->teller->width,
		.utf8 = stage->teller->utf8,
		.stamps = stage->stamps,
	};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	lab_stage_catch_up(stage);
	if (stage->wire.failed)
		lab_stage_fail(stage, -ENOMEM, "drawing: no memory");
	if (stage->rc == 0) {
		show_new_words(stage);
		lab_ladder(&out, &ladder, &stage->wire);
		show(stage, &out);
	}
	lab_wire_clear(&stage->wire);
}
