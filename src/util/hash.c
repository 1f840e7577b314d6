/* SPDX-License-Identifier: MIT */
/* hash.c - a number for a string of bytes; see hash.h. */
#include "util/hash.h"

#include <string.h>

static uint64_t mix(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide product = (wide)(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xd6e8feb86659fd93u);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t tc_hash(const void *start, size_t length, uint64_t seed)
{
	uint64_t hash = mix(seed, length), word;
	const char *bytes = start;

	for (; length >= sizeof(word); bytes += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		hash = mix(hash, word);
	}
	word = 0;
	memcpy(&word, bytes, length);
	return mix(hash, word);
}
