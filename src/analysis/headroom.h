/* SPDX-License-Identifier: MIT */
/*
 * headroom.h - how many more connections can be opened to each destination: pure arithmetic
 * over the sockets of one network namespace.
 *
 * connect(2) takes a port of the range (net/ipv4/inet_hashtables.c, __inet_hash_connect) that
 *   - is not reserved,
 *   - is not in a bind bucket that bind(2) has marked (fastreuse or fastreuseport not -1),
 *     whatever the addresses are: a listener, a bound socket, a connection of either,
 *   - has no connection between the same two addresses and to the same port, but for one in
 *     TIME_WAIT that may be taken over (net/ipv4/tcp_ipv4.c, tcp_twsk_unique).
 *
 * Whether bind(2) or connect(2) chose the port of a connection is known where eBPF tells it.
 * Else there are two bounds, and what is likely between them (headroom_infer.c).
 */
#ifndef TC_ANALYSIS_HEADROOM_H
#define TC_ANALYSIS_HEADROOM_H

#include "model/port_set.h"
#include "tcpcensus.h"

/* Who marked the bind bucket that a socket holds. */
enum tc_port_origin {
	TC_PORT_UNKNOWN,
	TC_PORT_CONNECT, /* nobody: connect(2) may choose the port for another destination */
	TC_PORT_BIND,	 /* bind(2): connect(2) passes over it */
};

/* A member of a fact or a rule that is not known. */
enum { TC_HEADROOM_UNKNOWN = -1 };

/* What is known of a socket beside its struct tc_sock. */
struct tc_headroom_fact {
	enum tc_port_origin origin; /* of the port, whoever holds it too */
	enum tc_port_origin choice; /* of this socket */
	int timestamps;	/* TIME_WAIT: whether the connection had them */
	int64_t age_ms; /* TIME_WAIT: since it began, however often it was prolonged */
};

#define TC_HEADROOM_NO_FACT \
	{ .timestamps = TC_HEADROOM_UNKNOWN, .age_ms = TC_HEADROOM_UNKNOWN }

/* The settings of the namespace. */
struct tc_headroom_rules {
	struct tc_port_set reserved;
	uint16_t low, high;
	int64_t tw_reuse;	/* 0, 1, 2 or unknown */
	int64_t tw_reuse_delay; /* milliseconds */
	int64_t timestamps;	/* 0, 1, 2 or unknown */
};

struct tc_headroom;

/* -ENOMEM; -EINVAL: a range that is none. */
int tc_headroom_new(const struct tc_headroom_rules *rules, struct tc_headroom **ret_headroom);
void tc_headroom_free(struct tc_headroom *headroom); /* accepts NULL */

/*
 * Adds a socket whose direction is resolved (owner/listener.h). What does not concern the range
 * is passed over. -ENOMEM.
 */
int tc_headroom_add(struct tc_headroom *headroom, const struct tc_sock *sock,
		    const struct tc_headroom_fact *fact);

/* A program named this port to bind(2): it is closed to every connect(2). */
void tc_headroom_close(struct tc_headroom *headroom, uint16_t port);

/* A destination to tell also where no socket is added to it. -ENOMEM. */
int tc_headroom_want(struct tc_headroom *headroom, const struct tc_addr *local,
		     const struct tc_addr *remote, uint16_t remote_port, uint32_t ifindex);

/*
 * Tells the destination of this socket; after the first call, only those that were named so or
 * wanted are told. tc_headroom_choose_none() makes that so before any.
 */
void tc_headroom_choose(struct tc_headroom *headroom, const struct tc_sock *sock);
void tc_headroom_choose_none(struct tc_headroom *headroom);

/*
 * What is only bound could not be read: so many sockets may hold a port each. UINT32_MAX: there is
 * no telling how few ports are free.
 */
void tc_headroom_lack_bound(struct tc_headroom *headroom, uint32_t count);

/* Computes the numbers; to be called once, after the last addition. -ENOMEM. */
int tc_headroom_finish(struct tc_headroom *headroom);

/* Adds the rates since an earlier, finished reading. -ENOMEM. */
int tc_headroom_rate(struct tc_headroom *now, const struct tc_headroom *before, double seconds);

/* The pool: range, reserved, taken. */
void tc_headroom_pool(const struct tc_headroom *headroom, struct tc_port_pool *pool);

/* The destinations, that with the fewest free ports first. */
size_t tc_headroom_count(const struct tc_headroom *headroom);
struct tc_destination *tc_headroom_at(const struct tc_headroom *headroom, size_t index);

#endif
