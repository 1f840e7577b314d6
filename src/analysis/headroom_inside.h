/* SPDX-License-Identifier: MIT */
/* headroom_inside.h - what the files of headroom share; nobody else includes it. */
#ifndef TC_ANALYSIS_HEADROOM_INSIDE_H
#define TC_ANALYSIS_HEADROOM_INSIDE_H

#include "analysis/headroom.h"

/* What is known of a port of the range; bits of tc_headroom.port. */
enum {
	PORT_RESERVED = 1u << 0,
	PORT_BIND = 1u << 1,	  /* closed to connect(2) */
	PORT_CONNECT = 1u << 2,	  /* open to it, for other destinations */
	PORT_UNKNOWN = 1u << 3,	  /* a connection holds it, and nobody knows which it is */
	PORT_LIKELY_BIND = 1u << 4,
};

/* How what is not known is taken. */
enum headroom_view {
	VIEW_LEAST,  /* so that fewest ports are free */
	VIEW_LIKELY,
	VIEW_MOST,
	VIEW_COUNT
};

/* Bits of headroom_tuple.flags: in which views it may be taken over, and these. */
enum {
	TUPLE_TIME_WAIT = 1u << VIEW_COUNT,
	TUPLE_STATE = 2 * TUPLE_TIME_WAIT - 1,	 /* all of the above */
	TUPLE_BY_BIND = TUPLE_TIME_WAIT << 1,	 /* its port was chosen by bind(2) */
	TUPLE_BY_CONNECT = TUPLE_TIME_WAIT << 2, /* or not; neither: not known */
	TUPLE_TIMESTAMPS = TUPLE_TIME_WAIT << 3, /* had them, in TIME_WAIT */
	TUPLE_NO_TIMESTAMPS = TUPLE_TIME_WAIT << 4, /* had none; neither: not known */
};

/* A connection: 16 bytes, since there may be a million. */
struct headroom_tuple {
	uint64_t identity; /* see headroom.c, identity_of(); 0: not known */
	uint32_t destination;
	uint16_t port;
	uint8_t flags;
	uint8_t remaining; /* of TIME_WAIT, in steps of analysis/forecast.h */
};

enum { REMAINING_UNKNOWN = UINT8_MAX };

/* In an identity: it is the number of an inode, not a cookie. */
#define IDENTITY_INODE (UINT64_C(1) << 63)

struct headroom_destination {
	struct tc_destination told;
	size_t first, count; /* of its tuples, once they are sorted */
	bool chosen;
};

/* What holds a port and is no outbound connection: in the way of bind(2) to that address. */
struct headroom_holder {
	struct tc_addr addr;
	uint16_t port;
	bool v6only;
};

struct tc_headroom {
	struct tc_headroom_rules rules;
	uint8_t port[TC_PORT_COUNT];
	uint32_t open[VIEW_COUNT]; /* ports that connect(2) may choose, were there no tuples */
	struct headroom_tuple *tuples; /* by destination and port, once finished */
	size_t tuple_count, tuple_room;
	struct headroom_destination *destinations; /* in the order in which they were met */
	size_t destination_count, destination_room;
	struct headroom_holder *holders;
	size_t holder_count, holder_room;
	uint32_t *buckets; /* indices into destinations plus 1, by hash; 0: empty */
	size_t bucket_count;
	uint64_t seed;
	uint32_t *order; /* of the destinations to tell, once finished */
	size_t order_count;
	uint64_t *identities; /* of all tuples, sorted, once finished */
	bool choosing;
	uint32_t lacking_bound; /* that may hold a port each */
};

/* Whether connect(2) may choose the port, as far as bind(2) and the range go. */
bool tc_headroom_is_open(const struct tc_headroom *headroom, unsigned port,
			 enum headroom_view view);

/* The destination of these ends, or NULL. */
struct headroom_destination *tc_headroom_find(const struct tc_headroom *headroom,
					      const struct tc_addr *local,
					      const struct tc_addr *remote, uint16_t remote_port,
					      uint32_t ifindex);

/* The connection of a destination on this port, or NULL. The tuples are sorted. */
const struct headroom_tuple *tc_headroom_tuple_on(const struct tc_headroom *headroom,
						  const struct headroom_destination *destination,
						  uint16_t port);

/* Whether a connection of this identity is there; none: it is not. Once finished. */
bool tc_headroom_is_among(const struct tc_headroom *headroom, uint64_t identity);

/* Whether the settings let connect(2) take over, towards it, ports that TIME_WAIT holds. */
bool tc_headroom_may_reuse(const struct tc_headroom_rules *rules,
			   const struct tc_destination *told);

/* What the programs that use the destination have left. */
uint32_t tc_headroom_left(const struct tc_destination *told);

/* Judges the ports that nobody knows about. The tuples are sorted. -ENOMEM. */
int tc_headroom_infer(struct tc_headroom *headroom);

#endif
