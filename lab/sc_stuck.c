/* SPDX-License-Identifier: MIT */
/*
 * sc_stuck.c - connections in use that do not get on: nobody answers, or nobody reads.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "job.h"
#include "makers.h"
#include "util/macro.h"
#include "wait.h"

#define SEND_BUFFER (64 * 1024)
#define TIMER_PROBE 4 /* of a window that is closed */

/* data -->X   the peer is gone without a word, and nobody has told this end */
static int make_half_open(struct lab_job *job)
{
	int rc = lab_job_connect(job);

	if (rc == 0)
		rc = lab_job_drop(job, LAB_SERVER);
	for (size_t i = 0; rc == 0 && i < lab_job_total(job); i++) {
		if (send(job->fds[LAB_CLIENT][i], "hello", 5, MSG_NOSIGNAL) != 5)
			rc = lab_job_fail(job, -errno, "sending");
	}
	if (rc == 0)
		lab_sandbox_step(job->sandbox, N_("sent 5 bytes on each from %s"),
				 lab_side_name(job->part->client));
	return rc;
}

/* Writes until the buffers are full. */
static int fill(struct lab_job *job, size_t i)
{
	static const char zeros[16 * 1024];
	int fd = job->fds[LAB_CLIENT][i];
	ssize_t sent;

	do {
		sent = send(fd, zeros, sizeof(zeros), MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (sent > 0);
	return errno == EAGAIN ? 0 : lab_job_fail(job, -errno, "sending");
}

static int count_probing(struct lab_job *job, unsigned *ret_count)
{
	const struct lab_filter filter = {.remote_port = job->port, .timer = TIMER_PROBE};
	struct lab_census found;
	int rc = lab_sandbox_census(job->sandbox, lab_job_side(job, LAB_CLIENT), &filter, &found);

	*ret_count = rc < 0 ? 0 : lab_census_of(&found, LAB_ESTABLISHED);
	return rc < 0 ? lab_job_fail(job, rc, "counting sockets") : 0;
}

/* data -->, <-- ACK with a window of 0   the server's program reads nothing */
static int make_not_read(struct lab_job *job)
{
	const int size = SEND_BUFFER;
	long pause_ns = LAB_PAUSE_MIN_NS;
	unsigned probing = 0;
	int rc = lab_job_connect(job);

	for (size_t i = 0; rc == 0 && i < lab_job_total(job); i++)
		setsockopt(job->fds[LAB_CLIENT][i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	do {
		for (size_t i = 0; rc == 0 && i < lab_job_total(job); i++)
			rc = fill(job, i);
		if (rc == 0)
			rc = count_probing(job, &probing);
		if (rc < 0)
			return rc;
	} while (probing < lab_job_total(job) && lab_wait_again(job->deadline_ns, &pause_ns));
	if (probing < lab_job_total(job))
		return lab_job_fail(job, -ETIMEDOUT, "waiting for the windows to close");
	lab_sandbox_step(job->sandbox,
			 N_("sent from %s on each until nothing more went: %s reads nothing"),
			 lab_side_name(job->part->client), lab_side_name(job->part->server));
	return 0;
}

/* The same, and then the client closes: its FIN has to wait behind the data. */
static int make_fin_wait1_window(struct lab_job *job)
{
	int rc = make_not_read(job);

	if (rc == 0)
		rc = lab_job_part(job, LAB_CLIENT, LAB_CLOSE);
	return rc < 0 ? rc : lab_job_wait(job, LAB_CLIENT, LAB_FIN_WAIT1, LAB_ORPHAN);
}

/* clang-format off */
const struct lab_maker lab_maker_half_open = {
	.name = "half-open", .needs = LAB_NEED_ROOT | LAB_NEED_NFT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED,
	.make = make_half_open,
};

const struct lab_maker lab_maker_not_read = {
	.name = "not-read", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED,
	.make = make_not_read,
};

const struct lab_maker lab_maker_fin_wait1_window = {
	.name = "fin-wait1-window", .needs = LAB_NEED_ROOT,
	.client = LAB_FIN_WAIT1, .server = LAB_ESTABLISHED,
	.make = make_fin_wait1_window,
};
/* clang-format on */
