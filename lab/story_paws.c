/* SPDX-License-Identifier: MIT */
/*
 * story_paws.c - a newcomer whose timestamps are older than those of the connection before.
 */
#include <time.h>

#include "stage.h"
#include "tellers.h"
#include "util/decimal.h"
#include "util/macro.h"
#include "wait.h"

#define SERVER_PORT 80
#define PEER_PORT 5000
#define FIRST_STAMP 500000 /* of the machine that comes first; */
#define BEHIND 400000	   /* of the others, one is behind, */
#define AHEAD 100000	   /* and one ahead */
#define WAIT_MS 59000	   /* of TIME_WAIT are left when the second machine comes */
#define ANEW_NS 500000000  /* later at least ends a TIME_WAIT that has begun anew since */

/* Before Linux 6.16 there was one counter for all that PAWS refuses. */
static const char *counter_name(struct lab_stage *stage)
{
	return lab_stage_counter(stage, LAB_A, "PAWSTimewait") == LAB_UNKNOWN_COUNTER
		       ? "PAWSEstab"
		       : "PAWSTimewait";
}

/* The kernel closes a connection first; the listener stays for what follows. */
static void leave_time_wait(struct lab_stage *stage, struct lab_line *line, int listener)
{
	int fd = lab_app_accept(stage, listener);

	lab_app_close(stage, &fd);
	lab_line_expect(line, LAB_FIN | LAB_ACK);
	lab_line_see(line, LAB_FIN_WAIT1);
	lab_line_is(line, LAB_CLOSE_WAIT);
	line->stamp += 2;
	lab_line_send(line, LAB_FIN | LAB_ACK, "");
	lab_line_is(line, LAB_LAST_ACK);
	lab_line_expect(line, LAB_ACK);
	lab_line_see(line, LAB_TIME_WAIT);
	lab_line_is(line, LAB_CLOSED);
	lab_stage_check(stage, line->echo != 0, "the kernel does not use timestamps");
}

/* When TIME_WAIT ends, once less than that is left of it. */
static uint64_t wait_for_less(struct lab_stage *stage, unsigned limit_ms)
{
	const struct timespec pause = {.tv_nsec = 5000000};
	struct lab_sight sight = lab_stage_look(stage, LAB_A, SERVER_PORT, PEER_PORT);

	while (stage->rc == 0 && sight.state == LAB_TIME_WAIT && sight.expires_ms > limit_ms) {
		nanosleep(&pause, NULL);
		sight = lab_stage_look(stage, LAB_A, SERVER_PORT, PEER_PORT);
	}
	lab_stage_check(stage, sight.state == LAB_TIME_WAIT, "TIME_WAIT ended by itself");
	return sight.ends_ns;
}

static struct lab_line newcomer(struct lab_stage *stage, uint32_t isn, uint32_t stamp)
{
	struct lab_line line;

	lab_line_init(&line, stage, PEER_PORT, SERVER_PORT, isn);
	line.stamps = true;
	line.stamp = stamp;
	return line;
}

/* The second machine, and what is left of TIME_WAIT when it comes: before, and after. */
struct refusal {
	double left_s, again_s;
};

static struct refusal refuse(struct lab_stage *stage, const struct lab_line *old, uint64_t ends_ns)
{
	struct lab_line line = newcomer(stage, old->seq + 900000, FIRST_STAMP - BEHIND);
	const char *name = counter_name(stage);
	uint64_t before = lab_stage_counter(stage, LAB_A, name), at_ns, again_ns;

	lab_stage_remark(stage,
			 N_("A second later another machine comes, with the same address and "
			    "port. Its first number is higher, as it should be, but its "
			    "clock is behind:"));
	at_ns = lab_now_ns();
	lab_line_send(&line, LAB_SYN, "");
	lab_line_is(&line, LAB_SYN_SENT);
	lab_line_expect(&line, LAB_ACK);
	lab_line_see(&line, LAB_TIME_WAIT);
	again_ns = lab_stage_look(stage, LAB_A, SERVER_PORT, PEER_PORT).ends_ns;
	lab_stage_check(stage, again_ns > ends_ns + ANEW_NS, "TIME_WAIT did not begin anew");
	lab_stage_check(stage, lab_stage_counter(stage, LAB_A, name) == before + 1,
			"%s did not count", name);
	return (struct refusal){(double)(ends_ns - at_ns) / 1e9, (double)(again_ns - at_ns) / 1e9};
}

/* Its connection is closed by the server first, too. */
static void accept_newer(struct lab_stage *stage, const struct lab_line *old, int listener)
{
	struct lab_line line = newcomer(stage, old->seq - 1000, FIRST_STAMP + AHEAD);

	lab_stage_remark(
		stage, N_("What it answers is lost in a firewall (not drawn). A third comes, whose "
			  "clock is ahead, while its first number is even lower than the old "
			  "ones:"));
	lab_line_open(&line);
	lab_wire_mute(&stage->wire, true);
	leave_time_wait(stage, &line, listener);
	lab_wire_mute(&stage->wire, false);
}

/* RFC 9293, 3.10.7.3: a RST is what an ACK of something that was never sent gets. */
static void answer(struct lab_stage *stage, const struct lab_line *old)
{
	struct lab_line line = newcomer(stage, old->seq + 900000, FIRST_STAMP - BEHIND);

	lab_stage_remark(stage,
			 N_("That connection is over as well, and in TIME_WAIT (not drawn). The "
			    "second machine comes again, and now its answer gets through:"));
	lab_line_send(&line, LAB_SYN, "");
	lab_line_is(&line, LAB_SYN_SENT);
	line.seq = lab_line_expect(&line, LAB_ACK).ack;
	lab_line_see(&line, LAB_TIME_WAIT);
	lab_line_send(&line, LAB_RST, "");
	lab_line_see(&line, LAB_NONE);
	line.seq = old->seq + 900000;
	lab_line_open(&line);
}

static void explain(struct lab_stage *stage, struct refusal refusal)
{
	lab_stage_say(
		stage,
		N_("The second machine got a bare ACK instead of SYN+ACK: no connection. Its "
		   "timestamp, %d, is older than the last one that the server had seen, 2, so the "
		   "kernel took its SYN for a straggler of the old connection. That is PAWS (RFC "
		   "7323 5); %s rose by 1. And TIME_WAIT began anew: before the SYN it had %s s "
		   "to go, after it %s s. The third machine, with a newer timestamp, was let in "
		   "at once (RFC 6191)."),
		-BEHIND, counter_name(stage), tc_decimal(refusal.left_s).text,
		tc_decimal(refusal.again_s).text);
	lab_stage_say(
		stage,
		N_("To a machine that has sent no more than a SYN, the bare ACK acknowledges "
		   "something that it never sent. Its answer is a RST, with the very number that "
		   "the ACK asks for (RFC 9293 3.10.7.3), and that ends TIME_WAIT. A Linux client "
		   "repeats its SYN at once, as here (time-wait-purpose-2 has a real one)."));
}

int lab_tell_paws(struct lab_teller *teller)
{
	struct lab_stage stage;
	struct lab_line line;
	struct refusal refusal;
	uint64_t ends_ns;
	int listener;

	lab_stage_open(&stage, teller, LAB_KERNEL_AND_PEER);
	stage.stamps = true;
	lab_stage_say(
		&stage,
		N_("A connection is known by its quadruplet: both addresses and both ports. Behind "
		   "a NAT router many machines share one address, so two of them can come to a "
		   "server with the same quadruplet, one after the other. Each has a clock of its "
		   "own for timestamps, and one may be behind the other."));
	lab_stage_say(&stage,
		      N_("Here is a server on this machine's kernel; the machines behind NAT "
			 "are played packet by packet. The server closes the first connection "
			 "and keeps it in TIME_WAIT:"));
	listener = lab_app_listen(&stage, LAB_A, SERVER_PORT);
	line = newcomer(&stage, 1000, FIRST_STAMP);
	lab_line_open(&line);
	leave_time_wait(&stage, &line, listener);
	ends_ns = wait_for_less(&stage, WAIT_MS);
	refusal = refuse(&stage, &line, ends_ns);
	accept_newer(&stage, &line, listener);
	answer(&stage, &line);
	lab_stage_draw(&stage, N_("server (this kernel)"), N_("behind NAT"));
	explain(&stage, refusal);
	lab_app_close(&stage, &listener);
	lab_stage_part(&stage, N_("What this shows"));
	lab_stage_say(
		&stage,
		N_("TIME_WAIT at a server can keep out a machine behind NAT whose clock is behind "
		   "that of the one before: for a moment, or for long where its RST does not get "
		   "through a firewall or is not listened to (tcp_rfc1337=1, as time-wait-length "
		   "shows). It helps when the client closes first: then the server has no "
		   "TIME_WAIT. To turn timestamps off would take their protection from "
		   "everybody."));
	return lab_stage_end(&stage);
}
