/* SPDX-License-Identifier: MIT */
/*
 * readings_text.c - bytes become lines, and lines readings; see readings_text.h.
 *
 * What a kind of file tells beyond its own line is kept here: the names of netstat until their
 * numbers come, the columns of conntrack, the file whose content comes next.
 */
#include "source/readings_text.h"

#include <errno.h>
#include <stdlib.h>

#include "source/decode.h"
#include "source/readings_line.h"
#include "util/macro.h"

/* The longest that matters is a list of reserved ports; what is longer is not read. */
enum { LINE_MAX_HERE = 64 * 1024 };

struct tc_readings_text {
	struct tc_decoder decoder;
	struct tc_readings_lines lines;
	bool too_long;
	size_t length; /* of a line whose end has not come yet */
	char line[LINE_MAX_HERE];
};

int tc_readings_text_new(struct tc_readings *readings, struct tc_readings_text **ret_text)
{
	struct tc_readings_text *text = calloc(1, sizeof(*text));

	if (!text)
		return -ENOMEM;
	text->lines.readings = readings;
	text->lines.awaited = -1;
	*ret_text = text;
	return 0;
}

/* Of UTF-16 without a mark every other byte is a NUL. */
static size_t without_nuls(const char *data, size_t length, char *room)
{
	size_t used = 0;

	for (size_t i = 0; i < length; i++)
		if (data[i])
			room[used++] = data[i];
	return used;
}

static void read_line(struct tc_readings_text *text, const char *data, size_t length)
{
	if (length && memchr(data, '\0', length)) {
		length = without_nuls(data, length, text->line);
		data = text->line;
	}
	while (length && (data[length - 1] == '\r' || data[length - 1] == ' '))
		length--;
	tc_readings_line(&text->lines, (struct tc_slice){data, length});
}

/* Puts bytes aside until the rest of their line comes. */
static void put_aside(struct tc_readings_text *text, const char *data, size_t length)
{
	text->too_long |= length > sizeof(text->line) - text->length;
	if (text->too_long)
		return;
	memcpy(text->line + text->length, data, length);
	text->length += length;
}

static void end_line(struct tc_readings_text *text)
{
	read_line(text, text->line, text->too_long ? 0 : text->length);
	text->length = 0;
	text->too_long = false;
}

static void feed(void *context, const char *data, size_t length)
{
	struct tc_readings_text *text = context;
	struct tc_slice rest = {data, length};

	while (rest.length) {
		struct tc_slice piece = tc_slice_until(rest, '\n');
		bool ended = piece.length < rest.length;

		if (ended && !text->length && !text->too_long && piece.length <= LINE_MAX_HERE) {
			read_line(text, piece.data, piece.length);
		} else {
			put_aside(text, piece.data, piece.length);
			if (ended)
				end_line(text);
		}
		rest = tc_slice_after(rest, piece.length + ended);
	}
}

void tc_readings_text_feed(struct tc_readings_text *text, const void *data, size_t length)
{
	tc_decode(&text->decoder, data, length, feed, text);
}

int tc_readings_text_finish(struct tc_readings_text *text)
{
	tc_decode_end(&text->decoder, feed, text);
	if (text->length || text->too_long)
		end_line(text);
	tc_readings_lines_end(&text->lines);
	return text->lines.taken || text->lines.readings->counters.damage_count ? 0 : -ENODATA;
}

void tc_readings_text_free(struct tc_readings_text *text)
{
	free(text);
}

int tc_readings_from_text(const char *text, size_t length, struct tc_readings *readings)
{
	struct tc_readings_text *reader;
	int err = tc_readings_text_new(readings, &reader);

	if (err)
		return err;
	tc_readings_text_feed(reader, text, length);
	err = tc_readings_text_finish(reader);
	tc_readings_text_free(reader);
	return err;
}
