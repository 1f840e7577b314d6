/* SPDX-License-Identifier: MIT */
/*
 * gather.c - everything that rules judge by, read in an order that fits; see gather.h.
 *
 *	counters - a census, and what is half closed - ports - (listeners - the interval -
 *	listeners) - counters - ports - every socket
 *
 * Counters are read before the sockets: what they count was caused by what is then seen. The
 * sockets come last, since all else names what they are judged by.
 */
#include "pipeline/gather.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/port_need.h"
#include "pipeline/damaged.h"
#include "pipeline/files.h"
#include "pipeline/gather_ports.h"
#include "pipeline/gather_programs.h"
#include "pipeline/gather_readings.h"
#include "util/clock.h"
#include "util/macro.h"

struct gather {
	struct tc_query query; /* of every socket */
	struct tc_facts *facts;
	struct tc_gathered_readings readings;
	struct tc_ports *ports_before; /* owned; NULL: there were none */
	uint64_t start_us;	       /* of the first reading */
	uint64_t watched_us;	       /* when those that are half closed had been looked at */
};

/* ---- Ports ----------------------------------------------------------------------------- */

/* NULL where they cannot be read: then it is said why, and what needs them is not checked. */
static struct tc_ports *take_ports(const struct gather *gather, const struct tc_ports *since)
{
	struct tc_ports_query query = {
		.size = sizeof(query), .look = &gather->query, .since = since};
	struct tc_report report = {.size = sizeof(report)};
	struct tc_ports *ports = NULL;
	int err = tc_ports_take(&query, &ports, &report);

	if (err)
		snprintf(gather->facts->ports_why, sizeof(gather->facts->ports_why), "%s",
			 *report.why ? report.why : strerror(-err));
	return err ? NULL : ports;
}

/* ---- The first look -------------------------------------------------------------------- */

static void take_census_before(const struct gather *gather)
{
	struct tc_report report = {.size = sizeof(report)};
	struct tc_query query = gather->query;

	query.states = TC_STATES_ALL & ~TC_STATE_BIT(TC_BOUND);
	gather->facts->has_census_before =
		tc_census_take(&query, &gather->facts->census_before, &report) == 0 &&
		report.complete;
}

static int watch_batch(void *context, const struct tc_sock *socks, size_t count)
{
	return tc_watched_add(context, socks, count);
}

/*
 * Which of those that are half closed keepalive keeps fresh. What could not be looked at whole is
 * not known of the others; most machines have none, and then nobody looks.
 */
static int watch_half_closed(struct gather *gather)
{
	static const char *const names[] = {"state", "inode", "timer", "heard"};
	const struct tc_facts *facts = gather->facts;
	struct tc_watched *watched = &gather->facts->watched;
	struct tc_key keys[TC_ARRAY_SIZE(names)];
	struct tc_query query = gather->query;
	struct tc_report report = {.size = sizeof(report)};
	int err = 0;

	watched->taken = watched->whole = facts->has_census_before;
	if (!facts->has_census_before || (!facts->census_before.states[TC_CLOSE_WAIT] &&
					  !facts->census_before.states[TC_FIN_WAIT2]))
		return 0;
	for (size_t i = 0; i < TC_ARRAY_SIZE(names) && !err; i++)
		err = tc_key_parse(names[i], &keys[i]);
	query.states = TC_STATE_BIT(TC_CLOSE_WAIT) | TC_STATE_BIT(TC_FIN_WAIT2);
	query.keys = keys;
	query.key_count = TC_ARRAY_SIZE(names);
	if (!err)
		err = tc_scan(&query, watch_batch, watched, &report);
	watched->whole = watched->whole && !err && report.complete;
	gather->watched_us = tc_clock_us();
	return err == -ENOMEM ? err : 0;
}

static int look_before(struct gather *gather)
{
	int err;

	gather->start_us = tc_clock_us();
	err = tc_gather_readings(&gather->readings, &gather->query, 0, gather->facts->report.why);
	if (err)
		return err;
	take_census_before(gather);
	err = watch_half_closed(gather);
	if (err)
		return err;
	gather->ports_before = take_ports(gather, NULL);
	return 0;
}

/* ---- Listeners, and the interval -------------------------------------------------------- */

static void wait_until(uint64_t end_us)
{
	struct timespec end = {
		.tv_sec = (time_t)(end_us / 1000000),
		.tv_nsec = (long)(end_us % 1000000) * 1000,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
		continue;
}

/* It waits by itself, unless it fails before. */
static void take_listeners(const struct gather *gather, uint64_t interval_ms)
{
	struct tc_facts *facts = gather->facts;
	struct tc_report report = {.size = sizeof(report)};
	int err = tc_listeners_take(&gather->query, interval_ms, &facts->listening, &report);

	if (err)
		snprintf(facts->listening_why, sizeof(facts->listening_why), "%s",
			 *report.why ? report.why : strerror(-err));
	if (err && interval_ms)
		wait_until(gather->start_us + interval_ms * 1000);
}

/* ---- The last look ---------------------------------------------------------------------- */

static int read_now(struct gather *gather)
{
	struct tc_facts *facts = gather->facts;
	int err = tc_gather_readings(&gather->readings, &gather->query, 1, facts->report.why);

	if (err)
		return err;
	if (gather->start_us)
		facts->interval_us = tc_clock_us() - gather->start_us;
	tc_gathered_readings_sum(&gather->readings);
	facts->before = gather->readings.at[0];
	facts->now = gather->readings.at[1];
	return tc_gathered_readings_give(&gather->readings, facts);
}

static int add_batch(void *context, const struct tc_sock *socks, size_t count)
{
	return tc_facts_add(context, socks, count);
}

static int scan(const struct gather *gather)
{
	struct tc_key keys[TC_KEYS_MAX];
	struct tc_query query = gather->query;
	struct tc_facts *facts = gather->facts;
	int err;

	if (gather->watched_us)
		facts->watched.apart_ms = (tc_clock_us() - gather->watched_us) / 1000;
	tc_port_watch(facts);
	query.states = TC_STATES_ALL;
	query.keys = keys;
	query.key_count = tc_facts_keys(facts, keys);
	err = tc_scan(&query, add_batch, facts, &facts->report);
	if (query.from && !facts->census.states[TC_BOUND]) /* hardly any listing shows them */
		facts->report.states_not_read |= TC_STATE_BIT(TC_BOUND);
	return err;
}

/* ---- All of it -------------------------------------------------------------------------- */

static int gather_from_kernel(struct gather *gather, uint64_t interval_ms)
{
	int err = interval_ms ? look_before(gather) : 0;

	if (err)
		return err;
	take_listeners(gather, interval_ms);
	err = read_now(gather);
	if (err)
		return err;
	gather->facts->ports = take_ports(gather, gather->ports_before);
	err = tc_gather_ports(&gather->query, gather->facts);
	err = err ? err : scan(gather);
	tc_damaged_report(gather->facts->now.counters.damage,
			  gather->facts->now.counters.damage_count, NULL, &gather->facts->report);
	return err;
}

/* Which ports of the range are kept from everybody, where the files say it. */
static int keep_reserved(struct tc_facts *facts)
{
	if (facts->now.settings[TC_SETTING_ip_local_reserved_ports].status != TC_SETTING_READ)
		return 0;
	facts->reserved = malloc(sizeof(*facts->reserved));
	if (!facts->reserved)
		return -ENOMEM;
	*facts->reserved = facts->now.reserved;
	return 0;
}

/* The same files for all that reads them, each from the start: one look, whatever is in them. */
static int gather_from_files(struct gather *gather)
{
	__attribute__((cleanup(tc_files_release))) struct tc_files files = {.count = 0};
	struct tc_report *report = &gather->facts->report;
	int err = tc_files_init(&files, &gather->query);

	if (!err)
		err = tc_files_copy(&files, report->why);
	if (!err)
		err = tc_files_lead(&files, &gather->query);
	if (!err)
		err = tc_files_readings(&files, &gather->facts->now);
	if (!err)
		err = keep_reserved(gather->facts);
	if (err)
		return err;
	take_listeners(gather, 0);
	gather->facts->ports = take_ports(gather, NULL);
	err = scan(gather);
	tc_files_name(&files, report);
	report->origins_have_readings = true;
	return err;
}

int tc_gather(const struct tc_query *query, uint64_t interval_ms, struct tc_facts *facts)
{
	struct gather gather = {.query = *query, .facts = facts};
	bool is_all = query->netns && strcmp(query->netns, "all") == 0;
	int err = is_all && !query->from ? tc_facts_by_netns(facts) : 0;

	if (err)
		return err;
	facts->families = query->families;
	gather.query.size = sizeof(gather.query);
	gather.query.filter = NULL;
	gather.query.states = 0;
	gather.query.keys = NULL;
	gather.query.key_count = 0;
	err = query->from ? gather_from_files(&gather) : gather_from_kernel(&gather, interval_ms);
	tc_ports_free(gather.ports_before);
	tc_gathered_readings_release(&gather.readings);
	if (!err)
		err = tc_facts_finish(facts);
	if (!err && !query->from)
		tc_gather_programs(facts);
	return err;
}
