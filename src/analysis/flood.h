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

/* Most handshakes are silent, and of different peers; `pressure` is of these facts. */
enum tc_likeness tc_flood_likeness(const struct tc_facts *facts,
				   const struct tc_flood_pressure *pressure);

/* Both. */
bool tc_flood_is_one(const struct tc_facts *facts);

#endif
