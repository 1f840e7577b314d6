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

/*
 * Whether the line is the title of a netstat's table that says which sockets it leaves out,
 * or that it leaves none out; notes which.
 */
bool tc_netstat_title(struct tc_capture *capture, const struct tc_line *line);

/* A heading was read: what a title said holds only for the table right below it. */
void tc_netstat_heading_read(struct tc_capture *capture);

#endif
