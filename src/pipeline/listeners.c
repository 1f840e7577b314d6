/* SPDX-License-Identifier: MIT */
/*
 * listeners.c - looking at the listeners twice: their queues, owners, connections, counters.
 *
 * The two looks are short: only what listens is read, which is quick however many connections
 * there are, and owners are looked for at the second look and for listeners alone. Every
 * connection is read once, behind the second look. A listing is read as one look.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/listening.h"
#include "model/field.h"
#include "model/filter.h"
#include "model/setting.h"
#include "pipeline/damaged.h"
#include "pipeline/existing.h"
#include "pipeline/gaps.h"
#include "pipeline/reports.h"
#include "pipeline/visit.h"
#include "source/counter_read.h"
#include "source/setting_read.h"
#include "util/clock.h"
#include "util/intl.h"
#include "util/netns_here.h"

enum { KEYS_MAX = 48 };

struct look {
	struct tc_listening *listening;
	const struct tc_query *query; /* as it was asked */
	struct tc_key keys[KEYS_MAX];
	size_t key_count;
	struct tc_listening_facts *facts; /* owned; one a namespace */
	size_t fact_count;
	uint64_t start_us; /* of the first look; 0: there is none */
	bool has_first_look; /* and it was complete */
};

/* ---- What is asked of each socket ---------------------------------------------------- */

/* Fields that not every build has (owners) are left out where there is no such field. */
static void ask(struct look *look, const char *const *names)
{
	for (size_t i = 0; names[i] && look->key_count < KEYS_MAX; i++) {
		struct tc_key key = {.field = tc_field_find(names[i])};

		if (key.field)
			look->keys[look->key_count++] = key;
	}
}

/* What the filter looks at has to be read as well. */
static void ask_for_filter(struct look *look, const struct tc_filter *filter)
{
	for (size_t i = 0; filter && tc_field_at(i) && look->key_count < KEYS_MAX; i++) {
		struct tc_key key = {.field = tc_field_at(i)};

		if ((key.field->need & filter->need) ||
		    (key.field->flags & filter->flags & TC_FIELD_ASKED))
			look->keys[look->key_count++] = key;
	}
}

static const char *const of_queues[] = {"local", "family", "recv_q", "cookie",
					"netns", "netns.id", "iface",  "drops",	 NULL};
static const char *const of_owners[] = {"inode",     "user",   "process", "unit",
					"container", "cgroup", NULL};
static const char *const of_connections[] = {"service", "state", "inode", "kind",
					     "netns",	"retrans", "remote.addr", NULL};
/* As far as a walk tells of them: not whether a program has accepted them. */
static const char *const of_walked[] = {"service", "state", "kind", "netns", "remote.addr", NULL};

static const char *const *fields_of_connections(const struct tc_query *query)
{
	return query->source && strcmp(query->source, "bpf") == 0 ? of_walked : of_connections;
}

/* ---- Looks --------------------------------------------------------------------------- */

static int take_before(void *context, const struct tc_sock *socks, size_t count)
{
	struct look *look = context;

	return tc_listening_before(look->listening, socks, count);
}

static int take(void *context, const struct tc_sock *socks, size_t count)
{
	struct look *look = context;

	return tc_listening_add(look->listening, look->query->filter, look->query->families, socks,
				count);
}

/* Sockets in some states, of both families: the numbers of a listener are not filtered. */
static int scan(struct look *look, uint32_t states, tc_sink *sink, struct tc_report *report)
{
	struct tc_query query = *look->query;

	query.size = sizeof(query);
	query.families = 0;
	query.filter = NULL;
	query.states = states;
	query.keys = look->keys;
	query.key_count = look->key_count;
	return tc_scan(&query, sink, look, report);
}

static void wait_ms(uint64_t interval_ms)
{
	struct timespec left = {
		.tv_sec = (time_t)(interval_ms / 1000),
		.tv_nsec = (long)(interval_ms % 1000) * 1000000,
	};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		continue;
}

/* ---- What the kernel says of a namespace ---------------------------------------------- */

static void read_somaxconn(struct tc_listening_facts *facts)
{
	struct tc_setting_value value;
	int64_t somaxconn;

	tc_setting_read(TC_SETTING_somaxconn, &value);
	facts->has_somaxconn = tc_setting_known(&value, &somaxconn) && somaxconn >= 0;
	if (facts->has_somaxconn)
		facts->somaxconn = (uint64_t)somaxconn;
}

/* The facts of the namespace where we are; they are new at the first look. */
static int find_facts(struct look *look, struct tc_listening_facts **ret_facts)
{
	uint64_t netns = tc_netns_here();
	struct tc_listening_facts *facts = look->facts;

	for (size_t i = 0; netns && i < look->fact_count; i++)
		if (facts[i].netns == netns) {
			*ret_facts = &facts[i];
			return 0;
		}
	facts = realloc(facts, (look->fact_count + 1) * sizeof(*facts));
	if (!facts)
		return -ENOMEM;
	look->facts = facts;
	*ret_facts = &facts[look->fact_count++];
	**ret_facts = (struct tc_listening_facts){.netns = netns};
	read_somaxconn(*ret_facts);
	return 0;
}

static int visit_before(void *context, const struct tc_netns *netns __attribute__((unused)))
{
	struct look *look = context;
	struct tc_listening_facts *facts;
	int err = find_facts(look, &facts);

	if (err)
		return err;
	tc_counters_read(NULL, NULL, &facts->before);
	facts->has_first_look = look->has_first_look;
	return 0;
}

static int visit(void *context, const struct tc_netns *netns __attribute__((unused)))
{
	struct look *look = context;
	struct tc_listening_facts *facts;
	int err = find_facts(look, &facts);

	if (err)
		return err;
	tc_counters_read(NULL, NULL, &facts->after);
	if (look->start_us)
		facts->interval_us = tc_clock_us() - look->start_us;
	return 0;
}

/* ---- Both looks ---------------------------------------------------------------------- */

/*
 * The first look, and the wait; what is wrong with the source the second look will say. Here the
 * counters come last: between the looks, what listeners drop then holds all that is counted.
 */
static int look_before(struct look *look, uint64_t interval_ms, struct tc_visits *visits,
		       struct tc_report *report)
{
	struct tc_report first = {.size = sizeof(first)};
	int err;

	ask(look, of_queues);
	err = scan(look, TC_STATE_BIT(TC_LISTEN), take_before, &first);
	if (err == -ENOMEM)
		return err;
	look->has_first_look = !err && first.complete;
	look->start_us = tc_clock_us();
	err = tc_visits_each(visits, visit_before, look, report->why);
	if (err)
		return err;
	wait_ms(interval_ms);
	return 0;
}

/* What listens, with its owners, and then what came in by it. */
static int look_now(struct look *look, struct tc_report *report)
{
	uint32_t listen = TC_STATE_BIT(TC_LISTEN);
	struct tc_report first = {.size = sizeof(first)};
	int err;

	look->key_count = 0;
	ask(look, of_queues);
	ask(look, of_owners);
	ask_for_filter(look, look->query->filter);
	err = scan(look, listen, take, &first);
	if (err) {
		*report = first;
		return err;
	}
	look->key_count = 0;
	ask(look, fields_of_connections(look->query));
	err = scan(look, TC_STATES_ALL & ~listen & ~TC_STATE_BIT(TC_BOUND), take, report);
	for (size_t i = 0; i < look->fact_count; i++)
		tc_damaged_report(look->facts[i].after.damage, look->facts[i].after.damage_count,
				  NULL, report);
	report->took_us += first.took_us;
	report->unseen = first.unseen;
	if (!err)
		tc_reports_add_look(report, &first);
	return err;
}

/* Counters are read before the queues: what they count was caused by what is then seen. */
static int look_at_kernel(struct look *look, uint64_t interval_ms, struct tc_report *report)
{
	struct tc_visits visits;
	int err = tc_visits_open(&visits, look->query, report->why);

	if (err)
		return err;
	err = tc_existing_check(look->query->filter, visits.all ? &visits.list : NULL,
				report->why);
	if (!err && interval_ms)
		err = look_before(look, interval_ms, &visits, report);
	if (!err)
		err = tc_visits_each(&visits, visit, look, report->why);
	tc_visits_close(&visits);
	return err ? err : look_now(look, report);
}

static int look_at_listing(struct look *look, struct tc_report *report)
{
	ask(look, of_queues);
	ask(look, of_owners);
	ask(look, of_connections);
	ask_for_filter(look, look->query->filter);
	return scan(look, 0, take, report);
}

static int look_and_judge(struct look *look, uint64_t interval_ms, struct tc_report *report)
{
	int err = look->query->from ? look_at_listing(look, report)
				    : look_at_kernel(look, interval_ms, report);

	if (err)
		return err;
	tc_gap_unjudged(tc_listening_doubt(look->listening), report);
	return tc_listening_judge(look->listening, look->facts, look->fact_count);
}

int tc_listeners_take(const struct tc_query *query, uint64_t interval_ms,
		      struct tc_listening **ret_listening, struct tc_report *ret_report)
{
	struct tc_report report = {.size = sizeof(report)};
	struct tc_query whole = {.size = 0};
	struct look look = {.query = &whole};
	int err;

	memcpy(&whole, query, query->size < sizeof(whole) ? query->size : sizeof(whole));
	err = tc_listening_new(&look.listening);
	if (!err)
		err = look_and_judge(&look, interval_ms, &report);
	if (err == -ENOMEM && !*report.why)
		snprintf(report.why, sizeof(report.why), "%s", _("out of memory"));
	report.size = ret_report->size;
	memcpy(ret_report, &report,
	       ret_report->size < sizeof(report) ? ret_report->size : sizeof(report));
	free(look.facts);
	if (err)
		tc_listening_free(look.listening);
	else
		*ret_listening = look.listening;
	return err;
}
