/* SPDX-License-Identifier: MIT */
/* route.h - which local address a connection would have. */
#ifndef TC_SOURCE_ROUTE_H
#define TC_SOURCE_ROUTE_H

#include "tcpcensus.h"

/*
 * The address that the routes of the calling thread's namespace choose for a connection to
 * remote. Nothing is sent. -ENETUNREACH and other errors of connect(2), with a sentence in why.
 */
int tc_route_source(const struct tc_addr *remote, uint16_t port, struct tc_addr *ret_local,
		    char why[TC_WHY_MAX]);

#endif
