/* SPDX-License-Identifier: MIT */
/*
 * netlink_tally.c - counting by state through sock_diag.
 *
 * One dump of every state; what is only bound is told by its place in it (netlink_place.h). Where
 * the place does not tell, what is bound is dumped alone, as often as it takes (netlink_bound.h).
 * Where that takes long, a walk through the kernel's own lists is faster, and misses none: it counts
 * those then, unless sock_diag was asked for by name.
 *
 * Of many sockets the lists of what is bound take longer to walk than a thread does to start:
 * there it is dumped alone from the start, beside the others, on a second processor, though that
 * walks the table of connections twice.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>

#include "model/census.h"
#include "model/filter.h"
#include "model/glance.h"
#include "model/state.h"
#include "source/diag_bytecode.h"
#include "source/diag_message.h"
#include "source/netlink.h"
#include "source/netlink_bound.h"
#include "source/netlink_place.h"
#include "source/sockstat.h"
#include "source/walked.h"
#include "util/macro.h"
#include "util/netns_here.h"
#include "util/processors.h"
#include "util/thread.h"

/* So many sockets are worth a thread; measured, see doc/benchmarks.md. */
enum { BESIDE_FROM = 1500 };

/* What is only bound, dumped alone; everything that its thread writes is in here. */
struct alone {
	struct tc_job job; /* a copy: begun differs */
	struct tc_report report;
	struct mnl_socket *socket;
	struct tc_diag_recent recent;
	struct tc_netlink_dump dump;
	struct tc_netlink_bound bound;
	int err;
};

/* A count under way. */
struct counting {
	struct tc_job *job;
	struct tc_report *report;
	struct tc_census *census;
	const struct tc_buf *bytecode;
	struct tc_diag_recent recent;
	bool asks_bound; /* what is bound comes in the dump of all */
	struct tc_netlink_place place;
	size_t parts;
	uint64_t netns; /* where listeners are, for a glance */
};

/* ---- The dump ------------------------------------------------------------------------ */

/* Of a remote address: a mapped one is the IPv4 address, which takes the same ports. */
static uint32_t far_word(const struct inet_diag_msg *message)
{
	const uint32_t *address = message->id.idiag_dst;

	if (message->idiag_family == AF_INET)
		return address[0];
	return address[0] | address[1] ? address[0] ^ address[2] ^ address[3] : address[3];
}

/* What else the message tells, for who wants it. */
static int glance_at(const struct counting *counting, enum tc_state state,
		     const struct nlmsghdr *header, const struct inet_diag_msg *message)
{
	struct tc_glance *glance = counting->job->glance;
	struct tc_sock sock;

	tc_glance_count(glance, state, message->idiag_retrans, message->idiag_timer,
			message->idiag_inode != 0);
	if (state != TC_LISTEN) {
		tc_glance_ends_add(&glance->ends, far_word(message), message->id.idiag_dport,
				   ntohs(message->id.idiag_sport));
		return 0;
	}
	tc_diag_message_read(header, message, &sock);
	sock.netns = counting->netns;
	sock.have |= counting->netns ? TC_HAVE_NETNS : 0;
	return glance->listening(glance->context, &sock, 1);
}

static int count_message(void *context, const struct nlmsghdr *header,
			 const struct inet_diag_msg *message)
{
	struct counting *counting = context;
	enum tc_state state;

	counting->job->begun = true;
	if (tc_diag_is_repeated(&counting->recent, tc_diag_message_cookie(message)))
		return 0;
	if (counting->asks_bound && tc_netlink_place_takes(&counting->place, message))
		return 0;
	state = tc_state_from_kernel(message->idiag_state);
	if (!(counting->job->states & TC_STATE_BIT(state)))
		return 0;
	tc_census_count(counting->census, state, 1);
	return counting->job->glance ? glance_at(counting, state, header, message) : 0;
}

static int dump_through(struct mnl_socket *socket, struct counting *counting, uint32_t states)
{
	struct tc_netlink_dump dump = {
		.job = counting->job,
		.report = counting->report,
		.bytecode = counting->bytecode,
		.sink = count_message,
		.context = counting,
		.parts = &counting->parts,
	};

	counting->report->complete = true;
	return tc_netlink_dump(&dump, socket, tc_netlink_kernel_bits(states));
}

static int dump_states(struct counting *counting, uint32_t states)
{
	struct mnl_socket *socket;
	int err = tc_diag_open(&socket);

	if (err)
		return tc_netlink_fail(counting->report, err);
	err = dump_through(socket, counting, states);
	mnl_socket_close(socket);
	return err;
}

/* ---- What is only bound, alone -------------------------------------------------------- */

/* Nothing but the number is wanted, which whoever dumps it keeps. */
static int pass_over(void *context __attribute__((unused)),
		     const struct nlmsghdr *header __attribute__((unused)),
		     const struct inet_diag_msg *message __attribute__((unused)))
{
	return 0;
}

static void free_alone(struct alone *alone)
{
	tc_netlink_bound_release(&alone->bound);
	if (alone->socket)
		mnl_socket_close(alone->socket);
	free(alone);
}

static int new_alone(const struct counting *counting, struct alone **ret_alone)
{
	struct alone *alone = calloc(1, sizeof(*alone));
	int err = alone ? tc_diag_open(&alone->socket) : -ENOMEM;

	if (err) {
		free(alone);
		return err;
	}
	alone->job = *counting->job;
	alone->report.complete = true;
	alone->dump = (struct tc_netlink_dump){
		.job = &alone->job,
		.report = &alone->report,
		.bytecode = counting->bytecode,
		.sink = pass_over,
	};
	alone->bound = (struct tc_netlink_bound){
		.dump = &alone->dump,
		.socket = alone->socket,
		.recent = &alone->recent,
	};
	*ret_alone = alone;
	return 0;
}

static void read_alone(void *context)
{
	struct alone *alone = context;

	alone->err = tc_netlink_bound_read(&alone->bound, &tc_netlink_brief);
}

/* A walk counts all of them, whatever else is asked of each. */
static bool may_walk(const struct tc_job *job)
{
	return !job->by_name && !(job->filter && job->filter->expr);
}

/* How many are only bound, after a first reading. */
static int settle_alone(struct alone *alone, struct counting *counting)
{
	struct tc_report walked = { .size = sizeof(walked) };

	counting->job->begun |= alone->job.begun;
	if (!alone->err && !alone->bound.settled && may_walk(counting->job) &&
	    tc_walked_bound_alone(counting->job, counting->census, &walked) == 0)
		return 0;
	if (!alone->err) {
		alone->err = tc_netlink_bound_read(&alone->bound, &tc_netlink_patient);
		tc_netlink_bound_report(&alone->bound);
	}
	tc_census_count(counting->census, TC_BOUND, alone->bound.found.count);
	if (counting->report->complete && (alone->err || !alone->report.complete)) {
		counting->report->complete = false;
		counting->report->deviation |= alone->report.deviation;
		memcpy(counting->report->why, alone->report.why, sizeof(alone->report.why));
	}
	return alone->err;
}

/* ---- Both ----------------------------------------------------------------------------- */

static int count_in_place(struct counting *counting, uint32_t states)
{
	struct alone *alone;
	int err;

	counting->asks_bound = states & TC_STATE_BIT(TC_BOUND);
	err = dump_states(counting, states);
	if (err || !counting->asks_bound)
		return err;
	/* What was interrupted is told already. */
	if (!counting->report->complete || tc_netlink_place_is_sure(&counting->place)) {
		tc_census_count(counting->census, TC_BOUND, counting->place.bound);
		return 0;
	}
	err = new_alone(counting, &alone);
	if (err)
		return tc_netlink_fail(counting->report, err);
	read_alone(alone);
	err = settle_alone(alone, counting);
	free_alone(alone);
	return err;
}

/* Beside the others; without a thread, after them. */
static int count_with(struct alone *alone, struct mnl_socket *socket, struct counting *counting,
		      uint32_t states)
{
	struct tc_thread thread;
	bool threaded = tc_thread_begin(&thread, read_alone, alone);
	int err = dump_through(socket, counting, states & ~TC_STATE_BIT(TC_BOUND)), bound_err;

	if (threaded)
		tc_thread_join(&thread);
	else
		read_alone(alone);
	bound_err = settle_alone(alone, counting);
	return err ? err : bound_err;
}

/* Two dumps at once need a descriptor each; where there is one, all come in one dump. */
static int count_beside(struct counting *counting, uint32_t states)
{
	struct mnl_socket *socket = NULL;
	struct alone *alone;
	int err = new_alone(counting, &alone);

	if (!err) {
		err = tc_diag_open(&socket);
		if (!err)
			err = count_with(alone, socket, counting, states);
		free_alone(alone);
	}
	if (socket)
		mnl_socket_close(socket);
	else if (err == -EMFILE || err == -ENFILE)
		return count_in_place(counting, states);
	else
		tc_netlink_fail(counting->report, err);
	return err;
}

static bool is_worth_a_thread(void)
{
	struct tc_sockstat stat;

	if (tc_processors() < 2)
		return false;
	stat = tc_sockstat_read();
	return stat.known && stat.inuse + stat.time_wait >= BESIDE_FROM;
}

static int count(struct counting *counting)
{
	uint32_t states = counting->job->states, bound = states & TC_STATE_BIT(TC_BOUND);

	if (bound && !tc_netlink_sees_bound(counting->job, counting->report))
		states &= ~bound;
	if ((states & bound) && (states & ~bound) && is_worth_a_thread())
		return count_beside(counting, states);
	return count_in_place(counting, states);
}

static int tally(struct tc_job *job, unsigned allowed, struct tc_census *census,
		 struct tc_report *report)
{
	tc_auto_buf struct tc_buf bytecode = TC_BUF_INIT;
	tc_auto_free struct counting *counting = calloc(1, sizeof(*counting));
	int err = counting ? tc_netlink_prepare(job, allowed, &bytecode) : -ENOMEM;

	if (err)
		return err;
	if (!(job->applied & TC_APPLIED_FILTER))
		return -EOPNOTSUPP;
	counting->job = job;
	counting->report = report;
	counting->census = census;
	counting->bytecode = &bytecode;
	counting->place.parts = &counting->parts;
	counting->netns = job->glance ? tc_netns_here() : 0;
	return count(counting);
}

int tc_netlink_tally(struct tc_job *job, struct tc_census *census, struct tc_report *report)
{
	int err = tally(job, TC_DIAG_EVERY, census, report);

	if (!tc_netlink_refused_filter(job, err))
		return err;
	report->why[0] = '\0';
	return tally(job, TC_DIAG_OLD, census, report);
}
