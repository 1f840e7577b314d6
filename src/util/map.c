/* SPDX-License-Identifier: MIT */
/* map.c - numbers by number; see map.h. */
#include "util/map.h"

#include <stdlib.h>

#include "util/hash.h"

enum { FIRST_SLOTS = 256 };

void tc_map_release(struct tc_map *map)
{
	free(map->slots);
	*map = (struct tc_map){ 0 };
}

/* The slot of the key, or the free one where it belongs. There is always a free one. */
static struct tc_map_slot *find(const struct tc_map *map, uint64_t key)
{
	size_t at = tc_hash(&key, sizeof(key), 0) & map->mask;

	while (map->slots[at].key && map->slots[at].key != key)
		at = (at + 1) & map->mask;
	return &map->slots[at];
}

static bool grow(struct tc_map *map)
{
	size_t count = map->slots ? (map->mask + 1) * 2 : FIRST_SLOTS;
	struct tc_map grown = { .count = map->count, .mask = count - 1 };

	grown.slots = calloc(count, sizeof(*grown.slots));
	if (!grown.slots)
		return false;
	for (size_t i = 0; map->slots && i <= map->mask; i++)
		if (map->slots[i].key)
			*find(&grown, map->slots[i].key) = map->slots[i];
	free(map->slots);
	*map = grown;
	return true;
}

uint64_t *tc_map_put(struct tc_map *map, uint64_t key)
{
	struct tc_map_slot *slot;

	/* At most two in three are taken, so that chains stay short. */
	if ((!map->slots || map->count * 3 >= map->mask * 2) && !grow(map))
		return NULL;
	slot = find(map, key);
	if (!slot->key) {
		slot->key = key;
		map->count++;
	}
	return &slot->value;
}

bool tc_map_get(const struct tc_map *map, uint64_t key, uint64_t *ret_value)
{
	const struct tc_map_slot *slot;

	if (!map->count)
		return false;
	slot = find(map, key);
	if (slot->key)
		*ret_value = slot->value;
	return slot->key;
}
