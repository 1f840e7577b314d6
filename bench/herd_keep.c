/* SPDX-License-Identifier: MIT */
/*
 * herd_keep.c - keeps a crowd in TIME_WAIT for longer than its 60 seconds.
 *
 * Any segment with ACK that reaches a TIME_WAIT socket starts its 60 seconds again, whatever its
 * sequence number (net/ipv4/tcp_minisocks.c:tcp_timewait_state_process; RFC 9293, 3.10.7.4,
 * has a retransmitted FIN do it). So each one gets a bare ACK in the name of its peer. It
 * answers the first with an ACK of its own, which the peer, having no socket any more, reflects
 * as a reset; tcp_rfc1337 = 1 in the herd's namespace makes the kernel ignore that, as RFC 1337
 * advises. The sockets stay the very ones that real connections left.
 *
 * FIN_WAIT2 minisockets cannot be kept like this; the herd's FIN_WAIT2 are full sockets.
 */
#include "herd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>

#include "segment.h"
#include "util/macro.h"

struct keeper {
	int fd;
	uint32_t below_ms;
	int64_t kept;
	int rc;
};

/* The end of a connection that sock_diag describes: port and address in network order. */
static void take_address(uint8_t family, const __be32 *address, __be16 port,
			 struct sockaddr_storage *ret_address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret_address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret_address;

	memset(ret_address, 0, sizeof(*ret_address));
	ret_address->ss_family = family;
	if (family == AF_INET) {
		v4->sin_port = port;
		memcpy(&v4->sin_addr, address, sizeof(v4->sin_addr));
	} else {
		v6->sin6_port = port;
		memcpy(&v6->sin6_addr, address, sizeof(v6->sin6_addr));
	}
}

static void keep_one(const struct inet_diag_msg *msg, void *data)
{
	struct keeper *keeper = data;
	struct sockaddr_storage peer, here;
	int rc;

	if (msg->idiag_expires >= keeper->below_ms)
		return;
	take_address(msg->idiag_family, msg->id.idiag_dst, msg->id.idiag_dport, &peer);
	take_address(msg->idiag_family, msg->id.idiag_src, msg->id.idiag_sport, &here);
	rc = segment_send(keeper->fd, &peer, &here, 0, SEGMENT_ACK);
	if (rc < 0)
		keeper->rc = rc;
	else
		keeper->kept++;
}

int64_t herd_keep(uint32_t below_ms)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	struct keeper keeper = {.below_ms = below_ms};
	struct mnl_socket *diag = lab_diag_open();

	if (!diag)
		return -errno;
	for (size_t i = 0; keeper.rc == 0 && i < TC_ARRAY_SIZE(families); i++) {
		int rc;

		keeper.fd = segment_open(families[i]);
		if (keeper.fd < 0) {
			keeper.rc = keeper.fd;
			break;
		}
		rc = lab_diag_dump(diag, families[i], 1u << LAB_TIME_WAIT, keep_one, &keeper);
		if (rc < 0)
			keeper.rc = rc;
		close(keeper.fd);
	}
	mnl_socket_close(diag);
	return keeper.rc < 0 ? keeper.rc : keeper.kept;
}
