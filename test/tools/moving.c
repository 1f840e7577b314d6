/* SPDX-License-Identifier: MIT */
/*
 * moving.c - sockets that are only bound, on a port whose connections come and go.
 *
 *	moving COUNT	says "ready", and goes on until its input ends
 *
 * All are in one list of the kernel, those that came last at its head. So whoever goes through it
 * by position misses as many of the bound ones as connections have gone meanwhile.
 */
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 1000, EXIT_USAGE = 2 };

static struct sockaddr_in place = {.sin_family = AF_INET};

static void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int bind_one(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	socklen_t length = sizeof(place);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) < 0 ||
	    bind(fd, (struct sockaddr *)&place, sizeof(place)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&place, &length) < 0)
		fail("moving: bind");
	return fd;
}

static void open_all(int listener, int pairs[CONNECTIONS][2])
{
	for (int i = 0; i < CONNECTIONS; i++) {
		pairs[i][0] = socket(AF_INET, SOCK_STREAM, 0);
		if (pairs[i][0] < 0 ||
		    connect(pairs[i][0], (struct sockaddr *)&place, sizeof(place)) < 0)
			fail("moving: connect");
		pairs[i][1] = accept(listener, NULL, NULL);
		if (pairs[i][1] < 0)
			fail("moving: accept");
	}
}

/* By a reset, so that nothing is left in TIME_WAIT. */
static void close_all(int pairs[CONNECTIONS][2])
{
	struct linger linger = {.l_onoff = 1};

	for (int i = 0; i < CONNECTIONS; i++) {
		setsockopt(pairs[i][0], SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		close(pairs[i][0]);
	}
	for (int i = 0; i < CONNECTIONS; i++)
		close(pairs[i][1]);
}

static bool has_input_ended(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&input, 1, 0) > 0;
}

int main(int argc, char **argv)
{
	static int pairs[CONNECTIONS][2];
	unsigned count = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	struct rlimit files = {count + 2 * CONNECTIONS + 100, count + 2 * CONNECTIONS + 100};
	int listener;

	if (!count)
		return EXIT_USAGE;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		fail("moving: files");
	place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (unsigned i = 0; i < count; i++)
		bind_one();
	listener = bind_one();
	if (listen(listener, CONNECTIONS) < 0)
		fail("moving: listen");
	open_all(listener, pairs);
	puts("ready");
	fflush(stdout);
	for (;;) {
		close_all(pairs);
		if (has_input_ended())
			return EXIT_SUCCESS;
		open_all(listener, pairs);
	}
}
