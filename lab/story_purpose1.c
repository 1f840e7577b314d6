/* SPDX-License-Identifier: MIT */
/*
 * story_purpose1.c - a segment that was delayed on its way, and comes when its connection is over.
 *
 * The second half makes the harm happen that TIME_WAIT prevents. A kernel of today has three more
 * defences, and each is got past in the open:
 *
 * - PAWS (RFC 7323) refuses old timestamps: the connections have none.
 * - The kernel's own initial sequence number grows with a clock, one every 64 ns, so that an old
 *   acknowledgment number lies before all that the new connection has sent. But a connection that
 *   takes the place of one in TIME_WAIT gets a number 65537 above the old one's last
 *   (net/ipv4/tcp_minisocks.c:tcp_timewait_state_process); dozens of such in a row overtake the
 *   clock, and the next ordinary connection begins behind them.
 * - An acknowledgment of what was never sent is refused (net/ipv4/tcp_input.c:tcp_ack): so the
 *   new connection first sends as much as it is behind.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "stage.h"
#include "tellers.h"
#include "util/macro.h"
#include "wait.h"

#define OLD_PORT 80
#define NEW_PORT 81
#define PEER_PORT 5000
#define FIRST_ISN 1000000
#define OLD_TEXT "[OLD: TRANSFER 1000 EUR]"
#define REAL_TEXT "[NEW: real next request]"
#define OLD_LENGTH (sizeof(OLD_TEXT) - 1)

#define CLOCK_NS 64	 /* a sequence number, of the clock of initial ones */
#define ISN_STEP 2000	 /* of the peer, from one connection to the next */
#define ROUNDS_MIN 60	 /* connections in TIME_WAIT that are taken over, at least */
#define ROUNDS_MAX 3000	 /* a machine that needs more of them is too slow */
#define LEAD_MIN 2000000 /* sequence numbers that the clock is to be left behind: 0.13 s */
#define TRIES 3		 /* each with a lead of four times as much, for a busy machine */
#define BEHIND 500	 /* sequence numbers that the new connection begins before the old */
#define SPARE 5000	 /* bytes sent past the old acknowledgment */
#define BULK_PATIENCE_NS (UINT64_C(20) * 1000000000u)

struct act {
	struct lab_stage stage;
	struct lab_line line; /* the connection that is played with */
	int listener, fd;
	int64_t lead_wanted;
	unsigned rounds;  /* connections that took over a TIME_WAIT */
	uint32_t old_isn; /* of the peer, in the old connection */
	uint32_t old_kernel_isn;
	struct lab_line old; /* as it was when it sent its data */
};

/* The peer sends, the program reads; a copy of the segment stays on its way somewhere. */
static void send_old_text(struct act *act)
{
	char text[OLD_LENGTH];

	act->old = act->line;
	lab_line_send(&act->line, LAB_ACK, OLD_TEXT);
	lab_line_expect(&act->line, LAB_ACK);
	lab_app_read(&act->stage, act->fd, text, sizeof(text));
}

/* The kernel closes first. */
static void close_both(struct act *act)
{
	lab_app_close(&act->stage, &act->fd);
	lab_line_expect(&act->line, LAB_FIN | LAB_ACK);
	lab_line_send(&act->line, LAB_FIN | LAB_ACK, "");
	lab_line_expect(&act->line, LAB_ACK);
}

static void open_and_accept(struct act *act, uint16_t port, uint32_t isn)
{
	lab_line_init(&act->line, &act->stage, PEER_PORT, port, isn);
	lab_line_open(&act->line);
	act->fd = lab_app_accept(&act->stage, act->listener);
	act->old_isn = isn;
	act->old_kernel_isn = act->line.ack - 1;
}

static void begin_act(struct act *act, uint16_t port)
{
	act->fd = -1;
	act->listener = lab_app_listen(&act->stage, LAB_A, port);
}

static void end_act(struct act *act)
{
	lab_app_close(&act->stage, &act->fd);
	lab_app_close(&act->stage, &act->listener);
}

/* The copy arrives: the same bytes with the same numbers. */
static void replay(struct act *act)
{
	lab_line_forge(&act->old, LAB_ACK, act->old.seq, act->old.ack, OLD_TEXT);
}

static void tell_kept(struct act *act)
{
	struct lab_stage *stage = &act->stage;

	begin_act(act, OLD_PORT);
	open_and_accept(act, OLD_PORT, FIRST_ISN);
	lab_line_see(&act->line, LAB_ESTABLISHED);
	send_old_text(act);
	close_both(act);
	lab_line_see(&act->line, LAB_TIME_WAIT);
	lab_line_is(&act->line, LAB_CLOSED);

	lab_stage_remark(stage, N_("The peer wants a new connection with the same quadruplet. Its "
				   "numbers begin 500 below the old ones:"));
	lab_line_init(&act->line, stage, PEER_PORT, OLD_PORT, act->old_isn - BEHIND);
	lab_line_send(&act->line, LAB_SYN, "");
	lab_line_is(&act->line, LAB_SYN_SENT);
	lab_line_expect(&act->line, LAB_ACK);
	lab_line_see(&act->line, LAB_TIME_WAIT);
	lab_stage_remark(stage, N_("Now the copy arrives:"));
	replay(act);
	lab_line_expect(&act->line, LAB_ACK);
	lab_line_see(&act->line, LAB_TIME_WAIT);
	lab_stage_draw(stage, "kernel (server)", "peer (client)");
	lab_stage_say(
		stage,
		N_("Both were answered by a bare ACK, which says what the old connection had "
		   "expected next. There was no new connection yet, so the old data had nowhere to "
		   "go: no program saw it. A new SYN is let in during TIME_WAIT only when its "
		   "numbers are higher than all of the old connection (or its timestamp is newer), "
		   "and then old segments are known by being too old. A real client would now "
		   "answer the first of these ACKs with RST and try again; such a RST ends "
		   "TIME_WAIT unless tcp_rfc1337 is 1 (tcpcensus lab time-wait-length)."));
	end_act(act);
}

/* By how much the numbers of these connections have overtaken the clock. */
static int64_t lead(uint32_t from, uint32_t to, uint64_t since_ns)
{
	return (int64_t)(to - from) - (int64_t)((lab_now_ns() - since_ns) / CLOCK_NS);
}

/* Opens and closes the same quadruplet so fast that its numbers overtake the clock. */
static void overtake_clock(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	uint32_t isn = FIRST_ISN, first;
	uint64_t start_ns = lab_now_ns();

	lab_wire_mute(&stage->wire, true);
	open_and_accept(act, NEW_PORT, isn);
	first = act->old_kernel_isn;
	while (stage->rc == 0) {
		close_both(act);
		isn += ISN_STEP;
		act->rounds++;
		if (act->rounds >= ROUNDS_MIN &&
		    lead(first, act->old_kernel_isn, start_ns) > act->lead_wanted)
			break;
		if (act->rounds >= ROUNDS_MAX)
			lab_stage_fail(stage, -ETIMEDOUT,
				       "this machine is too slow: %u connections "
				       "in %.1f s did not overtake the clock of sequence numbers",
				       act->rounds, (double)(lab_now_ns() - start_ns) / 1e9);
		open_and_accept(act, NEW_PORT, isn);
	}
	/* What is still on its way belongs to what was not written down. */
	lab_stage_catch_up(stage);
	lab_wire_mute(&stage->wire, false);
	open_and_accept(act, NEW_PORT, isn);
	lab_line_see(&act->line, LAB_ESTABLISHED);
}

/* Takes what comes of the kernel's data, in order, and acknowledges it. Returns how much. */
static uint32_t take_bulk(struct act *act, uint64_t deadline_ns)
{
	struct lab_segment segment;
	uint32_t before = act->line.ack;
	int rc = lab_peer_receive(act->stage.peer, deadline_ns, &segment);

	for (; rc == 0; rc = lab_peer_receive(act->stage.peer, 0, &segment)) {
		if (segment.to_port == act->line.port && segment.seq == act->line.ack)
			act->line.ack += (uint32_t)segment.length;
	}
	if (rc != -ETIMEDOUT)
		lab_stage_fail(&act->stage, rc, "receiving: %s", strerror(-rc));
	lab_line_send(&act->line, LAB_ACK, "");
	return act->line.ack - before;
}

/* The program sends so much and the peer acknowledges it. */
static void send_bulk(struct act *act, uint32_t total)
{
	static const char block[65536];
	const int room = 256 * 1024; /* no more on its way than the device queues */
	uint64_t deadline_ns = lab_now_ns() + BULK_PATIENCE_NS;
	uint32_t sent = 0, taken = 0;

	if (act->stage.rc < 0)
		return;
	setsockopt(act->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	while (act->stage.rc == 0 && taken < total) {
		uint32_t left = total - sent;
		ssize_t rc = send(act->fd, block, left < sizeof(block) ? left : sizeof(block),
				  MSG_DONTWAIT | MSG_NOSIGNAL);

		if (rc < 0 && errno != EAGAIN)
			lab_stage_fail(&act->stage, -errno, "sending: %s", strerror(errno));
		sent += rc > 0 ? (uint32_t)rc : 0;
		taken += take_bulk(act, lab_now_ns() + 5000000);
		if (lab_now_ns() > deadline_ns)
			lab_stage_fail(&act->stage, -ETIMEDOUT, "%u of %u bytes were sent", taken,
				       total);
	}
}

/* Whatever the program can read now; the kernel has already dealt with all that was sent. */
static size_t read_all(struct act *act, char *data, size_t size)
{
	size_t used = 0;
	ssize_t got = 1;

	while (act->stage.rc == 0 && used < size && got > 0) {
		got = recv(act->fd, data + used, size - used, MSG_DONTWAIT);
		used += got > 0 ? (size_t)got : 0;
	}
	return used;
}

/* The new connection, 500 below the old; its distance from the old one at the kernel's end. */
static uint32_t open_new(struct act *act)
{
	struct lab_stage *stage = &act->stage;

	lab_line_init(&act->line, stage, PEER_PORT, NEW_PORT, act->old_isn - BEHIND);
	lab_line_open(&act->line);
	act->fd = lab_app_accept(stage, act->listener);
	lab_line_see(&act->line, LAB_ESTABLISHED);
	return act->old_kernel_isn - (act->line.ack - 1);
}

static void say_taken(struct act *act, const char *data, size_t length)
{
	struct lab_stage *stage = &act->stage;
	char rest[64];

	lab_line_send(&act->line, LAB_ACK, REAL_TEXT);
	lab_line_expect(&act->line, LAB_ACK);
	lab_stage_check(stage, read_all(act, rest, sizeof(rest)) == 0,
			"the program got the peer's own bytes in spite of the old ones");
	lab_stage_draw(stage, "kernel (server)", "peer (client)");
	lab_stage_say(
		stage,
		N_("The program read %zu bytes. The peer had sent 500 in this connection; the last "
		   "24 that the program got are \"%.24s\", from a connection that was over. And "
		   "the peer's own next 24 bytes, \"%s\", were acknowledged and never delivered: "
		   "the kernel took them for a repetition. Neither end noticed anything."),
		length, data + length - OLD_LENGTH, REAL_TEXT);
}

static void say_refused(struct act *act, uint64_t challenges)
{
	struct lab_stage *stage = &act->stage;

	lab_stage_draw(stage, "kernel (server)", "peer (client)");
	lab_stage_say(
		stage,
		N_("This kernel refused the old segment all the same: the program read the 500 "
		   "bytes of the new connection and nothing else (TCPChallengeACK rose by %u). Its "
		   "other defences, by sequence numbers and acknowledgments, held here."),
		(unsigned)challenges);
}

/* The old segment, then the new connection's own data up to where that one begins. */
static void let_it_arrive(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	char own[BEHIND + 1], data[2 * BEHIND];
	uint64_t challenges = lab_stage_counter(stage, LAB_A, "TCPChallengeACK");
	size_t length;

	memset(own, '.', BEHIND);
	own[BEHIND] = '\0';
	lab_stage_remark(stage,
			 N_("The copy of the old segment arrives, and then the first 500 bytes of "
			    "the peer's own:"));
	replay(act);
	lab_line_expect(&act->line, LAB_ACK);
	lab_line_send(&act->line, LAB_ACK, own);
	lab_line_expect(&act->line, LAB_ACK);
	challenges = lab_stage_counter(stage, LAB_A, "TCPChallengeACK") - challenges;
	length = read_all(act, data, sizeof(data));
	if (length == BEHIND) {
		say_refused(act, challenges);
		return;
	}
	lab_stage_check(stage,
			length == BEHIND + OLD_LENGTH &&
				memcmp(data + BEHIND, OLD_TEXT, OLD_LENGTH) == 0,
			"the program read %zu bytes", length);
	if (stage->rc == 0)
		say_taken(act, data, length);
}

/*
 * An old connection that is over without TIME_WAIT, and a new one in its place. Returns how far
 * the new one's numbers lie behind at the kernel's end.
 */
static uint32_t replace_connection(struct act *act)
{
	struct lab_stage *stage = &act->stage;

	lab_wire_clear(&stage->wire);
	lab_stage_sysctl(stage, LAB_A, "net/ipv4/tcp_max_tw_buckets", "4096");
	act->rounds = 0;
	overtake_clock(act);
	send_old_text(act);
	lab_stage_sysctl(stage, LAB_A, "net/ipv4/tcp_max_tw_buckets", "0");
	close_both(act);
	lab_line_see(&act->line, LAB_NONE);
	lab_line_is(&act->line, LAB_CLOSED);
	lab_stage_remark(stage,
			 N_("The kernel was told to make no TIME_WAIT (tcp_max_tw_buckets=0), so "
			    "the same quadruplet is free at once:"));
	return open_new(act);
}

/* The lead is lost where the machine does something else for too long in between. */
static uint32_t replace_in_time(struct act *act)
{
	uint32_t gap = 0;

	act->lead_wanted = LEAD_MIN;
	for (int i = 0; i < TRIES && act->stage.rc == 0; i++) {
		gap = replace_connection(act);
		if (gap < (1u << 31))
			return gap;
		close_both(act);
		act->lead_wanted *= 4;
	}
	lab_stage_fail(&act->stage, -ETIMEDOUT,
		       "this machine is too busy: the clock of sequence numbers is always ahead");
	return gap;
}

static void tell_bypassed(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	uint32_t gap;

	begin_act(act, NEW_PORT);
	gap = replace_in_time(act);
	lab_wire_mute(&stage->wire, true);
	send_bulk(act, gap + SPARE);
	lab_stage_catch_up(stage);
	lab_wire_mute(&stage->wire, false);
	lab_stage_remark(stage,
			 N_("The server sends until its numbers have passed those of the old "
			    "connection, and the peer acknowledges it (not drawn)."));
	let_it_arrive(act);
	lab_stage_say(
		stage,
		N_("It took some doing: no timestamps, since PAWS would refuse old ones; %u "
		   "connections one after the other in a fraction of a second, so that the "
		   "kernel's sequence numbers ran ahead of their clock; and %u bytes sent before, "
		   "since an acknowledgment of what was never sent is refused (Linux 6.7, and "
		   "stable versions before). By chance this is rare on a kernel of today. "
		   "TIME_WAIT is what does not leave it to chance."),
		act->rounds + 1, gap + SPARE);
	end_act(act);
}

int lab_tell_purpose1(struct lab_teller *teller)
{
	struct act act = {.listener = -1, .fd = -1};

	lab_stage_open(&act.stage, teller, LAB_KERNEL_AND_PEER);
	lab_stage_say(
		&act.stage,
		N_("A connection is known by its quadruplet: two addresses and two ports. When it "
		   "is over, the same two machines may make another one with the same four "
		   "numbers. A packet of the first one may still be on its way then, delayed or "
		   "sent twice by the network. If it arrives in the second one, and its sequence "
		   "number fits, nobody can tell that it does not belong there."));
	lab_stage_say(
		&act.stage,
		N_("That is the first purpose of TIME_WAIT: who closes first keeps the quadruplet "
		   "for 60 s, until nothing of the old connection is on its way any more. First "
		   "with TIME_WAIT:"));
	tell_kept(&act);
	lab_stage_say(&act.stage, N_("And now without TIME_WAIT. That alone would not do: the kernel knows "
				      "an old segment by its numbers, too, and sends it away. So its numbers "
				      "have been driven ahead before, by 60 connections that are not drawn:"));
	tell_bypassed(&act);
	lab_stage_say(&act.stage,
		      N_("A socket in TIME_WAIT takes some 256 bytes of the kernel's memory, and "
			 "no program waits for it. What else this safety costs is the quadruplet: "
			 "for 60 s nobody can use it again. With the usual 28232 ports that leaves "
			 "470 connections a second to one destination for the side that closes "
			 "first, for ever; to another destination it has as many again."));
	return lab_stage_end(&act.stage);
}
