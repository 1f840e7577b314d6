/* SPDX-License-Identifier: MIT */
/*
 * watched.h - half-closed sockets that keepalive keeps fresh, from the first look to the last.
 *
 * How long a socket has been half closed the kernel does not say. Since its peer was last heard is
 * as long or shorter; but each answer to a keepalive probe is the peer being heard
 * (net/ipv4/tcp_input.c, tcp_ack), so with SO_KEEPALIVE that is seconds, for ever. Since data last
 * came is as long or longer, since a bare FIN is no data. What does not lie is to see the same
 * socket twice: so those of the first look are remembered, by inode, which every source tells, and
 * which a socket keeps as long as a program holds it.
 */
#ifndef TC_ANALYSIS_WATCHED_H
#define TC_ANALYSIS_WATCHED_H

#include "tcpcensus.h"
#include "util/map.h"

/* In which states: the program has to close, or waits for the peer to do so. */
enum tc_watch { TC_WATCH_CLOSE_WAIT, TC_WATCH_FIN_WAIT2, TC_WATCH_COUNT };

struct tc_watched {
	bool taken;	   /* there was a first look, with what it takes */
	bool whole;	   /* every one was remembered */
	uint64_t apart_ms; /* from that look to the last, at the least */
	struct tc_map inodes;
	uint64_t quiet[TC_WATCH_COUNT]; /* of the first look, see tc_watched_is_quiet() */
	uint64_t again[TC_WATCH_COUNT]; /* of these, seen in the last look */
};

void tc_watched_release(struct tc_watched *watched);

/* Remembers those of the first look that are worth it. -ENOMEM. */
int tc_watched_add(struct tc_watched *watched, const struct tc_sock *socks, size_t count);

/* In the last look: counts it, if it is one of those. */
void tc_watched_see(struct tc_watched *watched, const struct tc_sock *sock);

enum tc_watched_as {
	TC_WATCHED_NEW,	    /* it was not in this state then */
	TC_WATCHED_AGAIN,   /* it was */
	TC_WATCHED_UNKNOWN, /* nobody looked, or it was one too many to remember */
};

enum tc_watched_as tc_watched_find(const struct tc_watched *watched, const struct tc_sock *sock);

/* Whether keepalive is at work on it, and neither side has sent data for a minute or more. */
bool tc_watched_is_quiet(const struct tc_sock *sock);

#endif
