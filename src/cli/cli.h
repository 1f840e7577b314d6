/* SPDX-License-Identifier: MIT */
/* cli.h - what the commands of the program share: options, exit statuses, the way out. */
#ifndef TC_CLI_CLI_H
#define TC_CLI_CLI_H

#include "output/output.h"
#include "tcpcensus.h"

/* Exit statuses, as documented in tcpcensus(1). */
enum tc_exit {
	TC_EXIT_FINE = 0,
	TC_EXIT_FOUND = 1, /* diagnose found a warning or worse */
	TC_EXIT_USAGE = 2,
	TC_EXIT_LOOK = 3, /* it could not look, or could not write what it saw */
};

enum tc_colour { TC_COLOUR_AUTO, TC_COLOUR_ALWAYS, TC_COLOUR_NEVER };

/* Files that --from may name. */
enum { TC_FROM_MAX = 32 };

/* The options of all commands; each row of the option table is bound to a member. */
struct tc_options {
	const char *from;
	const char *more_from[TC_FROM_MAX]; /* the second file and those behind it; ended by NULL */
	const char *source;
	const char *netns;
	const char *sort;
	const char *columns;
	const char *to;
	int form;	/* enum tc_form */
	int colour;	/* enum tc_colour */
	bool inet;
	bool inet6;
	bool json;
	bool help;
	bool version;
	bool verbose;
	bool top_given;
	bool interval_given;
	bool check;
	bool keep;
	bool instant;
	bool list;
	uint64_t top;
	uint64_t interval_ms;
	uint64_t given; /* a bit for each row of the option table that was given */
};

/* A command: one row of the table in command.c, one file cmd_*.c each. */
struct tc_command {
	const char *name;
	const char *arguments; /* as in the usage line */
	const char *summary;   /* one line */
	const char *help;      /* a paragraph and examples, for -h */
	unsigned options;      /* TC_FOR_ bit of this command in the option table */
	unsigned flags;	       /* TC_COMMAND_ bits */
	int (*run)(const struct tc_options *options, int argc, char **argv);
};

/* Bits of tc_option.commands. */
enum {
	TC_FOR_CENSUS = 1u << 0,
	TC_FOR_BY = 1u << 1,
	TC_FOR_LIST = 1u << 2,
	TC_FOR_EXPLAIN = 1u << 3,
	TC_FOR_PORTS = 1u << 4,
	TC_FOR_LISTENERS = 1u << 5,
	TC_FOR_DIAGNOSE = 1u << 6,
	TC_FOR_LAB = 1u << 7,
	TC_FOR_LOOKING = TC_FOR_CENSUS | TC_FOR_BY | TC_FOR_LIST | TC_FOR_PORTS | TC_FOR_LISTENERS,
	TC_FOR_READING = TC_FOR_LOOKING | TC_FOR_DIAGNOSE,
	TC_FOR_ALL = ~0u,
};

/* Bits of tc_command.flags, for help and completion. */
enum {
	TC_COMMAND_KEYS = 1u << 0,   /* the first argument is KEY,... */
	TC_COMMAND_FILTER = 1u << 1, /* the arguments end with a filter */
	TC_COMMAND_TOPICS = 1u << 2, /* the arguments are what can be explained */
	TC_COMMAND_RULES = 1u << 3,  /* the arguments are rules */
	TC_COMMAND_SCENARIOS = 1u << 4, /* the arguments are scenarios of the laboratory */
};

extern const struct tc_command *const tc_commands[]; /* ended by NULL */
extern const struct tc_command tc_command_census, tc_command_by, tc_command_list,
	tc_command_diagnose, tc_command_explain, tc_command_lab, tc_command_listeners,
	tc_command_ports;

/* The command of a name, or NULL. */
const struct tc_command *tc_command_find(const char *name);

/* One line on stderr, "tcpcensus: ...". Return the exit status to leave with. */
int tc_usage_error(const char *format, ...) tc_printf(1, 2);
int tc_look_error(const char *format, ...) tc_printf(1, 2);

/* -h of a command, or of the program (NULL), on stdout. */
int tc_help(const struct tc_command *command);

/* " (did you mean 'x'?)" or "", for a wrong word; static storage in `text`. */
const char *tc_did_you_mean(const char *word, const char *const *candidates, char text[96]);

#endif
