/* SPDX-License-Identifier: MIT */
/*
 * counter_read.c - reads the kernel's counters; see counter_read.h.
 *
 * The kernel sums up a counter of all processors when its line is printed, so a file is read
 * in as few calls as it has pages.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "source/counter_read.h"

#include <errno.h>
#include <fcntl.h>

#include "util/buf.h"
#include "util/macro.h"

/* A third of it is in use; what is longer is no file of this kind. */
enum { PIECE = 8 * 1024, FILE_MAX = 64 * 1024 };

static int read_file(int folder, const char *name, struct tc_buf *content)
{
	tc_auto_close int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (content->length < FILE_MAX && tc_buf_reserve(content, PIECE)) {
		ssize_t got = read(fd, content->data + content->length, PIECE);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		content->length += (size_t)got;
	}
	return content->failed ? -ENOMEM : -EFBIG;
}

/* How the files of a group are taken. */
typedef void parser(const char *text, size_t length, struct tc_counters *counters);

static void parse_count(const char *text, size_t length, struct tc_counters *counters)
{
	counters->line = 1;
	tc_counters_take(counters, TC_COUNTER_conntrack_count,
			 tc_slice_until((struct tc_slice){text, length}, '\n'));
}

static void parse_max(const char *text, size_t length, struct tc_counters *counters)
{
	counters->line = 1;
	tc_counters_take(counters, TC_COUNTER_conntrack_max,
			 tc_slice_until((struct tc_slice){text, length}, '\n'));
}

struct file {
	const char *group;
	const char *name;
	bool in_sys;   /* below /proc/sys, not below /proc/net */
	bool gauges;   /* numbers of now, and quick to read */
	bool optional; /* of a part that a kernel may do without: IPv6, connection tracking */
	bool is_line;  /* a line of it, which it always has, begins with the group or is its heading */
	parser *parse;
};

/* The files of a group stand together. */
static const struct file files[] = {
	{.group = "TcpExt", .name = "netstat", .is_line = true, .parse = tc_counters_parse},
	{.group = "Tcp", .name = "snmp", .is_line = true, .parse = tc_counters_parse},
	{.group = "TCP", .name = "sockstat", .gauges = true, .is_line = true,
	 .parse = tc_counters_parse_sockstat},
	{.group = "TCP6", .name = "sockstat6", .gauges = true, .optional = true,
	 .is_line = true, .parse = tc_counters_parse_sockstat},
	{.group = "conntrack", .name = "net/netfilter/nf_conntrack_count", .in_sys = true,
	 .gauges = true, .optional = true, .parse = parse_count},
	{.group = "conntrack", .name = "net/netfilter/nf_conntrack_max", .in_sys = true,
	 .gauges = true, .optional = true, .parse = parse_max},
	{.group = "conntrack", .name = "stat/nf_conntrack", .optional = true, .is_line = true,
	 .parse = tc_counters_parse_conntrack},
};

/* Whether everything that the file could have is known: it was read, or does not exist. */
static bool take_file(int folder, const struct file *file, struct tc_buf *content,
		      struct tc_counters *counters)
{
	int err = folder < 0 ? -EBADF : 0;

	tc_buf_clear(content);
	err = err ? err : read_file(folder, file->name, content);
	if (err)
		return err == -ENOENT && file->optional;
	file->parse(content->data, content->length, counters);
	if (file->is_line)
		tc_counters_expect(counters, file->group);
	return true;
}

static int open_folder(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void tc_counters_read(const char *net, const char *sys, struct tc_counters *ret_counters)
{
	tc_auto_close int net_fd = open_folder(net ? net : "/proc/thread-self/net");
	tc_auto_close int sys_fd = open_folder(sys ? sys : "/proc/sys");
	tc_auto_buf struct tc_buf content = TC_BUF_INIT;
	struct tc_counters counters = {.status = {0}};
	bool whole = true;

	for (size_t i = 0; i < TC_ARRAY_SIZE(files); i++) {
		const char *next = i + 1 < TC_ARRAY_SIZE(files) ? files[i + 1].group : "";

		whole &= take_file(files[i].in_sys ? sys_fd : net_fd, &files[i], &content,
				   &counters);
		if (strcmp(files[i].group, next) == 0)
			continue;
		if (whole)
			tc_counters_end(&counters, files[i].group);
		whole = true;
	}
	*ret_counters = counters;
}

void tc_counters_read_gauges(struct tc_counters *ret_counters)
{
	tc_auto_close int net_fd = open_folder("/proc/thread-self/net");
	tc_auto_close int sys_fd = open_folder("/proc/sys");
	tc_auto_buf struct tc_buf content = TC_BUF_INIT;
	struct tc_counters counters = {.status = {0}};

	for (size_t i = 0; i < TC_ARRAY_SIZE(files); i++)
		if (files[i].gauges)
			take_file(files[i].in_sys ? sys_fd : net_fd, &files[i], &content,
				  &counters);
	*ret_counters = counters;
}
