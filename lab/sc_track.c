/* SPDX-License-Identifier: MIT */
/*
 * sc_track.c - a firewall that tracks more connections than it has room for.
 *
 * The limit, nf_conntrack_max, is one for the whole machine and only the initial namespace may
 * change it (net/netfilter/nf_conntrack_standalone.c), but each namespace's entries are counted
 * apart and compared with it. So the table of the laboratory's own namespace is filled for real,
 * to somewhat more than where a warning begins, or what is critical: the entries are some 320 bytes
 * each, and go with the namespace. Never all of it: a full table is written of in the log of the
 * machine.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "driver.h"
#include "segment.h"
#include "track.h"
#include "util/intl.h"
#include "wait.h"

#define TRACK_DIR "/proc/sys/net/netfilter/"
#define SCANNED_PREFIX "10.78.0.0"
#define SCANNED_LENGTH 16
#define SCANNED_HOSTS 65000u
#define FIRST_PORT 1024u
#define WARNING_PERCENT 85
#define CRITICAL_PERCENT 96
#define AT_ONCE 4096

static const char rules[] =
	"add table inet lab\n"
	"add chain inet lab output { type filter hook output priority 0; }\n"
	"add rule inet lab output ct state new counter\n";

/* What a driver has sent, and how full it makes the table. */
struct scan {
	uint64_t sent;
	long percent;
};

/* A setting of the calling thread's namespace, or -errno. */
static long read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long value = -ENOENT;

	if (!file)
		return -errno;
	if (fscanf(file, "%ld", &value) != 1)
		value = -EPROTO;
	fclose(file);
	return value;
}

/* The same, of a side. */
static long read_of(struct lab_sandbox *sandbox, enum lab_side side, const char *path)
{
	int rc = lab_sandbox_enter(sandbox, side);
	long value;

	if (rc < 0)
		return rc;
	value = read_number(path);
	lab_sandbox_leave(sandbox);
	return value;
}

long lab_track_max(struct lab_sandbox *sandbox, enum lab_side side)
{
	int rc = lab_sandbox_nft(sandbox, side, rules);

	return rc < 0 ? rc : read_of(sandbox, side, TRACK_DIR "nf_conntrack_max");
}

/* The n-th request of the scan, to another address or another port each time. */
static int scan_one(struct lab_drive *drive, uint64_t n)
{
	const struct lab_segment syn = {
		.from = lab_segment_address(lab_sandbox_address(drive->part.client, LAB_V4)),
		.to = lab_segment_address(SCANNED_PREFIX) + 1 + (uint32_t)(n % SCANNED_HOSTS),
		.from_port = drive->job.port,
		.to_port = (uint16_t)(FIRST_PORT + n / SCANNED_HOSTS % (UINT16_MAX - FIRST_PORT)),
		.seq = (uint32_t)n * 65537u,
		.flags = LAB_SYN,
		.window = 65535,
	};
	const struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(syn.to)}};
	unsigned char packet[LAB_SEGMENT_HEADERS];
	size_t size = lab_segment_build(&syn, packet, sizeof(packet));

	if (sendto(drive->raw, packet, size, 0, (const struct sockaddr *)&to, sizeof(to)) < 0 &&
	    errno != ENOBUFS)
		return lab_job_fail(&drive->job, -errno, "sending a request");
	return 0;
}

static int open_raw(struct lab_drive *drive)
{
	int rc = lab_sandbox_enter(drive->job.sandbox, drive->part.client);

	if (rc < 0)
		return rc;
	drive->raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	rc = drive->raw < 0 ? -errno : 0;
	lab_sandbox_leave(drive->job.sandbox);
	return rc;
}

/* How many entries it is short of being as full as wanted; -errno. */
static long missing_entries(struct lab_drive *drive)
{
	const struct scan *scan = drive->own;
	long max = read_of(drive->job.sandbox, drive->part.client, TRACK_DIR "nf_conntrack_max");
	long count = read_of(drive->job.sandbox, drive->part.client, TRACK_DIR "nf_conntrack_count");

	if (max < 0 || count < 0)
		return lab_job_fail(&drive->job, (int)(max < 0 ? max : count),
				    "reading how many are tracked");
	return count * 100 >= max * scan->percent ? 0 : max * scan->percent / 100 - count + 1;
}

/* Of what was sent a little may be lost, so it is counted again. */
static int fill(struct lab_drive *drive)
{
	struct scan *scan = drive->own;
	long missing;

	while ((missing = missing_entries(drive)) > 0) {
		int rc = 0;

		for (long i = 0; rc == 0 && i < missing && i < AT_ONCE; i++)
			rc = scan_one(drive, scan->sent++);
		if (rc < 0)
			return rc;
		if (lab_now_ns() >= drive->job.deadline_ns)
			return lab_job_fail(&drive->job, -ETIMEDOUT, "filling the table");
	}
	return (int)missing;
}

/* SYN -->X   to addresses that the other side does not have: it throws them away in silence */
static int begin(struct lab_drive *drive, long percent)
{
	struct lab_sandbox *sandbox = drive->job.sandbox;
	struct scan *scan = calloc(1, sizeof(*scan)); /* it goes with the process */
	int rc = lab_job_nft(&drive->job, LAB_CLIENT, rules);

	drive->own = scan;
	if (!scan)
		rc = lab_job_fail(&drive->job, -ENOMEM, "finding memory");
	else
		scan->percent = percent;
	if (rc == 0)
		rc = lab_sandbox_route(sandbox, drive->part.client, SCANNED_PREFIX, SCANNED_LENGTH);
	if (rc == 0)
		rc = open_raw(drive);
	if (rc < 0)
		return rc;
	return fill(drive);
}

static int begin_scan(struct lab_drive *drive)
{
	return begin(drive, WARNING_PERCENT);
}

static int begin_scan_on(struct lab_drive *drive)
{
	return begin(drive, CRITICAL_PERCENT);
}

/* Goes on, and makes up for what ends meanwhile; an entry for a SYN lives for two minutes. */
static int turn_scan(struct lab_drive *drive)
{
	return fill(drive);
}

/* clang-format off */
const struct lab_driver lab_driver_scan = {
	.name = "scan", .client = LAB_A, .server = LAB_B,
	.needs = LAB_NEED_NFT | LAB_NEED_TRACKING,
	.summary = N_("had a packet filter in %s track connections, and asked for connections to "
		      "addresses behind %s that do not exist until the table was 85 %% full; looks "
		      "%u times a second whether it still is"),
	.per_second = 10, .begin = begin_scan, .turn = turn_scan,
};

const struct lab_driver lab_driver_scan_on = {
	.name = "scan-on", .client = LAB_A, .server = LAB_B,
	.needs = LAB_NEED_NFT | LAB_NEED_TRACKING,
	.summary = N_("had a packet filter in %s track connections, and asked for connections to "
		      "addresses behind %s that do not exist until the table was 96 %% full; looks "
		      "%u times a second whether it still is"),
	.per_second = 10, .begin = begin_scan_on, .turn = turn_scan,
};
/* clang-format on */
