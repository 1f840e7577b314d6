/* SPDX-License-Identifier: MIT */
/*
 * netlink_tally.c - counting by state through sock_diag, on two processors at once.
 *
 * There are two dumps to make, each of which walks a whole table of the kernel, whatever it
 * holds: the connections and listeners, and the sockets that are only bound. The second runs
 * on a thread of its own, and is left out where the kernel's own counts say that there is
 * none. (The connections of both families in two threads get in each other's way at the locks
 * of their common table: seen 0.26 s for what takes 0.21 s in one go.)
 *
 * Where the dump of what is only bound has to be made again (netlink_bound.h), and takes long, a
 * walk through the kernel's own lists is faster, and misses none: it counts those then, unless
 * sock_diag was asked for by name.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <pthread.h>
#include <string.h>

#include "model/census.h"
#include "model/filter.h"
#include "model/glance.h"
#include "model/state.h"
#include "source/diag_bytecode.h"
#include "source/diag_message.h"
#include "source/netlink.h"
#include "source/netlink_bound.h"
#include "source/sockstat.h"
#include "source/walked.h"
#include "util/macro.h"
#include "util/netns_here.h"

enum { LANE_CONNECTIONS, LANE_BOUND, LANES };

/* A share of the dumps; everything that its thread writes is in here. */
struct lane {
	uint32_t states; /* to be dumped; 0: there is nothing to do */
	struct tc_job job; /* a copy: begun differs */
	struct tc_report report;
	struct tc_census census;
	struct mnl_socket *socket;
	int err;
	struct tc_diag_recent recent;
	struct tc_netlink_dump dump;
	struct tc_netlink_bound bound; /* of LANE_BOUND */
	uint64_t netns;		       /* where listeners are, for a glance */
};

/* ---- A lane -------------------------------------------------------------------------- */

/* Of a remote address: a mapped one is the IPv4 address, which takes the same ports. */
static uint32_t far_word(const struct inet_diag_msg *message)
{
	const uint32_t *address = message->id.idiag_dst;

	if (message->idiag_family == AF_INET)
		return address[0];
	return address[0] | address[1] ? address[0] ^ address[2] ^ address[3] : address[3];
}

/* What else the message tells, for who wants it. */
static int glance_at(const struct lane *lane, enum tc_state state, const struct nlmsghdr *header,
		     const struct inet_diag_msg *message)
{
	struct tc_glance *glance = lane->job.glance;
	struct tc_sock sock;

	tc_glance_count(glance, state, message->idiag_retrans, message->idiag_timer,
			message->idiag_inode != 0);
	if (state != TC_LISTEN) {
		tc_glance_ends_add(&glance->ends, far_word(message), message->id.idiag_dport,
				   ntohs(message->id.idiag_sport));
		return 0;
	}
	tc_diag_message_read(header, message, &sock);
	sock.netns = lane->netns;
	sock.have |= lane->netns ? TC_HAVE_NETNS : 0;
	return glance->listening(glance->context, &sock, 1);
}

static int count_message(void *context, const struct nlmsghdr *header,
			 const struct inet_diag_msg *message)
{
	struct lane *lane = context;
	enum tc_state state;

	lane->job.begun = true;
	if (tc_diag_is_repeated(&lane->recent, tc_diag_message_cookie(message)))
		return 0;
	state = tc_state_from_kernel(message->idiag_state);
	if (!(lane->job.states & TC_STATE_BIT(state)))
		return 0;
	tc_census_count(&lane->census, state, 1);
	return lane->job.glance ? glance_at(lane, state, header, message) : 0;
}

/* Of what is only bound nothing but the number is wanted, which whoever dumps it keeps. */
static int pass_over(void *context __attribute__((unused)),
		     const struct nlmsghdr *header __attribute__((unused)),
		     const struct inet_diag_msg *message __attribute__((unused)))
{
	return 0;
}

static void *run_lane(void *context)
{
	struct lane *lane = context;

	if (lane->states == TC_STATE_BIT(TC_BOUND))
		lane->err = tc_netlink_bound_read(&lane->bound, &tc_netlink_brief);
	else if (lane->states)
		lane->err = tc_netlink_dump(&lane->dump, lane->socket,
					    tc_netlink_kernel_bits(lane->states));
	return NULL;
}

static int open_lane(struct lane *lane, uint32_t states, const struct tc_job *job,
		     const struct tc_buf *bytecode)
{
	int err;

	lane->states = states;
	lane->job = *job;
	lane->report.complete = true;
	if (!states)
		return 0;
	lane->netns = lane->job.glance ? tc_netns_here() : 0;
	lane->dump = (struct tc_netlink_dump){
		.job = &lane->job,
		.report = &lane->report,
		.bytecode = bytecode,
		.sink = states == TC_STATE_BIT(TC_BOUND) ? pass_over : count_message,
		.context = lane,
	};
	err = tc_diag_open(&lane->socket);
	lane->bound = (struct tc_netlink_bound){
		.dump = &lane->dump,
		.socket = lane->socket,
		.recent = &lane->recent,
	};
	return err;
}

/* ---- The lanes together -------------------------------------------------------------- */

/* Runs the lanes at the same time; without a second thread, one after the other. */
static void run_lanes(struct lane lanes[LANES])
{
	pthread_t thread;
	bool both = lanes[0].states && lanes[1].states;
	bool threaded = both && pthread_create(&thread, NULL, run_lane, &lanes[1]) == 0;

	run_lane(&lanes[0]);
	if (threaded)
		pthread_join(thread, NULL);
	else
		run_lane(&lanes[1]);
}

/* A walk counts all of them, whatever else is asked of each. */
static bool may_walk(const struct tc_job *job)
{
	return !job->by_name && !(job->filter && job->filter->expr);
}

/* How many are only bound, once the connections have been counted, too. */
static void settle_bound(struct lane *lane)
{
	struct tc_netlink_bound *bound = &lane->bound;
	struct tc_report walked = { .size = sizeof(walked) };

	if (!lane->states || lane->err)
		return;
	if (!bound->settled && may_walk(&lane->job) &&
	    tc_walked_bound_alone(&lane->job, &lane->census, &walked) == 0)
		return;
	lane->err = tc_netlink_bound_read(bound, &tc_netlink_patient);
	tc_netlink_bound_report(bound);
	tc_census_count(&lane->census, TC_BOUND, bound->found.count);
}

/* The sums, and the first thing that went wrong. */
static int join_lanes(const struct lane lanes[LANES], struct tc_job *job, struct tc_census *census,
		      struct tc_report *report)
{
	int err = 0;

	report->complete = true;
	for (size_t i = 0; i < LANES; i++) {
		const struct lane *lane = &lanes[i];

		job->begun |= lane->job.begun;
		if (report->complete && (lane->err || !lane->report.complete)) {
			err = lane->err;
			report->complete = false;
			memcpy(report->why, lane->report.why, sizeof(report->why));
		}
		for (int state = 0; state < TC_STATE_COUNT; state++)
			tc_census_count(census, (enum tc_state)state, lane->census.states[state]);
	}
	return err;
}

static int tally_in_lanes(struct lane lanes[LANES], struct tc_job *job,
			  const struct tc_buf *bytecode, struct tc_census *census,
			  struct tc_report *report)
{
	struct tc_sockstat stat = tc_sockstat_read(); /* before we have sockets ourselves */
	uint32_t bound = job->states & TC_STATE_BIT(TC_BOUND);
	int err;

	err = open_lane(&lanes[LANE_CONNECTIONS], job->states & ~bound, job, bytecode);
	if (bound && (!tc_netlink_sees_bound(job, report) || !tc_sockstat_may_be_bound(&stat)))
		bound = 0;
	if (!err)
		err = open_lane(&lanes[LANE_BOUND], bound, job, bytecode);
	if (err)
		return tc_netlink_fail(report, err);
	run_lanes(lanes);
	settle_bound(&lanes[LANE_BOUND]);
	return join_lanes(lanes, job, census, report);
}

static int tally(struct tc_job *job, unsigned allowed, struct tc_census *census,
		 struct tc_report *report)
{
	tc_auto_buf struct tc_buf bytecode = TC_BUF_INIT;
	tc_auto_free struct lane *lanes = calloc(LANES, sizeof(*lanes));
	int err = lanes ? tc_netlink_prepare(job, allowed, &bytecode) : -ENOMEM;

	if (err)
		return err;
	if (!(job->applied & TC_APPLIED_FILTER))
		return -EOPNOTSUPP;
	err = tally_in_lanes(lanes, job, &bytecode, census, report);
	for (size_t i = 0; i < LANES; i++) {
		tc_netlink_bound_release(&lanes[i].bound);
		if (lanes[i].socket)
			mnl_socket_close(lanes[i].socket);
	}
	return err;
}

int tc_netlink_tally(struct tc_job *job, struct tc_census *census, struct tc_report *report)
{
	int err = tally(job, TC_DIAG_EVERY, census, report);

	if (!tc_netlink_refused_filter(job, err))
		return err;
	report->why[0] = '\0';
	return tally(job, TC_DIAG_OLD, census, report);
}
