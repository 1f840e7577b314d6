/* SPDX-License-Identifier: MIT */
/* named_ports.h - the local ports that programs chose themselves. */
#ifndef TC_SOURCE_NAMED_PORTS_H
#define TC_SOURCE_NAMED_PORTS_H

#include "model/port_set.h"

/*
 * Adds the ports of the calling thread's namespace that a program named to bind(2), and that a
 * connection has now. It is not told of TIME_WAIT, nor of inbound connections. Returns 0 or a
 * negative errno.
 */
int tc_named_ports_read(struct tc_port_set *set);

#endif
