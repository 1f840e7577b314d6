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

/*
 * Sockets to come by; none where it is not known, as of those in tables of their own, where they
 * mostly are few: then what begins fastest is best. What a number
 * is an upper bound of, others have: of a table that is shared, their sockets are met as well.
 */
static uint64_t sockets_to_read(const struct tc_job *job)
{
	struct tc_sockstat stat = tc_sockstat_read();
	uint64_t everywhere;

	if (!stat.known || !(job->states & ~TC_STATES_ELSEWHERE))
		return 0;
	if (!job->together)
		return stat.inuse + stat.time_wait + tc_minis_requests();
	everywhere = tc_minis_time_wait();
	if (everywhere < stat.time_wait) /* not to be read here */
		everywhere = stat.time_wait;
	return stat.allocated + everywhere + tc_minis_requests();
}

static uint64_t estimate_us(const struct tc_source *source, const struct tc_job *job,
			    uint64_t sockets, bool count)
{
	const struct tc_source_cost *cost = count ? &source->count_cost : &source->scan_cost;
	uint64_t starts = job->together && !source->together ? job->namespaces : 1;

	return starts * cost->start_us + sockets * cost->each_ns / 1000;
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
	uint64_t sockets = sockets_to_read(job);
	size_t chosen = 0;

	for (size_t i = 0; tc_sources[i]; i++) {
		const struct tc_source *source = tc_sources[i];
		struct tc_source_choice choice = {
			.source = source,
			.estimate_us = estimate_us(source, job, sockets, count),
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
