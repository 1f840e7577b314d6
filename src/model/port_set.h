/* SPDX-License-Identifier: MIT */
/* port_set.h - a set of ports: one bit each. */
#ifndef TC_MODEL_PORT_SET_H
#define TC_MODEL_PORT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TC_PORT_COUNT = 65536 };

struct tc_port_set {
	uint64_t word[TC_PORT_COUNT / 64];
};

static inline bool tc_port_set_has(const struct tc_port_set *set, unsigned port)
{
	return set->word[port / 64] >> port % 64 & 1;
}

static inline void tc_port_set_add(struct tc_port_set *set, unsigned port)
{
	set->word[port / 64] |= UINT64_C(1) << port % 64;
}

/*
 * Reads a list as ip_local_reserved_ports has it, "8080,9148-9150", perhaps empty, with or
 * without the newline. -EINVAL: it is none, and nothing is written.
 */
int tc_port_set_parse(const char *text, size_t length, struct tc_port_set *ret_set);

#endif
