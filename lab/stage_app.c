/* SPDX-License-Identifier: MIT */
/*
 * stage_app.c - the program's side of a story: sockets of the kernel.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "stage.h"

#define CALL_TIMEOUT_S 10

/* Where a side is reached; with one kernel alone, b is the peer. */
static struct sockaddr_in address_of(const struct lab_stage *stage, enum lab_side side,
				     uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	const char *text = lab_sandbox_address(side, LAB_V4);

	if (stage->peer)
		text = side == stage->kernel ? LAB_PEER_KERNEL : LAB_PEER_ADDRESS;
	inet_pton(AF_INET, text, &address.sin_addr);
	return address;
}

static int fail_and_close(struct lab_stage *stage, int fd, const char *step)
{
	int rc = -errno;

	lab_stage_fail(stage, rc, "%s: %s", step, strerror(-rc));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int open_bound(struct lab_stage *stage, enum lab_side side, uint16_t port)
{
	const struct timeval timeout = {.tv_sec = CALL_TIMEOUT_S};
	const struct sockaddr_in address = address_of(stage, side, port);
	const int on = 1;
	int fd;

	if (stage->rc < 0)
		return -1;
	if (lab_sandbox_enter(stage->sandbox, side) < 0)
		return fail_and_close(stage, -1, "entering a namespace");
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	lab_sandbox_leave(stage->sandbox);
	if (fd < 0)
		return fail_and_close(stage, fd, "socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return fail_and_close(stage, fd, "bind");
	return fd;
}

int lab_app_listen(struct lab_stage *stage, enum lab_side side, uint16_t port)
{
	int fd = open_bound(stage, side, port);

	if (fd >= 0 && listen(fd, 16) < 0)
		return fail_and_close(stage, fd, "listen");
	return fd;
}

int lab_app_accept(struct lab_stage *stage, int listener)
{
	int fd;

	if (stage->rc < 0)
		return -1;
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return fd < 0 ? fail_and_close(stage, fd, "accept") : fd;
}

int lab_app_connect_start(struct lab_stage *stage, enum lab_side side, uint16_t from_port,
			  uint16_t to_port)
{
	const struct sockaddr_in address =
		address_of(stage, side == LAB_A ? LAB_B : LAB_A, to_port);
	int fd = open_bound(stage, side, from_port);

	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ||
	    (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 &&
	     errno != EINPROGRESS) ||
	    fcntl(fd, F_SETFL, 0) < 0)
		return fail_and_close(stage, fd, "connect");
	return fd;
}

void lab_app_connect_end(struct lab_stage *stage, int fd)
{
	struct pollfd waiting = {.fd = fd, .events = POLLOUT};
	int error = ETIMEDOUT;
	socklen_t length = sizeof(error);

	if (stage->rc < 0)
		return;
	if (poll(&waiting, 1, CALL_TIMEOUT_S * 1000) == 1)
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error)
		lab_stage_fail(stage, -EBADE, "connect: %s", strerror(error));
}

void lab_app_send(struct lab_stage *stage, int fd, const char *text)
{
	size_t length = strlen(text);

	if (stage->rc == 0 && send(fd, text, length, MSG_NOSIGNAL) != (ssize_t)length)
		fail_and_close(stage, -1, "send");
}

void lab_app_read(struct lab_stage *stage, int fd, char *data, size_t length)
{
	if (stage->rc == 0 && recv(fd, data, length, MSG_WAITALL) != (ssize_t)length)
		lab_stage_fail(stage, -EBADE, "the program did not get its %zu bytes", length);
}

void lab_app_shutdown(struct lab_stage *stage, int fd)
{
	if (stage->rc == 0 && shutdown(fd, SHUT_WR) < 0)
		fail_and_close(stage, -1, "shutdown");
}

void lab_app_close(struct lab_stage *stage, int *fd)
{
	if (*fd >= 0 && close(*fd) < 0)
		fail_and_close(stage, -1, "close");
	*fd = -1;
}
