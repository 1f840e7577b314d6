/* SPDX-License-Identifier: MIT */
/*
 * story_purpose2.c - the last acknowledgment of a connection is lost.
 *
 * Two network namespaces, each as a kernel of its own, and a wire on which nothing moves unless it is taken along. So LAST_ACK can be
 * looked at for as long as need be, and what is lost is lost on the way.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "stage.h"
#include "tellers.h"
#include "util/decimal.h"
#include "util/intl.h"
#include "util/macro.h"
#include "wait.h"

#define SERVER_PORT 80
#define FIRST_PORT 6000
#define ANSWER "good bye"
#define READ_MAX 64
#define ALL_FLAGS (LAB_SYN | LAB_FIN | LAB_RST | LAB_ACK)

/* One connection between the two kernels. */
struct act {
	struct lab_stage stage;
	uint16_t port; /* of a */
	int listener;  /* of b */
	int a, b;
	uint64_t closed_ns; /* when b sent its FIN */
};

static const struct lab_rule lose_last_ack = {LAB_A, ALL_FLAGS, LAB_ACK, LAB_LOST, 1};
static const struct lab_rule lose_resets = {LAB_A, LAB_RST, LAB_RST, LAB_LOST, LAB_ALWAYS};

static void draw(struct act *act)
{
	lab_stage_draw(&act->stage, N_("a (closes first)"), "b");
}

static void see_a(struct act *act, enum lab_state state)
{
	lab_stage_see(&act->stage, LAB_A, act->port, SERVER_PORT, state);
}

static void see_b(struct act *act, enum lab_state state)
{
	lab_stage_see(&act->stage, LAB_B, SERVER_PORT, act->port, state);
}

static double ms_since(uint64_t start_ns)
{
	return (double)(lab_now_ns() - start_ns) / 1e6;
}

/* a's SYN has just passed. */
static void finish_handshake(struct act *act)
{
	see_b(act, LAB_SYN_RECV);
	lab_stage_await(&act->stage, LAB_B, LAB_SYN | LAB_ACK);
	see_a(act, LAB_ESTABLISHED);
	lab_stage_await(&act->stage, LAB_A, LAB_ACK);
	see_b(act, LAB_ESTABLISHED);
	lab_app_connect_end(&act->stage, act->a);
	act->b = lab_app_accept(&act->stage, act->listener);
}

/* Of a new port, from the beginning until a has said that it sends no more. */
static void live_until_a_closes(struct act *act)
{
	struct lab_stage *stage = &act->stage;

	act->port++;
	lab_wire_clear(&stage->wire); /* its numbers are counted anew */
	lab_stage_no_rules(stage);
	act->a = lab_app_connect_start(stage, LAB_A, act->port, SERVER_PORT);
	lab_stage_await(stage, LAB_A, LAB_SYN);
	see_a(act, LAB_SYN_SENT);
	finish_handshake(act);
	lab_app_shutdown(stage, act->a);
	lab_stage_await(stage, LAB_A, LAB_FIN | LAB_ACK);
	see_a(act, LAB_FIN_WAIT1);
	see_b(act, LAB_CLOSE_WAIT);
	lab_stage_await(stage, LAB_B, LAB_ACK);
	see_a(act, LAB_FIN_WAIT2);
}

/* b has said that it sends no more; by the rule, the acknowledgment of its FIN gets lost. */
static void lose_the_last_ack(struct act *act, enum lab_state left_in_a)
{
	struct lab_stage *stage = &act->stage;

	lab_stage_await(stage, LAB_B, LAB_FIN | LAB_ACK);
	act->closed_ns = lab_now_ns();
	see_b(act, LAB_LAST_ACK);
	lab_stage_await(stage, LAB_A, LAB_ACK);
	see_a(act, left_in_a);
	see_b(act, LAB_LAST_ACK);
}

/* What is over: no packet comes of it. */
static void close_unseen(struct act *act)
{
	lab_wire_mute(&act->stage.wire, true);
	lab_app_close(&act->stage, &act->a);
	lab_app_close(&act->stage, &act->b);
	lab_wire_mute(&act->stage.wire, false);
}

/* ---- 1: with TIME_WAIT ----------------------------------------------------------------- */

static void tell_kept(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	double took_ms;

	lab_stage_part(stage, N_("1. With TIME_WAIT"));
	live_until_a_closes(act);
	lab_stage_rule(stage, lose_last_ack);
	lab_app_close(stage, &act->b);
	lose_the_last_ack(act, LAB_TIME_WAIT);
	lab_stage_await(stage, LAB_B, LAB_FIN | LAB_ACK);
	lab_stage_await(stage, LAB_A, LAB_ACK);
	see_a(act, LAB_TIME_WAIT);
	see_b(act, LAB_NONE);
	took_ms = ms_since(act->closed_ns);
	draw(act);
	close_unseen(act);
	lab_stage_say(
		stage,
		N_("b could not know that a had got its FIN, and stayed in LAST_ACK. After a while "
		   "without an answer it repeated the FIN. a was closed, but in TIME_WAIT, so it "
		   "still knew the connection and acknowledged again. b was done %.0f ms after its "
		   "first FIN."),
		took_ms);
}

/* ---- 2: without, and a RST is the answer ----------------------------------------------- */

static void tell_reset(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	char text[READ_MAX];
	uint64_t resets;
	double took_ms;

	lab_stage_part(stage, N_("2. Without TIME_WAIT: b is cut off"));
	lab_stage_say(stage,
		      N_("Now a's kernel makes no TIME_WAIT (tcp_max_tw_buckets=0, in its "
			 "namespace only). b's program sends something before it closes, and keeps "
			 "its socket to see how that ends:"));
	lab_stage_sysctl(stage, LAB_A, "net/ipv4/tcp_max_tw_buckets", "0");
	live_until_a_closes(act);
	lab_app_send(stage, act->b, ANSWER);
	lab_stage_await(stage, LAB_B, LAB_ACK | LAB_PSH);
	lab_stage_await(stage, LAB_A, LAB_ACK);
	lab_app_read(stage, act->a, text, sizeof(text));
	lab_stage_check(stage, strcmp(text, ANSWER) == 0, "a's program read \"%s\"", text);
	resets = lab_stage_counter(stage, LAB_A, "OutRsts");
	lab_stage_rule(stage, lose_last_ack);
	lab_app_shutdown(stage, act->b);
	lose_the_last_ack(act, LAB_NONE);
	lab_stage_await(stage, LAB_B, LAB_FIN | LAB_ACK);
	lab_stage_await(stage, LAB_A, LAB_RST);
	see_b(act, LAB_NONE);
	took_ms = ms_since(act->closed_ns);
	lab_stage_check(stage, lab_stage_counter(stage, LAB_A, "OutRsts") > resets,
			"OutRsts did not rise");
	lab_stage_check(stage, lab_app_error(stage, act->b) == ECONNRESET,
			"b's program was not told of the reset");
	lab_stage_act(stage, LAB_B, N_("is told: connection reset by peer"));
	draw(act);
	close_unseen(act);
	lab_stage_say(
		stage,
		N_("a knew nothing of the connection any more when the FIN came again, and said "
		   "so: RST. That ended b %.0f ms after its first FIN, but as a failure: its "
		   "program is told that the connection was reset, although everything had "
		   "arrived."),
		took_ms);
}

/* ---- 3: without, and nobody hears the RST ---------------------------------------------- */

/* b closes, and its FIN is repeated into the void; a's program has done with it. */
static void hang(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	bool muted = stage->wire.muted;

	lab_stage_rule(stage, lose_last_ack);
	lab_stage_rule(stage, lose_resets);
	lab_app_close(stage, &act->b);
	lose_the_last_ack(act, LAB_NONE);
	lab_wire_mute(&stage->wire, true);
	lab_app_close(stage, &act->a);
	lab_wire_mute(&stage->wire, muted);
	for (int i = 0; i < 2; i++) {
		lab_stage_await(stage, LAB_B, LAB_FIN | LAB_ACK);
		lab_stage_await(stage, LAB_A, LAB_RST);
		see_b(act, LAB_LAST_ACK);
	}
}

/* a's new SYN, from the same port, meets b in LAST_ACK. Returns when that began. */
static uint64_t call_again(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	uint64_t start_ns;

	lab_stage_remark(stage, N_("a's program wants a new connection, from the same port:"));
	start_ns = lab_now_ns();
	act->a = lab_app_connect_start(stage, LAB_A, act->port, SERVER_PORT);
	lab_stage_await(stage, LAB_A, LAB_SYN);
	see_a(act, LAB_SYN_SENT);
	see_b(act, LAB_LAST_ACK);
	lab_stage_await(stage, LAB_B, LAB_ACK);
	lab_stage_await(stage, LAB_A, LAB_RST);
	return start_ns;
}

/* At once, so that nothing of it comes between what is told next. */
static void end_both(struct act *act)
{
	struct lab_stage *stage = &act->stage;

	lab_wire_mute(&stage->wire, true);
	lab_stage_no_rules(stage);
	lab_app_abort(stage, &act->a);
	lab_stage_await(stage, LAB_A, LAB_RST | LAB_ACK);
	lab_app_close(stage, &act->b);
	lab_wire_mute(&stage->wire, false);
}

static void tell_hang(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	double hung_ms, connected_ms;
	uint64_t start_ns, challenges;

	lab_stage_part(stage, N_("3. Without TIME_WAIT: b hangs"));
	lab_stage_say(
		stage,
		N_("The RST was the best that could happen. A firewall may drop packets of a "
		   "connection that it takes for closed, and then not even that gets through. "
		   "Here one drops every RST of a. (b has tcp_orphan_retries=3, so that the story "
		   "ends soon: tcpcensus explain LAST_ACK says how long it is on this machine. And "
		   "it has tcp_invalid_ratelimit=0, so that it answers each SYN, and not only two "
		   "a second.)"));
	lab_stage_sysctl(stage, LAB_B, "net/ipv4/tcp_orphan_retries", "3");
	lab_stage_sysctl(stage, LAB_B, "net/ipv4/tcp_invalid_ratelimit", "0");
	challenges = lab_stage_counter(stage, LAB_B, "TCPSYNChallenge");
	lab_wire_mute(&stage->wire, true);
	live_until_a_closes(act);
	lab_wire_mute(&stage->wire, false);
	lab_stage_remark(stage, N_("They have connected, and a has said FIN (not drawn)."));
	hang(act);
	start_ns = call_again(act);
	lab_stage_outwait(stage, LAB_B, SERVER_PORT, act->port, LAB_LAST_ACK);
	hung_ms = ms_since(act->closed_ns);
	lab_stage_act(stage, LAB_B, N_("(long gone; now its kernel gives up)"));
	lab_wire_mark(&stage->wire, LAB_B, LAB_CLOSED);
	lab_stage_await(stage, LAB_A, LAB_SYN);
	finish_handshake(act);
	connected_ms = ms_since(start_ns);
	challenges = lab_stage_counter(stage, LAB_B, "TCPSYNChallenge") - challenges;
	lab_stage_check(stage, challenges >= 1, "TCPSYNChallenge rose by %" PRIu64, challenges);
	draw(act);
	lab_stage_say(stage,
		      N_("b stayed in LAST_ACK for %s s, for an ACK that nobody could "
			 "send any more. And it stood in the way: a new connection with the "
			 "same addresses and ports was not let in. To its SYN b answered "
			 "with an ACK, as for the old connection; a did not know what that "
			 "was about and said RST, which was dropped as well. connect() took "
			 "%s s."),
		      tc_decimal(hung_ms / 1e3).text, tc_decimal(connected_ms / 1e3).text);
	end_both(act);
}

/* ---- 4: without, and a new SYN puts it right ------------------------------------------- */

static void tell_challenge(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	uint64_t start_ns, challenges;
	double connected_ms;

	lab_stage_part(stage, N_("4. How a new connection puts it right"));
	lab_stage_say(stage, N_("The same again. But when the new connection is asked for, the "
				"firewall lets RSTs pass:"));
	challenges = lab_stage_counter(stage, LAB_B, "TCPSYNChallenge");
	lab_wire_mute(&stage->wire, true);
	live_until_a_closes(act);
	hang(act);
	lab_wire_mute(&stage->wire, false);
	lab_stage_remark(stage, N_("b repeats its FIN and hangs in LAST_ACK, as before (not "
				   "drawn)."));
	lab_stage_no_rules(stage);
	start_ns = call_again(act);
	see_b(act, LAB_NONE);
	lab_stage_await(stage, LAB_A, LAB_SYN);
	finish_handshake(act);
	connected_ms = ms_since(start_ns);
	challenges = lab_stage_counter(stage, LAB_B, "TCPSYNChallenge") - challenges;
	lab_stage_check(stage, challenges >= 1, "TCPSYNChallenge rose by %" PRIu64, challenges);
	draw(act);
	lab_stage_say(
		stage,
		N_("What b answers to a SYN in LAST_ACK is called a challenge ACK (counted in "
		   "TCPSYNChallenge): \"do you mean it?\" If the old connection were still there, "
		   "a would know what it says. It does not, so its RST tells b to forget it; and "
		   "a's kernel repeats the SYN after two ticks of its clock (TCP_TIMEOUT_MIN), not "
		   "after a second. connect() took %s ms, from the call until the handshake was "
		   "finished, and no program noticed. The challenge is what RFC 9293 3.10.7.4 asks "
		   "for. (By RFC 793, of 1981, b would have answered a SYN within its window by RST, and "
		   "connect() would have failed.)"),
		tc_decimal(connected_ms).text);
	end_both(act);
}

int lab_tell_purpose2(struct lab_teller *teller)
{
	struct act act = {.port = FIRST_PORT, .listener = -1, .a = -1, .b = -1};
	struct lab_stage *stage = &act.stage;

	lab_stage_open(stage, teller, LAB_TWO_KERNELS);
	lab_stage_say(
		stage,
		N_("Each end of a connection says FIN when it has nothing more to send, and the "
		   "other acknowledges that. So closing takes up to four packets, and the last one "
		   "has a weakness: whoever sends it cannot know whether it arrives. If it does not, the "
		   "other end says FIN again, and needs somebody who still answers."));
	lab_stage_say(stage,
		      N_("Here are two machines, a and b, each with a program: two network "
			 "namespaces of this one kernel, which share no connection. a closes "
			 "first, b second, and a's last ACK is lost on the way. The one that "
			 "closes first is the one that can be left in TIME_WAIT: a."));
	act.listener = lab_app_listen(stage, LAB_B, SERVER_PORT);
	tell_kept(&act);
	tell_reset(&act);
	tell_hang(&act);
	tell_challenge(&act);
	lab_app_close(stage, &act.a);
	lab_app_close(stage, &act.b);
	lab_app_close(stage, &act.listener);
	lab_stage_part(stage, N_("What this shows"));
	lab_stage_say(
		stage,
		N_("The last ACK can get lost, and then somebody has to be there to send it "
		   "again: TIME_WAIT is that somebody. Without it the other end is cut off by "
		   "a RST at best. At worst it hangs in LAST_ACK, and keeps the next "
		   "connection out."));
	return lab_stage_end(stage);
}
