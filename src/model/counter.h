/* SPDX-License-Identifier: MIT */
/*
 * counter.h - the kernel's counters that tell of TCP connections, as a table.
 *
 * counters.def is the only place that names them. This is vocabulary and parsing only:
 * source/counter_read.h reads them.
 */
#ifndef TC_MODEL_COUNTER_H
#define TC_MODEL_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	const char *group;   /* "TcpExt": the word that its line begins with */
	const char *name;    /* "ListenOverflows" */
	const char *meaning; /* what one more of it is, in a few words */
	const char *source;  /* kernel file:function that counts */
};

enum tc_counter_status {
	TC_COUNTER_NOT_READ = 0, /* the file could not be read */
	TC_COUNTER_READ,
	TC_COUNTER_ABSENT, /* this kernel does not have it */
};

/* One reading of all of them. Zeroed: nothing is read. */
struct tc_counters {
	uint64_t value[TC_COUNTER_COUNT];
	uint8_t status[TC_COUNTER_COUNT]; /* enum tc_counter_status */
};

extern const struct tc_counter_row tc_counter_rows[TC_COUNTER_COUNT];

/*
 * Takes the counters from the content of /proc/net/netstat or /proc/net/snmp: pairs of lines
 * that begin with the same word, the first with names, the second with numbers. Those that
 * the text does not have keep their status, so that several files can be taken one after the
 * other. Any bytes may come.
 */
void tc_counters_parse(const char *text, size_t length, struct tc_counters *counters);

/* After the last file: what is still not read does not exist on this kernel. */
void tc_counters_end(struct tc_counters *counters);

/* By how much a counter rose between two readings; false: not read, or it was set back. */
bool tc_counter_rise(const struct tc_counters *before, const struct tc_counters *after,
		     enum tc_counter id, uint64_t *ret_rise);

#endif
