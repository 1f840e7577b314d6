/* SPDX-License-Identifier: MIT */
/*
 * diag_bytecode.h - a filter as the bytecode that the kernel runs over its sockets, the
 * attribute INET_DIAG_REQ_BYTECODE of an inet_diag request.
 *
 * The states of a filter are not in it: they are the request's idiag_states.
 */
#ifndef TC_SOURCE_DIAG_BYTECODE_H
#define TC_SOURCE_DIAG_BYTECODE_H

#include <stdbool.h>

#include "tcpcensus.h"
#include "util/buf.h"

/*
 * Operations that not every kernel and not every user may ask for. A kernel answers EINVAL
 * to one that it does not know, and EPERM to a mark without CAP_NET_ADMIN: then ask again
 * with TC_DIAG_OLD, and leave the rest to tc_filter_match().
 */
enum {
	TC_DIAG_DEVICE = 1u << 0, /* INET_DIAG_BC_DEV_COND, Linux 4.9 */
	TC_DIAG_MARK = 1u << 1,	  /* INET_DIAG_BC_MARK_COND, Linux 4.8 and CAP_NET_ADMIN */
	TC_DIAG_CGROUP = 1u << 2, /* INET_DIAG_BC_CGROUP_COND, Linux 5.9 and cgroup v2 */
	/*
	 * INET_DIAG_BC_AUTO, in every kernel. It asks whether the program named the port,
	 * which only the kernel knows; tc_filter_match() asks whether the port is in the
	 * range of those that the kernel chooses. ss asks both, and so do who pushes this.
	 */
	TC_DIAG_AUTO = 1u << 3,
	TC_DIAG_OLD = TC_DIAG_AUTO,
	TC_DIAG_EVERY = TC_DIAG_DEVICE | TC_DIAG_MARK | TC_DIAG_CGROUP | TC_DIAG_AUTO,
};

/*
 * Appends as much of the filter as the kernel can carry. It lets pass every socket that
 * tc_filter_match() lets pass (but see TC_DIAG_AUTO), and where *ret_whole is set no other,
 * so that nobody needs to match again. Nothing is appended where there is nothing to ask:
 * then send no attribute. NULL is the filter that lets everything pass. -ENOMEM.
 */
int tc_diag_bytecode(const struct tc_filter *filter, unsigned allowed, struct tc_buf *ret_code,
		     bool *ret_whole);

#endif
