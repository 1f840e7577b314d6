/* SPDX-License-Identifier: MIT */
/* port_parts.h - what the rules about local ports share: how full is too full, and words. */
#ifndef TC_ANALYSIS_PORT_PARTS_H
#define TC_ANALYSIS_PORT_PARTS_H

#include "analysis/judge.h"
#include "analysis/rule_parts.h"
#include "util/addr.h"

enum {
	TC_PORT_ENDPOINT_MAX = TC_ADDR_TEXT_MAX + 10,
	TC_PORT_WORTH_SAYING = 1, /* percent full: below, nobody wonders */
};

/* Both ends of a destination, as text. */
struct tc_port_ends {
	char local[TC_ADDR_TEXT_MAX];
	char remote[TC_PORT_ENDPOINT_MAX];
};

struct tc_port_ends tc_port_ends_of(const struct tc_destination *to);

unsigned tc_port_range_of(const struct tc_port_pool *pool); /* how many ports, reserved ones too */
unsigned tc_port_percent(uint64_t part, uint64_t whole);    /* rounded down; of nothing: 0 */

/* A warning or critical, or 0, of what is full to so many percent. */
enum tc_severity tc_port_severity(unsigned full);

/* The network namespace of a destination, where several were read. */
void tc_port_say_netns(const struct tc_facts *facts, struct tc_draft *draft,
		       const struct tc_destination *to);

/* The range, and what is taken of it. */
void tc_port_say_pool(const struct tc_facts *facts, struct tc_draft *draft,
		      const struct tc_port_pool *pool);

/*
 * Connections none of which is in a range that is but the usual one: theirs may be another. What is
 * in TIME_WAIT or open holds a port, of whoever.
 */
bool tc_port_may_be_elsewhere(const struct tc_facts *facts);

/* Whether connect(2) has no port to choose from, whatever its destination. */
static inline bool tc_port_is_none_left(const struct tc_port_pool *pool)
{
	return pool->reserved + pool->taken_at_least >= tc_port_range_of(pool);
}

/*
 * Of another system than Linux: TIME_WAIT may hold most of the ports to a destination, whose range
 * no listing tells. So many may, where it is not known to whom they are.
 */
bool tc_port_needs_range_elsewhere(const struct tc_facts *facts, uint64_t time_wait,
				   struct tc_draft *draft);

#endif
