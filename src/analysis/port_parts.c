/* SPDX-License-Identifier: MIT */
/* port_parts.c - see port_parts.h. */
#include "analysis/port_parts.h"

#include <stdio.h>
#include <string.h>

#include "util/intl.h"

enum {
	FULL_WARNING = 70,  /* percent */
	FULL_CRITICAL = 90, /* percent */

	/* Of 49152-65535, IANA's range, which Windows since Vista and macOS have by default. */
	ELSEWHERE_PORTS = 16384,
};

struct tc_port_ends tc_port_ends_of(const struct tc_destination *to)
{
	char addr[TC_ADDR_TEXT_MAX];
	struct tc_port_ends ends;

	tc_addr_text(&to->local, ends.local);
	tc_addr_text(&to->remote, addr);
	snprintf(ends.remote, sizeof(ends.remote), tc_addr_is4(&to->remote) ? "%s:%u" : "[%s]:%u",
		 addr, to->remote_port);
	return ends;
}

unsigned tc_port_range_of(const struct tc_port_pool *pool)
{
	return (unsigned)(pool->high - pool->low) + 1;
}

unsigned tc_port_percent(uint64_t part, uint64_t whole)
{
	return whole ? (unsigned)(part * 100 / whole) : 0;
}

enum tc_severity tc_port_severity(unsigned full)
{
	if (full >= FULL_CRITICAL)
		return TC_SEVERITY_CRITICAL;
	return full >= FULL_WARNING ? TC_SEVERITY_WARNING : (enum tc_severity)0;
}

void tc_port_say_netns(const struct tc_facts *facts, struct tc_draft *draft,
		       const struct tc_destination *to)
{
	if (tc_ports_pools(facts->ports) < 2)
		return;
	if (to->netns_name)
		tc_evidence(draft, N_("This is in the network namespace %s."), to->netns_name);
	else
		tc_evidence(draft, N_("This is in the network namespace %llu."),
			    (unsigned long long)to->netns);
}

/* What was not read is not said to be 0. */
void tc_port_say_pool(const struct tc_facts *facts, struct tc_draft *draft,
		      const struct tc_port_pool *pool)
{
	bool has_reserved = !facts->report.foreign || facts->reserved;
	bool has_bound = !(facts->report.states_not_read & TC_STATE_BIT(TC_BOUND));

	if (has_reserved && has_bound && pool->taken_at_least < pool->taken_at_most) {
		tc_evidence_n(draft,
			      "The range %u-%u has %u port; reserved: %u, held by bind(2): %u at least "
			      "and %u at most.",
			      "The range %u-%u has %u ports; reserved: %u, held by bind(2): %u at least "
			      "and %u at most.",
			      tc_port_range_of(pool), pool->low, pool->high,
			      tc_port_range_of(pool), pool->reserved, pool->taken_at_least,
			      pool->taken_at_most);
		return;
	}
	if (has_reserved && has_bound) {
		tc_evidence_n(draft,
			      "The range %u-%u has %u port; reserved: %u, held by bind(2): %u.",
			      "The range %u-%u has %u ports; reserved: %u, held by bind(2): %u.",
			      tc_port_range_of(pool), pool->low, pool->high,
			      tc_port_range_of(pool), pool->reserved, pool->taken);
		return;
	}
	tc_evidence_n(draft, "The range %u-%u has %u port.", "The range %u-%u has %u ports.",
		      tc_port_range_of(pool), pool->low, pool->high, tc_port_range_of(pool));
	if (!has_reserved)
		tc_evidence(draft, N_("Which of them are reserved was not read."));
	if (!has_bound)
		tc_evidence(draft, N_("Sockets that are only bound were not read, and may hold "
				      "some."));
}

bool tc_port_may_be_elsewhere(const struct tc_facts *facts)
{
	return tc_ports_pools(facts->ports) && tc_ports_pool(facts->ports, 0)->assumed &&
	       facts->census.total > facts->census.states[TC_LISTEN];
}

/* Of the ports to a destination those were counted that Linux would give, which is a part. */
bool tc_port_needs_range_elsewhere(const struct tc_facts *facts, uint64_t time_wait,
				   struct tc_draft *draft)
{
	const struct tc_destination *first = facts->ports ? tc_ports_at(facts->ports, 0) : NULL;
	bool has_ends = (facts->seen & TC_HAVE_ENDPOINTS) == TC_HAVE_ENDPOINTS;
	const char *how = strstr(facts->report.formats, "Windows")
				  ? " (netsh int ipv4 show dynamicport tcp)"
				  : "";
	uint64_t held = facts->ports && has_ends ? first ? first->used : 0 : time_wait;

	if (held <= ELSEWHERE_PORTS / 2)
		return false;
	if (first && has_ends)
		tc_needs(draft,
			 N_("that machine's range of local ports%s: %llu of them at least are in "
			    "use to %s, and the range that Windows and macOS have by default, "
			    "49152-65535, has %u"),
			 how, tc_llu(held), tc_port_ends_of(first).remote, ELSEWHERE_PORTS);
	else
		tc_needs(draft,
			 N_("addresses and ports, and that machine's range of local ports%s: "
			    "%llu TIME_WAIT could hold more than half of the %u to one destination "
			    "that Windows and macOS have by default"),
			 how, tc_llu(held), ELSEWHERE_PORTS);
	return true;
}
