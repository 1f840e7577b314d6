/* SPDX-License-Identifier: MIT */
/*
 * job.c - connections made, parted and cut off inside a sandbox.
 *
 * A socket belongs to the network namespace that its maker was in when it made it, and stays
 * there: only creating one asks for a move, connect(2) and accept(2) do not.
 */
#include "job.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "util/intl.h"
#include "util/macro.h"

/* One connect(2) or accept(2) between namespaces of one machine takes microseconds. */
#define CALL_TIMEOUT_S 5
#define DEFAULT_SOMAXCONN 4096
#define BACKLOG_SPARE 16
#define JOINED_PORT 61000 /* the first above net.ipv4.ip_local_port_range as it is at first */
#define COUNT_TEXT_MAX 96

int lab_job_fail(struct lab_job *job, int rc, const char *step)
{
	snprintf(job->why, LAB_WHY_MAX, "%s, port %u: %s: %s", job->part->maker->name, job->port,
		 step, strerror(-rc));
	return rc;
}

enum lab_side lab_job_side(const struct lab_job *job, enum lab_end end)
{
	return end == LAB_CLIENT ? job->part->client : job->part->server;
}

size_t lab_job_total(const struct lab_job *job)
{
	return job->n[LAB_V4] + job->n[LAB_V6];
}

/* The address of an end, as its own family writes it, with that port. */
socklen_t lab_job_address(const struct lab_job *job, enum lab_end end, enum lab_family family,
			  uint16_t port, struct sockaddr_storage *ret_address)
{
	bool loopback = job->part->client == job->part->server;
	const char *text = lab_sandbox_address(lab_job_side(job, end), family);
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret_address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret_address;

	memset(ret_address, 0, sizeof(*ret_address));
	if (family == LAB_V4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		inet_pton(AF_INET, loopback ? "127.0.0.1" : text, &v4->sin_addr);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	inet_pton(AF_INET6, loopback ? "::1" : text, &v6->sin6_addr);
	return sizeof(*v6);
}

/* A socket on the side of that end. */
static int open_socket(struct lab_job *job, enum lab_end end, enum lab_family family)
{
	const struct timeval timeout = {.tv_sec = CALL_TIMEOUT_S};
	const int on = 1;
	int rc = lab_sandbox_enter(job->sandbox, lab_job_side(job, end));
	int fd;

	if (rc < 0)
		return rc;
	fd = socket(family == LAB_V4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	rc = fd < 0 ? -errno : 0;
	lab_sandbox_leave(job->sandbox);
	if (rc < 0)
		return rc;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return fd;
}

int lab_job_open_bound(struct lab_job *job, enum lab_end end, enum lab_family family, uint16_t port)
{
	struct sockaddr_storage address;
	socklen_t length = lab_job_address(job, end, family, port, &address);
	const int v6only = !job->part->maker->mapped, on = 1;
	int fd = open_socket(job, end, family);

	if (fd < 0)
		return fd;
	if (family == LAB_V6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
		if (!v6only)
			((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_any;
	}
	if (port)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, length) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

/* A backlog above the namespace's limit would be cut down without a word. */
static int raise_somaxconn(struct lab_job *job, size_t backlog)
{
	char value[24];

	if (backlog <= DEFAULT_SOMAXCONN)
		return 0;
	snprintf(value, sizeof(value), "%zu", backlog);
	return lab_sandbox_sysctl(job->sandbox, job->part->server, "net/core/somaxconn", value);
}

size_t lab_job_backlog(const struct lab_job *job)
{
	return lab_job_total(job) + BACKLOG_SPARE;
}

static int open_listener(struct lab_job *job, enum lab_family family, size_t backlog)
{
	int rc = raise_somaxconn(job, backlog);
	int fd;

	if (rc < 0)
		return rc;
	fd = lab_job_open_bound(job, LAB_SERVER, family, job->port);
	if (fd >= 0 && listen(fd, (int)backlog) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

int lab_job_listen(struct lab_job *job, size_t backlog, int listeners[LAB_FAMILIES])
{
	for (int family = 0; family < LAB_FAMILIES; family++) {
		bool mapped = job->part->maker->mapped && family == LAB_V4;

		listeners[family] = -1;
		if (!job->n[family])
			continue;
		listeners[family] =
			open_listener(job, mapped ? LAB_V6 : (enum lab_family)family, backlog);
		if (listeners[family] < 0)
			return lab_job_fail(job, listeners[family], "listening");
	}
	return 0;
}

int lab_job_bind_all(struct lab_job *job, bool listening)
{
	for (size_t i = 0; i < lab_job_total(job); i++) {
		enum lab_family family = i < job->n[LAB_V4] ? LAB_V4 : LAB_V6;
		int fd = listening ? open_listener(job, family, lab_job_backlog(job))
				   : lab_job_open_bound(job, LAB_SERVER, family, job->port);

		if (fd < 0)
			return lab_job_fail(job, fd, listening ? "listening" : "binding");
		job->fds[LAB_SERVER][i] = fd;
	}
	lab_sandbox_step(job->sandbox,
			 listening ? N_("opened %zu listening sockets in %s, on port %u")
				   : N_("bound %zu sockets in %s to port %u, and did nothing more"),
			 lab_job_total(job), lab_side_name(job->part->server), job->port);
	return 0;
}

int lab_job_connect_fd(struct lab_job *job, int fd, const struct sockaddr *address,
		       socklen_t length, bool blocking)
{
	int flags = fcntl(fd, F_GETFL);

	if (!blocking)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	if (connect(fd, address, length) < 0 && (blocking || errno != EINPROGRESS))
		return lab_job_fail(job, -errno, "connecting");
	return 0;
}

/* A client from that port; 0: from one that the kernel chooses. */
static int dial_from(struct lab_job *job, enum lab_family family, uint16_t port, bool blocking)
{
	struct sockaddr_storage address;
	socklen_t length = lab_job_address(job, LAB_SERVER, family, job->port, &address);
	int fd = port ? lab_job_open_bound(job, LAB_CLIENT, family, port)
		      : open_socket(job, LAB_CLIENT, family);
	int rc;

	if (fd < 0)
		return lab_job_fail(job, fd, "opening a client socket");
	rc = lab_job_connect_fd(job, fd, (struct sockaddr *)&address, length, blocking);
	if (rc < 0)
		close(fd);
	return rc < 0 ? rc : fd;
}

int lab_job_dial(struct lab_job *job, enum lab_family family, bool blocking)
{
	return dial_from(job, family, 0, blocking);
}

/*
 * Connects client number i, blocking or not. To a listener that had clients before, from a port
 * that connect(2) chooses for nobody: it comes round to ports of theirs, the sooner the more of
 * these laboratories run at once (__inet_hash_connect() goes on where the last one to the same
 * address and port left off, in whichever namespace), and such a SYN ends their TIME_WAIT.
 */
static int connect_one(struct lab_job *job, size_t i, bool blocking)
{
	uint16_t port = job->part->maker->joins ? (uint16_t)(JOINED_PORT + i) : 0;
	int fd = dial_from(job, i < job->n[LAB_V4] ? LAB_V4 : LAB_V6, port, blocking);

	if (fd < 0)
		return fd;
	job->fds[LAB_CLIENT][i] = fd;
	return 0;
}

int lab_job_connect_extra(struct lab_job *job, enum lab_family family)
{
	int fd = lab_job_dial(job, family, true);

	return fd < 0 ? fd : lab_job_hold(job, fd);
}

/* The format takes the two sides, the port, and how many. */
static void step_connected(struct lab_job *job, const char *format)
{
	bool loopback = job->part->client == job->part->server;
	char count[COUNT_TEXT_MAX];

	if (job->n[LAB_V4] && job->n[LAB_V6])
		snprintf(count, sizeof(count), _("%zu over IPv4, %zu over IPv6"), job->n[LAB_V4],
			 job->n[LAB_V6]);
	else
		snprintf(count, sizeof(count),
			 job->n[LAB_V4] ? _("%zu over IPv4") : _("%zu over IPv6"),
			 lab_job_total(job));
	lab_sandbox_step(job->sandbox, format, lab_side_name(job->part->client),
			 loopback ? _("itself") : lab_side_name(job->part->server), job->port,
			 count);
}

int lab_job_connect_start(struct lab_job *job)
{
	step_connected(job, N_("began to connect from %s to %s, port %u: %s"));
	for (size_t i = 0; i < lab_job_total(job); i++) {
		int rc = connect_one(job, i, false);

		if (rc < 0)
			return rc;
	}
	return 0;
}

int lab_job_accept(struct lab_job *job, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	return fd < 0 ? lab_job_fail(job, -errno, "accepting") : fd;
}

static int connect_and_accept(struct lab_job *job, const int listeners[LAB_FAMILIES])
{
	for (size_t i = 0; i < lab_job_total(job); i++) {
		int listener = listeners[i < job->n[LAB_V4] ? LAB_V4 : LAB_V6];
		int rc = connect_one(job, i, true);

		if (rc == 0)
			rc = lab_job_accept(job, listener);
		if (rc < 0)
			return rc;
		job->fds[LAB_SERVER][i] = rc;
	}
	return 0;
}

int lab_job_serve(struct lab_job *job, int listeners[LAB_FAMILIES])
{
	int rc = lab_job_listen(job, lab_job_backlog(job), listeners);

	if (rc == 0)
		rc = connect_and_accept(job, listeners);
	if (rc == 0)
		step_connected(job, N_("connected from %s to %s, port %u: %s"));
	return rc;
}

int lab_job_hold_listeners(struct lab_job *job, const int listeners[LAB_FAMILIES])
{
	int rc = 0;

	for (int family = 0; family < LAB_FAMILIES; family++) {
		if (listeners[family] >= 0) {
			int held = lab_job_hold(job, listeners[family]);

			rc = rc < 0 ? rc : held;
		}
	}
	return rc;
}

int lab_job_serve_on(struct lab_job *job)
{
	int listeners[LAB_FAMILIES] = {-1, -1};
	int rc = lab_job_serve(job, listeners), held = lab_job_hold_listeners(job, listeners);

	return rc < 0 ? rc : held;
}

int lab_job_connect(struct lab_job *job)
{
	int listeners[LAB_FAMILIES] = {-1, -1};
	int rc = lab_job_serve(job, listeners);

	for (int family = 0; family < LAB_FAMILIES; family++) {
		if (listeners[family] >= 0)
			close(listeners[family]);
	}
	return rc;
}

int lab_job_part(struct lab_job *job, enum lab_end end, enum lab_farewell farewell)
{
	lab_sandbox_step(job->sandbox,
			 farewell == LAB_CLOSE
				 ? N_("closed the connections to port %u in %s")
				 : N_("shut down for sending the connections to port %u in %s; "
				      "there they can still be read"),
			 job->port, lab_side_name(lab_job_side(job, end)));
	for (size_t i = 0; i < lab_job_total(job); i++) {
		int fd = job->fds[end][i];

		if (farewell == LAB_SHUTDOWN) {
			if (shutdown(fd, SHUT_WR) < 0)
				return lab_job_fail(job, -errno, "shutting down");
			continue;
		}
		job->fds[end][i] = -1;
		close(fd);
	}
	return 0;
}

int lab_job_keep_alive(struct lab_job *job, enum lab_end end)
{
	const int on = 1;

	for (size_t i = 0; i < lab_job_total(job); i++)
		if (setsockopt(job->fds[end][i], SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) < 0)
			return lab_job_fail(job, -errno, "setting SO_KEEPALIVE");
	lab_sandbox_step(job->sandbox, N_("asked for keepalive in %s (SO_KEEPALIVE)"),
			 lab_side_name(lab_job_side(job, end)));
	return 0;
}

/*
 * Packets get lost in the receiver's input hook. Dropped in the sender's output hook they would
 * never have been sent: the kernel sees that and waits to send, instead of retransmitting
 * (net/ipv4/tcp_output.c:tcp_transmit_skb returns the error).
 */
int lab_job_drop(struct lab_job *job, enum lab_end receiver)
{
	char rules[256];

	snprintf(rules, sizeof(rules),
		 "add table inet lab\n"
		 "add chain inet lab input { type filter hook input priority 0; }\n"
		 "add rule inet lab input tcp %s %u counter drop\n",
		 receiver == LAB_SERVER ? "dport" : "sport", job->port);
	lab_sandbox_step(job->sandbox,
			 receiver == LAB_SERVER
				 ? N_("had a packet filter in %s drop, from here on, "
				      "all that arrives for port %u")
				 : N_("had a packet filter in %s drop, from here on, "
				      "all that arrives from port %u"),
			 lab_side_name(lab_job_side(job, receiver)), job->port);
	return lab_job_nft(job, receiver, rules);
}

int lab_job_nft(struct lab_job *job, enum lab_end end, const char *rules)
{
	int rc = lab_sandbox_nft(job->sandbox, lab_job_side(job, end), rules);

	return rc < 0 ? lab_job_fail(job, rc, "loading a packet rule") : 0;
}

int lab_job_hold(struct lab_job *job, int fd)
{
	int rc = lab_sandbox_hold(job->sandbox, fd);

	return rc < 0 ? lab_job_fail(job, rc, "keeping a socket") : 0;
}
