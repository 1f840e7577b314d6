/* SPDX-License-Identifier: MIT */
/* hash.h - a number for a string of bytes: fast, well spread, and not a secret by itself. */
#ifndef TC_UTIL_HASH_H
#define TC_UTIL_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Eight bytes at a time, each mixed in by a multiplication to 128 bits. Where others choose the
 * bytes, a random seed keeps them from choosing collisions as well.
 */
uint64_t tc_hash(const void *bytes, size_t length, uint64_t seed);

#endif
