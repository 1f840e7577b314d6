/* SPDX-License-Identifier: MIT */
/*
 * sockstat.h - the kernel's own counts of sockets, /proc/net/sockstat and sockstat6
 * (net/ipv4/proc.c, sockstat_seq_show; net/ipv6/proc.c, sockstat6_seq_show).
 */
#ifndef TC_SOURCE_SOCKSTAT_H
#define TC_SOURCE_SOCKSTAT_H

#include <stdbool.h>
#include <stdint.h>

struct tc_sockstat {
	bool known;	    /* false: not readable here, the rest is UINT64_MAX */
	uint64_t inuse;	    /* full TCP sockets in a hash, of both families, in this namespace */
	uint64_t inuse6;    /* of these, those of family inet6 */
	uint64_t time_wait; /* timewait minisockets, in this namespace */
	uint64_t allocated; /* full TCP sockets in any state, on the whole machine */
};

/* Reads them for the calling thread's network namespace. */
struct tc_sockstat tc_sockstat_read(void);

/*
 * How many sockets of this namespace are ESTABLISHED or, since Linux 6.10, CLOSE_WAIT: CurrEstab of
 * /proc/net/snmp (net/ipv4/tcp.c, tcp_set_state()). UINT64_MAX: not readable here.
 */
uint64_t tc_sockstat_current(void);

/*
 * Whether this namespace has a table of connections of its own (since Linux 6.1, where its parent
 * has set tcp_child_ehash_entries); false where it is not known.
 */
bool tc_sockstat_has_own_table(void);

#endif
