/* SPDX-License-Identifier: MIT */
/* walked.c - what more than one source does with walks; see walked.h. */
#include "source/walked.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/census.h"
#include "model/state.h"
#include "util/addr.h"
#include "util/intl.h"

enum tc_state tc_walked_state(uint32_t slot)
{
	return slot == TC_WALK_SLOT_FIN_WAIT2_MINI ? TC_FIN_WAIT2
						   : tc_state_from_kernel((uint8_t)(slot + 1));
}

enum tc_kind tc_walked_kind(uint32_t slot)
{
	if (slot == TC_WALK_SLOT_REQUEST)
		return TC_KIND_REQUEST;
	return slot == TC_WALK_SLOT_TIME_WAIT || slot == TC_WALK_SLOT_FIN_WAIT2_MINI
		       ? TC_KIND_TIMEWAIT
		       : TC_KIND_FULL;
}

uint32_t tc_walked_slots(uint32_t states)
{
	uint32_t slots = 0;

	for (uint32_t slot = 0; slot < TC_WALK_SLOTS; slot++)
		if (states & TC_STATE_BIT(tc_walked_state(slot)))
			slots |= 1u << slot;
	return slots;
}

uint32_t tc_walked_states(const struct tc_job *job)
{
	return job->together ? job->states : job->states & ~TC_STATE_BIT(TC_LISTEN);
}

struct tc_job tc_walked_rest(const struct tc_job *job)
{
	struct tc_job rest = *job;

	rest.states = job->together ? 0 : job->states & TC_STATES_ELSEWHERE;
	rest.begun = false;
	return rest;
}

void tc_walked_read_by(const char *source, const struct tc_job *job, const struct tc_job *rest,
		       struct tc_report *report)
{
	if (job->states == rest->states) {
		report->source = source;
		return;
	}
	report->rest_states = rest->states;
	report->rest_source = source;
}

void tc_walked_way(const struct tc_walk *walk, struct tc_report *report)
{
	report->way = tc_walk_way(walk) == TC_WALK_PROBE ? TC_WAY_PROBED : TC_WAY_FASTEST;
}

static uint64_t value_at(const uint64_t *record, size_t word, const struct tc_walk_place *place)
{
	return record[word] >> (place->shift & 63);
}

void tc_walked_read(const struct tc_walk_layout *layout, const uint64_t *record, bool listening,
		    struct tc_sock *ret_sock)
{
	uint32_t slot = (uint32_t)record[TC_WALK_RECORD_WHAT] & 15;
	uint32_t v4[2] = {
		(uint32_t)value_at(record, TC_WALK_RECORD_V4, &layout->saddr),
		(uint32_t)value_at(record, TC_WALK_RECORD_V4, &layout->daddr),
	};
	bool is4;

	memset(ret_sock, 0, sizeof(*ret_sock));
	ret_sock->family = (uint8_t)value_at(record, TC_WALK_RECORD_HEAD, &layout->family);
	is4 = ret_sock->family != AF_INET6;
	ret_sock->count = 1;
	ret_sock->local = tc_addr_of(is4, is4 ? (const void *)&v4[0]
					  : (const void *)&record[TC_WALK_RECORD_SADDR6]);
	if (listening) /* with nobody at the other end */
		ret_sock->remote = tc_addr_of(is4, &in6addr_any);
	else
		ret_sock->remote = tc_addr_of(is4, is4 ? (const void *)&v4[1]
						   : (const void *)&record[TC_WALK_RECORD_DADDR6]);
	ret_sock->local_port = (uint16_t)value_at(record, TC_WALK_RECORD_PORTS, &layout->sport);
	ret_sock->remote_port =
		ntohs((uint16_t)value_at(record, TC_WALK_RECORD_PORTS, &layout->dport));
	ret_sock->ifindex = (uint32_t)value_at(record, TC_WALK_RECORD_HEAD, &layout->ifindex);
	ret_sock->have = TC_WALKED_HAVE;
	ret_sock->netns = record[TC_WALK_RECORD_WHAT] >> 32;
	ret_sock->state = (uint8_t)(listening ? TC_LISTEN : tc_walked_state(slot));
	ret_sock->kind = (uint8_t)(listening ? TC_KIND_FULL : tc_walked_kind(slot));
	if (!listening)
		return;
	ret_sock->rqueue = (uint32_t)record[TC_WALK_RECORD_BACKLOG];
	ret_sock->wqueue = (uint32_t)(record[TC_WALK_RECORD_BACKLOG] >> 32);
	ret_sock->timer = TC_TIMER_NONE;
	ret_sock->have |= TC_HAVE_QUEUES | TC_HAVE_TIMER | TC_HAVE_RETRANS;
	if (!record[TC_WALK_RECORD_HOLDER])
		return;
	ret_sock->inode = (uint32_t)record[TC_WALK_RECORD_HOLDER];
	ret_sock->uid = (uint32_t)(record[TC_WALK_RECORD_HOLDER] >> 32);
	ret_sock->have |= TC_HAVE_INODE | TC_HAVE_UID;
}

struct tc_walk_job tc_walked_job(const struct tc_job *job)
{
	return (struct tc_walk_job){
		.families = job->families,
		.netns = job->together ? job->listed : NULL,
		.netns_count = job->together ? (size_t)job->namespaces : 0,
	};
}

int tc_walked_judge(const struct tc_walk_result *result, struct tc_report *report)
{
	if (!result->given_up)
		return 0;
	snprintf(report->why, sizeof(report->why),
		 tc_ngettext("%llu of %llu chains of sockets could not be followed: it "
			     "changed too fast",
			     "%llu of %llu chains of sockets could not be followed: they changed "
			     "too fast",
			     (unsigned long)result->given_up),
		 (unsigned long long)result->given_up, (unsigned long long)result->buckets);
	return -EBUSY;
}

int tc_walked_bound(struct tc_walk *walk, const struct tc_job *job, struct tc_census *census,
		    struct tc_report *report)
{
	struct tc_walk_job walk_job = tc_walked_job(job);
	struct tc_walk_result result;
	int err = tc_walk_run(walk, TC_WALK_BOUND, &walk_job, &result, report->why);

	if (!err)
		err = tc_walked_judge(&result, report);
	if (!err)
		tc_census_count(census, TC_BOUND, result.totals[0]);
	return err;
}

int tc_walked_bound_alone(const struct tc_job *job, struct tc_census *census,
			  struct tc_report *report)
{
	struct tc_walk *walk;
	int err = tc_walk_open(TC_WALK_TYPED, &walk, report->why);

	if (err)
		return err;
	err = tc_walked_bound(walk, job, census, report);
	tc_walk_close(walk);
	return err;
}
