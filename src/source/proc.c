/* SPDX-License-Identifier: MIT */
/*
 * proc.c - the kernel's sockets through /proc/net/tcp and tcp6: the fallback.
 *
 * Slower than sock_diag, and it says less: no cookie (so a socket that the walk meets twice
 * cannot be told from another), no mark, no device, no cgroup, and no socket that is only
 * bound. The columns are those of net/ipv4/tcp_ipv4.c, tcp4_seq_show.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "model/filter.h"
#include "source/proc_line.h"
#include "source/source.h"
#include "util/intl.h"
#include "util/macro.h"

/* The kernel fills at most the size that is asked for, whole lines of at most 200 bytes. */
enum { READ_SIZE = 64 * 1024 };

struct proc_reader {
	struct tc_job *job;
	struct tc_report *report;
	uint64_t netns;
	size_t filled;
	struct tc_sock batch[TC_BATCH];
	char buf[READ_SIZE];
};

static int flush(struct proc_reader *reader)
{
	size_t count = reader->filled;

	reader->filled = 0;
	return count ? reader->job->sink(reader->job->context, reader->batch, count) : 0;
}

static int read_line(struct proc_reader *reader, const char *line, size_t length, int family)
{
	struct tc_sock *sock = &reader->batch[reader->filled];

	if (tc_proc_line(line, length, family, sock)) {
		if (!reader->report->unread++) {
			reader->report->complete = false;
			snprintf(reader->report->why, sizeof(reader->report->why), "%s",
				 _("/proc/net/tcp has lines of an unknown form"));
		}
		return 0;
	}
	if (reader->netns) {
		sock->netns = reader->netns;
		sock->have |= TC_HAVE_NETNS;
	}
	return ++reader->filled == TC_BATCH ? flush(reader) : 0;
}

/* Reads the whole lines at the start of the buffer; returns in *ret_rest what is left of it. */
static int read_lines(struct proc_reader *reader, size_t length, int family, bool *heading,
		      size_t *ret_rest)
{
	size_t at = 0;

	for (;;) {
		const char *line = reader->buf + at;
		const char *end = memchr(line, '\n', length - at);
		int err = 0;

		if (!end)
			break;
		if (*heading)
			*heading = false;
		else
			err = read_line(reader, line, (size_t)(end - line), family);
		if (err)
			return err;
		at += (size_t)(end - line) + 1;
	}
	*ret_rest = length - at;
	memmove(reader->buf, reader->buf + at, *ret_rest);
	return 0;
}

static int read_file(struct proc_reader *reader, int fd, int family)
{
	bool heading = true;
	size_t rest = 0;

	for (;;) {
		ssize_t length = read(fd, reader->buf + rest, sizeof(reader->buf) - rest);
		int err;

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length < 0 ? -errno : 0;
		reader->job->begun = true;
		err = read_lines(reader, rest + (size_t)length, family, &heading, &rest);
		if (err)
			return err;
	}
}

static int open_and_read(struct proc_reader *reader, const char *path, int family)
{
	tc_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : read_file(reader, fd, family);

	if (err == -ENOENT && family == AF_INET6)
		return 0; /* no IPv6 in this kernel: there are no such sockets */
	if (err < 0 && !*reader->report->why)
		snprintf(reader->report->why, sizeof(reader->report->why), _("cannot read %s: %s"),
			 path, strerror(-err));
	return err;
}

/* A filter that looks at what is not there would let nothing pass, which is not an answer. */
static int proc_probe(const struct tc_job *job, char why[TC_WHY_MAX])
{
	const uint32_t absent = TC_HAVE_MARK | TC_HAVE_IFINDEX | TC_HAVE_CGROUP;

	if (!job->filter || !(job->filter->need & absent))
		return 0;
	snprintf(why, TC_WHY_MAX, "%s",
		 _("/proc/net/tcp has no marks, devices or cgroups to filter by; netlink has them "
		   "(marks only for root)"));
	return -EOPNOTSUPP;
}

static int proc_scan(struct tc_job *job, struct tc_report *report)
{
	tc_auto_free struct proc_reader *reader = malloc(sizeof(*reader));
	struct stat status;
	int err = 0;

	if (!reader)
		return -ENOMEM;
	*reader = (struct proc_reader){ .job = job, .report = report };
	if (stat("/proc/thread-self/ns/net", &status) == 0)
		reader->netns = status.st_ino;
	job->applied = TC_APPLIED_FAMILIES;
	report->complete = true;
	report->states_not_read = job->states & TC_STATE_BIT(TC_BOUND);
	if (job->families & TC_FAMILY_INET)
		err = open_and_read(reader, "/proc/thread-self/net/tcp", AF_INET);
	if (!err && (job->families & TC_FAMILY_INET6))
		err = open_and_read(reader, "/proc/thread-self/net/tcp6", AF_INET6);
	return err ? err : flush(reader);
}

const struct tc_source tc_source_proc = {
	.name = "proc",
	.probe = proc_probe,
	.scan = proc_scan,
};
