/* SPDX-License-Identifier: MIT */
/*
 * diag_message.h - one message of sock_diag (struct inet_diag_msg and what follows it) as one
 * socket. Pure: bytes in, struct tc_sock out; safe for any bytes whose header is sound.
 */
#ifndef TC_SOURCE_DIAG_MESSAGE_H
#define TC_SOURCE_DIAG_MESSAGE_H

#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include "tcpcensus.h"

/* The kernel's number for the connection; 0: it gave none. */
static inline uint64_t tc_diag_message_cookie(const struct inet_diag_msg *message)
{
	return (uint64_t)message->id.idiag_cookie[1] << 32 | message->id.idiag_cookie[0];
}

/* Fills the socket; state 7 is CLOSED here, only who asked knows whether it means BOUND. */
void tc_diag_message_read(const struct nlmsghdr *header, const struct inet_diag_msg *message,
			  struct tc_sock *sock);

/*
 * A dump goes on by position in a hash chain, and new sockets enter chains at the head, so a
 * change between two steps can hand over a socket twice (never far apart). Remembering the
 * last cookies, each in the place that its low bits give it, is enough to drop the second.
 */
enum { TC_DIAG_RECENT_COUNT = 8192 };

struct tc_diag_recent {
	uint64_t cookie[TC_DIAG_RECENT_COUNT];
};

/* Whether the cookie was seen a short while ago; remembers it. */
static inline bool tc_diag_is_repeated(struct tc_diag_recent *recent, uint64_t cookie)
{
	uint64_t *place = &recent->cookie[cookie % TC_DIAG_RECENT_COUNT];
	bool repeated = *place == cookie && cookie;

	*place = cookie;
	return repeated;
}

#endif
