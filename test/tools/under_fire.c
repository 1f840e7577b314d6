/* SPDX-License-Identifier: MIT */
/*
 * under_fire.c - censuses while connections open and close, against what the kernel counted.
 *
 *	under_fire SECONDS STEADY PORT SOURCE...
 *
 * Takes censuses by each source in turn. Before and after each the kernel is asked how many
 * sockets it has (sockstat) and how many have come since it started (ActiveOpens, PassiveOpens, and
 * TW + TWKilled for the minisockets that come after them). Who was there all the time has to be
 * counted, and nobody can be who was never there:
 *
 *	before - gone <= census <= before + come,	gone = before + come - after
 *
 * And STEADY sockets do not take part: those that are not on the ports PORT to PORT + 99. The
 * walk by eBPF has to find each of them once. A dump goes on by the position in a chain, so that
 * netlink may pass over as many as have gone; /proc goes on by the position in the whole table, and
 * may as well repeat as many as have come (seen: 4,005 lines, from 7,549 lines before).
 *
 * Prints a line a source, and what is wrong; exit status 1 then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "source/counter_read.h"
#include "source/sockstat.h"
#include "tcpcensus.h"
#include "util/clock.h"
#include "util/macro.h"

enum {
	SOURCES_MAX = 4,
	EDGE = 32, /* counted and not yet in the table, or the other way round */
	STATES = TC_STATES_ALL & ~TC_STATE_BIT(TC_BOUND),
	WRONG_MAX = 20, /* that are told one by one */
};

/* What the kernel says at a moment, which takes some time to say: `blur` is how much came in it. */
struct moment {
	uint64_t sockets, come_first, come_last, blur;
};

struct bounds {
	uint64_t low, high, come, gone;
};

struct tried {
	const char *name;
	uint64_t censuses, incomplete, missed, repeated, us, widest;
};

struct fire {
	uint64_t steady;
	struct tc_filter *filter;
	unsigned wrong;
	struct tried tried[SOURCES_MAX];
	size_t count;
};

/* ---- What the kernel counts -------------------------------------------------------------- */

static uint64_t read_come(void)
{
	static struct tc_counters counters; /* large */
	uint64_t sum = 0;
	static const enum tc_counter ids[] = {
		TC_COUNTER_ActiveOpens,
		TC_COUNTER_PassiveOpens,
		TC_COUNTER_TW,
		TC_COUNTER_TWKilled,
	};

	tc_counters_read(NULL, NULL, &counters);
	for (size_t i = 0; i < TC_ARRAY_SIZE(ids); i++) {
		if (counters.status[ids[i]] != TC_COUNTER_READ) {
			fprintf(stderr, "under_fire: the kernel's counters cannot be read\n");
			exit(77);
		}
		sum += counters.value[ids[i]];
	}
	return sum;
}

static struct moment read_moment(void)
{
	struct moment moment = {.come_first = read_come()};
	struct tc_sockstat stat = tc_sockstat_read();

	if (!stat.known) {
		fprintf(stderr, "under_fire: sockstat cannot be read\n");
		exit(77);
	}
	moment.sockets = stat.inuse + stat.time_wait;
	moment.come_last = read_come();
	moment.blur = moment.come_last - moment.come_first;
	return moment;
}

static struct bounds bounds_of(const struct moment *before, const struct moment *after)
{
	/* A sum over processors is of no one moment either. */
	uint64_t edge = EDGE + 2 * (before->blur + after->blur);
	uint64_t come = after->come_last - before->come_first;
	uint64_t all = before->sockets + come;
	uint64_t gone = all > after->sockets ? all - after->sockets : 0;
	uint64_t lost = gone + edge;

	return (struct bounds){
		.low = before->sockets > lost ? before->sockets - lost : 0,
		.high = all + edge,
		.come = come + edge,
		.gone = lost,
	};
}

/* ---- A census --------------------------------------------------------------------------- */

static bool may_repeat(const struct tried *tried)
{
	return strcmp(tried->name, "proc") == 0;
}

static bool is_wrong(struct fire *fire, const struct tried *tried, const char *what, uint64_t found,
		     uint64_t low, uint64_t high)
{
	if (found >= low && found <= high)
		return false;
	if (fire->wrong++ < WRONG_MAX)
		printf("wrong: %s by %s: %llu, which is not from %llu to %llu\n", what, tried->name,
		       (unsigned long long)found, (unsigned long long)low,
		       (unsigned long long)high);
	return true;
}

static void failed(struct fire *fire, const struct tried *tried, int err,
		   const struct tc_report *report)
{
	if (fire->wrong++ < WRONG_MAX)
		printf("wrong: %s: error %d, %s\n", tried->name, -err, report->why);
}

/* Requests stand in neither of the kernel's numbers: they are none of these, and come and go. */
static uint64_t take_census(struct fire *fire, struct tried *tried)
{
	struct tc_query query = {.size = sizeof(query), .source = tried->name, .states = STATES};
	struct tc_report report = {.size = sizeof(report)};
	struct moment before = read_moment(), after;
	struct tc_census census;
	struct bounds bounds;
	uint64_t found;
	int err = tc_census_take(&query, &census, &report);

	after = read_moment();
	tried->censuses++;
	if (err) {
		failed(fire, tried, err, &report);
		return UINT64_MAX;
	}
	tried->us += report.took_us;
	if (!report.complete) {
		tried->incomplete++;
		return UINT64_MAX;
	}
	bounds = bounds_of(&before, &after);
	if (tried->widest < bounds.high - bounds.low)
		tried->widest = bounds.high - bounds.low;
	found = census.total - census.states[TC_SYN_RECV];
	if (may_repeat(tried))
		bounds.high += bounds.come;
	is_wrong(fire, tried, "all sockets", found, bounds.low, bounds.high);
	is_wrong(fire, tried, "SYN_RECV", census.states[TC_SYN_RECV], 0, bounds.come);
	return found;
}

static int count(void *context, const struct tc_sock *socks __attribute__((unused)), size_t count)
{
	*(uint64_t *)context += count;
	return 0;
}

static void find_steady(struct fire *fire, struct tried *tried)
{
	struct tc_key key = {.field = tc_field_find("local.port")};
	struct tc_query query = {
		.size = sizeof(query),
		.source = tried->name,
		.states = STATES,
		.filter = fire->filter,
		.keys = &key,
		.key_count = 1,
	};
	struct tc_report report = {.size = sizeof(report)};
	struct moment before = read_moment(), after;
	uint64_t found = 0, low = fire->steady, high = fire->steady;
	struct bounds bounds;
	int err = tc_scan(&query, count, &found, &report);

	after = read_moment();
	if (err) {
		failed(fire, tried, err, &report);
		return;
	}
	if (!report.complete)
		return;
	bounds = bounds_of(&before, &after);
	if (strcmp(tried->name, "bpf") != 0)
		low = low > bounds.gone ? low - bounds.gone : 0;
	high += may_repeat(tried) ? bounds.come : 0;
	is_wrong(fire, tried, "steady sockets", found, low, high);
	if (found < fire->steady)
		tried->missed += fire->steady - found;
	else
		tried->repeated += found - fire->steady;
}

/* Each source once; what they find is of one time then, and so are the bounds. */
static void take_round(struct fire *fire)
{
	uint64_t found[SOURCES_MAX];
	struct moment before = read_moment(), after;
	struct bounds bounds;

	for (size_t i = 0; i < fire->count; i++)
		found[i] = take_census(fire, &fire->tried[i]);
	after = read_moment();
	bounds = bounds_of(&before, &after);
	for (size_t i = 0; i < fire->count; i++)
		if (found[i] != UINT64_MAX)
			is_wrong(fire, &fire->tried[i], "all sockets, beside the other sources",
				 found[i], bounds.low,
				 bounds.high + (may_repeat(&fire->tried[i]) ? bounds.come : 0));
	for (size_t i = 0; i < fire->count; i++)
		find_steady(fire, &fire->tried[i]);
}

/* ---- All of them ------------------------------------------------------------------------ */

static double seconds_now(void)
{
	return (double)tc_clock_us() / 1e6;
}

static int parse_filter(struct fire *fire, unsigned long port)
{
	struct tc_filter_error error;
	char text[256];

	snprintf(text, sizeof(text),
		 "( sport lt :%lu or sport gt :%lu ) and ( dport lt :%lu or dport gt :%lu )", port,
		 port + 99, port, port + 99);
	if (tc_filter_parse(text, 0, &fire->filter, &error) == 0)
		return 0;
	fprintf(stderr, "under_fire: %s: %s\n", text, error.text);
	return 2;
}

static int tell(const struct fire *fire, double seconds, uint64_t come)
{
	bool each = true;

	printf("%.1f s, %.0f sockets came in each\n", seconds, (double)come / seconds);
	for (size_t i = 0; i < fire->count; i++) {
		const struct tried *tried = &fire->tried[i];
		uint64_t good = tried->censuses - tried->incomplete;

		printf("%s: %llu censuses of %.1f ms, %llu incomplete, bounds at most %llu apart, "
		       "of the steady %llu passed over, %llu repeated\n",
		       tried->name, (unsigned long long)tried->censuses,
		       tried->censuses ? (double)tried->us / 1e3 / (double)tried->censuses : 0,
		       (unsigned long long)tried->incomplete, (unsigned long long)tried->widest,
		       (unsigned long long)tried->missed, (unsigned long long)tried->repeated);
		each = each && good;
	}
	if (!each)
		printf("wrong: no census of a source was complete\n");
	return fire->wrong || !each;
}

int main(int argc, char **argv)
{
	struct fire fire = {.wrong = 0};
	double start, seconds;
	uint64_t come;
	int status;

	if (argc < 5 || argc - 4 > SOURCES_MAX) {
		fprintf(stderr, "usage: under_fire SECONDS STEADY PORT SOURCE...\n");
		return 2;
	}
	seconds = strtod(argv[1], NULL);
	fire.steady = strtoull(argv[2], NULL, 10);
	status = parse_filter(&fire, strtoul(argv[3], NULL, 10));
	if (status)
		return status;
	for (int i = 4; i < argc; i++)
		fire.tried[fire.count++].name = argv[i];
	start = seconds_now();
	come = read_come();
	do
		take_round(&fire);
	while (seconds_now() - start < seconds);
	status = tell(&fire, seconds_now() - start, read_come() - come);
	tc_filter_free(fire.filter);
	return status;
}
