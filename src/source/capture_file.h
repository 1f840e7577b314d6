/* SPDX-License-Identifier: MIT */
/* capture_file.h - a saved listing from a file or from standard input. */
#ifndef TC_SOURCE_CAPTURE_FILE_H
#define TC_SOURCE_CAPTURE_FILE_H

#include "source/source.h"

/*
 * Reads the file, or standard input for "-", and hands its sockets to the sink. 0; what the
 * sink returned; -ENODATA: it is empty, binary, compressed, or has no TCP socket; or what
 * open(2) and read(2) return. report->why says what happened in a sentence.
 */
int tc_capture_read(const char *path, tc_batch_sink *sink, void *context, struct tc_report *report);

#endif
