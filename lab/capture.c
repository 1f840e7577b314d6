/* SPDX-License-Identifier: MIT */
/*
 * capture.c - a packet socket at the end b of the pair.
 */
#include "capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "util/macro.h"
#include "wait.h"

#define DEVICE "veth0"
#define PACKET_MAX 65536

struct lab_capture {
	int fd;
	struct lab_wire *wire;
	lab_segment_fn lost;
	void *context;
	unsigned char packet[PACKET_MAX]; /* the one received last */
};

/* All protocols, since a socket for one of them does not see what is sent, and only headers of IP.
 */
static int open_socket(void)
{
	const int on = 1;
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(DEVICE),
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

int lab_capture_new(struct lab_sandbox *sandbox, struct lab_wire *wire,
		    struct lab_capture **ret_capture)
{
	struct lab_capture *capture = calloc(1, sizeof(*capture));
	int rc;

	if (!capture)
		return -ENOMEM;
	capture->wire = wire;
	rc = lab_sandbox_enter(sandbox, LAB_B);
	capture->fd = rc < 0 ? rc : open_socket();
	lab_sandbox_leave(sandbox);
	rc = capture->fd;
	if (rc < 0) {
		lab_capture_free(capture);
		return rc;
	}
	*ret_capture = capture;
	return 0;
}

void lab_capture_free(struct lab_capture *capture)
{
	if (!capture)
		return;
	if (capture->fd >= 0)
		close(capture->fd);
	free(capture);
}

void lab_capture_lost(struct lab_capture *capture, lab_segment_fn fn, void *context)
{
	capture->lost = fn;
	capture->context = context;
}

/* When the kernel saw the packet, not when it was read here. */
static uint64_t time_of(struct msghdr *message)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part;
	     part = CMSG_NXTHDR(message, part)) {
		struct timespec at;

		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&at, CMSG_DATA(part), sizeof(at));
		return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
	}
	return 0;
}

static int read_segment(struct lab_capture *capture, enum lab_side *ret_from,
			struct lab_segment *ret_segment)
{
	struct sockaddr_ll address = {0};
	struct iovec place = {capture->packet, sizeof(capture->packet)};
	char control[256];
	struct msghdr message = {0};
	ssize_t got;

	do {
		message = (struct msghdr){
			.msg_name = &address,
			.msg_namelen = sizeof(address),
			.msg_iov = &place,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		got = recvmsg(capture->fd, &message, 0);
		if (got < 0)
			return -errno;
	} while (lab_segment_parse(capture->packet, (size_t)got, ret_segment) < 0);
	*ret_from = address.sll_pkttype == PACKET_OUTGOING ? LAB_B : LAB_A;
	lab_wire_add(capture->wire, time_of(&message), *ret_from,
		     *ret_from == LAB_A && capture->lost &&
				     capture->lost(ret_segment, capture->context)
			     ? LAB_LOST
			     : LAB_ARRIVES,
		     ret_segment);
	return 0;
}

int lab_capture_next(struct lab_capture *capture, uint64_t deadline_ns, enum lab_side *ret_from,
		     struct lab_segment *ret_segment)
{
	int rc;

	while ((rc = read_segment(capture, ret_from, ret_segment)) == -EAGAIN) {
		rc = lab_wait_readable(capture->fd, deadline_ns);
		if (rc < 0)
			return rc;
	}
	return rc;
}
