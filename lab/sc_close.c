/* SPDX-License-Identifier: MIT */
/*
 * sc_close.c - connections while they close, and after.
 *
 * In the drawings the client is on the left and closes first; X is where a packet is dropped.
 */
#include "job.h"
#include "makers.h"

/* FIN -->X   the peer is gone: the FIN is repeated, and never acknowledged */
static int make_fin_wait1(struct lab_job *job)
{
	int rc = lab_job_connect(job);

	if (rc == 0)
		rc = lab_job_drop(job, LAB_SERVER);
	if (rc == 0)
		rc = lab_job_part(job, LAB_CLIENT, LAB_CLOSE);
	return rc < 0 ? rc : lab_job_wait(job, LAB_CLIENT, LAB_FIN_WAIT1, LAB_ORPHAN);
}

static int part_first(struct lab_job *job, enum lab_farewell farewell)
{
	enum lab_holder holder = farewell == LAB_CLOSE ? LAB_ORPHAN : LAB_HELD;
	int rc = lab_job_part(job, LAB_CLIENT, farewell);

	if (rc == 0)
		rc = lab_job_wait(job, LAB_CLIENT, LAB_FIN_WAIT2, holder);
	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_CLOSE_WAIT, LAB_HELD);
}

/* FIN -->, <-- ACK   the server's program does not close its end */
static int half_close(struct lab_job *job, enum lab_farewell farewell)
{
	int rc = lab_job_connect(job);

	return rc < 0 ? rc : part_first(job, farewell);
}

static int make_fin_wait2_held(struct lab_job *job)
{
	return half_close(job, LAB_SHUTDOWN);
}

/* The same, and each end asks, and hears, that the other is there. */
static int make_half_closed_alive(struct lab_job *job)
{
	int rc = lab_job_connect(job);

	if (rc == 0)
		rc = lab_job_keep_alive(job, LAB_CLIENT);
	if (rc == 0)
		rc = lab_job_keep_alive(job, LAB_SERVER);
	return rc < 0 ? rc : part_first(job, LAB_SHUTDOWN);
}

/* A full socket that is closed shrinks to a minisocket once its FIN is acknowledged. */
static int make_fin_wait2_orphan(struct lab_job *job)
{
	return half_close(job, LAB_CLOSE);
}

/* FIN -->, <-- ACK, <-- FIN, ACK -->   whoever closes first waits */
static int make_time_wait(struct lab_job *job)
{
	int rc = half_close(job, LAB_CLOSE);

	if (rc == 0)
		rc = lab_job_part(job, LAB_SERVER, LAB_CLOSE);
	if (rc == 0)
		rc = lab_job_wait(job, LAB_CLIENT, LAB_TIME_WAIT, LAB_ORPHAN);
	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_NONE, LAB_ANY_HOLDER);
}

/* The same with the ends exchanged: the server closes first, as HTTP servers often do. */
static int close_by_server(struct lab_job *job)
{
	int rc = lab_job_part(job, LAB_SERVER, LAB_CLOSE);

	if (rc == 0)
		rc = lab_job_wait(job, LAB_SERVER, LAB_FIN_WAIT2, LAB_ORPHAN);
	if (rc == 0)
		rc = lab_job_part(job, LAB_CLIENT, LAB_CLOSE);
	if (rc == 0)
		rc = lab_job_wait(job, LAB_SERVER, LAB_TIME_WAIT, LAB_ORPHAN);
	return rc < 0 ? rc : lab_job_wait(job, LAB_CLIENT, LAB_NONE, LAB_ANY_HOLDER);
}

static int make_time_wait_server(struct lab_job *job)
{
	int rc = lab_job_connect(job);

	return rc < 0 ? rc : close_by_server(job);
}

/* And the server goes on listening. */
static int make_time_wait_served(struct lab_job *job)
{
	int rc = lab_job_serve_on(job);

	return rc < 0 ? rc : close_by_server(job);
}

/* FIN -->, <-- ACK, X<-- FIN   the client does not hear that the server closes too */
static int make_last_ack(struct lab_job *job)
{
	int rc = half_close(job, LAB_CLOSE);

	if (rc == 0)
		rc = lab_job_drop(job, LAB_CLIENT);
	if (rc == 0)
		rc = lab_job_part(job, LAB_SERVER, LAB_CLOSE);
	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_LAST_ACK, LAB_ORPHAN);
}

/* FIN -->X, <-- FIN, ACK -->X   RFC 9293, figure 13, with one direction cut */
static int make_closing(struct lab_job *job)
{
	int rc = lab_job_connect(job);

	if (rc == 0)
		rc = lab_job_drop(job, LAB_SERVER);
	if (rc == 0)
		rc = lab_job_part(job, LAB_CLIENT, LAB_CLOSE);
	if (rc == 0)
		rc = lab_job_part(job, LAB_SERVER, LAB_CLOSE);
	if (rc == 0)
		rc = lab_job_wait(job, LAB_CLIENT, LAB_CLOSING, LAB_ORPHAN);
	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_FIN_WAIT1, LAB_ORPHAN);
}

/* clang-format off */
const struct lab_maker lab_maker_fin_wait1 = {
	.name = "fin-wait1", .needs = LAB_NEED_ROOT | LAB_NEED_NFT,
	.client = LAB_FIN_WAIT1, .server = LAB_ESTABLISHED,
	.make = make_fin_wait1,
};

const struct lab_maker lab_maker_fin_wait2_held = {
	.name = "fin-wait2-held", .needs = LAB_NEED_ROOT,
	.client = LAB_FIN_WAIT2, .server = LAB_CLOSE_WAIT,
	.make = make_fin_wait2_held,
};

const struct lab_maker lab_maker_half_closed_alive = {
	.name = "half-closed-alive", .needs = LAB_NEED_ROOT,
	.client = LAB_FIN_WAIT2, .server = LAB_CLOSE_WAIT,
	.make = make_half_closed_alive,
};

const struct lab_maker lab_maker_fin_wait2_orphan = {
	.name = "fin-wait2-orphan", .needs = LAB_NEED_ROOT,
	.client = LAB_FIN_WAIT2, .server = LAB_CLOSE_WAIT,
	.make = make_fin_wait2_orphan,
};

const struct lab_maker lab_maker_time_wait = {
	.name = "time-wait", .needs = LAB_NEED_ROOT,
	.client = LAB_TIME_WAIT,
	.make = make_time_wait,
};

const struct lab_maker lab_maker_time_wait_server = {
	.name = "time-wait-server", .needs = LAB_NEED_ROOT,
	.server = LAB_TIME_WAIT,
	.make = make_time_wait_server,
};

const struct lab_maker lab_maker_time_wait_served = {
	.name = "time-wait-served", .needs = LAB_NEED_ROOT,
	.server = LAB_TIME_WAIT, .listens = true,
	.make = make_time_wait_served,
};

const struct lab_maker lab_maker_time_wait_mapped = {
	.name = "time-wait-mapped", .needs = LAB_NEED_ROOT,
	.server = LAB_TIME_WAIT, .mapped = true,
	.make = make_time_wait_server,
};

const struct lab_maker lab_maker_last_ack = {
	.name = "last-ack", .needs = LAB_NEED_ROOT | LAB_NEED_NFT,
	.client = LAB_FIN_WAIT2, .server = LAB_LAST_ACK,
	.make = make_last_ack,
};

const struct lab_maker lab_maker_closing = {
	.name = "closing", .needs = LAB_NEED_ROOT | LAB_NEED_NFT,
	.client = LAB_CLOSING, .server = LAB_FIN_WAIT1,
	.make = make_closing,
};
/* clang-format on */
