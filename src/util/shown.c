/* SPDX-License-Identifier: MIT */
/* shown.c - words from outside, made safe for a terminal; see shown.h. */
#include "util/shown.h"

#include "util/width.h"

/* The printable ASCII at the start of a text, which every locale shows. */
static size_t plain_length(const char *text, size_t length)
{
	size_t plain = 0;

	while (plain < length && text[plain] >= 0x20 && text[plain] < 0x7f)
		plain++;
	return plain;
}

void tc_buf_shown(struct tc_buf *out, const char *text, size_t length)
{
	size_t step;

	for (size_t at = 0; at < length; at += step) {
		step = plain_length(text + at, length - at); /* nearly always all of it */
		if (!step)
			step = tc_width_shown(text + at, length - at);
		if (step) {
			tc_buf_add(out, text + at, step);
			continue;
		}
		tc_buf_byte(out, '?');
		tc_width_step(text + at, length - at, &step);
	}
}
