/* SPDX-License-Identifier: MIT */
/*
 * bpf.c - the kernel's sockets where they are: connections by a walk through the established hash
 * (bpf/walk.h), the few sockets that are not in it, in LISTEN and BOUND, through sock_diag. Where
 * that is denied, listeners are found by a walk as well.
 *
 * A walk is begun in half the time in which libbpf loads a program, and ends in a quarter of the
 * time that sock_diag takes a socket; but sock_diag needs no beginning. Which of them is faster
 * for a job, tc_sources_choose() estimates.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bpf/walk.h"
#include "model/filter.h"
#include "source/bpf_tally.h"
#include "source/netlink.h"
#include "source/source.h"
#include "source/walked.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/netns_here.h"

struct scanning {
	struct tc_job *job;
	uint64_t netns; /* of all of them, but where each record tells; 0: not known */
	bool listening;
	bool ended; /* by the sink */
	size_t filled;
	struct tc_sock batch[TC_BATCH];
};

static int flush(struct scanning *scanning)
{
	struct tc_job *job = scanning->job;
	size_t count = scanning->filled;
	int err;

	if (!count)
		return 0;
	scanning->filled = 0;
	job->begun = true;
	err = job->sink(job->context, scanning->batch, count);
	scanning->ended |= err != 0;
	return err;
}

static int take_records(void *context, const struct tc_walk_layout *layout, const uint64_t *words,
			size_t count)
{
	struct scanning *scanning = context;
	int err = 0;

	for (size_t i = 0; !err && i + TC_WALK_RECORD <= count; i += TC_WALK_RECORD) {
		struct tc_sock *sock = &scanning->batch[scanning->filled];

		tc_walked_read(layout, words + i, scanning->listening, sock);
		if (!scanning->job->together)
			sock->netns = scanning->netns;
		if (!sock->netns)
			sock->have &= ~TC_HAVE_NETNS;
		if (++scanning->filled == TC_BATCH)
			err = flush(scanning);
	}
	return err;
}

/*
 * Before a socket was handed over another source can do it all. What was handed over cannot be
 * taken back: then it is incomplete, and where a run has failed the kernel has not refused it.
 */
static int give_up(struct scanning *scanning, int err, struct tc_report *report)
{
	if (!scanning->job->begun || scanning->ended || err == -ENOMEM)
		return err;
	if (err != -EBUSY) /* tc_walked_judge() has said why */
		snprintf(report->why, sizeof(report->why),
			 _("an eBPF program that reads sockets could not be run to its end: %s"),
			 strerror(-err));
	report->complete = false;
	return flush(scanning);
}

static int scan_table(struct tc_walk *walk, struct scanning *scanning, bool listening,
		      struct tc_report *report)
{
	const struct tc_job *job = scanning->job;
	struct tc_walk_job walk_job = tc_walked_job(job);
	struct tc_walk_result result;
	int err;

	scanning->listening = listening;
	walk_job.listening = listening;
	walk_job.slots = listening ? 1u << TC_WALK_SLOT_LISTEN : tc_walked_slots(job->states);
	walk_job.sink = take_records;
	walk_job.context = scanning;
	err = tc_walk_run(walk, TC_WALK_SCAN, &walk_job, &result, report->why);
	if (!err)
		err = flush(scanning);
	if (!err)
		err = tc_walked_judge(&result, report);
	return err ? give_up(scanning, err, report) : 0;
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
	tc_walked_way(walk, report);
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

/*
 * The states that are left, through sock_diag; where that is denied, by another walk. Where neither
 * works, connections that were handed over are not all there is.
 */
static int scan_rest(const struct tc_job *job, struct tc_report *report, bool *ret_begun)
{
	struct tc_report part = {.size = sizeof(part)};
	struct tc_job rest = tc_walked_rest(job);
	int err;

	if (!rest.states)
		return 0;
	err = tc_source_netlink.scan(&rest, &part);
	if (!err)
		tc_walked_read_by(tc_source_netlink.name, job, &rest, report);
	else if (err < 0 && err != -ENOMEM && !rest.begun &&
		 rest.states & TC_STATE_BIT(TC_LISTEN) && walk_rest(&rest, &part) == 0)
		err = 0;
	*ret_begun |= rest.begun;
	report->states_not_read |= part.states_not_read;
	if (err || (report->complete && !part.complete)) {
		report->complete = false;
		memcpy(report->why, part.why, sizeof(report->why));
	}
	return err == -ENOMEM || rest.begun || !job->begun ? err : 0;
}

static int bpf_scan(struct tc_job *job, struct tc_report *report)
{
	uint32_t states = tc_walked_states(job);
	int err = 0;

	if ((states & ~TC_STATES_ELSEWHERE) && (job->need & ~TC_WALKED_HAVE)) {
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
	return counts || !(job->need & ~TC_WALKED_HAVE);
}

/* What is only bound it counts by a program of its own, and has netlink hand over. */
const struct tc_source tc_source_bpf = {
	.name = "bpf",
	.count_cost = {
		.start_us = 6500,
		.full_ns = 80,
		.mini_ns = 50,
		.past_ns = 35,
		.bound = {.start_us = 2500},
		.bound_alone = {.start_us = 4700, .each_ns = 42},
	},
	.scan_cost = {
		.start_us = 5700,
		.full_ns = 90,
		.mini_ns = 90,
		.past_ns = 30,
		.bound = {.start_us = 300, .each_ns = 120, .past_ns = 105},
	},
	.together = true,
	.serves = bpf_serves,
	.scan = bpf_scan,
	.tally = tc_bpf_tally,
};
