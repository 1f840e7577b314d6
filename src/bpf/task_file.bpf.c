/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * task_file.bpf.c - every open descriptor that is a TCP socket.
 *
 * The iterator (5.8) walks the processes of the reader's pid namespace, and of their threads
 * only those whose table of descriptors is not that of the first thread.
 */
#include "bpf/vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/compat.bpf.h"
#include "bpf/record.h"

char program_license[] SEC("license") = "Dual MIT/GPL";

/* The table of the last thread that was told, and whose process that is. */
static u64 last_files, last_task, last_leader;

/*
 * The iterator comes to the threads whose table is not that of the first, and to every thread where
 * the first has ended: what they have in common is told once, for the first of them.
 */
static bool is_repeated(struct task_struct *task)
{
	u64 files = (u64)task->files, leader = (u64)task->group_leader;

	if (leader == last_leader && files == last_files)
		return (u64)task != last_task;
	last_files = files;
	last_leader = leader;
	last_task = (u64)task;
	return false;
}

/*
 * A connection of MPTCP is a socket of its own with the inode that the kernel gives to its
 * TCP connections (net/mptcp/subflow.c), so whoever holds it holds those.
 */
static bool is_tcp(const struct sock *sk)
{
	u16 family = sk->__sk_common.skc_family, protocol = sk->sk_protocol;

	return (family == AF_INET || family == AF_INET6) &&
	       (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP);
}

/* What is connected to what tells whose the sockets are that nobody holds. */
static void read_ends(struct tc_bpf_holder *holder, const struct sock_common *common)
{
	if (common->skc_family == AF_INET6) {
		BPF_CORE_READ_INTO(&holder->local, common, skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&holder->remote, common, skc_v6_daddr);
	} else {
		u32 local = common->skc_rcv_saddr, remote = common->skc_daddr;

		__builtin_memcpy(holder->local, &local, sizeof(local));
		__builtin_memcpy(holder->remote, &remote, sizeof(remote));
	}
	holder->family = common->skc_family;
	holder->state = common->skc_state;
	holder->local_port = common->skc_num;
	holder->remote_port = common->skc_dport;
	holder->ifindex = common->skc_bound_dev_if;
	holder->cookie = common->skc_cookie.counter;
}

SEC("iter/task_file")
int task_file(struct bpf_iter__task_file *context)
{
	struct task_struct *task = context->task;
	struct file *file = context->file;
	struct tc_bpf_holder holder = { .inode = 0 };
	struct socket *socket;
	struct sock *sk;

	if (!task || !file) /* the end */
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk || !is_tcp(sk) || is_repeated(task))
		return 0;
	holder.inode = file->f_inode->i_ino;
	holder.netns = sk->__sk_common.skc_net.net->ns.inum;
	holder.pid = compat_pid(task);
	holder.fd = context->fd;
	read_ends(&holder, &sk->__sk_common);
	bpf_seq_write(context->meta->seq, &holder, sizeof(holder));
	return 0;
}
