/* SPDX-License-Identifier: MIT */
/* proc.h - /proc/net/tcp from any descriptor. */
#ifndef TC_SOURCE_PROC_H
#define TC_SOURCE_PROC_H

#include "source/source.h"

/*
 * Hands the sockets of a whole file to the job's sink, its first line left out. A line that is
 * none of a socket of this family makes the report incomplete. Returns 0, the sink's value or a
 * negative errno.
 */
int tc_proc_read(int fd, int family, struct tc_job *job, struct tc_report *report);

#endif
