/* SPDX-License-Identifier: MIT */
/*
 * bpf.c - the kernel's sockets where they are: connections by a walk through the established hash
 * (bpf/walk.h), the few sockets that are not in it, in LISTEN and BOUND, through sock_diag. Where
 * that is denied, listeners are found by a walk as well.
 *
 * A walk is begun in half the time in which libbpf loads a program, and ends in a quarter of the
 * time that sock_diag takes a socket; but sock_diag needs no beginning. Which of them is faster
 * for a job, tc_sources_choose() estimates. Where the kernel is too old for a walk, and eBPF was
 * asked for all the same, the kernel's own iterator counts connections (bpf/tcp_iter.h).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bpf/tcp_iter.h"
#include "bpf/walk.h"
#include "model/census.h"
#include "model/filter.h"
#include "model/glance.h"
#include "model/repeats.h"
#include "model/state.h"
#include "source/minis.h"
#include "source/netlink.h"
#include "source/sockstat.h"
#include "source/source.h"
#include "source/walked.h"
#include "util/addr.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/netns_here.h"

/* What a record tells. */
#define TOLD (TC_HAVE_FAMILY | TC_HAVE_ENDPOINTS | TC_HAVE_IFINDEX | TC_HAVE_KIND | TC_HAVE_NETNS)

/* Values of icsk_pending (include/net/inet_connection_sock.h). */
enum { PENDING_RETRANS = 1, PENDING_PROBE0 = 3, PENDING_LOSS_PROBE = 5, PENDING_REO_TIMEOUT = 6 };

enum { SAMPLED_LEAST = 50000, MANY = 100000 };

/* ---- Slots ------------------------------------------------------------------------------ */

static enum tc_state state_of(uint32_t slot)
{
	return slot == TC_WALK_SLOT_FIN_WAIT2_MINI ? TC_FIN_WAIT2
						   : tc_state_from_kernel((uint8_t)(slot + 1));
}

static enum tc_kind kind_of(uint32_t slot)
{
	if (slot == TC_WALK_SLOT_REQUEST)
		return TC_KIND_REQUEST;
	return slot == TC_WALK_SLOT_TIME_WAIT || slot == TC_WALK_SLOT_FIN_WAIT2_MINI
		       ? TC_KIND_TIMEWAIT
		       : TC_KIND_FULL;
}

static uint32_t slots_of(uint32_t states)
{
	uint32_t slots = 0;

	for (uint32_t slot = 0; slot < TC_WALK_SLOTS; slot++)
		if (states & TC_STATE_BIT(state_of(slot)))
			slots |= 1u << slot;
	return slots;
}

/* ---- What both ways have in common ------------------------------------------------------ */

/* The states that are found by walks. */
static uint32_t walked_states(const struct tc_job *job)
{
	return job->together ? job->states : job->states & ~TC_STATE_BIT(TC_LISTEN);
}

/* The job without what the walk has seen to. */
static struct tc_job rest_of(const struct tc_job *job)
{
	struct tc_job rest = *job;

	rest.states = job->together ? 0 : job->states & TC_STATES_ELSEWHERE;
	rest.begun = false;
	return rest;
}

static void note_way(const struct tc_walk *walk, struct tc_report *report)
{
	report->way = tc_walk_way(walk) == TC_WALK_PROBE ? TC_WAY_PROBED : TC_WAY_FASTEST;
}

/* ---- Records ---------------------------------------------------------------------------- */

static uint64_t value_at(const uint64_t *record, size_t word, const struct tc_walk_place *place)
{
	return record[word] >> (place->shift & 63);
}

static void read_record(const struct tc_walk_layout *layout, const uint64_t *record,
			bool listening, struct tc_sock *sock)
{
	uint32_t slot = (uint32_t)record[TC_WALK_RECORD_WHAT] & 15;
	uint32_t v4[2] = {
		(uint32_t)value_at(record, TC_WALK_RECORD_V4, &layout->saddr),
		(uint32_t)value_at(record, TC_WALK_RECORD_V4, &layout->daddr),
	};
	bool is4;

	memset(sock, 0, sizeof(*sock));
	sock->family = (uint8_t)value_at(record, TC_WALK_RECORD_HEAD, &layout->family);
	is4 = sock->family != AF_INET6;
	sock->count = 1;
	sock->local = tc_addr_of(is4, is4 ? (const void *)&v4[0]
					  : (const void *)&record[TC_WALK_RECORD_SADDR6]);
	if (listening) /* with nobody at the other end */
		sock->remote = tc_addr_of(is4, &in6addr_any);
	else
		sock->remote = tc_addr_of(is4, is4 ? (const void *)&v4[1]
						   : (const void *)&record[TC_WALK_RECORD_DADDR6]);
	sock->local_port = (uint16_t)value_at(record, TC_WALK_RECORD_PORTS, &layout->sport);
	sock->remote_port = ntohs((uint16_t)value_at(record, TC_WALK_RECORD_PORTS, &layout->dport));
	sock->ifindex = (uint32_t)value_at(record, TC_WALK_RECORD_HEAD, &layout->ifindex);
	sock->have = TOLD;
	sock->netns = record[TC_WALK_RECORD_WHAT] >> 32;
	sock->state = (uint8_t)(listening ? TC_LISTEN : state_of(slot));
	sock->kind = (uint8_t)(listening ? TC_KIND_FULL : kind_of(slot));
	if (!listening)
		return;
	sock->rqueue = (uint32_t)record[TC_WALK_RECORD_BACKLOG];
	sock->wqueue = (uint32_t)(record[TC_WALK_RECORD_BACKLOG] >> 32);
	sock->timer = TC_TIMER_NONE;
	sock->have |= TC_HAVE_QUEUES | TC_HAVE_TIMER | TC_HAVE_RETRANS;
	if (!record[TC_WALK_RECORD_HOLDER])
		return;
	sock->inode = (uint32_t)record[TC_WALK_RECORD_HOLDER];
	sock->uid = (uint32_t)(record[TC_WALK_RECORD_HOLDER] >> 32);
	sock->have |= TC_HAVE_INODE | TC_HAVE_UID;
}

/* ---- Counting --------------------------------------------------------------------------- */

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
		tc_glance_count(counting->glance, state_of(slot), retrans, timer,
				word >> TC_WALK_WORD_SOCKET & 1);
	}
	return 0;
}

/*
 * Those that were only counted have nothing to show: minisockets, and connections in use whose
 * timer has not had to ask or to repeat anything.
 */
static void glance_at_counted(struct counting *counting, const struct tc_walk_result *result)
{
	for (uint32_t slot = 0; slot < TC_WALK_SLOTS; slot++) {
		bool mini = kind_of(slot) == TC_KIND_TIMEWAIT;
		uint64_t count = result->totals[slot] - counting->told[slot];

		counting->glance->sockets[state_of(slot)][0]
					 [mini ? TC_TIMER_TIMEWAIT : TC_TIMER_NONE][!mini] += count;
	}
}

/* Where the iterator counts, nobody has looked. */
static void glance_at_ends(struct tc_glance_ends *to, const struct tc_walk_ends *from,
			   bool is_unknown)
{
	_Static_assert((int)TC_GLANCE_FAR == (int)TC_WALK_FAR, "one table");
	for (size_t i = 0; i < TC_GLANCE_FAR; i++)
		to->far[i] += from->far[i];
	for (size_t i = 0; i < TC_ARRAY_SIZE(to->near); i++)
		to->near[i] |= from->near[i];
	to->is_unknown |= is_unknown;
}

/*
 * Where there are very many, a destination that has half of the ports is among some of them as
 * well, by how many that stand for it hardly differs; to look at all takes a tenth of the census.
 */
static uint32_t ends_every(const struct tc_sockstat *stat)
{
	return stat->known && stat->inuse + stat->time_wait > MANY ? 16 : 1;
}

/* Each socket in a state in which nobody should stay, and connections that show something. */
static void ask_for_glance(struct tc_walk_job *walk_job, const struct tc_job *job)
{
	uint32_t minis = 1u << TC_WALK_SLOT_TIME_WAIT | 1u << TC_WALK_SLOT_FIN_WAIT2_MINI;

	walk_job->slots = slots_of(job->states) & ~minis;
	walk_job->slots_all = walk_job->slots & ~slots_of(TC_STATE_BIT(TC_ESTABLISHED));
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
		if (job->states & TC_STATE_BIT(state_of(slot)))
			tc_census_count(census, state_of(slot), result.totals[slot]);
	if (job->glance) {
		glance_at_counted(&counting, &result);
		glance_at_ends(&job->glance->ends, &ends, !walk);
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
		read_record(layout, words + i, true, &sock);
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
static int count_rest(struct tc_job *rest, struct tc_census *census, struct tc_report *report)
{
	struct tc_census counted = {.total = 0};
	struct tc_report part = {.size = sizeof(part)};
	int err = tc_netlink_tally(rest, census, report);

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
	uint32_t states = walked_states(job);
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
	note_way(walk, report);
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

static int bpf_tally(struct tc_job *job, struct tc_census *census, struct tc_report *report)
{
	struct tc_census counted = {.total = 0};
	struct tc_job rest = rest_of(job);
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
		err = count_rest(&rest, census, report);
	if (!err)
		say_iterator(why, report);
	return err;
}

/* ---- Handing over ----------------------------------------------------------------------- */

struct scanning {
	struct tc_job *job;
	uint64_t netns; /* of all of them, but where each record tells; 0: not known */
	bool listening;
	size_t filled;
	struct tc_sock batch[TC_BATCH];
};

static int flush(struct scanning *scanning)
{
	size_t count = scanning->filled;

	scanning->filled = 0;
	return count ? scanning->job->sink(scanning->job->context, scanning->batch, count) : 0;
}

static int take_records(void *context, const struct tc_walk_layout *layout, const uint64_t *words,
			size_t count)
{
	struct scanning *scanning = context;
	int err = 0;

	scanning->job->begun = true;
	for (size_t i = 0; !err && i + TC_WALK_RECORD <= count; i += TC_WALK_RECORD) {
		struct tc_sock *sock = &scanning->batch[scanning->filled];

		read_record(layout, words + i, scanning->listening, sock);
		if (!scanning->job->together)
			sock->netns = scanning->netns;
		if (!sock->netns)
			sock->have &= ~TC_HAVE_NETNS;
		if (++scanning->filled == TC_BATCH)
			err = flush(scanning);
	}
	return err;
}

/* One table. What was handed over cannot be taken back: then it is incomplete. */
static int scan_table(struct tc_walk *walk, struct scanning *scanning, bool listening,
		      struct tc_report *report)
{
	struct tc_job *job = scanning->job;
	struct tc_walk_job walk_job = tc_walked_job(job);
	struct tc_walk_result result;
	int err;

	scanning->listening = listening;
	walk_job.listening = listening;
	walk_job.slots = listening ? 1u << TC_WALK_SLOT_LISTEN : slots_of(job->states);
	walk_job.sink = take_records;
	walk_job.context = scanning;
	err = tc_walk_run(walk, TC_WALK_SCAN, &walk_job, &result, report->why);
	if (!err)
		err = flush(scanning);
	if (!err)
		err = tc_walked_judge(&result, report);
	if (err != -EBUSY || !job->begun)
		return err;
	report->complete = false;
	return 0;
}

static int scan_tables(struct tc_job *job, uint32_t states, struct tc_report *report)
{
	tc_auto_free struct scanning *scanning = calloc(1, sizeof(*scanning));
	struct tc_walk *walk;
	int err;

	if (!scanning)
		return -ENOMEM;
	scanning->job = job;
	scanning->netns = job->together ? 0 : tc_netns_here();
	err = tc_walk_open(TC_WALK_TYPED, &walk, report->why);
	if (err)
		return err;
	if (states & ~TC_STATES_ELSEWHERE)
		err = scan_table(walk, scanning, false, report);
	if (!err && states & TC_STATE_BIT(TC_LISTEN))
		err = scan_table(walk, scanning, true, report);
	note_way(walk, report);
	tc_walk_close(walk);
	return err;
}

/* What listens, by a walk, which tells as much of it; what is only bound it does not hand over. */
static int walk_rest(struct tc_job *rest, struct tc_report *part)
{
	struct tc_report walked = {.size = sizeof(walked), .complete = true};
	int err;

	walked.states_not_read = rest->states & TC_STATE_BIT(TC_BOUND);
	rest->applied = TC_APPLIED_STATES | TC_APPLIED_FAMILIES;
	err = scan_tables(rest, rest->states & ~TC_STATE_BIT(TC_BOUND), &walked);
	if (!err)
		*part = walked;
	return err;
}

/* The states that are left, through sock_diag; where that is denied, by another walk. */
static int scan_rest(const struct tc_job *job, struct tc_report *report, bool *ret_begun)
{
	struct tc_report part = {.size = sizeof(part)};
	struct tc_job rest = rest_of(job);
	int err;

	if (!rest.states)
		return 0;
	err = tc_source_netlink.scan(&rest, &part);
	if (err < 0 && err != -ENOMEM && !rest.begun && walk_rest(&rest, &part) == 0)
		err = 0;
	*ret_begun |= rest.begun;
	report->states_not_read |= part.states_not_read;
	if (err || (report->complete && !part.complete)) {
		report->complete = false;
		memcpy(report->why, part.why, sizeof(report->why));
	}
	return err;
}

static int bpf_scan(struct tc_job *job, struct tc_report *report)
{
	uint32_t states = walked_states(job);
	int err = 0;

	if ((states & ~TC_STATES_ELSEWHERE) && (job->need & ~TOLD)) {
		snprintf(report->why, sizeof(report->why), "%s",
			 _("eBPF reads the states and both ends of sockets; more is asked for "
			   "here, which netlink has"));
		return -EOPNOTSUPP;
	}
	job->applied = TC_APPLIED_STATES | TC_APPLIED_FAMILIES;
	report->complete = true;
	if (states & ~TC_STATE_BIT(TC_BOUND))
		err = scan_tables(job, states, report);
	return err ? err : scan_rest(job, report, &job->begun);
}

/*
 * Sockets that are only bound the walk counts, and does not hand over: of all namespaces they have
 * to be asked for in each of them. What listens it hands over with all that it has.
 */
static bool bpf_serves(const struct tc_job *job, bool count)
{
	bool counts = count && !(job->filter && job->filter->expr);

	if (!(job->states & ~TC_STATES_ELSEWHERE) && !job->together)
		return counts || job->states == TC_STATE_BIT(TC_LISTEN);
	if (job->together && !counts && job->states & TC_STATE_BIT(TC_BOUND))
		return false;
	return counts || !(job->need & ~TOLD);
}

const struct tc_source tc_source_bpf = {
	.name = "bpf",
	.count_cost = {
		.start_us = 6500,
		.bound_us = 2500, /* another program is loaded */
		.full_ns = 80,
		.mini_ns = 50,
		.past_ns = 35,
	},
	.scan_cost = {.start_us = 5700, .full_ns = 90, .mini_ns = 90, .past_ns = 40},
	.together = true,
	.serves = bpf_serves,
	.scan = bpf_scan,
	.tally = bpf_tally,
};
