/* SPDX-License-Identifier: MIT */
/*
 * uniq.c - a table that counts states, as made by awk and sort | uniq -c:
 *
 *       301 ESTABLISHED
 *   TIME_WAIT 4,169
 *
 * The usual pipelines also count words of headings ("1 established)", "1 Foreign") and of
 * UNIX sockets ("45 STREAM"): they are passed over. Any other word in capitals is the state
 * of somebody's sockets and counts as UNKNOWN. Where the table is sorted by name it may stand
 * before the first state that is known, which is what makes lines a table; so a few rows are
 * kept until one comes.
 */
#include <errno.h>

#include "source/capture/reader.h"
#include "util/macro.h"
#include "util/parse.h"

struct row {
	uint64_t count;
	struct tc_slice word;
	size_t proto; /* of "301 tcp6 ESTABLISHED": which of the tables in one it is of */
	int err;      /* of the count: -EINVAL, -ERANGE */
};

/* A word in capitals may be a state that we do not know, unless it is one of these. */
static bool may_be_state(struct tc_slice word)
{
	static const char *const others[] = {"STREAM", "DGRAM",	 "SEQPACKET",  "CONNECTED",
					     "RAW",    "ACC",	 "CONNECTING", "DISCONNECTING",
					     "NODE",   "NAME"};
	size_t capitals = 0;

	for (size_t i = 0; i < TC_ARRAY_SIZE(others); i++)
		if (tc_slice_is(word, others[i]))
			return false;
	for (size_t i = 0; i < word.length; i++) {
		if (word.data[i] >= 'a' && word.data[i] <= 'z')
			return false;
		capitals += word.data[i] >= 'A' && word.data[i] <= 'Z';
	}
	return capitals > 1 && word.length >= 3 && tc_word_may_be_state(word);
}

/* "ESTABLISHED:" and "ESTABLISHED," are the word, too. */
static struct tc_slice trimmed(struct tc_slice word)
{
	while (word.length && memchr(":,;=\"", word.data[word.length - 1], 5))
		word.length--;
	while (word.length && word.data[0] == '"')
		word = tc_slice_after(word, 1);
	return word;
}

/* What languages put between thousands: blanks of several kinds, points, apostrophes. */
static size_t separator_length(struct tc_slice text)
{
	static const char *const separators[] = {",", ".", "'", " ", "\xc2\xa0", "\xe2\x80\xaf",
						 "\xe2\x80\x89", "\xe2\x80\x99", "\xa0"};

	for (size_t i = 0; i < TC_ARRAY_SIZE(separators); i++)
		if (tc_slice_starts(text, separators[i]))
			return strlen(separators[i]);
	return 0;
}

/* "4169" or "4,169": behind a separator stand three digits. -EINVAL, -ERANGE. */
static int parse_count(struct tc_slice text, uint64_t *ret_count)
{
	char digits[32];
	size_t used = 0;

	while (text.length) {
		size_t group = 0, separator;

		while (group < text.length && text.data[group] >= '0' && text.data[group] <= '9')
			group++;
		separator = separator_length(tc_slice_after(text, group));
		if (!group || (used ? group != 3 : separator && group > 3) ||
		    (group < text.length && (!separator || group + separator == text.length)))
			return -EINVAL;
		if (group > sizeof(digits) - used)
			return -ERANGE;
		memcpy(digits + used, text.data, group);
		used += group;
		text = tc_slice_after(text, group + separator);
	}
	return used ? tc_parse_uint(digits, used, UINT64_MAX, ret_count) : -EINVAL;
}

/* The words from `first` to before `end` as one text. */
static struct tc_slice span(const struct tc_line *line, size_t first, size_t end)
{
	struct tc_slice last = line->word[end - 1];

	return (struct tc_slice){line->word[first].data,
				 (size_t)(last.data - line->word[first].data) + last.length};
}

/* false: not two things of which one begins like a number. */
static bool read_row(const struct tc_line *line, struct row *ret_row)
{
	size_t end = line->words, at;

	if (end < 2 || end > 8)
		return false;
	ret_row->proto = 0;
	ret_row->word = trimmed(line->word[end - 1]);
	if (line->word[0].data[0] >= '0' && line->word[0].data[0] <= '9') {
		at = end - 1;
		if (at > 1 && tc_slice_starts(line->word[at - 1], "tcp"))
			ret_row->proto = line->word[--at].length == 3 ? 1 : 2;
		ret_row->err = parse_count(trimmed(span(line, 0, at)), &ret_row->count);
	} else {
		ret_row->word = trimmed(line->word[0]);
		ret_row->err = parse_count(trimmed(span(line, 1, end)), &ret_row->count);
	}
	return ret_row->word.length && (!ret_row->err || ret_row->err == -ERANGE || end == 2);
}

/* The state of the word; of two words, as Czech has them, awk leaves the first. */
static int state_of(struct tc_capture *capture, struct tc_slice word)
{
	static const char rest[] = "_ACK";
	int state = tc_capture_state(capture, word);
	char whole[32];

	if (state >= 0 || word.length + sizeof(rest) > sizeof(whole) ||
	    !((unsigned char)word.data[word.length - 1] & 0x80))
		return state;
	memcpy(whole, word.data, word.length);
	memcpy(whole + word.length, rest, sizeof(rest));
	return tc_capture_state(capture, (struct tc_slice){whole, word.length + sizeof(rest) - 1});
}

/* A table has a state once: the second time another table has begun. */
static void check_repeated(struct tc_capture *capture, const struct row *row, int state)
{
	uint32_t *seen = capture->uniq.seen;

	/* Systems have several words for these. */
	if (state == TC_CLOSED || state == TC_UNKNOWN)
		return;
	if (seen[row->proto] & TC_STATE_BIT(state)) {
		capture->begins = true;
		memset(capture->uniq.seen, 0, sizeof(capture->uniq.seen));
	}
	seen[row->proto] |= TC_STATE_BIT(state);
}

static enum tc_verdict add_row(struct tc_capture *capture, const struct row *row, int state)
{
	struct tc_sock *sock = tc_capture_add(capture);
	struct tc_text *text;

	if (row->err || !tc_capture_set_count(capture, sock, row->count)) {
		tc_capture_drop(capture);
		return tc_capture_broken(capture, N_("the count is too large"));
	}
	check_repeated(capture, row, state);
	sock->state = (uint8_t)state;
	if (state == TC_UNKNOWN) {
		text = tc_capture_text(capture, sock);
		text->state = tc_capture_copy(capture, row->word);
		capture->uniq.unknown++;
	}
	return TC_LINE_SOCKET;
}

/* Rows follow each other: this is one. Keeps it if it may turn out to be of a table. */
static void keep(struct tc_capture *capture, const struct row *row)
{
	size_t at;

	if (capture->lines != capture->uniq.last + 1)
		capture->uniq.kept_count = 0;
	capture->uniq.last = capture->lines;
	at = capture->uniq.kept_count % TC_ARRAY_SIZE(capture->uniq.kept);
	if (row->err || row->word.length > sizeof(capture->uniq.kept[at].word) ||
	    !may_be_state(row->word))
		return;
	memcpy(capture->uniq.kept[at].word, row->word.data, row->word.length);
	capture->uniq.kept[at].length = row->word.length;
	capture->uniq.kept[at].count = row->count;
	capture->uniq.kept_count++;
}

/* The table has begun: the rows kept are of it, if they stand right above. */
static void add_kept(struct tc_capture *capture)
{
	size_t count = capture->uniq.kept_count;

	if (capture->lines != capture->uniq.last + 1)
		count = 0;
	if (count > TC_ARRAY_SIZE(capture->uniq.kept))
		count = TC_ARRAY_SIZE(capture->uniq.kept);
	for (size_t i = 0; i < count; i++) {
		struct row row = {
			.count = capture->uniq.kept[i].count,
			.word = {capture->uniq.kept[i].word, capture->uniq.kept[i].length},
		};

		if (add_row(capture, &row, TC_UNKNOWN) == TC_LINE_SOCKET)
			tc_capture_note(capture, tc_format_number(&tc_format_uniq),
					tc_capture_last(capture));
	}
	capture->uniq.kept_count = 0;
}

static bool has_digit(struct tc_slice word)
{
	for (size_t i = 0; i < word.length; i++)
		if (word.data[i] >= '0' && word.data[i] <= '9')
			return true;
	return false;
}

/* "-3 TIME_WAIT", "TIME_WAIT 4,16": a state, and digits that are no count. */
static bool is_bad_count(struct tc_capture *capture, const struct tc_line *line)
{
	int first = tc_capture_state(capture, trimmed(line->word[0]));
	int second = tc_capture_state(capture, trimmed(line->word[1]));

	return (first >= 0) != (second >= 0) && has_digit(line->word[first >= 0 ? 1 : 0]);
}

static enum tc_verdict known_row(struct tc_capture *capture, const struct row *row, int state,
				 bool current)
{
	/* UNIX sockets beside those of TCP. */
	if (tc_slice_is(row->word, "LISTENING") &&
	    (capture->uniq.seen[row->proto] & TC_STATE_BIT(TC_LISTEN)))
		return TC_LINE_PASSED;
	if (!current)
		add_kept(capture);
	return add_row(capture, row, state);
}

static enum tc_verdict uniq_line(struct tc_capture *capture, const struct tc_line *line)
{
	bool current = tc_formats[capture->format] == &tc_format_uniq;
	struct row row;
	int state;

	if (!read_row(line, &row))
		return TC_LINE_NOT_MINE;
	if (row.err == -EINVAL)
		return current && is_bad_count(capture, line)
			       ? tc_capture_broken(capture, N_("the count is not a number"))
			       : TC_LINE_NOT_MINE;
	state = state_of(capture, row.word);
	if (state >= 0)
		return known_row(capture, &row, state, current);
	if (current)
		return may_be_state(row.word) ? add_row(capture, &row, TC_UNKNOWN) : TC_LINE_PASSED;
	keep(capture, &row);
	return TC_LINE_NOT_MINE;
}

const struct tc_format tc_format_uniq = {
	.name = "counted states",
	.line = uniq_line,
};
