/* SPDX-License-Identifier: MIT */
/*
 * uniq.c - a table that counts states, as made by awk and sort | uniq -c:
 *
 *       301 ESTABLISHED
 *   TIME_WAIT 4169
 *
 * The usual pipelines also count words of headings ("1 established)", "1 Foreign") and of
 * UNIX sockets ("45 STREAM"): they are passed over.
 */
#include "source/capture/reader.h"
#include "util/macro.h"
#include "util/parse.h"

/* A word in capitals may be a state that we do not know, unless it is one of these. */
static bool may_be_state(struct tc_slice word)
{
	static const char *const others[] = {"STREAM", "DGRAM",	 "SEQPACKET", "CONNECTED", "RAW",
					     "ACC",    "UNCONN", "NODE",      "NAME"};

	for (size_t i = 0; i < TC_ARRAY_SIZE(others); i++)
		if (tc_slice_is(word, others[i]))
			return false;
	for (size_t i = 0; i < word.length; i++) {
		char c = word.data[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_' && c != '-')
			return false;
	}
	return word.length >= 4 && !tc_word_is_number(word);
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

static enum tc_verdict uniq_line(struct tc_capture *capture, const struct tc_line *line)
{
	bool current = tc_formats[capture->format] == &tc_format_uniq;
	size_t at = line->words == 3 && tc_slice_starts(line->word[1], "tcp") ? 2 : 1;
	struct tc_slice count, word;
	struct tc_sock *sock;
	uint64_t number;
	int err;

	if (line->words != at + 1)
		return TC_LINE_NOT_MINE;
	count = trimmed(line->word[0]);
	word = trimmed(line->word[at]);
	if (!tc_word_is_number(count)) {
		count = trimmed(line->word[at]);
		word = trimmed(line->word[0]);
	}
	if (!tc_word_is_number(count) || !word.length)
		return TC_LINE_NOT_MINE;
	if (tc_capture_state(capture, word) < 0) {
		if (current && may_be_state(word))
			return tc_capture_broken(capture, N_("not a state of TCP"));
		return current ? TC_LINE_PASSED : TC_LINE_NOT_MINE;
	}
	err = tc_parse_uint(count.data, count.length, UINT64_MAX, &number);
	sock = tc_capture_add(capture);
	if (err || !tc_capture_set_count(capture, sock, number)) {
		tc_capture_drop(capture);
		return tc_capture_broken(capture, N_("the count is too large"));
	}
	tc_capture_set_state(capture, sock, word);
	return TC_LINE_SOCKET;
}

const struct tc_format tc_format_uniq = {
	.name = "counted states",
	.line = uniq_line,
};
