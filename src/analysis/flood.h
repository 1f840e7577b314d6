/* SPDX-License-Identifier: MIT */
/*
 * flood.h - whether handshakes that nobody finishes are a flood.
 *
 * SYN_RECV alone does not tell a flood from slow peers, so three things are looked at: whether a
 * queue is short of room, whether the SYN+ACKs had to be sent again, and between how many peers
 * they are divided. Where cookies are sent, how many come back tells it best; but from a few
 * peers it is no flood whatever comes back, for these can be called by their names.
 */
#ifndef TC_ANALYSIS_FLOOD_H
#define TC_ANALYSIS_FLOOD_H

#include "analysis/facts.h"

enum tc_likeness { TC_LIKE_NO, TC_LIKE_YES, TC_LIKE_UNKNOWN };

/* What a queue without room made of SYNs in the interval. */
struct tc_flood_pressure {
	uint64_t dropped;  /* by a full queue (TCPReqQFullDrop) */
	uint64_t unproven; /* by tcp_max_syn_backlog, the cookies being off */
	uint64_t cookies;  /* TCPReqQFullDoCookies */
	bool is_known;	   /* all were read */
	bool is_crowded;   /* a queue is more than half full, with many silent handshakes */
	bool is_full;	   /* there is a queue that takes no more */
};

struct tc_flood_pressure tc_flood_pressure(const struct tc_facts *facts);

/* Whether SYNs found no room, or soon will. */
bool tc_flood_is_pressed(const struct tc_flood_pressure *pressure);

/*
 * Whether most handshakes at a listener are silent, and of different peers: by its own room, and by
 * what was turned away in its namespace where it is full, since the kernel does not count by
 * listener.
 */
enum tc_likeness tc_flood_at(const struct tc_facts *facts, const struct tc_listener *listener);

/* The same of the listener that is worst off; where queues were not read, of all together. */
enum tc_likeness tc_flood_likeness(const struct tc_facts *facts);

struct tc_flood_listener {
	const struct tc_listener *listener;
	enum tc_likeness likeness;
};

/* Those that look like it, or may, `most` of them at the most, the worst first; how many are so. */
size_t tc_flood_listeners(const struct tc_facts *facts, size_t most,
			  struct tc_flood_listener ret_worst[]);

/* What some listeners have together. */
struct tc_flood_part {
	size_t listeners; /* with silent handshakes, or flooded */
	uint64_t requests, silent;
	uint64_t peers; /* of the silent ones; those of several listeners may be the same */
	bool has_peers;
};

/*
 * What flooded listeners have, and what the others have, but for those that let nobody in: last ACKs
 * do come there. False: of no listener it is known to be a flood.
 */
bool tc_flood_parts(const struct tc_facts *facts, struct tc_flood_part *ret_flooded,
		    struct tc_flood_part *ret_others);

/* Pressed, and one by its likeness. */
bool tc_flood_is_one(const struct tc_facts *facts);

#endif
