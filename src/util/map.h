/* SPDX-License-Identifier: MIT */
/* map.h - numbers by number: an open-addressed table that only grows. */
#ifndef TC_UTIL_MAP_H
#define TC_UTIL_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tc_map {
	struct tc_map_slot *slots; /* owned */
	size_t count;
	size_t mask;
};

#define TC_MAP_INIT { 0 }

struct tc_map_slot {
	uint64_t key; /* 0: free */
	uint64_t value;
};

void tc_map_release(struct tc_map *map);

/*
 * The place of a key's value, which is 0 where the key is new; NULL: no memory. It stays where
 * it is until the next call. The key is not 0.
 */
uint64_t *tc_map_put(struct tc_map *map, uint64_t key);

/* Whether the key is there; then *ret_value is its value. */
bool tc_map_get(const struct tc_map *map, uint64_t key, uint64_t *ret_value);

#endif
