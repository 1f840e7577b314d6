/* SPDX-License-Identifier: MIT */
/*
 * setting.h - the kernel settings that matter to the states of TCP, as a table.
 *
 * settings.def is the only place that names them. This is vocabulary and parsing only:
 * source/setting_read.h reads the values that are in force.
 */
#ifndef TC_MODEL_SETTING_H
#define TC_MODEL_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
enum tc_setting {
#define SETTING(name, ...) TC_SETTING_##name,
#include "model/settings.def"
#undef SETTING
	TC_SETTING_COUNT
};
/* clang-format on */

/* What a number counts. */
enum tc_unit {
	TC_UNIT_NONE,
	TC_UNIT_SECONDS,
	TC_UNIT_MILLISECONDS,
	TC_UNIT_MICROSECONDS,
	TC_UNIT_PAGES, /* of memory */
	TC_UNIT_BYTES,
};

/* What the file below /proc/sys holds. */
enum tc_setting_form {
	TC_FORM_NUMBER,
	TC_FORM_RANGE, /* two numbers: the first and the last */
	TC_FORM_THREE, /* three numbers: low, pressure, high */
	TC_FORM_PORTS, /* a list of ports and ranges, "8080,9148-9150", perhaps empty */
	TC_FORM_WORD,  /* "cubic" */
};

/* The longest word is the name of an algorithm, include/net/tcp.h TCP_CA_NAME_MAX. */
enum { TC_SETTING_NUMBERS = 3, TC_SETTING_WORD_MAX = 16 };

/* One row of settings.def. Texts marked N_() there are English here: show them by tc_tr(). */
struct tc_setting_row {
	const char *name;   /* "tcp_fin_timeout" */
	const char *folder; /* below /proc/sys: "net/ipv4" */
	enum tc_setting_form form;
	enum tc_unit unit;
	bool initial_only;    /* exists in the initial network namespace only */
	bool machine_wide;    /* can be read in every namespace, and is the same in all */
	bool negative;	      /* may be below 0; any other that is cannot be understood */
	bool loadable;	      /* of a part of the kernel that may not be loaded */
	const char *removed;  /* the version of Linux that has it no more, "4.12"; NULL: none */
	const char *normal;   /* the kernel's default, as it would be printed or in words */
	const char *meaning;  /* one line */
	const char *what;     /* what it does, at length */
	const char *what_not; /* what it does not do, and what it must not be used for */
	const char *source;   /* kernel file:function, document */
};

enum tc_setting_status {
	TC_SETTING_NOT_READ = 0,
	TC_SETTING_READ,
	TC_SETTING_ABSENT,     /* this kernel, or this namespace, does not have it */
	TC_SETTING_UNREADABLE, /* it is there, but could not be read or understood */
	TC_SETTING_DIFFERS,    /* several network namespaces were read, and they disagree */
};

struct tc_setting_value {
	enum tc_setting_status status;
	unsigned count;			    /* how many of the numbers below are set */
	/* TC_FORM_PORTS: one number, how many ports; and not counted, where any, the first and the last. */
	int64_t number[TC_SETTING_NUMBERS];
	char word[TC_SETTING_WORD_MAX];	    /* TC_FORM_WORD: instead of numbers */
};

/*
 * A figure that was computed from settings, for use in texts: how long a state lasts, how
 * many ports there are. `known` is false where a setting that it needs is not known.
 */
struct tc_figure {
	const char *name;
	bool known;
	enum tc_unit unit; /* durations are in milliseconds */
	uint64_t value;
};

extern const struct tc_setting_row tc_setting_rows[TC_SETTING_COUNT];

/*
 * The setting that a word names: "tcp_fin_timeout", "net.ipv4.tcp_fin_timeout" or the path
 * "/proc/sys/net/ipv4/tcp_fin_timeout"; letters fold. -ENOENT: none of the table.
 */
int tc_setting_find(const char *word, size_t length);

/*
 * Reads the content of the setting's file, with or without the newline. -EINVAL: not of the
 * form that the row says, and nothing is written.
 */
int tc_setting_parse(const struct tc_setting_row *row, const char *text, size_t length,
		     struct tc_setting_value *ret_value);

/* Whether they say the same: the same numbers, or that there are none for the same reason. */
bool tc_setting_equal(const struct tc_setting_value *one, const struct tc_setting_value *other);

/* Whether the value was read, and its first number where it was. */
bool tc_setting_known(const struct tc_setting_value *value, int64_t *ret_number);

#endif
