/* SPDX-License-Identifier: MIT */
/*
 * sc_open.c - sockets before and while a connection opens.
 *
 * In the drawings the client is on the left, X is where a packet is dropped.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>

#include "job.h"
#include "makers.h"
#include "util/macro.h"

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

static void tell_listening(struct lab_job *job, size_t backlog)
{
	lab_sandbox_step(
		job->sandbox,
		N_("listened in %s on port %u, with a backlog of %zu, and accepted nobody"),
		lab_side_name(job->part->server), job->port, backlog);
}

static int listen_and_hold(struct lab_job *job, size_t backlog)
{
	int listeners[LAB_FAMILIES] = {-1, -1};
	int rc = lab_job_listen(job, backlog, listeners),
	    held = lab_job_hold_listeners(job, listeners);

	if (rc == 0)
		tell_listening(job, backlog);
	return rc < 0 ? rc : held;
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
		lab_sandbox_step(job->sandbox,
				 N_("had both ends of %zu connections call the other, without a "
				    "listener; %s does not hear %s"),
				 lab_job_total(job), lab_side_name(job->part->client),
				 lab_side_name(job->part->server));
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

/* One more client of each family, which waits to be accepted. */
static int connect_fillers(struct lab_job *job)
{
	int rc = 0;

	for (int family = 0; rc == 0 && family < LAB_FAMILIES; family++) {
		if (job->n[family])
			rc = lab_job_connect_extra(job, (enum lab_family)family);
	}
	if (rc == 0)
		lab_sandbox_step(job->sandbox,
				 N_("connected a first client from %s in each address family"),
				 lab_side_name(job->part->client));
	return rc;
}

/*
 * A backlog of 0 has room for one. Once that one waits to be accepted, further requests are
 * dropped without an answer (net/ipv4/tcp_input.c:tcp_conn_request), and their clients, which
 * cannot know, go on asking.
 */
static int make_queue_full(struct lab_job *job)
{
	int rc = listen_and_hold(job, 0);

	if (rc == 0)
		rc = connect_fillers(job);
	if (rc == 0)
		rc = lab_job_wait_one(job, LAB_SERVER, LAB_ESTABLISHED, LAB_ORPHAN);
	if (rc == 0)
		rc = lab_job_connect_start(job);
	return rc < 0 ? rc : lab_job_wait(job, LAB_CLIENT, LAB_SYN_SENT, LAB_HELD);
}

/* The listeners' queues are full with what waits in them, and no request can be dropped. */
static int shrink_queues(struct lab_job *job, const int listeners[LAB_FAMILIES])
{
	for (int family = 0; family < LAB_FAMILIES; family++) {
		if (listeners[family] >= 0 && listen(listeners[family], 0) < 0)
			return lab_job_fail(job, -errno, "making the backlog smaller");
	}
	return 0;
}

/* Sends as soon as the connection is open for this end, which does not block. */
static int send_once_open(struct lab_job *job, int fd)
{
	long pause_ns = LAB_PAUSE_MIN_NS;

	do {
		if (send(fd, "hello", 5, MSG_NOSIGNAL) == 5)
			return 0;
	} while (errno == EAGAIN && lab_wait_again(job->deadline_ns, &pause_ns));
	return lab_job_fail(job, -errno, "sending");
}

/*
 * SYN -->, X<-- SYN+ACK; one more fills the queue, SYN+ACK comes through, ACK -->   and there is
 * no room for the connection: its ACK is dropped (net/ipv4/tcp_ipv4.c:tcp_v4_syn_recv_sock), and
 * the client cannot know. What it sends is dropped, too.
 */
static int make_phantom(struct lab_job *job)
{
	int listeners[LAB_FAMILIES] = {-1, -1};
	int rc = lab_job_listen(job, lab_job_backlog(job), listeners);
	int held = lab_job_hold_listeners(job, listeners);

	if (rc == 0) {
		tell_listening(job, lab_job_backlog(job));
		rc = connect_fillers(job);
	}
	if (rc == 0)
		rc = lab_job_drop(job, LAB_CLIENT);
	if (rc == 0)
		rc = lab_job_connect_start(job);
	if (rc == 0)
		rc = lab_job_wait(job, LAB_SERVER, LAB_SYN_RECV, LAB_ORPHAN);
	if (rc == 0)
		rc = shrink_queues(job, listeners);
	if (rc == 0)
		rc = lab_job_nft(job, LAB_CLIENT, "flush chain inet lab input\n");
	if (rc == 0)
		lab_sandbox_step(job->sandbox,
				 N_("made the backlog 0, so that the queue is full; had "
				    "the filter drop nothing any more; and sent 5 bytes "
				    "on each from %s"),
				 lab_side_name(job->part->client));
	for (size_t i = 0; rc == 0 && i < lab_job_total(job); i++)
		rc = send_once_open(job, job->fds[LAB_CLIENT][i]);
	return rc < 0 ? rc : held;
}

static int make_established(struct lab_job *job)
{
	int rc = lab_job_connect(job);

	if (rc == 0)
		rc = lab_job_wait(job, LAB_CLIENT, LAB_ESTABLISHED, LAB_HELD);
	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_ESTABLISHED, LAB_HELD);
}

/* The same, while the server goes on listening. */
static int make_served(struct lab_job *job)
{
	int rc = lab_job_serve_on(job);

	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_ESTABLISHED, LAB_HELD);
}

/* The same, and the server asks for keepalive. */
static int make_served_alive(struct lab_job *job)
{
	int rc = make_served(job);

	return rc < 0 ? rc : lab_job_keep_alive(job, LAB_SERVER);
}

/* Leaves the clients' side with as many ports as there are connections. */
static int narrow_ports(struct lab_job *job)
{
	char range[32];
	int rc;

	snprintf(range, sizeof(range), "%u %zu", PORTS_USED_FIRST,
		 PORTS_USED_FIRST + job->n[LAB_V4] - 1);
	rc = lab_sandbox_sysctl(job->sandbox, lab_job_side(job, LAB_CLIENT),
				"net/ipv4/ip_local_port_range", range);
	return rc < 0 ? lab_job_fail(job, rc, "narrowing the range of ports") : 0;
}

/* The next one fails with EADDRNOTAVAIL. */
static int make_ports_used(struct lab_job *job)
{
	int rc = narrow_ports(job);

	return rc < 0 ? rc : make_established(job);
}

/* Connects a client that has bound its address, and so its port, before. */
static int connect_bound(struct lab_job *job, size_t i, int listener)
{
	struct sockaddr_storage address;
	socklen_t length = lab_job_address(job, LAB_SERVER, LAB_V4, job->port, &address);
	int fd = lab_job_open_bound(job, LAB_CLIENT, LAB_V4, 0), rc;

	if (fd < 0)
		return lab_job_fail(job, fd, "binding a client");
	job->fds[LAB_CLIENT][i] = fd;
	rc = lab_job_connect_fd(job, fd, (struct sockaddr *)&address, length, true);
	if (rc == 0)
		rc = job->fds[LAB_SERVER][i] = lab_job_accept(job, listener);
	return rc < 0 ? rc : 0;
}

/*
 * A port that bind(2) chose is taken for all destinations alike: the next bind fails with
 * EADDRINUSE, wherever it was to connect to.
 */
static int make_bind_exhausted(struct lab_job *job)
{
	int listeners[LAB_FAMILIES] = {-1, -1};
	int rc = narrow_ports(job);

	if (rc == 0)
		rc = lab_job_listen(job, lab_job_backlog(job), listeners);
	for (size_t i = 0; rc == 0 && i < job->n[LAB_V4]; i++)
		rc = connect_bound(job, i, listeners[LAB_V4]);
	if (listeners[LAB_V4] >= 0)
		close(listeners[LAB_V4]);
	if (rc < 0)
		return rc;
	lab_sandbox_step(job->sandbox, N_("bound %zu clients in %s to its address, then connected "
					  "them to %s"),
			 job->n[LAB_V4], lab_side_name(job->part->client),
			 lab_side_name(job->part->server));
	return lab_job_wait(job, LAB_CLIENT, LAB_ESTABLISHED, LAB_HELD);
}

/* One bind after the other, each of another port, and nothing done with any. */
static int make_bound_leak(struct lab_job *job)
{
	for (size_t i = 0; i < lab_job_total(job); i++) {
		int fd = lab_job_open_bound(job, LAB_SERVER, i < job->n[LAB_V4] ? LAB_V4 : LAB_V6, 0);

		if (fd < 0)
			return lab_job_fail(job, fd, "binding");
		job->fds[LAB_SERVER][i] = fd;
	}
	lab_sandbox_step(
		job->sandbox,
		N_("bound %zu sockets in %s, each to a port of its own, and did nothing more"),
		lab_job_total(job), lab_side_name(job->part->server));
	return 0;
}

/* SYN -->, <-- SYN+ACK, ACK -->   and no data: the server is told of nothing until some come */
static int make_defer_accept(struct lab_job *job)
{
	const int seconds = 120;
	int listeners[LAB_FAMILIES] = {-1, -1};
	int rc = lab_job_listen(job, lab_job_backlog(job), listeners);
	int held = lab_job_hold_listeners(job, listeners);

	for (int family = 0; rc == 0 && family < LAB_FAMILIES; family++) {
		if (listeners[family] >= 0 &&
		    setsockopt(listeners[family], IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
			       sizeof(seconds)) < 0)
			rc = lab_job_fail(job, -errno, "setting TCP_DEFER_ACCEPT");
	}
	if (rc == 0)
		rc = held;
	if (rc == 0)
		lab_sandbox_step(job->sandbox, N_("listened in %s on port %u, with TCP_DEFER_ACCEPT"),
				 lab_side_name(job->part->server), job->port);
	if (rc == 0)
		rc = lab_job_connect_start(job);
	if (rc == 0)
		rc = lab_job_wait(job, LAB_CLIENT, LAB_ESTABLISHED, LAB_HELD);
	return rc < 0 ? rc : lab_job_wait(job, LAB_SERVER, LAB_SYN_RECV, LAB_ORPHAN);
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

const struct lab_maker lab_maker_phantom = {
	.name = "phantom", .needs = LAB_NEED_ROOT | LAB_NEED_NFT,
	.client = LAB_ESTABLISHED, .server = LAB_SYN_RECV, .listens = true, .fills = true,
	.make = make_phantom,
};

const struct lab_maker lab_maker_ports_used = {
	.name = "ports-used", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED,
	.make = make_ports_used,
};

const struct lab_maker lab_maker_bind_exhausted = {
	.name = "bind-exhausted", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED,
	.make = make_bind_exhausted,
};

const struct lab_maker lab_maker_bound_leak = {
	.name = "bound-leak", .needs = LAB_NEED_ROOT | LAB_NEED_BOUND_DUMP,
	.server = LAB_BOUND,
	.make = make_bound_leak,
};

const struct lab_maker lab_maker_defer_accept = {
	.name = "defer-accept", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_SYN_RECV, .listens = true,
	.make = make_defer_accept,
};

const struct lab_maker lab_maker_established = {
	.name = "established", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED,
	.make = make_established,
};

const struct lab_maker lab_maker_served = {
	.name = "served", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED, .listens = true,
	.make = make_served,
};

const struct lab_maker lab_maker_served_alive = {
	.name = "served-alive", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED, .listens = true,
	.make = make_served_alive,
};

const struct lab_maker lab_maker_established_mapped = {
	.name = "established-mapped", .needs = LAB_NEED_ROOT,
	.client = LAB_ESTABLISHED, .server = LAB_ESTABLISHED, .mapped = true,
	.make = make_established,
};
/* clang-format on */
