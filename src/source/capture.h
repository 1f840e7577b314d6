/* SPDX-License-Identifier: MIT */
/*
 * capture.h - sockets from a saved listing: netstat of many systems, ss, /proc/net/tcp, lsof,
 * conntrack, counted tables, our own JSON, and several of these in one input.
 *
 * The format is recognised from the content, line by line, never from a name. The reader
 * does no I/O: bytes are pushed in, in any pieces, and the same bytes give the same sockets
 * however they are cut. It needs the same memory for a kilobyte as for a gigabyte.
 */
#ifndef TC_SOURCE_CAPTURE_H
#define TC_SOURCE_CAPTURE_H

#include "source/source.h"

struct tc_capture;

/* A reader that hands what it finds to the sink. -ENOMEM. */
int tc_capture_new(tc_batch_sink *sink, void *context, struct tc_capture **ret_capture);

/*
 * Reads the next bytes. 0, or what the sink returned, or -ENOMEM; after anything but 0 the
 * reader takes no more.
 */
int tc_capture_feed(struct tc_capture *capture, const void *data, size_t length);

/*
 * The file ends, and what comes next is of another one: its lines are counted from 1 again.
 * Returns as tc_capture_feed().
 */
int tc_capture_next(struct tc_capture *capture);

/* Of which file, 0 being the first, a line of report->unread_line is. */
size_t tc_capture_unread_file(const struct tc_capture *capture, size_t index);

/*
 * Ends the input: reads the last line, hands over what is left, and fills in the report:
 * source, lines, unread, formats, foreign, complete and why. 0; what the sink returned;
 * -ENODATA: no socket was found, and report->why says what the input was.
 */
int tc_capture_finish(struct tc_capture *capture, struct tc_report *report);

/* How many records of sockets were read: a line of a counted table is one. */
uint64_t tc_capture_sockets(const struct tc_capture *capture);

/* NULL is allowed. */
void tc_capture_free(struct tc_capture *capture);

/*
 * What the first bytes of an input say against reading it: a sentence (translated) for a
 * compressed, packed or binary file, or NULL.
 */
const char *tc_capture_refuse(const void *data, size_t length);

#endif
