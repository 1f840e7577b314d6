/* SPDX-License-Identifier: MIT */
/* filter_lex.c - the words of the filter language and their reader; see filter_lex.h. */
#include "model/filter_lex.h"

#include <string.h>

#include "tcpcensus.h"
#include "util/macro.h"

/* clang-format off */

/*
 * What netstat and ss count. BOUND is not among it: ss 6.1 does not know it and later ones
 * show it only when asked for it by name; here it has to be named too.
 */
#define ALL	     (TC_STATES_ALL & ~TC_STATE_BIT(TC_BOUND))
#define CONNECTED    (ALL & ~(TC_STATE_BIT(TC_CLOSED) | TC_STATE_BIT(TC_LISTEN)))
#define MINISOCKETS  (TC_STATE_BIT(TC_SYN_RECV) | TC_STATE_BIT(TC_TIME_WAIT))

const struct tc_filter_word tc_filter_words[] = {
	{ "state",	TC_WORD_STATES, TC_STATES_WANT, N_("STATE"),
	  N_("sockets in this state; several add up") },
	{ "exclude",	TC_WORD_STATES, TC_STATES_EXCLUDE, N_("STATE"),
	  N_("sockets not in this state") },
	{ "excl",	TC_WORD_STATES, TC_STATES_EXCLUDE, "", "" },

	{ "all",	TC_WORD_GROUP, ALL, "", N_("every state but BOUND") },
	{ "connected",	TC_WORD_GROUP, CONNECTED, "", N_("all but LISTEN and CLOSED") },
	{ "synchronized", TC_WORD_GROUP, CONNECTED & ~TC_STATE_BIT(TC_SYN_SENT), "",
	  N_("connected but SYN_SENT") },
	{ "bucket",	TC_WORD_GROUP, MINISOCKETS, "", N_("minisockets: SYN_RECV and TIME_WAIT") },
	{ "big",	TC_WORD_GROUP, ALL & ~MINISOCKETS, "", N_("all but bucket") },
	/* What ss calls CLOSED, beside closed and close. */
	{ "unconnected", TC_WORD_GROUP, TC_STATE_BIT(TC_CLOSED), "", N_("CLOSED") },

	{ "src",	TC_WORD_CONDITION, TC_CONDITION_SRC, N_("[OP] HOST"),
	  N_("the local address, with or without :PORT; OP is = or !=") },
	{ "dst",	TC_WORD_CONDITION, TC_CONDITION_DST, N_("[OP] HOST"),
	  N_("the remote address") },
	{ "sport",	TC_WORD_CONDITION, TC_CONDITION_SPORT, N_("[OP] :PORT"),
	  N_("the local port: a number, a range, a service") },
	{ "dport",	TC_WORD_CONDITION, TC_CONDITION_DPORT, N_("[OP] :PORT"),
	  N_("the remote port") },
	{ "dev",	TC_WORD_CONDITION, TC_CONDITION_DEV, N_("[OP] DEVICE"),
	  N_("the network device that the socket is bound to") },
	{ "fwmark",	TC_WORD_CONDITION, TC_CONDITION_FWMARK, N_("[OP] MARK[/MASK]"),
	  N_("the firewall mark") },
	{ "cgroup",	TC_WORD_CONDITION, TC_CONDITION_CGROUP, N_("[OP] PATH"),
	  N_("the control group (version 2)") },
	{ "autobound",	TC_WORD_CONDITION, TC_CONDITION_AUTOBOUND, "",
	  N_("the kernel chose the local port") },

	{ "=",		TC_WORD_COMPARE, TC_COMPARE_EQ, "", N_("equal; may be left out") },
	{ "==",		TC_WORD_COMPARE, TC_COMPARE_EQ, "", "" },
	{ "eq",		TC_WORD_COMPARE, TC_COMPARE_EQ, "", "" },
	{ "!=",		TC_WORD_COMPARE, TC_COMPARE_NE, "", N_("not equal") },
	{ "ne",		TC_WORD_COMPARE, TC_COMPARE_NE, "", "" },
	{ "neq",	TC_WORD_COMPARE, TC_COMPARE_NE, "", "" },
	{ ">=",		TC_WORD_COMPARE, TC_COMPARE_GE, "", N_("at least") },
	{ "ge",		TC_WORD_COMPARE, TC_COMPARE_GE, "", "" },
	{ "geq",	TC_WORD_COMPARE, TC_COMPARE_GE, "", "" },
	{ "<=",		TC_WORD_COMPARE, TC_COMPARE_LE, "", N_("at most") },
	{ "le",		TC_WORD_COMPARE, TC_COMPARE_LE, "", "" },
	{ "leq",	TC_WORD_COMPARE, TC_COMPARE_LE, "", "" },
	{ ">",		TC_WORD_COMPARE, TC_COMPARE_GT, "", N_("above") },
	{ "gt",		TC_WORD_COMPARE, TC_COMPARE_GT, "", "" },
	{ "<",		TC_WORD_COMPARE, TC_COMPARE_LT, "", N_("below") },
	{ "lt",		TC_WORD_COMPARE, TC_COMPARE_LT, "", "" },

	{ "and",	TC_WORD_LOGIC, TC_LOGIC_AND, "", N_("both; may be left out") },
	{ "&&",		TC_WORD_LOGIC, TC_LOGIC_AND, "", "" },
	{ "&",		TC_WORD_LOGIC, TC_LOGIC_AND, "", "" },
	{ "or",		TC_WORD_LOGIC, TC_LOGIC_OR, "", N_("either, or both") },
	{ "||",		TC_WORD_LOGIC, TC_LOGIC_OR, "", "" },
	{ "|",		TC_WORD_LOGIC, TC_LOGIC_OR, "", "" },
	{ "not",	TC_WORD_LOGIC, TC_LOGIC_NOT, "", N_("not the one condition after it") },
	{ "!",		TC_WORD_LOGIC, TC_LOGIC_NOT, "", "" },
	{ "(",		TC_WORD_LOGIC, TC_LOGIC_OPEN, "", N_("begins a group") },
	{ ")",		TC_WORD_LOGIC, TC_LOGIC_CLOSE, "", N_("ends a group") },
	{ NULL, 0, 0, NULL, NULL },
};

/* clang-format on */

/* ss looks for these before it looks for an operand, so no operand can be one of them. */
#define ANYWHERE                                                                 \
	(1u << TC_WORD_LOGIC | 1u << TC_WORD_COMPARE | 1u << TC_WORD_CONDITION | \
	 1u << TC_WORD_STATES)

static const char blanks[] = " \t\r\n\v\f";
static const char operators[] = "()!&|<>=";

const struct tc_filter_word *tc_filter_word_find(const char *word, unsigned classes)
{
	for (const struct tc_filter_word *row = tc_filter_words; row->spelling; row++)
		if ((classes & 1u << row->word_class) && strcmp(row->spelling, word) == 0)
			return row;
	return NULL;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

void tc_lex_init(struct tc_lexer *lexer, const char *text)
{
	lexer->text = text;
	lexer->offset = 0;
	lexer->too_long = false;
	lexer->word[0] = '\0';
}

/* Reads the longest operator that the table has, at most two characters. */
static size_t read_operator(struct tc_lexer *lexer, const char *at)
{
	size_t length = is_one_of(at[1], operators) ? 2 : 1;

	for (;; length--) {
		memcpy(lexer->word, at, length);
		lexer->word[length] = '\0';
		if (length == 1 || tc_filter_word_find(lexer->word, ANYWHERE))
			return length;
	}
}

static size_t read_word(struct tc_lexer *lexer, const char *at, const char *also_ends)
{
	size_t used = 0, kept = 0;

	while (at[used] && !is_one_of(at[used], blanks) && !is_one_of(at[used], also_ends)) {
		if (at[used] == '\\' && at[used + 1])
			used++;
		lexer->too_long |= kept == TC_FILTER_WORD_MAX;
		if (kept < TC_FILTER_WORD_MAX)
			lexer->word[kept++] = at[used];
		used++;
	}
	lexer->word[kept] = '\0';
	return used;
}

/* Where a word in quotes ends, behind the second one; 0: it is not in quotes. */
static size_t quoted_length(const char *at)
{
	const char *end = is_one_of(at[0], "\"'") ? strchr(at + 1, at[0]) : NULL;

	return end ? (size_t)(end - at) + 1 : 0;
}

/* What is in quotes is one word, and none of the language. */
static void read_quoted(struct tc_lexer *lexer, const char *at, size_t length)
{
	size_t kept = length - 2;

	lexer->too_long = kept > TC_FILTER_WORD_MAX;
	if (lexer->too_long)
		kept = TC_FILTER_WORD_MAX;
	memcpy(lexer->word, at + 1, kept);
	lexer->word[kept] = '\0';
}

static void next(struct tc_lexer *lexer, struct tc_token *ret_token, const char *also_ends)
{
	const char *at = lexer->text + lexer->offset;
	size_t skipped = strspn(at, blanks), escape, quoted;

	at += skipped;
	lexer->too_long = false;
	escape = at[0] == '\\' && is_one_of(at[1], also_ends);
	ret_token->offset = lexer->offset + skipped;
	quoted = quoted_length(at);
	if (quoted) {
		read_quoted(lexer, at, quoted);
		ret_token->length = quoted;
		ret_token->word = NULL;
		lexer->offset = ret_token->offset + quoted;
		return;
	}
	if (is_one_of(at[escape], also_ends))
		ret_token->length = escape + read_operator(lexer, at + escape);
	else
		ret_token->length = read_word(lexer, at, also_ends);
	ret_token->word = tc_filter_word_find(lexer->word, ANYWHERE);
	lexer->offset = ret_token->offset + ret_token->length;
}

void tc_lex_next(struct tc_lexer *lexer, struct tc_token *ret_token)
{
	next(lexer, ret_token, operators);
}

void tc_lex_next_path(struct tc_lexer *lexer, struct tc_token *ret_token)
{
	next(lexer, ret_token, "");
}
