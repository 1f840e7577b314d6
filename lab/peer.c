/* SPDX-License-Identifier: MIT */
/*
 * peer.c - what goes through the peer's TUN device.
 */
#include "peer.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tun.h"
#include "wait.h"

struct lab_peer {
	int fd;
	struct lab_wire *wire;
	uint32_t kernel, address;
	unsigned char packet[LAB_TUN_PACKET_MAX]; /* the one received last */
};

int lab_peer_new(struct lab_sandbox *sandbox, enum lab_side side, struct lab_wire *wire,
		 struct lab_peer **ret_peer)
{
	struct lab_peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return -ENOMEM;
	peer->wire = wire;
	peer->kernel = lab_segment_address(LAB_TUN_A);
	peer->address = lab_segment_address(LAB_TUN_B);
	peer->fd = lab_tun_open(sandbox, side, LAB_TUN_A);
	if (peer->fd < 0) {
		int rc = peer->fd;

		free(peer);
		return rc;
	}
	*ret_peer = peer;
	return 0;
}

void lab_peer_free(struct lab_peer *peer)
{
	if (!peer)
		return;
	close(peer->fd);
	free(peer);
}

static void write_down(struct lab_peer *peer, enum lab_side from, const struct lab_segment *segment)
{
	if (peer->wire)
		lab_wire_add(peer->wire, lab_now_ns(), from, LAB_ARRIVES, segment);
}

int lab_peer_send(struct lab_peer *peer, const struct lab_segment *segment)
{
	unsigned char packet[2048];
	struct lab_segment sent = *segment;
	size_t length;

	if (!sent.from)
		sent.from = peer->address;
	if (!sent.to)
		sent.to = peer->kernel;
	length = lab_segment_build(&sent, packet, sizeof(packet));
	if (!length)
		return -EMSGSIZE;
	write_down(peer, LAB_B, &sent);
	return write(peer->fd, packet, length) < 0 ? -errno : 0;
}

/* -EAGAIN where nothing waits; other traffic of the namespace, as that of IPv6, is passed over. */
static int read_segment(struct lab_peer *peer, struct lab_segment *ret_segment)
{
	ssize_t got;

	do {
		got = read(peer->fd, peer->packet, sizeof(peer->packet));
		if (got < 0)
			return -errno;
	} while (lab_segment_parse(peer->packet, (size_t)got, ret_segment) < 0);
	write_down(peer, LAB_A, ret_segment);
	return 0;
}

int lab_peer_receive(struct lab_peer *peer, uint64_t deadline_ns, struct lab_segment *ret_segment)
{
	int rc;

	while ((rc = read_segment(peer, ret_segment)) == -EAGAIN) {
		rc = lab_wait_readable(peer->fd, deadline_ns);
		if (rc < 0)
			return rc;
	}
	return rc;
}
