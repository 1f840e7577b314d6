/* SPDX-License-Identifier: MIT */
/* attempts.c - what the counters say of connections that were asked for; see attempts.h. */
#include "analysis/attempts.h"

static uint64_t less(uint64_t from, uint64_t what)
{
	return what < from ? from - what : 0;
}

static uint64_t smaller(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

static bool attempts_of(const struct tc_facts *facts, const struct tc_counters *was,
			const struct tc_counters *is, struct tc_attempts *ret_attempts)
{
	const uint64_t *before = facts->census_before.states;
	uint64_t all, incoming, tried, aborted, others;

	if (!facts->interval_us || !tc_counter_rise(was, is, TC_COUNTER_AttemptFails, &all) ||
	    !tc_counter_rise(was, is, TC_COUNTER_EmbryonicRsts, &incoming) ||
	    !tc_counter_rise(was, is, TC_COUNTER_ActiveOpens, &tried) ||
	    !tc_counter_rise(was, is, TC_COUNTER_TCPAbortOnTimeout, &aborted))
		return false;
	*ret_attempts = (struct tc_attempts){.tried = tried, .all = less(all, incoming)};
	ret_attempts->silent_most = smaller(ret_attempts->all, aborted);
	if (!facts->has_census_before ||
	    !tc_counter_rise(was, is, TC_COUNTER_EstabResets, &others))
		return true;
	others += before[TC_FIN_WAIT1] + before[TC_CLOSING] + before[TC_LAST_ACK];
	ret_attempts->silent_least = smaller(ret_attempts->all, less(aborted, others));
	return true;
}

bool tc_attempts(const struct tc_facts *facts, struct tc_attempts *ret_attempts)
{
	return attempts_of(facts, &facts->before.counters, &facts->now.counters, ret_attempts);
}

bool tc_attempts_are_often(const struct tc_facts *facts, uint64_t count)
{
	return count && count * 1000000 >= facts->interval_us;
}

uint64_t tc_attempts_answered(const struct tc_attempts *attempts)
{
	return attempts->all - attempts->silent_most;
}

uint64_t tc_attempts_timed_out(const struct tc_attempts *attempts)
{
	return attempts->silent_least;
}

/*
 * What fails now was asked for before. Where much less is asked for now, as somebody has paused, it
 * is not known how much else was asked for together with it.
 */
static bool is_too_many(uint64_t count, uint64_t tried)
{
	return count * TC_ATTEMPTS_MANY >= tried && count <= tried * 2;
}

enum tc_severity tc_attempts_weigh(const struct tc_facts *facts, const struct tc_attempts *attempts,
				   uint64_t (*count)(const struct tc_attempts *attempts))
{
	bool is_many = is_too_many(count(attempts), attempts->tried);

	for (size_t i = 0; i < facts->netns_count && !is_many; i++) {
		const struct tc_facts_netns *netns = &facts->netns[i];
		struct tc_attempts here;

		is_many = netns->has_before &&
			  attempts_of(facts, &netns->before, &netns->now, &here) &&
			  tc_attempts_are_often(facts, count(&here)) &&
			  is_too_many(count(&here), here.tried);
	}
	return is_many ? TC_SEVERITY_WARNING : TC_SEVERITY_NOTICE;
}
