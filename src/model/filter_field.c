/* SPDX-License-Identifier: MIT */
/*
 * filter_field.c - conditions on fields: "process = nginx", "direction = in", "recv_q > 0".
 *
 * Every row of the field table is a condition, unless ss has the word already. Numbers are
 * compared as numbers. Words are compared by = and != as the shell compares them: '*' and '?'
 * stand for what they stand for there. A field that has several words, as a socket that several
 * processes hold, has each of them; and an inferred one is meant like a certain one, so the '?'
 * at its end need not be written.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "model/field.h"
#include "model/filter_parse.h"
#include "util/intl.h"
#include "util/near.h"
#include "util/parse.h"

enum { CONTAINER_ID = 12 }; /* of the 64 characters of an id, those that are shown */

/* ---- Parsing ------------------------------------------------------------------------- */

static bool is_ordering(enum tc_word_compare compare)
{
	return compare != TC_COMPARE_EQ && compare != TC_COMPARE_NE;
}

static bool is_numeric(const struct tc_field *field)
{
	return field->flags & TC_FIELD_RIGHT;
}

static int fail_operand(struct tc_filter_parser *parser, const struct tc_field *field)
{
	char quoted[TC_FILTER_QUOTE_MAX];

	return tc_filter_fail(parser, &parser->token, _("'%s' is a number, and '%s' is not one"),
			      field->name, tc_filter_quote(parser->lexer.word, quoted));
}

/* Whole ids of containers are typed as well: docker ps --no-trunc. */
static void shorten_container(char *pattern)
{
	const char *slash = strrchr(pattern, '/');
	char *id = slash ? pattern + (slash - pattern) + 1 : pattern;
	size_t hex = strspn(id, "0123456789abcdef");

	if (hex > CONTAINER_ID && !id[hex])
		id[CONTAINER_ID] = '\0';
}

/* "inet, inet6" */
static void join(const char *const *words, struct tc_buf *out)
{
	for (size_t i = 0; words[i]; i++)
		tc_buf_format(out, "%s%s", i ? ", " : "", words[i]);
}

/* What has a few words is never another one, and would be looked for in vain. */
static int check_word(struct tc_filter_parser *parser, const struct tc_field *field)
{
	tc_auto_buf struct tc_buf words = TC_BUF_INIT;
	const char *word = parser->lexer.word;
	char quoted[TC_FILTER_QUOTE_MAX];
	struct tc_near near;

	tc_near_init(&near, word, strlen(word));
	for (size_t i = 0; field->words[i]; i++) {
		if (fnmatch(word, field->words[i], 0) == 0)
			return 0;
		tc_near_offer(&near, field->words[i]);
	}
	tc_filter_quote(word, quoted);
	if (near.best)
		return tc_filter_fail(parser, &parser->token,
				      _("%s is never '%s'; did you mean '%s'?"), field->name, quoted,
				      near.best);
	join(field->words, &words);
	return words.failed ? -ENOMEM
			    : tc_filter_fail(parser, &parser->token, _("%s is never '%s': it is %s"),
					     field->name, quoted, tc_buf_string(&words));
}

static int read_operand(struct tc_filter_parser *parser, struct tc_expr *node)
{
	const char *word = parser->lexer.word;
	size_t length = strlen(word);

	node->field.pattern = strdup(word);
	if (!node->field.pattern)
		return -ENOMEM;
	if (strcmp(node->field.key.field->name, "container") == 0)
		shorten_container(node->field.pattern);
	if (node->field.key.field->words)
		return check_word(parser, node->field.key.field);
	if (length > 1 && word[length - 1] == '?') /* as an inferred one is shown */
		length--;
	if (is_numeric(node->field.key.field) &&
	    tc_filter_number(word, length, UINT64_MAX, &node->field.number))
		return fail_operand(parser, node->field.key.field);
	return 0;
}

/*
 * "mark = 23" is "fwmark = 23", which the kernel compares itself: it does not tell the mark to those
 * without a privilege, nor that of TIME_WAIT to anybody.
 */
static void make_mark(struct tc_expr *node)
{
	uint64_t number = node->field.number;

	if (node->field.key.field->need != TC_HAVE_MARK || node->field.compare != TC_COMPARE_EQ ||
	    number > UINT32_MAX)
		return;
	free(node->field.pattern);
	node->kind = TC_EXPR_MARK;
	node->mark.value = (uint32_t)number;
	node->mark.mask = UINT32_MAX;
}

static int check(struct tc_filter_parser *parser, const struct tc_token *compare,
		 enum tc_word_compare how, const struct tc_field *field)
{
	if (is_ordering(how) && !is_numeric(field))
		return tc_filter_fail(parser, compare, _("'%s' can only be compared by = and !="),
				      field->name);
	if (!parser->token.length)
		return tc_filter_fail(parser, &parser->before,
				      _("'%s' needs something to compare with"), field->name);
	if (parser->token.word)
		return tc_filter_fail(parser, &parser->token,
				      _("'%s' needs something to compare with before '%s'"),
				      field->name, parser->token.word->spelling);
	if (parser->lexer.too_long)
		return tc_filter_fail(parser, &parser->token,
				      _("this word is longer than %d characters"),
				      TC_FILTER_WORD_MAX);
	return 0;
}

int tc_filter_field(struct tc_filter_parser *parser, struct tc_expr **ret_node)
{
	struct tc_token compare = parser->token;
	enum tc_word_compare how = TC_COMPARE_EQ;
	struct tc_expr *node = NULL;
	struct tc_key key;
	int err = tc_key_parse(parser->lexer.word, &key);

	if (err)
		return tc_filter_fail(parser, &parser->token,
				      _("'%s' takes prefix lengths from 0 to 32 and 0 to 128"),
				      "remote.net");
	tc_filter_advance(parser);
	if (parser->token.word && parser->token.word->word_class == TC_WORD_COMPARE) {
		compare = parser->token;
		how = parser->token.word->meaning;
		tc_filter_advance(parser);
	}
	err = check(parser, &compare, how, key.field);
	if (!err)
		err = tc_filter_node(parser, TC_EXPR_FIELD, &node);
	if (err)
		return err;
	node->field.key = key;
	node->field.compare = how == TC_COMPARE_NE ? TC_COMPARE_EQ : (uint8_t)how;
	err = read_operand(parser, node);
	if (err) {
		tc_expr_free(node);
		return err;
	}
	make_mark(node);
	tc_filter_advance(parser);
	if (how == TC_COMPARE_NE)
		return tc_filter_negate(parser, node, ret_node);
	*ret_node = node;
	return 0;
}

bool tc_filter_is_field(const char *word)
{
	struct tc_key key;
	int err = tc_key_parse(word, &key);

	return !err || (err == -EINVAL && strchr(word, '/'));
}

/* ---- Matching ------------------------------------------------------------------------ */

static bool match_number(const struct tc_expr *expr, uint64_t number)
{
	uint64_t wanted = expr->field.number;

	switch ((enum tc_word_compare)expr->field.compare) {
	case TC_COMPARE_GE:
		return number >= wanted;
	case TC_COMPARE_LE:
		return number <= wanted;
	case TC_COMPARE_GT:
		return number > wanted;
	case TC_COMPARE_LT:
		return number < wanted;
	case TC_COMPARE_EQ:
	case TC_COMPARE_NE:
		break;
	}
	return number == wanted;
}

/* "docker/3f4a5b6c7d8e" is meant by its id alone as well. */
static bool match_name(const struct tc_expr *expr, const char *word)
{
	const char *pattern = expr->field.pattern, *slash = strchr(word, '/');

	if (fnmatch(pattern, word, 0) == 0)
		return true;
	return slash && !strchr(pattern, '/') &&
	       strcmp(expr->field.key.field->name, "container") == 0 &&
	       fnmatch(pattern, slash + 1, 0) == 0;
}

static bool match_word(const struct tc_expr *expr, char *word)
{
	size_t length = strlen(word);
	uint64_t number;

	if (!(expr->field.key.field->flags & TC_FIELD_RIGHT) && match_name(expr, word))
		return true;
	if (length && word[length - 1] == '?')
		word[--length] = '\0';
	if (expr->field.key.field->flags & TC_FIELD_RIGHT)
		return !tc_parse_uint(word, length, UINT64_MAX, &number) &&
		       match_number(expr, number);
	return match_name(expr, word);
}

/* Arguments may be those of several processes as well, or have commas of their own. */
static bool may_be_several(const struct tc_expr *expr, const struct tc_value *value)
{
	return (value->type == TC_TYPE_TEXT && value->several) ||
	       strcmp(expr->field.key.field->name, "cmdline") == 0;
}

/* The whole first, then each of several. */
static bool match_words(const struct tc_expr *expr, char *words, bool several)
{
	char *rest = words;

	if (!(expr->field.key.field->flags & TC_FIELD_RIGHT) && match_name(expr, words))
		return true;
	while (rest) {
		char *comma = several ? strchr(rest, ',') : NULL;

		if (comma)
			*comma = '\0';
		if (match_word(expr, rest))
			return true;
		rest = comma ? comma + 1 : NULL;
	}
	return false;
}

bool tc_filter_match_field(const struct tc_expr *expr, const struct tc_sock *sock)
{
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;
	struct tc_value value;

	tc_key_get(&expr->field.key, sock, &value);
	if (value.type == TC_TYPE_NONE)
		return false;
	if (value.type == TC_TYPE_NUMBER && is_numeric(expr->field.key.field))
		return match_number(expr, value.number);
	tc_value_text(&value, &text);
	return tc_buf_string(&text) && match_words(expr, text.data, may_be_several(expr, &value));
}
