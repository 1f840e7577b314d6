/* SPDX-License-Identifier: MIT */
/*
 * alibi.h - processes that cannot have had a socket, since they run elsewhere.
 *
 * The kernel records in which cgroup a socket was made (net/core/sock.c, sk_alloc), and keeps
 * that when its process has gone. Who is in quite another cgroup did not make it, whatever
 * else speaks for them.
 */
#ifndef TC_OWNER_ALIBI_H
#define TC_OWNER_ALIBI_H

#include "owner/cgroup_id.h"
#include "owner/party.h"
#include "util/map.h"

struct tc_alibis {
	struct tc_cgroup_ids *cgroups; /* borrowed */
	struct tc_map known; /* what was found out, by party and cgroup */
	struct tc_map ages;  /* of the eldest of a party, in ms and 1 more; 0: not known */
};

void tc_alibis_release(struct tc_alibis *alibis);

/*
 * Whether none of these, who run on this machine, is in that cgroup, below it or above it.
 * A cgroup that has gone is far from everybody. False where it is not known whether it has, or
 * the place of one of them is not.
 */
bool tc_alibi(struct tc_alibis *alibis, const struct tc_party *party, uint64_t cgroup);

/*
 * Whether all of these, who run on this machine, have started less than so long ago. False where
 * that is not known of one of them.
 */
bool tc_alibi_young(struct tc_alibis *alibis, const struct tc_party *party, uint64_t age_ms);

/* Whether one path is the other, or above it, in whole components. */
bool tc_alibi_related(const char *one, const char *other);

#endif
