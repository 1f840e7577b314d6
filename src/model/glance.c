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

/*
 * How many are expected at the most where so many were found by chance: the upper end of the score
 * interval of a Poisson distribution, at five standard deviations.
 */
static uint64_t most_behind(uint64_t found)
{
	uint64_t beyond = 0;

	while ((beyond + 1) * (beyond + 1) <= 5 * 5 * (found + beyond + 1))
		beyond++;
	return found + beyond;
}

uint64_t tc_glance_ends_most(const struct tc_glance_ends *ends)
{
	uint64_t most = 0;

	for (size_t i = 0; i < TC_GLANCE_FAR; i++)
		if (ends->far[i] > most)
			most = ends->far[i];
	if (ends->every <= 1)
		return most;
	return most_behind(most / ends->every) * ends->every;
}

uint64_t tc_glance_ends_taken(const struct tc_glance_ends *ends, uint16_t low, uint16_t high)
{
	uint64_t taken = 0;

	if (ends->every > 1)
		return (uint64_t)high - low + 1;
	for (uint32_t port = low; port <= high; port++)
		taken += ends->near[port / 64] >> port % 64 & 1;
	return taken;
}
