/* SPDX-License-Identifier: MIT */
/* holders_proc.h - who holds which sockets, through /proc/PID/fd; see holders.h. */
#ifndef TC_OWNER_HOLDERS_PROC_H
#define TC_OWNER_HOLDERS_PROC_H

#include "owner/holders.h"

int tc_holders_read_proc(tc_holder_sink *sink, void *context, struct tc_holders_report *ret_report,
			 char why[TC_WHY_MAX]);

/*
 * Whether the first process may not be looked into, or is not the machine's: others may hold
 * what nobody here does.
 */
bool tc_holders_is_first_hidden(void);

/* The inode in "socket:[31337]", a link as it was read. False: it is something else. */
bool tc_holders_link_inode(const char *link, size_t length, uint64_t *ret_inode);

/* What /proc/PID/stat tells of a process's relatives. */
struct tc_kinship {
	uint32_t parent;
	uint32_t session;
	bool kernel; /* a thread of the kernel, which has no descriptors */
	uint64_t start; /* clock ticks after the start of the machine */
};

/* Reads the text of a /proc/PID/stat; false: it is none. */
bool tc_kinship_parse(const char *text, size_t length, struct tc_kinship *ret_kinship);

/* The same of a process; false: it has gone. */
bool tc_kinship_read(uint32_t pid, struct tc_kinship *ret_kinship);

#endif
