/* SPDX-License-Identifier: MIT */
/* held.c - the sockets that some process holds; see held.h. */
#include "owner/held.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/hash.h"

enum { FIRST_CAPACITY = 256 };

/* One end of a connection, in one namespace: what the orders are sorted by. */
struct end {
	uint64_t netns;
	const struct tc_addr *addr;
	uint16_t port;
	uint32_t ifindex; /* listeners of a device are others than those of none */
};

static struct end remote_end(const struct tc_held *held)
{
	return (struct end){ held->netns, &held->remote, held->remote_port, 0 };
}

static struct end local_end(const struct tc_held *held)
{
	return (struct end){ held->netns, &held->local, held->local_port, held->ifindex };
}

static int compare_ends(struct end one, struct end other)
{
	int order;

	if (one.netns != other.netns)
		return one.netns < other.netns ? -1 : 1;
	if (one.port != other.port)
		return (int)one.port - (int)other.port;
	if (one.ifindex != other.ifindex)
		return one.ifindex < other.ifindex ? -1 : 1;
	order = memcmp(one.addr->byte, other.addr->byte, sizeof(one.addr->byte));
	return (order > 0) - (order < 0);
}

static void release_order(struct tc_held_order *order)
{
	free(order->at);
	free(order->memo);
	*order = (struct tc_held_order){ 0 };
}

void tc_held_release(struct tc_held_list *list)
{
	free(list->socks);
	release_order(&list->peers);
	release_order(&list->listening);
	*list = (struct tc_held_list){ 0 };
}

static uint64_t netns_of(const struct tc_sock *sock)
{
	return sock->have & TC_HAVE_NETNS ? sock->netns : 0;
}

/*
 * A minisocket has the cookie of its connection (net/ipv4/inet_timewait_sock.c, inet_twsk_alloc).
 * /proc/net/tcp has none: there the two ends have to do, which another can only have got since.
 */
uint64_t tc_held_connection(const struct tc_sock *sock)
{
	bool known = sock->have & TC_HAVE_COOKIE;
	struct {
		uint64_t netns, cookie, ports;
		struct tc_addr ends[2];
	} parts = { .netns = netns_of(sock) };
	uint64_t key;

	if (!known && (!(sock->have & TC_HAVE_REMOTE_PORT) || !sock->remote_port))
		return 0;
	if (known) {
		parts.cookie = sock->cookie;
	} else {
		parts.ports = (uint64_t)sock->local_port << 16 | sock->remote_port;
		parts.ends[0] = sock->local;
		parts.ends[1] = sock->remote;
	}
	key = tc_hash(&parts, sizeof(parts), 0);
	return key + !key;
}

int tc_held_add(struct tc_held_list *list, const struct tc_sock *sock, const struct tc_party *party)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : FIRST_CAPACITY;
		struct tc_held *grown = NULL;

		if (capacity <= UINT32_MAX)
			grown = realloc(list->socks, capacity * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		list->socks = grown;
		list->capacity = capacity;
	}
	list->socks[list->count++] = (struct tc_held){
		.netns = netns_of(sock),
		.inode = party ? 0 : sock->inode,
		.connection = tc_held_connection(sock),
		.party = party,
		.local = sock->local,
		.remote = sock->remote,
		.ifindex = sock->have & TC_HAVE_IFINDEX ? sock->ifindex : 0,
		.local_port = sock->local_port,
		.remote_port = sock->remote_port,
		.direction = sock->direction,
	};
	return 0;
}

/* ---- Orders -------------------------------------------------------------------------- */

static int compare_remote(const void *one, const void *other, void *socks)
{
	const struct tc_held *held = socks;

	return compare_ends(remote_end(&held[*(const uint32_t *)one]),
			    remote_end(&held[*(const uint32_t *)other]));
}

static int compare_local(const void *one, const void *other, void *socks)
{
	const struct tc_held *held = socks;

	return compare_ends(local_end(&held[*(const uint32_t *)one]),
			    local_end(&held[*(const uint32_t *)other]));
}

static int make_order(const struct tc_held_list *list, enum tc_direction direction,
		      int (*compare)(const void *, const void *, void *),
		      struct tc_held_order *order)
{
	release_order(order);
	order->at = malloc((list->count + 1) * sizeof(*order->at));
	if (!order->at)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		if (list->socks[i].direction == direction)
			order->at[order->count++] = (uint32_t)i;
	order->memo = calloc(order->count + 1, sizeof(struct tc_party *));
	if (!order->memo)
		return -ENOMEM;
	if (order->count)
		qsort_r(order->at, order->count, sizeof(*order->at), compare, list->socks);
	return 0;
}

int tc_held_settle(struct tc_held_list *list)
{
	int err = make_order(list, TC_DIRECTION_OUT, compare_remote, &list->peers);

	return err ? err : make_order(list, TC_DIRECTION_LISTEN, compare_local, &list->listening);
}

/* The first place whose end is not below this one (`above`: that is above it). */
static size_t bound(const struct tc_held_list *list, const struct tc_held_order *order,
		    struct end (*end_of)(const struct tc_held *), struct end end, bool above)
{
	size_t low = 0, high = order->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_ends(end_of(&list->socks[order->at[middle]]), end) < (int)above)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct tc_held_run find_run(const struct tc_held_list *list,
				   const struct tc_held_order *order,
				   struct end (*end_of)(const struct tc_held *), struct end end)
{
	size_t first = bound(list, order, end_of, end, false);

	return (struct tc_held_run){
		.order = order,
		.first = first,
		.count = bound(list, order, end_of, end, true) - first,
	};
}

struct tc_held_run tc_held_peers(const struct tc_held_list *list, const struct tc_sock *sock)
{
	return find_run(list, &list->peers, remote_end,
			(struct end){ netns_of(sock), &sock->remote, sock->remote_port, 0 });
}

struct tc_held_run tc_held_listening(const struct tc_held_list *list, const struct tc_sock *sock)
{
	return find_run(list, &list->listening, local_end,
			(struct end){ netns_of(sock), &sock->local, sock->local_port,
				sock->have & TC_HAVE_IFINDEX ? sock->ifindex : 0 });
}
