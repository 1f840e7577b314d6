/* SPDX-License-Identifier: MIT */
/* minis.c - the sizes of the kernel's caches of minisockets; see minis.h. */
#include "source/minis.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/macro.h"

/*
 * "144 N0=144": all, and those of each node. Not "objects", for which the kernel goes through
 * every slab that is not full, with its lock held.
 */
static uint64_t read_total(const char *path)
{
	tc_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[256];
	ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	text[length > 0 ? length : 0] = '\0';
	return strtoull(text, NULL, 10);
}

uint64_t tc_minis_time_wait(void)
{
	return read_total("/sys/kernel/slab/tw_sock_TCP/total_objects") +
	       read_total("/sys/kernel/slab/tw_sock_TCPv6/total_objects");
}

uint64_t tc_minis_requests(void)
{
	return read_total("/sys/kernel/slab/request_sock_TCP/total_objects") +
	       read_total("/sys/kernel/slab/request_sock_TCPv6/total_objects");
}
