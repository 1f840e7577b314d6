/* SPDX-License-Identifier: MIT */
/* headroom.c - collects the sockets that matter to the ports of a namespace; see headroom.h. */
#include "analysis/headroom_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "analysis/forecast.h"
#include "util/addr.h"
#include "util/hash.h"
#include "util/macro.h"

enum { FIRST_ROOM = 64, LOOPBACK_IFINDEX = 1, TIME_WAIT_MS = 60 * 1000 };

/* Makes room for one more element. */
static int grow(void *array_pointer, size_t *room, size_t count, size_t element)
{
	void **array = array_pointer, *larger;
	size_t wanted = *room ? 2 * *room : FIRST_ROOM;

	if (count < *room)
		return 0;
	larger = reallocarray(*array, wanted, element);
	if (!larger)
		return -ENOMEM;
	*array = larger;
	*room = wanted;
	return 0;
}

int tc_headroom_new(const struct tc_headroom_rules *rules, struct tc_headroom **ret_headroom)
{
	struct tc_headroom *headroom;

	if (!rules->low || rules->low > rules->high)
		return -EINVAL;
	headroom = calloc(1, sizeof(*headroom));
	if (!headroom)
		return -ENOMEM;
	headroom->rules = *rules;
	for (unsigned port = rules->low; port <= rules->high; port++)
		if (tc_port_set_has(&rules->reserved, port))
			headroom->port[port] = PORT_RESERVED;
	/*
	 * Of three ports connect(2) and bind(2) try the first two alone (remaining &= ~1 in
	 * __inet_hash_connect and inet_csk_find_open_port): nobody is given the third.
	 */
	if (rules->high - rules->low == 2)
		headroom->port[rules->high] = PORT_RESERVED;
	if (getrandom(&headroom->seed, sizeof(headroom->seed), GRND_NONBLOCK) < 0)
		headroom->seed = (uintptr_t)headroom; /* early in boot: no secret, still correct */
	*ret_headroom = headroom;
	return 0;
}

void tc_headroom_free(struct tc_headroom *headroom)
{
	if (!headroom)
		return;
	free(headroom->tuples);
	free(headroom->destinations);
	free(headroom->holders);
	free(headroom->buckets);
	free(headroom->order);
	free(headroom->identities);
	free(headroom);
}

/* ---- Destinations -------------------------------------------------------------------- */

static uint64_t hash_ends(const struct tc_headroom *headroom, const struct tc_addr *local,
			  const struct tc_addr *remote, uint16_t remote_port, uint32_t ifindex)
{
	uint8_t bytes[16 + 16 + 2 + 4];

	memcpy(bytes, local->byte, 16);
	memcpy(bytes + 16, remote->byte, 16);
	memcpy(bytes + 32, &remote_port, 2);
	memcpy(bytes + 34, &ifindex, 4);
	return tc_hash(bytes, sizeof(bytes), headroom->seed);
}

static bool has_ends(const struct tc_destination *destination, const struct tc_addr *local,
		     const struct tc_addr *remote, uint16_t remote_port, uint32_t ifindex)
{
	return destination->remote_port == remote_port && destination->ifindex == ifindex &&
	       tc_addr_equal(&destination->local, local) &&
	       tc_addr_equal(&destination->remote, remote);
}

struct headroom_destination *tc_headroom_find(const struct tc_headroom *headroom,
					      const struct tc_addr *local,
					      const struct tc_addr *remote, uint16_t remote_port,
					      uint32_t ifindex)
{
	size_t mask = headroom->bucket_count - 1, at;

	if (!headroom->bucket_count)
		return NULL;
	at = hash_ends(headroom, local, remote, remote_port, ifindex) & mask;
	for (; headroom->buckets[at]; at = (at + 1) & mask) {
		struct headroom_destination *found =
			&headroom->destinations[headroom->buckets[at] - 1];

		if (has_ends(&found->told, local, remote, remote_port, ifindex))
			return found;
	}
	return NULL;
}

static void put_in_bucket(struct tc_headroom *headroom, uint32_t index)
{
	const struct tc_destination *told = &headroom->destinations[index].told;
	size_t mask = headroom->bucket_count - 1;
	size_t at = hash_ends(headroom, &told->local, &told->remote, told->remote_port,
			      told->ifindex) & mask;

	while (headroom->buckets[at])
		at = (at + 1) & mask;
	headroom->buckets[at] = index + 1;
}

/* Keeps the table at most half full. */
static int grow_buckets(struct tc_headroom *headroom)
{
	size_t wanted =
		headroom->bucket_count ? 2 * headroom->bucket_count : (size_t)2 * FIRST_ROOM;
	uint32_t *larger;

	if (2 * (headroom->destination_count + 1) <= headroom->bucket_count)
		return 0;
	larger = calloc(wanted, sizeof(*larger));
	if (!larger)
		return -ENOMEM;
	free(headroom->buckets);
	headroom->buckets = larger;
	headroom->bucket_count = wanted;
	for (size_t i = 0; i < headroom->destination_count; i++)
		put_in_bucket(headroom, (uint32_t)i);
	return 0;
}

static int find_or_add(struct tc_headroom *headroom, const struct tc_destination *wanted,
		       uint32_t *ret_index)
{
	struct headroom_destination *found =
		tc_headroom_find(headroom, &wanted->local, &wanted->remote, wanted->remote_port,
				 wanted->ifindex);

	if (found) {
		*ret_index = (uint32_t)(found - headroom->destinations);
		return 0;
	}
	if (grow(&headroom->destinations, &headroom->destination_room, headroom->destination_count,
		 sizeof(*headroom->destinations)) < 0 ||
	    grow_buckets(headroom) < 0)
		return -ENOMEM;
	*ret_index = (uint32_t)headroom->destination_count;
	headroom->destinations[headroom->destination_count++] =
		(struct headroom_destination){ .told = *wanted };
	put_in_bucket(headroom, *ret_index);
	return 0;
}

int tc_headroom_want(struct tc_headroom *headroom, const struct tc_addr *local,
		     const struct tc_addr *remote, uint16_t remote_port, uint32_t ifindex)
{
	struct tc_destination wanted = {
		.local = *local,
		.remote = *remote,
		.remote_port = remote_port,
		.ifindex = ifindex,
	};
	uint32_t index;
	int err = find_or_add(headroom, &wanted, &index);

	if (!err)
		headroom->destinations[index].chosen = true;
	return err;
}

void tc_headroom_choose_none(struct tc_headroom *headroom)
{
	headroom->choosing = true;
}

void tc_headroom_choose(struct tc_headroom *headroom, const struct tc_sock *sock)
{
	struct headroom_destination *found = tc_headroom_find(
		headroom, &sock->local, &sock->remote, sock->remote_port, sock->ifindex);

	headroom->choosing = true;
	if (found)
		found->chosen = true;
}

/* ---- Sockets ------------------------------------------------------------------------- */

static bool is_in_range(const struct tc_headroom *headroom, uint16_t port)
{
	return port >= headroom->rules.low && port <= headroom->rules.high;
}

void tc_headroom_close(struct tc_headroom *headroom, uint16_t port)
{
	if (is_in_range(headroom, port))
		headroom->port[port] |= PORT_BIND;
}

void tc_headroom_lack_bound(struct tc_headroom *headroom, uint32_t count)
{
	headroom->lacking_bound = count;
}

static void learn_port(struct tc_headroom *headroom, const struct tc_sock *sock,
		       enum tc_port_origin origin)
{
	static const uint8_t bits[] = {
		[TC_PORT_UNKNOWN] = PORT_UNKNOWN,
		[TC_PORT_CONNECT] = PORT_CONNECT,
		[TC_PORT_BIND] = PORT_BIND,
	};

	if (origin == TC_PORT_UNKNOWN && sock->flags & TC_FLAG_BIND_NO_PORT)
		origin = TC_PORT_CONNECT;
	headroom->port[sock->local_port] |= bits[origin];
}

static int add_holder(struct tc_headroom *headroom, const struct tc_sock *sock)
{
	if (grow(&headroom->holders, &headroom->holder_room, headroom->holder_count,
		 sizeof(*headroom->holders)) < 0)
		return -ENOMEM;
	headroom->holders[headroom->holder_count++] = (struct headroom_holder){
		.addr = sock->local,
		.port = sock->local_port,
		.v6only = sock->flags & TC_FLAG_V6ONLY,
	};
	return 0;
}

/* Whether tcp_tw_reuse concerns this connection; with 2, only one that does not leave here. */
static bool reuse_applies(const struct tc_headroom_rules *rules, const struct tc_sock *sock)
{
	if (rules->tw_reuse != 2)
		return rules->tw_reuse == 1;
	return sock->ifindex == LOOPBACK_IFINDEX || tc_addr_is_loopback(&sock->local) ||
	       tc_addr_is_loopback(&sock->remote);
}

/* The views in which a connection in TIME_WAIT may be taken over now. */
static uint8_t reuse_views(const struct tc_headroom_rules *rules, const struct tc_sock *sock,
			   const struct tc_headroom_fact *fact)
{
	bool unknown = rules->tw_reuse == TC_HEADROOM_UNKNOWN;
	int64_t age = fact->age_ms;
	int64_t timestamps = fact->timestamps;
	uint8_t views = 0;

	if ((!unknown && !reuse_applies(rules, sock)) || timestamps == 0)
		return 0;
	if (age == TC_HEADROOM_UNKNOWN || age > rules->tw_reuse_delay)
		views |= 1u << VIEW_MOST;
	if (age == TC_HEADROOM_UNKNOWN && sock->have & TC_HAVE_EXPIRES) /* if not prolonged */
		age = TIME_WAIT_MS - (int64_t)sock->expires_ms;
	if (timestamps == TC_HEADROOM_UNKNOWN)
		timestamps = rules->timestamps;
	if (!unknown && timestamps > 0 && age > rules->tw_reuse_delay)
		views |= 1u << VIEW_LIKELY;
	if (!unknown && fact->timestamps > 0 && fact->age_ms > rules->tw_reuse_delay)
		views |= 1u << VIEW_LEAST;
	return views;
}

/*
 * What tells a connection from a later one on the same port: the cookie, which stays when a socket
 * becomes a minisocket (inet_twsk_alloc); without, the inode of a socket that a program holds.
 */
static uint64_t identity_of(const struct tc_sock *sock)
{
	if (sock->have & TC_HAVE_COOKIE)
		return sock->cookie;
	return sock->have & TC_HAVE_INODE && sock->inode ? sock->inode | IDENTITY_INODE : 0;
}

/* One that has gone on for longer was prolonged, or its age is that of its last timestamp. */
static uint8_t remaining_of(const struct tc_sock *sock, const struct tc_headroom_fact *fact)
{
	enum { LATE_MS = 5000 }; /* that the timer of the kernel may be */
	int64_t left = TIME_WAIT_MS - fact->age_ms;

	if (sock->have & TC_HAVE_EXPIRES)
		left = sock->expires_ms;
	else if (fact->age_ms == TC_HEADROOM_UNKNOWN || left < -LATE_MS)
		return REMAINING_UNKNOWN;
	if (left < 0)
		return 0;
	return (uint8_t)(left < TIME_WAIT_MS ? left * TC_FLOW_STEPS / TIME_WAIT_MS : TC_FLOW_STEPS);
}

static int add_tuple(struct tc_headroom *headroom, const struct tc_sock *sock,
		     const struct tc_headroom_fact *fact)
{
	struct tc_destination destination = {
		.local = sock->local,
		.remote = sock->remote,
		.remote_port = sock->remote_port,
		.ifindex = sock->have & TC_HAVE_IFINDEX ? sock->ifindex : 0,
		.netns = sock->have & TC_HAVE_NETNS ? sock->netns : 0,
	};
	struct headroom_tuple tuple = {
		.identity = identity_of(sock),
		.port = sock->local_port,
		.remaining = remaining_of(sock, fact),
	};
	int err = find_or_add(headroom, &destination, &tuple.destination);

	if (err || grow(&headroom->tuples, &headroom->tuple_room, headroom->tuple_count,
			sizeof(*headroom->tuples)) < 0)
		return -ENOMEM;
	if (fact->choice != TC_PORT_UNKNOWN)
		tuple.flags = fact->choice == TC_PORT_BIND ? TUPLE_BY_BIND : TUPLE_BY_CONNECT;
	if (sock->state == TC_TIME_WAIT)
		tuple.flags |= TUPLE_TIME_WAIT | reuse_views(&headroom->rules, sock, fact) |
			       (fact->timestamps > 0    ? TUPLE_TIMESTAMPS
				: fact->timestamps == 0 ? TUPLE_NO_TIMESTAMPS
							: 0);
	headroom->tuples[headroom->tuple_count++] = tuple;
	return 0;
}

/* Inbound connections share the port of their listener, and its mark. */
static bool is_holder(const struct tc_sock *sock)
{
	return sock->state == TC_LISTEN || sock->state == TC_BOUND ||
	       sock->direction == TC_DIRECTION_IN || !sock->remote_port;
}

int tc_headroom_add(struct tc_headroom *headroom, const struct tc_sock *sock,
		    const struct tc_headroom_fact *fact)
{
	if (!(sock->have & TC_HAVE_LOCAL_PORT) || !is_in_range(headroom, sock->local_port))
		return 0;
	if (sock->have & TC_HAVE_KIND && sock->kind == TC_KIND_REQUEST)
		return 0; /* the port is its listener's */
	if (is_holder(sock)) {
		learn_port(headroom, sock, TC_PORT_BIND);
		return add_holder(headroom, sock);
	}
	if (!(sock->have & TC_HAVE_REMOTE_PORT) || !(sock->have & TC_HAVE_REMOTE_ADDR) ||
	    !(sock->have & TC_HAVE_LOCAL_ADDR))
		return 0;
	learn_port(headroom, sock, fact->origin);
	return add_tuple(headroom, sock, fact);
}
