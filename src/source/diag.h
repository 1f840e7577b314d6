/* SPDX-License-Identifier: MIT */
/*
 * diag.h - the sock_diag conversation: one dump of one family, message by message.
 *
 * Shared by the netlink source and by nothing else; libmnl does the framing, what is here
 * begins at struct inet_diag_msg (linux/inet_diag.h, net/ipv4/inet_diag.c).
 */
#ifndef TC_SOURCE_DIAG_H
#define TC_SOURCE_DIAG_H

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <sys/types.h>

#include "tcpcensus.h"

struct mnl_socket;

/* What one dump asks for. */
struct tc_diag_request {
	uint8_t family;		/* AF_INET, AF_INET6, or AF_UNSPEC: both in one walk */
	uint8_t extensions;	/* idiag_ext: what is wanted beside what comes unasked */
	uint32_t kernel_states; /* bits by the kernel's numbers */
	const void *bytecode;	/* INET_DIAG_REQ_BYTECODE, or NULL */
	size_t bytecode_length;
	bool ahead; /* a long dump may be received on a thread of its own: diag_ahead.h */
	size_t *parts; /* or NULL: counts the buffers that sockets came in, as they come */
};

/* Receives one message; 0 to go on, else the dump ends and returns that value. */
typedef int tc_diag_sink(void *context, const struct nlmsghdr *header,
			 const struct inet_diag_msg *message);

/* One dump as it comes in, buffer by buffer. Set port, sink, context, parts; the rest to 0. */
struct tc_diag_feed {
	uint32_t port; /* of the socket that asked; 0: whoever asked (a recording) */
	tc_diag_sink *sink;
	void *context;
	size_t *parts; /* or NULL: as in struct tc_diag_request */
	bool in_part; /* one was in this buffer */
	int result; /* once the dump has ended: as tc_diag_dump() */
};

/*
 * Hands the messages of one received buffer to the sink. True: more is to come; false: the
 * dump has ended, feed->result says how. The buffer is aligned as nlmsghdr is, and readable
 * to the next multiple of 4, to which libmnl rounds a last message up.
 */
bool tc_diag_feed(struct tc_diag_feed *feed, const void *data, size_t length);

/*
 * The kernel makes a dump's messages no larger than the largest buffer it has been offered,
 * and no larger than 32 KiB (net/netlink/af_netlink.c, netlink_recvmsg); twice that leaves
 * room for a kernel that is more generous.
 */
enum { TC_DIAG_RECEIVE_SIZE = 64 * 1024 };

/* Receives one buffer of TC_DIAG_RECEIVE_SIZE; its length or -errno, but never -EINTR. */
ssize_t tc_diag_receive(struct mnl_socket *socket, char *buf);

/* Opens a sock_diag socket in the calling thread's network namespace. 0 or -errno. */
int tc_diag_open(struct mnl_socket **ret_socket);

/*
 * Runs one dump. 0; what the sink returned; -EINTR: the kernel says that the dump was
 * interrupted by changes; -ENOSPC: a message was cut; -ENOBUFS: messages were lost, or the
 * kernel has no memory for them; -ENOMEM: we have none; or what the kernel answered (-ENOENT:
 * no inet_diag for this family, -EINVAL: bad bytecode); -EBADMSG: an answer that is none.
 */
int tc_diag_dump(struct mnl_socket *socket, const struct tc_diag_request *request,
		 tc_diag_sink *sink, void *context);

#endif
