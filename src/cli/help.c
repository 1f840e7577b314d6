/* SPDX-License-Identifier: MIT */
/* help.c - -h, from the tables of commands, options and fields; each fits a screen. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/emit.h"
#include "cli/options.h"
#include "output/cell.h"
#include "util/intl.h"

enum { OPTION_WIDTH = 25, COMMAND_WIDTH = 10, FIELD_WIDTH = 13 };

/* Whether every command that looks at sockets has it: `tcpcensus -h` says what it does. */
static bool is_common(const struct tc_option *option)
{
	return (option->commands & TC_FOR_LOOKING) == TC_FOR_LOOKING;
}

static void add_options(struct tc_buf *out, unsigned commands, bool own_only)
{
	char spelling[64];

	tc_buf_format(out, commands == TC_FOR_CENSUS ? "%s\n" : "\n%s\n", _("Options:"));
	for (size_t i = 0; tc_options_table[i].name; i++) {
		const struct tc_option *option = &tc_options_table[i];

		if (!(option->commands & commands) || (own_only && is_common(option)))
			continue;
		snprintf(spelling, sizeof(spelling), "  %c%c%c --%s%s%s", option->letter ? '-' : ' ',
			 option->letter ? option->letter : ' ', option->letter ? ',' : ' ',
			 option->name, option->argument ? " " : "",
			 option->argument ? tc_tr(option->argument) : "");
		tc_cell(out, spelling, OPTION_WIDTH, false);
		tc_buf_format(out, "  %s\n", tc_tr(option->help));
	}
}

/* The options that all commands have, by name alone: two lines instead of ten. */
static void add_common_options(struct tc_buf *out)
{
	tc_buf_format(out, "  %s", _("as in tcpcensus -h:"));
	for (size_t i = 0; tc_options_table[i].name; i++) {
		const struct tc_option *option = &tc_options_table[i];

		if (is_common(option) && option->letter)
			tc_buf_format(out, " -%c", option->letter);
		else if (is_common(option))
			tc_buf_format(out, " --%s", option->name);
	}
	tc_cell_end(out);
}

/* The names of the fields, as many to a line as fit. */
static void add_fields(struct tc_buf *out)
{
	size_t column = 0;

	tc_buf_format(out, "\n%s\n", _("Fields:"));
	for (size_t i = 0; tc_field_at(i); i++) {
		tc_buf_text(out, column ? "" : "  ");
		tc_cell(out, tc_field_name(tc_field_at(i)), FIELD_WIDTH, false);
		column = (column + 1) % 6;
		if (!column)
			tc_cell_end(out);
	}
	if (column)
		tc_cell_end(out);
}

static void add_command(struct tc_buf *out, const struct tc_command *command)
{
	bool looks = command->options & TC_FOR_LOOKING;
	bool brief = looks && command->options != TC_FOR_CENSUS;

	tc_buf_format(out, _("Usage: tcpcensus %s %s\n"), command->name, tc_tr(command->arguments));
	tc_buf_format(out, "  %s\n\n%s", tc_tr(command->summary), tc_tr(command->help));
	if (command->flags & TC_COMMAND_FILTER)
		tc_buf_text(out, _("\nFILTER is that of ss(8): state time-wait, dport = :443, "
				   "not dst 10.0.0.0/8\n"));
	if (command->options & (TC_FOR_BY | TC_FOR_LIST))
		add_fields(out);
	add_options(out, command->options, brief);
	if (brief)
		add_common_options(out);
}

static void add_program(struct tc_buf *out)
{
	tc_buf_text(out, _("Usage: tcpcensus [COMMAND] [OPTION...] [FILTER...]\n"));
	tc_buf_text(out, _("  counts this machine's TCP sockets by state, and explains them\n"));
	tc_buf_format(out, "%s\n", _("Commands (tcpcensus COMMAND -h says more):"));
	for (size_t i = 0; tc_commands[i]; i++) {
		tc_buf_text(out, "  ");
		tc_cell(out, tc_commands[i]->name, COMMAND_WIDTH, false);
		tc_buf_format(out, "%s\n", tc_tr(tc_commands[i]->summary));
	}
	/* Without the blank lines before it and behind it: two of 24. */
	tc_buf_text(out, _("\nFILTER is that of ss(8): state time-wait, dport = :443, "
			   "not dst 10.0.0.0/8\n") +
				 1);
	add_options(out, TC_FOR_CENSUS, false);
}

int tc_help(const struct tc_command *command)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	if (command)
		add_command(&out, command);
	else
		add_program(&out);
	return tc_emit(&out);
}
