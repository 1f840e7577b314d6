/* SPDX-License-Identifier: MIT */
/*
 * counter.h - the kernel's counters that tell of TCP connections, as a table.
 *
 * counters.def is the only place that names them. This is vocabulary and parsing only:
 * source/counter_read.h reads them here, source/readings_text.h from saved files.
 */
#ifndef TC_MODEL_COUNTER_H
#define TC_MODEL_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/* clang-format off */
enum tc_counter {
#define COUNTER(group, name, ...) TC_COUNTER_##name,
#include "model/counters.def"
#undef COUNTER
	TC_COUNTER_COUNT
};
/* clang-format on */

/* One row of counters.def. Texts marked N_() there are English here: show them by tc_tr(). */
struct tc_counter_row {
	const char *group;   /* "TcpExt": the word that its line begins with; or "conntrack" */
	const char *name;    /* "ListenOverflows", "sockstat_orphan": unlike all others */
	const char *key;     /* the kernel's word for it, where that is not the name */
	bool gauge;	     /* a number now, not a count since the machine started */
	bool machine_wide;   /* of the whole machine, in whichever network namespace it is read */
	const char *removed; /* the version of Linux that has it no more, "4.12"; NULL: none */
	const char *meaning; /* what one more of it is, in a few words */
	const char *related; /* states, settings, rules, terms, counters, separated by ", " */
	const char *source;  /* kernel file:function that counts */
};

enum tc_counter_status {
	TC_COUNTER_NOT_READ = 0, /* the file could not be read */
	TC_COUNTER_READ,
	TC_COUNTER_ABSENT, /* this kernel does not have it */
	TC_COUNTER_UNREADABLE, /* it is not for everybody's eyes: "mem -1" */
	TC_COUNTER_DAMAGED,    /* its line is not as a kernel writes it */
};

enum tc_damage_kind {
	TC_DAMAGE_NUMBER, /* what stands there is no number */
	TC_DAMAGE_CUT,	  /* the line ends before it */
	TC_DAMAGE_PAIR,	  /* a line with names, and no numbers for them */
	TC_DAMAGE_MORE,	  /* more numbers than names, so that it is not known whose they are */
	TC_DAMAGE_COLUMN, /* the line of one processor, without which a sum says nothing */
	TC_DAMAGE_NO_LINE, /* its line is not in the file */
	TC_DAMAGE_VALUE,   /* what stands there is no value of the setting */
	TC_DAMAGE_KINDS,
};

/* A line that is damaged, and the first counter or setting that is not known therefore. */
struct tc_damage {
	uint32_t line;	 /* 1 is the first of its file; 0: it is not there */
	int32_t counter; /* enum tc_counter */
	int32_t setting; /* enum tc_setting plus 1, in place of a counter; 0: it is one */
	uint32_t kind;	 /* enum tc_damage_kind */
};

enum { TC_DAMAGES_MAX = 4 };

/* One reading of all of them. Zeroed: nothing is read. */
struct tc_counters {
	uint64_t value[TC_COUNTER_COUNT];
	uint8_t status[TC_COUNTER_COUNT]; /* enum tc_counter_status */
	uint32_t line;	       /* that is being taken, for whoever is told of damage */
	uint32_t damage_count; /* of all; past TC_DAMAGES_MAX they are not kept */
	struct tc_damage damage[TC_DAMAGES_MAX];
	struct tc_damage last_damage;
};

extern const struct tc_counter_row tc_counter_rows[TC_COUNTER_COUNT];

/*
 * The counter that the kernel calls `key` in the group, or, where the group is "", the one whose
 * name it is. -ENOENT: none of the table.
 */
int tc_counter_find(struct tc_slice group, struct tc_slice key);

/*
 * The counter that a word names as people write it: "ListenOverflows", "TcpExtListenOverflows" (as
 * nstat(8) does), "TcpExt.ListenOverflows", "conntrack_drop"; letters fold. -ENOENT: none.
 */
int tc_counter_named(const char *word, size_t length);

/* The file that has it: "/proc/net/netstat". */
const char *tc_counter_file(enum tc_counter id);

/* A setting of the same file, in the line that is being taken, is not as a kernel shows it. */
void tc_counters_note_setting(struct tc_counters *counters, int setting, enum tc_damage_kind kind);

/* What is wrong with such a line, in a few words, N_(). */
const char *tc_damage_text(enum tc_damage_kind kind);

/*
 * Takes the number for one of them; false: it is none, which is noted as damage. What was read
 * before stays.
 */
bool tc_counters_take(struct tc_counters *counters, enum tc_counter id, struct tc_slice number);

/*
 * Takes the counters from the content of /proc/net/netstat or /proc/net/snmp: pairs of lines
 * that begin with the same word, the first with names, the second with numbers. Those that
 * the text does not have keep their status, so that several files can be taken one after the
 * other. Any bytes may come: a line that is damaged takes nothing from the others.
 */
void tc_counters_parse(const char *text, size_t length, struct tc_counters *counters);

/* The same from /proc/net/sockstat or sockstat6: "TCP: inuse 5 orphan 0". */
void tc_counters_parse_sockstat(const char *text, size_t length, struct tc_counters *counters);

/* The same from /proc/net/stat/nf_conntrack: a heading, and a line for each processor. */
void tc_counters_parse_conntrack(const char *text, size_t length, struct tc_counters *counters);

/*
 * The same line by line, for whoever does not have the whole file at once. They take lines
 * without their end, and say whether these were of the kind.
 */
bool tc_counters_pair(struct tc_slice names, struct tc_slice numbers, struct tc_counters *counters);

/* Whether a line may be one with names, "TcpExt: SyncookiesSent ..."; and: its numbers never came. */
bool tc_counters_are_names(struct tc_slice line);
void tc_counters_unpaired(struct tc_slice names, struct tc_counters *counters);
bool tc_counters_sockstat_line(struct tc_slice line, struct tc_counters *counters);

/* The columns of /proc/net/stat/nf_conntrack, as its heading gives them. */
enum { TC_CONNTRACK_COLUMNS = 24 };

struct tc_conntrack_table {
	bool has_lines; /* a processor was added, so that the next one is to be added to it */
	bool is_damaged; /* one could not be, so that the sums are not known */
	uint8_t count;	/* of columns; 0: there was no heading */
	int16_t column[TC_CONNTRACK_COLUMNS]; /* enum tc_counter, or -1 */
};

bool tc_conntrack_heading(struct tc_slice line, struct tc_conntrack_table *ret_table);
/* A line that is damaged is of the kind as well. */
bool tc_conntrack_line(struct tc_slice line, struct tc_conntrack_table *table,
		       struct tc_counters *counters);

/*
 * A file was read that always has a line of the group: where none of its counters is known, not
 * even as absent, the line is not there.
 */
void tc_counters_expect(struct tc_counters *counters, const char *group);

/* The files of a group were read whole: what of it is still not read does not exist there. */
void tc_counters_end(struct tc_counters *counters, const char *group);

/*
 * By how much a counter rose between two readings; false: not read, or it was set back. Of a
 * gauge that is no rise, but a difference.
 */
bool tc_counter_rise(const struct tc_counters *before, const struct tc_counters *after,
		     enum tc_counter id, uint64_t *ret_rise);

#endif
