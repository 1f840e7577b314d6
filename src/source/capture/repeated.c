/* SPDX-License-Identifier: MIT */
/*
 * repeated.c - whether a listing without headings is several: ss -H twice into one file.
 *
 * A connection is in a listing once. So the first few of each format are remembered, and where
 * they come again in the same state, the input has another listing of the same machine. Single
 * ones may repeat in one listing, since the kernel is read piece by piece while it changes.
 */
#include "source/capture/reader.h"
#include "util/macro.h"

/* How many of those remembered must come again, where so many are remembered. */
enum { ENOUGH = 3 };

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 29;
}

static uint64_t addr_part(const struct tc_addr *addr, size_t at)
{
	uint64_t part;

	memcpy(&part, addr->byte + at, sizeof(part));
	return part;
}

static uint64_t hash_of(const struct tc_capture *capture, size_t format, const struct tc_sock *sock)
{
	uint64_t hash = mix(capture->zone ^ sock->netns, format);

	hash = mix(hash, addr_part(&sock->local, 0));
	hash = mix(hash, addr_part(&sock->local, 8));
	hash = mix(hash, addr_part(&sock->remote, 0));
	hash = mix(hash, addr_part(&sock->remote, 8));
	hash = mix(hash, (uint64_t)sock->state << 32 | (uint64_t)sock->local_port << 16 |
				 sock->remote_port);
	return hash + !hash;
}

void tc_repeated_note(struct tc_capture *capture, size_t format, const struct tc_sock *sock)
{
	struct tc_format_seen *seen = &capture->seen[format];
	uint64_t hash;
	size_t slot;

	/*
	 * Listeners may share an address; what stands for many is no connection; lsof.c knows
	 * repeated lines better.
	 */
	if (format == tc_format_number(&tc_format_lsof) ||
	    (sock->have & TC_HAVE_ENDPOINTS) != TC_HAVE_ENDPOINTS || !sock->remote_port ||
	    sock->state == TC_LISTEN || sock->count != 1)
		return;
	hash = hash_of(capture, format, sock);
	slot = hash % TC_ARRAY_SIZE(capture->repeated);
	for (; capture->repeated[slot]; slot = (slot + 1) % TC_ARRAY_SIZE(capture->repeated))
		if (capture->repeated[slot] == hash) {
			seen->repeats++;
			return;
		}
	if (seen->remembered == TC_REPEATED_MAX)
		return;
	capture->repeated[slot] = hash;
	seen->remembered++;
}

bool tc_repeated(const struct tc_capture *capture)
{
	for (size_t i = 0; i < TC_FORMAT_COUNT; i++) {
		const struct tc_format_seen *seen = &capture->seen[i];
		uint64_t enough = seen->remembered < ENOUGH ? seen->remembered : ENOUGH;

		if (seen->repeats && seen->repeats >= enough)
			return true;
	}
	return false;
}
