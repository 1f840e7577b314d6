/* SPDX-License-Identifier: MIT */
/* sockstat.c - the kernel's own counts of sockets; see sockstat.h. */
#include "source/sockstat.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "util/macro.h"

enum { FILE_MAX = 4096 };

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

struct tc_sockstat tc_sockstat_read(void)
{
	struct tc_sockstat unknown = {
		.inuse = UINT64_MAX,
		.inuse6 = UINT64_MAX,
		.time_wait = UINT64_MAX,
		.allocated = UINT64_MAX,
	};
	struct tc_sockstat stat = { .known = true };
	unsigned long long inuse6;
	char text[FILE_MAX];

	read_file("/proc/thread-self/net/sockstat", text);
	if (!scan_sockstat(text, &stat))
		return unknown;
	/* A kernel without IPv6 has no such file, and no such sockets. */
	read_file("/proc/thread-self/net/sockstat6", text);
	if (sscanf(text, "TCP6: inuse %llu", &inuse6) == 1)
		stat.inuse6 = inuse6;
	stat.inuse += stat.inuse6;
	return stat;
}

/* A line of names, and one of values. */
uint64_t tc_sockstat_current(void)
{
	unsigned long long current;
	const char *names, *values;
	char text[FILE_MAX];

	read_file("/proc/thread-self/net/snmp", text);
	names = strstr(text, "\nTcp: ");
	values = names ? strstr(names + 1, "\nTcp: ") : NULL;
	if (!values || sscanf(values, " Tcp: %*u %*u %*u %*d %*u %*u %*u %*u %llu", &current) != 1)
		return UINT64_MAX;
	return current;
}

/* Negative where the table is the first namespace's (net/ipv4/sysctl_net_ipv4.c). */
bool tc_sockstat_has_own_table(void)
{
	char text[FILE_MAX];
	int entries;

	read_file("/proc/sys/net/ipv4/tcp_ehash_entries", text);
	return sscanf(text, "%d", &entries) == 1 && entries > 0;
}
