/* SPDX-License-Identifier: MIT */
/* glance.c - sockets that are alike as one record; see glance.h. */
#include "model/glance.h"

/* Timer 3 is that of timewait minisockets alone, and requests are in SYN_RECV alone. */
static struct tc_sock record_of(enum tc_state state, unsigned retrans, unsigned timer,
				bool has_inode, uint64_t count)
{
	struct tc_sock sock = {
		.count = count,
		.state = (uint8_t)state,
		.retrans = (uint8_t)retrans,
		.timer = (uint8_t)timer,
		.inode = has_inode,
		.kind = timer == TC_TIMER_TIMEWAIT ? TC_KIND_TIMEWAIT : TC_KIND_FULL,
		.have = TC_HAVE_RETRANS | TC_HAVE_TIMER | TC_HAVE_INODE,
	};

	if (state != TC_SYN_RECV)
		sock.have |= TC_HAVE_KIND;
	return sock;
}

int tc_glance_each(const struct tc_glance *glance, tc_sink *sink, void *context)
{
	const uint64_t *at = &glance->sockets[0][0][0][0];
	int err = 0;

	for (size_t i = 0; i < sizeof(glance->sockets) / sizeof(*at) && !err; i++) {
		struct tc_sock sock;

		if (!at[i])
			continue;
		sock = record_of((enum tc_state)(i / (2 * TC_GLANCE_TIMERS * TC_GLANCE_RETRANS)),
				 (unsigned)(i / (2 * TC_GLANCE_TIMERS) % TC_GLANCE_RETRANS),
				 (unsigned)(i / 2 % TC_GLANCE_TIMERS), i % 2, at[i]);
		err = sink(context, &sock, 1);
	}
	return err;
}

uint64_t tc_glance_ends_most(const struct tc_glance_ends *ends)
{
	uint64_t most = 0;

	for (size_t i = 0; i < TC_GLANCE_FAR; i++)
		if (ends->far[i] > most)
			most = ends->far[i];
	return most;
}

uint64_t tc_glance_ends_taken(const struct tc_glance_ends *ends, uint16_t low, uint16_t high)
{
	uint64_t taken = 0;

	for (uint32_t port = low; port <= high; port++)
		taken += ends->near[port / 64] >> port % 64 & 1;
	return taken;
}
