/* SPDX-License-Identifier: MIT */
/*
 * generate.c - writes the completion script of a shell from the tables of the program.
 *
 *	generate bash|zsh|fish TEMPLATE >SCRIPT
 *
 * The template is the script in the language of its shell; its line "@tables@" is replaced
 * by the words of the program. So a new command, option, field, state or filter word is
 * completed without anybody having to think of it.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/lab.h"
#include "cli/options.h"
#include "cli/topics.h"
#include "model/filter_lex.h"
#include "model/state.h"
#include "util/macro.h"

struct shell {
	const char *name;
	void (*tables)(void);
};

enum { WORD_MAX = 64 };

/* ---- What the tables say ------------------------------------------------------------- */

/* What completes the argument of an option; NULL: it has none. */
static const char *argument_kind(const struct tc_option *option)
{
	static const struct {
		const char *argument;
		const char *kind;
	} rows[] = {
		{ "FILE", "file" },
		{ "NAME|all", "netns" },
		{ "FIELD,...", "fields" },
	};

	if (!option->argument)
		return NULL;
	if (option->choices)
		return "choice";
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++)
		if (strcmp(option->argument, rows[i].argument) == 0)
			return rows[i].kind;
	return "anything";
}

static bool has_option(const struct tc_command *command, const struct tc_option *option)
{
	return command->options & option->commands;
}

/* A state as it is usually typed in a filter: "time-wait". */
static const char *filter_state(const char *name, char word[WORD_MAX])
{
	size_t i;

	for (i = 0; name[i] && i < WORD_MAX - 1; i++)
		word[i] = name[i] == '_' ? '-' : (char)tolower((unsigned char)name[i]);
	word[i] = '\0';
	return word;
}

/* Words of which only the name is known; a term of two words is typed as one. */
static void add_names(const char *(*at)(size_t), const char *before, const char *after)
{
	for (size_t i = 0; at(i); i++) {
		printf("%s", before);
		for (const char *name = at(i); *name; name++)
			if (*name != '\'') /* which "Little's law" does without as well */
				putchar(*name == ' ' ? '-' : *name);
		printf("%s", after);
	}
}

/* Operators that a shell would take for its own have a spelling in letters, too. */
static bool is_typed_as_it_is(const struct tc_filter_word *word)
{
	return !strpbrk(word->spelling, "<>&|()!");
}

/* The help of a word; an empty one is that of the row above. */
static const char *word_help(const struct tc_filter_word *word)
{
	while (!*word->help && word > tc_filter_words)
		word--;
	return word->help;
}

/* ---- Words, quoted for a shell ------------------------------------------------------- */

/* Bash and zsh end the quotes for an apostrophe, fish escapes it. */
static void quote(const char *text, const char *apostrophe)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs(apostrophe, stdout);
		else
			putchar(*text);
	}
}

static void add_choices(const struct tc_option *option)
{
	for (size_t i = 0; option->choices && option->choices[i]; i++)
		printf("%s%s", i ? " " : "", option->choices[i]);
}

/* ---- Bash: lists of words, and functions that look a word up ------------------------- */

static void bash_words(const char *name, unsigned classes)
{
	printf("_tcpcensus_%s='", name);
	for (const struct tc_filter_word *word = tc_filter_words; word->spelling; word++)
		if ((classes & 1u << word->word_class) && is_typed_as_it_is(word))
			printf("%s ", word->spelling);
	puts("'");
}

static void bash_states(void)
{
	char word[WORD_MAX];

	printf("_tcpcensus_states='");
	for (size_t i = 0; i < TC_STATE_COUNT; i++)
		printf("%s ", filter_state(tc_state_rows[i].name, word));
	puts("'");
}

static void bash_options(const struct tc_command *command)
{
	printf("\t%s) echo '", command->name);
	for (const struct tc_option *option = tc_options_table; option->name; option++) {
		if (!has_option(command, option))
			continue;
		if (option->letter)
			printf("-%c ", option->letter);
		printf("--%s ", option->name);
	}
	puts("' ;;");
}

static void bash_argument(const struct tc_option *option)
{
	if (!argument_kind(option))
		return;
	printf("\t");
	if (option->letter)
		printf("-%c | ", option->letter);
	printf("--%s) echo '%s ", option->name, argument_kind(option));
	add_choices(option);
	puts("' ;;");
}

static void bash_tables(void)
{
	printf("_tcpcensus_commands='");
	for (size_t i = 0; tc_commands[i]; i++)
		printf("%s ", tc_commands[i]->name);
	printf("'\n_tcpcensus_fields='");
	for (size_t i = 0; tc_field_at(i); i++)
		printf("%s ", tc_field_name(tc_field_at(i)));
	printf("'\n_tcpcensus_topics='");
	add_names(tc_topic_at, "", " ");
	printf("'\n_tcpcensus_rules='");
	add_names(tc_rule_id_at, "", " ");
	printf("'\n_tcpcensus_scenarios='");
	add_names(tc_lab_name_at, "", " ");
	puts("'");
	bash_states();
	bash_words("groups", 1u << TC_WORD_GROUP);
	bash_words("terms", 1u << TC_WORD_STATES | 1u << TC_WORD_CONDITION | 1u << TC_WORD_LOGIC);
	bash_words("operators", 1u << TC_WORD_COMPARE);
	puts("\n_tcpcensus_options() { # COMMAND\n\tcase $1 in");
	for (size_t i = 0; tc_commands[i]; i++)
		bash_options(tc_commands[i]);
	puts("\tesac\n}\n\n# What a command takes beside options.\n"
	     "_tcpcensus_takes() { # COMMAND\n\tcase $1 in");
	for (size_t i = 0; tc_commands[i]; i++)
		printf("\t%s) echo '%s%s%s%s%s' ;;\n", tc_commands[i]->name,
		       tc_commands[i]->flags & TC_COMMAND_KEYS ? "keys " : "",
		       tc_commands[i]->flags & TC_COMMAND_FILTER ? "filter " : "",
		       tc_commands[i]->flags & TC_COMMAND_TOPICS ? "topics " : "",
		       tc_commands[i]->flags & TC_COMMAND_RULES ? "rules " : "",
		       tc_commands[i]->flags & TC_COMMAND_SCENARIOS ? "scenarios " : "");
	puts("\tesac\n}\n\n# What completes the argument of an option.\n"
	     "_tcpcensus_argument() { # OPTION\n\tcase $1 in");
	for (const struct tc_option *option = tc_options_table; option->name; option++)
		bash_argument(option);
	puts("\tesac\n}");
}

/* ---- Zsh: arrays of "word:help" for _describe, and specifications for _arguments ------ */

static const char zsh_apostrophe[] = "'\\''";

static void zsh_row(const char *word, const char *help)
{
	printf("\t'%s:", word);
	quote(help, zsh_apostrophe);
	puts("'");
}

static void zsh_words(const char *name, unsigned classes)
{
	printf(")\n%s=(\n", name);
	for (const struct tc_filter_word *word = tc_filter_words; word->spelling; word++)
		if ((classes & 1u << word->word_class) && is_typed_as_it_is(word))
			zsh_row(word->spelling, word_help(word));
}

/* Within [ ] of a specification brackets and colons are escaped. */
static void zsh_help(const char *help)
{
	for (; *help; help++) {
		if (strchr("[]:\\", *help))
			putchar('\\');
		if (*help == '\'')
			fputs(zsh_apostrophe, stdout);
		else
			putchar(*help);
	}
}

static void zsh_option(const struct tc_option *option)
{
	const char *kind = argument_kind(option);

	printf("\t");
	if (option->letter && option->type == TC_OPTION_FROM) /* may be repeated */
		printf("'*'{-%c+,--%s=}'[", option->letter, option->name);
	else if (option->letter)
		printf("'(-%c --%s)'{-%c%s,--%s%s}'[", option->letter, option->name, option->letter,
		       kind ? "+" : "", option->name, kind ? "=" : "");
	else
		printf("'--%s%s[", option->name, kind ? "=" : "");
	zsh_help(option->help);
	printf("]");
	if (kind && option->choices) {
		printf(":%s:(", option->argument);
		add_choices(option);
		printf(")");
	} else if (kind) {
		printf(":%s:_tcpcensus_%s", option->argument, kind);
	}
	puts("'");
}

static void zsh_with_argument(void)
{
	printf(")\nwith_argument=(");
	for (const struct tc_option *option = tc_options_table; option->name; option++) {
		if (!option->argument)
			continue;
		if (option->letter)
			printf("-%c ", option->letter);
		printf("--%s ", option->name);
	}
	puts(")");
}

static void zsh_takes(const char *name, unsigned flag)
{
	printf("%s=(", name);
	for (size_t i = 0; tc_commands[i]; i++)
		if (tc_commands[i]->flags & flag)
			printf("%s ", tc_commands[i]->name);
	puts(")");
}

static void zsh_tables(void)
{
	char word[WORD_MAX];

	puts("local -a commands fields topics rules scenarios states terms operators with_argument\n"
	     "local -a take_keys take_filter take_topics take_rules take_scenarios\ncommands=(");
	for (size_t i = 0; tc_commands[i]; i++)
		zsh_row(tc_commands[i]->name, tc_commands[i]->summary);
	puts(")\nfields=(");
	for (size_t i = 0; tc_field_at(i); i++)
		zsh_row(tc_field_name(tc_field_at(i)), tc_field_at(i)->help);
	puts(")\ntopics=(");
	add_names(tc_topic_at, "\t", "\n");
	puts(")\nrules=(");
	add_names(tc_rule_id_at, "\t", "\n");
	puts(")\nscenarios=(");
	add_names(tc_lab_name_at, "\t", "\n");
	puts(")\nstates=(");
	for (size_t i = 0; i < TC_STATE_COUNT; i++)
		zsh_row(filter_state(tc_state_rows[i].name, word), tc_state_rows[i].meaning);
	zsh_words("states+", 1u << TC_WORD_GROUP);
	zsh_words("terms", 1u << TC_WORD_STATES | 1u << TC_WORD_CONDITION | 1u << TC_WORD_LOGIC);
	zsh_words("operators", 1u << TC_WORD_COMPARE);
	zsh_with_argument();
	zsh_takes("take_keys", TC_COMMAND_KEYS);
	zsh_takes("take_filter", TC_COMMAND_FILTER);
	zsh_takes("take_topics", TC_COMMAND_TOPICS);
	zsh_takes("take_rules", TC_COMMAND_RULES);
	zsh_takes("take_scenarios", TC_COMMAND_SCENARIOS);
	for (size_t i = 0; tc_commands[i]; i++) {
		printf("local -a options_of_%s=(\n", tc_commands[i]->name);
		for (const struct tc_option *option = tc_options_table; option->name; option++)
			if (has_option(tc_commands[i], option))
				zsh_option(option);
		puts(")");
	}
}

/* ---- Fish: variables of "word<tab>help", and a `complete` for each option ------------- */

static const char fish_apostrophe[] = "\\'";

static void fish_row(const char *word, const char *help)
{
	printf(" \\\n\t'%s\t", word);
	quote(help, fish_apostrophe);
	printf("'");
}

static void fish_words(unsigned classes)
{
	for (const struct tc_filter_word *word = tc_filter_words; word->spelling; word++)
		if ((classes & 1u << word->word_class) && is_typed_as_it_is(word))
			fish_row(word->spelling, word_help(word));
}

static void fish_option(const struct tc_option *option)
{
	const char *kind = argument_kind(option);

	printf("complete -c tcpcensus -n '__tcpcensus_is");
	for (size_t i = 0; tc_commands[i]; i++)
		if (has_option(tc_commands[i], option))
			printf(" %s", tc_commands[i]->name);
	printf("'");
	if (option->letter)
		printf(" -s %c", option->letter);
	printf(" -l %s -d '", option->name);
	quote(option->help, fish_apostrophe);
	printf("'");
	if (kind && option->choices) {
		printf(" -x -a '");
		add_choices(option);
		printf("'");
	} else if (kind) {
		printf(" -x -a '(__tcpcensus_%s)'", kind);
	}
	puts("");
}

static void fish_takes(const char *name, unsigned flag)
{
	printf("\nset -g __tcpcensus_take_%s", name);
	for (size_t i = 0; tc_commands[i]; i++)
		if (tc_commands[i]->flags & flag)
			printf(" %s", tc_commands[i]->name);
}

static void fish_tables(void)
{
	char word[WORD_MAX];

	printf("set -g __tcpcensus_command_words");
	for (size_t i = 0; tc_commands[i]; i++)
		fish_row(tc_commands[i]->name, tc_commands[i]->summary);
	printf("\nset -g __tcpcensus_field_words");
	for (size_t i = 0; tc_field_at(i); i++)
		fish_row(tc_field_name(tc_field_at(i)), tc_field_at(i)->help);
	printf("\nset -g __tcpcensus_topic_words");
	add_names(tc_topic_at, " ", "");
	printf("\nset -g __tcpcensus_rule_words");
	add_names(tc_rule_id_at, " ", "");
	printf("\nset -g __tcpcensus_scenario_words");
	add_names(tc_lab_name_at, " ", "");
	printf("\nset -g __tcpcensus_state_words");
	for (size_t i = 0; i < TC_STATE_COUNT; i++)
		fish_row(filter_state(tc_state_rows[i].name, word), tc_state_rows[i].meaning);
	fish_words(1u << TC_WORD_GROUP);
	printf("\nset -g __tcpcensus_term_words");
	fish_words(1u << TC_WORD_STATES | 1u << TC_WORD_CONDITION | 1u << TC_WORD_LOGIC);
	printf("\nset -g __tcpcensus_operator_words");
	fish_words(1u << TC_WORD_COMPARE);
	fish_takes("keys", TC_COMMAND_KEYS);
	fish_takes("filter", TC_COMMAND_FILTER);
	fish_takes("topics", TC_COMMAND_TOPICS);
	fish_takes("rules", TC_COMMAND_RULES);
	fish_takes("scenarios", TC_COMMAND_SCENARIOS);
	printf("\nset -g __tcpcensus_with_argument");
	for (const struct tc_option *option = tc_options_table; option->name; option++) {
		if (!option->argument)
			continue;
		if (option->letter)
			printf(" -%c", option->letter);
		printf(" --%s", option->name);
	}
	puts("\n");
	for (const struct tc_option *option = tc_options_table; option->name; option++)
		fish_option(option);
}

/* ---- The script ---------------------------------------------------------------------- */

static const struct shell shells[] = {
	{ "bash", bash_tables },
	{ "zsh", zsh_tables },
	{ "fish", fish_tables },
};

static int write_script(const struct shell *shell, const char *path)
{
	tc_auto_fclose FILE *template = fopen(path, "re");
	char line[1024];

	if (!template) {
		perror(path);
		return 1;
	}
	while (fgets(line, sizeof(line), template)) {
		if (strcmp(line, "@tables@\n") == 0)
			shell->tables();
		else
			fputs(line, stdout);
	}
	return fflush(stdout) || ferror(stdout) || ferror(template);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < TC_ARRAY_SIZE(shells); i++)
		if (strcmp(argv[1], shells[i].name) == 0)
			return write_script(&shells[i], argv[2]);
	fputs("usage: generate bash|zsh|fish TEMPLATE\n", stderr);
	return 2;
}
