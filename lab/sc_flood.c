/* SPDX-License-Identifier: MIT */
/*
 * sc_flood.c - more half-open connections than a listener has room for.
 *
 * Forged addresses are those of a prefix that exists between the two namespaces only; answers
 * to them come back to the other side, which throws them away.
 */
#include <errno.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include "drive.h"
#include "segment.h"
#include "util/macro.h"

#define FORGED_PREFIX "10.78.0.0"
#define FORGED_LENGTH 16
#define FLOOD_BACKLOG 64
#define SMALL_BACKLOG 4
#define FILLERS 8
#define SCANNED 12
#define FILLER_PORT 61001

/* ---- Forged requests ------------------------------------------------------------------- */

#define SYN_SIZE LAB_SEGMENT_HEADERS

/* The n-th request, from the host-th address, and another port each time. Returns its length. */
static size_t forge(uint64_t n, uint32_t host, uint32_t destination, uint16_t port,
		    unsigned char packet[SYN_SIZE])
{
	const struct lab_segment syn = {
		.from = lab_segment_address(FORGED_PREFIX) + 1 + host,
		.to = destination,
		.from_port = (uint16_t)(1024 + n % 60000),
		.to_port = port,
		.seq = (uint32_t)n * 65537u,
		.flags = LAB_SYN,
		.window = 65535,
	};

	return lab_segment_build(&syn, packet, SYN_SIZE);
}

static int begin_listening_by(struct lab_drive *drive, enum lab_family family, size_t backlog)
{
	for (size_t i = 0; i < LAB_FAMILIES; i++)
		drive->job.n[i] = i == family;
	return lab_job_listen(&drive->job, backlog, drive->listeners);
}

static int begin_listening(struct lab_drive *drive, size_t backlog)
{
	return begin_listening_by(drive, LAB_V4, backlog);
}

static int begin_flood_of(struct lab_drive *drive, size_t backlog)
{
	int rc = begin_listening(drive, backlog);

	if (rc < 0)
		return rc;
	rc = lab_sandbox_route(drive->job.sandbox, drive->part.server, FORGED_PREFIX,
			       FORGED_LENGTH);
	if (rc < 0)
		return lab_job_fail(&drive->job, rc, "routing the forged addresses");
	rc = lab_sandbox_enter(drive->job.sandbox, drive->part.client);
	if (rc == 0) {
		drive->raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
		rc = drive->raw < 0 ? -errno : 0;
		lab_sandbox_leave(drive->job.sandbox);
	}
	return rc < 0 ? lab_job_fail(&drive->job, rc, "opening a raw socket") : 0;
}

static int begin_flood(struct lab_drive *drive)
{
	return begin_flood_of(drive, FLOOD_BACKLOG);
}

static int begin_small_flood(struct lab_drive *drive)
{
	return begin_flood_of(drive, SMALL_BACKLOG);
}

/* To a port that is so much above the job's. */
static int send_forged(struct lab_drive *drive, uint32_t host, uint16_t above)
{
	struct sockaddr_storage address;
	struct sockaddr_in *to = (struct sockaddr_in *)&address;
	unsigned char packet[SYN_SIZE];
	size_t size;

	lab_job_address(&drive->job, LAB_SERVER, LAB_V4, 0, &address);
	size = forge(drive->turn, host, ntohl(to->sin_addr.s_addr),
		     (uint16_t)(drive->job.port + above), packet);
	if (sendto(drive->raw, packet, size, 0, (struct sockaddr *)to, sizeof(*to)) < 0 &&
	    errno != ENOBUFS)
		return lab_job_fail(&drive->job, -errno, "sending a forged request");
	return 0;
}

/* From another address each time. */
static int turn_flood(struct lab_drive *drive)
{
	return send_forged(drive, (uint32_t)(drive->turn % 65000), 0);
}

/* ---- One scanner ----------------------------------------------------------------------- */

/* As many listeners as there are ports to scan, from the job's port on. */
static int begin_scanned(struct lab_drive *drive)
{
	uint16_t port = drive->job.port;
	int rc = begin_flood_of(drive, FLOOD_BACKLOG);

	for (drive->job.port++; rc == 0 && drive->job.port < port + SCANNED; drive->job.port++)
		rc = begin_listening(drive, FLOOD_BACKLOG); /* open until the process ends */
	drive->job.port = port;
	return rc;
}

/* SYN -->, and the SYN+ACK goes where nobody listens to it. Each port twice, and then no more. */
static int turn_scanner(struct lab_drive *drive)
{
	return drive->turn < 2 * SCANNED ? send_forged(drive, 0, (uint16_t)(drive->turn % SCANNED)) : 0;
}

/* ---- Genuine clients of a listener whose room is taken --------------------------------- */

/* A client that asks, and does not hear the answer: it takes a place in the queue. */
static int fill(struct lab_drive *drive, size_t i)
{
	return lab_drive_connect_anew(drive, &drive->fds[LAB_CLIENT][i],
				      (uint16_t)(FILLER_PORT + i));
}

static int begin_filled(struct lab_drive *drive, size_t fillers)
{
	static const char rules[] =
		"add table inet lab\n"
		"add chain inet lab input { type filter hook input priority 0; }\n"
		"add rule inet lab input tcp dport >= 61001 counter drop\n";
	int rc = begin_listening(drive, SMALL_BACKLOG);

	if (rc == 0)
		rc = lab_job_nft(&drive->job, LAB_CLIENT, rules);
	for (size_t i = 0; rc == 0 && i < fillers; i++)
		rc = fill(drive, i);
	return rc;
}

static int begin_cookies(struct lab_drive *drive)
{
	return begin_filled(drive, FILLERS);
}

static int begin_slow_peer(struct lab_drive *drive)
{
	return begin_filled(drive, 1);
}

/* Connects as a genuine client does, and is served. */
static int serve_one(struct lab_drive *drive)
{
	int client = lab_job_dial(&drive->job, LAB_V4, true), server;

	if (client < 0)
		return client;
	server = lab_job_accept(&drive->job, drive->listeners[LAB_V4]);
	close(client);
	if (server < 0)
		return server;
	close(server);
	return 0;
}

/* Now and then a place is taken anew: the kernel clears out old ones when room is short. */
static int turn_cookies(struct lab_drive *drive)
{
	int rc = 0;

	if (drive->turn % 10 == 0)
		rc = fill(drive, drive->turn / 10 % FILLERS);
	return rc < 0 ? rc : serve_one(drive);
}

/* ---- Requests that outlive their listener ---------------------------------------------- */

static int begin_unlistened(struct lab_drive *drive)
{
	return lab_job_drop(&drive->job, LAB_CLIENT);
}

/*
 * SYN -->, X<-- SYN+ACK, and then the server stops listening. The kernel looks for a listener
 * when it is to send the SYN+ACK again, after a second, and then forgets the request
 * (net/ipv4/inet_connection_sock.c:reqsk_timer_handler): it has to be made ever anew. By IPv4 and
 * IPv6 in turns: so there are requests without a listener at every moment, also while one listens.
 */
static int turn_unlistened(struct lab_drive *drive)
{
	int *client = &drive->fds[LAB_CLIENT][drive->turn % LAB_DRIVE_SOCKETS];
	enum lab_family family = drive->turn % 2 ? LAB_V6 : LAB_V4;
	int rc = begin_listening_by(drive, family, 1);

	if (rc < 0)
		return rc;
	if (*client >= 0)
		close(*client);
	/* Its SYN has arrived when this returns. */
	*client = lab_job_dial(&drive->job, family, false);
	close(drive->listeners[family]);
	return *client < 0 ? *client : 0;
}

/* clang-format off */
const struct lab_driver lab_driver_syn_flood = {
	.name = "syn-flood", .client = LAB_A, .server = LAB_B,
	.summary = N_("sends requests of forged addresses from %s to %s, %u a second"),
	.per_second = 200, .begin = begin_flood, .turn = turn_flood,
};

const struct lab_driver lab_driver_small_flood = {
	.name = "small-flood", .client = LAB_A, .server = LAB_B,
	.summary = N_("sends requests of forged addresses from %s to a listener in %s whose backlog "
		      "is 4, %u a second"),
	.per_second = 50, .begin = begin_small_flood, .turn = turn_flood,
};

const struct lab_driver lab_driver_scanner = {
	.name = "scanner", .client = LAB_A, .server = LAB_B,
	.summary = N_("sent requests of a single forged address from %s to twelve listeners in %s, two "
		      "to each, %u a second"),
	.per_second = 50, .begin = begin_scanned, .turn = turn_scanner,
};

const struct lab_driver lab_driver_slow_peer = {
	.name = "slow-peer", .client = LAB_A, .server = LAB_B, .needs = LAB_NEED_NFT,
	.summary = N_("connects from %s to a listener in %s whose backlog is 4, of which one silent "
		      "client takes a place, %u times a second"),
	.per_second = 20, .begin = begin_slow_peer, .turn = serve_one,
};

const struct lab_driver lab_driver_syn_cookies = {
	.name = "syn-cookies", .client = LAB_A, .server = LAB_B, .needs = LAB_NEED_NFT,
	.summary = N_("connects from %s to a listener in %s whose backlog of 4 is taken, "
		      "%u times a second"),
	.per_second = 20, .begin = begin_cookies, .turn = turn_cookies,
};

const struct lab_driver lab_driver_unlistened = {
	.name = "unlistened", .client = LAB_A, .server = LAB_B, .needs = LAB_NEED_NFT,
	.summary = N_("connects from %s to a listener in %s that goes away before the handshake is done, "
		      "%u times a second"),
	.per_second = 10, .begin = begin_unlistened, .turn = turn_unlistened,
};
/* clang-format on */
