/* SPDX-License-Identifier: MIT */
/*
 * story_crossing.c - segments of the same kind that cross on the wire.
 *
 * Two kernels: the first segment of each is kept on the way until both have been sent.
 */
#include <string.h>

#include "stage.h"
#include "tellers.h"
#include "util/macro.h"

#define A_PORT 7000
#define B_PORT 80
#define READ_MAX 64
#define GREETING "hello"

static void see_a(struct lab_stage *stage, enum lab_state state)
{
	lab_stage_see(stage, LAB_A, A_PORT, B_PORT, state);
}

static void see_b(struct lab_stage *stage, enum lab_state state)
{
	lab_stage_see(stage, LAB_B, B_PORT, A_PORT, state);
}

static void keep_on_the_way(struct lab_stage *stage, unsigned flag)
{
	lab_stage_rule(stage, (struct lab_rule){LAB_A, flag, flag, LAB_ON_ITS_WAY, 1});
	lab_stage_rule(stage, (struct lab_rule){LAB_B, flag, flag, LAB_ON_ITS_WAY, 1});
}

/* ---- Closing --------------------------------------------------------------------------- */

static void close_at_once(struct lab_stage *stage, int *a, int *b)
{
	keep_on_the_way(stage, LAB_FIN);
	lab_app_close(stage, a);
	lab_stage_await(stage, LAB_A, LAB_FIN | LAB_ACK);
	see_a(stage, LAB_FIN_WAIT1);
	lab_app_close(stage, b);
	lab_stage_await(stage, LAB_B, LAB_FIN | LAB_ACK);
	see_b(stage, LAB_FIN_WAIT1);
	lab_stage_let_go(stage, LAB_B);
	see_a(stage, LAB_CLOSING);
	lab_stage_let_go(stage, LAB_A);
	see_b(stage, LAB_CLOSING);
	lab_stage_await(stage, LAB_A, LAB_ACK);
	see_b(stage, LAB_TIME_WAIT);
	lab_stage_await(stage, LAB_B, LAB_ACK);
	see_a(stage, LAB_TIME_WAIT);
}

int lab_tell_simultaneous_close(struct lab_teller *teller)
{
	struct lab_stage stage;
	int a = -1, b = -1;

	lab_stage_open(&stage, teller, LAB_TWO_KERNELS);
	lab_stage_say(&stage,
		      N_("Normally one end closes first, and the other after it. But both may "
			 "close before either has heard of it: then their FINs cross on the "
			 "way. Here are two machines (network namespaces of this one kernel), a "
			 "and b, each with a program:"));
	lab_app_connect_seen(&stage, LAB_A, A_PORT, B_PORT, &a, &b);
	close_at_once(&stage, &a, &b);
	lab_stage_draw(&stage, "a", "b");
	lab_stage_say(
		&stage,
		N_("In FIN_WAIT1 each end expected the ACK of its FIN. What came was a FIN that "
		   "did "
		   "not acknowledge it (ack=1): so the other had not known of it. That is CLOSING. "
		   "The ACK came right after, and both ended in TIME_WAIT, because neither knows "
		   "whether its own last ACK arrived."));
	lab_app_close(&stage, &a);
	lab_app_close(&stage, &b);
	lab_stage_part(&stage, N_("What this shows"));
	lab_stage_say(&stage,
		      N_("CLOSING lasts a round trip at most. A socket that stays in it waits for an "
			 "ACK: that, or its FIN, was lost. Look for loss on the path. Nothing is "
			 "wrong with either program."));
	return lab_stage_end(&stage);
}

/* ---- Opening --------------------------------------------------------------------------- */

static void call_at_once(struct lab_stage *stage, int *ret_a, int *ret_b)
{
	keep_on_the_way(stage, LAB_SYN);
	*ret_a = lab_app_connect_start(stage, LAB_A, A_PORT, B_PORT);
	lab_stage_await(stage, LAB_A, LAB_SYN);
	see_a(stage, LAB_SYN_SENT);
	*ret_b = lab_app_connect_start(stage, LAB_B, B_PORT, A_PORT);
	lab_stage_await(stage, LAB_B, LAB_SYN);
	see_b(stage, LAB_SYN_SENT);
	lab_stage_let_go(stage, LAB_B);
	see_a(stage, LAB_SYN_RECV);
	lab_stage_let_go(stage, LAB_A);
	see_b(stage, LAB_SYN_RECV);
}

/* One sends, and the other reads it: there is a connection. */
static void say_hello(struct lab_stage *stage, int a, int b)
{
	char text[READ_MAX];

	lab_app_send(stage, a, GREETING);
	lab_stage_await(stage, LAB_A, LAB_ACK | LAB_PSH);
	lab_stage_await(stage, LAB_B, LAB_ACK);
	lab_app_read(stage, b, text, sizeof(text));
	lab_stage_check(stage, strcmp(text, GREETING) == 0, "b's program read \"%s\"", text);
}

int lab_tell_simultaneous_open(struct lab_teller *teller)
{
	struct lab_stage stage;
	int a = -1, b = -1;

	lab_stage_open(&stage, teller, LAB_TWO_KERNELS);
	lab_stage_say(&stage,
		      N_("Normally a client calls, and a server listens. But a connection needs "
			 "nobody who listens: two ends may call each other at the same time, "
			 "each from the very port that the other calls. Here are two machines "
			 "(network namespaces of this one kernel), a and b. Nobody listens:"));
	call_at_once(&stage, &a, &b);
	lab_stage_await(&stage, LAB_A, LAB_SYN | LAB_ACK);
	see_b(&stage, LAB_ESTABLISHED);
	lab_stage_await(&stage, LAB_B, LAB_SYN | LAB_ACK);
	see_a(&stage, LAB_ESTABLISHED);
	lab_app_connect_end(&stage, a);
	lab_app_connect_end(&stage, b);
	lab_stage_settle(&stage);
	say_hello(&stage, a, b);
	lab_stage_draw(&stage, "a", "b");
	lab_stage_say(&stage,
		      N_("Each end was in SYN_SENT and expected SYN+ACK. What came was a SYN: "
			 "the other one calls, too. So each answered as a server does, by "
			 "SYN+ACK, and was in SYN_RECV until it got that of the other. It "
			 "became one connection, not two."));
	lab_app_close(&stage, &a);
	lab_app_close(&stage, &b);
	lab_stage_part(&stage, N_("What this shows"));
	lab_stage_say(&stage,
		      N_("SYN_RECV is not for servers only: this is how a client gets there. "
			 "Programs do it on purpose, to connect two machines that are both "
			 "behind NAT (RFC 5128 3.4)."));
	return lab_stage_end(&stage);
}
