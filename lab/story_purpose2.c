/* SPDX-License-Identifier: MIT */
/*
 * story_purpose2.c - the last acknowledgment of a connection is lost.
 */
#include <inttypes.h>

#include "stage.h"
#include "tellers.h"
#include "util/macro.h"
#include "wait.h"

#define SERVER_PORT 80
#define FIRST_PORT 6000

/*
 * In b, on what comes from a: loss on the way, as far as b can tell. What is to get through later
 * opens the way itself, with its address in a set, since no command would come at the right time
 * between two repetitions.
 */
#define RULES(what)                                                         \
	"table ip lab\ndelete table ip lab\n"                               \
	"table ip lab {\n"                                                  \
	" set opened {\n  type ipv4_addr\n  size 16\n  flags dynamic\n }\n" \
	" chain in {\n  type filter hook input priority 0\n"                \
	"  ip saddr @opened accept\n" what " }\n}\n"

/* The first acknowledgment is lost and nothing else. */
#define DROP_ONE_ACK                                                    \
	RULES("  ip saddr 10.77.0.1 tcp flags & (fin | syn | rst) == 0" \
	      " add @opened { ip saddr } drop\n")

/* Everything is lost until a calls again. */
#define DROP_UNTIL_SYN                                              \
	RULES("  ip saddr 10.77.0.1 tcp flags & (syn | ack) == syn" \
	      " add @opened { ip saddr } accept\n"                  \
	      "  ip saddr 10.77.0.1 drop\n")

/* One connection between the two kernels. */
struct act {
	struct lab_stage *stage;
	uint16_t port; /* of a */
	int listener;  /* of b */
	int a, b;
	bool opened; /* the way from a to b, as above */
};

/* What these rules drop, for the drawing. */
static bool is_first_ack(const struct lab_segment *segment, void *context)
{
	struct act *act = context;
	bool dropped = !act->opened && !(segment->flags & (LAB_FIN | LAB_SYN | LAB_RST));

	act->opened |= dropped;
	return dropped;
}

static bool is_before_syn(const struct lab_segment *segment, void *context)
{
	struct act *act = context;

	act->opened |= (segment->flags & (LAB_SYN | LAB_ACK)) == LAB_SYN;
	return !act->opened;
}

static void lose(struct act *act, const char *rules, lab_segment_fn lost)
{
	lab_stage_catch_up(act->stage);
	lab_stage_nft(act->stage, LAB_B, rules);
	act->opened = false;
	if (act->stage->capture)
		lab_capture_lost(act->stage->capture, lost, act);
}

static void see(struct act *act, enum lab_side side, enum lab_state state)
{
	if (side == LAB_A)
		lab_stage_see(act->stage, side, act->port, SERVER_PORT, state);
	else
		lab_stage_see(act->stage, side, SERVER_PORT, act->port, state);
}

/* Connects, and a sends its FIN: b is in CLOSE_WAIT. */
static void establish_and_close_a(struct act *act)
{
	act->opened = true;
	lab_stage_nft(act->stage, LAB_B, "flush ruleset\n");
	act->a = lab_app_connect_start(act->stage, LAB_A, act->port, SERVER_PORT);
	lab_app_connect_end(act->stage, act->a);
	act->b = lab_app_accept(act->stage, act->listener);
	see(act, LAB_A, LAB_ESTABLISHED);
	see(act, LAB_B, LAB_ESTABLISHED);
	lab_app_shutdown(act->stage, act->a);
	see(act, LAB_A, LAB_FIN_WAIT2);
	see(act, LAB_B, LAB_CLOSE_WAIT);
}

/*
 * b sends its FIN, and a's acknowledgment of it gets lost. b is in LAST_ACK then, but perhaps no
 * longer than a fifth of a second: on a busy machine that is over before it can be looked at.
 */
static void close_b(struct act *act, enum lab_state left)
{
	struct lab_sight sight;

	lab_app_close(act->stage, &act->b);
	sight = lab_stage_look(act->stage, LAB_B, SERVER_PORT, act->port);
	lab_stage_await(act->stage, LAB_B, LAB_FIN | LAB_ACK);
	lab_stage_await(act->stage, LAB_A, LAB_ACK);
	if (sight.state == LAB_LAST_ACK)
		lab_wire_mark(&act->stage->wire, LAB_B, LAB_LAST_ACK);
	see(act, LAB_A, left);
	lab_app_close(act->stage, &act->a);
}

static void tell_kept(struct act *act)
{
	struct lab_stage *stage = act->stage;

	lab_stage_say(stage, N_("First with TIME_WAIT. The cross marks what was lost:"));
	establish_and_close_a(act);
	lose(act, DROP_ONE_ACK, is_first_ack);
	close_b(act, LAB_TIME_WAIT);
	see(act, LAB_B, LAB_NONE);
	see(act, LAB_A, LAB_TIME_WAIT);
	lab_stage_draw(stage, "kernel a (closes first)", "kernel b");
	lab_stage_say(
		stage,
		N_("b was in LAST_ACK, repeated its FIN, and a, which still knew the connection, "
		   "acknowledged it again. b ended in order."));
}

static void tell_reset(struct act *act)
{
	struct lab_stage *stage = act->stage;
	uint64_t before = lab_stage_counter(stage, LAB_A, "OutRsts");

	lab_stage_say(stage,
		      N_("The same where a makes no TIME_WAIT (tcp_max_tw_buckets=0, here only):"));
	lab_stage_sysctl(stage, LAB_A, "net/ipv4/tcp_max_tw_buckets", "0");
	establish_and_close_a(act);
	lose(act, DROP_ONE_ACK, is_first_ack);
	close_b(act, LAB_NONE);
	see(act, LAB_B, LAB_NONE);
	lab_stage_check(stage, lab_stage_counter(stage, LAB_A, "OutRsts") == before + 1,
			"OutRsts did not rise by 1");
	lab_stage_draw(stage, "kernel a (closes first)", "kernel b");
	lab_stage_say(
		stage,
		N_("a knew nothing of the connection any more and answered the repeated FIN with "
		   "RST (OutRsts rose by 1). b is rid of its socket, but by an abort: a program "
		   "that still had it open would have been told \"connection reset by peer\", "
		   "although all of its data had arrived."));
}

/* a's reset is filtered too, and b goes on repeating its FIN. */
static void wait_in_last_ack(struct act *act)
{
	for (int i = 0; i < 2; i++) {
		lab_stage_await(act->stage, LAB_B, LAB_FIN | LAB_ACK);
		lab_stage_await(act->stage, LAB_A, LAB_RST);
	}
	see(act, LAB_B, LAB_LAST_ACK);
}

/* a calls again from the same port. Returns how long it took to be connected. */
static double connect_again(struct act *act)
{
	struct lab_stage *stage = act->stage;
	uint64_t start_ns = lab_now_ns();
	double took_ms;

	act->a = lab_app_connect_start(stage, LAB_A, act->port, SERVER_PORT);
	lab_app_connect_end(stage, act->a);
	took_ms = (double)(lab_now_ns() - start_ns) / 1e6;
	lab_stage_await(stage, LAB_A, LAB_SYN);
	lab_stage_await(stage, LAB_B, LAB_ACK);
	lab_stage_await(stage, LAB_A, LAB_RST);
	lab_stage_await(stage, LAB_A, LAB_SYN);
	lab_stage_await(stage, LAB_B, LAB_SYN | LAB_ACK);
	act->b = lab_app_accept(stage, act->listener);
	see(act, LAB_A, LAB_ESTABLISHED);
	see(act, LAB_B, LAB_ESTABLISHED);
	return took_ms;
}

static void tell_challenge(struct act *act)
{
	struct lab_stage *stage = act->stage;
	uint64_t before = lab_stage_counter(stage, LAB_B, "TCPSYNChallenge"), rise;
	double took_ms;

	lab_stage_say(
		stage,
		N_("Worse where a firewall eats the RST as well, as many do with packets of a "
		   "connection that they take for closed. Again without TIME_WAIT:"));
	establish_and_close_a(act);
	lose(act, DROP_UNTIL_SYN, is_before_syn);
	close_b(act, LAB_NONE);
	wait_in_last_ack(act);
	lab_stage_remark(stage,
			 N_("b would repeat its FIN for nearly two minutes. Now nothing is lost "
			    "any more, and a wants a new connection from the same port:"));
	took_ms = connect_again(act);
	rise = lab_stage_counter(stage, LAB_B, "TCPSYNChallenge") - before;
	lab_stage_check(stage, rise >= 1, "TCPSYNChallenge rose by %" PRIu64, rise);
	lab_stage_draw(stage, "kernel a (closes first)", "kernel b");
	lab_stage_say(
		stage,
		N_("To the SYN, which fits into no connection in LAST_ACK, b answered not with "
		   "SYN+ACK but with an ACK of what it expects: a challenge (RFC 5961; counted in "
		   "TCPSYNChallenge). a never sent what that acknowledges and says RST, which ends "
		   "LAST_ACK; then it repeats its SYN. connect() took %.1f ms. By RFC 793 of 1981 "
		   "a SYN whose number happened to lie in b's window was answered with RST, and "
		   "connect() failed. Where a firewall eats a's RST here too, the new connection "
		   "hangs until LAST_ACK ends."),
		took_ms);
	lab_app_close(stage, &act->a);
	lab_app_close(stage, &act->b);
}

int lab_tell_purpose2(struct lab_teller *teller)
{
	struct lab_stage stage;
	struct act act = {.stage = &stage, .port = FIRST_PORT, .a = -1, .b = -1};

	lab_stage_open(&stage, teller, LAB_TWO_KERNELS);
	lab_stage_say(
		&stage,
		N_("Each end of a connection says FIN when it has no more to send, and the other "
		   "acknowledges it. The last of these four packets has a weakness: who sends it "
		   "cannot know whether it arrived. If it did not, the other end repeats its FIN "
		   "and needs somebody who still answers. That is the second purpose of "
		   "TIME_WAIT."));
	lab_stage_say(
		&stage,
		N_("Here two kernels talk, a and b, and packets of a are dropped before b gets "
		   "them."));
	act.listener = lab_app_listen(&stage, LAB_B, SERVER_PORT);
	tell_kept(&act);
	act.port++;
	tell_reset(&act);
	act.port++;
	tell_challenge(&act);
	lab_app_close(&stage, &act.listener);
	return lab_stage_end(&stage);
}
