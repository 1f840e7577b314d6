/* SPDX-License-Identifier: MIT */
/* sc_drive.c - what ordinary programs do all the time, and should not. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drive.h"
#include "sc_paws.h"
#include "util/macro.h"

#define BUSY 20
#define STALE 8
#define LOST 4
#define MAY_OPEN 8192
#define FORGOTTEN_MOST 6000

static int turn_close_first(struct lab_drive *drive)
{
	int client, server;
	int rc = lab_drive_pair(&drive->job, drive->listeners[LAB_V4], &client, &server);

	return rc < 0 ? rc : lab_drive_close(&drive->job, client, server);
}

static int turn_refused(struct lab_drive *drive)
{
	int fd = lab_job_dial(&drive->job, LAB_V4, true);

	if (fd == -ECONNREFUSED) {
		drive->job.why[0] = '\0';
		return 0;
	}
	if (fd < 0)
		return fd;
	close(fd);
	return lab_job_fail(&drive->job, -EISCONN, "being refused");
}

/* Its limit is made small, so that it is the same on every machine. */
static int may_open(struct lab_job *job, rlim_t count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max < count)
		return lab_job_fail(job, -EMFILE, "finding room for descriptors");
	limit.rlim_cur = count;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return lab_job_fail(job, -errno, "setting a limit of descriptors");
	return 0;
}

static int begin_forgetful(struct lab_drive *drive)
{
	int rc = may_open(&drive->job, MAY_OPEN);

	return rc < 0 ? rc : lab_drive_begin_listening(drive);
}

/* FIN -->   and the server forgets its descriptor: only the end of the process closes it */
static int turn_forgetful(struct lab_drive *drive)
{
	int client, forgotten, rc;

	if (drive->turn >= FORGOTTEN_MOST)
		return 0;
	rc = lab_drive_pair(&drive->job, drive->listeners[LAB_V4], &client, &forgotten);
	if (rc == 0)
		close(client);
	return rc;
}

/* A program that may have so many descriptors, and forgets so many of them. */
static int forget(struct lab_drive *drive, rlim_t limit, unsigned count)
{
	int listener, client, forgotten;
	int rc = may_open(&drive->job, limit);

	if (rc == 0)
		rc = lab_drive_listen(&drive->job, &listener);
	for (unsigned i = 0; rc == 0 && i < count; i++) {
		rc = lab_drive_pair(&drive->job, listener, &client, &forgotten);
		if (rc == 0)
			close(client);
	}
	return rc;
}

/* Each a process of its own, at a port of its own; they end with the driver. */
static int begin_several(struct lab_drive *drive)
{
	static const struct {
		rlim_t limit;
		unsigned forgets;
	} programs[] = {{MAY_OPEN, 80}, {MAY_OPEN, 80}, {MAY_OPEN, 80}, {MAY_OPEN, 80}, {96, 50}};
	pid_t driver = getpid();

	for (size_t i = 0; i < TC_ARRAY_SIZE(programs); i++) {
		pid_t pid;

		drive->job.port++;
		pid = fork();
		if (pid < 0)
			return lab_job_fail(&drive->job, -errno, "starting a program");
		if (pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != driver ||
		    forget(drive, programs[i].limit, programs[i].forgets) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	return 0;
}

static int turn_several(struct lab_drive *drive)
{
	return waitpid(-1, NULL, WNOHANG) ? lab_job_fail(&drive->job, -ECHILD, "forgetting") : 0;
}

/* What has come and was not read turns close(2) into a reset. */
static int turn_abort_on_close(struct lab_drive *drive)
{
	int client, server, rc;
	struct pollfd fd = {.events = POLLIN};

	rc = lab_drive_pair(&drive->job, drive->listeners[LAB_V4], &client, &server);
	if (rc < 0)
		return rc;
	fd.fd = server;
	if (send(client, "unread", 6, MSG_NOSIGNAL) != 6 || poll(&fd, 1, 5000) != 1)
		rc = lab_job_fail(&drive->job, -EPIPE, "sending");
	close(server);
	close(client);
	return rc;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in address = {0};
	socklen_t length = sizeof(address);

	getsockname(fd, (struct sockaddr *)&address, &length);
	return ntohs(address.sin_port);
}

/* The server never hears that a client has gone, since resets do not arrive. */
static int begin_stale_syn(struct lab_drive *drive)
{
	int rc = lab_drive_begin_pairs(drive, STALE);

	return rc < 0 ? rc
		      : lab_job_nft(&drive->job, LAB_SERVER,
				    "add table inet lab\n"
				    "add chain inet lab input { type filter hook input priority 0; }\n"
				    "add rule inet lab input tcp flags & rst == rst counter drop\n");
}

/* SYN -->, <-- ACK, RST -->X   a client that was started anew takes the port it had before */
static int turn_stale_syn(struct lab_drive *drive)
{
	int *client = &drive->fds[LAB_CLIENT][drive->turn % STALE];

	return lab_drive_connect_anew(drive, client, port_of(*client));
}

/* ---- Loss ------------------------------------------------------------------------------ */

/* Of most connections a fifth is lost on the way, of a few everything. */
static int begin_lossy(struct lab_drive *drive)
{
	char rules[512];
	int rc = lab_drive_begin_pairs(drive, BUSY + LOST);
	int used = snprintf(rules, sizeof(rules),
			    "add table inet lab\n"
			    "add chain inet lab input { type filter hook input priority 0; }\n"
			    "add rule inet lab input tcp dport %u numgen random mod 5 0 drop\n",
			    drive->job.port);

	for (size_t i = BUSY; rc == 0 && i < BUSY + LOST; i++)
		used += snprintf(rules + used, sizeof(rules) - (size_t)used,
				 "add rule inet lab input tcp sport %u drop\n",
				 port_of(drive->fds[LAB_CLIENT][i]));
	if (rc == 0)
		rc = lab_job_nft(&drive->job, LAB_SERVER, rules);
	for (size_t i = BUSY; rc == 0 && i < BUSY + LOST; i++) {
		if (send(drive->fds[LAB_CLIENT][i], "lost", 4, MSG_NOSIGNAL) != 4)
			rc = lab_job_fail(&drive->job, -errno, "sending");
	}
	return rc;
}

static int turn_lossy(struct lab_drive *drive)
{
	size_t i = drive->turn % BUSY;
	char data[LAB_DRIVE_REPLY] = "";

	if (send(drive->fds[LAB_CLIENT][i], data, sizeof(data), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
	    errno != EAGAIN)
		return lab_job_fail(&drive->job, -errno, "sending");
	while (recv(drive->fds[LAB_SERVER][i], data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	return 0;
}

/* ---- Behind a NAT ---------------------------------------------------------------------- */

static int begin_paws(struct lab_drive *drive)
{
	struct lab_paws *paws;
	int rc = lab_paws_new(drive->job.sandbox, drive->part.server, &paws, drive->job.why);

	drive->own = rc < 0 ? NULL : paws;
	return rc;
}

static int turn_paws(struct lab_drive *drive)
{
	return lab_paws_turn(drive->own, drive->job.why);
}

/* clang-format off */
const struct lab_driver lab_driver_close_first = {
	.name = "close-first", .client = LAB_A, .server = LAB_B,
	.summary = N_("connects from %s to %s and closes first, %u times a second"),
	.per_second = 50, .begin = lab_drive_begin_listening, .turn = turn_close_first,
};

const struct lab_driver lab_driver_refused = {
	.name = "refused", .client = LAB_A, .server = LAB_B,
	.summary = N_("connects from %s to a port of %s where nobody listens, %u times a second"),
	.per_second = 50, .turn = turn_refused,
};

const struct lab_driver lab_driver_forgetful = {
	.name = "forgetful", .client = LAB_A, .server = LAB_B,
	.summary = N_("connects from %s to %s and closes first, and the server, which may have 8192 "
		      "descriptors, never closes, %u times a second"),
	.per_second = 20, .begin = begin_forgetful, .turn = turn_forgetful,
};

const struct lab_driver lab_driver_several = {
	.name = "several", .client = LAB_A, .server = LAB_B,
	.summary = N_("started four programs that connect 80 times each from %s to %s, have the client "
		      "close first and never close themselves, and may have 8192 descriptors each, and "
		      "one that does so 50 times and may have 96; looks %u times a second whether "
		      "they still run"),
	.per_second = 10, .begin = begin_several, .turn = turn_several,
};

const struct lab_driver lab_driver_abort_on_close = {
	.name = "abort-on-close", .client = LAB_A, .server = LAB_B,
	.summary = N_("connects from %s to %s and sends something, and the server closes without "
		      "reading it, %u times a second"),
	.per_second = 50, .begin = lab_drive_begin_listening, .turn = turn_abort_on_close,
};

const struct lab_driver lab_driver_stale_syn = {
	.name = "stale-syn", .client = LAB_A, .server = LAB_B, .needs = LAB_NEED_NFT,
	.summary = N_("forgets a connection in %s of which %s hears nothing, and connects anew from "
		      "the same port, %u times a second"),
	.per_second = 10, .begin = begin_stale_syn, .turn = turn_stale_syn,
};

const struct lab_driver lab_driver_lossy = {
	.name = "lossy", .client = LAB_A, .server = LAB_B, .needs = LAB_NEED_NFT,
	.summary = N_("sends over 24 connections from %s to %s, of four of which everything is lost "
		      "on the way, and of the others a fifth, %u times a second"),
	.per_second = 200, .begin = begin_lossy, .turn = turn_lossy,
};

/* The client is no kernel, but on a device of the server's own namespace. */
const struct lab_driver lab_driver_paws = {
	.name = "paws", .client = LAB_B, .server = LAB_B, .needs = LAB_NEED_TUN,
	.summary = N_("behind a device of %s, has machines that share an address connect to %s from "
		      "ports that others had a moment ago, with an older timestamp, %u times a second"),
	.per_second = 20, .begin = begin_paws, .turn = turn_paws,
};
/* clang-format on */
