/* SPDX-License-Identifier: MIT */
/* netstat.h - what the readers of several systems' netstat share. */
#ifndef TC_SOURCE_CAPTURE_NETSTAT_H
#define TC_SOURCE_CAPTURE_NETSTAT_H

#include "source/capture/reader.h"

/*
 * The width of the column "Local Address" in a heading of a BSD's netstat, or 0 where the
 * line is none: it ends in "(state)" or "TCP-State", or has two blanks before "Local".
 */
size_t tc_netstat_heading_width(const struct tc_line *line);

#endif
