/* SPDX-License-Identifier: MIT */
/* options.c - the table of options and how a command line is read by it. */
#include "cli/options.h"

#include <getopt.h>
#include <string.h>

#include "util/intl.h"
#include "util/near.h"
#include "util/parse.h"

static const char *const forms[] = { "table", "json", "ndjson", "csv", NULL };
static const char *const colours[] = { "auto", "always", "never", NULL };
static const char *const sources[] = { "auto", "bpf", "netlink", "proc", NULL };

#define MEMBER(name) offsetof(struct tc_options, name)

/* clang-format off */
const struct tc_option tc_options_table[] = {
	{ 'f', "from", TC_OPTION_FROM, MEMBER(from), N_("FILE"), NULL, TC_FOR_READING,
	  N_("read listings (-: standard input), not the kernel") },
	{ 0, "source", TC_OPTION_TEXT, MEMBER(source), N_("SOURCE"), sources, TC_FOR_READING,
	  N_("how to read the kernel: auto, bpf, netlink or proc") },
	{ 'o', "output", TC_OPTION_CHOICE, MEMBER(form), N_("FORM"), forms, TC_FOR_ALL,
	  N_("table, json, ndjson or csv") },
	{ 'j', "json", TC_OPTION_FLAG, MEMBER(json), NULL, NULL, TC_FOR_ALL,
	  N_("the same as -o json") },
	{ '4', "ipv4", TC_OPTION_FLAG, MEMBER(inet), NULL, NULL, TC_FOR_LOOKING,
	  N_("only sockets of family inet") },
	{ '6', "ipv6", TC_OPTION_FLAG, MEMBER(inet6), NULL, NULL, TC_FOR_LOOKING,
	  N_("only sockets of family inet6") },
	{ 'N', "netns", TC_OPTION_TEXT, MEMBER(netns), N_("NAME|all"), NULL,
	  TC_FOR_READING | TC_FOR_EXPLAIN,
	  N_("look into another network namespace, or all of them") },
	{ 'n', "top", TC_OPTION_NUMBER, MEMBER(top), "N", NULL,
	  TC_FOR_BY | TC_FOR_LIST | TC_FOR_LISTENERS | TC_FOR_PORTS,
	  N_("rows (0: all; by: 20); the rest is summed up") },
	{ 'i', "interval", TC_OPTION_DURATION, MEMBER(interval_ms), N_("TIME"), NULL,
	  TC_FOR_BY | TC_FOR_LIST | TC_FOR_PORTS | TC_FOR_LISTENERS | TC_FOR_DIAGNOSE,
	  N_("look twice, this far apart (1s, 500ms, 2m); 0: once") },
	{ 0, "instant", TC_OPTION_FLAG, MEMBER(instant), NULL, NULL, TC_FOR_DIAGNOSE,
	  N_("look once: nothing that needs an interval is checked") },
	{ 0, "list", TC_OPTION_FLAG, MEMBER(list), NULL, NULL, TC_FOR_DIAGNOSE,
	  N_("list the rules, and look at nothing") },
	{ 't', "to", TC_OPTION_TEXT, MEMBER(to), N_("ADDR:PORT"), NULL, TC_FOR_PORTS,
	  N_("only this destination, connected to or not") },
	{ 's', "sort", TC_OPTION_TEXT, MEMBER(sort), N_("FIELD,..."), NULL, TC_FOR_LIST,
	  N_("order of the sockets; -FIELD: largest first") },
	{ 'c', "columns", TC_OPTION_TEXT, MEMBER(columns), N_("FIELD,..."), NULL, TC_FOR_LIST,
	  N_("what to show of each socket; all: everything") },
	{ 0, "keep", TC_OPTION_FLAG, MEMBER(keep), NULL, NULL, TC_FOR_LAB,
	  N_("leave the scenario standing, until Ctrl-C") },
	{ 0, "check", TC_OPTION_FLAG, MEMBER(check), NULL, NULL, TC_FOR_LAB,
	  N_("make all, or those named, and compare what is found") },
	{ 0, "color", TC_OPTION_CHOICE, MEMBER(colour), N_("WHEN"), colours, TC_FOR_ALL,
	  N_("auto, always or never; NO_COLOR is honoured") },
	{ 'v', "verbose", TC_OPTION_FLAG, MEMBER(verbose), NULL, NULL, TC_FOR_READING,
	  N_("say how the sockets were read") },
	{ 'h', "help", TC_OPTION_FLAG, MEMBER(help), NULL, NULL, TC_FOR_ALL,
	  N_("help for the command") },
	{ 'V', "version", TC_OPTION_FLAG, MEMBER(version), NULL, NULL, TC_FOR_ALL,
	  N_("version and the features built in") },
	{ 0, NULL, TC_OPTION_FLAG, 0, NULL, NULL, 0, NULL },
};
/* clang-format on */

enum { TABLE_MAX = TC_ARRAY_SIZE(tc_options_table), LONG_BASE = 256 };
enum { DURATION_MAX_MS = 24 * 3600 * 1000 };

/* How an option was written, for messages: "--top" or "-n". */
static void option_spelling(const struct tc_option *option, char text[32])
{
	snprintf(text, 32, "--%s", option->name);
}

static int set_choice(const struct tc_option *option, const char *value, int *ret_index)
{
	char spelling[32], near[96], values[128] = "";
	size_t length = 0;

	for (int i = 0; option->choices[i]; i++) {
		if (strcmp(option->choices[i], value) == 0) {
			*ret_index = i;
			return 0;
		}
		length += (size_t)snprintf(values + length, sizeof(values) - length, "%s%s",
					   i ? ", " : "", option->choices[i]);
	}
	option_spelling(option, spelling);
	return tc_usage_error(_("%s: '%s' is not one of %s%s"), spelling, value, values,
			      tc_did_you_mean(value, option->choices, near));
}

static int set_number(const struct tc_option *option, const char *value, uint64_t *ret_number)
{
	char spelling[32];

	if (!tc_parse_uint(value, strlen(value), INT32_MAX, ret_number))
		return 0;
	option_spelling(option, spelling);
	return tc_usage_error(_("%s: '%s' is not a whole number from 0 to %d"), spelling, value,
			      INT32_MAX);
}

/* 0 is the one duration that needs no unit. */
static int set_duration(const struct tc_option *option, const char *value, uint64_t *ret_ms)
{
	char spelling[32];

	if (strcmp(value, "0") == 0) {
		*ret_ms = 0;
		return 0;
	}
	if (!tc_parse_duration_ms(value, strlen(value), DURATION_MAX_MS, ret_ms))
		return 0;
	option_spelling(option, spelling);
	return tc_usage_error(_("%s: '%s' is not a time of at most a day, such as 500ms, 2s or 1m"),
			      spelling, value);
}

/* The first file, or one more. What comes from standard input comes once. */
static int add_from(struct tc_options *options, const char *file)
{
	bool is_stdin = strcmp(file, "-") == 0;
	size_t count = 0;

	if (!options->from) {
		options->from = file;
		return 0;
	}
	is_stdin = is_stdin && strcmp(options->from, "-") == 0;
	for (; options->more_from[count]; count++)
		is_stdin |= strcmp(file, "-") == 0 && strcmp(options->more_from[count], "-") == 0;
	if (is_stdin)
		return tc_usage_error("%s", _("--from: standard input can be read only once"));
	if (count == TC_FROM_MAX - 1)
		return tc_usage_error(_("--from: more than %d files"), TC_FROM_MAX);
	options->more_from[count] = file;
	return 0;
}

static int set_option(const struct tc_option *option, const char *value,
		      struct tc_options *options)
{
	char *member = (char *)options + option->offset;
	int choice;

	switch (option->type) {
	case TC_OPTION_FLAG:
		*(bool *)member = true;
		return 0;
	case TC_OPTION_TEXT:
		*(const char **)member = value;
		return option->choices ? set_choice(option, value, &choice) : 0;
	case TC_OPTION_FROM:
		return add_from(options, value);
	case TC_OPTION_CHOICE:
		return set_choice(option, value, (int *)member);
	case TC_OPTION_NUMBER:
		return set_number(option, value, (uint64_t *)member);
	case TC_OPTION_DURATION:
		return set_duration(option, value, (uint64_t *)member);
	}
	return 0;
}

/* getopt_long() wants its own forms of the table. */
static void make_getopt(char letters[2 * TABLE_MAX + 3], struct option longs[TABLE_MAX])
{
	size_t at = 0;

	letters[at++] = ':'; /* a missing argument is told apart from an unknown option */
	for (size_t i = 0; tc_options_table[i].name; i++) {
		const struct tc_option *option = &tc_options_table[i];

		longs[i] = (struct option){
			.name = option->name,
			.has_arg = option->argument ? required_argument : no_argument,
			.val = LONG_BASE + (int)i,
		};
		if (!option->letter)
			continue;
		letters[at++] = option->letter;
		if (option->argument)
			letters[at++] = ':';
	}
	letters[at] = '\0';
	longs[TABLE_MAX - 1] = (struct option){ 0 };
}

static const struct tc_option *option_of(int value)
{
	if (value >= LONG_BASE)
		return &tc_options_table[value - LONG_BASE];
	for (size_t i = 0; tc_options_table[i].name; i++)
		if (tc_options_table[i].letter == value)
			return &tc_options_table[i];
	return NULL;
}

static int unknown_option(const char *word)
{
	char spellings[TABLE_MAX][32], name[64], near[96] = "";
	const char *names[TABLE_MAX];
	size_t count;

	for (count = 0; tc_options_table[count].name; count++) {
		option_spelling(&tc_options_table[count], spellings[count]);
		names[count] = spellings[count];
	}
	names[count] = NULL;
	if (optopt >= LONG_BASE)
		return tc_usage_error(_("option '%s' takes no argument"),
				      spellings[optopt - LONG_BASE]);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	if (word[0] == '-' && word[1] == '-')
		tc_did_you_mean(name, names, near);
	return tc_usage_error(_("unknown option '%s'%s"), word, near);
}

/* The word of argv that getopt_long() complains about, or the letter in it. */
static const char *offending(char **argv, char letter[3])
{
	if (!optopt || optopt >= LONG_BASE || strncmp(argv[optind - 1], "--", 2) == 0)
		return argv[optind - 1];
	letter[0] = '-';
	letter[1] = (char)optopt;
	letter[2] = '\0';
	return letter;
}

int tc_options_read(int argc, char **argv, struct tc_options *ret_options, int *ret_first)
{
	char letters[2 * TABLE_MAX + 3], letter[3];
	struct tc_options options = { .colour = TC_COLOUR_AUTO };
	struct option longs[TABLE_MAX];
	int value;

	make_getopt(letters, longs);
	opterr = 0;
	while ((value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct tc_option *option = option_of(value);
		int status;

		if (value == ':')
			return tc_usage_error(_("option '%s' needs an argument"),
					      offending(argv, letter));
		if (value == '?' || !option)
			return unknown_option(offending(argv, letter));
		status = set_option(option, optarg, &options);
		if (status)
			return status;
		options.top_given |= option->offset == MEMBER(top);
		options.interval_given |= option->offset == MEMBER(interval_ms);
		options.given |= UINT64_C(1) << (option - tc_options_table);
	}
	if (options.json)
		options.form = TC_FORM_JSON;
	*ret_options = options;
	*ret_first = optind;
	return 0;
}

int tc_options_check(const struct tc_command *command, const struct tc_options *options)
{
	for (size_t i = 0; tc_options_table[i].name; i++) {
		const struct tc_option *option = &tc_options_table[i];

		if (!(options->given & UINT64_C(1) << i) || (option->commands & command->options))
			continue;
		return tc_usage_error(_("option --%s does not go with the command '%s'"),
				      option->name, command->name);
	}
	return 0;
}
