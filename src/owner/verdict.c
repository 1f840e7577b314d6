/* SPDX-License-Identifier: MIT */
/* verdict.c - what is said of the owner of sockets; see verdict.h. */
#include "owner/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "model/owner.h"
#include "util/hash.h"
#include "util/macro.h"

/* An owner and the words that it points to, in one piece of memory. */
struct verdict {
	struct tc_owner owner;
	const struct tc_party *party;	   /* NULL: none, or a cgroup alone */
	const struct tc_process *in_cgroup; /* what the cgroup alone says: no pid */
	char words[];
};

void tc_verdicts_release(struct tc_verdicts *verdicts)
{
	struct tc_map *map = &verdicts->map;

	for (size_t i = 0; map->slots && i <= map->mask; i++)
		free((void *)(uintptr_t)map->slots[i].value);
	tc_map_release(map);
	tc_processes_release(&verdicts->cgroups);
}

/* Puts the words behind the owner; moves it, as they need room. */
static struct verdict *add_words(struct verdict *verdict)
{
	tc_auto_buf struct tc_buf words = TC_BUF_INIT;
	size_t at[TC_PART_COUNT] = { 0 };
	struct verdict *grown;

	tc_buf_byte(&words, '\0'); /* place 0: no word */
	for (int part = 0; part < TC_PART_COUNT; part++) {
		size_t start = words.length;

		if (!tc_owner_word(&verdict->owner, (enum tc_owner_part)part, &words))
			continue;
		tc_buf_byte(&words, '\0');
		at[part] = start;
	}
	grown = words.failed ? NULL : realloc(verdict, sizeof(*verdict) + words.length);
	if (!grown)
		return NULL;
	memcpy(grown->words, words.data, words.length);
	for (int part = 0; part < TC_PART_COUNT; part++)
		grown->owner.words[part] = at[part] ? grown->words + at[part] : NULL;
	return grown;
}

static struct verdict *make(enum tc_attribution how, const struct tc_party *party,
			    const struct tc_process *in_cgroup)
{
	struct verdict *verdict = calloc(1, sizeof(*verdict)), *worded;

	if (!verdict)
		return NULL;
	verdict->party = party;
	verdict->in_cgroup = in_cgroup;
	verdict->owner.how = how;
	verdict->owner.processes = party ? party->processes : &verdict->in_cgroup;
	verdict->owner.count = party ? party->count : in_cgroup != NULL;
	worded = add_words(verdict);
	if (!worded) {
		free(verdict);
		return NULL;
	}
	if (!party) { /* what is in the cgroup has no number, and has moved */
		worded->owner.processes = NULL;
		worded->owner.count = 0;
	}
	return worded;
}

const struct tc_owner *tc_verdict_of(struct tc_verdicts *verdicts, enum tc_attribution how,
				     const struct tc_party *party, const char *cgroup)
{
	const struct tc_process *in_cgroup =
		party ? NULL : tc_processes_of_cgroup(&verdicts->cgroups, cgroup);
	uint64_t parts[3] = { (uint64_t)how, (uint64_t)(uintptr_t)party,
			      (uint64_t)(uintptr_t)in_cgroup };
	uint64_t hash = tc_hash(parts, sizeof(parts), 0), found, *place;
	struct verdict *verdict;

	/* Two that have one hash: the next number belongs to the second. */
	for (;; hash++) {
		hash += !hash;
		if (!tc_map_get(&verdicts->map, hash, &found))
			break;
		verdict = (struct verdict *)(uintptr_t)found;
		if (verdict->owner.how == how && verdict->party == party &&
		    verdict->in_cgroup == in_cgroup)
			return &verdict->owner;
	}
	verdict = make(how, party, in_cgroup);
	place = verdict ? tc_map_put(&verdicts->map, hash) : NULL;
	if (!place) {
		free(verdict);
		return NULL;
	}
	*place = (uint64_t)(uintptr_t)verdict;
	return &verdict->owner;
}
