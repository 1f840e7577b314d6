/* SPDX-License-Identifier: MIT */
/* route.h - which local address a connection would have. */
#ifndef TC_SOURCE_ROUTE_H
#define TC_SOURCE_ROUTE_H

#include "tcpcensus.h"

/*
 * The address that the routes of the calling thread's namespace choose for a connection to
 * remote. Nothing is sent. -ENETUNREACH and other errors of connect(2), with a sentence in why.
 */
int tc_route_source(const struct tc_addr *remote, struct tc_addr *ret_local, char why[TC_WHY_MAX]);

/* Where a connection ends up: who connects to any address (0.0.0.0, ::) connects to himself. */
struct tc_addr tc_route_reached(const struct tc_addr *to);

#endif
