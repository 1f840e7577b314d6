/* SPDX-License-Identifier: MIT */
/*
 * sc_healthy.c - what ordinary programs do all the time, as they should.
 *
 * Each looks a little like something that is wrong, so that a rule which is sloppy speaks: queues
 * that are not empty, TIME_WAIT by the hundred, connections that nobody uses, segments that are
 * lost. Listeners go on listening.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "drive.h"
#include "segment.h"
#include "util/intl.h"

#define BUSY 20
#define BEHIND 6 /* less than half of these */
#define POOL_IN_USE 6
#define STANDING 8
#define LATE 20
#define LOST_OF 400
#define DEAD_PREFIX "10.78.0.0"
#define DEAD_LENGTH 16
#define DEAD_OF 33	/* three in a hundred */
#define DEAD_AT_ONCE 30 /* at three a second each is given up after ten */
#define CRAWLED 300
#define DEAD_OF_CRAWLED 25 /* twelve in all */
#define REUSED 200 /* of the scenario's range */

/* ---- Connections that stay ------------------------------------------------------------- */

static int begin_busy(struct lab_drive *drive)
{
	return lab_drive_begin_pairs(drive, BUSY);
}

/*
 * The server is BEHIND turns behind with its requests, and the clients with its replies: at any
 * moment so many sockets of each have something that is not read yet.
 */
static int turn_busy(struct lab_drive *drive)
{
	const int *clients = drive->fds[LAB_CLIENT], *servers = drive->fds[LAB_SERVER];
	uint64_t turn = drive->turn;
	int rc = lab_drive_send(&drive->job, clients[turn % BUSY], LAB_DRIVE_REQUEST);

	if (rc < 0 || turn < BEHIND)
		return rc;
	turn -= BEHIND;
	rc = lab_drive_receive(&drive->job, servers[turn % BUSY], LAB_DRIVE_REQUEST);
	if (rc == 0)
		rc = lab_drive_send(&drive->job, servers[turn % BUSY], LAB_DRIVE_REPLY);
	if (rc < 0 || turn < BEHIND)
		return rc;
	turn -= BEHIND;
	return lab_drive_receive(&drive->job, clients[turn % BUSY], LAB_DRIVE_REPLY);
}

/* The pool has been filled for the busiest hour; now a few connections do. */
static int turn_pool(struct lab_drive *drive)
{
	size_t i = drive->turn % POOL_IN_USE;

	return lab_drive_exchange(&drive->job, drive->fds[LAB_CLIENT][i],
				  drive->fds[LAB_SERVER][i]);
}

/*
 * Of what the server sends, a quarter of a percent is lost, as on many paths. One packet in so many,
 * and not one at random, so that never more is lost than that; the kernel sends nearly as much again
 * because an acknowledgment was late (tail loss probes), and more on a busy machine.
 */
static int begin_some_loss(struct lab_drive *drive)
{
	char rule[128];
	int rc = begin_busy(drive);

	snprintf(rule, sizeof(rule), "tcp sport %u numgen inc mod %d 0", drive->job.port,
		 LOST_OF);
	return rc < 0 ? rc : lab_drive_drop(drive, LAB_CLIENT, rule);
}

/* ---- Connections that come and go ------------------------------------------------------ */

static int turn_short(struct lab_drive *drive)
{
	int client, server;
	int rc = lab_drive_pair(&drive->job, drive->listeners[LAB_V4], &client, &server);

	if (rc == 0)
		rc = lab_drive_exchange(&drive->job, client, server);
	return rc < 0 ? rc : lab_drive_close(&drive->job, server, client);
}

/* The server closes LATE turns after the client: at any moment so many are in CLOSE_WAIT. */
static int turn_late_close(struct lab_drive *drive)
{
	const int on = 1;
	int *late = &drive->fds[LAB_SERVER][drive->turn % LATE], client;
	int rc;

	if (*late >= 0)
		close(*late);
	*late = -1;
	rc = lab_drive_pair(&drive->job, drive->listeners[LAB_V4], &client, late);
	if (rc < 0)
		return rc;
	if (setsockopt(*late, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) < 0)
		rc = lab_job_fail(&drive->job, -errno, "setting SO_KEEPALIVE");
	close(client);
	return rc;
}

static int turn_reusing(struct lab_drive *drive)
{
	long pause_ns = LAB_PAUSE_MIN_NS;
	int client, server, rc;

	/* Of the first ports none may be taken over for a second. */
	do {
		rc = lab_drive_pair(&drive->job, drive->listeners[LAB_V4], &client, &server);
	} while (rc == -EADDRNOTAVAIL && lab_wait_again(drive->job.deadline_ns, &pause_ns));
	if (rc < 0)
		return rc;
	drive->job.why[0] = '\0';
	return lab_drive_close(&drive->job, client, server);
}

/* All ports that there are, closed by the client, before any of them can be taken over. */
static int begin_reusing(struct lab_drive *drive)
{
	int rc = lab_drive_begin_listening(drive);

	for (size_t i = 0; rc == 0 && i < REUSED; i++)
		rc = turn_reusing(drive);
	return rc;
}

/* ---- A crawler ------------------------------------------------------------------------- */

/* What is sent to them goes to the other side, which throws it away. */
static int begin_crawler(struct lab_drive *drive)
{
	int rc = lab_sandbox_route(drive->job.sandbox, drive->part.client, DEAD_PREFIX, DEAD_LENGTH);

	return rc < 0 ? lab_job_fail(&drive->job, rc, "routing to hosts that are not there")
		      : lab_drive_begin_listening(drive);
}

/* SYN -->X   to another host each time; the attempt before the last few is given up. */
static int call_dead_host(struct lab_drive *drive, uint64_t n)
{
	int *fd = &drive->fds[LAB_CLIENT][n % DEAD_AT_ONCE];
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(drive->job.port),
		.sin_addr = {htonl(lab_segment_address(DEAD_PREFIX) + 1 + (uint32_t)(n % 65000))},
	};

	if (*fd >= 0)
		close(*fd);
	*fd = lab_job_open_bound(&drive->job, LAB_CLIENT, LAB_V4, 0);
	if (*fd < 0)
		return lab_job_fail(&drive->job, *fd, "opening a socket");
	return lab_job_connect_fd(&drive->job, *fd, (struct sockaddr *)&to, sizeof(to), false);
}

/* Each takes a page, and the server closes. */
static int turn_crawler(struct lab_drive *drive)
{
	return drive->turn % DEAD_OF ? turn_short(drive)
				     : call_dead_host(drive, drive->turn / DEAD_OF);
}

/* What it tried last; then it has nothing to do. */
static int begin_paused(struct lab_drive *drive)
{
	int rc = begin_crawler(drive);

	for (uint64_t i = 0; rc == 0 && i < CRAWLED; i++)
		rc = i % DEAD_OF_CRAWLED ? turn_short(drive)
					 : call_dead_host(drive, i / DEAD_OF_CRAWLED);
	return rc;
}

static int turn_paused(struct lab_drive *drive)
{
	(void)drive;
	return 0;
}

/* ---- A proxy --------------------------------------------------------------------------- */

/*
 * clients in b -->  proxy in a  --> server in b
 *
 * Some clients keep their connections, and the proxy one behind for each; the others come for one
 * request, after which the proxy closes on either side: it is the one that has TIME_WAIT.
 */
struct proxy {
	struct lab_part part;
	struct lab_job behind; /* from the proxy to the server */
	int listener;	       /* of the server */
	struct {
		int client, in, out, server;
	} standing[STANDING];
};

static int open_both(struct lab_drive *drive, struct proxy *proxy, int *client, int *in, int *out,
		     int *server)
{
	int rc = lab_drive_pair(&drive->job, drive->listeners[LAB_V4], client, in);

	return rc < 0 ? rc : lab_drive_pair(&proxy->behind, proxy->listener, out, server);
}

static int begin_proxy(struct lab_drive *drive)
{
	struct proxy *proxy = calloc(1, sizeof(*proxy)); /* it goes with the process */
	int rc = lab_drive_begin_listening(drive);

	if (rc < 0 || !proxy)
		return rc < 0 ? rc : lab_job_fail(&drive->job, -ENOMEM, "finding memory");
	drive->own = proxy;
	proxy->part = drive->part;
	proxy->part.client = drive->part.server;
	proxy->part.server = drive->part.client;
	proxy->behind = drive->job;
	proxy->behind.part = &proxy->part;
	proxy->behind.port++;
	rc = lab_drive_listen(&proxy->behind, &proxy->listener);
	for (size_t i = 0; rc == 0 && i < STANDING; i++)
		rc = open_both(drive, proxy, &proxy->standing[i].client, &proxy->standing[i].in,
			       &proxy->standing[i].out, &proxy->standing[i].server);
	return rc;
}

/* A request is passed on, and its reply back. */
static int pass_on(struct lab_drive *drive, struct proxy *proxy, int client, int in, int out,
		   int server)
{
	int rc = lab_drive_pass(&drive->job, client, in, LAB_DRIVE_REQUEST);

	if (rc == 0)
		rc = lab_drive_exchange(&proxy->behind, out, server);
	return rc < 0 ? rc : lab_drive_pass(&drive->job, in, client, LAB_DRIVE_REPLY);
}

/* One request of a client that comes for it alone. */
static int serve_short(struct lab_drive *drive, struct proxy *proxy)
{
	int client, in, out, server;
	int rc = open_both(drive, proxy, &client, &in, &out, &server);

	if (rc < 0)
		return rc;
	rc = pass_on(drive, proxy, client, in, out, server);
	if (rc == 0)
		rc = lab_drive_close(&proxy->behind, out, server);
	return rc < 0 ? rc : lab_drive_close(&drive->job, in, client);
}

static int turn_proxy(struct lab_drive *drive)
{
	struct proxy *proxy = drive->own;
	size_t i = drive->turn % STANDING;
	int rc = pass_on(drive, proxy, proxy->standing[i].client, proxy->standing[i].in,
			 proxy->standing[i].out, proxy->standing[i].server);

	return rc < 0 ? rc : serve_short(drive, proxy);
}

/* clang-format off */
const struct lab_driver lab_driver_busy = {
	.name = "busy", .client = LAB_A, .server = LAB_B,
	.summary = N_("connected 20 times from %s to %s, and goes on to exchange a request and a "
		      "reply of 8 kB over one after the other, %u times a second"),
	.per_second = 500, .begin = begin_busy, .turn = turn_busy,
};

const struct lab_driver lab_driver_pool = {
	.name = "pool", .client = LAB_A, .server = LAB_B,
	.summary = N_("connected 20 times from %s to %s, and goes on to exchange a request and a "
		      "reply of 8 kB over six of them, %u times a second; the others are idle"),
	.per_second = 100, .begin = begin_busy, .turn = turn_pool,
};

const struct lab_driver lab_driver_some_loss = {
	.name = "some-loss", .client = LAB_A, .server = LAB_B, .needs = LAB_NEED_NFT,
	.summary = N_("connected 20 times from %s to %s, where one in 400 packets gets lost on the way "
		      "back, and goes on to exchange a request and a reply of 8 kB, %u times a second"),
	.per_second = 500, .begin = begin_some_loss, .turn = turn_busy,
};

const struct lab_driver lab_driver_short = {
	.name = "short", .client = LAB_A, .server = LAB_B,
	.summary = N_("connects from %s to %s for one request, after which the server closes, "
		      "%u times a second"),
	.per_second = 200, .begin = lab_drive_begin_listening, .turn = turn_short,
};

const struct lab_driver lab_driver_late_close = {
	.name = "late-close", .client = LAB_A, .server = LAB_B,
	.summary = N_("connects from %s to %s, with keepalive there, and closes first; the server "
		      "closes a fifth of a second later; %u times a second"),
	.per_second = 100, .begin = lab_drive_begin_listening, .turn = turn_late_close,
};

const struct lab_driver lab_driver_crawler = {
	.name = "crawler", .client = LAB_A, .server = LAB_B,
	.summary = N_("connects from %s to hosts behind %s, of which three in a hundred are not there and "
		      "are given up after ten seconds, %u times a second"),
	.per_second = 100, .begin = begin_crawler, .turn = turn_crawler,
};

const struct lab_driver lab_driver_paused = {
	.name = "paused", .client = LAB_A, .server = LAB_B,
	.summary = N_("connected 300 times from %s to hosts behind %s, of which twelve are not there, and "
		      "then waits"),
	.per_second = 1, .begin = begin_paused, .turn = turn_paused,
};

const struct lab_driver lab_driver_reusing = {
	.name = "reusing", .client = LAB_A, .server = LAB_B,
	.summary = N_("connected 200 times from %s to %s and closed first, and goes on to do so %u "
		      "times a second, on ports that have waited for a second or more"),
	.per_second = 50, .begin = begin_reusing, .turn = turn_reusing,
};

const struct lab_driver lab_driver_proxy = {
	.name = "proxy", .client = LAB_B, .server = LAB_A,
	.summary = N_("passes requests of clients in %s on through a proxy in %s, %u times a second over "
		      "eight connections that stay, and as often over one that the proxy then closes"),
	.per_second = 100, .begin = begin_proxy, .turn = turn_proxy,
};
/* clang-format on */
