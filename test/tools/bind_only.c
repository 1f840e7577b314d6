/* SPDX-License-Identifier: MIT */
/*
 * bind_only.c - makes sockets that are only bound, says "ready" and waits for its input to end.
 *
 *	bind_only COUNT		half of them over IPv6, each on the port of one of the others
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { EXIT_USAGE = 2 };

/* The kernel's choice of a port for IPv4, and that port once more for IPv6. */
static int bind_two(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	struct sockaddr_in6 address6 = {.sin6_family = AF_INET6};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0), fd6 = socket(AF_INET6, SOCK_STREAM, 0), one = 1;

	if (fd < 0 || fd6 < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    setsockopt(fd6, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		return -1;
	address6.sin6_port = address.sin_port;
	return bind(fd6, (struct sockaddr *)&address6, sizeof(address6));
}

int main(int argc, char **argv)
{
	unsigned count = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;

	if (!count)
		return EXIT_USAGE;
	for (unsigned i = 0; i < count; i += 2)
		if (bind_two() < 0) {
			perror("bind_only");
			return EXIT_FAILURE;
		}
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return EXIT_SUCCESS;
}
