/* SPDX-License-Identifier: MIT */
/*
 * herd_work.c - makes many sockets of one kind, as fast as one process can.
 *
 * Both ends are in this process. Over the loopback the kernel delivers a packet before the
 * system call that sends it returns, so connect, accept and close one after the other never
 * wait, and doing them in batches brings nothing; where a packet does come late (the softirq
 * was put off), the blocking calls wait for it. The herder's deadline bounds everything.
 */
#include "herd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "segment.h"
#include "util/macro.h"

enum { LOWEST_PORT = 1024 }; /* as herd_prepare() sets the range */

#define BACKLOG 1024
#define PEERS_V4 0x7f010000u	 /* 127.1.0.0 and on, all local on a loopback */
#define STRANGERS_V4 0x0a000000u /* 10.0.0.0 and on */

struct worker {
	const struct herd_task *task;
	struct herd_progress *progress;
	int listener;
};

/* A connection made by this process; the client end is the one that connected. */
struct pair {
	int client, server;
};

static socklen_t numbered_address(enum lab_family family, uint32_t base_v4, const char *base_v6,
				  uint32_t i, uint16_t port, struct sockaddr_storage *ret_address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret_address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret_address;
	uint32_t number = htonl(i + 1);

	memset(ret_address, 0, sizeof(*ret_address));
	if (family == LAB_V4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		v4->sin_addr.s_addr = htonl(base_v4 + i + 1);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	inet_pton(AF_INET6, base_v6, &v6->sin6_addr);
	memcpy(&v6->sin6_addr.s6_addr[12], &number, sizeof(number));
	return sizeof(*v6);
}

socklen_t herd_peer(enum lab_family family, uint32_t i, uint16_t port,
		    struct sockaddr_storage *ret_address)
{
	return numbered_address(family, PEERS_V4, "fd77:0:0:1::", i, port, ret_address);
}

socklen_t herd_stranger(enum lab_family family, uint32_t i, uint16_t port,
			struct sockaddr_storage *ret_address)
{
	return numbered_address(family, STRANGERS_V4, "fd77:0:0:2::", i, port, ret_address);
}

static int fail(struct worker *worker, const char *step)
{
	int rc = -errno;

	snprintf(worker->progress->why, HERD_WHY_MAX, "%s %u of %u: %s: %s",
		 lab_state_name(worker->task->state), worker->progress->made + 1,
		 worker->task->count, step, strerror(-rc));
	return rc;
}

static int open_socket(const struct herd_task *task)
{
	return socket(task->family == LAB_V4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/* Whoever holds a socket with linger 0 leaves nothing behind when it is killed: no FIN, a RST. */
static void reset_on_close(int fd)
{
	const struct linger reset = {.l_onoff = 1, .l_linger = 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
}

static int open_listener(struct worker *worker, const struct sockaddr_storage *address,
			 socklen_t length, int backlog)
{
	const int on = 1;
	int fd = open_socket(worker->task);

	if (fd < 0)
		return fail(worker, "opening a listener");
	if (worker->task->family == LAB_V6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)address, length) < 0 || listen(fd, backlog) < 0) {
		int rc = fail(worker, "listening");

		close(fd);
		return rc;
	}
	return fd;
}

/* A listener on the task's port at every address. */
static int open_server(struct worker *worker, int backlog)
{
	struct sockaddr_storage address;
	socklen_t length = herd_peer(worker->task->family, 0, worker->task->port, &address);

	if (worker->task->family == LAB_V4)
		((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_ANY);
	else
		((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_any;
	return open_listener(worker, &address, length, backlog);
}

/* The number of the peer of the task's i-th connection: all of them in turn. */
static uint32_t peer_of(const struct herd_task *task, uint32_t i)
{
	return (uint32_t)(((uint64_t)task->first + i) % task->peers);
}

/* The client takes an address of its own too, but leaves the choice of a port to connect(2). */
static int bind_client(const struct herd_task *task, int fd, uint32_t i)
{
	const int on = 1;
	struct sockaddr_storage address;
	socklen_t length = herd_peer(task->family, peer_of(task, i + 1), 0, &address);

	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)) < 0)
		return -1;
	return bind(fd, (struct sockaddr *)&address, length);
}

/*
 * A port of its own for each connection to a peer. Where clients go and their servers stay, a port
 * that is free again would be taken again, and the SYN from it end a connection of before. (Linux
 * before 6.3 has no such option; there a few of very many are lost.)
 */
static void choose_port(const struct herd_task *task, int fd, uint32_t i)
{
#ifndef IP_LOCAL_PORT_RANGE
	enum { IP_LOCAL_PORT_RANGE = 51 };
#endif
	uint32_t port = LOWEST_PORT + i / task->peers % (UINT16_MAX - LOWEST_PORT);
	uint32_t range = port << 16 | port;

	setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof(range));
}

/* What the client chooses, where that is not left to connect(2): bits. */
enum { NOTHING = 0, OWN_ADDRESS = 1, OWN_PORT = 2 };

/* Establishes connection number i to the server. */
static int connect_pair(struct worker *worker, uint32_t i, unsigned chosen,
			struct pair *ret_pair)
{
	const struct herd_task *task = worker->task;
	struct sockaddr_storage address;
	uint32_t peer = task->served ? 0 : peer_of(task, i);
	socklen_t length = herd_peer(task->family, peer, task->port, &address);

	ret_pair->client = open_socket(task);
	if (ret_pair->client < 0)
		return fail(worker, "opening a socket");
	if (chosen & OWN_ADDRESS && bind_client(task, ret_pair->client, i) < 0)
		return fail(worker, "binding");
	if (chosen & OWN_PORT)
		choose_port(task, ret_pair->client, i);
	if (connect(ret_pair->client, (struct sockaddr *)&address, length) < 0)
		return fail(worker, "connecting");
	ret_pair->server = accept4(worker->listener, NULL, NULL, SOCK_CLOEXEC);
	return ret_pair->server < 0 ? fail(worker, "accepting") : 0;
}

/* Waits until the FIN of the other end is here: else both would close at once. */
static int wait_for_fin(struct worker *worker, int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0) != 0 ? fail(worker, "waiting for a FIN") : 0;
}

static int make_established(struct worker *worker, uint32_t i)
{
	struct pair pair;
	int rc = connect_pair(worker, i, OWN_ADDRESS, &pair);

	if (rc < 0)
		return rc;
	reset_on_close(pair.client);
	reset_on_close(pair.server);
	worker->progress->made++; /* a connection is two sockets, and the caller counts one */
	return 0;
}

static int make_time_wait(struct worker *worker, uint32_t i)
{
	bool served = worker->task->served;
	struct pair pair;
	int rc = connect_pair(worker, i, served ? OWN_ADDRESS | OWN_PORT : NOTHING, &pair);

	if (rc < 0)
		return rc;
	close(served ? pair.server : pair.client);
	rc = wait_for_fin(worker, served ? pair.client : pair.server);
	close(served ? pair.client : pair.server);
	return rc;
}

/*
 * Has the server end acknowledge the FIN now, where it might wait a little for data to send
 * along with the ACK, and waits until the client end knows.
 */
static int acknowledge(struct worker *worker, const struct pair *pair)
{
	const int on = 1;
	struct tcp_info info = {0};
	socklen_t length = sizeof(info);

	setsockopt(pair->server, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	do {
		if (getsockopt(pair->client, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
			return fail(worker, "reading the state");
	} while (info.tcpi_state == TCP_FIN_WAIT1);
	return 0;
}

/* The client end in FIN_WAIT2, the server end in CLOSE_WAIT, and no packet on its way. */
static int half_close(struct worker *worker, const struct pair *pair)
{
	int rc;

	if (shutdown(pair->client, SHUT_WR) < 0)
		return fail(worker, "shutting down");
	rc = wait_for_fin(worker, pair->server);
	return rc < 0 ? rc : acknowledge(worker, pair);
}

/*
 * A socket under repair is closed without a word to its peer (net/ipv4/tcp.c:tcp_disconnect), which
 * goes on waiting. Closed in the usual way it would stay for a while, and some of many ended with a
 * RST (tcp_timer.c:tcp_keepalive_timer) that took the other end with it.
 */
static int take_away(struct worker *worker, int fd)
{
	const int on = TCP_REPAIR_ON;
	int rc = 0;

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) < 0)
		rc = fail(worker, "taking a peer away");
	close(fd);
	return rc;
}

static int make_close_wait(struct worker *worker, uint32_t i)
{
	struct pair pair;
	int rc = connect_pair(worker, i, OWN_PORT, &pair), gone;

	if (rc < 0)
		return rc;
	reset_on_close(pair.server);
	rc = half_close(worker, &pair);
	gone = take_away(worker, pair.client);
	return rc < 0 ? rc : gone;
}

static int make_fin_wait2(struct worker *worker, uint32_t i)
{
	struct pair pair;
	int rc = connect_pair(worker, i, NOTHING, &pair), gone;

	if (rc < 0)
		return rc;
	reset_on_close(pair.client);
	rc = half_close(worker, &pair);
	gone = take_away(worker, pair.server);
	return rc < 0 ? rc : gone;
}

/* One listener for each address, all on one port. */
static int make_listen(struct worker *worker, uint32_t i)
{
	struct sockaddr_storage address;
	socklen_t length = herd_peer(worker->task->family, i, worker->task->port, &address);
	int fd = open_listener(worker, &address, length, BACKLOG);

	return fd < 0 ? fd : 0;
}

/* A SYN from somebody whom the answer does not reach; the socket is a request minisocket. */
static int make_syn_recv(struct worker *worker, int raw, uint32_t i)
{
	const struct herd_task *task = worker->task;
	struct sockaddr_storage from, to;

	herd_stranger(task->family, peer_of(task, i), (uint16_t)(1024 + i / task->peers), &from);
	herd_peer(task->family, 0, task->port, &to);
	if (segment_send(raw, &from, &to, i, SEGMENT_SYN) < 0)
		return fail(worker, "sending a SYN");
	return 0;
}

static int work_syn_recv(struct worker *worker)
{
	int family = worker->task->family == LAB_V4 ? AF_INET : AF_INET6;
	tc_auto_close int raw = segment_open(family);
	int rc = 0;

	if (raw < 0) {
		errno = -raw;
		return fail(worker, "opening a raw socket");
	}
	for (uint32_t i = 0; rc == 0 && i < worker->task->count; i++) {
		rc = make_syn_recv(worker, raw, i);
		worker->progress->made++;
	}
	return rc;
}

static int make_one(struct worker *worker, uint32_t i)
{
	switch (worker->task->state) {
	case LAB_ESTABLISHED:
		return make_established(worker, i);
	case LAB_TIME_WAIT:
		return make_time_wait(worker, i);
	case LAB_CLOSE_WAIT:
		return make_close_wait(worker, i);
	case LAB_FIN_WAIT2:
		return make_fin_wait2(worker, i);
	case LAB_LISTEN:
		return make_listen(worker, i);
	default:
		errno = EINVAL;
		return fail(worker, "no way to make one");
	}
}

int herd_work(const struct herd_task *task, struct herd_progress *progress)
{
	struct worker worker = {.task = task, .progress = progress, .listener = -1};
	/* A queue that is half full would be pruned (inet_connection_sock.c:reqsk_timer_handler).
	 */
	int backlog = task->state == LAB_SYN_RECV ? (int)(4 * task->count + BACKLOG) : BACKLOG;
	int rc = 0;

	if (task->state != LAB_LISTEN) {
		worker.listener = open_server(&worker, backlog);
		if (worker.listener < 0)
			return worker.listener;
	}
	if (task->state == LAB_SYN_RECV)
		return work_syn_recv(&worker); /* its listener stays */
	while (rc == 0 && progress->made < task->count) {
		rc = make_one(&worker, progress->made);
		if (rc == 0)
			progress->made++;
	}
	if (worker.listener >= 0)
		close(worker.listener);
	return rc;
}
