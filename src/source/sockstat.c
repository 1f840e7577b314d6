/* SPDX-License-Identifier: MIT */
/* sockstat.c - the kernel's own counts of sockets; see sockstat.h. */
#include "source/sockstat.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "util/macro.h"

#define OWN "/proc/thread-self/net"
#define FIRST "/proc/1/net"

enum { FILE_MAX = 1024 };

/* A short file whole, as a string; "" where it cannot be read. */
static void read_file(const char *path, char text[FILE_MAX])
{
	tc_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, text, FILE_MAX - 1);

	text[length > 0 ? length : 0] = '\0';
}

static bool scan_sockstat(const char *text, struct tc_sockstat *stat)
{
	unsigned long long inuse, time_wait, allocated;
	const char *tcp = strstr(text, "TCP: inuse ");

	if (!tcp || sscanf(tcp, "TCP: inuse %llu orphan %*u tw %llu alloc %llu", &inuse,
			   &time_wait, &allocated) != 3)
		return false;
	stat->inuse = inuse;
	stat->time_wait = time_wait;
	stat->allocated = allocated;
	return true;
}

static const struct tc_sockstat unknown = {
	.inuse = UINT64_MAX,
	.time_wait = UINT64_MAX,
	.allocated = UINT64_MAX,
};

static struct tc_sockstat read_both(const char *path, const char *path6)
{
	struct tc_sockstat stat = {.known = true};
	unsigned long long inuse6;
	char text[FILE_MAX];

	read_file(path, text);
	if (!scan_sockstat(text, &stat))
		return unknown;
	/* A kernel without IPv6 has no such file, and no such sockets. */
	read_file(path6, text);
	if (sscanf(text, "TCP6: inuse %llu", &inuse6) == 1)
		stat.inuse += inuse6;
	return stat;
}

struct tc_sockstat tc_sockstat_read(void)
{
	return read_both(OWN "/sockstat", OWN "/sockstat6");
}

/* Each namespace has files of its own (net/ipv4/proc.c:ip_proc_init_net), which have numbers. */
static bool is_ours(const char *path)
{
	struct stat ours, its;

	return stat(OWN "/sockstat", &ours) < 0 || stat(path, &its) < 0 ||
	       (its.st_ino == ours.st_ino && its.st_dev == ours.st_dev);
}

struct tc_sockstat tc_sockstat_read_first(void)
{
	/* Not by /proc/1/ns/net, for which it takes the privilege to trace. */
	return is_ours(FIRST "/sockstat") ? unknown
					  : read_both(FIRST "/sockstat", FIRST "/sockstat6");
}
