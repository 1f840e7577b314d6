/* SPDX-License-Identifier: MIT */
/* places.h - what texts are filled with where several network namespaces are looked at. */
#ifndef TC_PIPELINE_PLACES_H
#define TC_PIPELINE_PLACES_H

#include "analysis/facts.h"
#include "output/fill.h"

/* Zeroed: one namespace. */
struct tc_places {
	struct tc_fill_place *items; /* owned, as what they point to but for the settings */
	size_t count;
};

/* Of these namespaces, which have to last as long. -ENOMEM; to be released either way. */
int tc_places_init(struct tc_places *places, const struct tc_facts_netns *netns, size_t count);
void tc_places_release(struct tc_places *places);

#endif
