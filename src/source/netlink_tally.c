/* SPDX-License-Identifier: MIT */
/*
 * netlink_tally.c - counting by state through sock_diag, both families at once.
 *
 * The kernel walks its whole table once a family, whatever it holds; two threads halve the
 * wait. The walk for sockets that are only bound costs as much again (bhash2 has a lock for
 * each of its buckets), and is left out when the kernel's own count of sockets says that
 * there is none anywhere.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "model/census.h"
#include "model/state.h"
#include "source/diag_bytecode.h"
#include "source/diag_message.h"
#include "source/netlink.h"
#include "util/macro.h"

/* One family's share of the work; everything that its thread writes is in here. */
struct share {
	struct tc_job job; /* a copy: begun differs */
	struct tc_report report;
	struct tc_census census;
	struct tc_buf *bytecode; /* read only */
	struct mnl_socket *socket;
	uint64_t full; /* full sockets seen, to be compared with the kernel's count */
	bool bound;    /* the dump that runs asks for BOUND alone */
	uint8_t family;
	int err;
	struct tc_diag_recent recent;
};

static int count_message(void *context, const struct nlmsghdr *header,
			 const struct inet_diag_msg *message)
{
	struct share *share = context;
	enum tc_state state;

	share->job.begun = true;
	if (tc_diag_is_repeated(&share->recent, tc_diag_message_cookie(message)))
		return 0;
	share->full += tc_diag_message_is_full(header, message);
	state = share->bound ? TC_BOUND : tc_state_from_kernel(message->idiag_state);
	if (share->job.states & TC_STATE_BIT(state))
		tc_census_count(&share->census, state, 1);
	return 0;
}

static void *run_share(void *context)
{
	struct share *share = context;
	uint32_t bound = TC_STATE_BIT(TC_BOUND);
	uint32_t states = share->bound ? bound : share->job.states & ~bound;
	struct tc_netlink_dump dump = {
		.job = &share->job,
		.report = &share->report,
		.bytecode = share->bytecode,
		.sink = count_message,
		.context = share,
	};

	share->err = tc_netlink_dump(&dump, share->socket, share->family,
				     tc_netlink_kernel_bits(states));
	return NULL;
}

/* Runs the shares at the same time; without a second thread, one after the other. */
static void run_shares(struct share *const shares[2], size_t count)
{
	pthread_t thread;
	bool threaded = count == 2 && pthread_create(&thread, NULL, run_share, shares[1]) == 0;

	run_share(shares[0]);
	if (threaded)
		pthread_join(thread, NULL);
	else if (count == 2)
		run_share(shares[1]);
}

/*
 * The kernel's own counts, /proc/net/sockstat (net/ipv4/proc.c, sockstat_seq_show): full TCP
 * sockets in any state on the whole machine, and sockets of any protocol in this namespace.
 * UINT64_MAX: not known.
 */
struct sockstat {
	uint64_t allocated;
	uint64_t used;
};

static struct sockstat read_sockstat(void)
{
	tc_auto_fclose FILE *file = fopen("/proc/thread-self/net/sockstat", "re");
	struct sockstat stat = { UINT64_MAX, UINT64_MAX };
	unsigned long long number;
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "sockets: used %llu", &number) == 1)
			stat.used = number;
		if (sscanf(line, "TCP: inuse %*d orphan %*d tw %*d alloc %llu", &number) == 1)
			stat.allocated = number;
	}
	return stat;
}

/* Whether sockets that are only bound may exist beside those that were counted. */
static bool may_be_bound(const struct tc_job *job, struct share *const shares[2], size_t count)
{
	uint32_t others = TC_STATES_ALL & ~TC_STATE_BIT(TC_BOUND) & ~TC_STATE_BIT(TC_UNKNOWN);
	struct sockstat stat;
	uint64_t full = 0;

	if ((job->states & others) != others || job->filter)
		return true; /* not all were counted, so the comparison says nothing */
	for (size_t i = 0; i < count; i++)
		full += shares[i]->full;
	stat = read_sockstat();
	return stat.allocated > full && stat.used > full + count; /* we hold `count` ourselves */
}

static int open_share(struct share **ret_share, const struct tc_job *job, struct tc_buf *bytecode,
		      uint8_t family)
{
	struct share *share = calloc(1, sizeof(*share));
	int err;

	if (!share)
		return -ENOMEM;
	share->job = *job;
	share->report.complete = true;
	share->bytecode = bytecode;
	share->family = family;
	err = tc_diag_open(&share->socket); /* here: a thread has the namespace of its maker */
	if (err) {
		free(share);
		return err;
	}
	*ret_share = share;
	return 0;
}

static int open_shares(struct share *shares[2], size_t *ret_count, struct tc_job *job,
		       struct tc_buf *bytecode)
{
	int err = 0;

	if (job->families & TC_FAMILY_INET)
		err = open_share(&shares[(*ret_count)++], job, bytecode, AF_INET);
	if (!err && (job->families & TC_FAMILY_INET6))
		err = open_share(&shares[(*ret_count)++], job, bytecode, AF_INET6);
	return err;
}

/* The first error, and the sums. */
static int join_shares(struct share *const shares[2], size_t count, struct tc_job *job,
		       struct tc_census *census, struct tc_report *report)
{
	int err = 0;

	report->complete = true;
	for (size_t i = 0; i < count; i++) {
		job->begun |= shares[i]->job.begun;
		if (!err)
			err = shares[i]->err;
		if (!shares[i]->report.complete || shares[i]->err) {
			report->complete = false;
			memcpy(report->why, shares[i]->report.why, sizeof(report->why));
		}
		for (int state = 0; state < TC_STATE_COUNT; state++)
			tc_census_count(census, (enum tc_state)state,
					shares[i]->census.states[state]);
	}
	return err;
}

static bool has_failed(struct share *const shares[2], size_t count)
{
	bool failed = false;

	for (size_t i = 0; i < count; i++)
		failed |= shares[i]->err != 0;
	return failed;
}

static void run_all(struct share *const shares[2], size_t count, struct tc_job *job,
		    struct tc_report *report)
{
	run_shares(shares, count);
	if (has_failed(shares, count) || !(job->states & TC_STATE_BIT(TC_BOUND)) ||
	    !tc_netlink_sees_bound(job, report) || !may_be_bound(job, shares, count))
		return;
	for (size_t i = 0; i < count; i++)
		shares[i]->bound = true;
	run_shares(shares, count);
}

static int tally(struct tc_job *job, unsigned allowed, struct tc_census *census,
		 struct tc_report *report)
{
	tc_auto_buf struct tc_buf bytecode = TC_BUF_INIT;
	struct share *shares[2] = { NULL, NULL };
	size_t count = 0;
	int err = tc_netlink_prepare(job, allowed, &bytecode);

	if (err)
		return err;
	if (!(job->applied & TC_APPLIED_FILTER))
		return -EOPNOTSUPP;
	err = open_shares(shares, &count, job, &bytecode);
	if (err) {
		err = tc_netlink_fail(report, err);
	} else {
		run_all(shares, count, job, report);
		err = join_shares(shares, count, job, census, report);
	}
	for (size_t i = 0; i < TC_ARRAY_SIZE(shares); i++) {
		if (shares[i])
			mnl_socket_close(shares[i]->socket);
		free(shares[i]);
	}
	return err;
}

int tc_netlink_tally(struct tc_job *job, struct tc_census *census, struct tc_report *report)
{
	int err = tally(job, TC_DIAG_EVERY, census, report);

	return tc_netlink_refused_filter(job, err) ? tally(job, TC_DIAG_OLD, census, report) : err;
}
