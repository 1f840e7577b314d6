/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * port_facts.bpf.c - every socket with a local port, and who chose that port.
 *
 * connect(2) marks the bind bucket of a port that it takes with -1 twice, and takes no port
 * whose bucket is marked otherwise (net/ipv4/inet_hashtables.c, __inet_hash_connect); since
 * 6.18 the mark returns to -1 when the last socket of bind(2) leaves. So the bucket itself is
 * asked, not the socket. The iterator (5.9) walks the reader's network namespace.
 */
#include "bpf/vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/compat.bpf.h"
#include "bpf/record.h"

char license_of_all[] SEC("license") = "Dual MIT/GPL";

enum { KERNEL_TIME_WAIT = 6, KERNEL_NEW_SYN_RECV = 12, KERNEL_CONNECT_BIND = 16 };

static void read_ends(struct tc_bpf_port *port, const struct sock_common *common)
{
	if (common->skc_family == AF_INET6) {
		BPF_CORE_READ_INTO(&port->local, common, skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&port->remote, common, skc_v6_daddr);
	} else {
		u32 local = common->skc_rcv_saddr, remote = common->skc_daddr;

		__builtin_memcpy(port->local, &local, sizeof(local));
		__builtin_memcpy(port->remote, &remote, sizeof(remote));
	}
	port->family = common->skc_family;
	port->state = common->skc_state;
	port->local_port = common->skc_num;
	port->remote_port = common->skc_dport;
	port->ifindex = common->skc_bound_dev_if;
}

static void read_bucket(struct tc_bpf_port *port, const struct inet_bind_bucket *bucket)
{
	if (!bucket) /* the port was given back a moment ago */
		return;
	port->known |= TC_BPF_PORT_BUCKET;
	port->bind = bucket->fastreuse >= 0 || bucket->fastreuseport >= 0;
}

/*
 * A socket of connect(2) may have a port whose bucket bind(2) has marked later, for another
 * address. Which of the two it was, the sockets themselves know since 6.18 (SOCK_CONNECT_BIND).
 */
static bool is_choice_known(void)
{
	return bpf_core_field_exists(struct inet_timewait_sock, tw_connect_bind);
}

static void read_choice(struct tc_bpf_port *port, bool by_connect)
{
	port->known |= TC_BPF_PORT_CHOICE;
	port->by_connect = by_connect;
}

/*
 * How long ago, as tcp_twsk_unique() counts it: since 6.14 (ca6a6f93867a) from the moment when
 * the minisocket came to its state, before in whole seconds from the last timestamp.
 */
static u32 age_of(const struct tcp_timewait_sock *minisocket)
{
	u64 now = bpf_ktime_get_ns();

	if (bpf_core_field_exists(minisocket->tw_sk.tw_entry_stamp))
		return (u32)(now / 1000000) - minisocket->tw_sk.tw_entry_stamp;
	return ((u32)(now / 1000000000) - (u32)minisocket->tw_ts_recent_stamp) * 1001;
}

static void read_minisocket(struct tc_bpf_port *port, const struct tcp_timewait_sock *minisocket)
{
	port->known |= TC_BPF_PORT_TIME_WAIT;
	port->state = minisocket->tw_sk.tw_substate;
	port->timestamps = minisocket->tw_ts_recent_stamp != 0;
	port->age_ms = age_of(minisocket);
	if (is_choice_known())
		read_choice(port, BPF_CORE_READ_BITFIELD(&minisocket->tw_sk, tw_connect_bind));
	read_bucket(port, minisocket->tw_sk.tw_tb);
}

SEC("iter/tcp")
int port_facts(struct bpf_iter__tcp *context)
{
	struct sock_common *common = context->sk_common;
	struct tc_bpf_port port = { .cookie = 0 };
	struct tcp_timewait_sock *minisocket;
	struct tcp_sock *full;

	/* The port of a request is its listener's. */
	if (!common || common->skc_state == KERNEL_NEW_SYN_RECV)
		return 0;
	read_ends(&port, common);
	/* The kernel gives it to who asks first; two looks tell by it what is new. */
	port.cookie = bpf_get_socket_cookie(common);
	if (port.state == KERNEL_TIME_WAIT) {
		minisocket = bpf_skc_to_tcp_timewait_sock(common);
		if (!minisocket)
			return 0;
		read_minisocket(&port, minisocket);
	} else {
		full = bpf_skc_to_tcp_sock(common);
		if (!full)
			return 0;
		if (is_choice_known())
			read_choice(&port, ((struct sock *)full)->sk_userlocks &
						   KERNEL_CONNECT_BIND);
		read_bucket(&port, full->inet_conn.icsk_bind_hash);
	}
	bpf_seq_write(context->meta->seq, &port, sizeof(port));
	return 0;
}
