/* SPDX-License-Identifier: MIT */
/*
 * format.h - what a format of listing is: a row of the table in formats.c.
 *
 * A format is offered one line at a time and says what the line is to it. It must know its
 * lines by themselves, because headings are often missing (grep, ss -H) and because several
 * listings may stand in one input; what a heading told it keeps in struct tc_capture.
 */
#ifndef TC_SOURCE_CAPTURE_FORMAT_H
#define TC_SOURCE_CAPTURE_FORMAT_H

#include "source/capture/line.h"

struct tc_capture;

enum tc_verdict {
	TC_LINE_NOT_MINE = 0,
	TC_LINE_SOCKET,	 /* one record was added (or it repeats one, and none was) */
	TC_LINE_HEADING, /* a listing of this format begins */
	TC_LINE_PASSED,	 /* of this format, and no TCP socket */
	TC_LINE_BROKEN,	 /* a TCP socket that cannot be read; tc_capture_broken() says why */
};

struct tc_format {
	const char *name; /* as shown to people, not translated */
	enum tc_verdict (*line)(struct tc_capture *capture, const struct tc_line *line);
	unsigned origin; /* a TC_ORIGIN_ bit; 0: sockets of Linux, or not known of what */
	uint32_t lacks; /* TC_STATE_BIT()s of states that it never shows */
	bool titled;	/* a title may say what else is left out: netstat_title.c */
	bool endpoints; /* a line has two of them in plain: offer.c knows damaged ones by that */
	bool prefixed; /* lines are recognised behind a time stamp or a host name, too */
};

/* The formats that are read by line, ended by NULL; the likely ones first. */
extern const struct tc_format *const tc_formats[];

/* The numbers of formats: of a row in tc_formats, and of our own JSON, which has no lines. */
enum { TC_FORMAT_JSON = 9, TC_FORMAT_COUNT = 10 };

/* Stands for "no format took a line yet"; its row is the NULL at the end of the table. */
#define TC_FORMAT_NONE TC_FORMAT_JSON

/* The number of a row. */
size_t tc_format_number(const struct tc_format *format);

/* The name of a format, JSON included. */
const char *tc_format_name(size_t index);

extern const struct tc_format tc_format_proc;
extern const struct tc_format tc_format_ss;
extern const struct tc_format tc_format_netstat_linux;
extern const struct tc_format tc_format_netstat_bsd;
extern const struct tc_format tc_format_netstat_windows;
extern const struct tc_format tc_format_netstat_solaris;
extern const struct tc_format tc_format_conntrack;
extern const struct tc_format tc_format_lsof;
extern const struct tc_format tc_format_uniq;

#endif
