/* SPDX-License-Identifier: MIT */
/*
 * diag_inside.h - the inside of a connection, from a message of sock_diag.
 *
 * It is sent only where it was asked for, and costs the kernel a lock and a copy for each
 * socket. Pure: bytes in, struct tc_inside out; safe for any bytes whose header is sound.
 */
#ifndef TC_SOURCE_DIAG_INSIDE_H
#define TC_SOURCE_DIAG_INSIDE_H

#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include "source/source.h"

/* What has to be asked for: idiag_ext of the request. */
#define TC_DIAG_INSIDE_EXTENSIONS \
	((1u << (INET_DIAG_INFO - 1)) | (1u << (INET_DIAG_SKMEMINFO - 1)))

/* What hangs beside the sockets of a batch. */
struct tc_diag_insides {
	struct tc_text texts[TC_BATCH];
	struct tc_inside insides[TC_BATCH];
};

/*
 * Reads what the message says of a socket whose state and kind are known; ret_inside->have is 0
 * where it says nothing. Not of LISTEN, where the same members mean other things.
 */
void tc_diag_inside_read(const struct nlmsghdr *header, const struct tc_sock *sock,
			 struct tc_inside *ret_inside);

/* The same for the socket at `index` of a batch, and hangs it there. */
void tc_diag_insides_add(struct tc_diag_insides *insides, size_t index,
			 const struct nlmsghdr *header, struct tc_sock *sock);

#endif
