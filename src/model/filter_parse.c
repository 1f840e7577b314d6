/* SPDX-License-Identifier: MIT */
/*
 * filter_parse.c - the grammar of filters, that of ss(8).
 *
 *	filter	   = { term [ "and" | "or" ] }
 *	term	   = { "not" } ( "(" terms ")" | condition )
 *	condition  = word [ operator ] operand | "autobound" | field [ operator ] operand
 *	states	   = ( "state" | "exclude" ) name	-- beside the terms, at the top
 *
 * "and" and "or" bind alike and group from the left, "a or b and c" is "(a or b) and c":
 * ss(8) says otherwise, but every ss does it. "not" takes the one term behind it. Beyond
 * what ss takes: blanks around operators may be left out, src and dst take "!=", states may
 * stand anywhere at the top, ports take ranges, and ::1 needs no brackets.
 *
 * What passes is what ss 6.1 and 7.1 show, with these exceptions, where ss plainly does not
 * do what was asked:
 *   - a host name stands for all of its addresses; ss shows the sockets of the first;
 *   - "cgroup /" is the root of the hierarchy, not of the file system;
 *   - refused is what ss takes and makes nonsense of: "sport = *:22" and "sport > *" (ss:
 *     every port), ports below 0 or above 65535 (ss: cut to 16 bits for the kernel), "dst
 *     *22" (ss: port 22), an empty set of states (ss: as if none were named), "dst unix:x".
 * "all" and the other groups leave out BOUND, as in ss 6.1, which does not know it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "model/filter_lookup.h"
#include "model/filter_parse.h"
#include "model/state.h"
#include "util/intl.h"
#include "util/near.h"
#include "util/privilege.h"

/* ---- Errors -------------------------------------------------------------------------- */

const char *tc_filter_quote(const char *word, char copy[TC_FILTER_QUOTE_MAX])
{
	size_t length = strnlen(word, TC_FILTER_QUOTE_MAX - 1);

	/* Never half a character of UTF-8. */
	if (word[length])
		while (length && ((unsigned char)word[length] & 0xc0) == 0x80)
			length--;
	for (size_t i = 0; i < length; i++)
		copy[i] = iscntrl((unsigned char)word[i]) ? '?' : word[i];
	copy[length] = '\0';
	return copy;
}

int tc_filter_fail(struct tc_filter_parser *parser, const struct tc_token *token,
		   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(parser->error->text, sizeof(parser->error->text), format, args);
	va_end(args);
	parser->error->offset = token->offset;
	parser->error->length = token->length;
	return -EINVAL;
}

/* Offers the words of the classes as what a wrong one may have meant. */
static void offer_words(struct tc_near *near, unsigned classes)
{
	for (const struct tc_filter_word *row = tc_filter_words; row->spelling; row++)
		if (classes & 1u << row->word_class)
			tc_near_offer(near, row->spelling);
}

static int fail_unknown(struct tc_filter_parser *parser)
{
	const char *word = parser->lexer.word;
	char quoted[TC_FILTER_QUOTE_MAX];
	struct tc_near near;

	tc_near_init(&near, word, strlen(word));
	offer_words(&near, 1u << TC_WORD_CONDITION | 1u << TC_WORD_STATES | 1u << TC_WORD_LOGIC);
	for (size_t i = 0; tc_field_at(i); i++)
		tc_near_offer(&near, tc_field_name(tc_field_at(i)));
	tc_filter_quote(word, quoted);
	if (near.best)
		return tc_filter_fail(parser, &parser->token,
				      _("'%s' is no condition; did you mean '%s'?"), quoted,
				      near.best);
	return tc_filter_fail(
		parser, &parser->token,
		_("'%s' is no condition: state, src, dst, sport, dport, dev, fwmark, "
		  "cgroup, autobound or a field is expected"),
		quoted);
}

/* ---- Tokens -------------------------------------------------------------------------- */

static bool is_word(const struct tc_token *token, enum tc_word_class word_class)
{
	return token->word && token->word->word_class == word_class;
}

static bool is_logic(const struct tc_token *token, enum tc_word_logic logic)
{
	return is_word(token, TC_WORD_LOGIC) && token->word->meaning == logic;
}

void tc_filter_advance(struct tc_filter_parser *parser)
{
	parser->before = parser->token;
	tc_lex_next(&parser->lexer, &parser->token);
}

/* Reads the current token again, as a path that only a blank ends. */
static void reread_path(struct tc_filter_parser *parser)
{
	parser->lexer.offset = parser->token.offset;
	tc_lex_next_path(&parser->lexer, &parser->token);
}

/* ---- States -------------------------------------------------------------------------- */

static void lowered(const char *word, char copy[TC_FILTER_QUOTE_MAX])
{
	tc_filter_quote(word, copy);
	for (char *c = copy; *c; c++)
		*c = (char)tolower((unsigned char)*c);
}

static int fail_state(struct tc_filter_parser *parser)
{
	const char *word = parser->lexer.word;
	char quoted[TC_FILTER_QUOTE_MAX], best[TC_FILTER_QUOTE_MAX];
	struct tc_near near;

	tc_near_init(&near, word, strlen(word));
	offer_words(&near, 1u << TC_WORD_GROUP);
	for (size_t i = 0; i < TC_STATE_COUNT; i++) {
		const struct tc_state_row *row = &tc_state_rows[i];

		tc_near_offer(&near, row->rfc ? row->rfc : row->name);
	}
	tc_filter_quote(word, quoted);
	if (!near.best)
		return tc_filter_fail(parser, &parser->token,
				      _("'%s' is no state of a TCP socket"), quoted);
	lowered(near.best, best);
	return tc_filter_fail(parser, &parser->token, _("'%s' is no state; did you mean '%s'?"),
			      quoted, best);
}

static int state_mask(const char *word, uint32_t *ret_mask)
{
	const struct tc_filter_word *group = NULL;
	int state;

	for (const struct tc_filter_word *row = tc_filter_words; row->spelling && !group; row++)
		if (row->word_class == TC_WORD_GROUP && strcasecmp(row->spelling, word) == 0)
			group = row;
	/* A group first: "connected" is also what some systems call ESTABLISHED. */
	if (group) {
		*ret_mask = group->meaning;
		return 0;
	}
	state = tc_state_parse(word, strlen(word));
	if (state < 0)
		return state;
	*ret_mask = TC_STATE_BIT(state);
	return 0;
}

/*
 * "state X" or "exclude X". As in ss, the first of them starts from no state or from all,
 * and each of the others adds or takes away in its turn.
 */
static int parse_states(struct tc_filter_parser *parser)
{
	bool exclude = parser->token.word->meaning == TC_STATES_EXCLUDE;
	uint32_t mask, all = 0;

	tc_filter_advance(parser);
	if (!parser->token.length)
		return tc_filter_fail(parser, &parser->before, _("a state is missing here"));
	if (parser->token.word && parser->token.word->word_class == TC_WORD_COMPARE)
		return tc_filter_fail(parser, &parser->token,
				      _("'%s' is followed by a state, without '%s'"),
				      exclude ? "exclude" : "state", parser->token.word->spelling);
	if (state_mask(parser->lexer.word, &mask))
		return fail_state(parser);
	if (!parser->states_named)
		state_mask("all", &all);
	parser->states = parser->states_named ? parser->states : exclude ? all : 0;
	parser->states = exclude ? parser->states & ~mask : parser->states | mask;
	parser->states_named = true;
	parser->last_state = parser->token;
	tc_filter_advance(parser);
	return 0;
}

/* ---- Conditions ---------------------------------------------------------------------- */

static int check_operator(struct tc_filter_parser *parser,
			  const struct tc_filter_condition *condition)
{
	bool ordered = condition->compare != TC_COMPARE_EQ && condition->compare != TC_COMPARE_NE;

	if (!ordered || condition->word->meaning == TC_CONDITION_SPORT ||
	    condition->word->meaning == TC_CONDITION_DPORT)
		return 0;
	return tc_filter_fail(parser, &parser->token, _("'%s' can only be compared by = and !="),
			      condition->word->spelling);
}

static int check_operand(struct tc_filter_parser *parser,
			 const struct tc_filter_condition *condition)
{
	if (!parser->token.length)
		return tc_filter_fail(parser, &parser->before,
				      _("'%s' needs something to compare with"),
				      condition->word->spelling);
	if (parser->token.word)
		return tc_filter_fail(parser, &parser->token,
				      _("'%s' needs something to compare with before '%s'"),
				      condition->word->spelling, parser->token.word->spelling);
	if (parser->lexer.too_long)
		return tc_filter_fail(parser, &parser->token,
				      _("this word is longer than %d characters"),
				      TC_FILTER_WORD_MAX);
	return 0;
}

/* What is not known is not guessed, but for another machine, of which nothing better is known. */
static int fail_autobound(struct tc_filter_parser *parser, int err)
{
	const char *nowhere = tc_privilege_no_settings();

	tc_filter_fail(parser, &parser->token,
		       _("'autobound' asks for a range of ports that could not be read: %s: %s"),
		       TC_LOCAL_PORTS_FILE, nowhere ? nowhere : strerror(-err));
	return -ENODATA;
}

static int parse_autobound(struct tc_filter_parser *parser, struct tc_expr **ret_node)
{
	uint16_t low = TC_LOCAL_PORT_LOW, high = TC_LOCAL_PORT_HIGH;
	int err = 0;

	if (!(parser->flags & TC_FILTER_FOREIGN))
		err = tc_lookup_local_ports(&low, &high);
	if (err)
		return fail_autobound(parser, err);
	err = tc_filter_node(parser, TC_EXPR_AUTOBOUND, ret_node);
	if (err)
		return err;
	(*ret_node)->port.low = low;
	(*ret_node)->port.high = high;
	tc_filter_advance(parser);
	return 0;
}

static int parse_condition(struct tc_filter_parser *parser, struct tc_expr **ret_node)
{
	struct tc_filter_condition condition = {.word = parser->token.word};
	struct tc_expr *node = NULL;
	int err;

	if (condition.word->meaning == TC_CONDITION_AUTOBOUND)
		return parse_autobound(parser, ret_node);
	tc_filter_advance(parser);
	if (is_word(&parser->token, TC_WORD_COMPARE)) {
		condition.compare = parser->token.word->meaning;
		err = check_operator(parser, &condition);
		if (err)
			return err;
		tc_filter_advance(parser);
	}
	if (condition.word->meaning == TC_CONDITION_CGROUP)
		reread_path(parser);
	err = check_operand(parser, &condition);
	if (!err)
		err = tc_filter_operand(parser, &condition, &node);
	if (err)
		return err;
	tc_filter_advance(parser);
	if (condition.compare == TC_COMPARE_NE)
		return tc_filter_negate(parser, node, ret_node);
	*ret_node = node;
	return 0;
}

/* ---- Terms --------------------------------------------------------------------------- */

static int parse_terms(struct tc_filter_parser *parser, struct tc_expr **ret_node);

static int parse_group(struct tc_filter_parser *parser, struct tc_expr **ret_node)
{
	struct tc_token open = parser->token;
	int err;

	if (++parser->nesting > TC_EXPR_DEPTH_MAX)
		return tc_filter_fail(parser, &open, _("the filter is nested more than %d deep"),
				      TC_EXPR_DEPTH_MAX);
	tc_filter_advance(parser);
	err = parse_terms(parser, ret_node);
	if (err)
		return err;
	if (is_logic(&parser->token, TC_LOGIC_CLOSE) && *ret_node) {
		parser->nesting--;
		tc_filter_advance(parser);
		return 0;
	}
	if (*ret_node) /* the end of the text */
		err = tc_filter_fail(parser, &open, _("'(' without ')'"));
	else
		err = tc_filter_fail(parser, &parser->before, _("a condition is missing here"));
	tc_expr_free(tc_take(*ret_node));
	return err;
}

static int parse_term(struct tc_filter_parser *parser, struct tc_expr **ret_node)
{
	struct tc_expr *node = NULL;
	bool negated = false;
	int err;

	for (; is_logic(&parser->token, TC_LOGIC_NOT); tc_filter_advance(parser))
		negated = !negated;
	if (is_logic(&parser->token, TC_LOGIC_OPEN))
		err = parse_group(parser, &node);
	else if (is_word(&parser->token, TC_WORD_CONDITION))
		err = parse_condition(parser, &node);
	else if (!parser->token.word && tc_filter_is_field(parser->lexer.word))
		err = tc_filter_field(parser, &node);
	else if (is_word(&parser->token, TC_WORD_STATES))
		err = tc_filter_fail(
			parser, &parser->token,
			_("'%s' narrows the whole filter: it cannot stand after or, not "
			  "or in parentheses"),
			parser->token.word->spelling);
	else if (!parser->token.length)
		err = tc_filter_fail(parser, &parser->before, _("a condition is missing here"));
	else
		err = fail_unknown(parser);
	if (err)
		return err;
	if (negated)
		return tc_filter_negate(parser, node, ret_node);
	*ret_node = node;
	return 0;
}

/* What stands before the term that comes next. */
enum link { LINK_NONE, LINK_STATES, LINK_TERM, LINK_AND, LINK_OR };

static int parse_link(struct tc_filter_parser *parser, enum link *link)
{
	bool is_or = is_logic(&parser->token, TC_LOGIC_OR);

	if (*link == LINK_TERM || (*link == LINK_STATES && !is_or)) {
		*link = is_or ? LINK_OR : LINK_AND;
		tc_filter_advance(parser);
		return 0;
	}
	if (*link == LINK_STATES)
		return tc_filter_fail(
			parser, &parser->token,
			_("'or' cannot stand after a state: states narrow the whole "
			  "filter"));
	return tc_filter_fail(parser, &parser->token, _("a condition is missing before this"));
}

/* Reads terms up to ")" or the end; *ret_node stays NULL where there is none. */
static int parse_terms(struct tc_filter_parser *parser, struct tc_expr **ret_node)
{
	struct tc_expr *left = NULL, *right;
	enum link link = LINK_NONE;
	int err = 0;

	while (!err && parser->token.length && !is_logic(&parser->token, TC_LOGIC_CLOSE)) {
		enum tc_expr_kind kind = link == LINK_OR ? TC_EXPR_OR : TC_EXPR_AND;

		if (is_logic(&parser->token, TC_LOGIC_AND) ||
		    is_logic(&parser->token, TC_LOGIC_OR)) {
			err = parse_link(parser, &link);
			continue;
		}
		if (is_word(&parser->token, TC_WORD_STATES) && link != LINK_OR &&
		    !parser->nesting) {
			err = parse_states(parser);
			link = LINK_STATES;
			continue;
		}
		right = NULL;
		err = parse_term(parser, &right);
		if (!err)
			err = tc_filter_join(parser, kind, tc_take(left), right, &left);
		link = LINK_TERM;
	}
	if (!err && (link == LINK_AND || link == LINK_OR))
		err = tc_filter_fail(parser, &parser->before,
				     _("a condition is missing after this"));
	if (err)
		tc_expr_free(left);
	else
		*ret_node = left;
	return err;
}

/* ---- The whole ----------------------------------------------------------------------- */

/*
 * ss shows only sockets of the family that was named, whatever the rest of the expression
 * says, and of the last one where several were.
 */
static int add_family(struct tc_filter_parser *parser, struct tc_expr **expr)
{
	struct tc_expr *node = NULL;
	int err;

	if (!parser->family)
		return 0;
	err = tc_filter_node(parser, TC_EXPR_FAMILY, &node);
	if (err)
		return err;
	node->number = (uint64_t)parser->family;
	return tc_filter_join(parser, TC_EXPR_AND, node, tc_take(*expr), expr);
}

static int parse_whole(struct tc_filter_parser *parser, struct tc_filter *filter)
{
	int err;

	tc_filter_advance(parser);
	err = parse_terms(parser, &filter->expr);
	if (!err && parser->token.length)
		err = tc_filter_fail(parser, &parser->token, _("')' without '('"));
	/* ss then shows what it shows without any "state", which is not what was said. */
	if (!err && parser->states_named && !parser->states)
		err = tc_filter_fail(parser, &parser->last_state, _("no state is left after this"));
	if (!err)
		err = add_family(parser, &filter->expr);
	if (err)
		return err;
	filter->states_named = parser->states_named;
	filter->states = parser->states_named ? parser->states : TC_STATES_ALL;
	tc_filter_summarize(filter);
	return 0;
}

int tc_filter_parse(const char *expression, unsigned flags, struct tc_filter **ret_filter,
		    struct tc_filter_error *error)
{
	tc_auto_free struct tc_filter_parser *parser = calloc(1, sizeof(*parser));
	struct tc_filter *filter = calloc(1, sizeof(*filter));
	struct tc_filter_error unwanted;
	int err = -ENOMEM;

	if (parser && filter) {
		parser->flags = flags;
		parser->error = error ? error : &unwanted;
		*parser->error = (struct tc_filter_error){ 0 };
		tc_lex_init(&parser->lexer, expression);
		err = parse_whole(parser, filter);
	}
	if (err)
		tc_filter_free(filter);
	else
		*ret_filter = filter;
	return err;
}
