/* SPDX-License-Identifier: MIT */
/*
 * input.c - bytes in any pieces become lines, or go to the JSON reader.
 *
 * A line that lies whole in the bytes given is read where it lies; only a line that is cut
 * by the end of a piece is put together in `partial`.
 */
#include "source/capture/input.h"

#include <errno.h>

#include "util/macro.h"

static void read_line(struct tc_capture *capture, const char *data, size_t length)
{
	capture->lines++;
	capture->json_line = false;
	tc_capture_offer(capture,
			 (struct tc_slice){data, length < TC_LINE_MAX ? length : TC_LINE_MAX});
}

/* Puts bytes aside until the rest of their line comes. */
static void put_aside(struct tc_capture *capture, const char *data, size_t length)
{
	size_t room = TC_LINE_MAX - capture->partial_length;

	if (length > room)
		length = room;
	memcpy(capture->partial + capture->partial_length, data, length);
	capture->partial_length += length;
}

/* Blanks that may stand in front of a JSON value and behind its bracket. */
enum { JSON_BLANKS = 1024 };

/* Where the blanks from `at` on end, which is looked for so far and no further. */
static size_t blanks(const char *data, size_t length, size_t at)
{
	while (at < length && at < JSON_BLANKS &&
	       (data[at] == ' ' || data[at] == '\t' || data[at] == '\r'))
		at++;
	return at;
}

enum json_start { JSON_NO, JSON_YES, JSON_LATER };

/*
 * Whether a JSON value starts here: an object with its first key, or an array of objects.
 * "[root@web1 ~]# netstat" and "[10:00:01] tcp" are lines.
 */
static enum json_start json_starts(const char *data, size_t length)
{
	char open, next;
	size_t at;

	at = blanks(data, length, 0);
	if (at == length || at == JSON_BLANKS)
		return at == JSON_BLANKS ? JSON_NO : JSON_LATER;
	open = data[at];
	if (open != '{' && open != '[')
		return JSON_NO;
	at = blanks(data, length, at + 1);
	if (at == length || at == JSON_BLANKS)
		return at == JSON_BLANKS ? JSON_NO : JSON_LATER;
	next = data[at];
	return next == '\n' || next == (open == '{' ? '"' : '{') ? JSON_YES : JSON_NO;
}

static void count_lines(struct tc_capture *capture, const char *data, size_t length)
{
	const char *end = data + length, *at = data;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
		capture->lines++;
		at++;
	}
	if (length)
		capture->json_line = end[-1] != '\n';
}

/* Gives bytes to the JSON reader; returns how many it took. */
static size_t feed_json(struct tc_capture *capture, const char *data, size_t length)
{
	size_t used = 0;
	enum tc_json_state state = tc_json_feed(capture, data, length, &used);

	count_lines(capture, data, used);
	capture->in_json = state == TC_JSON_MORE;
	/* Reading goes on with the next line, which may have begun already. */
	capture->skip_line = state == TC_JSON_FAILED && !(used && data[used - 1] == '\n');
	return used;
}

static void begin_json(struct tc_capture *capture)
{
	size_t length = capture->partial_length;
	size_t used;

	capture->in_json = tc_json_begin(capture) == 0;
	if (!capture->in_json) {
		capture->stopped = capture->stopped ? capture->stopped : -ENOMEM;
		return;
	}
	capture->partial_length = 0;
	used = feed_json(capture, capture->partial, length);
	/* What was put aside is at most a bracket and blanks: no value ends in it. */
	(void)used;
}

/* The start of a line: decides whether it is one. Returns the bytes that were put aside. */
static size_t start_line(struct tc_capture *capture, const char *data, size_t length)
{
	size_t used = 0;
	enum json_start start;

	if (!capture->partial_length) {
		start = json_starts(data, length);
		if (start == JSON_YES)
			begin_json(capture);
		return 0;
	}
	start = json_starts(capture->partial, capture->partial_length);
	while (start == JSON_LATER && used < length && capture->partial_length < TC_LINE_MAX &&
	       data[used] != '\n') {
		put_aside(capture, data + used++, 1);
		start = json_starts(capture->partial, capture->partial_length);
	}
	/* A bracket and nothing behind it in its line: JSON that is laid out in lines. */
	if (start == JSON_LATER && used < length && data[used] == '\n' &&
	    blanks(capture->partial, capture->partial_length, 0) < capture->partial_length)
		start = JSON_YES;
	if (start == JSON_YES)
		begin_json(capture);
	return used;
}

/* Reads to the end of the line or of the bytes; returns what was taken. */
static size_t feed_line(struct tc_capture *capture, const char *data, size_t length)
{
	const char *end = memchr(data, '\n', length);
	size_t taken = end ? (size_t)(end - data) : length;

	if (capture->skip_line) {
		capture->lines += end != NULL;
		capture->skip_line = !end;
		capture->json_line = !end;
	} else if (!end) {
		put_aside(capture, data, taken);
	} else if (capture->partial_length) {
		put_aside(capture, data, taken);
		taken = (size_t)(end - data);
		read_line(capture, capture->partial, capture->partial_length);
		capture->partial_length = 0;
	} else {
		read_line(capture, data, taken);
	}
	return taken + (end != NULL);
}

void tc_input_bytes(struct tc_capture *capture, const char *data, size_t length)
{
	while (length && !capture->stopped) {
		size_t used = 0;

		if (!capture->in_json && !capture->skip_line)
			used = start_line(capture, data, length);
		if (capture->stopped)
			break;
		if (capture->in_json)
			used += feed_json(capture, data + used, length - used);
		else if (used < length)
			used += feed_line(capture, data + used, length - used);
		data += used;
		length -= used;
	}
}

void tc_input_end(struct tc_capture *capture)
{
	if (capture->in_json) {
		capture->in_json = false;
		tc_capture_unread(capture, capture->lines + 1, N_("the JSON text ends early"));
	}
	if (capture->partial_length && !capture->stopped)
		read_line(capture, capture->partial, capture->partial_length);
	else if (capture->json_line)
		capture->lines++;
	capture->partial_length = 0;
}
