/* SPDX-License-Identifier: MIT */
/* found.c - the sockets that walkers have noted, each once; see found.h. */
#include "bpf/found.h"

#include <errno.h>
#include <stdlib.h>

/* Fewer are not worth the time to see who is among them twice. */
enum { MANY = 65536 };

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static void keep_each_once(struct tc_found *found)
{
	uint64_t *socks = (uint64_t *)(void *)found->noted.data;
	size_t count = found->noted.length / sizeof(*socks), kept = 0;

	if (count)
		qsort(socks, count, sizeof(*socks), compare);
	for (size_t i = 0; i < count; i++)
		if (!i || socks[i] != socks[i - 1])
			socks[kept++] = socks[i];
	found->noted.length = kept * sizeof(*socks);
	found->distinct = kept;
}

int tc_found_take(struct tc_found *found, const uint64_t *socks, size_t count)
{
	tc_buf_add(&found->noted, socks, count * sizeof(*socks));
	if (found->noted.failed)
		return -ENOMEM;
	/* A chain that is walked again and again takes no more room than the others. */
	if (found->noted.length / sizeof(*socks) >= MANY + 2 * found->distinct)
		keep_each_once(found);
	return 0;
}

uint64_t tc_found_count(struct tc_found *found)
{
	keep_each_once(found);
	return found->distinct;
}

void tc_found_release(struct tc_found *found)
{
	tc_buf_release(&found->noted);
}
