/* SPDX-License-Identifier: MIT */
/*
 * proc.c - the kernel's sockets through /proc/net/tcp and tcp6: the fallback.
 *
 * Slower than sock_diag, and it says less: no cookie, no mark, no device, no cgroup, and no
 * socket that is only bound. While connections come and go it repeats lines (seen: 906 for 700
 * sockets), because each read goes on by position; what has the ends, the inode and the address of
 * a line shortly before is that line again. The columns are those of net/ipv4/tcp_ipv4.c,
 * tcp4_seq_show.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "model/filter.h"
#include "source/proc.h"
#include "source/proc_line.h"
#include "source/source.h"
#include "util/hash.h"
#include "util/intl.h"
#include "util/netns_here.h"
#include "util/macro.h"

/* The kernel fills at most the size that is asked for, whole lines of at most 200 bytes. */
enum { READ_SIZE = 64 * 1024 };

/*
 * Lines remembered, each in the row that its number gives it, the last one first. Where the kernel
 * has lost its place it looks for the line by its number, from the first one on (net/ipv4/tcp_ipv4.c,
 * tcp_seq_start): as many may come twice as there are new connections since, a thousand at worst.
 * With a place for each that another takes, one of ten was counted twice.
 */
enum { RECENT_ROWS = 8192, RECENT_IN_ROW = 4 };

static const char *path_of(int family)
{
	return family == AF_INET ? "/proc/thread-self/net/tcp" : "/proc/thread-self/net/tcp6";
}

struct proc_reader {
	struct tc_job *job;
	struct tc_report *report;
	uint64_t netns;
	int family;
	bool heading;  /* the next line is the first, which has no socket */
	size_t filled; /* of batch */
	size_t length; /* of buf: a line whose end is still to come */
	struct tc_sock batch[TC_BATCH];
	uint64_t recent[RECENT_ROWS][RECENT_IN_ROW];
	char buf[READ_SIZE];
};

/*
 * What a line is recognised by. Ends are not enough: listeners may share a port, and connections all
 * four where they differ in the device that they are bound to, which is not printed. Then the inode
 * differs; but TIME_WAIT and whoever no process holds have none, and are told apart by where the
 * socket is in memory, as the kernel prints it. Where it prints zeros (kptr_restrict 2, or 1 and no
 * CAP_SYSLOG) two such sockets count as one. The state is no part of it: a line that comes again may
 * have another by then; who has become a minisocket meanwhile is elsewhere, and rarely comes again,
 * since it enters its chain at the head.
 */
struct identity {
	struct tc_addr local, remote;
	uint64_t inode, address;
	uint16_t local_port, remote_port;
	uint32_t family;
};

static bool is_repeated(struct proc_reader *reader, const struct tc_sock *sock, uint64_t address)
{
	struct identity identity;
	uint64_t number, *row;

	memset(&identity, 0, sizeof(identity)); /* the gaps are hashed, too */
	identity.local = sock->local;
	identity.remote = sock->remote;
	identity.inode = sock->inode;
	identity.address = address;
	identity.local_port = sock->local_port;
	identity.remote_port = sock->remote_port;
	identity.family = sock->family;
	number = tc_hash(&identity, sizeof(identity), 0) | 1; /* 0 is an empty place */
	row = reader->recent[(number >> 1) % RECENT_ROWS];
	for (size_t i = 0; i < RECENT_IN_ROW; i++)
		if (row[i] == number)
			return true;
	memmove(row + 1, row, (RECENT_IN_ROW - 1) * sizeof(*row));
	row[0] = number;
	return false;
}

static int flush(struct proc_reader *reader)
{
	size_t count = reader->filled;

	reader->filled = 0;
	return count ? reader->job->sink(reader->job->context, reader->batch, count) : 0;
}

static void count_unread(struct tc_report *report)
{
	if (report->unread++)
		return;
	report->complete = false;
	snprintf(report->why, sizeof(report->why), "%s",
		 _("/proc/net/tcp has lines of an unknown form"));
}

static int read_line(struct proc_reader *reader, const char *line, size_t length)
{
	struct tc_sock *sock = &reader->batch[reader->filled];

	if (reader->heading) {
		reader->heading = false;
		return 0;
	}
	if (tc_proc_line(line, length, reader->family, sock)) {
		count_unread(reader->report);
		return 0;
	}
	if (is_repeated(reader, sock, tc_proc_line_address(line, length)))
		return 0;
	if (reader->netns) {
		sock->netns = reader->netns;
		sock->have |= TC_HAVE_NETNS;
	}
	return ++reader->filled == TC_BATCH ? flush(reader) : 0;
}

/* Reads the whole lines at the start of the buffer; what is left of it goes to the front. */
static int read_lines(struct proc_reader *reader)
{
	size_t at = 0;

	for (;;) {
		const char *line = reader->buf + at;
		const char *end = memchr(line, '\n', reader->length - at);
		int err;

		if (!end)
			break;
		err = read_line(reader, line, (size_t)(end - line));
		if (err)
			return err;
		at += (size_t)(end - line) + 1;
	}
	reader->length -= at;
	memmove(reader->buf, reader->buf + at, reader->length);
	if (reader->length == sizeof(reader->buf)) { /* no line is so long */
		count_unread(reader->report);
		reader->length = 0;
	}
	return 0;
}

/* What a sink returns is no error of the file, and is not told as one. */
static int fail(struct tc_report *report, int family, int err)
{
	if (!*report->why)
		snprintf(report->why, sizeof(report->why), _("cannot read %s: %s"), path_of(family),
			 strerror(-err));
	return err;
}

static int read_file(struct proc_reader *reader, int fd)
{
	for (;;) {
		ssize_t length = read(fd, reader->buf + reader->length,
				      sizeof(reader->buf) - reader->length);
		int err;

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return fail(reader->report, reader->family, -errno);
		if (!length) /* a last line without its end, which the kernel does not write */
			return reader->length ? read_line(reader, reader->buf, reader->length) : 0;
		reader->job->begun = true;
		reader->length += (size_t)length;
		err = read_lines(reader);
		if (err)
			return err;
	}
}

int tc_proc_read(int fd, int family, struct tc_job *job, struct tc_report *report)
{
	tc_auto_free struct proc_reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return -ENOMEM;
	reader->job = job;
	reader->report = report;
	reader->netns = tc_netns_here();
	reader->family = family;
	reader->heading = true;
	reader->filled = reader->length = 0;
	err = read_file(reader, fd);
	return err ? err : flush(reader);
}

static int open_and_read(int family, struct tc_job *job, struct tc_report *report)
{
	tc_auto_close int fd = open(path_of(family), O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return tc_proc_read(fd, family, job, report);
	if (errno == ENOENT && family == AF_INET6)
		return 0; /* no IPv6 in this kernel: there are no such sockets */
	return fail(report, family, -errno);
}

/* A filter that looks at what is not there would let nothing pass, which is not an answer. */
static int proc_probe(const struct tc_job *job, char why[TC_WHY_MAX])
{
	const uint32_t absent =
		TC_HAVE_MARK | TC_HAVE_IFINDEX | TC_HAVE_CGROUP | TC_HAVE_PORT_CHOICE;
	/* What owners are found by as well, as far as it is there. */
	const uint32_t absent_itself =
		TC_HAVE_COOKIE | TC_HAVE_SHUTDOWN | TC_HAVE_DROPS | TC_HAVE_INSIDE;

	if (!job->filter || !((job->filter->need & absent) |
			      (job->filter->judged_by & absent_itself)))
		return 0;
	snprintf(why, TC_WHY_MAX, "%s",
		 _("/proc/net/tcp has no marks, devices, cgroups, cookies, times of packets, drops "
		   "or directions shut down to filter by, and does not say who chose a port; "
		   "netlink does (marks only for root)"));
	return -EOPNOTSUPP;
}

static int proc_scan(struct tc_job *job, struct tc_report *report)
{
	int err = 0;

	job->applied = TC_APPLIED_FAMILIES;
	report->complete = true;
	report->states_not_read = job->states & TC_STATE_BIT(TC_BOUND);
	if (job->families & TC_FAMILY_INET)
		err = open_and_read(AF_INET, job, report);
	if (!err && (job->families & TC_FAMILY_INET6))
		err = open_and_read(AF_INET6, job, report);
	return err;
}

const struct tc_source tc_source_proc = {
	.name = "proc",
	.poorer = true, /* BOUND, queues of listeners, cookies are not in these files */
	.count_cost = {
		.start_us = 3000,
		.full_ns = 1300,
		.mini_ns = 1300,
		.past_ns = 1300,
		.bound_alone = { .start_us = 3000, .past_ns = 1300 },
	},
	.scan_cost = {
		.start_us = 3000,
		.full_ns = 1300,
		.mini_ns = 1300,
		.past_ns = 1300,
		.bound_alone = { .start_us = 3000, .past_ns = 1300 },
	},
	.probe = proc_probe,
	.scan = proc_scan,
};
