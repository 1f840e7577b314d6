/* SPDX-License-Identifier: MIT */
/*
 * party.h - sets of processes, each kept once.
 *
 * Thousands of sockets have the same few sets of holders, so a set is a pointer that can be
 * compared, and what is said of it is put together once.
 */
#ifndef TC_OWNER_PARTY_H
#define TC_OWNER_PARTY_H

#include "tcpcensus.h"
#include "util/map.h"

struct tc_party {
	size_t count; /* never 0 */
	const struct tc_process *processes[]; /* borrowed; in ascending order of pid, each once */
};

struct tc_parties {
	struct tc_map by_hash; /* of struct tc_party *, owned */
};

void tc_parties_release(struct tc_parties *parties);

/*
 * The set of these processes, of which some may stand there twice; the array is reordered. NULL:
 * no memory. Lives as long as `parties`.
 */
const struct tc_party *tc_party_of(struct tc_parties *parties, const struct tc_process **processes,
				   size_t count);

/* The set of those in any of these, of which none is NULL; count is not 0. NULL: no memory. */
const struct tc_party *tc_party_join_all(struct tc_parties *parties, const struct tc_party **some,
					 size_t count);

#endif
