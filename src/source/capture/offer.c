/* SPDX-License-Identifier: MIT */
/*
 * offer.c - which format takes a line.
 *
 * A line is offered to the format that took the last one, behind as many leading words;
 * only where that does not know it to the others, and only then behind leading words such
 * as a time stamp ("09:00:01 tcp 0 0 ..."), a host name or a prompt, and then behind what
 * grep glues to the line: "12:", "FILE:", "FILE:12:".
 */
#include <errno.h>
#include <limits.h>

#include "source/capture/reader.h"
#include "util/intl.h"
#include "util/macro.h"

/* Colons that grep -nH puts in front. */
enum { GLUED_MAX = 2 };

/* Words that may stand in front: a date, a time, a host, a program and its number. */
enum { SHIFT_MAX = 5 };

/* The line, and the first format that found it broken: another may still read it. */
struct offer {
	struct tc_capture *capture;
	const char *why; /* NULL: nobody found it broken */
	size_t format;
	size_t shift;
	bool strict; /* a line that is no socket and no heading does not settle it */
};

static void take(struct tc_capture *capture, size_t format, size_t shift, enum tc_verdict verdict)
{
	capture->format = format;
	capture->shift = shift;
	capture->last = capture->lines;
	switch (verdict) {
	case TC_LINE_HEADING:
		capture->seen[format].headed = true;
		capture->seen[format].any_heading = true;
		capture->detail_open = false;
		break;
	case TC_LINE_SOCKET:
		if (capture->added)
			tc_capture_note(capture, format, tc_capture_last(capture));
		break;
	case TC_LINE_BROKEN:
		capture->detail_open = false;
		tc_capture_unread(capture, capture->lines, capture->why);
		break;
	default:
		break;
	}
}

/* An address and a port, also "*", or a name if it has a number for its port. */
enum { ADDRESS_NUMBER, ADDRESS_ANY, ADDRESS_NAME };

static bool is_address(struct tc_slice word, int kind)
{
	struct tc_endpoint endpoint;

	return (tc_endpoint_parse(word, ':', &endpoint) ||
		tc_endpoint_parse(word, '.', &endpoint)) &&
	       endpoint.has_port &&
	       (endpoint.has_addr || (endpoint.any && kind >= ADDRESS_ANY) || kind == ADDRESS_NAME);
}

/* A heading whose line end was lost has a socket behind it. */
static bool has_socket(size_t format, const struct tc_line *line)
{
	for (size_t i = 0; tc_formats[format]->endpoints && i < line->words; i++)
		if (is_address(line->word[i], ADDRESS_NUMBER))
			return true;
	return false;
}

/* Offers the line to one format; true: it is settled. */
static bool offer_one(struct offer *offer, size_t format, size_t shift, const struct tc_line *line)
{
	struct tc_capture *capture = offer->capture;
	enum tc_verdict verdict = tc_formats[format]->line(capture, line);

	if (verdict == TC_LINE_BROKEN && !offer->why) {
		offer->why = capture->why;
		offer->format = format;
		offer->shift = shift;
	}
	if (verdict == TC_LINE_NOT_MINE || verdict == TC_LINE_BROKEN ||
	    (verdict == TC_LINE_PASSED && offer->strict))
		return false;
	take(capture, format, shift, verdict);
	if (verdict == TC_LINE_HEADING && has_socket(format, line))
		tc_capture_unread(capture, capture->lines, N_("cut off or damaged"));
	return true;
}

/* To the format that took the last line. */
static bool offer_again(struct offer *offer, const struct tc_line *line)
{
	struct tc_capture *capture = offer->capture;
	struct tc_line rest;

	if (capture->format == TC_FORMAT_NONE)
		return false;
	if (!capture->shift)
		return offer_one(offer, capture->format, 0, line);
	if (line->words <= capture->shift)
		return false;
	rest = tc_line_shifted(line, capture->shift);
	return offer_one(offer, capture->format, capture->shift, &rest);
}

static bool offer_others(struct offer *offer, const struct tc_line *line)
{
	struct tc_capture *capture = offer->capture;
	size_t asked = capture->shift ? TC_FORMAT_COUNT : capture->format;

	for (size_t i = 0; tc_formats[i]; i++)
		if (i != asked && offer_one(offer, i, 0, line))
			return true;
	return false;
}

/* Behind leading words. What is broken there is no socket that anybody promised. */
static bool offer_shifted(struct offer *offer, const struct tc_line *line)
{
	struct offer behind = {.capture = offer->capture};

	for (size_t shift = 1; shift <= SHIFT_MAX && shift + 4 < line->words; shift++) {
		struct tc_line rest = tc_line_shifted(line, shift);

		for (size_t i = 0; tc_formats[i]; i++)
			if (tc_formats[i]->prefixed && offer_one(&behind, i, shift, &rest))
				return true;
	}
	return false;
}

/* cat -A puts a '$' behind every line: so long as no line is without, none is the line's. */
static struct tc_slice without_dollar(struct tc_capture *capture, struct tc_slice text)
{
	if (!text.length || capture->no_dollar)
		return text;
	capture->no_dollar = text.data[text.length - 1] != '$';
	text.length -= !capture->no_dollar;
	/* "^M" is the carriage return of a line from Windows. */
	if (!capture->no_dollar && text.length > 1 &&
	    memcmp(text.data + text.length - 2, "^M", 2) == 0)
		text.length -= 2;
	return text;
}

/* How much of the text so many colons end, within the length of a path. */
static size_t glued_length(struct tc_slice text, unsigned colons)
{
	size_t at = 0;

	for (; colons && at < text.length && at < PATH_MAX; at++)
		colons -= text.data[at] == ':';
	return colons ? 0 : at;
}

/* To one format, or all, behind so many colons. */
static bool offer_behind(struct offer *behind, struct tc_slice text, unsigned colons, size_t only)
{
	struct tc_slice word[TC_LINE_WORDS];
	size_t length = glued_length(text, colons);
	struct tc_line line;

	if (!length)
		return false;
	tc_line_split(tc_slice_after(text, length), word, &line);
	if (!line.words)
		return false;
	if (only != TC_FORMAT_NONE)
		return offer_one(behind, only, 0, &line);
	/* Rows of a counted table are too short to be known behind something. */
	for (size_t i = 0; tc_formats[i]; i++)
		if (tc_formats[i] != &tc_format_uniq && offer_one(behind, i, 0, &line))
			return true;
	return false;
}

/* Behind what is glued to the line; what it was is tried first with the next one. */
static bool offer_glued(struct tc_capture *capture, struct tc_slice text)
{
	struct offer behind = {.capture = capture, .strict = true};

	capture->detail_open = false;
	for (unsigned colons = 1; colons <= GLUED_MAX; colons++)
		if (offer_behind(&behind, text, colons, TC_FORMAT_NONE)) {
			capture->glued = colons;
			return true;
		}
	return false;
}

/*
 * Our own NDJSON behind a time stamp, a host name or a line number. It is read where a key of
 * ours is in it and it ends with the line, so that logs with other JSON cost no more than that.
 */
static bool offer_json(struct tc_capture *capture, struct tc_slice text)
{
	size_t start = tc_slice_find(text, "{\"");
	struct tc_slice json = tc_slice_after(text, start);
	uint64_t sockets = capture->seen[TC_FORMAT_JSON].sockets;
	size_t used = 0;

	if (!start || !json.length || json.data[json.length - 1] != '}' ||
	    (tc_slice_find(json, "\"state\":") == json.length &&
	     tc_slice_find(json, "\"tcpcensus.") == json.length &&
	     tc_slice_find(json, "\"local.") == json.length &&
	     tc_slice_find(json, "\"remote.") == json.length))
		return false;
	if (tc_json_begin(capture) < 0) {
		capture->stopped = capture->stopped ? capture->stopped : -ENOMEM;
		return true;
	}
	capture->lines--; /* it counts the line that it is in as not ended */
	if (tc_json_feed(capture, json.data, json.length, &used) == TC_JSON_MORE && sockets)
		tc_capture_unread(capture, capture->lines + 1, N_("the JSON text ends early"));
	capture->lines++;
	return capture->seen[TC_FORMAT_JSON].sockets != sockets;
}

/* "tcp" in front, with nothing behind it or what no sentence has there: a number, an address. */
static bool is_protocol(const struct tc_line *line)
{
	static const char *const names[] = {"tcp", "tcp4", "tcp6", "tcp46", "TCP"};
	struct tc_slice next = line->words > 1 ? line->word[1] : line->word[0];
	bool letter = ((unsigned char)next.data[0] | 0x20) >= 'a';

	/* Windows has no number there; the sums of ss -s have. */
	if (line->word[0].data[0] == 'T' && tc_word_is_number(next))
		return false;
	for (size_t i = 0; i < TC_ARRAY_SIZE(names); i++)
		if (tc_slice_is(line->word[0], names[i]))
			return line->words == 1 || !letter ||
			       tc_slice_until(next, ':').length + 1 < next.length;
	return false;
}

/*
 * Whether a line that nobody knows is a damaged one of the listing: right below a line of it,
 * with two addresses side by side, or one and a state, or one and no more, or the name of the
 * protocol in front.
 */
static bool is_damaged(struct tc_capture *capture, const struct tc_line *line)
{
	bool address = false, state = false, pair = false;

	if (!tc_capture_goes_on(capture) || !tc_formats[capture->format]->endpoints)
		return false;
	for (size_t i = 0; i < line->words; i++) {
		const struct tc_slice *word = &line->word[i];

		if (i && is_address(word[0], ADDRESS_NUMBER) && is_address(word[-1], ADDRESS_NUMBER))
			return true;
		pair |= i && is_address(word[0], ADDRESS_NAME) && is_address(word[-1], ADDRESS_NAME);
		address |= is_address(*word, ADDRESS_ANY);
		state |= word->data[0] >= 'A' && word->data[0] <= 'Z' &&
			 tc_capture_state(capture, *word) >= 0;
	}
	return ((address || pair) && state) || is_protocol(line) ||
	       (line->words <= 2 && is_address(line->word[0], ADDRESS_ANY));
}

void tc_capture_offer(struct tc_capture *capture, struct tc_slice text)
{
	struct tc_slice word[TC_LINE_WORDS];
	struct offer offer = {.capture = capture};
	struct tc_line line;

	text = without_dollar(capture, tc_line_clean(text, capture->clean));
	tc_line_split(text, word, &line);
	capture->added = false;
	/* What is broken where the line before was not is a socket that can not be read. */
	if (!line.words || (capture->glued && capture->format != TC_FORMAT_NONE &&
			    offer_behind(&offer, text, capture->glued, capture->format)))
		return;
	if (offer_again(&offer, &line) || offer_others(&offer, &line)) {
		capture->glued = 0;
		return;
	}
	if (!offer.why && (offer_shifted(&offer, &line) || offer_json(capture, text) ||
			   offer_glued(capture, text)))
		return;
	capture->detail_open = false;
	if (!offer.why && is_damaged(capture, &line)) {
		offer.why = N_("cut off or damaged");
		offer.format = capture->format;
		offer.shift = capture->shift;
	}
	if (line.indented && tc_capture_goes_on(capture))
		capture->last = capture->lines;
	if (offer.why) {
		capture->why = offer.why;
		take(capture, offer.format, offer.shift, TC_LINE_BROKEN);
	}
}
