/* SPDX-License-Identifier: MIT */
/*
 * glance.h - what a source can tell in passing while it counts by state.
 *
 * A census reads nothing of a socket but its state. The rest of its record has come along: so
 * sockets are also counted by what symptoms look at, in a table that fits the cache, and what
 * listens is handed on, as there is little of it.
 */
#ifndef TC_MODEL_GLANCE_H
#define TC_MODEL_GLANCE_H

#include "tcpcensus.h"

enum { TC_GLANCE_RETRANS = 8, TC_GLANCE_TIMERS = 5, TC_GLANCE_FAR = 1024 };

/*
 * Enough of both ends of connections to say that no port can be short, in tables that fit the
 * cache: no address and port has more connections to it than its place in `far`, which is that of
 * others, too; and no local port is taken but those in `near`. Of very many connections only one in
 * `every` is looked at, by chance, and stands for as many: then there are more, see
 * tc_glance_ends_most(), and of `near` nothing is known.
 */
struct tc_glance_ends {
	uint32_t far[TC_GLANCE_FAR]; /* connections, by a hash of the remote address and port */
	uint64_t near[65536 / 64];   /* a bit for each local port, from the lowest of a word */
	uint32_t every;		     /* 0 or 1: each was looked at */
	bool is_unknown;	     /* the source has not looked at them */
};

static inline void tc_glance_ends_add(struct tc_glance_ends *ends, uint32_t address,
				      uint16_t remote_port, uint16_t local_port)
{
	uint32_t key = (address ^ (uint32_t)remote_port << 16) * 0x9e3779b1u;

	ends->far[key >> 22]++;
	ends->near[local_port / 64] |= UINT64_C(1) << local_port % 64;
}

/*
 * The most that there can be to one address and port: where not all were looked at, so many that
 * chance hides more of them once in a million times.
 */
uint64_t tc_glance_ends_most(const struct tc_glance_ends *ends);

/* How many of these local ports are taken; all, where not each connection was looked at. */
uint64_t tc_glance_ends_taken(const struct tc_glance_ends *ends, uint16_t low, uint16_t high);

struct tc_glance {
	/* By state, repetitions (the last: so many or more), timer, and whether it has an inode. */
	uint64_t sockets[TC_STATE_COUNT][TC_GLANCE_RETRANS][TC_GLANCE_TIMERS][2];
	struct tc_glance_ends ends; /* of all but those in LISTEN and BOUND */
	tc_sink *listening;	    /* each socket in LISTEN */
	void *context;
};

static inline void tc_glance_count(struct tc_glance *glance, enum tc_state state, unsigned retrans,
				   unsigned timer, bool has_inode)
{
	if (retrans >= TC_GLANCE_RETRANS)
		retrans = TC_GLANCE_RETRANS - 1;
	if (timer < TC_GLANCE_TIMERS)
		glance->sockets[state][retrans][timer][has_inode]++;
}

/*
 * Hands the sockets that were counted to the sink, those that are alike as one record. The kind
 * of SYN_RECV is not known, and of no socket more than the members that are counted by.
 */
int tc_glance_each(const struct tc_glance *glance, tc_sink *sink, void *context);

#endif
