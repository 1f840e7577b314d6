/* SPDX-License-Identifier: MIT */
/* alibi.c - processes that cannot have had a socket; see alibi.h. */
#include "owner/alibi.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "owner/holders_proc.h"
#include "owner/process.h"
#include "util/hash.h"
#include "util/macro.h"

enum { PRESENT = 1, ELSEWHERE };

void tc_alibis_release(struct tc_alibis *alibis)
{
	tc_map_release(&alibis->known);
	tc_map_release(&alibis->ages);
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

/* Nobody who is somewhere is in a cgroup that has gone: NULL. */
static bool are_elsewhere(const struct tc_party *party, const char *cgroup)
{
	for (size_t i = 0; i < party->count; i++) {
		tc_auto_free char *path = tc_process_cgroup2(party->processes[i]->pid);

		if (!path || (cgroup && tc_alibi_related(path, cgroup)))
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
	known = PRESENT;
	if ((path || tc_cgroup_ids_gone(alibis->cgroups, cgroup)) && are_elsewhere(party, path))
		known = ELSEWHERE;
	place = tc_map_put(&alibis->known, key);
	if (place) /* without memory it is found out anew */
		*place = known;
	return known == ELSEWHERE;
}

/* The start of a process is known to a clock tick, the age of a minisocket to a timer's slack. */
enum { SLACK_MS = 50 };

/* How long the eldest has been running; 0: not known of one of them. */
static uint64_t eldest_ms(const struct tc_party *party)
{
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK), now_ms, eldest = 0;
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	for (size_t i = 0; i < party->count; i++) {
		struct tc_kinship kinship;
		uint64_t start_ms, age;

		if (!tc_kinship_read(party->processes[i]->pid, &kinship))
			return 0;
		start_ms = kinship.start * 1000 / ticks;
		age = now_ms > start_ms ? now_ms - start_ms : 0;
		eldest = age + 1 > eldest ? age + 1 : eldest;
	}
	return eldest;
}

bool tc_alibi_young(struct tc_alibis *alibis, const struct tc_party *party, uint64_t age_ms)
{
	uint64_t key = (uint64_t)(uintptr_t)party, eldest, *place;

	if (!tc_map_get(&alibis->ages, key, &eldest)) {
		eldest = eldest_ms(party);
		place = tc_map_put(&alibis->ages, key);
		if (place)
			*place = eldest;
	}
	return eldest && eldest + SLACK_MS < age_ms;
}
