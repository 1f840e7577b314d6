/* SPDX-License-Identifier: MIT */
/* route.h - which way a connection would go. */
#ifndef TC_SOURCE_ROUTE_H
#define TC_SOURCE_ROUTE_H

#include "tcpcensus.h"

/* How a connection would leave. */
struct tc_way {
	struct tc_addr local; /* the address that the routes choose */
	uint32_t ifindex;     /* of the device that its socket is bound to; 0: to none */
};

/*
 * The way that the routes of the calling thread's namespace choose for a connection to this port
 * of remote, which rules (ip-rule(8): dport, ipproto) may go by, and by the device of this name or number where remote is link-local (else NULL). Nothing is sent.
 * -ENETUNREACH and other errors of connect(2), -ENODEV: there is no such device; with a sentence
 * in why.
 */
int tc_route_way(const struct tc_addr *remote, uint16_t port, const char *device,
		 struct tc_way *ret_way, char why[TC_WHY_MAX]);

/* Where a connection ends up: who connects to any address (0.0.0.0, ::) connects to himself. */
struct tc_addr tc_route_reached(const struct tc_addr *to);

#endif
