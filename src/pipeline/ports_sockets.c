/* SPDX-License-Identifier: MIT */
/*
 * ports_sockets.c - the sockets of a namespace, or of a listing, and who chose their ports; see
 * ports_reading.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "model/field.h"
#include "model/filter.h"
#include "pipeline/files.h"
#include "pipeline/port_rules.h"
#include "pipeline/ports_reading.h"
#include "source/named_ports.h"
#include "util/clock.h"
#include "util/intl.h"
#include "util/macro.h"

enum { KEYS_MAX = 64 };

/* What is looked at of each socket. */
static const char *const wanted_fields[] = {
	"state",      "family", "local.addr", "local.port", "remote.addr", "remote.port", "kind",
	"expires", "iface",  "cookie",     "inode",  "netns.id",   "direction",
};

/* ---- Sockets ------------------------------------------------------------------------- */

static bool family_passes(unsigned families, const struct tc_sock *sock)
{
	if (!families || families == (TC_FAMILY_INET | TC_FAMILY_INET6))
		return true;
	return (sock->have & TC_HAVE_FAMILY) &&
	       (families & (sock->family == AF_INET6 ? TC_FAMILY_INET6 : TC_FAMILY_INET));
}

/* A listing is read once, so its sockets choose the destinations as they come. */
static void choose_of_listing(struct reading *reading, const struct tc_sock *sock)
{
	const struct tc_query *look = &reading->look;
	bool passes;

	if (!look->from || (!look->filter && !look->families))
		return;
	if (!family_passes(look->families, sock))
		return;
	passes = tc_filter_match(look->filter, sock);
	if (tc_filter_is_unsure(look->filter, sock))
		tc_doubt_add(&reading->doubt, look->filter, sock, passes);
	if (passes)
		tc_headroom_choose(reading->part->headroom, sock);
}

static int add_batch(void *context, const struct tc_sock *socks, size_t count)
{
	static const struct tc_headroom_fact no_fact = TC_HEADROOM_NO_FACT;
	struct reading *reading = context;

	for (size_t i = 0; i < count; i++) {
		if (tc_headroom_add(reading->part->headroom, &socks[i], &no_fact) < 0)
			return -ENOMEM;
		choose_of_listing(reading, &socks[i]);
	}
	return 0;
}

static struct tc_headroom_fact fact_of(const struct tc_port_fact *fact)
{
	return (struct tc_headroom_fact){
		.origin = !fact->bind_known ? TC_PORT_UNKNOWN
			  : fact->bind	    ? TC_PORT_BIND
					    : TC_PORT_CONNECT,
		.choice = !fact->choice_known ? TC_PORT_UNKNOWN
			  : fact->by_connect  ? TC_PORT_CONNECT
					      : TC_PORT_BIND,
		.timestamps = fact->timestamps_known ? fact->timestamps : TC_HEADROOM_UNKNOWN,
		.age_ms = fact->age_ms,
	};
}

static int add_with_fact(void *context, struct tc_sock *sock, const struct tc_port_fact *told)
{
	struct reading *reading = context;
	struct tc_headroom_fact fact = fact_of(told);

	tc_listeners_resolve(&reading->listeners, sock, 1);
	return tc_headroom_add(reading->part->headroom, sock, &fact);
}

static int add_listeners(void *context, const struct tc_sock *socks, size_t count)
{
	struct reading *reading = context;
	int err = add_batch(reading, socks, count);

	return err ? err : tc_listeners_add(&reading->listeners, socks, count);
}

/* Those of a listing are filtered as they come, so what the filter looks at has to be there. */
static size_t wanted_keys(const struct tc_filter *filter, struct tc_key keys[KEYS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < TC_ARRAY_SIZE(wanted_fields); i++)
		if (tc_key_parse(wanted_fields[i], &keys[count]) == 0)
			count++;
	for (size_t i = 0; filter && tc_field_at(i) && count < KEYS_MAX; i++)
		if (tc_field_at(i)->flags & filter->flags & TC_FIELD_ASKED)
			keys[count++] = (struct tc_key){ .field = tc_field_at(i) };
	return count;
}

/* Every socket of these states, whatever the caller's filter says. */
static int scan(struct reading *reading, uint32_t states, tc_sink *sink)
{
	struct tc_key keys[KEYS_MAX];
	struct tc_query query = reading->look;

	query.states = states;
	query.filter = NULL;
	query.families = 0;
	query.keys = keys;
	query.key_count = wanted_keys(query.from ? reading->look.filter : NULL, keys);
	return tc_scan(&query, sink, reading, reading->report);
}

bool tc_ports_is_source(const struct reading *reading, const char *name)
{
	return reading->look.source && strcmp(reading->look.source, name) == 0;
}

/* What listens or is only bound, and then all else through eBPF. */
static int read_facts(struct reading *reading)
{
	const char *source = reading->look.source;
	char why[TC_WHY_MAX] = "";
	uint64_t start_us;
	int err;

	reading->look.source = NULL;
	err = scan(reading, TC_STATE_BIT(TC_LISTEN) | TC_STATE_BIT(TC_BOUND), add_listeners);
	reading->look.source = source;
	if (err)
		return err;
	tc_listeners_sort(&reading->listeners);
	start_us = tc_clock_us();
	err = tc_port_facts_read(&reading->programs, add_with_fact, reading, why);
	if (err < 0)
		snprintf(reading->report->why, TC_WHY_MAX, "%s", why);
	if (!err)
		reading->report->source = "bpf";
	reading->report->read_us += tc_clock_us() - start_us;
	reading->report->estimate_us = 0; /* it is of what listens */
	return err;
}

/* Ports that programs named themselves; where it fails, they are inferred like the others. */
static int close_named_ports(struct reading *reading)
{
	tc_auto_free struct tc_port_set *named = calloc(1, sizeof(*named));

	if (!named)
		return -ENOMEM;
	if (strcmp(reading->report->source, "netlink") != 0 || tc_named_ports_read(named) < 0)
		return 0;
	for (unsigned port = 0; port < TC_PORT_COUNT; port++)
		if (tc_port_set_has(named, port))
			tc_headroom_close(reading->part->headroom, (uint16_t)port);
	return 0;
}

static int read_sockets(struct reading *reading)
{
	int err = scan(reading, TC_STATES_ALL, add_batch);

	return err ? err : close_named_ports(reading);
}

/* ---- By which way ---------------------------------------------------------------------- */

/* A new beginning: what an attempt that failed has added is not wanted. */
static int begin(struct reading *reading, const struct tc_headroom_rules *rules)
{
	tc_headroom_free(tc_take(reading->part->headroom));
	return tc_headroom_new(rules, &reading->part->headroom);
}

static void refuse_bpf(struct reading *reading)
{
	snprintf(reading->part->pool.why, TC_WHY_MAX, "%s", reading->report->why);
	reading->report->why[0] = '\0';
}

static bool has_refused_bpf(const struct tc_report *report)
{
	return report->refused_count && strcmp(report->refused[0].source, "bpf") == 0;
}

/* What the scan says of eBPF is not about the program that is used here. */
static void forget_refused(struct tc_report *report)
{
	if (!has_refused_bpf(report))
		return;
	report->refused_count--;
	memmove(&report->refused[0], &report->refused[1],
		report->refused_count * sizeof(report->refused[0]));
}

static void report_refused(struct reading *reading)
{
	struct tc_report *report = reading->report;

	forget_refused(report);
	if (report->refused_count == TC_REFUSED_MAX)
		return;
	memmove(&report->refused[1], &report->refused[0],
		report->refused_count * sizeof(report->refused[0]));
	report->refused[0].source = "bpf";
	memcpy(report->refused[0].why, reading->part->pool.why, TC_WHY_MAX);
	report->refused_count++;
}

bool tc_ports_let_go(struct reading *reading)
{
	bool kept = reading->programs != NULL;

	tc_port_facts_release(tc_take(reading->programs));
	return kept;
}

static int begin_facts(struct reading *reading, const struct tc_headroom_rules *rules)
{
	int err = begin(reading, rules);

	return err ? err : read_facts(reading);
}

int tc_ports_read_kernel(struct reading *reading, const struct tc_headroom_rules *rules)
{
	bool automatic = !reading->look.source || tc_ports_is_source(reading, "auto");
	int err;

	if (automatic || tc_ports_is_source(reading, "bpf")) {
		bool kept = reading->programs != NULL;

		err = begin_facts(reading, rules);
		if (err && tc_ports_let_go(reading) && kept)
			err = begin_facts(reading, rules);
		reading->part->pool.exact = !err;
		if (!err)
			forget_refused(reading->report);
		if (!err || !automatic)
			return err;
		refuse_bpf(reading);
	} else {
		snprintf(reading->part->pool.why, TC_WHY_MAX,
			 tc_ports_is_source(reading, "proc")
				 ? _("%s tells neither who chose a port nor which sockets are "
				     "bound to a device")
				 : _("%s does not tell who chose a port"),
			 reading->look.source);
	}
	err = begin(reading, rules);
	if (!err)
		err = read_sockets(reading);
	if (!err && automatic)
		report_refused(reading);
	return err;
}

static int begin_listing(struct reading *reading, struct tc_files *files)
{
	struct tc_headroom_rules rules;
	int err = tc_port_rules_saved(files, &rules, &reading->part->pool.assumed);

	return err ? err : begin(reading, &rules);
}

int tc_ports_read_listing(struct reading *reading)
{
	__attribute__((cleanup(tc_files_release))) struct tc_files files = {.count = 0};
	struct tc_query given = reading->look;
	int err = tc_files_init(&files, &given);

	snprintf(reading->part->pool.why, TC_WHY_MAX, "%s",
		 _("a listing does not tell who chose a port"));
	if (!err)
		err = tc_files_copy(&files, reading->report->why);
	if (!err)
		err = tc_files_lead(&files, &reading->look);
	if (!err)
		err = begin_listing(reading, &files);
	if (!err)
		err = scan(reading, TC_STATES_ALL, add_batch);
	tc_files_name(&files, reading->report);
	reading->look = given;
	return err;
}
