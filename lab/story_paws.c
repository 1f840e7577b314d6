/* SPDX-License-Identifier: MIT */
/*
 * story_paws.c - a newcomer whose timestamps are older than those of the connection before.
 */
#include <time.h>

#include "stage.h"
#include "tellers.h"
#include "util/macro.h"

#define SERVER_PORT 80
#define PEER_PORT 5000
#define OLDER_STAMP 1000
#define OLD_STAMP 500000
#define NEW_STAMP 600000

/* Before Linux 6.15 there was one counter for all that PAWS refuses. */
static const char *counter_name(struct lab_stage *stage)
{
	return lab_stage_counter(stage, LAB_A, "PAWSTimewait") == LAB_UNKNOWN_COUNTER
		       ? "PAWSEstab"
		       : "PAWSTimewait";
}

/* A connection that the kernel closes first. */
static void leave_time_wait(struct lab_stage *stage, struct lab_line *line)
{
	int listener = lab_app_listen(stage, LAB_A, SERVER_PORT), fd;

	lab_line_open(line);
	fd = lab_app_accept(stage, listener);
	lab_app_close(stage, &fd);
	lab_line_expect(line, LAB_FIN | LAB_ACK);
	line->stamp += 2;
	lab_line_send(line, LAB_FIN | LAB_ACK, "");
	lab_line_expect(line, LAB_ACK);
	lab_line_see(line, LAB_TIME_WAIT);
	lab_stage_check(stage, line->echo != 0, "the kernel does not use timestamps");
	/* The listener stays for what follows; the stage takes it down. */
	if (stage->rc == 0)
		lab_sandbox_hold(stage->sandbox, listener);
	else
		lab_app_close(stage, &listener);
}

/* What is left of TIME_WAIT, once it is less than that. */
static unsigned wait_for_less(struct lab_stage *stage, unsigned limit_ms)
{
	const struct timespec pause = {.tv_nsec = 5000000};
	struct lab_sight sight = lab_stage_look(stage, LAB_A, SERVER_PORT, PEER_PORT);

	while (stage->rc == 0 && sight.state == LAB_TIME_WAIT && sight.expires_ms > limit_ms) {
		nanosleep(&pause, NULL);
		sight = lab_stage_look(stage, LAB_A, SERVER_PORT, PEER_PORT);
	}
	lab_stage_check(stage, sight.state == LAB_TIME_WAIT, "TIME_WAIT ended by itself");
	return sight.expires_ms;
}

static void accept_newer(struct lab_stage *stage, const struct lab_line *old)
{
	struct lab_line line;

	lab_line_init(&line, stage, PEER_PORT, SERVER_PORT, old->seq - 1000);
	line.stamps = true;
	line.stamp = NEW_STAMP;
	lab_stage_remark(stage,
			 N_("Now one whose clock is ahead. Even its number may be lower than all "
			    "of the old ones:"));
	lab_line_open(&line);
	lab_line_see(&line, LAB_ESTABLISHED);
	lab_stage_draw(stage, "kernel (server)", "peer (behind NAT)");
}

static void refuse(struct lab_stage *stage, const struct lab_line *old)
{
	const char *name = counter_name(stage);
	uint64_t before = lab_stage_counter(stage, LAB_A, name);
	unsigned left_ms = wait_for_less(stage, 59000), again_ms;
	struct lab_line line;

	lab_line_init(&line, stage, PEER_PORT, SERVER_PORT, old->seq + 900000);
	line.stamps = true;
	line.stamp = OLDER_STAMP;
	lab_stage_remark(stage, N_("A second later another machine comes from the same address and "
				   "port. Its number is higher, as it should be, but its clock is "
				   "behind:"));
	lab_line_send(&line, LAB_SYN, "");
	lab_line_is(&line, LAB_SYN_SENT);
	lab_line_expect(&line, LAB_ACK);
	lab_line_see(&line, LAB_TIME_WAIT);
	again_ms = lab_stage_look(stage, LAB_A, SERVER_PORT, PEER_PORT).expires_ms;
	lab_stage_check(stage, again_ms > left_ms, "TIME_WAIT went on from %u ms to %u ms", left_ms,
			again_ms);
	lab_stage_check(stage, lab_stage_counter(stage, LAB_A, name) == before + 1,
			"%s did not count", name);
	accept_newer(stage, old);
	lab_stage_say(
		stage,
		N_("The first SYN was answered by a bare ACK: no connection. The kernel took it "
		   "for a straggler of the old connection, because its timestamp (%u) is older "
		   "than the last one seen (%u); that is PAWS, RFC 7323. The counter %s rose by 1, "
		   "and TIME_WAIT, which had %.1f s to go, began anew and has %.1f s."),
		OLDER_STAMP, OLD_STAMP + 2, name, left_ms / 1e3, again_ms / 1e3);
}

int lab_tell_paws(struct lab_teller *teller)
{
	struct lab_stage stage;
	struct lab_line line;

	lab_stage_open(&stage, teller, LAB_KERNEL_AND_PEER);
	lab_stage_say(
		&stage,
		N_("A connection is known by four numbers, its quadruplet: both addresses and both "
		   "ports. Behind a NAT router many machines share one address, so two of them can "
		   "come to a server with the same quadruplet, one after the other. Each has "
		   "timestamps of its own, and one may be behind the other."));
	lab_line_init(&line, &stage, PEER_PORT, SERVER_PORT, 1000);
	line.stamps = true;
	line.stamp = OLD_STAMP;
	leave_time_wait(&stage, &line);
	refuse(&stage, &line);
	lab_stage_say(
		&stage,
		N_("This peer takes the ACK for an answer and does nothing. A Linux client answers "
		   "it with RST, which ends TIME_WAIT, and its next SYN, at once, is let in: some "
		   "10 ms in all. Kept out is whoever does not, whose RST a firewall eats, or who "
		   "meets tcp_rfc1337 = 1; each of its tries begins TIME_WAIT anew. It helps when the client's side closes first, since then the server has no "
		   "TIME_WAIT, or when the router waits longer than a minute before it uses a port "
		   "again. Switching timestamps off takes their protection from everybody."));
	return lab_stage_end(&stage);
}
