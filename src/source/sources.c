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

enum {
	OTHERS_FEW = 1000, /* of others in the table before it is asked whose it is, */
	FULL_FEW = 1000,   /* and full sockets before it is asked in which states they are */
};

/* What there is to come by. */
struct population {
	bool known;
	uint64_t full, minis; /* wanted: sockets that are full, and minisockets */
	uint64_t past;	      /* neither */
	uint64_t elsewhere;   /* of other namespaces, in the same table */
};

#define MINI_STATES (TC_STATE_BIT(TC_SYN_RECV) | TC_STATE_BIT(TC_TIME_WAIT))
#define FULL_STATES (TC_STATES_ALL & ~(TC_STATES_ELSEWHERE | MINI_STATES))
#define CURRENT_STATES (TC_STATE_BIT(TC_ESTABLISHED) | TC_STATE_BIT(TC_CLOSE_WAIT))

/* The kernel counts full sockets alone by family; of the others as many will be of it. */
static double share_of_families(const struct tc_sockstat *stat, unsigned families)
{
	double share6 = stat->inuse ? (double)stat->inuse6 / (double)stat->inuse : 0.5;

	return (families & TC_FAMILY_INET6 ? share6 : 0) +
	       (families & TC_FAMILY_INET ? 1 - share6 : 0);
}

/*
 * Of so many full sockets, those that are wanted. Most are ESTABLISHED, mostly. If those are not
 * wanted, the others may be a handful or nearly all: by a quarter neither way is as much worse than
 * it has to be as by other guesses.
 */
static uint64_t guess_full(uint32_t states, uint64_t full)
{
	if (states & TC_STATE_BIT(TC_ESTABLISHED))
		return full;
	return states & FULL_STATES ? full / 4 : 0;
}

/* Where the kernel says how many are ESTABLISHED or CLOSE_WAIT, the others are of one kind, mostly. */
static uint64_t count_full(uint32_t states, uint64_t full)
{
	uint32_t others = FULL_STATES & ~CURRENT_STATES;
	uint64_t current;

	if (!(states & FULL_STATES) || !(~states & FULL_STATES) || full < FULL_FEW)
		return guess_full(states, full);
	current = tc_sockstat_current();
	if (current > full) /* or it is not known */
		return guess_full(states, full);
	return guess_full(states & CURRENT_STATES, current) + (states & others ? full - current : 0);
}

/* So many of all sockets of a kind, of which that share is of the families that are. */
static void add(uint64_t all, uint64_t part, double share, uint64_t *wanted, uint64_t *past)
{
	part = (uint64_t)((double)part * share);
	*wanted += part;
	*past += all > part ? all - part : 0;
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
	uint64_t full, time_wait, everybodys, requests;
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
	requests = tc_minis_requests();
	if (is_of_many(job)) {
		full = stat.allocated;
		if (everybodys > time_wait) /* else it is not to be read here */
			time_wait = everybodys;
	} else {
		found.elsewhere = count_elsewhere(&stat, everybodys);
	}
	share = share_of_families(&stat, job->families);
	add(full, is_of_many(job) ? guess_full(job->states, full) : count_full(job->states, full),
	    share, &found.full, &found.past);
	/* Most of them wait; and of those in FIN_WAIT2 it is not known how many they are. */
	add(time_wait, job->states & TC_STATE_BIT(TC_TIME_WAIT) ? time_wait : 0, share,
	    &found.minis, &found.past);
	add(requests, job->states & TC_STATE_BIT(TC_SYN_RECV) ? requests : 0, share, &found.minis,
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
