/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* mark.bpf.h - by what a socket is told from one after it in the same memory; see walk.bpf.h. */
#ifndef TC_BPF_MARK_BPF_H
#define TC_BPF_MARK_BPF_H

#include "bpf/walk.bpf.h"

enum { KERNEL_TIME_WAIT = 6, KERNEL_NEW_SYN_RECV = 12 }; /* include/net/tcp_states.h */

/*
 * What a socket after it in the same memory does not have, even if it has the same two ends: its
 * ports, and the hash of its ends, which is beside them, mixed with a number that is drawn by lot
 * for each connection (include/net/sock.h, sk_set_txhash()).
 */
in_kernel_apart static u64 mark_of_sock(u64 sock)
{
	__auto_type object = at(sock);
	u32 state = shifted(load(object, state, 0), state) & 255;
	u64 timewait = is_zero(state ^ KERNEL_TIME_WAIT);
	u64 request = is_zero(state ^ KERNEL_NEW_SYN_RECV);
	u64 lot = shifted(load(object, timewait_lot, 0), timewait_lot) & -timewait;

	lot |= shifted(load(object, request_lot, 0), request_lot) & -request;
	lot |= shifted(load(object, lot, 0), lot) & (timewait + request - 1);
	lot &= 0xffffffff;
	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		lot <<= 32;
	return load(object, dport, 0) ^ lot;
}

#endif
