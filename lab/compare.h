/* SPDX-License-Identifier: MIT */
/*
 * compare.h - what a diagnosis found in a scenario, beside what it has to find there.
 */
#ifndef TC_LAB_COMPARE_H
#define TC_LAB_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/scenario.h"

struct lab_found {
	const char *id;	   /* of a rule */
	int severity;	   /* enum tc_severity, or */
	bool normal;	   /* it says that all is as it should be, or */
	const char *needs; /* it was not checked, because that was not read */
};

/* Whether the id is one of a list that is divided by blanks; NULL is an empty list. */
bool lab_ids_have(const char *ids, const char *id);

/*
 * True when everything that has to be found, or to be called normal, was, and nothing besides but
 * what the row allows: a notice counts as any other. Otherwise text says what differs, in the
 * language of the locale.
 */
bool lab_compare(const struct lab_scenario *scenario, const struct lab_found *found, size_t count,
		 char *text, size_t size);

/*
 * The same of sockets by state (enum tc_state), as they were counted on the side that is looked at:
 * exactly those of the row's parts, and no fewer where a driver adds to them.
 */
bool lab_compare_states(const struct lab_scenario *scenario, const uint64_t *states, char *text,
			size_t size);

#endif
