/* SPDX-License-Identifier: MIT */
/*
 * headroom_rate.c - what has become of the ports between two looks: how many connections were
 * opened, and how long the rest lasts.
 *
 * Ports are taken by connections of the destination itself, and, from all destinations alike, by
 * bind(2). Of both it is counted how many came into TIME_WAIT, and how many more or fewer are held
 * by something else: the sum of these is what has been taken.
 */
#include "analysis/headroom_inside.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/forecast.h"
#include "util/macro.h"

static const double time_wait_seconds = 60;

/* ---- New connections ----------------------------------------------------------------- */

/* What has become of a connection that is there now. */
enum opening { OPENED, WAS_THERE, PERHAPS_OPENED };

/* Two that are of one kind and differ are of two connections; a cookie and an inode tell nothing.
 */
static bool are_comparable(uint64_t one, uint64_t other)
{
	return one && other && (one & IDENTITY_INODE) == (other & IDENTITY_INODE);
}

/*
 * Without identities, one that had its port then may be the same or another: the port may have
 * come back in between. Only out of TIME_WAIT no connection comes back itself.
 */
static enum opening opening_of(const struct tc_headroom *before,
			       const struct headroom_tuple *earlier,
			       const struct headroom_tuple *tuple)
{
	if (tc_headroom_is_among(before, tuple->identity))
		return WAS_THERE;
	if (!earlier || are_comparable(earlier->identity, tuple->identity) ||
	    (earlier->flags & ~tuple->flags & TUPLE_TIME_WAIT))
		return OPENED;
	return PERHAPS_OPENED;
}

/* ---- How ports are taken, and come back ---------------------------------------------- */

/* What is counted of ports, to make a flow of it. */
struct count {
	uint32_t waiting;	/* in TIME_WAIT, and not to be taken over */
	uint32_t unsure;	/* of these, how many do not tell since when */
	uint32_t entered;	/* of these, since the earlier look */
	uint32_t begun, ended;	/* held by something else now and not then, and the other way */
};

/* They wait for less than TIME_WAIT where connect(2) takes them over sooner. */
static void add_waiting(struct tc_flow *flow, struct count *count, uint8_t remaining)
{
	int sooner = TC_FLOW_STEPS - (int)(flow->waits * TC_FLOW_STEPS_A_SECOND);
	int step = remaining > sooner ? remaining - sooner : 0;

	count->waiting++;
	if (remaining == REMAINING_UNKNOWN)
		count->unsure++;
	else
		flow->back[step]++;
}

/* Those that do not tell when they come back are taken to do so evenly. */
static void spread_unsure(struct tc_flow *flow, uint32_t unsure)
{
	double steps = flow->waits * TC_FLOW_STEPS_A_SECOND;

	for (uint32_t i = 0; i < unsure; i++)
		flow->back[(int)(steps * (i + 1) / unsure)]++;
}

/*
 * Fewer are what comes and goes: where as many begin as end, the difference of two looks is often
 * as large as the root of their number, and hardly ever twice that.
 */
static bool is_more_than_chance(double more, double moved)
{
	return more > 0 && more * more >= 4 * moved;
}

/*
 * Where they come back within the interval, a port may have waited more than once; but what waits
 * now came within the time of waiting, each port once.
 */
static void finish_flow(struct tc_flow *flow, const struct count *count, double seconds)
{
	double more = (double)count->begun - (double)count->ended;
	double entering = flow->waits < seconds ? count->waiting / flow->waits
						: count->entered / seconds;

	spread_unsure(flow, count->unsure);
	if (entering + more / seconds > 0)
		flow->taken = entering + more / seconds;
	if (is_more_than_chance(more, (double)count->begun + (double)count->ended))
		flow->kept = more / seconds;
}

/* ---- By the connections of a destination --------------------------------------------- */

/* What bind(2) is known to have marked is not counted here, but with what it takes from all. */
static bool is_own(const struct tc_headroom *headroom, const struct headroom_tuple *tuple)
{
	return !(headroom->port[tuple->port] & (PORT_RESERVED | PORT_BIND));
}

static bool may_be_taken_over(const struct tc_headroom *headroom,
			      const struct headroom_tuple *tuple)
{
	return tuple->flags & 1u << VIEW_LIKELY &&
	       tc_headroom_is_open(headroom, tuple->port, VIEW_LIKELY);
}

/* Whether it came into TIME_WAIT after the look that saw the other one on its port, or none. */
static bool has_entered(const struct headroom_tuple *earlier, const struct headroom_tuple *tuple)
{
	if (!earlier || !(earlier->flags & TUPLE_TIME_WAIT))
		return true;
	if (are_comparable(earlier->identity, tuple->identity))
		return earlier->identity != tuple->identity;
	return tuple->remaining > earlier->remaining; /* it has been in it anew */
}

/* Whether both are of one connection that was not in TIME_WAIT, as far as can be told. */
static bool is_held_by_same(const struct headroom_tuple *one, const struct headroom_tuple *other)
{
	if (!one || !other || (one->flags | other->flags) & TUPLE_TIME_WAIT)
		return false;
	return !are_comparable(one->identity, other->identity) || one->identity == other->identity;
}

static void count_then(const struct tc_headroom *now, const struct headroom_destination *destination,
		       const struct tc_headroom *before, const struct headroom_destination *then,
		       struct count *count)
{
	for (size_t i = 0; then && i < then->count; i++) {
		const struct headroom_tuple *tuple = &before->tuples[then->first + i];

		if (is_own(before, tuple) && !(tuple->flags & TUPLE_TIME_WAIT))
			count->ended += !is_held_by_same(
				tuple, tc_headroom_tuple_on(now, destination, tuple->port));
	}
}

/* ---- By bind(2) ---------------------------------------------------------------------- */

/* Of a port that bind(2) has marked, who holds it; what only waits for its end is less. */
enum { NOT_MARKED = 0, WAITS = 1 /* plus the steps that remain */, HELD = UINT8_MAX };
_Static_assert(WAITS + TC_FLOW_STEPS < HELD - WAITS, "a marked port has no room for the unknown");

static uint8_t waits_for(uint8_t remaining)
{
	return remaining == REMAINING_UNKNOWN ? HELD - WAITS : (uint8_t)(WAITS + remaining);
}

/* A port that nobody is seen to hold has been named to bind(2). */
static void look_at_marked(const struct tc_headroom *headroom, uint8_t port[TC_PORT_COUNT])
{
	memset(port, NOT_MARKED, TC_PORT_COUNT);
	for (size_t i = 0; i < headroom->holder_count; i++)
		port[headroom->holders[i].port] = HELD;
	for (size_t i = 0; i < headroom->tuple_count; i++) {
		const struct headroom_tuple *tuple = &headroom->tuples[i];
		uint8_t held = tuple->flags & TUPLE_TIME_WAIT ? waits_for(tuple->remaining) : HELD;

		if (port[tuple->port] < held)
			port[tuple->port] = held;
	}
	for (unsigned i = 0; i < TC_PORT_COUNT; i++) {
		if (!(headroom->port[i] & PORT_BIND) || headroom->port[i] & PORT_RESERVED)
			port[i] = NOT_MARKED;
		else if (port[i] == NOT_MARKED)
			port[i] = HELD;
	}
}

static int flow_of_bind(const struct tc_headroom *now, const struct tc_headroom *before,
			double seconds, struct tc_flow *flow)
{
	tc_auto_free uint8_t *ports = malloc(TC_PORT_COUNT);
	tc_auto_free uint8_t *then = malloc(TC_PORT_COUNT);
	struct count count = { .waiting = 0 };

	if (!ports || !then)
		return -ENOMEM;
	look_at_marked(now, ports);
	look_at_marked(before, then);
	*flow = (struct tc_flow){ .waits = time_wait_seconds };
	for (unsigned i = now->rules.low; i <= now->rules.high; i++) {
		count.begun += ports[i] == HELD && then[i] != HELD;
		count.ended += ports[i] != HELD && then[i] == HELD;
		if (ports[i] == NOT_MARKED || ports[i] == HELD)
			continue;
		count.entered += then[i] == NOT_MARKED || then[i] == HELD || then[i] < ports[i];
		add_waiting(flow, &count,
			    ports[i] == HELD - WAITS ? REMAINING_UNKNOWN : ports[i] - WAITS);
	}
	finish_flow(flow, &count, seconds);
	return 0;
}

/* ---- The rates ----------------------------------------------------------------------- */

enum { OF_ITS_OWN, OF_BIND, FLOWS };

static void rate(struct tc_headroom *now, const struct tc_headroom *before,
		 struct headroom_destination *destination, double seconds,
		 struct tc_flow flows[FLOWS])
{
	struct tc_destination *told = &destination->told;
	const struct headroom_destination *then = tc_headroom_find(
		before, &told->local, &told->remote, told->remote_port, told->ifindex);
	uint32_t openings[] = { [OPENED] = 0, [WAS_THERE] = 0, [PERHAPS_OPENED] = 0 };
	const double a_step = 1.0 / TC_FLOW_STEPS_A_SECOND;
	struct tc_flow *flow = &flows[OF_ITS_OWN];
	struct count count = { .waiting = 0 };

	*flow = (struct tc_flow){ .waits = told->port_seconds > a_step ? told->port_seconds : a_step };
	for (size_t i = 0; i < destination->count; i++) {
		const struct headroom_tuple *tuple = &now->tuples[destination->first + i];
		const struct headroom_tuple *earlier =
			then ? tc_headroom_tuple_on(before, then, tuple->port) : NULL;

		openings[opening_of(before, earlier, tuple)]++;
		if (!is_own(now, tuple) || may_be_taken_over(now, tuple))
			continue;
		if (!(tuple->flags & TUPLE_TIME_WAIT)) {
			count.begun += !is_held_by_same(tuple, earlier);
			continue;
		}
		count.entered += has_entered(earlier, tuple);
		add_waiting(flow, &count, tuple->remaining);
	}
	count_then(now, destination, before, then, &count);
	finish_flow(flow, &count, seconds);
	told->rated = true;
	told->per_second_at_least = openings[OPENED] / seconds;
	told->per_second_at_most = (openings[OPENED] + openings[PERHAPS_OPENED]) / seconds;
	/* Two looks show one connection of each port, however many it has had. */
	if ((told->time_wait || (then && then->told.time_wait)) &&
	    tc_headroom_may_reuse(&now->rules, told) &&
	    (double)now->rules.tw_reuse_delay / 1000 < seconds)
		told->per_second_at_most = INFINITY;
	told->seconds_left = tc_forecast(tc_headroom_left(told), flows, FLOWS);
}

int tc_headroom_rate(struct tc_headroom *now, const struct tc_headroom *before, double seconds)
{
	struct tc_flow flows[FLOWS];
	int err;

	if (seconds <= 0)
		return -EINVAL;
	err = flow_of_bind(now, before, seconds, &flows[OF_BIND]);
	for (size_t i = 0; !err && i < now->destination_count; i++)
		rate(now, before, &now->destinations[i], seconds, flows);
	return err;
}
