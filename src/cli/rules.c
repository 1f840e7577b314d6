/* SPDX-License-Identifier: MIT */
/* rules.c - the table of rules as it is read; see rules.h. */
#include "cli/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/look.h"
#include "cli/note.h"
#include "output/output.h"
#include "pipeline/gather_readings.h"
#include "util/intl.h"

static int read_values(struct tc_rule_pages *pages, const struct tc_options *options)
{
	struct tc_query query = {
		.size = sizeof(query),
		.netns = tc_look_is_every_netns(options) ? options->netns : NULL,
	};
	int err;

	pages->facts = calloc(1, sizeof(*pages->facts));
	err = pages->facts ? tc_facts_init(pages->facts) : -ENOMEM;
	if (!err)
		err = tc_gather_only_readings(&query, pages->facts);
	if (!err)
		err = tc_places_init(&pages->places, pages->facts->netns,
				     pages->facts->netns_count);
	return err;
}

static void fill_all(struct tc_rule_pages *pages, bool english)
{
	pages->fill = (struct tc_fill){
		.settings = pages->facts->now.settings,
		.counters = &pages->facts->now.counters,
		.figures = pages->facts->figures,
		.figure_count = TC_LIFETIME_COUNT,
		.places = pages->places.items,
		.place_count = pages->places.count,
		.english = english,
	};
	while (tc_rules[pages->count])
		pages->count++;
	pages->rules = tc_bag_take(&pages->bag, calloc(pages->count + 1, sizeof(*pages->rules)));
	for (size_t i = 0; pages->rules && i < pages->count; i++)
		pages->rules[i] = tc_rule_text_of(tc_rules[i], NULL, &pages->fill, &pages->bag);
}

int tc_rule_pages_read(struct tc_rule_pages *pages, const struct tc_options *options, bool english)
{
	int status, err;

	*pages = (struct tc_rule_pages){.count = 0};
	status = tc_look_enter_netns(options);
	if (status)
		return status;
	err = read_values(pages, options);
	if (err && pages->facts && *pages->facts->report.why)
		return tc_look_error("%s", pages->facts->report.why);
	if (err)
		return tc_look_error("%s", strerror(-err));
	if (!pages->facts->report.complete)
		tc_note("%s%s", tc_incomplete_start(&pages->facts->report),
			pages->facts->report.why);
	fill_all(pages, english);
	return pages->bag.failed ? tc_look_error("%s", _("out of memory")) : 0;
}

void tc_rule_pages_release(struct tc_rule_pages *pages)
{
	tc_bag_release(&pages->bag);
	tc_places_release(&pages->places);
	if (pages->facts)
		tc_facts_release(pages->facts);
	free(pages->facts);
}
