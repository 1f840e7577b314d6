/* SPDX-License-Identifier: MIT */
/* readings_line.h - one line of a file with settings or counters; see readings_text.h. */
#ifndef TC_SOURCE_READINGS_LINE_H
#define TC_SOURCE_READINGS_LINE_H

#include "model/readings.h"
#include "util/slice.h"

/* The names of TcpExt took 2.6 KiB in Linux 6.18. */
enum { TC_READINGS_NAMES_MAX = 16 * 1024 };

/* Groups that nstat(8) prints, by its own order in readings_line.c. */
enum { TC_NSTAT_GROUPS = 2 };

/* What lines have told of those that follow. */
struct tc_readings_lines {
	struct tc_readings *readings;
	uint64_t taken; /* values */
	struct tc_conntrack_table conntrack;
	int awaited;	  /* enum tc_setting whose value comes next, or -1 */
	bool await_count; /* nf_conntrack_count comes next */
	int nstat_group;  /* 1 + that of the last line of nstat; 0: another, or none */
	bool nstat_zeros[TC_NSTAT_GROUPS]; /* it lists counters that are 0, so all (-z) */
	unsigned tcp_settings; /* lines of sysctl that name any of net.ipv4.tcp_* */
	uint32_t line;	     /* of the file, 1 being the first */
	size_t names_length; /* 0: none are waiting */
	char names[TC_READINGS_NAMES_MAX];
};

/* Takes a line, without its end, of whatever kind. */
void tc_readings_line(struct tc_readings_lines *lines, struct tc_slice line);

/* After the last line. */
void tc_readings_lines_end(struct tc_readings_lines *lines);

#endif
