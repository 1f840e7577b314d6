/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * tcp_iter.bpf.c - connections by state, from the kernel's own iterator over them (5.9).
 *
 * For kernels on which the walk (walk.bpf.h) does not work: the iterator takes the lock of each
 * bucket and a reference to each socket, and comes to the sockets of the reader's namespace only.
 * What is counted and what is told is as in count.bpf.c, but the caller makes the slots, since
 * here LISTEN has one too.
 */
#include "bpf/vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/compat.bpf.h"
#include "bpf/walk_state.h"

char program_license[] SEC("license") = "Dual MIT/GPL";

enum { KERNEL_TIME_WAIT = 6, KERNEL_LISTEN = 10 };

__u64 totals[16]; /* by slot; 16, so that a mask keeps the index inside */
__u32 slots, slots_all, families;

/* What the timer of a full socket has done, and what else there is of it. */
static u64 read_full(struct tcp_sock *tp, u64 *ret_trouble)
{
	struct inet_connection_sock *connection = &tp->inet_conn;

	*ret_trouble = (u64)connection->icsk_retransmits << TC_WALK_WORD_RETRANSMITS |
		       (u64)connection->icsk_probes_out << TC_WALK_WORD_PROBES;
	return (u64)connection->icsk_pending << TC_WALK_WORD_PENDING |
	       (u64) !!connection->icsk_inet.sk.sk_socket << TC_WALK_WORD_SOCKET;
}

/* Tells of it in a word, if it is one of those that are told. */
static void tell(struct bpf_iter__tcp *context, struct sock_common *common, u32 slot)
{
	u64 trouble = 0, rest = 0, word;

	if (!(slots >> slot & 1))
		return;
	if (slot == TC_WALK_SLOT_REQUEST) {
		struct tcp_request_sock *request = bpf_skc_to_tcp_request_sock(common);

		if (request)
			trouble = (u64)request->req.req.num_retrans << TC_WALK_WORD_RETRANSMITS;
	} else {
		struct tcp_sock *tp = bpf_skc_to_tcp_sock(common);

		if (tp)
			rest = read_full(tp, &trouble);
	}
	if (!trouble && !(slots_all >> slot & 1))
		return;
	word = trouble | rest | slot;
	bpf_seq_write(context->meta->seq, &word, sizeof(word));
}

SEC("iter/tcp")
int tcp_iter(struct bpf_iter__tcp *context)
{
	struct sock_common *common = context->sk_common;
	u32 slot;

	if (!common || common->skc_state == KERNEL_LISTEN) /* the end; in another table */
		return 0;
	if (!(families >> (common->skc_family == AF_INET6) & 1))
		return 0;
	slot = (u32)(common->skc_state - 1) & 15;
	if (common->skc_state == KERNEL_TIME_WAIT) {
		struct tcp_timewait_sock *tw = bpf_skc_to_tcp_timewait_sock(common);

		if (tw && tw->tw_sk.tw_substate != KERNEL_TIME_WAIT)
			slot = TC_WALK_SLOT_FIN_WAIT2_MINI;
	}
	tell(context, common, slot);
	totals[slot & 15]++;
	return 0;
}
