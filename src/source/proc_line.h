/* SPDX-License-Identifier: MIT */
/* proc_line.h - one line of /proc/net/tcp or /proc/net/tcp6. */
#ifndef TC_SOURCE_PROC_LINE_H
#define TC_SOURCE_PROC_LINE_H

#include <stddef.h>

#include "tcpcensus.h"

/*
 * Reads a line, with or without its line end. `family` is AF_INET or AF_INET6, or 0 where
 * the length of the addresses is to tell. The record is written whole; its `flags` are 0
 * and its `text` NULL. -EINVAL: not such a line, or one that is cut off; -ENOMSG: a line of
 * /proc/net/udp, which differs in one column.
 *
 * Addresses are printed as words of 32 bits in the byte order of the machine, and read so:
 * a listing from a machine of the other byte order looks the same and cannot be told.
 */
int tc_proc_line(const char *line, size_t length, int family, struct tc_sock *ret_sock);

/*
 * The address of the socket, or what the kernel prints for it: a hash, or 0 for whoever may not know
 * even that (kptr_restrict in sysctl/kernel). 0, too, where the line ends before it.
 */
uint64_t tc_proc_line_address(const char *line, size_t length);

#endif
