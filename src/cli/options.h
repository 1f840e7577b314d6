/* SPDX-License-Identifier: MIT */
/* options.h - the table of options and how a command line is read by it. */
#ifndef TC_CLI_OPTIONS_H
#define TC_CLI_OPTIONS_H

#include "cli/cli.h"

enum tc_option_type {
	TC_OPTION_FLAG,	  /* bool */
	TC_OPTION_TEXT,	  /* const char * */
	TC_OPTION_FROM,	  /* the files of --from, which may be given more than once */
	TC_OPTION_CHOICE, /* int: the index of a choice */
	TC_OPTION_NUMBER, /* uint64_t */
	TC_OPTION_DURATION, /* uint64_t, milliseconds */
};

/* A row: an option and the member of struct tc_options that it sets. */
struct tc_option {
	char letter; /* or 0 */
	const char *name; /* long name, or NULL */
	enum tc_option_type type;
	size_t offset;
	const char *argument;	    /* as in help, "FILE", or NULL */
	const char *const *choices; /* ended by NULL */
	unsigned commands;	    /* TC_FOR_ bits */
	const char *help;	    /* one line */
};

extern const struct tc_option tc_options_table[]; /* ended by a row of zeros */

/*
 * Reads the options out of argv, which is reordered so that what is no option comes last;
 * *ret_first is the index of the first of these. 0, or TC_EXIT_USAGE after a line on stderr.
 */
int tc_options_read(int argc, char **argv, struct tc_options *ret_options, int *ret_first);

/* TC_EXIT_USAGE and a line on stderr where an option was given that the command has not. */
int tc_options_check(const struct tc_command *command, const struct tc_options *options);

#endif
