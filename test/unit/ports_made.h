/* SPDX-License-Identifier: MIT */
/* ports_made.h - what tc_ports_take() found, invented: stands in for pipeline/ports.c. */
#ifndef TC_TEST_PORTS_MADE_H
#define TC_TEST_PORTS_MADE_H

#include <stdlib.h>

#include "tcpcensus.h"

enum { DESTINATIONS = 4 };

struct tc_ports {
	struct tc_port_pool pools[2];
	size_t pool_count;
	struct tc_destination to[DESTINATIONS];
	size_t count;
};

size_t tc_ports_pools(const struct tc_ports *ports)
{
	return ports->pool_count;
}

const struct tc_port_pool *tc_ports_pool(const struct tc_ports *ports, size_t index)
{
	return index < ports->pool_count ? &ports->pools[index] : NULL;
}

size_t tc_ports_count(const struct tc_ports *ports)
{
	return ports->count;
}

const struct tc_destination *tc_ports_at(const struct tc_ports *ports, size_t index)
{
	return index < ports->count ? &ports->to[index] : NULL;
}

void tc_ports_free(struct tc_ports *ports)
{
	free(ports);
}

#endif
