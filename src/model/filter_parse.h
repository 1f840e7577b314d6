/* SPDX-License-Identifier: MIT */
/*
 * filter_parse.h - what the parts of the filter parser share: the grammar is in
 * filter_parse.c, the operands of conditions in filter_operand.c and filter_host.c, and the
 * tree is put together in filter_node.c.
 */
#ifndef TC_MODEL_FILTER_PARSE_H
#define TC_MODEL_FILTER_PARSE_H

#include "model/filter.h"
#include "model/filter_lex.h"
#include "model/filter_tree.h"
#include "util/macro.h"

struct tc_filter_parser {
	struct tc_lexer lexer;
	struct tc_token token;	/* the one to be looked at now */
	struct tc_token before; /* the one before it */
	unsigned flags;		/* of tc_filter_parse() */
	unsigned nesting;	/* open parentheses */
	size_t nodes;		/* made so far */
	int family;		/* AF_INET or AF_INET6 where "inet:" or "inet6:" was said, or 0 */
	uint32_t states;
	bool states_named;
	struct tc_token last_state; /* the last state that was named */
	struct tc_filter_error *error;
};

/* A condition as far as it was read: its word and how it is compared. */
struct tc_filter_condition {
	const struct tc_filter_word *word; /* of the class TC_WORD_CONDITION */
	enum tc_word_compare compare;
};

/* Reads the next token. */
void tc_filter_advance(struct tc_filter_parser *parser);

/*
 * Says what is wrong with the token and returns -EINVAL. Of the arguments, words of the
 * expression have to be made fit to print by tc_filter_quote().
 */
int tc_filter_fail(struct tc_filter_parser *parser, const struct tc_token *token,
		   const char *format, ...) tc_printf(3, 4);

/* Enough of a word to know it again. */
enum { TC_FILTER_QUOTE_MAX = 64 };

/* Copies a word, cut and without control characters; returns the copy. */
const char *tc_filter_quote(const char *word, char copy[TC_FILTER_QUOTE_MAX]);

/* A zeroed node without children. -EINVAL: too many of them, said; -ENOMEM. */
int tc_filter_node(struct tc_filter_parser *parser, enum tc_expr_kind kind,
		   struct tc_expr **ret_node);

/*
 * The conjunction or disjunction of two nodes, either of which may be NULL. Takes both,
 * also where it fails: -EINVAL: too deep, said; -ENOMEM.
 */
int tc_filter_join(struct tc_filter_parser *parser, enum tc_expr_kind kind, struct tc_expr *left,
		   struct tc_expr *right, struct tc_expr **ret_node);

/* The negation of a node. Takes it. -ENOMEM. */
int tc_filter_negate(struct tc_filter_parser *parser, struct tc_expr *operand,
		     struct tc_expr **ret_node);

/* Fills in what the members `need` and `passes` say of the finished expression. */
void tc_filter_summarize(struct tc_filter *filter);

/*
 * The condition whose operand is the current token, which the caller leaves behind. In
 * filter_operand.c; it leaves hosts to tc_filter_host(), in filter_host.c.
 */
int tc_filter_operand(struct tc_filter_parser *parser, const struct tc_filter_condition *condition,
		      struct tc_expr **ret_node);
int tc_filter_host(struct tc_filter_parser *parser, enum tc_expr_side side,
		   struct tc_expr **ret_node);

/*
 * A condition on a field, whose name is the current token, to its end; and whether a word is
 * the name of a field, or one with prefix lengths, right or wrong. In filter_field.c.
 */
int tc_filter_field(struct tc_filter_parser *parser, struct tc_expr **ret_node);
bool tc_filter_is_field(const char *word);

/* The port that a word names, "22", "ssh", "1024-2048", "*"; `text` is a part of the token. */
int tc_filter_port(struct tc_filter_parser *parser, enum tc_expr_side side,
		   enum tc_word_compare compare, const char *text, struct tc_expr **ret_node);

/*
 * Takes the family off the start of a host or port, and remembers it as ss does: it holds
 * for every host that comes after it, and the last one decides which sockets are shown.
 */
int tc_filter_family(struct tc_filter_parser *parser, const char **text);

/* A number as strtoul(3) reads it with base 0: 22, 0x16, 026. -EINVAL, -ERANGE. */
int tc_filter_number(const char *text, size_t length, uint64_t max, uint64_t *ret_value);

#endif
