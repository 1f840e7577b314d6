/* SPDX-License-Identifier: MIT */
/*
 * pool.h - which processes use which local ports for connections that they open.
 *
 * Ephemeral ports are handed out by a hash, to anybody: only who alone uses the range can be
 * told by it. Ports outside of it are chosen by programs, most often from a span of their own.
 * And whoever uses a range now may not have been the only one: the range tells of a connection
 * only where another one from there is between the same two addresses.
 */
#ifndef TC_OWNER_POOL_H
#define TC_OWNER_POOL_H

#include "owner/party.h"

/* The ends of a connection, as far as they tell who chose its port. */
struct tc_port_use {
	uint64_t netns;
	struct tc_addr local;
	struct tc_addr remote;
	uint16_t local_port;
	uint16_t remote_port;
};

/*
 * Processes, and the ports of outbound connections of theirs, from the lowest to the highest: all
 * that are ephemeral, or a run of others.
 */
struct tc_pool {
	uint64_t netns;
	const struct tc_party *party; /* NULL: of some it is not known whose they are */
	uint16_t low;
	uint16_t high;
	bool ephemeral;
};

/* The ephemeral range of a namespace. */
struct tc_port_range {
	uint64_t netns;
	uint16_t low;
	uint16_t high;
};

struct tc_pools {
	struct tc_port_range *ranges;
	size_t range_count;
	struct tc_pool *pools; /* as added; settled: those that belong together are one */
	size_t count, capacity;
	struct tc_map routes; /* between which two addresses which party uses which kind of port */
};

void tc_pools_release(struct tc_pools *pools);

/* Says the ephemeral range of a namespace (ip_local_port_range). -ENOMEM. */
int tc_pools_range(struct tc_pools *pools, uint64_t netns, uint16_t low, uint16_t high);

/* Whether the range of a namespace was said. */
bool tc_pools_has_range(const struct tc_pools *pools, uint64_t netns);

/* Adds the local port of an outbound connection, and its holders, or NULL. -ENOMEM. */
int tc_pools_add(struct tc_pools *pools, const struct tc_port_use *use,
		 const struct tc_party *party);

/* Puts together what belongs together; more may be added then, and put together again. -ENOMEM. */
int tc_pools_settle(struct tc_pools *pools, struct tc_parties *parties);

/*
 * Who alone uses the range of that local port, and has connections from there between the same
 * addresses. NULL: several, or it is not known of all of them, or this one may have come in: its
 * remote port is one that clients get.
 */
const struct tc_party *tc_pools_of(const struct tc_pools *pools, const struct tc_port_use *use);

#endif
