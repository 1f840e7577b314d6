/* SPDX-License-Identifier: MIT */
/* capture_file.h - saved listings from files or from standard input. */
#ifndef TC_SOURCE_CAPTURE_FILE_H
#define TC_SOURCE_CAPTURE_FILE_H

#include "source/source.h"

struct tc_capture_file {
	const char *path; /* "-": standard input */
	const char *name; /* what it is called in sentences; the path, or that of which it is a copy */
};

/*
 * Reads the files as one input, in this order, and hands their sockets to the sink. 0; what the
 * sink returned; -ENODATA: one of them is binary or compressed, or none has a TCP socket; or
 * what open(2) and read(2) return. report->why says what happened in a sentence.
 */
int tc_capture_read(const struct tc_capture_file *files, size_t count, tc_batch_sink *sink,
		    void *context, struct tc_report *report);

#endif
