/* SPDX-License-Identifier: MIT */
/*
 * sc_note.c - a server as one finds it: connections in several states that have come in by one
 * listener.
 */
#include "job.h"
#include "makers.h"

/* By the listener that the part before has left: from now on its clients do not hear it. */
static int make_syn_recv_joined(struct lab_job *job)
{
	int rc = lab_job_drop(job, LAB_CLIENT);

	if (rc == 0)
		rc = lab_job_connect_start(job);
	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_SYN_RECV, LAB_ORPHAN);
}

/* clang-format off */
const struct lab_maker lab_maker_syn_recv_joined = {
	.name = "syn-recv-joined", .needs = LAB_NEED_ROOT | LAB_NEED_NFT,
	.client = LAB_SYN_SENT, .server = LAB_SYN_RECV, .joins = true,
	.make = make_syn_recv_joined,
};
/* clang-format on */
