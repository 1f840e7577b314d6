/* SPDX-License-Identifier: MIT */
/*
 * story_reset.c - resets that come for good reason, and those that might be forged.
 */
#include <errno.h>
#include <inttypes.h>
#include <sys/socket.h>

#include "stage.h"
#include "tellers.h"
#include "util/macro.h"

#define SERVER_PORT 80
#define PEER_PORT 5000

/* A connection of the peer to a server of the kernel. Returns the server's end. */
static int establish(struct lab_stage *stage, struct lab_line *line)
{
	int listener = lab_app_listen(stage, LAB_A, SERVER_PORT), fd;

	lab_line_init(line, stage, PEER_PORT, SERVER_PORT, 1000);
	lab_line_open(line);
	fd = lab_app_accept(stage, listener);
	lab_line_see(line, LAB_ESTABLISHED);
	lab_line_is(line, LAB_ESTABLISHED);
	lab_app_close(stage, &listener);
	return fd;
}

static void check_reset(struct lab_stage *stage, int fd)
{
	char byte;

	lab_stage_check(stage, recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == ECONNRESET,
			"the program was not told of the reset");
}

int lab_tell_half_open(struct lab_teller *teller)
{
	struct lab_stage stage;
	struct lab_line line;
	int fd;

	lab_stage_open(&stage, teller, LAB_KERNEL_AND_PEER);
	lab_stage_say(
		&stage,
		N_("A connection is not a wire: it is what two machines remember. When one of them "
		   "loses its memory without a word, by a crash or a power cut, the other stays in "
		   "ESTABLISHED and cannot know. Such a connection is half open."));
	fd = establish(&stage, &line);
	lab_stage_remark(&stage, N_("The peer starts anew and has forgotten everything. The kernel "
				    "stays in ESTABLISHED until it has something to send."));
	lab_app_send(&stage, fd, "are you there?");
	lab_line_expect(&line, LAB_ACK);
	lab_line_see(&line, LAB_ESTABLISHED);
	lab_line_send(&line, LAB_RST, "");
	lab_line_is(&line, LAB_CLOSED);
	lab_line_see(&line, LAB_NONE);
	check_reset(&stage, fd);

	lab_stage_draw(&stage, "kernel", "peer");
	lab_stage_say(
		&stage,
		N_("To a segment of a connection that it does not know, a machine answers RST, and "
		   "the program's next call fails with \"connection reset by peer\". A peer that "
		   "is switched off does not even answer. So who only waits to be sent something "
		   "waits for ever, unless keepalive (SO_KEEPALIVE) asks from time to time."));
	lab_app_close(&stage, &fd);
	return lab_stage_end(&stage);
}

static void refuse_forgeries(struct lab_stage *stage, struct lab_line *line)
{
	lab_line_forge(line, LAB_RST, line->seq + 100, 0, "");
	lab_line_expect(line, LAB_ACK);
	lab_line_see(line, LAB_ESTABLISHED);
	lab_line_forge(line, LAB_SYN, line->seq + 50000, 0, "");
	lab_line_expect(line, LAB_ACK);
	lab_line_see(line, LAB_ESTABLISHED);
	lab_stage_remark(stage, N_("And now one with exactly the number that is expected next:"));
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
	lab_stage_say(
		&stage,
		N_("Who knows the two addresses and ports of a connection can send segments that "
		   "look as if they belonged to it. Once, a RST was believed when its sequence "
		   "number lay anywhere in the receive window, which is easy to guess. Since RFC "
		   "5961 it must be exactly the number expected next."));
	/* Else the second answer within half a second would be withheld. */
	lab_stage_sysctl(&stage, LAB_A, "net/ipv4/tcp_invalid_ratelimit", "0");
	fd = establish(&stage, &line);
	all = lab_stage_counter(&stage, LAB_A, "TCPChallengeACK");
	syns = lab_stage_counter(&stage, LAB_A, "TCPSYNChallenge");
	lab_stage_remark(&stage, N_("A RST whose number lies 100 ahead, then a SYN:"));
	refuse_forgeries(&stage, &line);
	all = lab_stage_counter(&stage, LAB_A, "TCPChallengeACK") - all;
	syns = lab_stage_counter(&stage, LAB_A, "TCPSYNChallenge") - syns;
	check_reset(&stage, fd);
	lab_stage_check(&stage, all == 2 && syns == 1,
			"TCPChallengeACK rose by %" PRIu64 " and TCPSYNChallenge by %" PRIu64
			", expected 2 and 1",
			all, syns);

	lab_stage_draw(&stage, "kernel", "peer");
	lab_stage_say(
		&stage,
		N_("To the two doubtful ones the kernel answers with an ACK that says what it "
		   "expects, a challenge: a real peer that has forgotten the connection answers "
		   "this with a RST that fits, a forger never sees it. Two were counted "
		   "(TCPChallengeACK), one of them for the SYN (TCPSYNChallenge)."));
	lab_app_close(&stage, &fd);
	return lab_stage_end(&stage);
}
