/* SPDX-License-Identifier: MIT */
/* listener.c - which listener a socket came in by; see listener.h. */
#include "owner/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "util/addr.h"

void tc_listeners_release(struct tc_listeners *listeners)
{
	free(listeners->socks);
	*listeners = (struct tc_listeners){ 0 };
}

/* Most sockets are those of clients: at once it is seen that nobody listens on their port. */
static void mark_port(struct tc_listeners *listeners, uint16_t port)
{
	listeners->ports[port / 64] |= UINT64_C(1) << port % 64;
}

static bool is_listened_on(const struct tc_listeners *listeners, uint16_t port)
{
	return listeners->ports[port / 64] >> port % 64 & 1;
}

int tc_listeners_add(struct tc_listeners *listeners, const struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (socks[i].state != TC_LISTEN || !(socks[i].have & TC_HAVE_LOCAL_PORT))
			continue;
		if (listeners->count == listeners->capacity) {
			size_t capacity = listeners->capacity ? listeners->capacity * 2 : 64;
			struct tc_sock *grown =
				realloc(listeners->socks, capacity * sizeof(*grown));

			if (!grown)
				return -ENOMEM;
			listeners->socks = grown;
			listeners->capacity = capacity;
		}
		mark_port(listeners, socks[i].local_port);
		listeners->socks[listeners->count] = socks[i];
		listeners->socks[listeners->count++].text = NULL; /* borrowed: soon gone */
	}
	return 0;
}

/* What is looked for in the order below. */
struct place {
	uint64_t netns;
	uint16_t port;
	bool own;		    /* an address of its own; else any, or only a name */
	const struct tc_addr *addr; /* of those with their own; NULL: before all of them */
};

static struct place place_of(const struct tc_sock *sock)
{
	bool own = (sock->have & TC_HAVE_LOCAL_ADDR) && !tc_addr_is_any(&sock->local);

	return (struct place){
		.netns = sock->have & TC_HAVE_NETNS ? sock->netns : 0,
		.port = sock->local_port,
		.own = own,
		.addr = own ? &sock->local : NULL,
	};
}

/*
 * By namespace and port, those that any address will do for before those with their own: a
 * machine may listen on one port at a thousand addresses, or in a thousand namespaces.
 */
static int compare_places(const struct place *one, const struct place *other)
{
	if (one->netns != other->netns)
		return one->netns < other->netns ? -1 : 1;
	if (one->port != other->port)
		return (int)one->port - (int)other->port;
	if (one->own != other->own)
		return one->own ? 1 : -1;
	if (!one->addr || !other->addr)
		return (one->addr != NULL) - (other->addr != NULL);
	return memcmp(one->addr->byte, other->addr->byte, sizeof(one->addr->byte));
}

static int compare_listeners(const void *one, const void *other)
{
	struct place a = place_of(one), b = place_of(other);

	return compare_places(&a, &b);
}

void tc_listeners_sort(struct tc_listeners *listeners)
{
	if (listeners->count)
		qsort(listeners->socks, listeners->count, sizeof(*listeners->socks),
		      compare_listeners);
}

/* The first listener that does not stand before the place. */
static size_t first_at(const struct tc_listeners *listeners, const struct place *place)
{
	size_t low = 0, high = listeners->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct place here = place_of(&listeners->socks[middle]);

		if (compare_places(&here, place) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * How well a listener fits: 3 the very address, 2 any address of the socket's family,
 * 1 [::] taking an IPv4 connection in (unless it is known to be IPv6 only), 0 not at all.
 */
static int fit(const struct tc_sock *listener, const struct tc_sock *sock)
{
	bool is4 = tc_addr_is4(&sock->local);

	if ((listener->have & sock->have & TC_HAVE_NETNS) && listener->netns != sock->netns)
		return 0;
	/* What a listener takes in is of its own family and bound to its device, if to any. */
	if ((listener->have & sock->have & TC_HAVE_FAMILY) && listener->family != sock->family)
		return 0;
	if ((listener->have & sock->have & TC_HAVE_IFINDEX) && listener->ifindex &&
	    listener->ifindex != sock->ifindex)
		return 0;
	if (!(listener->have & TC_HAVE_LOCAL_ADDR) || !(sock->have & TC_HAVE_LOCAL_ADDR))
		return 1; /* only named in the listing: the port has to do */
	if (tc_addr_equal(&listener->local, &sock->local))
		return 3;
	if (!tc_addr_is_any(&listener->local))
		return 0;
	if (tc_addr_is4(&listener->local))
		return is4 ? 2 : 0;
	return is4 ? !(listener->flags & TC_FLAG_V6ONLY) : 2;
}

/* The best of those in the place, if it fits better than the best so far. */
static void find_best(const struct tc_listeners *listeners, const struct tc_sock *sock,
		      const struct place *place, int *best_fit, const struct tc_sock **best)
{
	for (size_t i = first_at(listeners, place); i < listeners->count; i++) {
		struct place here = place_of(&listeners->socks[i]);
		int this_fit;

		if (here.netns != place->netns || here.port != place->port ||
		    here.own != place->own ||
		    (place->addr && compare_places(&here, place) != 0))
			break;
		this_fit = fit(&listeners->socks[i], sock);
		if (this_fit > *best_fit) {
			*best_fit = this_fit;
			*best = &listeners->socks[i];
		}
	}
}

static const struct tc_sock *find_in(const struct tc_listeners *listeners,
				     const struct tc_sock *sock, uint64_t netns)
{
	struct place place = place_of(sock);
	const struct tc_sock *best = NULL;
	int best_fit = 0;

	place.netns = netns;
	place.own = true;
	find_best(listeners, sock, &place, &best_fit, &best);
	place.own = false;
	place.addr = NULL;
	if (!best || !(sock->have & TC_HAVE_LOCAL_ADDR))
		find_best(listeners, sock, &place, &best_fit, &best);
	return best;
}

/* Listings of several origins: some say the namespace and some do not. */
static const struct tc_sock *find_anywhere(const struct tc_listeners *listeners,
					   const struct tc_sock *sock)
{
	const struct tc_sock *best = NULL;
	int best_fit = 0;

	for (size_t i = 0; i < listeners->count; i++) {
		int this_fit = listeners->socks[i].local_port == sock->local_port
				       ? fit(&listeners->socks[i], sock)
				       : 0;

		if (this_fit > best_fit) {
			best_fit = this_fit;
			best = &listeners->socks[i];
		}
	}
	return best;
}

static const struct tc_sock *find_listener(const struct tc_listeners *listeners,
					   const struct tc_sock *sock)
{
	const struct tc_sock *socks = listeners->socks;
	bool said = sock->have & TC_HAVE_NETNS;

	if (!listeners->count)
		return NULL;
	/* In their order the first has the smallest namespace, and 0 is: not said. */
	if ((said && !place_of(&socks[0]).netns) ||
	    (!said && place_of(&socks[listeners->count - 1]).netns))
		return find_anywhere(listeners, sock);
	return find_in(listeners, sock, said ? sock->netns : 0);
}

/*
 * Whether somebody asked us for the connection: SYN_RECV comes from LISTEN, or, for a full
 * socket, perhaps from a simultaneous open (RFC 9293 3.5), which tells nothing.
 */
static bool is_asked(const struct tc_sock *sock)
{
	return sock->state == TC_SYN_RECV &&
	       (!(sock->have & TC_HAVE_KIND) || sock->kind == TC_KIND_REQUEST);
}

static void resolve(const struct tc_listeners *listeners, struct tc_sock *sock)
{
	sock->listener = NULL;
	sock->direction = TC_DIRECTION_NONE;
	if (!(sock->have & TC_HAVE_LOCAL_PORT) || sock->state == TC_BOUND ||
	    sock->state == TC_CLOSED)
		return;
	/* SYN_SENT is the only state that a client alone can be in (RFC 9293 3.3.2). */
	if (sock->state != TC_SYN_SENT && is_listened_on(listeners, sock->local_port))
		sock->listener = find_listener(listeners, sock);
	if (sock->state == TC_LISTEN)
		sock->direction = TC_DIRECTION_LISTEN;
	else if (sock->listener || is_asked(sock))
		sock->direction = TC_DIRECTION_IN;
	else if (listeners->count || !(sock->flags & TC_FLAG_FOREIGN) || sock->state == TC_SYN_SENT)
		sock->direction = TC_DIRECTION_OUT;
}

void tc_listeners_resolve(const struct tc_listeners *listeners, struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		resolve(listeners, &socks[i]);
}
