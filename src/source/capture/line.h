/* SPDX-License-Identifier: MIT */
/* line.h - one line of a listing, cut into words. */
#ifndef TC_SOURCE_CAPTURE_LINE_H
#define TC_SOURCE_CAPTURE_LINE_H

#include <stdint.h>

#include "util/slice.h"

/*
 * Of a longer line only so much is read. What says which socket it is and in what state
 * stands in front; what makes lines long is the list of programs behind it.
 */
enum { TC_LINE_MAX = 64 * 1024 };

/* Words that are told apart; the last may be followed by more text, see tc_line_rest(). */
enum { TC_LINE_WORDS = 32 };

struct tc_line {
	struct tc_slice text;	     /* without line end and leading blanks */
	const struct tc_slice *word; /* the words of text */
	size_t words;
	bool indented; /* the line began with a blank */
	bool shifted;  /* words were taken off its front: it is no heading */
};

/*
 * Takes out what is no text: terminal escapes, carriage returns, NULs (of UTF-16 without a
 * byte order mark). Returns the line itself where there is nothing to take out, else a copy
 * in `room`, which has at least text.length bytes.
 */
struct tc_slice tc_line_clean(struct tc_slice text, char *room);

/* Cuts the text into words, which are stored in `word`. */
void tc_line_split(struct tc_slice text, struct tc_slice word[TC_LINE_WORDS],
		   struct tc_line *ret_line);

/* The same line without its first `count` words, of which it must have more. */
struct tc_line tc_line_shifted(const struct tc_line *line, size_t count);

/* The text from the given word on; empty where there are not so many words. */
struct tc_slice tc_line_rest(const struct tc_line *line, size_t word);

/*
 * Whether behind the given word a second socket of netstat or ss follows in the same line: a
 * word, two numbers and two endpoints. Line ends were lost.
 */
bool tc_line_has_another(const struct tc_line *line, size_t word);

/* Whether the word is a decimal number. */
bool tc_word_is_number(struct tc_slice word);

/* The word as a number. false: it is none, or one that no such column can have. */
bool tc_word_u32(struct tc_slice word, uint32_t *ret_value);

/*
 * Whether the word could be the name of a state in some language: letters, digits, "-_". What
 * is damaged, glued to the next line or of another column mostly could not.
 */
bool tc_word_may_be_state(struct tc_slice word);

#endif
