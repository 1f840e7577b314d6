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

enum { TC_GLANCE_RETRANS = 8, TC_GLANCE_TIMERS = 5 };

struct tc_glance {
	/* By state, repetitions (the last: so many or more), timer, and whether it has an inode. */
	uint64_t sockets[TC_STATE_COUNT][TC_GLANCE_RETRANS][TC_GLANCE_TIMERS][2];
	tc_sink *listening; /* each socket in LISTEN */
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
