/* SPDX-License-Identifier: MIT */
/* listener.c - which listener a socket came in by; see listener.h. */
#include "owner/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "util/addr.h"

void tc_listeners_release(struct tc_listeners *listeners)
{
	free(listeners->socks);
	*listeners = (struct tc_listeners){ 0 };
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
		listeners->socks[listeners->count] = socks[i];
		listeners->socks[listeners->count++].text = NULL; /* borrowed: soon gone */
	}
	return 0;
}

static int compare_ports(const void *one, const void *other)
{
	return (int)((const struct tc_sock *)one)->local_port -
	       (int)((const struct tc_sock *)other)->local_port;
}

void tc_listeners_sort(struct tc_listeners *listeners)
{
	if (listeners->count)
		qsort(listeners->socks, listeners->count, sizeof(*listeners->socks),
		      compare_ports);
}

/* The first listener on a port or above. */
static size_t first_on_port(const struct tc_listeners *listeners, uint16_t port)
{
	size_t low = 0, high = listeners->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (listeners->socks[middle].local_port < port)
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

static const struct tc_sock *find_listener(const struct tc_listeners *listeners,
					   const struct tc_sock *sock)
{
	const struct tc_sock *best = NULL;
	int best_fit = 0;

	for (size_t i = first_on_port(listeners, sock->local_port);
	     i < listeners->count && listeners->socks[i].local_port == sock->local_port; i++) {
		int this_fit = fit(&listeners->socks[i], sock);

		if (this_fit > best_fit) {
			best_fit = this_fit;
			best = &listeners->socks[i];
		}
	}
	return best;
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
	if (sock->state != TC_SYN_SENT)
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
