/* SPDX-License-Identifier: MIT */
/* party.c - sets of processes, each kept once; see party.h. */
#include "owner/party.h"

#include <stdlib.h>
#include <string.h>

#include "util/hash.h"
#include "util/macro.h"

void tc_parties_release(struct tc_parties *parties)
{
	for (size_t i = 0; parties->by_hash.slots && i <= parties->by_hash.mask; i++)
		free((void *)(uintptr_t)parties->by_hash.slots[i].value);
	tc_map_release(&parties->by_hash);
}

/* By pid; processes of a listing may have none, and are then told apart by where they are kept. */
static int compare(const void *one, const void *other)
{
	const struct tc_process *a = *(const struct tc_process *const *)one;
	const struct tc_process *b = *(const struct tc_process *const *)other;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a > b) - (a < b);
}

static size_t make_unique(const struct tc_process **processes, size_t count)
{
	size_t kept = 0;

	qsort(processes, count, sizeof(*processes), compare);
	for (size_t i = 0; i < count; i++)
		if (!i || processes[i] != processes[i - 1])
			processes[kept++] = processes[i];
	return kept;
}

static bool is_of(const struct tc_party *party, const struct tc_process **processes, size_t count)
{
	return party->count == count &&
	       memcmp(party->processes, processes, count * sizeof(*processes)) == 0;
}

const struct tc_party *tc_party_of(struct tc_parties *parties, const struct tc_process **processes,
				   size_t count)
{
	struct tc_party *party;
	uint64_t hash, found, *place;

	count = make_unique(processes, count);
	hash = tc_hash(processes, count * sizeof(*processes), 0);
	/* Two sets of one hash: the next number belongs to the second. */
	for (;; hash++) {
		hash += !hash;
		if (!tc_map_get(&parties->by_hash, hash, &found))
			break;
		party = (struct tc_party *)(uintptr_t)found;
		if (is_of(party, processes, count))
			return party;
	}
	party = malloc(sizeof(*party) + count * sizeof(*processes));
	place = party ? tc_map_put(&parties->by_hash, hash) : NULL;
	if (!place) {
		free(party);
		return NULL;
	}
	party->count = count;
	memcpy(party->processes, processes, count * sizeof(*processes));
	*place = (uint64_t)(uintptr_t)party;
	return party;
}

static int compare_places(const void *one, const void *other)
{
	const struct tc_party *a = *(const struct tc_party *const *)one;
	const struct tc_party *b = *(const struct tc_party *const *)other;

	return (a > b) - (a < b);
}

const struct tc_party *tc_party_join_all(struct tc_parties *parties, const struct tc_party **some,
					 size_t count)
{
	tc_auto_free const struct tc_process **all = NULL;
	size_t total = 0, kept = 0;

	/* Of a hundred thousand connections most have the same holders. */
	qsort(some, count, sizeof(*some), compare_places);
	for (size_t i = 0; i < count; i++)
		if (!i || some[i] != some[i - 1])
			some[kept++] = some[i];
	if (kept == 1)
		return some[0];
	for (size_t i = 0; i < kept; i++)
		total += some[i]->count;
	all = malloc(total * sizeof(*all));
	if (!all)
		return NULL;
	total = 0;
	for (size_t i = 0; i < kept; i++) {
		memcpy(all + total, some[i]->processes, some[i]->count * sizeof(*all));
		total += some[i]->count;
	}
	return tc_party_of(parties, all, total);
}
