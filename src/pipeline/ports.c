/* SPDX-License-Identifier: MIT */
/*
 * ports.c - reads what analysis/headroom.h computes from: settings, sockets, and who chose
 * their ports.
 *
 * Through eBPF everything comes from one walk. Without, a second look tells the ports that
 * programs named themselves, and the rest is inferred.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "model/filter.h"
#include "pipeline/bound_count.h"
#include "pipeline/gaps.h"
#include "pipeline/port_rules.h"
#include "pipeline/ports_reading.h"
#include "pipeline/reports.h"
#include "pipeline/visit.h"
#include "source/route.h"
#include "util/clock.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/netns_here.h"

/* ---- Which destinations are told ------------------------------------------------------ */

static int choose(void *context, const struct tc_sock *socks, size_t count)
{
	struct reading *reading = context;

	for (size_t i = 0; i < count; i++)
		tc_headroom_choose(reading->part->headroom, &socks[i]);
	return 0;
}

static int fail_without_way(struct reading *reading)
{
	memcpy(reading->report->why, reading->no_way_why, TC_WHY_MAX);
	return reading->no_way;
}

/* The one that is asked for, by the way that the routes choose; not every namespace has one. */
static int want_one(struct reading *reading)
{
	struct tc_ports_query *query = &reading->query;
	struct tc_way way;
	int err;

	tc_headroom_choose_none(reading->part->headroom);
	query->to = tc_route_reached(&query->to);
	err = tc_route_way(&query->to, query->to_port, query->to_device, &way,
			   reading->no_way_why);
	if (!err)
		return tc_headroom_want(reading->part->headroom, &way.local, &query->to,
					query->to_port, way.ifindex);
	reading->no_way = err;
	return reading->every ? 0 : fail_without_way(reading);
}

/* The filter has a look of its own: of the sockets that pass it the destinations are told. */
static int choose_destinations(struct reading *reading)
{
	struct tc_report report = { .size = sizeof(report) };
	struct tc_query query = reading->look;
	int err;

	if (reading->query.one)
		return want_one(reading);
	if (!query.filter && !query.families)
		return 0;
	tc_headroom_choose_none(reading->part->headroom);
	if (reading->look.from)
		return 0; /* they have chosen already */
	query.source = tc_ports_is_source(reading, "bpf") ? NULL : query.source;
	query.states = 0;
	err = tc_scan(&query, choose, reading, &report);
	if (err)
		memcpy(reading->report->why, report.why, sizeof(report.why));
	else
		tc_reports_add(&reading->chosen, &report);
	return err;
}

/* Where it is not known which destinations pass the filter, the answer is not complete. */
static void report_choice(struct reading *reading)
{
	tc_gap_unjudged(&reading->doubt, reading->report);
	if (reading->chosen.source)
		tc_reports_add_look(reading->report, &reading->chosen);
}

/* ---- The reading --------------------------------------------------------------------- */

/* Sockets that are only bound hold ports, and not every kernel and source shows them. */
static void judge_completeness(struct reading *reading)
{
	struct tc_port_pool *pool = &reading->part->pool;
	uint32_t unlisted;

	if (!(reading->report->states_not_read & TC_STATE_BIT(TC_BOUND)) && !reading->look.from &&
	    reading->report->complete)
		return;
	unlisted = pool->exact ? tc_bound_unlisted(reading->report) : UINT32_MAX;
	if (!unlisted)
		return;
	tc_headroom_lack_bound(reading->part->headroom, unlisted);
	if (pool->exact)
		tc_bound_say_unlisted(unlisted, pool->why);
	pool->exact = false;
}

static int read_all(struct reading *reading)
{
	struct tc_headroom_rules rules;
	int err;

	if (reading->look.from) {
		err = tc_ports_read_listing(reading);
	} else {
		err = tc_port_rules_read(&rules, reading->report->why);
		if (err && tc_ports_let_go(reading))
			err = tc_port_rules_read(&rules, reading->report->why);
		if (!err)
			err = tc_ports_read_kernel(reading, &rules);
		reading->read_us += reading->report->read_us;
	}
	if (!err)
		err = choose_destinations(reading);
	if (!err)
		judge_completeness(reading);
	return err ? err : tc_headroom_finish(reading->part->headroom);
}

/* What belongs to the namespace that the thread is in. */
static void name_namespace(struct reading *reading)
{
	struct part *part = reading->part;
	uint64_t here = tc_netns_here();

	part->pool.netns = here;
	part->pool.netns_name = part->netns_name;
	for (size_t i = 0; i < tc_headroom_count(part->headroom); i++) {
		struct tc_destination *told = tc_headroom_at(part->headroom, i);

		told->netns = here;
		told->netns_name = part->netns_name;
		if (told->ifindex)
			told->iface = tc_names_iface(&reading->ports->names, here,
						     told->ifindex);
	}
}

/* The earlier reading of the same namespace, or NULL. */
static const struct part *earlier_of(const struct reading *reading)
{
	const struct tc_ports *since = reading->query.since;

	for (size_t i = 0; since && i < since->part_count; i++)
		if (since->parts[i].pool.netns == reading->part->pool.netns &&
		    since->parts[i].taken_at < reading->part->taken_at)
			return &since->parts[i];
	return NULL;
}

static int finish(struct reading *reading)
{
	struct part *part = reading->part;
	const struct part *earlier;

	if (!reading->look.from)
		name_namespace(reading);
	part->taken_at = (double)tc_clock_us() / 1e6;
	tc_headroom_pool(part->headroom, &part->pool);
	earlier = earlier_of(reading);
	if (!earlier)
		return 0;
	part->pool.seconds = part->taken_at - earlier->taken_at;
	return tc_headroom_rate(part->headroom, earlier->headroom, part->pool.seconds);
}

/* What is done in a namespace. */
static int read_here(void *context, const struct tc_netns *netns)
{
	struct reading *reading = context;
	struct tc_ports *ports = reading->ports;
	struct part *grown = realloc(ports->parts, (ports->part_count + 1) * sizeof(*grown));
	int err;

	if (!grown)
		return -ENOMEM;
	ports->parts = grown;
	reading->part = &grown[ports->part_count++];
	*reading->part = (struct part){ .headroom = NULL };
	if (!netns)
		reading->part->netns_name = tc_netns_name_here();
	else if (netns->name) /* one has none where nothing that holds it was found */
		reading->part->netns_name = strdup(netns->name);
	tc_listeners_release(&reading->listeners);
	err = read_all(reading);
	if (err)
		return err;
	if (reading->every)
		tc_reports_add(&reading->reports, reading->report);
	return finish(reading);
}

static int compare_destinations(const void *one, const void *other)
{
	const struct tc_destination *a = *(const struct tc_destination *const *)one;
	const struct tc_destination *b = *(const struct tc_destination *const *)other;

	if (a->free != b->free)
		return a->free < b->free ? -1 : 1;
	return (a->netns > b->netns) - (a->netns < b->netns);
}

/* Of one namespace they are in order; those of several are put among each other. */
static int put_in_order(struct tc_ports *ports)
{
	size_t count = 0;

	for (size_t p = 0; p < ports->part_count; p++)
		count += tc_headroom_count(ports->parts[p].headroom);
	ports->order = malloc((count + 1) * sizeof(struct tc_destination *));
	if (!ports->order)
		return -ENOMEM;
	for (size_t p = 0; p < ports->part_count; p++)
		for (size_t i = 0; i < tc_headroom_count(ports->parts[p].headroom); i++)
			ports->order[ports->count++] =
				tc_headroom_at(ports->parts[p].headroom, i);
	if (ports->part_count > 1)
		qsort(ports->order, count, sizeof(struct tc_destination *), compare_destinations);
	return 0;
}

static int read_in_namespace(struct reading *reading)
{
	struct tc_visits visits;
	int err = tc_visits_open(&visits, &reading->look, reading->report->why);

	if (err)
		return err;
	reading->look.netns = NULL; /* we shall be there */
	reading->every = visits.all;
	err = tc_visits_each(&visits, read_here, reading, reading->report->why);
	if (!err) {
		if (reading->reports.source)
			*reading->report = reading->reports;
		report_choice(reading);
		tc_visits_report(&visits, reading->report);
	}
	reading->report->read_us = reading->read_us;
	if (visits.all) /* it is of what listens */
		reading->report->estimate_us = 0;
	tc_visits_close(&visits);
	if (!err)
		err = put_in_order(reading->ports);
	return !err && reading->no_way && !reading->ports->count ? fail_without_way(reading) : err;
}

/* Callers may have been compiled with fewer members. */
static int whole_query(const struct tc_ports_query *query, struct reading *reading,
		       struct tc_query *nothing)
{
	const struct tc_query *look;

	if (!query->size)
		return -EINVAL;
	memcpy(&reading->query, query,
	       query->size < sizeof(reading->query) ? query->size : sizeof(reading->query));
	look = reading->query.look ? reading->query.look : nothing;
	if (!look->size)
		return -EINVAL;
	memcpy(&reading->look, look,
	       look->size < sizeof(reading->look) ? look->size : sizeof(reading->look));
	reading->look.size = sizeof(reading->look);
	return 0;
}

int tc_ports_take(const struct tc_ports_query *query, struct tc_ports **ret_ports,
		  struct tc_report *ret_report)
{
	struct tc_query nothing = { .size = sizeof(nothing) };
	struct tc_report report = { .size = sizeof(report) };
	struct reading reading = {
		.report = &report,
		.reports = { .size = sizeof(report) },
		.chosen = { .size = sizeof(report) },
	};
	uint64_t start = tc_clock_us();
	int err = whole_query(query, &reading, &nothing);

	if (!err) {
		reading.ports = calloc(1, sizeof(*reading.ports));
		err = reading.ports ? read_in_namespace(&reading) : -ENOMEM;
	}
	tc_listeners_release(&reading.listeners);
	tc_port_facts_release(reading.programs);
	report.took_us = tc_clock_us() - start;
	report.size = ret_report->size;
	memcpy(ret_report, &report,
	       ret_report->size < sizeof(report) ? ret_report->size : sizeof(report));
	if (err)
		tc_ports_free(reading.ports);
	else
		*ret_ports = reading.ports;
	return err;
}

void tc_ports_free(struct tc_ports *ports)
{
	if (!ports)
		return;
	for (size_t p = 0; p < ports->part_count; p++) {
		tc_headroom_free(ports->parts[p].headroom);
		free(ports->parts[p].netns_name);
	}
	tc_names_release(&ports->names);
	free(ports->order);
	free(ports->parts);
	free(ports);
}

size_t tc_ports_pools(const struct tc_ports *ports)
{
	return ports->part_count;
}

const struct tc_port_pool *tc_ports_pool(const struct tc_ports *ports, size_t index)
{
	return index < ports->part_count ? &ports->parts[index].pool : NULL;
}

size_t tc_ports_count(const struct tc_ports *ports)
{
	return ports->count;
}

const struct tc_destination *tc_ports_at(const struct tc_ports *ports, size_t index)
{
	return index < ports->count ? ports->order[index] : NULL;
}
