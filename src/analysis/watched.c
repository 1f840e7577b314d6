/* SPDX-License-Identifier: MIT */
/* watched.c - half-closed sockets, from the first look to the last; see watched.h. */
#include "analysis/watched.h"

#include <errno.h>

enum {
	MOST = 65536, /* remembered, 2 MB: so that memory does not grow with the sockets */
	QUIET_MS = 60000,
	BUSY_MS = 10000, /* sent so shortly ago: to be seen to go on */
	WAS_QUIET = 1,
};

void tc_watched_release(struct tc_watched *watched)
{
	tc_map_release(&watched->inodes);
	*watched = (struct tc_watched){.taken = false};
}

static bool is_kept_alive(const struct tc_sock *sock)
{
	return sock->have & TC_HAVE_TIMER && sock->timer == TC_TIMER_KEEPALIVE;
}

static const struct tc_inside *times_of(const struct tc_sock *sock)
{
	const struct tc_inside *inside =
		sock->have & TC_HAVE_INSIDE && sock->text ? sock->text->inside : NULL;

	return inside && inside->have & TC_INSIDE_TIMES ? inside : NULL;
}

bool tc_watched_is_quiet(const struct tc_sock *sock)
{
	const struct tc_inside *inside = times_of(sock);

	return is_kept_alive(sock) && inside && inside->data_sent_ms >= QUIET_MS &&
	       inside->data_received_ms >= QUIET_MS;
}

static bool is_held(const struct tc_sock *sock)
{
	return sock->have & TC_HAVE_INODE && sock->inode;
}

static enum tc_watch watch_of(const struct tc_sock *sock)
{
	switch (sock->state) {
	case TC_CLOSE_WAIT:
		return TC_WATCH_CLOSE_WAIT;
	case TC_FIN_WAIT2:
		return TC_WATCH_FIN_WAIT2;
	default:
		return TC_WATCH_COUNT;
	}
}

/* Inode 0 is no key, and a socket is in one state at a time. */
static uint64_t key_of(const struct tc_sock *sock)
{
	return sock->inode * TC_WATCH_COUNT + watch_of(sock);
}

static bool is_sent_to(const struct tc_sock *sock)
{
	const struct tc_inside *inside = times_of(sock);

	return sock->state == TC_CLOSE_WAIT && inside && inside->data_sent_ms < BUSY_MS;
}

/*
 * Without keepalive the time since the peer was heard tells, where it was read, but for one that a
 * program still sends to: there the peer is heard for as long as that goes on.
 */
static bool is_worth_it(const struct tc_sock *sock)
{
	return watch_of(sock) < TC_WATCH_COUNT && is_held(sock) &&
	       (is_kept_alive(sock) || !times_of(sock) || is_sent_to(sock));
}

int tc_watched_add(struct tc_watched *watched, const struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t *value;

		if (!is_worth_it(&socks[i]))
			continue;
		if (watched->inodes.count >= MOST) {
			watched->whole = false;
			return 0;
		}
		value = tc_map_put(&watched->inodes, key_of(&socks[i]));
		if (!value)
			return -ENOMEM;
		if (*value || !tc_watched_is_quiet(&socks[i]))
			continue;
		*value = WAS_QUIET;
		watched->quiet[watch_of(&socks[i])]++;
	}
	return 0;
}

void tc_watched_see(struct tc_watched *watched, const struct tc_sock *sock)
{
	enum tc_watch watch = watch_of(sock);
	uint64_t value;

	if (watch < TC_WATCH_COUNT && is_held(sock) &&
	    tc_map_get(&watched->inodes, key_of(sock), &value) && value == WAS_QUIET)
		watched->again[watch]++;
}

enum tc_watched_as tc_watched_find(const struct tc_watched *watched, const struct tc_sock *sock)
{
	uint64_t value;

	if (!watched || !watched->taken || watch_of(sock) == TC_WATCH_COUNT || !is_held(sock))
		return TC_WATCHED_UNKNOWN;
	if (tc_map_get(&watched->inodes, key_of(sock), &value))
		return TC_WATCHED_AGAIN;
	return watched->whole ? TC_WATCHED_NEW : TC_WATCHED_UNKNOWN;
}
