/* SPDX-License-Identifier: MIT */
/* cell.c - the pieces that tables for people are put together from. */
#include "output/cell.h"

#include <string.h>

#include "util/decimal.h"
#include "util/shown.h"
#include "util/width.h"

void tc_ink(struct tc_buf *out, const struct tc_style *style, enum tc_ink ink)
{
	static const char *const codes[] = {
		[TC_INK_PLAIN] = "\033[0m",
		[TC_INK_BOLD] = "\033[1m",
		[TC_INK_DIM] = "\033[2m",
		[TC_INK_BAR] = "\033[36m",
		[TC_INK_ALARM] = "\033[1;31m",
	};

	if (style->colour)
		tc_buf_text(out, codes[ink]);
}

void tc_cell(struct tc_buf *out, const char *text, size_t width, bool right)
{
	size_t start = out->length, used, padding;

	tc_buf_shown(out, text, strlen(text));
	if (out->failed)
		return;
	used = out->length > start ? tc_width(out->data + start, out->length - start) : 0;
	padding = used < width ? width - used : 0;
	tc_buf_fill(out, ' ', padding);
	if (!right || !padding || out->failed)
		return;
	memmove(out->data + start + padding, out->data + start, out->length - start - padding);
	memset(out->data + start, ' ', padding);
}

void tc_cell_text(struct tc_buf *out, const struct tc_value *value)
{
	enum { SEVERAL_MAX = 48 };
	const char *cut, *text = value->text;
	size_t left_out = 0;

	if (value->type != TC_TYPE_TEXT || !value->several || strlen(text) <= SEVERAL_MAX) {
		tc_value_text(value, out);
		return;
	}
	cut = memrchr(text, ',', SEVERAL_MAX);
	if (!cut)
		cut = strchrnul(text, ',');
	for (const char *at = cut; *at; at++)
		left_out += *at == ',';
	tc_buf_add(out, text, (size_t)(cut - text));
	if (left_out)
		tc_buf_format(out, ",+%zu", left_out);
	if (text[strlen(text) - 1] == '?' && left_out) /* an inference stays one */
		tc_buf_byte(out, '?');
}

size_t tc_cell_room(const struct tc_style *style, const struct tc_key *key, size_t width,
		    size_t total)
{
	enum { ROOM_MIN = 20 };
	size_t others = total - width;

	if (!style->cut || !(key->field->flags & TC_FIELD_CMDLINES))
		return 0;
	return style->cut > others + ROOM_MIN ? style->cut - others : ROOM_MIN;
}

void tc_cell_cut(struct tc_buf *text, size_t room)
{
	bool inferred = text->length && text->data[text->length - 1] == '?';
	const char *sign = inferred ? "...?" : "...";
	size_t used = 0, at = 0, bytes;

	if (text->failed || !text->length || tc_width(text->data, text->length) <= room)
		return;
	while (at < text->length) {
		used += tc_width_step(text->data + at, text->length - at, &bytes);
		if (used + strlen(sign) > room)
			break;
		at += bytes;
	}
	text->length = at;
	tc_buf_text(text, sign);
}

size_t tc_digits(uint64_t number)
{
	size_t digits = 1;

	while (number >= 10) {
		number /= 10;
		digits++;
	}
	return digits;
}

void tc_cell_number(struct tc_buf *out, uint64_t number, size_t width)
{
	size_t digits = tc_digits(number);

	tc_buf_fill(out, ' ', digits < width ? width - digits : 0);
	tc_buf_number(out, number);
}

void tc_cell_share(struct tc_buf *out, uint64_t part, uint64_t whole, size_t width)
{
	char text[32];

	if (!whole)
		snprintf(text, sizeof(text), "-");
	else
		snprintf(text, sizeof(text), "%s%%",
			 tc_decimal(100.0 * (double)part / (double)whole).text);
	tc_cell(out, text, width, true);
}

/* Eighths of a column, U+258F to U+2588. */
static const char *const eighths[] = { "", "\u258f", "\u258e", "\u258d", "\u258c",
				       "\u258b", "\u258a", "\u2589", "\u2588" };

void tc_cell_bar(struct tc_buf *out, const struct tc_style *style, uint64_t part, uint64_t whole,
		 size_t width)
{
	double filled = whole ? (double)part / (double)whole * (double)width : 0;
	size_t units = style->utf8 ? (size_t)(filled * 8 + 0.5) : (size_t)(filled + 0.5);
	size_t used;

	if (part && !units)
		units = 1;
	tc_ink(out, style, TC_INK_BAR);
	if (style->utf8) {
		for (size_t i = 0; i < units / 8; i++)
			tc_buf_text(out, eighths[8]);
		tc_buf_text(out, eighths[units % 8]);
		used = (units + 7) / 8;
	} else {
		tc_buf_fill(out, '#', units);
		used = units;
	}
	tc_ink(out, style, TC_INK_PLAIN);
	tc_buf_fill(out, ' ', used < width ? width - used : 0);
}

void tc_cell_trim(struct tc_buf *out)
{
	while (out->length && out->data[out->length - 1] == ' ')
		out->length--;
}

void tc_cell_end(struct tc_buf *out)
{
	tc_cell_trim(out);
	tc_buf_byte(out, '\n');
}
