/* SPDX-License-Identifier: MIT */
/* alibi.c - processes that cannot have had a socket; see alibi.h. */
#include "owner/alibi.h"

#include <string.h>

#include "owner/process.h"
#include "util/hash.h"
#include "util/macro.h"

enum { PRESENT = 1, ELSEWHERE };

void tc_alibis_release(struct tc_alibis *alibis)
{
	tc_map_release(&alibis->known);
}

/* "/" is above everything. */
static bool is_above(const char *path, const char *other)
{
	size_t length = strlen(path);

	while (length && path[length - 1] == '/')
		length--;
	return strncmp(path, other, length) == 0 && (!other[length] || other[length] == '/');
}

bool tc_alibi_related(const char *one, const char *other)
{
	return is_above(one, other) || is_above(other, one);
}

static bool are_elsewhere(const struct tc_party *party, const char *cgroup)
{
	for (size_t i = 0; i < party->count; i++) {
		tc_auto_free char *path = tc_process_cgroup2(party->processes[i]->pid);

		if (!path || tc_alibi_related(path, cgroup))
			return false;
	}
	return true;
}

bool tc_alibi(struct tc_alibis *alibis, const struct tc_party *party, uint64_t cgroup)
{
	uint64_t parts[2] = { (uint64_t)(uintptr_t)party, cgroup };
	uint64_t key = tc_hash(parts, sizeof(parts), 0), known, *place;
	const char *path;

	key += !key;
	if (tc_map_get(&alibis->known, key, &known))
		return known == ELSEWHERE;
	path = tc_cgroup_ids_path(alibis->cgroups, cgroup);
	known = path && are_elsewhere(party, path) ? ELSEWHERE : PRESENT;
	place = tc_map_put(&alibis->known, key);
	if (place) /* without memory it is found out anew */
		*place = known;
	return known == ELSEWHERE;
}
