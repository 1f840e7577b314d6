/* SPDX-License-Identifier: MIT */
/* headroom_finish.c - the numbers of each destination, from what was collected. */
#include "analysis/headroom_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/addr.h"
#include "util/macro.h"

static const double time_wait_seconds = 60;

/* ---- Order --------------------------------------------------------------------------- */

/* By destination and port; what cannot be taken over first, for it is what counts. */
static int compare_tuples(const void *one_pointer, const void *other_pointer)
{
	const struct headroom_tuple *one = one_pointer, *other = other_pointer;

	if (one->destination != other->destination)
		return one->destination < other->destination ? -1 : 1;
	if (one->port != other->port)
		return one->port < other->port ? -1 : 1;
	return (one->flags & TUPLE_STATE) - (other->flags & TUPLE_STATE);
}

/* A socket that the kernel gave twice counts once. */
static void sort_tuples(struct tc_headroom *headroom)
{
	struct headroom_tuple *tuples = headroom->tuples;
	size_t kept = 0;

	if (!headroom->tuple_count)
		return;
	qsort(tuples, headroom->tuple_count, sizeof(*tuples), compare_tuples);
	for (size_t i = 1; i < headroom->tuple_count; i++)
		if (tuples[i].destination != tuples[kept].destination ||
		    tuples[i].port != tuples[kept].port)
			tuples[++kept] = tuples[i];
	headroom->tuple_count = kept + 1;
	for (size_t i = headroom->tuple_count; i-- > 0;) {
		struct headroom_destination *destination =
			&headroom->destinations[tuples[i].destination];

		destination->first = i;
		destination->count++;
	}
}

static int compare_identities(const void *one_pointer, const void *other_pointer)
{
	uint64_t one = *(const uint64_t *)one_pointer, other = *(const uint64_t *)other_pointer;

	return one < other ? -1 : one > other;
}

static int sort_identities(struct tc_headroom *headroom)
{
	headroom->identities = calloc(headroom->tuple_count + 1, sizeof(*headroom->identities));
	if (!headroom->identities)
		return -ENOMEM;
	for (size_t i = 0; i < headroom->tuple_count; i++)
		headroom->identities[i] = headroom->tuples[i].identity;
	qsort(headroom->identities, headroom->tuple_count, sizeof(*headroom->identities),
	      compare_identities);
	return 0;
}

bool tc_headroom_is_among(const struct tc_headroom *headroom, uint64_t identity)
{
	return identity && bsearch(&identity, headroom->identities, headroom->tuple_count,
				   sizeof(*headroom->identities), compare_identities);
}

/* ---- One destination ----------------------------------------------------------------- */

bool tc_headroom_is_open(const struct tc_headroom *headroom, unsigned port,
			 enum headroom_view view)
{
	uint8_t known = headroom->port[port];

	if (known & (PORT_RESERVED | PORT_BIND))
		return false;
	if (!(known & PORT_UNKNOWN))
		return true;
	/*
	 * What connect(2) chose, bind(2) may have taken for another address since; so one socket of
	 * which nothing is known is enough to close the port in the worst case.
	 */
	if (view == VIEW_LIKELY)
		return known & PORT_CONNECT || !(known & PORT_LIKELY_BIND);
	return view == VIEW_MOST;
}

/* Whether a connection is in the way of another one with the same ends. */
static bool is_in_the_way(const struct tc_headroom *headroom, const struct headroom_tuple *tuple,
			  enum headroom_view view)
{
	return tc_headroom_is_open(headroom, tuple->port, view) && !(tuple->flags & 1u << view);
}

const struct headroom_tuple *tc_headroom_tuple_on(const struct tc_headroom *headroom,
						  const struct headroom_destination *destination,
						  uint16_t port)
{
	size_t low = destination->first, high = low + destination->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (headroom->tuples[middle].port == port)
			return &headroom->tuples[middle];
		if (headroom->tuples[middle].port < port)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/*
 * Connections of sockets that are bound to no device are in the way of those that are, and not
 * the other way round (inet_bound_dev_eq).
 */
static const struct headroom_destination *without_device(const struct tc_headroom *headroom,
							 const struct tc_destination *told)
{
	return told->ifindex ? tc_headroom_find(headroom, &told->local, &told->remote,
						told->remote_port, 0)
			     : NULL;
}

static uint32_t count_free(const struct tc_headroom *headroom,
			   const struct headroom_destination *destination, enum headroom_view view)
{
	const struct headroom_destination *plain = without_device(headroom, &destination->told);
	uint32_t count = headroom->open[view];

	for (size_t i = 0; i < destination->count; i++)
		count -= is_in_the_way(headroom, &headroom->tuples[destination->first + i], view);
	for (size_t i = 0; plain && i < plain->count; i++) {
		const struct headroom_tuple *tuple = &headroom->tuples[plain->first + i];

		if (!tc_headroom_tuple_on(headroom, destination, tuple->port))
			count -= is_in_the_way(headroom, tuple, view);
	}
	return count;
}

static bool is_free(const struct tc_headroom *headroom,
		    const struct headroom_destination *destination, uint16_t port,
		    enum headroom_view view)
{
	const struct headroom_tuple *tuple = tc_headroom_tuple_on(headroom, destination, port);

	return tc_headroom_is_open(headroom, port, view) &&
	       !(tuple && is_in_the_way(headroom, tuple, view));
}

/*
 * In a range of an odd number of ports, each search passes over one of the ends: over the first
 * port, or over the last where it happens to begin at the first (remaining &= ~1 in
 * __inet_hash_connect). Where the kernel begins is its secret, and does not change until a
 * connection is made; so the last free port, if it is an end, may or may not be had.
 */
static bool may_miss_an_end(const struct tc_headroom *headroom,
			    const struct headroom_destination *destination)
{
	uint16_t low = headroom->rules.low, high = headroom->rules.high;

	return (high - low) % 2 == 0 && high - low > 2 && /* of three it is always the last */
	       (is_free(headroom, destination, low, VIEW_LEAST) ||
		is_free(headroom, destination, high, VIEW_LEAST));
}

/* Where nobody tells, a socket whose port is closed to connect(2) has it from bind(2). */
static bool is_by_bind(const struct headroom_tuple *tuple, bool closed)
{
	if (tuple->flags & (TUPLE_BY_BIND | TUPLE_BY_CONNECT))
		return tuple->flags & TUPLE_BY_BIND;
	return closed;
}

/* Of those in TIME_WAIT. */
struct timestamps {
	uint32_t with, without; /* of the rest it is not known */
};

/* What becomes of its connections; the reserved ports are none that it can have. */
static struct timestamps count_tuples(const struct tc_headroom *headroom,
				      struct headroom_destination *destination)
{
	struct tc_destination *told = &destination->told;
	struct timestamps timestamps = { .with = 0 };
	uint32_t by_bind = 0, known_by_bind = 0;

	for (size_t i = 0; i < destination->count; i++) {
		const struct headroom_tuple *tuple = &headroom->tuples[destination->first + i];
		bool open = tc_headroom_is_open(headroom, tuple->port, VIEW_LIKELY);

		if (headroom->port[tuple->port] & PORT_RESERVED)
			continue;
		told->used++;
		told->time_wait += !!(tuple->flags & TUPLE_TIME_WAIT);
		told->reusable += open && tuple->flags & 1u << VIEW_LIKELY;
		told->reusable_at_least += open && tuple->flags & 1u << VIEW_LIKELY &&
					   tuple->flags & 1u << VIEW_LEAST;
		timestamps.with += !!(tuple->flags & TUPLE_TIMESTAMPS);
		timestamps.without += !!(tuple->flags & TUPLE_NO_TIMESTAMPS);
		by_bind += is_by_bind(tuple, !open);
		known_by_bind += is_by_bind(tuple, headroom->port[tuple->port] & PORT_BIND);
	}
	told->shared_pool = 2 * by_bind > told->used; /* most of them */
	told->inferred = told->shared_pool && 2 * known_by_bind <= told->used;
	return timestamps;
}

static bool is_here(const struct tc_destination *told)
{
	return tc_addr_is_loopback(&told->local) || tc_addr_is_loopback(&told->remote);
}

bool tc_headroom_may_reuse(const struct tc_headroom_rules *rules, const struct tc_destination *told)
{
	return rules->timestamps > 0 && rules->tw_reuse_delay > 0 &&
	       (rules->tw_reuse == 1 || (rules->tw_reuse == 2 && is_here(told))) &&
	       !told->shared_pool; /* bind(2) takes nothing over */
}

/* Of connections to come, where both ends are here, the setting tells. */
static bool is_every_one(const struct tc_destination *told, uint32_t among_those_there)
{
	return among_those_there == told->time_wait && (told->time_wait || is_here(told));
}

/* By what the ports that no open connection holds come back after so many seconds. */
static double pace(const struct tc_destination *told, double seconds)
{
	return (told->capacity - (told->used - told->time_wait)) / seconds;
}

/*
 * Ports that are not held long come back after TIME_WAIT, or sooner where it is taken over. Of
 * connections to come it is not known whether the peer will use timestamps; it is taken from those
 * that are there, and of these, where it is not known, from the setting: as it is for what is free.
 */
static void tell_pace(const struct tc_headroom *headroom, struct tc_destination *told,
		      const struct timestamps *timestamps)
{
	const struct tc_headroom_rules *rules = &headroom->rules;
	double sooner = (double)rules->tw_reuse_delay / 1000;
	bool may_be = tc_headroom_may_reuse(rules, told);
	bool known = may_be && is_every_one(told, timestamps->with);
	bool likely = may_be && is_every_one(told, told->time_wait - timestamps->without);

	told->port_seconds = likely ? sooner : time_wait_seconds;
	told->sustains_per_second = pace(told, told->port_seconds);
	told->sustains_at_least = pace(told, known ? sooner : time_wait_seconds);
	told->inferred |= known != likely;
}

static uint32_t less(uint32_t count, uint32_t by)
{
	return count > by ? count - by : 0;
}

static void tell(const struct tc_headroom *headroom, struct headroom_destination *destination)
{
	struct tc_destination *told = &destination->told;
	struct timestamps timestamps = count_tuples(headroom, destination);

	told->free = count_free(headroom, destination, VIEW_LIKELY);
	told->free_at_most = count_free(headroom, destination, VIEW_MOST);
	told->free_at_least = less(count_free(headroom, destination, VIEW_LEAST),
				   headroom->lacking_bound);
	told->inferred |= told->free_at_least != told->free_at_most;
	if (told->free_at_least && may_miss_an_end(headroom, destination))
		told->free_at_least--;
	told->capacity = told->free + told->used - told->reusable;
	tell_pace(headroom, told, &timestamps);
}

/* ---- What is left for bind(2) -------------------------------------------------------- */

/* Whether a socket bound to `held` is in the way of one to `addr` (inet_rcv_saddr_equal). */
static bool is_conflict(const struct headroom_holder *held, const struct tc_addr *addr)
{
	if (tc_addr_equal(&held->addr, addr))
		return true;
	if (!tc_addr_is_any(&held->addr))
		return false;
	return tc_addr_is4(&held->addr) ? tc_addr_is4(addr)
					: !(tc_addr_is4(addr) && held->v6only);
}

/* How many ports bind((addr, 0)) can have, without SO_REUSEADDR. */
static uint32_t count_bindable(const struct tc_headroom *headroom, const struct tc_addr *addr,
			       struct tc_port_set *held)
{
	uint32_t count = 0;

	memset(held, 0, sizeof(*held));
	for (size_t i = 0; i < headroom->tuple_count; i++)
		if (tc_addr_equal(&headroom->destinations[headroom->tuples[i].destination].told.local,
				  addr))
			tc_port_set_add(held, headroom->tuples[i].port);
	for (size_t i = 0; i < headroom->holder_count; i++)
		if (is_conflict(&headroom->holders[i], addr))
			tc_port_set_add(held, headroom->holders[i].port);
	for (unsigned port = headroom->rules.low; port <= headroom->rules.high; port++)
		if (!(headroom->port[port] & PORT_RESERVED) && !tc_port_set_has(held, port))
			count++;
	return count;
}

/* One count for each local address, since it goes over every socket. */
static int tell_bindable(struct tc_headroom *headroom)
{
	tc_auto_free struct tc_port_set *held = malloc(sizeof(*held));
	tc_auto_free bool *done = calloc(headroom->destination_count + 1, sizeof(*done));

	if (!held || !done)
		return -ENOMEM;
	for (size_t i = 0; i < headroom->destination_count; i++) {
		const struct tc_destination *one = &headroom->destinations[i].told;
		uint32_t count;

		if (!one->shared_pool || done[i])
			continue;
		count = count_bindable(headroom, &one->local, held);
		for (size_t other = i; other < headroom->destination_count; other++) {
			struct tc_destination *told = &headroom->destinations[other].told;

			if (!tc_addr_equal(&told->local, &one->local))
				continue;
			told->bind_free = count;
			done[other] = true;
		}
	}
	return 0;
}

/* ---- All of them --------------------------------------------------------------------- */

uint32_t tc_headroom_left(const struct tc_destination *told)
{
	return told->shared_pool && told->bind_free < told->free ? told->bind_free : told->free;
}

/* The fewest left first, then the most used; equal ones by their ends. */
static int compare_destinations(const void *one_pointer, const void *other_pointer, void *context)
{
	const struct headroom_destination *all = context;
	const struct tc_destination *one = &all[*(const uint32_t *)one_pointer].told;
	const struct tc_destination *other = &all[*(const uint32_t *)other_pointer].told;
	int order;

	if (tc_headroom_left(one) != tc_headroom_left(other))
		return tc_headroom_left(one) < tc_headroom_left(other) ? -1 : 1;
	if (one->used != other->used)
		return one->used > other->used ? -1 : 1;
	order = memcmp(&one->remote, &other->remote, sizeof(one->remote));
	if (!order)
		order = (int)one->remote_port - (int)other->remote_port;
	if (!order)
		order = memcmp(&one->local, &other->local, sizeof(one->local));
	return order ? order : (one->ifindex > other->ifindex) - (one->ifindex < other->ifindex);
}

static int choose_order(struct tc_headroom *headroom)
{
	headroom->order = calloc(headroom->destination_count + 1, sizeof(*headroom->order));
	if (!headroom->order)
		return -ENOMEM;
	for (size_t i = 0; i < headroom->destination_count; i++)
		if (!headroom->choosing || headroom->destinations[i].chosen)
			headroom->order[headroom->order_count++] = (uint32_t)i;
	qsort_r(headroom->order, headroom->order_count, sizeof(*headroom->order),
		compare_destinations, headroom->destinations);
	return 0;
}

int tc_headroom_finish(struct tc_headroom *headroom)
{
	int err;

	sort_tuples(headroom);
	err = tc_headroom_infer(headroom);
	if (err)
		return err;
	for (unsigned port = headroom->rules.low; port <= headroom->rules.high; port++)
		for (int view = 0; view < VIEW_COUNT; view++)
			headroom->open[view] +=
				tc_headroom_is_open(headroom, port, (enum headroom_view)view);
	for (size_t i = 0; i < headroom->destination_count; i++)
		tell(headroom, &headroom->destinations[i]);
	err = tell_bindable(headroom);
	if (!err)
		err = sort_identities(headroom);
	return err ? err : choose_order(headroom);
}

void tc_headroom_pool(const struct tc_headroom *headroom, struct tc_port_pool *pool)
{
	uint32_t range;

	pool->low = headroom->rules.low;
	pool->high = headroom->rules.high;
	pool->reserved = pool->taken = pool->taken_at_least = pool->taken_at_most = 0;
	for (unsigned port = pool->low; port <= pool->high; port++) {
		if (headroom->port[port] & PORT_RESERVED) {
			pool->reserved++;
			continue;
		}
		pool->taken += !tc_headroom_is_open(headroom, port, VIEW_LIKELY);
		pool->taken_at_least += !tc_headroom_is_open(headroom, port, VIEW_MOST);
		pool->taken_at_most += !tc_headroom_is_open(headroom, port, VIEW_LEAST);
	}
	range = (uint32_t)(pool->high - pool->low) + 1 - pool->reserved;
	if (headroom->lacking_bound > range - pool->taken_at_most)
		pool->taken_at_most = range;
	else
		pool->taken_at_most += headroom->lacking_bound;
}

size_t tc_headroom_count(const struct tc_headroom *headroom)
{
	return headroom->order_count;
}

struct tc_destination *tc_headroom_at(const struct tc_headroom *headroom, size_t index)
{
	return index < headroom->order_count
		       ? &headroom->destinations[headroom->order[index]].told
		       : NULL;
}
