/* SPDX-License-Identifier: MIT */
/* readings_file.h - settings and counters of another machine, from saved files. */
#ifndef TC_SOURCE_READINGS_FILE_H
#define TC_SOURCE_READINGS_FILE_H

#include "model/readings.h"
#include "tcpcensus.h"

/*
 * Adds what the file has (see readings_text.h) to the readings. It is read once from front to
 * back, in constant memory; "-" is standard input. -ENODATA: nothing of the kind is in it, which
 * is so of most listings; or what open(2) and read(2) return, with `why`.
 */
int tc_readings_from_file(const char *path, struct tc_readings *readings, char why[TC_WHY_MAX]);

#endif
