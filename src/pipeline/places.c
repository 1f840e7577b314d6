/* SPDX-License-Identifier: MIT */
/* places.c - what texts are filled with in several namespaces; see places.h. */
#include "pipeline/places.h"

#include <errno.h>
#include <stdlib.h>

#include "analysis/judge_netns.h"

enum { NAME_MAX_HERE = 128 };

static int init_one(struct tc_fill_place *place, const struct tc_facts_netns *netns)
{
	struct tc_figure *figures = malloc(TC_LIFETIME_COUNT * sizeof(*figures));
	char *name = malloc(NAME_MAX_HERE);

	place->figures = figures;
	place->name = name;
	place->settings = netns->settings;
	place->counters = &netns->now;
	if (!figures || !name)
		return -ENOMEM;
	tc_lifetimes(netns->settings, figures);
	tc_facts_netns_name(netns, name, NAME_MAX_HERE);
	return 0;
}

int tc_places_init(struct tc_places *places, const struct tc_facts_netns *netns, size_t count)
{
	int err = 0;

	*places = (struct tc_places){.count = 0};
	if (!count)
		return 0;
	places->items = calloc(count, sizeof(*places->items));
	if (!places->items)
		return -ENOMEM;
	while (places->count < count && !err) {
		err = init_one(&places->items[places->count], &netns[places->count]);
		places->count++;
	}
	return err;
}

void tc_places_release(struct tc_places *places)
{
	for (size_t i = 0; i < places->count; i++) {
		free((void *)places->items[i].name);
		free((void *)places->items[i].figures);
	}
	free(places->items);
	*places = (struct tc_places){.count = 0};
}
