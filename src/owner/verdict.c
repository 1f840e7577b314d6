/* SPDX-License-Identifier: MIT */
/* verdict.c - what is said of the owner of sockets; see verdict.h. */
#include "owner/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "model/owner.h"
#include "util/hash.h"
#include "util/macro.h"

/* What a verdict is made of, beside words that a listing has. */
struct basis {
	enum tc_attribution how;
	const struct tc_party *party;	    /* NULL: none, or a cgroup alone */
	const struct tc_process *in_cgroup; /* what the cgroup alone says: no pid */
};

/* An owner and the words that it points to, in one piece of memory. */
struct verdict {
	struct tc_owner owner;
	struct basis basis;
	size_t said;  /* length of the words where a listing has them; 0: they follow from the basis */
	char words[]; /* of each part, "" where there is none */
};

void tc_verdicts_release(struct tc_verdicts *verdicts)
{
	struct tc_map *map = &verdicts->map;

	for (size_t i = 0; map->slots && i <= map->mask; i++)
		free((void *)(uintptr_t)map->slots[i].value);
	tc_map_release(map);
	tc_processes_release(&verdicts->cgroups);
}

static void write_words(const struct basis *basis, const struct tc_owner *said,
			struct tc_buf *words)
{
	struct tc_owner owner = {
		.processes = basis->party ? basis->party->processes : &basis->in_cgroup,
		.count = basis->party ? basis->party->count : basis->in_cgroup != NULL,
		.how = basis->how,
	};

	for (int part = 0; part < TC_PART_COUNT; part++) {
		if (said && said->words[part])
			tc_buf_text(words, said->words[part]);
		else
			tc_owner_word(&owner, (enum tc_owner_part)part, words);
		tc_buf_byte(words, '\0');
	}
}

/* What is in the cgroup has no number, so it is no process of the owner. */
static struct verdict *make(const struct basis *basis, const struct tc_buf *words, bool said)
{
	struct verdict *verdict = words->failed ? NULL : malloc(sizeof(*verdict) + words->length);
	const char *at;

	if (!verdict)
		return NULL;
	verdict->basis = *basis;
	verdict->said = said ? words->length : 0;
	verdict->owner = (struct tc_owner){
		.processes = basis->party ? basis->party->processes : NULL,
		.count = basis->party ? basis->party->count : 0,
		.how = basis->how,
	};
	memcpy(verdict->words, words->data, words->length);
	at = verdict->words;
	for (int part = 0; part < TC_PART_COUNT; part++) {
		verdict->owner.words[part] = *at ? at : NULL;
		at += strlen(at) + 1;
	}
	return verdict;
}

static bool is_of(const struct verdict *verdict, const struct basis *basis,
		  const struct tc_buf *said)
{
	return verdict->basis.how == basis->how && verdict->basis.party == basis->party &&
	       verdict->basis.in_cgroup == basis->in_cgroup &&
	       verdict->said == (said ? said->length : 0) &&
	       (!said || memcmp(verdict->words, said->data, said->length) == 0);
}

/* `said`: the words where a listing has them; NULL: they follow from the basis. */
static const struct tc_owner *find_or_make(struct tc_verdicts *verdicts, const struct basis *basis,
					   const struct tc_buf *said)
{
	tc_auto_buf struct tc_buf words = TC_BUF_INIT;
	uint64_t parts[4] = { (uint64_t)basis->how, (uint64_t)(uintptr_t)basis->party,
			      (uint64_t)(uintptr_t)basis->in_cgroup,
			      said ? tc_hash(said->data, said->length, 0) : 0 };
	uint64_t hash = tc_hash(parts, sizeof(parts), 0), found, *place;
	struct verdict *verdict;

	/* Two that have one hash: the next number belongs to the second. */
	for (;; hash++) {
		hash += !hash;
		if (!tc_map_get(&verdicts->map, hash, &found))
			break;
		verdict = (struct verdict *)(uintptr_t)found;
		if (is_of(verdict, basis, said))
			return &verdict->owner;
	}
	if (!said)
		write_words(basis, NULL, &words);
	verdict = make(basis, said ? said : &words, said != NULL);
	place = verdict ? tc_map_put(&verdicts->map, hash) : NULL;
	if (!place) {
		free(verdict);
		return NULL;
	}
	*place = (uint64_t)(uintptr_t)verdict;
	return &verdict->owner;
}

const struct tc_owner *tc_verdict_of(struct tc_verdicts *verdicts, enum tc_attribution how,
				     const struct tc_party *party, const char *cgroup)
{
	struct basis basis = {
		.how = how,
		.party = party,
		.in_cgroup = party ? NULL : tc_processes_of_cgroup(&verdicts->cgroups, cgroup),
	};

	return find_or_make(verdicts, &basis, NULL);
}

const struct tc_owner *tc_verdict_said(struct tc_verdicts *verdicts, const struct tc_owner *said,
				       enum tc_attribution how, const struct tc_party *party)
{
	tc_auto_buf struct tc_buf words = TC_BUF_INIT;
	struct basis basis = { .how = how, .party = party };

	write_words(&basis, said, &words);
	return words.failed ? NULL : find_or_make(verdicts, &basis, &words);
}
