/* SPDX-License-Identifier: MIT */
/*
 * sc_note.c - a server as one finds it: one listener, by which connections in several states have
 * come in.
 */
#include "job.h"
#include "makers.h"

/* The server closes first, and goes on listening. */
static int make_time_wait_served(struct lab_job *job)
{
	int listeners[LAB_FAMILIES] = {-1, -1};
	int rc = lab_job_serve(job, listeners), held = lab_job_hold_listeners(job, listeners);

	if (rc == 0)
		rc = held;
	if (rc == 0)
		rc = lab_job_part(job, LAB_SERVER, LAB_CLOSE);
	if (rc == 0)
		rc = lab_job_wait(job, LAB_SERVER, LAB_FIN_WAIT2, LAB_ORPHAN);
	if (rc == 0)
		rc = lab_job_part(job, LAB_CLIENT, LAB_CLOSE);
	if (rc == 0)
		rc = lab_job_wait(job, LAB_SERVER, LAB_TIME_WAIT, LAB_ORPHAN);
	return rc < 0 ? rc : lab_job_wait(job, LAB_CLIENT, LAB_NONE, LAB_ANY_HOLDER);
}

/* By the listener that the part before has left: from now on its clients do not hear it. */
static int make_syn_recv_joined(struct lab_job *job)
{
	int rc = lab_job_drop(job, LAB_CLIENT);

	if (rc == 0)
		rc = lab_job_connect_start(job);
	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_SYN_RECV, LAB_ORPHAN);
}

/* clang-format off */
const struct lab_maker lab_maker_time_wait_served = {
	.name = "time-wait-served", .needs = LAB_NEED_ROOT,
	.server = LAB_TIME_WAIT, .listens = true,
	.make = make_time_wait_served,
};

const struct lab_maker lab_maker_syn_recv_joined = {
	.name = "syn-recv-joined", .needs = LAB_NEED_ROOT | LAB_NEED_NFT,
	.client = LAB_SYN_SENT, .server = LAB_SYN_RECV, .joins = true,
	.make = make_syn_recv_joined,
};
/* clang-format on */
