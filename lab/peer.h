/* SPDX-License-Identifier: MIT */
/*
 * peer.h - a TCP peer in user space, on a TUN device in one of the laboratory's namespaces:
 *
 *	namespace                        this process
 *	the kernel's TCP  10.78.0.1  <-----------------> 10.78.0.2  the peer
 *
 * The kernel takes the peer for another machine. The peer has no state and obeys no rule: it sends
 * the segments that it is told to, and so can withhold, repeat, delay and forge. What crosses in
 * either direction is written down in a record.
 */
#ifndef TC_LAB_PEER_H
#define TC_LAB_PEER_H

#include <stdint.h>

#include "lab/sandbox.h"
#include "lab/segment.h"
#include "lab/wire.h"

struct lab_peer;

/*
 * Makes the device in that namespace; its name is free there. The record is the caller's and lives
 * longer; NULL: none. Returns 0, -ENOENT without /dev/net/tun, or another -errno.
 */
int lab_peer_new(struct lab_sandbox *sandbox, enum lab_side side, struct lab_wire *wire,
		 struct lab_peer **ret_peer);
void lab_peer_free(struct lab_peer *peer);

/* Sends a segment from the peer's address to the kernel's, unless it has others (not 0). */
int lab_peer_send(struct lab_peer *peer, const struct lab_segment *segment);

/*
 * The next segment of the kernel's, at the latest at that time; -ETIMEDOUT when there is none.
 * Its data is the peer's and stays until the next call. A deadline of 0 waits for nothing.
 */
int lab_peer_receive(struct lab_peer *peer, uint64_t deadline_ns, struct lab_segment *ret_segment);

#endif
