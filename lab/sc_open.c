/* SPDX-License-Identifier: MIT */
/*
 * sc_open.c - sockets before and while a connection opens.
 *
 * In the drawings the client is on the left, X is where a packet is dropped.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "job.h"
#include "makers.h"

#define PORTS_USED_FIRST 40000u

static int make_listen(struct lab_job *job)
{
	int rc = lab_job_bind_all(job, true);

	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_LISTEN, LAB_HELD);
}

static int make_bound(struct lab_job *job)
{
	int rc = lab_job_bind_all(job, false);

	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_BOUND, LAB_HELD);
}

/* SYN -->X   a black hole: nobody answers, not even with a refusal */
static int make_syn_sent(struct lab_job *job)
{
	int rc = lab_job_drop(job, LAB_SERVER);

	if (rc == 0)
		rc = lab_job_connect_start(job);
	return rc < 0 ? rc : lab_job_wait(job, LAB_CLIENT, LAB_SYN_SENT, LAB_HELD);
}

static int listen_and_hold(struct lab_job *job, size_t backlog)
{
	int listeners[LAB_FAMILIES] = {-1, -1};
	int rc = lab_job_listen(job, backlog, listeners);

	for (int family = 0; family < LAB_FAMILIES; family++) {
		if (listeners[family] >= 0) {
			int held = lab_job_hold(job, listeners[family]);

			rc = rc < 0 ? rc : held;
		}
	}
	return rc;
}

/* SYN -->, X<-- SYN+ACK   the server keeps a request minisocket, which no process holds */
static int make_syn_recv(struct lab_job *job)
{
	int rc = lab_job_drop(job, LAB_CLIENT);

	if (rc == 0)
		rc = listen_and_hold(job, lab_job_backlog(job));
	if (rc == 0)
		rc = lab_job_connect_start(job);
	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_SYN_RECV, LAB_ORPHAN);
}

/* Both ends of connection i call each other; the server end calls first and is not heard. */
static int call_each_other(struct lab_job *job, size_t i)
{
	enum lab_family family = i < job->n[LAB_V4] ? LAB_V4 : LAB_V6;
	struct sockaddr_storage client, server;
	socklen_t length = sizeof(client);
	int *client_fd = &job->fds[LAB_CLIENT][i], *server_fd = &job->fds[LAB_SERVER][i];
	int rc;

	*client_fd = lab_job_open_bound(job, LAB_CLIENT, family, 0);
	if (*client_fd < 0)
		return lab_job_fail(job, *client_fd, "binding the client end");
	*server_fd = lab_job_open_bound(job, LAB_SERVER, family, job->port);
	if (*server_fd < 0)
		return lab_job_fail(job, *server_fd, "binding the server end");
	if (getsockname(*client_fd, (struct sockaddr *)&client, &length) < 0)
		return lab_job_fail(job, -errno, "reading the client's port");
	rc = lab_job_connect_fd(job, *server_fd, (struct sockaddr *)&client, length, false);
	if (rc < 0)
		return rc;
	length = lab_job_address(job, LAB_SERVER, family, job->port, &server);
	return lab_job_connect_fd(job, *client_fd, (struct sockaddr *)&server, length, false);
}

/*
 * X<-- SYN, SYN -->, X<-- SYN+ACK   RFC 9293, figure 7: a simultaneous open. An end that has
 * itself sent a SYN turns to SYN_RECV as the full socket it is, not as a minisocket.
 */
static int make_syn_recv_full(struct lab_job *job)
{
	int rc = lab_job_drop(job, LAB_CLIENT);

	for (size_t i = 0; rc == 0 && i < lab_job_total(job); i++)
		rc = call_each_other(job, i);
	if (rc == 0)
		rc = lab_job_wait(job, LAB_SERVER, LAB_SYN_RECV, LAB_HELD);
	return rc;
}

/* Established for the kernels, while the server's program has not called accept(2) yet. */
static int make_not_accepted(struct lab_job *job)
{
	int rc = listen_and_hold(job, lab_job_backlog(job));

	if (rc == 0)
		rc = lab_job_connect_start(job);
	if (rc == 0)
		rc = lab_job_wait(job, LAB_CLIENT, LAB_ESTABLISHED, LAB_HELD);
	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_ESTABLISHED, LAB_ORPHAN);
}

/*
 * A backlog of 0 has room for one. Once that one waits to be accepted, further requests are
 * dropped without an answer (net/ipv4/tcp_input.c:tcp_conn_request), and their clients, which
 * cannot know, go on asking.
 */
static int make_queue_full(struct lab_job *job)
{
	int rc = listen_and_hold(job, 0);

	for (int family = 0; rc == 0 && family < LAB_FAMILIES; family++) {
		if (job->n[family])
			rc = lab_job_connect_extra(job, (enum lab_family)family);
	}
	if (rc == 0)
		rc = lab_job_wait_one(job, LAB_SERVER, LAB_ESTABLISHED, LAB_ORPHAN);
	if (rc == 0)
		rc = lab_job_connect_start(job);
	return rc < 0 ? rc : lab_job_wait(job, LAB_CLIENT, LAB_SYN_SENT, LAB_HELD);
}

static int make_established(struct lab_job *job)
{
	int rc = lab_job_connect(job);

	if (rc == 0)
		rc = lab_job_wait(job, LAB_CLIENT, LAB_ESTABLISHED, LAB_HELD);
	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_ESTABLISHED, LAB_HELD);
}

/* As many ports for clients as there are connections: the next one fails with EADDRNOTAVAIL. */
static int make_ports_used(struct lab_job *job)
{
	char range[32];
	int rc;

	snprintf(range, sizeof(range), "%u %zu", PORTS_USED_FIRST,
		 PORTS_USED_FIRST + job->n[LAB_V4] - 1);
	rc = lab_sandbox_sysctl(job->sandbox, lab_job_side(job, LAB_CLIENT),
				"net/ipv4/ip_local_port_range", range);
	if (rc < 0)
		return lab_job_fail(job, rc, "narrowing the range of ports");
	return make_established(job);
}

/* clang-format off */
const struct lab_maker lab_maker_listen = {
	.name = "listen", .needs = LAB_NEED_ROOT,
	.server = LAB_LISTEN,
	.make = make_listen,
};

const struct lab_maker lab_maker_bound = {
	.name = "bound", .needs = LAB_NEED_ROOT | LAB_NEED_BOUND_DUMP,
	.server = LAB_BOUND,
	.make = make_bound,
};

const struct lab_maker lab_maker_syn_sent = {
	.name = "syn-sent", .needs = LAB_NEED_ROOT | LAB_NEED_NFT,
	.client = LAB_SYN_SENT,
	.make = make_syn_sent,
};

const struct lab_maker lab_maker_syn_recv = {
	.name = "syn-recv", .needs = LAB_NEED_ROOT | LAB_NEED_NFT,
	.client = LAB_SYN_SENT, .server = LAB_SYN_RECV, .listens = true,
	.make = make_syn_recv,
};

const struct lab_maker lab_maker_syn_recv_full = {
	.name = "syn-recv-full", .needs = LAB_NEED_ROOT | LAB_NEED_NFT,
	.client = LAB_SYN_SENT, .server = LAB_SYN_RECV,
	.make = make_syn_recv_full,
};

const struct lab_maker lab_maker_not_accepted = {
	.name = "not-accepted", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED, .listens = true,
	.make = make_not_accepted,
};

const struct lab_maker lab_maker_queue_full = {
	.name = "queue-full", .needs = LAB_NEED_ROOT,
	.client = LAB_SYN_SENT, .listens = true, .fills = true,
	.make = make_queue_full,
};

const struct lab_maker lab_maker_ports_used = {
	.name = "ports-used", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED,
	.make = make_ports_used,
};

const struct lab_maker lab_maker_established = {
	.name = "established", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED,
	.make = make_established,
};

const struct lab_maker lab_maker_established_mapped = {
	.name = "established-mapped", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED, .mapped = true,
	.make = make_established,
};
/* clang-format on */
