/* SPDX-License-Identifier: MIT */
/*
 * stage_app.c - the program's side of a story: sockets of the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "stage.h"
#include "util/macro.h"

#define CALL_TIMEOUT_S 10

/* Whose program has that connection. */
static enum lab_side side_of(const struct lab_stage *stage, int fd)
{
	struct sockaddr_in address = {0}, first = lab_stage_address(stage, LAB_A, 0);
	socklen_t length = sizeof(address);

	getsockname(fd, (struct sockaddr *)&address, &length);
	return address.sin_addr.s_addr == first.sin_addr.s_addr ? LAB_A : LAB_B;
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
	const struct sockaddr_in address = lab_stage_address(stage, side, port);
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
	if (port && bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
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

bool lab_app_is_called(struct lab_stage *stage, int listener)
{
	struct pollfd waiting = {.fd = listener, .events = POLLIN};

	return stage->rc == 0 && poll(&waiting, 1, 0) == 1;
}

int lab_app_connect_start(struct lab_stage *stage, enum lab_side side, uint16_t from_port,
			  uint16_t to_port)
{
	const struct sockaddr_in address = lab_stage_address(stage, lab_side_other(side), to_port);
	int fd = open_bound(stage, side, from_port);

	if (fd < 0)
		return -1;
	lab_stage_act(stage, side, N_("connects"));
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

void lab_app_connect_seen(struct lab_stage *stage, enum lab_side side, uint16_t from_port,
			  uint16_t to_port, int *ret_client, int *ret_server)
{
	enum lab_side other = lab_side_other(side);
	int listener = lab_app_listen(stage, other, to_port);

	*ret_client = lab_app_connect_start(stage, side, from_port, to_port);
	lab_stage_await(stage, side, LAB_SYN);
	lab_stage_see(stage, side, from_port, to_port, LAB_SYN_SENT);
	lab_stage_see(stage, other, to_port, from_port, LAB_SYN_RECV);
	lab_stage_await(stage, other, LAB_SYN | LAB_ACK);
	lab_stage_see(stage, side, from_port, to_port, LAB_ESTABLISHED);
	lab_stage_await(stage, side, LAB_ACK);
	lab_stage_see(stage, other, to_port, from_port, LAB_ESTABLISHED);
	lab_app_connect_end(stage, *ret_client);
	*ret_server = lab_app_accept(stage, listener);
	lab_app_close(stage, &listener);
}

void lab_app_send(struct lab_stage *stage, int fd, const char *text)
{
	size_t length = strlen(text);

	lab_stage_act(stage, side_of(stage, fd), N_("sends \"%s\""), text);
	if (stage->rc == 0 && send(fd, text, length, MSG_NOSIGNAL) != (ssize_t)length)
		fail_and_close(stage, -1, "send");
}

/* The kernel has dealt with whatever was sent to it when the sender goes on. */
void lab_app_read(struct lab_stage *stage, int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t got = 1;

	while (stage->rc == 0 && used < size - 1 && got > 0) {
		got = recv(fd, text + used, size - 1 - used, MSG_DONTWAIT);
		used += got > 0 ? (size_t)got : 0;
	}
	text[used] = '\0';
	if (used)
		lab_stage_act(stage, side_of(stage, fd), N_("reads \"%s\""), text);
	else
		lab_stage_act(stage, side_of(stage, fd), N_("finds nothing to read"));
}

int lab_app_error(struct lab_stage *stage, int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);

	if (stage->rc == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		fail_and_close(stage, -1, "SO_ERROR");
	return error;
}

void lab_app_shutdown(struct lab_stage *stage, int fd)
{
	lab_stage_act(stage, side_of(stage, fd), N_("says that it sends no more (shutdown)"));
	if (stage->rc == 0 && shutdown(fd, SHUT_WR) < 0)
		fail_and_close(stage, -1, "shutdown");
}

/* A listener is closed without a word. */
void lab_app_close(struct lab_stage *stage, int *fd)
{
	int listens = 0;
	socklen_t length = sizeof(listens);

	if (*fd < 0)
		return;
	getsockopt(*fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length);
	if (!listens)
		lab_stage_act(stage, side_of(stage, *fd), N_("closes"));
	if (close(*fd) < 0)
		fail_and_close(stage, -1, "close");
	*fd = -1;
}

void lab_app_abort(struct lab_stage *stage, int *fd)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	if (*fd >= 0)
		setsockopt(*fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	lab_app_close(stage, fd);
}
