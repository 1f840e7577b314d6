/* SPDX-License-Identifier: MIT */
/* sources.c - the ways of reading the kernel's sockets, and which is the fastest for a job. */
#include "source/minis.h"
#include "source/sockstat.h"
#include "source/source.h"

const struct tc_source *const tc_sources[TC_SOURCES + 1] = {
	&tc_source_bpf,
	&tc_source_netlink,
	&tc_source_proc,
	NULL,
};

/* What there is to come by. */
struct population {
	uint64_t full, minis; /* wanted: sockets that are full, and minisockets */
	uint64_t past;	      /* neither */
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

/*
 * Nobody where it is not known, as of those in tables of their own, where they mostly are few:
 * then what begins fastest is best. What a number is an upper bound of, others have: of a table
 * that is shared, their sockets are met as well.
 */
static struct population look_around(const struct tc_job *job)
{
	struct tc_sockstat stat = tc_sockstat_read();
	struct population found = {.past = 0};
	uint64_t full = stat.inuse, time_wait = stat.time_wait;
	double share;

	if (!stat.known || !(job->states & ~TC_STATES_ELSEWHERE))
		return found;
	if (job->together) {
		full = stat.allocated;
		time_wait = tc_minis_time_wait();
		if (time_wait < stat.time_wait) /* not to be read here */
			time_wait = stat.time_wait;
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

static uint64_t estimate_us(const struct tc_source *source, const struct tc_job *job,
			    const struct population *found, bool count)
{
	const struct tc_source_cost *cost = count ? &source->count_cost : &source->scan_cost;
	uint64_t starts = job->together && !source->together ? job->namespaces : 1;
	uint64_t start_us = cost->start_us;
	uint64_t sockets_ns = found->full * cost->full_ns + found->minis * cost->mini_ns +
			      found->past * cost->past_ns;

	if (job->states & TC_STATE_BIT(TC_BOUND))
		start_us += cost->bound_us;
	return starts * start_us + sockets_ns / 1000;
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
			.estimate_us = estimate_us(source, job, &found, count),
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
