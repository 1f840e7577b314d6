/* SPDX-License-Identifier: MIT */
/* main.c - the program: reads the command line, finds the command, runs it. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/emit.h"
#include "cli/locale.h"
#include "cli/options.h"
#include "cli/signals.h"

static int show_version(void)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	tc_buf_format(&out, "tcpcensus %s (%s)\n", tc_version(), TC_FEATURES);
	return tc_emit(&out);
}

/*
 * Where one of the first three descriptors is closed, the next that is opened would be taken for
 * it: the output would be written into a socket of ours. A mere path can be neither read nor
 * written, and is told from what was given.
 */
static void keep_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) != fd)
			return;
}

int main(int argc, char **argv)
{
	const struct tc_command *command = NULL;
	struct tc_options options;
	int first, status;

	keep_standard_descriptors();
	tc_locale_init();
	status = tc_options_read(argc, argv, &options, &first);
	if (status)
		return status;
	if (first < argc)
		command = tc_command_find(argv[first]);
	if (options.version)
		return show_version();
	if (options.help)
		return tc_help(command);
	first += command != NULL;
	if (!command)
		command = &tc_command_census;
	status = tc_options_check(command, &options);
	if (!status)
		status = command->run(&options, argc - first, argv + first);
	if (!status)
		tc_signals_die();
	return status;
}
