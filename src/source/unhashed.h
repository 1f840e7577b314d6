/* SPDX-License-Identifier: MIT */
/*
 * unhashed.h - whether there may be TCP sockets that are in no hash, as those that are only bound.
 *
 * To look for these takes a quarter of a census, and mostly there are none. The kernel counts all
 * full TCP sockets of the machine, and of each namespace those that are in a hash (sockstat.h):
 * where these are all of the former, there is no other. The counts are read one after the other,
 * so a socket that comes into a hash between two of them may make up for one that is in none. So
 * they have to be the same a second time: then nothing has come or gone.
 */
#ifndef TC_SOURCE_UNHASHED_H
#define TC_SOURCE_UNHASHED_H

#include <stdbool.h>

#include "source/sockstat.h"

/*
 * Given what was read just now for the calling thread's namespace: false where all TCP sockets of
 * the machine are in its hash; or, `with_first`, in its hash and in that of the first process'
 * namespace: mostly that is the machine's own, and what is not in it is in that of a container, or
 * of an experiment. Those that the kernel made for itself (of NFS, RDS, SMC) are in both counts. Of
 * the sockets of any protocol ("sockets: used") they are not (net/core/sock.c, sk_alloc()), so as
 * many of them in a hash may make up for as many of a program's that are bound: that count proves
 * nothing.
 */
bool tc_unhashed_possible(const struct tc_sockstat *own, bool with_first);

#endif
