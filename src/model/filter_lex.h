/* SPDX-License-Identifier: MIT */
/*
 * filter_lex.h - the words of the filter language: one table of them, and their reader.
 *
 * ss wants blanks around every token. Operators and parentheses end a word here as well,
 * so "(sport=:22)" reads as "( sport = :22 )". A backslash takes the next character as it
 * is in a word, and is passed over before an operator, as in '\(' quoted for a shell. What
 * stands between two quotes, single or double, is one word, whatever is in it: no operand of ss
 * begins with one.
 */
#ifndef TC_MODEL_FILTER_LEX_H
#define TC_MODEL_FILTER_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tc_word_class {
	TC_WORD_LOGIC,	   /* and, or, not, ( ) */
	TC_WORD_COMPARE,   /* = != < ... */
	TC_WORD_CONDITION, /* src, sport, dev, ... */
	TC_WORD_STATES,	   /* state, exclude */
	TC_WORD_GROUP,	   /* all, connected, ...: after state and exclude */
};

enum tc_word_logic { TC_LOGIC_AND, TC_LOGIC_OR, TC_LOGIC_NOT, TC_LOGIC_OPEN, TC_LOGIC_CLOSE };

enum tc_word_compare {
	TC_COMPARE_EQ,
	TC_COMPARE_NE,
	TC_COMPARE_GE,
	TC_COMPARE_LE,
	TC_COMPARE_GT,
	TC_COMPARE_LT,
};

enum tc_word_condition {
	TC_CONDITION_SRC,
	TC_CONDITION_DST,
	TC_CONDITION_SPORT,
	TC_CONDITION_DPORT,
	TC_CONDITION_DEV,
	TC_CONDITION_FWMARK,
	TC_CONDITION_CGROUP,
	TC_CONDITION_AUTOBOUND,
};

enum tc_word_states { TC_STATES_WANT, TC_STATES_EXCLUDE };

/* A word with a meaning. The help is marked N_(); an empty one: as the row above. */
struct tc_filter_word {
	const char *spelling;
	uint8_t word_class;  /* enum tc_word_class */
	uint32_t meaning;    /* value in the enum of its class; of a group: TC_STATE_BIT()s */
	const char *operand; /* what --help shows after it, or "" */
	const char *help;
};

/*
 * The words, ended by a row whose spelling is NULL: for help, completion and the search
 * for the nearest right word. The names of states are in states.def.
 */
extern const struct tc_filter_word tc_filter_words[];

/* The row of a word that is one of `classes` (bits 1 << enum tc_word_class), or NULL. */
const struct tc_filter_word *tc_filter_word_find(const char *word, unsigned classes);

/* ---- Reader -------------------------------------------------------------------------- */

/* The longest word: a path of a cgroup. */
enum { TC_FILTER_WORD_MAX = 4096 };

struct tc_token {
	size_t offset;
	size_t length;			   /* 0: the end of the text */
	const struct tc_filter_word *word; /* of the classes that can stand anywhere, or NULL */
};

struct tc_lexer {
	const char *text; /* borrowed */
	size_t offset;
	bool too_long;			   /* the last word was cut off */
	char word[TC_FILTER_WORD_MAX + 1]; /* the last word, without backslashes */
};

/* Starts to read. The text is borrowed. */
void tc_lex_init(struct tc_lexer *lexer, const char *text);

/* Reads the next token; its word stands in lexer->word until the next call. */
void tc_lex_next(struct tc_lexer *lexer, struct tc_token *ret_token);

/* As tc_lex_next(), but only a blank ends the word: for the path of a cgroup. */
void tc_lex_next_path(struct tc_lexer *lexer, struct tc_token *ret_token);

#endif
