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
__u32 slots, slots_closely, families;

static bool shows_request(const struct tcp_request_sock *request, u64 *word)
{
	u64 retransmits = request->req.req.num_retrans;

	*word |= retransmits << TC_WALK_WORD_RETRANSMITS;
	return retransmits;
}

static bool shows_full(struct tcp_sock *tp, bool closely, u64 *word)
{
	struct inet_connection_sock *connection = &tp->inet_conn;
	u64 retransmits = connection->icsk_retransmits, probes = connection->icsk_probes_out;
	u64 pending = connection->icsk_pending;
	bool is_held = connection->icsk_inet.sk.sk_socket;

	*word |= retransmits << TC_WALK_WORD_RETRANSMITS | probes << TC_WALK_WORD_PROBES |
		 pending << TC_WALK_WORD_PENDING | (u64)is_held << TC_WALK_WORD_SOCKET;
	return retransmits || probes || (closely && (pending || !is_held));
}

/* Tells of it in a word, if it is one of those that are told. */
static void tell(struct bpf_iter__tcp *context, struct sock_common *common, u32 slot)
{
	u64 word = slot;
	bool shows;

	if (!(slots >> slot & 1))
		return;
	if (slot == TC_WALK_SLOT_REQUEST) {
		struct tcp_request_sock *request = bpf_skc_to_tcp_request_sock(common);

		shows = request && shows_request(request, &word);
	} else {
		struct tcp_sock *tp = bpf_skc_to_tcp_sock(common);

		shows = tp && shows_full(tp, slots_closely >> slot & 1, &word);
	}
	if (shows)
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
