/* SPDX-License-Identifier: MIT */
/*
 * peer.c - the TUN device, and what goes through it.
 */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <net/if.h> /* before the kernel's, which then leaves out what it repeats */

#include <linux/if_tun.h>

#include "link.h"
#include "util/macro.h"
#include "wait.h"

#define DEVICE "tun0"
#define PREFIX_LENGTH 24
#define PACKET_MAX 65536

struct lab_peer {
	int fd;
	struct lab_wire *wire;
	uint32_t kernel, address;
	unsigned char packet[PACKET_MAX]; /* the one received last */
};

static int open_device(void)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	strncpy(request.ifr_name, DEVICE, sizeof(request.ifr_name) - 1);
	if (ioctl(fd, TUNSETIFF, &request) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

/* The thread is in the namespace. */
static int set_up(struct lab_peer *peer)
{
	int rc;

	peer->fd = open_device();
	if (peer->fd < 0)
		return peer->fd;
	rc = lab_link_address(DEVICE, LAB_PEER_KERNEL, PREFIX_LENGTH);
	if (rc == 0)
		rc = lab_link_up(DEVICE);
	return rc;
}

int lab_peer_new(struct lab_sandbox *sandbox, enum lab_side side, struct lab_wire *wire,
		 struct lab_peer **ret_peer)
{
	struct lab_peer *peer = calloc(1, sizeof(*peer));
	int rc;

	if (!peer)
		return -ENOMEM;
	peer->fd = -1;
	peer->wire = wire;
	peer->kernel = lab_segment_address(LAB_PEER_KERNEL);
	peer->address = lab_segment_address(LAB_PEER_ADDRESS);
	rc = lab_sandbox_enter(sandbox, side);
	if (rc == 0) {
		rc = set_up(peer);
		lab_sandbox_leave(sandbox);
	}
	if (rc < 0)
		lab_peer_free(peer);
	else
		*ret_peer = peer;
	return rc;
}

void lab_peer_free(struct lab_peer *peer)
{
	if (!peer)
		return;
	if (peer->fd >= 0)
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
