/* SPDX-License-Identifier: MIT */
/* drive.c - what drivers are written with; see drive.h. */
#include "drive.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wait.h"

int lab_drive_listen(struct lab_job *job, int *ret_listener)
{
	int listeners[LAB_FAMILIES];
	int rc;

	job->n[LAB_V4] = LAB_DRIVE_SOCKETS; /* for the backlog */
	rc = lab_job_listen(job, lab_job_backlog(job), listeners);
	*ret_listener = listeners[LAB_V4];
	return rc;
}

int lab_drive_begin_listening(struct lab_drive *drive)
{
	return lab_drive_listen(&drive->job, &drive->listeners[LAB_V4]);
}

int lab_drive_pair(struct lab_job *job, int listener, int *ret_client, int *ret_server)
{
	int client = lab_job_dial(job, LAB_V4, true);
	int server = client < 0 ? client : lab_job_accept(job, listener);

	if (server < 0) {
		if (client >= 0)
			close(client);
		return server;
	}
	*ret_server = server;
	*ret_client = client;
	return 0;
}

int lab_drive_begin_pairs(struct lab_drive *drive, size_t n)
{
	int rc = lab_drive_begin_listening(drive);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = lab_drive_pair(&drive->job, drive->listeners[LAB_V4],
				    &drive->fds[LAB_CLIENT][i], &drive->fds[LAB_SERVER][i]);
	return rc;
}

int lab_drive_connect_anew(struct lab_drive *drive, int *client, uint16_t port)
{
	const struct linger at_once = {.l_onoff = 1};
	struct lab_job *job = &drive->job;
	struct sockaddr_storage server;
	socklen_t length = lab_job_address(job, LAB_SERVER, LAB_V4, job->port, &server);
	long pause_ns = LAB_PAUSE_MIN_NS;
	int rc;

	if (*client >= 0) {
		setsockopt(*client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		close(*client);
	}
	*client = lab_job_open_bound(job, LAB_CLIENT, LAB_V4, port);
	if (*client < 0)
		return lab_job_fail(job, *client, "binding a client");
	do {
		rc = lab_job_connect_fd(job, *client, (struct sockaddr *)&server, length, false);
	} while (rc == -EADDRNOTAVAIL && lab_wait_again(job->deadline_ns, &pause_ns));
	if (rc == 0)
		job->why[0] = '\0';
	return rc;
}

int lab_drive_send(struct lab_job *job, int from, size_t size)
{
	const char data[LAB_DRIVE_MOST] = "";

	if (send(from, data, size, MSG_NOSIGNAL) != (ssize_t)size)
		return lab_job_fail(job, -EPIPE, "sending");
	return 0;
}

int lab_drive_receive(struct lab_job *job, int to, size_t size)
{
	char data[LAB_DRIVE_MOST];

	if (recv(to, data, size, MSG_WAITALL) != (ssize_t)size)
		return lab_job_fail(job, -ECONNRESET, "receiving");
	return 0;
}

int lab_drive_pass(struct lab_job *job, int from, int to, size_t size)
{
	int rc = lab_drive_send(job, from, size);

	return rc < 0 ? rc : lab_drive_receive(job, to, size);
}

int lab_drive_exchange(struct lab_job *job, int client, int server)
{
	int rc = lab_drive_pass(job, client, server, LAB_DRIVE_REQUEST);

	return rc < 0 ? rc : lab_drive_pass(job, server, client, LAB_DRIVE_REPLY);
}

int lab_drive_close(struct lab_job *job, int first, int second)
{
	char byte;
	ssize_t got;

	close(first);
	got = recv(second, &byte, 1, 0);
	close(second);
	return got == 0 ? 0 : lab_job_fail(job, -EPROTO, "reading the end of the stream");
}

int lab_drive_drop(struct lab_drive *drive, enum lab_end receiver, const char *rule)
{
	char rules[512];

	snprintf(rules, sizeof(rules),
		 "add table inet lab\n"
		 "add chain inet lab input { type filter hook input priority 0; }\n"
		 "add rule inet lab input %s drop\n",
		 rule);
	return lab_job_nft(&drive->job, receiver, rules);
}
