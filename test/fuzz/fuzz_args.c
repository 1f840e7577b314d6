/* SPDX-License-Identifier: MIT */
/*
 * fuzz_args.c - libFuzzer target: any words as the command line, up to where the program would
 * begin to look: options, commands, fields, filters, topics.
 *
 * The words are separated by NUL bytes. Names are not looked up: getaddrinfo() is answered here.
 */
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "cli/keys.h"
#include "cli/look.h"
#include "cli/options.h"
#include "cli/topics.h"
#include "model/counter.h"
#include "model/error.h"
#include "model/setting.h"
#include "model/term.h"
#include "util/macro.h"

enum { WORDS_MAX = 32 };

int getaddrinfo(const char *restrict node, const char *restrict service,
		const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
	(void)node;
	(void)service;
	(void)hints;
	*result = NULL;
	return EAI_NONAME;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What the program says is not looked at; what the fuzzer says goes to the descriptor. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	stderr = fopen("/dev/null", "we");
	check(stderr);
	return 0;
}

static void check_options(const struct tc_options *options, int first, int argc)
{
	check(first >= 1 && first <= argc);
	check(options->form >= TC_FORM_TABLE && options->form <= TC_FORM_CSV);
	check(options->colour >= TC_COLOUR_AUTO && options->colour <= TC_COLOUR_NEVER);
	check(options->top <= INT32_MAX);
	for (size_t i = 0; tc_commands[i]; i++) {
		int status = tc_options_check(tc_commands[i], options);

		check(status == 0 || status == TC_EXIT_USAGE);
	}
}

static void check_keys(const char *text, size_t max, bool signs)
{
	struct tc_key_list list = {0};
	int status = tc_key_list_parse(text, max, signs, &list);

	check(status == 0 ? list.count > 0 && list.count <= max : status == TC_EXIT_USAGE);
	for (size_t i = 0; i < list.count; i++) {
		check(list.keys[i].field && list.keys[i].prefix4 <= 32);
		check(list.keys[i].prefix6 <= 128 && (signs || !list.descending[i]));
	}
	tc_key_list_release(&list);
}

/* What is found is of its table. */
static void check_topic(const char *word)
{
	size_t length = strlen(word);

	check(tc_error_find(word, length) < TC_ERROR_COUNT);
	check(tc_counter_named(word, length) < TC_COUNTER_COUNT);
	check(tc_setting_find(word, length) < TC_SETTING_COUNT);
	check(tc_term_find(word, length) < (int)tc_term_count());
}

static void read_words(int argc, char **argv)
{
	struct tc_options options;
	struct tc_look look;
	int first, status;
	char near[96];

	optind = 0; /* glibc: begin anew */
	status = tc_options_read(argc, argv, &options, &first);
	if (status) {
		check(status == TC_EXIT_USAGE);
		return;
	}
	check_options(&options, first, argc);
	if (options.columns)
		check_keys(options.columns, 64, false);
	if (options.sort)
		check_keys(options.sort, TC_KEYS_MAX, true);
	if (first < argc) {
		check_keys(argv[first], TC_KEYS_MAX, false);
		check_topic(argv[first]);
		check(strlen(tc_topic_near(argv[first], argv[argc - 1], near)) < sizeof(near));
		first += tc_command_find(argv[first]) != NULL;
	}
	options.netns = NULL; /* it would be entered */
	status = tc_look_prepare(&look, &options, argc - first, argv + first);
	check(status == 0 || status == TC_EXIT_USAGE);
	tc_look_release(&look);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[WORDS_MAX + 1], *copy = malloc(size + 1);
	int argc = 0;

	check(copy);
	memcpy(copy, data, size);
	copy[size] = '\0';
	argv[argc++] = (char[]){"tcpcensus"};
	for (size_t at = 0; at < size && argc < WORDS_MAX; at += strlen(copy + at) + 1)
		argv[argc++] = copy + at;
	argv[argc] = NULL;
	read_words(argc, argv);
	free(copy);
	return 0;
}
