/* SPDX-License-Identifier: MIT */
/* endpoint.h - "address and port" in the spellings of all systems. */
#ifndef TC_SOURCE_CAPTURE_ENDPOINT_H
#define TC_SOURCE_CAPTURE_ENDPOINT_H

#include <stdint.h>

#include "tcpcensus.h"
#include "util/slice.h"

struct tc_endpoint {
	struct tc_slice host; /* as printed, without brackets and zone */
	struct tc_slice zone; /* behind '%': an interface's name or number; may be empty */
	struct tc_slice port; /* as printed */
	struct tc_addr addr;  /* where has_addr */
	int family;	      /* of the address as printed; 0: a name, or "*" */
	uint16_t number;      /* of the port, where has_port; 0: "*" */
	bool has_addr;
	bool has_port;
	bool port_cut; /* the port's name may be cut off: what is left may be another's */
	bool any;	/* "*": every address of a family that is not printed */
	bool truncated; /* the host is surely, or may be, cut off: has_addr is false */
};

/*
 * Reads "192.0.2.1:80", "[::1]:80", "::1:80", ":::80", "*:*", "*:http", "fe80::1%en0.80",
 * "localhost.ssh" and the like. The separator that stands before the port is ':' or '.'.
 * false: not an endpoint. An address that is cut off is one, marked truncated.
 */
bool tc_endpoint_parse(struct tc_slice text, char separator, struct tc_endpoint *ret_endpoint);

/* Takes an address that may be cut off for one that is: what is left stays in host. */
void tc_endpoint_truncate(struct tc_endpoint *endpoint);

/* The family that two endpoints of one socket show, or 0. */
int tc_endpoint_family(const struct tc_endpoint *local, const struct tc_endpoint *remote);

/*
 * The number of a service by its IANA name ("http"), or 0. From a table, not from the
 * machine's: the listing is another machine's, and reads the same wherever it is read.
 */
uint16_t tc_service_port(struct tc_slice name);

/*
 * As tc_service_port(), but from this machine's services file, which has the rest of the
 * registry and may lack any of it. Slow: see tc_capture_service().
 */
uint16_t tc_service_look_up(struct tc_slice name);

#endif
