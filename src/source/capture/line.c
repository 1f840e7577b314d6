/* SPDX-License-Identifier: MIT */
/* line.c - lines and words; see line.h. */
#include "source/capture/line.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The length of the terminal escape at the start of the text: ESC [ ... letter, or ESC x. */
static size_t escape_length(const char *text, size_t length)
{
	size_t at = 2;

	if (length < 2 || text[1] != '[')
		return length < 2 ? length : 2;
	while (at < length && (unsigned char)text[at] >= 0x20 && (unsigned char)text[at] < 0x40)
		at++;
	return at < length ? at + 1 : length;
}

static bool is_dirty(struct tc_slice text)
{
	return memchr(text.data, '\033', text.length) || memchr(text.data, '\r', text.length) ||
	       memchr(text.data, '\0', text.length);
}

struct tc_slice tc_line_clean(struct tc_slice text, char *room)
{
	size_t used = 0, at = 0;

	while (text.length && text.data[text.length - 1] == '\r')
		text.length--;
	if (!text.length || !is_dirty(text))
		return text;
	while (at < text.length) {
		char c = text.data[at];

		if (c == '\033') {
			at += escape_length(text.data + at, text.length - at);
			continue;
		}
		if (c != '\r' && c != '\0')
			room[used++] = c;
		at++;
	}
	return (struct tc_slice){room, used};
}

void tc_line_split(struct tc_slice text, struct tc_slice word[TC_LINE_WORDS],
		   struct tc_line *ret_line)
{
	const char *at = text.data, *end = text.data + text.length;
	size_t words = 0;

	while (at < end && words < TC_LINE_WORDS) {
		const char *start;

		while (at < end && is_blank(*at))
			at++;
		if (at == end)
			break;
		start = at;
		while (at < end && !is_blank(*at))
			at++;
		word[words++] = (struct tc_slice){start, (size_t)(at - start)};
	}
	ret_line->shifted = false;
	ret_line->indented = text.length && is_blank(text.data[0]);
	ret_line->text = text;
	if (words)
		ret_line->text = (struct tc_slice){word[0].data, (size_t)(end - word[0].data)};
	ret_line->word = word;
	ret_line->words = words;
}

struct tc_line tc_line_shifted(const struct tc_line *line, size_t count)
{
	return (struct tc_line){
		.text = tc_line_rest(line, count),
		.word = line->word + count,
		.words = line->words - count,
		.shifted = true,
	};
}

struct tc_slice tc_line_rest(const struct tc_line *line, size_t word)
{
	if (word >= line->words)
		return (struct tc_slice){line->text.data + line->text.length, 0};
	return tc_slice_after(line->text, (size_t)(line->word[word].data - line->text.data));
}

static bool has_port(struct tc_slice word)
{
	return word.length > 2 && memchr(word.data, ':', word.length);
}

bool tc_line_has_another(const struct tc_line *line, size_t word)
{
	for (size_t i = word; i + 4 < line->words; i++)
		if (tc_word_is_number(line->word[i + 1]) && tc_word_is_number(line->word[i + 2]) &&
		    has_port(line->word[i + 3]) && has_port(line->word[i + 4]))
			return true;
	return false;
}

bool tc_word_is_number(struct tc_slice word)
{
	for (size_t i = 0; i < word.length; i++)
		if (word.data[i] < '0' || word.data[i] > '9')
			return false;
	return word.length > 0;
}

bool tc_word_may_be_state(struct tc_slice word)
{
	static const char digits[] = "0123456789-_";
	bool capital = false;

	for (size_t i = 0; i < word.length; i++) {
		unsigned char c = (unsigned char)word.data[i];
		bool lower = c >= 'a' && c <= 'z';

		/* "ESTABLISHEDtcp": no system goes on in small letters. */
		if ((lower && capital) || (!lower && !(c >= 'A' && c <= 'Z') && c < 0x80 &&
					   c != '?' && !memchr(digits, c, sizeof(digits) - 1)))
			return false;
		capital |= c >= 'A' && c <= 'Z' && i > 0;
	}
	return word.length && word.length <= 48 && !memchr(digits, word.data[0], 10);
}

bool tc_word_u32(struct tc_slice word, uint32_t *ret_value)
{
	uint64_t value = 0;

	if (!word.length)
		return false;
	for (size_t i = 0; i < word.length; i++) {
		unsigned digit = (unsigned)(unsigned char)word.data[i] - '0';

		if (digit > 9)
			return false;
		value = value * 10 + digit;
		if (value > UINT32_MAX)
			return false;
	}
	*ret_value = (uint32_t)value;
	return true;
}
