/* SPDX-License-Identifier: MIT */
/*
 * story_reset.c - resets that come for good reason, and those that might be forged.
 */
#include <errno.h>
#include <inttypes.h>

#include "stage.h"
#include "tellers.h"
#include "util/macro.h"

#define SERVER_PORT 80
#define CLIENT_PORT 5000
#define QUESTION "are you there?"

static void check_reset(struct lab_stage *stage, enum lab_side side, int fd)
{
	lab_stage_check(stage, lab_app_error(stage, fd) == ECONNRESET,
			"the program was not told of the reset");
	lab_stage_act(stage, side, N_("is told: connection reset by peer"));
}

/* ---- Half open: two kernels ------------------------------------------------------------ */

static void see_a(struct lab_stage *stage, enum lab_state state)
{
	lab_stage_see(stage, LAB_A, SERVER_PORT, CLIENT_PORT, state);
}

static void see_b(struct lab_stage *stage, enum lab_state state)
{
	lab_stage_see(stage, LAB_B, CLIENT_PORT, SERVER_PORT, state);
}

/* As in a crash, nothing of it gets out: the RST of the abort is lost, and not drawn. */
static void crash_b(struct lab_stage *stage, int *b)
{
	lab_stage_rule(stage, (struct lab_rule){LAB_B, LAB_RST, LAB_RST, LAB_LOST, 1});
	lab_wire_mute(&stage->wire, true);
	lab_app_abort(stage, b);
	lab_stage_await(stage, LAB_B, LAB_RST | LAB_ACK);
	lab_wire_mute(&stage->wire, false);
	lab_stage_act(stage, LAB_B, N_("(crashes)"));
	see_b(stage, LAB_NONE);
	see_a(stage, LAB_ESTABLISHED);
}

int lab_tell_half_open(struct lab_teller *teller)
{
	struct lab_stage stage;
	int a = -1, b = -1;

	lab_stage_open(&stage, teller, LAB_TWO_KERNELS);
	lab_stage_say(
		&stage,
		N_("A connection is not a wire: it is what two machines remember. When one of them "
		   "forgets it without a word, in a crash or a power cut, the other stays in "
		   "ESTABLISHED and cannot know. Such a connection is half open. Here b forgets "
		   "(its connection is dropped, and nothing of that gets out), and a asks at "
		   "last:"));
	lab_app_connect_seen(&stage, LAB_B, CLIENT_PORT, SERVER_PORT, &b, &a);
	crash_b(&stage, &b);
	lab_app_send(&stage, a, QUESTION);
	lab_stage_await(&stage, LAB_A, LAB_ACK | LAB_PSH);
	lab_stage_await(&stage, LAB_B, LAB_RST);
	see_a(&stage, LAB_NONE);
	check_reset(&stage, LAB_A, a);
	lab_stage_draw(&stage, N_("a (server)"), N_("b (client)"));
	lab_stage_say(
		&stage,
		N_("After the crash a was still in ESTABLISHED, with nobody at the other end: no "
		   "packet had told it. When it sent something, b's kernel, which is up again and "
		   "knows of no such connection, answered RST, and a's program was told that the "
		   "connection was reset. From a machine that is switched off not even that would "
		   "come."));
	lab_app_close(&stage, &a);
	lab_stage_part(&stage, N_("What this shows"));
	lab_stage_say(
		&stage,
		N_("Whoever only waits for the other end to send waits for ever, if that end has "
		   "gone. It is found out by sending: keepalive (SO_KEEPALIVE) sends when the "
		   "program does not."));
	return lab_stage_end(&stage);
}

/* ---- Challenges: a peer that forges ---------------------------------------------------- */

/* A connection of the peer to a server of the kernel. Returns the server's end. */
static int establish(struct lab_stage *stage, struct lab_line *line)
{
	int listener = lab_app_listen(stage, LAB_A, SERVER_PORT), fd;

	lab_line_init(line, stage, CLIENT_PORT, SERVER_PORT, 1000);
	lab_line_open(line);
	fd = lab_app_accept(stage, listener);
	lab_app_close(stage, &listener);
	return fd;
}

static void refuse_forgeries(struct lab_stage *stage, struct lab_line *line)
{
	lab_stage_remark(stage, N_("A RST that is nearly right, its number 100 too high:"));
	lab_line_forge(line, LAB_RST, line->seq + 100, 0, "");
	lab_line_expect(line, LAB_ACK);
	lab_line_see(line, LAB_ESTABLISHED);
	lab_stage_remark(stage, N_("A SYN, in the middle of the connection:"));
	lab_line_forge(line, LAB_SYN, line->seq + 50000, 0, "");
	lab_line_expect(line, LAB_ACK);
	lab_line_see(line, LAB_ESTABLISHED);
	lab_stage_remark(stage, N_("A RST with exactly the number that is expected next:"));
	lab_line_send(line, LAB_RST, "");
	lab_line_see(line, LAB_NONE);
}

int lab_tell_challenge_ack(struct lab_teller *teller)
{
	struct lab_stage stage;
	struct lab_line line;
	uint64_t all, syns;
	int fd;

	lab_stage_open(&stage, teller, LAB_KERNEL_AND_PEER);
	lab_stage_say(&stage, N_("Whoever knows the two addresses and ports of a connection can "
				 "send packets that "
				 "look as if they belonged to it, and a RST would end it. Once it "
				 "was enough that "
				 "its number lay somewhere in the receive window, which can be "
				 "guessed. Here is a "
				 "server on this machine's kernel, and a client that is played "
				 "packet by packet:"));
	/* Else the second answer within half a second would be withheld. */
	lab_stage_sysctl(&stage, LAB_A, "net/ipv4/tcp_invalid_ratelimit", "0");
	fd = establish(&stage, &line);
	all = lab_stage_counter(&stage, LAB_A, "TCPChallengeACK");
	syns = lab_stage_counter(&stage, LAB_A, "TCPSYNChallenge");
	refuse_forgeries(&stage, &line);
	all = lab_stage_counter(&stage, LAB_A, "TCPChallengeACK") - all;
	syns = lab_stage_counter(&stage, LAB_A, "TCPSYNChallenge") - syns;
	check_reset(&stage, LAB_A, fd);
	lab_stage_check(&stage, all == 2 && syns == 1,
			"TCPChallengeACK rose by %" PRIu64 " and TCPSYNChallenge by %" PRIu64
			", expected 2 and 1",
			all, syns);
	lab_stage_draw(&stage, N_("server (this kernel)"), N_("client"));
	lab_stage_say(
		&stage,
		N_("The first two did no harm: the kernel stayed in ESTABLISHED, and answered each "
		   "with an ACK that says what it expects (seq=1 is due next: ack=1). That is a "
		   "challenge ACK. A real client that has forgotten the connection answers it with "
		   "a RST that has just this number; a forger elsewhere never sees it. Only the "
		   "last RST was believed. (TCPChallengeACK rose by 2, TCPSYNChallenge by 1. With "
		   "tcp_invalid_ratelimit=0, as here, every such packet is answered; by default "
		   "two a second are.)"));
	lab_app_close(&stage, &fd);
	lab_stage_part(&stage, N_("What this shows"));
	lab_stage_say(&stage,
		      N_("To end a connection from outside one has to know its exact number, not "
			 "only its addresses and ports. A rising TCPSYNChallenge need not be an "
			 "attack: clients that were restarted, and call again with the ports of "
			 "connections that this machine still holds, raise it as well."));
	return lab_stage_end(&stage);
}
