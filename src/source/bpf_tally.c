/* SPDX-License-Identifier: MIT */
/*
 * bpf_tally.c - counts what the walks find, without handing it over; see bpf_tally.h.
 *
 * Where the kernel is too old for a walk, and eBPF was asked for all the same, the kernel's own
 * iterator counts connections (bpf/tcp_iter.h).
 */
#include "source/bpf_tally.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bpf/tcp_iter.h"
#include "bpf/walk.h"
#include "model/census.h"
#include "model/filter.h"
#include "model/glance.h"
#include "model/repeats.h"
#include "source/minis.h"
#include "source/netlink.h"
#include "source/sockstat.h"
#include "source/walked.h"
#include "util/intl.h"
#include "util/macro.h"

/* Values of icsk_pending (include/net/inet_connection_sock.h). */
enum { PENDING_RETRANS = 1, PENDING_PROBE0 = 3, PENDING_LOSS_PROBE = 5, PENDING_REO_TIMEOUT = 6 };

enum { SAMPLED_LEAST = 50000, MANY = 100000, SOME = 12500 };

/* The timer as sock_diag names it (net/ipv4/inet_diag.c, inet_sk_diag_fill). */
static enum tc_timer timer_of(uint32_t word)
{
	switch (word >> TC_WALK_WORD_PENDING & 255) {
	case PENDING_RETRANS:
	case PENDING_LOSS_PROBE:
	case PENDING_REO_TIMEOUT:
		return TC_TIMER_RETRANS;
	case PENDING_PROBE0:
		return TC_TIMER_PROBE;
	default: /* what was asked without data in flight, keepalive asked */
		return word >> TC_WALK_WORD_PROBES & 255 ? TC_TIMER_KEEPALIVE : TC_TIMER_NONE;
	}
}

struct counting {
	struct tc_glance *glance;
	uint64_t told[TC_WALK_SLOTS];
};

static int take_words(void *context, const struct tc_walk_layout *layout __attribute__((unused)),
		      const uint64_t *words, size_t count)
{
	struct counting *counting = context;

	for (size_t i = 0; i < count; i++) {
		uint32_t word = (uint32_t)words[i], slot = word & 15;
		enum tc_timer timer = TC_TIMER_RETRANS;
		unsigned retrans = word >> TC_WALK_WORD_RETRANSMITS & 255;

		if (slot >= TC_WALK_SLOTS)
			continue;
		counting->told[slot]++;
		if (slot != TC_WALK_SLOT_REQUEST) {
			timer = timer_of(word);
			retrans = (unsigned)tc_repeats(timer, retrans,
						       word >> TC_WALK_WORD_PROBES & 255);
		}
		tc_glance_count(counting->glance, tc_walked_state(slot), retrans, timer,
				word >> TC_WALK_WORD_SOCKET & 1);
	}
	return 0;
}

/*
 * Those that were only counted have nothing to show: the timers of minisockets are their lives, what
 * was asked for the first time may be asked again, and connections are in use, with no timer that
 * has had to ask or to repeat anything.
 */
static void glance_at_counted(struct counting *counting, const struct tc_walk_result *result)
{
	for (uint32_t slot = 0; slot < TC_WALK_SLOTS; slot++) {
		static const enum tc_timer timers[] = {
			[TC_KIND_FULL] = TC_TIMER_NONE,
			[TC_KIND_TIMEWAIT] = TC_TIMER_TIMEWAIT,
			[TC_KIND_REQUEST] = TC_TIMER_RETRANS,
		};
		enum tc_kind kind = tc_walked_kind(slot);
		uint64_t count = result->totals[slot] - counting->told[slot];

		counting->glance->sockets[tc_walked_state(slot)][0][timers[kind]]
					 [kind == TC_KIND_FULL] += count;
	}
}

/* Where the iterator counts, nobody has looked. */
static void glance_at_ends(struct tc_glance_ends *to, const struct tc_walk_ends *from,
			   uint32_t every, bool is_unknown)
{
	_Static_assert((int)TC_GLANCE_FAR == (int)TC_WALK_FAR, "one table");
	for (size_t i = 0; i < TC_GLANCE_FAR; i++)
		to->far[i] += from->far[i];
	for (size_t i = 0; i < TC_ARRAY_SIZE(to->near); i++)
		to->near[i] |= from->near[i];
	if (to->every < every)
		to->every = every;
	to->is_unknown |= is_unknown;
}

/*
 * Where there are very many, a destination that has half of the ports has its part of some of them
 * as well; to look at all takes a tenth of the census.
 */
static uint32_t ends_every(const struct tc_sockstat *stat)
{
	uint64_t sockets = stat->known ? stat->inuse + stat->time_wait : 0;

	return sockets > MANY ? (uint32_t)(sockets / SOME) : 1;
}

/* In a state in which nobody should stay it matters whether anybody has the socket. */
static void ask_for_glance(struct tc_walk_job *walk_job, const struct tc_job *job)
{
	walk_job->slots = tc_walked_slots(job->states) & ~TC_WALK_TIMEWAIT;
	walk_job->slots_closely = walk_job->slots & ~tc_walked_slots(TC_STATE_BIT(TC_ESTABLISHED));
}

/*
 * What is only bound is looked for in lists that connections are in, too. Where these may be long,
 * some connections are kept to begin at; where there are few, to load the larger program for it
 * takes longer than it saves.
 */
static uint64_t sampled(const struct tc_job *job, const struct tc_sockstat *stat)
{
	uint64_t sockets = stat->inuse + stat->time_wait;

	if (!stat->known)
		return 0;
	if (job->together)
		sockets = stat->allocated + tc_minis_time_wait();
	return sockets < SAMPLED_LEAST ? 0 : sockets;
}

/* By a walk or, where there is none, by the iterator. */
static int count_connections(struct tc_walk *walk, struct tc_job *job, struct tc_walk_job walk_job,
			     struct tc_census *census, struct tc_report *report)
{
	struct counting counting = {.glance = job->glance};
	struct tc_walk_ends ends = {{0}, {0}};
	struct tc_walk_result result;
	int err;

	walk_job.sink = take_words;
	walk_job.context = &counting;
	if (job->glance) {
		ask_for_glance(&walk_job, job);
		walk_job.ends = &ends;
	}
	err = walk ? tc_walk_run(walk, TC_WALK_COUNT, &walk_job, &result, report->why)
		   : tc_bpf_tcp_iter(&walk_job, &result, report->why);
	if (!err)
		err = tc_walked_judge(&result, report);
	if (err)
		return err;
	for (uint32_t slot = 0; slot < TC_WALK_SLOTS; slot++)
		if (job->states & TC_STATE_BIT(tc_walked_state(slot)))
			tc_census_count(census, tc_walked_state(slot), result.totals[slot]);
	if (job->glance) {
		glance_at_counted(&counting, &result);
		glance_at_ends(&job->glance->ends, &ends, walk_job.ends_every, !walk);
	}
	return 0;
}

struct listening {
	struct tc_glance *glance;
	struct tc_census *census;
};

static int take_listeners(void *context, const struct tc_walk_layout *layout,
			  const uint64_t *words, size_t count)
{
	struct listening *listening = context;
	int err = 0;

	for (size_t i = 0; !err && i + TC_WALK_RECORD <= count; i += TC_WALK_RECORD) {
		struct tc_sock sock;

		tc_census_count(listening->census, TC_LISTEN, 1);
		if (!listening->glance)
			continue;
		tc_walked_read(layout, words + i, true, &sock);
		tc_glance_count(listening->glance, TC_LISTEN, 0, TC_TIMER_NONE, true);
		err = listening->glance->listening(listening->glance->context, &sock, 1);
	}
	return err;
}

static int count_listeners(struct tc_walk *walk, struct tc_job *job, struct tc_census *census,
			   struct tc_report *report)
{
	struct listening listening = {.glance = job->glance, .census = census};
	struct tc_walk_job walk_job = tc_walked_job(job);
	struct tc_walk_result result;
	int err;

	walk_job.listening = true;
	walk_job.slots = 1u << TC_WALK_SLOT_LISTEN;
	walk_job.sink = take_listeners;
	walk_job.context = &listening;
	err = tc_walk_run(walk, TC_WALK_SCAN, &walk_job, &result, report->why);
	return err ? err : tc_walked_judge(&result, report);
}

static int count_listeners_alone(struct tc_job *job, struct tc_census *census,
				 struct tc_report *report)
{
	struct tc_walk *walk;
	int err = tc_walk_open(TC_WALK_TYPED, &walk, report->why);

	if (err)
		return err;
	err = count_listeners(walk, job, census, report);
	tc_walk_close(walk);
	return err;
}

/*
 * What is left after the walk. Listeners are few: to ask for them takes less time than another
 * program to be loaded, which is done where nobody answers.
 */
static int count_rest(const struct tc_job *job, struct tc_job *rest, struct tc_census *census,
		      struct tc_report *report)
{
	struct tc_census counted = {.total = 0};
	struct tc_report part = {.size = sizeof(part)};
	int err = tc_netlink_tally(rest, census, report);

	if (!err)
		tc_walked_read_by(tc_source_netlink.name, job, rest, report);
	if (err >= 0 || err == -ENOMEM || rest->begun || rest->states != TC_STATE_BIT(TC_LISTEN) ||
	    count_listeners_alone(rest, &counted, &part) < 0)
		return err;
	tc_census_count(census, TC_LISTEN, counted.states[TC_LISTEN]);
	report->complete = true;
	report->why[0] = '\0';
	return 0;
}

/* What the walks find, in a census that counts only when all of them have come to their ends. */
static int count_all(struct tc_job *job, struct tc_census *census, struct tc_report *report)
{
	struct tc_sockstat stat = tc_sockstat_read();
	struct tc_walk_job walk_job = tc_walked_job(job);
	uint32_t states = tc_walked_states(job);
	bool bound = states & TC_STATE_BIT(TC_BOUND);
	struct tc_walk *walk;
	int err = tc_walk_open(TC_WALK_TYPED, &walk, report->why);

	if (err)
		return err;
	if (states & TC_STATE_BIT(TC_LISTEN))
		err = count_listeners(walk, job, census, report);
	walk_job.sampled = bound ? sampled(job, &stat) : 0;
	walk_job.ends_every = ends_every(&stat);
	if (!err && states & ~TC_STATES_ELSEWHERE)
		err = count_connections(walk, job, walk_job, census, report);
	if (!err && bound)
		err = tc_walked_bound(walk, job, census, report);
	tc_walked_way(walk, report);
	tc_walk_close(walk);
	return err;
}

/*
 * Where this kernel refuses a walk. The iterator takes a reference to each socket, for which it
 * needs more time than sock_diag does: who did not ask for it is better served by that.
 */
static bool can_iterate(const struct tc_job *job)
{
	return job->by_name && !job->together && job->states & ~TC_STATES_ELSEWHERE;
}

static void say_iterator(const char *why_no_walk, struct tc_report *report)
{
	if (report->way == TC_WAY_ITERATOR && report->complete)
		snprintf(report->why, sizeof(report->why),
			 _("the kernel's own iterator counted the connections, since eBPF could not "
			   "walk its tables: %s"),
			 why_no_walk);
}

int tc_bpf_tally(struct tc_job *job, struct tc_census *census, struct tc_report *report)
{
	struct tc_census counted = {.total = 0};
	struct tc_job rest = tc_walked_rest(job);
	char why[TC_WHY_MAX] = "";
	int err;

	if (job->filter && job->filter->expr)
		return -EOPNOTSUPP;
	err = count_all(job, &counted, report);
	if ((err == -EOPNOTSUPP || err == -EINVAL || err == -EACCES) && can_iterate(job)) {
		report->way = TC_WAY_ITERATOR;
		memcpy(why, report->why, sizeof(why));
		report->why[0] = '\0';
		counted = (struct tc_census){.total = 0}; /* bound sockets may be in it already */
		err = count_connections(NULL, job, tc_walked_job(job), &counted, report);
	}
	if (err) /* this kernel will not let us; -EOPNOTSUPP would be: not in this way */
		return err == -EOPNOTSUPP ? -ENOSYS : err;
	for (int state = 0; state < TC_STATE_COUNT; state++)
		tc_census_count(census, (enum tc_state)state, counted.states[state]);
	job->begun = true;
	job->applied = TC_APPLIED_STATES | TC_APPLIED_FAMILIES | TC_APPLIED_FILTER;
	report->complete = true;
	if (report->way != TC_WAY_ITERATOR) /* which comes to no sockets that are only bound */
		rest.states &= TC_STATE_BIT(TC_LISTEN);
	if (rest.states)
		err = count_rest(job, &rest, census, report);
	if (!err)
		say_iterator(why, report);
	return err;
}
