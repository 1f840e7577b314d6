/* SPDX-License-Identifier: MIT */
/* test_options.c - the table of options and lists of fields, as the command line has them. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/keys.h"
#include "cli/options.h"
#include "util/macro.h"

/* What was said on stderr since the last look. */
static char said[2048];

static int saved_stderr = -1, heard = -1;

static int listen_to_stderr(void **state)
{
	(void)state;
	heard = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	saved_stderr = dup(STDERR_FILENO);
	return heard < 0 || saved_stderr < 0 || dup2(heard, STDERR_FILENO) < 0;
}

static int leave_stderr(void **state)
{
	(void)state;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	return close(heard);
}

static const char *what_was_said(void)
{
	ssize_t length;

	fflush(stderr);
	length = pread(heard, said, sizeof(said) - 1, 0);
	said[length > 0 ? length : 0] = '\0';
	if (ftruncate(heard, 0) < 0 || lseek(heard, 0, SEEK_SET) < 0)
		fail();
	return said;
}

/* Reads a command line given as words in one text. */
static int read_line(const char *line, struct tc_options *options, int *first)
{
	static char copy[256];
	static char *argv[32];
	int argc = 0;

	memset(options, 0xa5, sizeof(*options));
	snprintf(copy, sizeof(copy), "%s", line);
	argv[argc++] = (char[]){"tcpcensus"};
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	optind = 0; /* glibc: begin anew */
	return tc_options_read(argc, argv, options, first);
}

static struct tc_options options_of(const char *line)
{
	struct tc_options options;
	int first;

	if (read_line(line, &options, &first))
		fail_msg("%s: %s", line, what_was_said());
	assert_string_equal(what_was_said(), "");
	return options;
}

static void assert_refused(const char *line, const char *because)
{
	struct tc_options options;
	int first;

	assert_int_equal(read_line(line, &options, &first), TC_EXIT_USAGE);
	what_was_said();
	if (!strstr(said, because) || strncmp(said, "tcpcensus: ", 11) != 0)
		fail_msg("%s: said '%s', not '%s'", line, said, because);
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1); /* one line */
}

static void test_nothing_given(void **state)
{
	struct tc_options options = options_of("");

	(void)state;
	assert_int_equal(options.form, TC_FORM_TABLE);
	assert_int_equal(options.colour, TC_COLOUR_AUTO);
	assert_int_equal(options.given, 0);
	assert_null(options.from);
	assert_null(options.source);
	assert_false(options.top_given || options.inet || options.inet6 || options.help);
}

/* A word that the option takes: a number, one of its choices, or anything. */
static const char *argument_of(const struct tc_option *option)
{
	if (!option->argument)
		return NULL;
	if (option->choices)
		return option->choices[1];
	return option->type == TC_OPTION_NUMBER	  ? "7" :
	       option->type == TC_OPTION_DURATION ? "7ms" :
						    "word";
}

static void assert_set(const struct tc_option *option, const struct tc_options *options)
{
	const char *member = (const char *)options + option->offset;

	assert_int_equal(options->given, UINT64_C(1) << (option - tc_options_table));
	switch (option->type) {
	case TC_OPTION_FLAG:
		assert_true(*(const bool *)member);
		break;
	case TC_OPTION_TEXT:
	case TC_OPTION_FROM:
		assert_string_equal(*(const char *const *)member, argument_of(option));
		break;
	case TC_OPTION_CHOICE:
		assert_int_equal(*(const int *)member, 1);
		break;
	case TC_OPTION_NUMBER:
	case TC_OPTION_DURATION:
		assert_int_equal(*(const uint64_t *)member, 7);
		break;
	}
}

/* Each row in each of its spellings. */
static void test_every_row(void **state)
{
	static const char *const spellings[] = {"--%2$s %3$s", "--%2$s=%3$s", "-%1$c %3$s",
						"-%1$c%3$s"};

	(void)state;
	for (const struct tc_option *option = tc_options_table; option->name; option++) {
		const char *argument = argument_of(option);

		assert_non_null(option->help);
		for (size_t i = 0; i < TC_ARRAY_SIZE(spellings); i++) {
			struct tc_options options;
			char line[64];

			if ((i >= 2 && !option->letter) || (i % 2 && !argument))
				continue;
			snprintf(line, sizeof(line), spellings[i], option->letter, option->name,
				 argument ? argument : "");
			options = options_of(line);
			assert_set(option, &options);
		}
	}
}

static void test_several_files(void **state)
{
	struct tc_options options = options_of("-f one --from two -f - by state");

	(void)state;
	assert_string_equal(options.from, "one");
	assert_string_equal(options.more_from[0], "two");
	assert_string_equal(options.more_from[1], "-");
	assert_null(options.more_from[2]);
	assert_refused("-f - -f one -f -", "standard input can be read only once");
	assert_refused("-f one -f - -f -", "standard input can be read only once");
}

static void test_too_many_files(void **state)
{
	static char program[] = "tcpcensus", option[] = "-f", file[] = "x";
	char *argv[2 * TC_FROM_MAX + 4] = {program};
	struct tc_options options;
	int first, argc = 1;

	(void)state;
	while (argc < 2 * TC_FROM_MAX) {
		argv[argc++] = option;
		argv[argc++] = file;
	}
	optind = 0;
	assert_int_equal(tc_options_read(argc, argv, &options, &first), 0);
	assert_non_null(options.more_from[TC_FROM_MAX - 2]);
	assert_null(options.more_from[TC_FROM_MAX - 1]);
	argv[argc++] = option;
	argv[argc++] = file;
	optind = 0;
	assert_int_equal(tc_options_read(argc, argv, &options, &first), TC_EXIT_USAGE);
	assert_non_null(strstr(what_was_said(), "more than 32 files"));
}

static void test_rows_are_distinct(void **state)
{
	(void)state;
	for (const struct tc_option *one = tc_options_table; one->name; one++) {
		for (const struct tc_option *other = one + 1; other->name; other++) {
			assert_string_not_equal(one->name, other->name);
			assert_true(!one->letter || one->letter != other->letter);
			assert_int_not_equal(one->offset, other->offset);
		}
		assert_true(one->commands);
	}
}

static void test_durations(void **state)
{
	(void)state;
	assert_int_equal(options_of("-i 500ms").interval_ms, 500);
	assert_int_equal(options_of("--interval=2s").interval_ms, 2000);
	assert_int_equal(options_of("-i1m").interval_ms, 60000);
	assert_int_equal(options_of("-i 1.5s").interval_ms, 1500);
	assert_int_equal(options_of("-i 0").interval_ms, 0);
	assert_int_equal(options_of("-i 24h").interval_ms, 86400000);
	assert_true(options_of("-i 0").interval_given);
	assert_false(options_of("").interval_given);
}

static void test_words_between(void **state)
{
	struct tc_options options;
	int first;

	(void)state;
	assert_int_equal(read_line("by -n 5 state dport = :443 -j", &options, &first), 0);
	assert_int_equal(first, 4);
	assert_int_equal(options.top, 5);
	assert_int_equal(options.form, TC_FORM_JSON);
	assert_true(options.top_given);
	assert_int_equal(read_line("-n 0 list -- -n 3", &options, &first), 0);
	assert_int_equal(options.top, 0);
	assert_true(options.top_given);
	assert_int_equal(read_line("-o csv -o ndjson", &options, &first), 0); /* the last counts */
	assert_int_equal(options.form, TC_FORM_NDJSON);
}

static void test_refused(void **state)
{
	(void)state;
	assert_refused("--output tabel", "--output: 'tabel' is not one of table, json, ndjson, csv (did you mean 'table'?)");
	assert_refused("--source netlnk", "did you mean 'netlink'");
	assert_refused("--color=blue", "'blue' is not one of auto, always, never");
	assert_refused("-n x", "--top: 'x' is not a whole number from 0 to 2147483647");
	assert_refused("-n -1", "'-1' is not a whole number");
	assert_refused("-n 2147483648", "'2147483648' is not a whole number");
	assert_refused("-i 5", "--interval: '5' is not a time of at most a day");
	assert_refused("-i -1s", "'-1s' is not a time");
	assert_refused("--interval=25h", "'25h' is not a time");
	assert_refused("--otuput json", "unknown option '--otuput' (did you mean '--output'?)");
	assert_refused("--otuput=json", "did you mean '--output'");
	assert_refused("-x", "unknown option '-x'");
	assert_refused("-4x6", "unknown option '-x'");
	assert_refused("-f", "option '-f' needs an argument");
	assert_refused("--from", "option '--from' needs an argument");
	assert_refused("by state -n", "option '-n' needs an argument");
	assert_refused("--help=yes", "--help");
	assert_refused("--\033[31m", "unknown option '--?[31m'");
	options_of("-n 2147483647");
}

/* An option that a command does not have is told, and no other. */
static void test_check(void **state)
{
	(void)state;
	for (const struct tc_option *option = tc_options_table; option->name; option++) {
		struct tc_options options = {.given = UINT64_C(1) << (option - tc_options_table)};

		for (size_t i = 0; tc_commands[i]; i++) {
			bool has = option->commands & tc_commands[i]->options;

			assert_int_equal(tc_options_check(tc_commands[i], &options),
					 has ? 0 : TC_EXIT_USAGE);
			what_was_said();
			assert_int_equal(*said != '\0', !has);
			assert_true(has || (strstr(said, option->name) &&
					    strstr(said, tc_commands[i]->name)));
		}
	}
}

/* ---- Fields -------------------------------------------------------------------------- */

static void assert_keys(const char *text, bool signs, const char *expected)
{
	struct tc_key_list list = {.count = 0};
	char found[256] = "";

	if (tc_key_list_parse(text, 8, signs, &list))
		fail_msg("%s: %s", text, what_was_said());
	for (size_t i = 0; i < list.count; i++) {
		size_t used = strlen(found);

		snprintf(found + used, sizeof(found) - used, "%s%s%s/%u/%u", i ? " " : "",
			 list.descending[i] ? "-" : "", tc_field_name(list.keys[i].field),
			 list.keys[i].prefix4, list.keys[i].prefix6);
	}
	assert_string_equal(found, expected);
	tc_key_list_release(&list);
	assert_int_equal(list.count, 0);
}

static void test_keys(void **state)
{
	(void)state;
	assert_keys("state", false, "state/24/64");
	assert_keys("state,remote.net/16/48,uid", false, "state/24/64 remote.net/16/48 uid/24/64");
	assert_keys("-recv_q,local,-remote.net/8", true,
		    "-recv_q/24/64 local/24/64 -remote.net/8/64");
	assert_keys("uid,mark,inode,kind,timer,iface,netns,user", false,
		    "uid/24/64 mark/24/64 inode/24/64 kind/24/64 timer/24/64 iface/24/64 "
		    "netns/24/64 user/24/64");
}

static void assert_wrong_keys(const char *text, bool signs, const char *because)
{
	struct tc_key_list list = {.count = 77};

	assert_int_equal(tc_key_list_parse(text, 8, signs, &list), TC_EXIT_USAGE);
	assert_int_equal(list.count, 77); /* written on success only */
	if (!strstr(what_was_said(), because))
		fail_msg("%s: said '%s'", text, said);
}

static void test_wrong_keys(void **state)
{
	(void)state;
	assert_wrong_keys("sate", false, "'sate' is no field of a socket (did you mean 'state'?)");
	assert_wrong_keys("state,,uid", false, "'state,,uid': a field is missing");
	assert_wrong_keys("", false, "'': a field is missing");
	assert_wrong_keys("state,", false, "'state,': a field is missing");
	assert_wrong_keys("state, uid", false, "' uid' is no field");
	assert_wrong_keys("-state", false, "'-state' is no field");
	assert_wrong_keys("--state", true, "'-state' is no field");
	assert_wrong_keys("state/8", false, "a prefix length is given as remote.net/16");
	assert_wrong_keys("remote.net/200", false, "'remote.net/200'");
	assert_wrong_keys("uid,mark,inode,kind,timer,iface,netns,user,state", false,
			  "at most 8 fields");
	assert_wrong_keys("state,uid,state", false, "was named before");
}

static void test_all_keys(void **state)
{
	struct tc_key_list all, some, both = {.count = 0};

	(void)state;
	assert_int_equal(tc_key_list_all(0, &all), 0);
	assert_int_equal(all.count, tc_field_count());
	assert_int_equal(tc_key_list_all(TC_FIELD_LISTENERS | TC_FIELD_JOINED, &some), 0);
	assert_int_equal(some.count, tc_field_count() - 4);
	assert_int_equal(tc_key_list_append(&both, &some), 0);
	assert_int_equal(tc_key_list_append(&both, &all), 0);
	assert_int_equal(both.count, some.count + all.count);
	assert_ptr_equal(both.keys[some.count].field, all.keys[0].field);
	tc_key_list_release(&all);
	tc_key_list_release(&some);
	tc_key_list_release(&both);
}

static void test_commands(void **state)
{
	(void)state;
	for (size_t i = 0; tc_commands[i]; i++) {
		assert_ptr_equal(tc_command_find(tc_commands[i]->name), tc_commands[i]);
		assert_true(*tc_commands[i]->summary && tc_commands[i]->run);
	}
	assert_null(tc_command_find(""));
	assert_null(tc_command_find("Census"));
	assert_null(tc_command_find("censu"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_given),	cmocka_unit_test(test_every_row),
		cmocka_unit_test(test_rows_are_distinct), cmocka_unit_test(test_words_between),
		cmocka_unit_test(test_durations),	cmocka_unit_test(test_several_files),
		cmocka_unit_test(test_too_many_files),
		cmocka_unit_test(test_refused),		cmocka_unit_test(test_check),
		cmocka_unit_test(test_keys),		cmocka_unit_test(test_wrong_keys),
		cmocka_unit_test(test_all_keys),	cmocka_unit_test(test_commands),
	};

	unsetenv("LANGUAGE");
	return cmocka_run_group_tests(tests, listen_to_stderr, leave_stderr);
}
