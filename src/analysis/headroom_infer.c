/* SPDX-License-Identifier: MIT */
/*
 * headroom_infer.c - who chose a port, where the kernel does not tell.
 *
 * Two things give it away:
 *   - bind(2) never gives a port to two sockets of one address, so what connections to several
 *     destinations share was chosen by connect(2);
 *   - connect(2) tries the ports of the parity of the range's first port before the others
 *     (__inet_hash_connect), and bind(2) the other way round (inet_csk_find_open_port), each
 *     until there is nothing left.
 */
#include "analysis/headroom_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/addr.h"
#include "util/macro.h"

/* A sixteenth left counts as nothing left: what used it may have been closed since. */
enum { LEFT_OVER = 16 };

/*
 * And half of the parity that connect(2) begins with, before it is said that it had no reason to go
 * on: what used it up is the oldest, and the first to be closed.
 */
enum { LEFT_OF_FIRST = 2 };

/* The address that last had a connection on a port, as an index into destinations plus 1. */
static void find_shared(struct tc_headroom *headroom, uint32_t *last)
{
	for (size_t i = 0; i < headroom->tuple_count; i++) {
		const struct headroom_tuple *tuple = &headroom->tuples[i];
		const struct headroom_destination *all = headroom->destinations;
		uint32_t before = last[tuple->port];

		if (before && before - 1 != tuple->destination &&
		    tc_addr_equal(&all[before - 1].told.local, &all[tuple->destination].told.local))
			headroom->port[tuple->port] |= PORT_CONNECT;
		last[tuple->port] = tuple->destination + 1;
	}
}

static bool is_of_first_parity(const struct tc_headroom *headroom, unsigned port)
{
	return (port - headroom->rules.low) % 2 == 0;
}

/* How many ports of the first parity, or of the other, connect(2) could choose at best. */
static uint32_t count_open(const struct tc_headroom *headroom, bool first_parity)
{
	uint32_t count = 0;

	for (unsigned port = headroom->rules.low; port <= headroom->rules.high; port++)
		if (is_of_first_parity(headroom, port) == first_parity &&
		    tc_headroom_is_open(headroom, port, VIEW_MOST))
			count++;
	return count;
}

static bool is_to_judge(const struct tc_headroom *headroom, unsigned port)
{
	return (headroom->port[port] & (PORT_UNKNOWN | PORT_CONNECT | PORT_BIND)) == PORT_UNKNOWN;
}

/* Whether connect(2) to this destination had reason to go on to the other parity. */
static bool has_used_first(const struct tc_headroom *headroom,
			   const struct headroom_destination *destination, uint32_t first_open)
{
	uint32_t used = 0;

	for (size_t i = 0; i < destination->count; i++)
		if (is_of_first_parity(headroom, headroom->tuples[destination->first + i].port))
			used++;
	return used + first_open / LEFT_OF_FIRST >= first_open;
}

/* Ports of the other parity that connect(2) had no reason to choose. Returns how many. */
static uint32_t judge_other_parity(struct tc_headroom *headroom, uint32_t first_open)
{
	uint32_t likely = 0;

	for (size_t d = 0; d < headroom->destination_count; d++) {
		const struct headroom_destination *destination = &headroom->destinations[d];
		bool reason = has_used_first(headroom, destination, first_open);

		for (size_t i = 0; i < destination->count && !reason; i++) {
			unsigned port = headroom->tuples[destination->first + i].port;

			if (!is_of_first_parity(headroom, port) && is_to_judge(headroom, port) &&
			    !(headroom->port[port] & PORT_LIKELY_BIND)) {
				headroom->port[port] |= PORT_LIKELY_BIND;
				likely++;
			}
		}
	}
	return likely;
}

int tc_headroom_infer(struct tc_headroom *headroom)
{
	tc_auto_free uint32_t *last = calloc(TC_PORT_COUNT, sizeof(*last));
	uint32_t other_open, likely;

	if (!last)
		return -ENOMEM;
	find_shared(headroom, last);
	other_open = count_open(headroom, false);
	likely = judge_other_parity(headroom, count_open(headroom, true));
	if (!likely || likely + other_open / LEFT_OVER < other_open)
		return 0;
	/* bind(2) has used up the other parity, so the first one is its own as well. */
	for (unsigned port = headroom->rules.low; port <= headroom->rules.high; port++)
		if (is_to_judge(headroom, port))
			headroom->port[port] |= PORT_LIKELY_BIND;
	return 0;
}
