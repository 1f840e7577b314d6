/* SPDX-License-Identifier: MIT */
/* usage.h - how the tools for measuring answer -h, and arguments that nothing can be done with. */
#ifndef BENCH_USAGE_H
#define BENCH_USAGE_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

static inline bool is_help(int argc, char **argv)
{
	return argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0);
}

/*
 * Returns the exit status. What was asked for goes to standard output, with `more` (lines, or "");
 * what was not is one line.
 */
static inline int show_usage(const char *line, const char *more, bool asked)
{
	if (asked)
		printf("usage: %s\n%s", line, more);
	else
		fprintf(stderr, "usage: %s%s\n", line, *more ? " (-h: the options)" : "");
	return asked ? 0 : EXIT_USAGE;
}

#endif
