/* SPDX-License-Identifier: MIT */
/* pool.c - which processes use which local ports; see pool.h. */
#include "owner/pool.h"

#include <errno.h>
#include <stdlib.h>

#include "util/hash.h"
#include "util/macro.h"

/* What the kernel starts with (net/ipv4/af_inet.c, inet_init_net). */
enum { RANGE_LOW = 32768, RANGE_HIGH = 60999, FIRST_CAPACITY = 256 };

/* Two ports of a process that are farther apart were not taken from one run of ports. */
enum { GAP_MAX = 100 };

void tc_pools_release(struct tc_pools *pools)
{
	free(pools->ranges);
	free(pools->pools);
	tc_map_release(&pools->routes);
	*pools = (struct tc_pools){ 0 };
}

int tc_pools_range(struct tc_pools *pools, uint64_t netns, uint16_t low, uint16_t high)
{
	struct tc_port_range *grown = realloc(pools->ranges,
					      (pools->range_count + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	pools->ranges = grown;
	grown[pools->range_count++] = (struct tc_port_range){ netns, low, high };
	return 0;
}

bool tc_pools_has_range(const struct tc_pools *pools, uint64_t netns)
{
	for (size_t i = pools->range_count; i--;)
		if (pools->ranges[i].netns == netns)
			return true;
	return false;
}

static bool is_ephemeral(const struct tc_pools *pools, uint64_t netns, uint16_t port)
{
	for (size_t i = pools->range_count; i--;)
		if (pools->ranges[i].netns == netns)
			return port >= pools->ranges[i].low && port <= pools->ranges[i].high;
	return port >= RANGE_LOW && port <= RANGE_HIGH;
}

/* Of ephemeral ports, the party is that of all who use them, which is known in the end only. */
static uint64_t route_key(const struct tc_port_use *use, bool ephemeral,
			  const struct tc_party *party)
{
	uint64_t parts[2] = { use->netns, ephemeral ? 0 : (uint64_t)(uintptr_t)party };
	uint64_t key = tc_hash(parts, sizeof(parts), ephemeral);

	key = tc_hash(&use->local, sizeof(use->local), key);
	key = tc_hash(&use->remote, sizeof(use->remote), key);
	return key + !key;
}

int tc_pools_add(struct tc_pools *pools, const struct tc_port_use *use,
		 const struct tc_party *party)
{
	bool ephemeral = is_ephemeral(pools, use->netns, use->local_port);

	if (pools->count == pools->capacity) {
		size_t capacity = pools->capacity ? pools->capacity * 2 : FIRST_CAPACITY;
		struct tc_pool *grown = realloc(pools->pools, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		pools->pools = grown;
		pools->capacity = capacity;
	}
	pools->pools[pools->count++] = (struct tc_pool){
		.netns = use->netns,
		.party = party,
		.low = use->local_port,
		.high = use->local_port,
		.ephemeral = ephemeral,
	};
	return tc_map_put(&pools->routes, route_key(use, ephemeral, party)) ? 0 : -ENOMEM;
}

/* By namespace, ephemeral ones first, then by party. */
static int compare_users(const void *one, const void *other)
{
	const struct tc_pool *a = one, *b = other;

	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	if (a->ephemeral != b->ephemeral)
		return a->ephemeral ? -1 : 1;
	return (a->party > b->party) - (a->party < b->party);
}

static int compare(const void *one, const void *other)
{
	int order = compare_users(one, other);

	return order ? order
		     : (int)((const struct tc_pool *)one)->low - ((const struct tc_pool *)other)->low;
}

static bool belongs_to(const struct tc_pool *pool, const struct tc_pool *last)
{
	return compare_users(last, pool) == 0 &&
	       (pool->ephemeral || pool->low - last->high <= GAP_MAX);
}

/* The ports of each party, in runs. */
static void merge_spans(struct tc_pools *pools)
{
	size_t kept = 0;

	for (size_t i = 0; i < pools->count; i++) {
		struct tc_pool *last = kept ? &pools->pools[kept - 1] : NULL;
		const struct tc_pool *pool = &pools->pools[i];

		if (!last || !belongs_to(pool, last))
			pools->pools[kept++] = *pool;
		else if (pool->high > last->high)
			last->high = pool->high;
	}
	pools->count = kept;
}

/* The holders of all these pools; NULL: one of them is not known, or there is no memory. */
static const struct tc_party *join(struct tc_parties *parties, const struct tc_pool *pools,
				   size_t count, int *err)
{
	tc_auto_free const struct tc_party **some = malloc(count * sizeof(*some));
	const struct tc_party *all;

	for (size_t i = 0; some && i < count; i++) {
		some[i] = pools[i].party;
		if (!some[i])
			return NULL;
	}
	all = some ? tc_party_join_all(parties, some, count) : NULL;
	if (!all)
		*err = -ENOMEM;
	return all;
}

/* The ephemeral pools of one namespace from a place on become one; returns where they end. */
static size_t join_ephemeral(struct tc_pools *pools, struct tc_parties *parties, size_t first,
			     struct tc_pool *ret_pool, int *err)
{
	struct tc_pool all = pools->pools[first];
	size_t end = first;

	while (end < pools->count && pools->pools[end].netns == all.netns &&
	       pools->pools[end].ephemeral)
		end++;
	all.party = join(parties, &pools->pools[first], end - first, err);
	*ret_pool = all;
	return end;
}

int tc_pools_settle(struct tc_pools *pools, struct tc_parties *parties)
{
	size_t kept = 0;
	int err = 0;

	if (pools->count)
		qsort(pools->pools, pools->count, sizeof(*pools->pools), compare);
	merge_spans(pools);
	for (size_t i = 0; i < pools->count && !err;) {
		if (pools->pools[i].ephemeral)
			i = join_ephemeral(pools, parties, i, &pools->pools[kept], &err);
		else
			pools->pools[kept] = pools->pools[i++];
		kept++;
	}
	pools->count = kept;
	return err;
}

/* The first pool of a namespace. */
static size_t first_of(const struct tc_pools *pools, uint64_t netns)
{
	size_t low = 0, high = pools->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pools->pools[middle].netns < netns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What came in by a listener that has gone looks like a connection that was opened here. */
static bool may_have_come_in(const struct tc_pools *pools, const struct tc_port_use *use)
{
	return use->remote_port >= RANGE_LOW || is_ephemeral(pools, use->netns, use->remote_port);
}

/* The only pool that the port may be of, or NULL. */
static const struct tc_pool *find_pool(const struct tc_pools *pools, uint64_t netns, uint16_t port,
				       bool ephemeral)
{
	const struct tc_pool *found = NULL;

	for (size_t i = first_of(pools, netns); i < pools->count && pools->pools[i].netns == netns;
	     i++) {
		const struct tc_pool *pool = &pools->pools[i];

		if (pool->ephemeral != ephemeral)
			continue;
		if (!ephemeral && (port < pool->low || port > pool->high))
			continue;
		if (found)
			return NULL;
		found = pool;
	}
	return found;
}

const struct tc_party *tc_pools_of(const struct tc_pools *pools, const struct tc_port_use *use)
{
	bool ephemeral = is_ephemeral(pools, use->netns, use->local_port);
	const struct tc_pool *pool = find_pool(pools, use->netns, use->local_port, ephemeral);
	uint64_t value;

	if (!pool || !pool->party || may_have_come_in(pools, use) ||
	    !tc_map_get(&pools->routes, route_key(use, ephemeral, pool->party), &value))
		return NULL;
	return pool->party;
}
