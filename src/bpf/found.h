/* SPDX-License-Identifier: MIT */
/*
 * found.h - how many sockets the programs that look for those that are only bound have found.
 *
 * A socket may be met more than once: by two lanes, in two lists, since it moves between them, or
 * where a chain is walked again. It counts once.
 */
#ifndef TC_BPF_FOUND_H
#define TC_BPF_FOUND_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

struct tc_found {
	struct tc_buf noted; /* addresses of sockets */
	size_t distinct;     /* so many at its beginning are each there once */
};

/* -ENOMEM: they are not noted. */
int tc_found_take(struct tc_found *found, const uint64_t *socks, size_t count);

/* How many there are. */
uint64_t tc_found_count(struct tc_found *found);

void tc_found_release(struct tc_found *found);

#endif
