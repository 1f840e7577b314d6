/* SPDX-License-Identifier: MIT */
/*
 * held.h - the sockets that some process holds, to be asked about those that nobody does.
 *
 * Memory grows with the sockets that are held, which is why it is only filled where owners
 * are asked for and some socket has none.
 */
#ifndef TC_OWNER_HELD_H
#define TC_OWNER_HELD_H

#include "tcpcensus.h"

struct tc_party;

struct tc_held {
	uint64_t netns;
	uint64_t inode; /* 0: of a listing, which names the holders: party */
	uint64_t connection; /* tc_held_connection() of it */
	const struct tc_party *party;
	struct tc_addr local;
	struct tc_addr remote;
	uint32_t ifindex; /* of the device that it is bound to, or 0 */
	uint16_t local_port;
	uint16_t remote_port;
	uint8_t direction; /* enum tc_direction */
};

/* Indices of held sockets in the order of one end, and what was found out for a run of them. */
struct tc_held_order {
	uint32_t *at;
	const struct tc_party **memo; /* by the first place of a run; NULL: not asked yet */
	size_t count;
};

struct tc_held_list {
	struct tc_held *socks;
	size_t count, capacity;
	struct tc_held_order peers;	/* of outbound ones, by remote end */
	struct tc_held_order listening; /* of listeners, by local end */
};

/* Places in an order that have the same end; count 0: none. */
struct tc_held_run {
	const struct tc_held_order *order;
	size_t first;
	size_t count;
};

/*
 * A number for the connection that lasts as long as it does, whatever its state; 0: none. By the
 * cookie, or else by both ends.
 */
uint64_t tc_held_connection(const struct tc_sock *sock);

void tc_held_release(struct tc_held_list *list);

/* Adds a socket; it needs its direction. -ENOMEM. */
int tc_held_add(struct tc_held_list *list, const struct tc_sock *sock,
		const struct tc_party *party);

/* Makes the orders, after the last addition. -ENOMEM. */
int tc_held_settle(struct tc_held_list *list);

/* The outbound sockets to the remote end of this one, in its namespace. */
struct tc_held_run tc_held_peers(const struct tc_held_list *list, const struct tc_sock *sock);

/* The listeners on the very local end and device of this one, in its namespace. */
struct tc_held_run tc_held_listening(const struct tc_held_list *list, const struct tc_sock *sock);

#endif
