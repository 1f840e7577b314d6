/* SPDX-License-Identifier: MIT */
/* sources.c - the ways of reading the kernel's sockets, and which is the fastest for a job. */
#include "model/filter.h"
#include "source/minis.h"
#include "source/sockstat.h"
#include "source/source.h"
#include "util/processors.h"

const struct tc_source *const tc_sources[TC_SOURCES + 1] = {
	&tc_source_bpf,
	&tc_source_netlink,
	&tc_source_proc,
	NULL,
};

/* So many sockets of others may be in the table before it is asked whose it is. */
enum { OTHERS_FEW = 1000 };

/* What there is to come by. */
struct population {
	bool known;
	uint64_t full, minis; /* wanted: sockets that are full, and minisockets */
	uint64_t past;	      /* neither */
	uint64_t elsewhere;   /* of other namespaces, in the same table */
};

#define FULL_BUT_ESTABLISHED                                                                       \
	(TC_STATES_ALL & ~(TC_STATES_ELSEWHERE | TC_STATE_BIT(TC_ESTABLISHED) |                    \
			   TC_STATE_BIT(TC_SYN_RECV) | TC_STATE_BIT(TC_TIME_WAIT)))

/* The kernel counts full sockets alone by family; of the others as many will be of it. */
static double share_of_families(const struct tc_sockstat *stat, unsigned families)
{
	double share6 = stat->inuse ? (double)stat->inuse6 / (double)stat->inuse : 0.5;

	return (families & TC_FAMILY_INET6 ? share6 : 0) +
	       (families & TC_FAMILY_INET ? 1 - share6 : 0);
}

/*
 * Most full sockets are ESTABLISHED, mostly. If those are not wanted, the others may be a handful
 * or nearly all: by a quarter neither way is as much worse than it has to be as by other guesses.
 */
static double share_of_full(uint32_t states)
{
	if (states & TC_STATE_BIT(TC_ESTABLISHED))
		return 1;
	return states & FULL_BUT_ESTABLISHED ? 0.25 : 0;
}

static void add(uint64_t sockets, double share, uint64_t *wanted, uint64_t *past)
{
	uint64_t part = (uint64_t)((double)sockets * share);

	*wanted += part;
	*past += sockets > part ? sockets - part : 0;
}

static bool is_of_many(const struct tc_job *job)
{
	return job->together || job->namespaces > 1;
}

/* A table is mostly everybody's: then what others have in it is passed. */
static uint64_t count_elsewhere(const struct tc_sockstat *stat, uint64_t everybodys_time_wait)
{
	uint64_t others = 0;

	if (stat->allocated > stat->inuse)
		others += stat->allocated - stat->inuse;
	if (everybodys_time_wait > stat->time_wait)
		others += everybodys_time_wait - stat->time_wait;
	return others < OTHERS_FEW || !tc_sockstat_has_own_table() ? others : 0;
}

/*
 * Nobody where it is not known, as of those that listen, who mostly are few: then what begins
 * fastest is best. What a number is an upper bound of, others have: of a table that is shared,
 * their sockets are met as well.
 */
static struct population look_around(const struct tc_job *job)
{
	struct population found = {.known = true};
	struct tc_sockstat stat;
	uint64_t full, time_wait, everybodys;
	double share;

	if (job->states == TC_STATE_BIT(TC_LISTEN))
		return found;
	stat = tc_sockstat_read();
	found.known = stat.known;
	if (!stat.known)
		return found;
	full = stat.inuse;
	time_wait = stat.time_wait;
	everybodys = tc_minis_time_wait();
	if (is_of_many(job)) {
		full = stat.allocated;
		if (everybodys > time_wait) /* else it is not to be read here */
			time_wait = everybodys;
	} else {
		found.elsewhere = count_elsewhere(&stat, everybodys);
	}
	share = share_of_families(&stat, job->families);
	add(full, share * share_of_full(job->states), &found.full, &found.past);
	/* Most of them wait; and of those in FIN_WAIT2 it is not known how many they are. */
	add(time_wait, job->states & TC_STATE_BIT(TC_TIME_WAIT) ? share : 0, &found.minis,
	    &found.past);
	add(tc_minis_requests(), job->states & TC_STATE_BIT(TC_SYN_RECV) ? share : 0, &found.minis,
	    &found.past);
	return found;
}

/* What a filter keeps is not known, and may be a handful or all: as with full sockets. */
static void add_filter(struct population *found)
{
	uint64_t full = found->full / 4, minis = found->minis / 4;

	found->past += found->full - full + found->minis - minis;
	found->full = full;
	found->minis = minis;
}

/* How often the tables are gone through. */
static uint64_t count_readings(const struct tc_source *source, const struct tc_job *job)
{
	bool once = !job->namespaces || (job->together && source->together);

	return once ? 1 : job->namespaces;
}

static uint64_t connections_us(const struct tc_source_cost *cost, const struct population *found,
			       uint64_t readings)
{
	uint64_t all = found->full + found->minis + found->past;
	uint64_t past = found->past + found->elsewhere + (readings - 1) * all;

	return readings * cost->start_us + (found->full * cost->full_ns +
					    found->minis * cost->mini_ns + past * cost->past_ns) /
						   1000;
}

static uint64_t bound_us(const struct tc_bound_cost *cost, const struct population *found,
			 uint64_t readings)
{
	uint64_t all = found->full + found->minis + found->past;
	uint64_t past = readings * (all + found->elsewhere);

	return readings * cost->start_us + (all * cost->each_ns + past * cost->past_ns) / 1000;
}

static uint64_t estimate_us(const struct tc_source *source, const struct tc_job *job,
			    struct population found, bool count)
{
	uint64_t readings = count_readings(source, job), connections, alone;
	bool filtered = job->filter && job->filter->expr;
	const struct tc_source_cost *cost;

	if (filtered && source->filters)
		add_filter(&found);
	cost = count && (!filtered || source->filters) ? &source->count_cost : &source->scan_cost;
	connections = connections_us(cost, &found, readings);
	if (!(job->states & TC_STATE_BIT(TC_BOUND)))
		return connections;
	alone = bound_us(&cost->bound_alone, &found, readings);
	if (!(job->states & ~TC_STATES_ELSEWHERE))
		return alone;
	if (cost->beside && tc_processors() > 1)
		return connections > alone ? connections : alone;
	return connections + bound_us(&cost->bound, &found, readings);
}

static bool is_better(const struct tc_source_choice *one, const struct tc_source_choice *other)
{
	if (one->source->poorer != other->source->poorer)
		return other->source->poorer;
	return one->estimate_us < other->estimate_us;
}

size_t tc_sources_choose(const struct tc_job *job, bool count,
			 struct tc_source_choice ret_choices[TC_SOURCES])
{
	struct population found = look_around(job);
	size_t chosen = 0;

	for (size_t i = 0; tc_sources[i]; i++) {
		const struct tc_source *source = tc_sources[i];
		struct tc_source_choice choice = {
			.source = source,
			.estimate_us = estimate_us(source, job, found, count),
			.known = found.known,
		};
		size_t at = chosen;

		if (source->serves && !source->serves(job, count))
			continue;
		for (; at && is_better(&choice, &ret_choices[at - 1]); at--)
			ret_choices[at] = ret_choices[at - 1];
		ret_choices[at] = choice;
		chosen++;
	}
	return chosen;
}
