/* SPDX-License-Identifier: MIT */
/*
 * story_crossing.c - segments of the same kind that cross on the wire.
 */
#include "stage.h"
#include "tellers.h"
#include "util/macro.h"

#define SERVER_PORT 80
#define PEER_PORT 5000

int lab_tell_simultaneous_close(struct lab_teller *teller)
{
	struct lab_stage stage;
	struct lab_line line;
	int listener, fd;

	lab_stage_open(&stage, teller, LAB_KERNEL_AND_PEER);
	lab_stage_say(
		&stage,
		N_("Normally one end closes first and the other answers. Here both close in the "
		   "same moment, so that their FINs cross. On the left is the kernel of this "
		   "machine, on the right a peer that the laboratory plays."));
	listener = lab_app_listen(&stage, LAB_A, SERVER_PORT);
	lab_line_init(&line, &stage, PEER_PORT, SERVER_PORT, 1000);
	lab_line_open(&line);
	fd = lab_app_accept(&stage, listener);
	lab_line_see(&line, LAB_ESTABLISHED);
	lab_line_is(&line, LAB_ESTABLISHED);

	lab_app_close(&stage, &fd);
	lab_line_expect(&line, LAB_FIN | LAB_ACK);
	lab_line_see(&line, LAB_FIN_WAIT1);
	/* As one sends it who has not seen the kernel's FIN yet: it acknowledges all but that. */
	lab_line_forge(&line, LAB_FIN | LAB_ACK, line.seq++, line.ack - 1, "");
	lab_line_is(&line, LAB_FIN_WAIT1);
	lab_line_expect(&line, LAB_ACK);
	lab_line_see(&line, LAB_CLOSING);
	lab_line_send(&line, LAB_ACK, "");
	lab_line_see(&line, LAB_TIME_WAIT);
	lab_line_is(&line, LAB_TIME_WAIT);

	lab_stage_draw(&stage, "kernel", "peer");
	lab_stage_say(
		&stage,
		N_("The kernel was in CLOSING from the moment when the peer's FIN came until its "
		   "own FIN was acknowledged: no longer than a packet travels. Nothing was lost. "
		   "Who sees sockets stay in CLOSING sees acknowledgments that do get lost."));
	lab_stage_say(&stage,
		      N_("Afterwards both ends are in TIME_WAIT, since neither knows whether the "
			 "other got its last acknowledgment."));
	lab_app_close(&stage, &listener);
	return lab_stage_end(&stage);
}

int lab_tell_simultaneous_open(struct lab_teller *teller)
{
	struct lab_stage stage;
	struct lab_line line;
	int fd;

	lab_stage_open(&stage, teller, LAB_KERNEL_AND_PEER);
	lab_stage_say(
		&stage,
		N_("A connection needs no server that waits for it: two ends that call each other "
		   "in the same moment, each from the port that the other calls, get one "
		   "connection, not two. On the left is the kernel, on the right the peer."));
	lab_line_init(&line, &stage, PEER_PORT, 7000, 1000);
	fd = lab_app_connect_start(&stage, LAB_A, 7000, PEER_PORT);
	lab_line_expect(&line, LAB_SYN);
	lab_line_see(&line, LAB_SYN_SENT);
	lab_line_send(&line, LAB_SYN, "");
	lab_line_is(&line, LAB_SYN_SENT);
	lab_line_expect(&line, LAB_SYN | LAB_ACK);
	lab_line_see(&line, LAB_SYN_RECV);
	lab_line_send(&line, LAB_ACK, "");
	lab_line_is(&line, LAB_ESTABLISHED);
	lab_line_see(&line, LAB_ESTABLISHED);
	lab_app_connect_end(&stage, fd);

	lab_stage_draw(&stage, "kernel", "peer");
	lab_stage_say(
		&stage,
		N_("To a SYN that crosses its own, the kernel answers with SYN+ACK and goes from "
		   "SYN_SENT to SYN_RECV: the one way in which a client comes there. Programs that "
		   "connect through two NAT routers make use of it."));
	lab_app_close(&stage, &fd);
	return lab_stage_end(&stage);
}
