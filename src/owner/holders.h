/* SPDX-License-Identifier: MIT */
/*
 * holders.h - which processes hold which sockets.
 *
 * The descriptors of every process are looked at, through an eBPF iterator or through
 * /proc/PID/fd, whatever their network namespace: an inode number of a socket is unique on the
 * machine.
 */
#ifndef TC_OWNER_HOLDERS_H
#define TC_OWNER_HOLDERS_H

#include "tcpcensus.h"

/* A process has a descriptor of the socket with that inode. Through /proc also other sockets. */
struct tc_holder {
	uint64_t inode;
	uint32_t pid;
	uint32_t before; /* free for who keeps them: another one of the inode */
};

/* What a sink may return, beside 0 and a negative errno, which ends the reading. */
enum {
	TC_HOLDERS_WANTED = 1u << 0, /* some of these were looked for */
	TC_HOLDERS_FOUND = 1u << 1,  /* and nothing more is */
};

/*
 * Receives what one process holds, or a batch of several. The iterator sees the sockets
 * themselves: then socks has their states, ends and namespaces, in the same places; it is NULL
 * through /proc.
 */
typedef int tc_holder_sink(void *context, const struct tc_holder *holders, struct tc_sock *socks,
			   size_t count);

struct tc_holders_report {
	const char *source; /* "bpf" or "proc"; NULL: there is no /proc */
	uint64_t hidden;    /* processes that this user may not look into, at least */
};

/* Whether our pid namespace is the machine's: there are no processes but those that we see. */
bool tc_holders_see_all(void);

/*
 * Whether the iterator is expected to be faster than /proc here. It may turn out not to work.
 */
bool tc_holders_prefer_bpf(void);

/*
 * Reads them all, through "bpf", "proc" or, with NULL, what is expected to be faster. Once
 * everything is found, /proc is read on for those alone that may share what their relatives
 * hold: the children of holders, and the sessions that holders are in. A process that goes
 * meanwhile is no error.
 *
 * Returns 0; what the sink returned below 0; or -errno with a sentence in why.
 */
int tc_holders_read(const char *source, tc_holder_sink *sink, void *context,
		    struct tc_holders_report *ret_report, char why[TC_WHY_MAX]);

#endif
