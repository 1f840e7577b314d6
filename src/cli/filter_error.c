/* SPDX-License-Identifier: MIT */
/* filter_error.c - what is wrong with a filter, and where; see filter_error.h. */
#include "cli/filter_error.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "model/filter_lex.h"
#include "util/buf.h"
#include "util/intl.h"
#include "util/near.h"
#include "util/shown.h"
#include "util/width.h"

enum { BEFORE_MAX = 40, SHOWN_MAX = 76 };

/* ---- The message --------------------------------------------------------------------- */

/* A first word that is nearer to a command than to a word of the filter is a mistyped one. */
static const char *nearest_command(const char *word)
{
	struct tc_near command, filter;

	tc_near_init(&command, word, strlen(word));
	tc_near_init(&filter, word, strlen(word));
	for (size_t i = 0; tc_commands[i]; i++)
		tc_near_offer(&command, tc_commands[i]->name);
	for (size_t i = 0; tc_filter_words[i].spelling; i++)
		tc_near_offer(&filter, tc_filter_words[i].spelling);
	return filter.best && filter.distance < command.distance ? NULL : command.best;
}

static void say_what(const char *first, const struct tc_filter_error *error)
{
	const char *command = error->offset ? NULL : nearest_command(first);

	if (!error->offset && tc_state_parse(first, strlen(first)) >= 0)
		tc_usage_error(_("'%s' is a state: write 'state %s' to see its sockets, or "
				 "'explain %s'"),
			       first, first, first);
	else if (command && strcmp(command, first) != 0)
		tc_usage_error(_("'%s' is neither a command nor a filter (did you mean '%s'?)"),
			       first, command);
	else
		tc_usage_error("%s", error->text);
}

/* ---- The place ----------------------------------------------------------------------- */

/* The first character from which no more than `columns` lead to the end of the text. */
static size_t cut_front(const char *text, size_t length, size_t columns)
{
	size_t at = 0, bytes;

	while (at < length && tc_width(text + at, length - at) > columns) {
		tc_width_step(text + at, length - at, &bytes);
		at += bytes;
	}
	return at;
}

/* The bytes at the start of the text that fit into so many columns. */
static size_t cut_back(const char *text, size_t length, size_t columns)
{
	size_t at = 0, used = 0, bytes;

	while (at < length) {
		used += tc_width_step(text + at, length - at, &bytes);
		if (used > columns)
			break;
		at += bytes;
	}
	return at;
}

static void say_where(const char *expression, const struct tc_filter_error *error)
{
	tc_auto_buf struct tc_buf line = TC_BUF_INIT;
	size_t length = strlen(expression);
	size_t offset = error->offset < length ? error->offset : length;
	size_t word = error->length < length - offset ? error->length : length - offset;
	size_t tail = offset > 4 * BEFORE_MAX ? offset - 4 * BEFORE_MAX : 0; /* bounds the walk */
	size_t start = tail + cut_front(expression + tail, offset - tail, BEFORE_MAX);
	size_t before = tc_width(expression + start, offset - start);
	size_t end, under;

	word = cut_back(expression + offset, word, SHOWN_MAX - before);
	under = tc_width(expression + offset, word);
	end = offset + word;
	end += cut_back(expression + end, length - end, SHOWN_MAX - before - under);
	tc_buf_text(&line, start ? "  ..." : "  ");
	tc_buf_shown(&line, expression + start, end - start);
	tc_buf_text(&line, end < length ? "...\n" : "\n");
	tc_buf_fill(&line, ' ', (start ? 5 : 2) + before);
	tc_buf_byte(&line, '^');
	tc_buf_fill(&line, '~', under > 1 ? under - 1 : 0);
	tc_buf_byte(&line, '\n');
	if (!line.failed)
		fwrite(line.data, 1, line.length, stderr);
}

int tc_filter_error_show(const char *expression, const char *first,
			 const struct tc_filter_error *error)
{
	say_what(first, error);
	say_where(expression, error);
	return TC_EXIT_USAGE;
}
