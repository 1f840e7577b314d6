/* SPDX-License-Identifier: MIT */
/*
 * listener.h - which listener a socket came in by, and so which way the connection goes.
 *
 * The kernel does not record who opened a connection. It can be told by the local port: a
 * socket whose local address and port somebody listens on came in by that listener.
 */
#ifndef TC_OWNER_LISTENER_H
#define TC_OWNER_LISTENER_H

#include "tcpcensus.h"

struct tc_listeners {
	struct tc_sock *socks; /* owned copies, without text */
	size_t count, capacity;
	uint64_t ports[1024]; /* a bit for each port that any of them is on */
};

void tc_listeners_release(struct tc_listeners *listeners);

/* Remembers those of the sockets that listen. -ENOMEM. */
int tc_listeners_add(struct tc_listeners *listeners, const struct tc_sock *socks, size_t count);

/* Makes them fit to be searched; to be called once after the last addition. */
void tc_listeners_sort(struct tc_listeners *listeners);

/*
 * Sets direction and listener of the sockets. A connection is in where a listener has its
 * local port and its address or any, of its namespace, family and device; else out. What is
 * neither connected nor listening, or has no local port, gets TC_DIRECTION_NONE; and so does
 * what only listeners could tell in a listing that has none (ss and netstat without -a).
 */
void tc_listeners_resolve(const struct tc_listeners *listeners, struct tc_sock *socks,
			  size_t count);

#endif
