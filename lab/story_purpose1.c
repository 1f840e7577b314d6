/* SPDX-License-Identifier: MIT */
/*
 * story_purpose1.c - a segment that was delayed on its way, and comes when its connection is over.
 *
 * The last part makes the harm happen that TIME_WAIT prevents. A kernel of today has three more
 * defences, and each is got past in the open:
 *
 * - PAWS (RFC 7323) refuses old timestamps: the connections have none.
 * - A new connection's numbers begin where a clock says, one more every 64 ns (RFC 6528;
 *   net/core/secure_seq.c:seq_scale), so that an old acknowledgment number lies before all that
 *   the new one has sent. But who sends faster than a byte in 64 ns leaves that clock behind, and
 *   the next connection begins behind the old one's numbers.
 * - An acknowledgment of what was never sent is refused (net/ipv4/tcp_input.c:tcp_ack): so the
 *   new connection first sends as much as it is behind.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "stage.h"
#include "tellers.h"
#include "util/decimal.h"
#include "util/intl.h"
#include "util/macro.h"
#include "wait.h"

#define SERVER_PORT 80
#define PEER_PORT 5000
#define FIRST_ISN 1000000
#define OLD_TEXT "OLD: pay 100 to Bob"
#define FIRST_TEXT "NEW: pay 7 to Ann"
#define SECOND_TEXT "NEW: pay 300 to Zoe" /* as long as the old one, which takes its place */
#define BEHIND                                                                             \
	((uint32_t)strlen(FIRST_TEXT)) /* numbers that the new client begins below the old \
					*/
#define ABOVE 1000		       /* or above, where it is let in */
#define READ_MAX 256

#define CLOCK_NS 64		   /* for a number, of the clock of initial ones */
#define DOWNLOAD (4 * 1024 * 1024) /* bytes: the clock needs 0.27 s for as many */
#define TRIES 3			   /* each with four times as much, for a busy machine */
#define SPARE 5000		   /* bytes sent past the old acknowledgment */
#define PATIENCE_NS (UINT64_C(20) * 1000000000u)
#define OLD_STAMP 70000
#define STAMP_STEP 1000

/* What a connection is made with. */
struct terms {
	bool stamps;
	uint32_t stamp;
	uint32_t download; /* bytes that the server sends first */
};

struct act {
	struct lab_stage stage;
	struct lab_line line;	 /* the connection that is played with, */
	struct lab_line old;	 /* and the old one, as it was when it sent its data */
	uint32_t old_isn;	 /* of the peer, */
	uint32_t old_kernel_isn; /* and of the kernel in that */
	int listener, fd;
	double took_ms; /* for the download */
};

/* ---- Pieces ---------------------------------------------------------------------------- */

/* Numbers stay those of the old connection from one drawing to the next. */
static void draw(struct act *act)
{
	lab_stage_draw(&act->stage, N_("server (this kernel)"), N_("client"));
	lab_wire_base(&act->stage.wire, LAB_A, act->old_kernel_isn);
	lab_wire_base(&act->stage.wire, LAB_B, act->old_isn);
}

static void open_line(struct act *act, uint32_t isn, const struct terms *terms)
{
	lab_line_init(&act->line, &act->stage, PEER_PORT, SERVER_PORT, isn);
	act->line.stamps = terms->stamps;
	act->line.stamp = terms->stamp;
	lab_line_open(&act->line);
	act->fd = lab_app_accept(&act->stage, act->listener);
}

/* The peer says something, and the kernel acknowledges it. */
static void say(struct act *act, const char *text)
{
	lab_line_send(&act->line, LAB_ACK, text);
	lab_line_expect(&act->line, LAB_ACK);
}

static void check_read(struct act *act, const char *wanted)
{
	char text[READ_MAX];

	lab_app_read(&act->stage, act->fd, text, sizeof(text));
	lab_stage_check(&act->stage, strcmp(text, wanted) == 0, "the program read \"%s\"", text);
}

/* The copy arrives: the same bytes with the same numbers. */
static void replay(struct act *act)
{
	lab_line_forge(&act->old, LAB_ACK, act->old.seq, act->old.ack, OLD_TEXT);
	lab_line_expect(&act->line, LAB_ACK);
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

/* The server's program sends so much and the peer acknowledges it; nothing is drawn. */
static void download(struct act *act, uint32_t total)
{
	static const char block[65536];
	const int room = 256 * 1024; /* no more on its way than the device queues */
	uint64_t start_ns = lab_now_ns();
	uint32_t sent = 0, taken = 0;

	if (act->stage.rc < 0)
		return;
	lab_wire_mute(&act->stage.wire, true);
	setsockopt(act->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	while (act->stage.rc == 0 && taken < total) {
		uint32_t left = total - sent;
		ssize_t rc = send(act->fd, block, left < sizeof(block) ? left : sizeof(block),
				  MSG_DONTWAIT | MSG_NOSIGNAL);

		if (rc < 0 && errno != EAGAIN)
			lab_stage_fail(&act->stage, -errno, "sending: %s", strerror(errno));
		sent += rc > 0 ? (uint32_t)rc : 0;
		taken += take_bulk(act, lab_now_ns() + 5000000);
		if (lab_now_ns() > start_ns + PATIENCE_NS)
			lab_stage_fail(&act->stage, -ETIMEDOUT, "%u of %u bytes were sent", taken,
				       total);
	}
	act->took_ms = (double)(lab_now_ns() - start_ns) / 1e6;
	lab_stage_catch_up(&act->stage);
	lab_wire_mute(&act->stage.wire, false);
}

/* ---- The old connection ---------------------------------------------------------------- */

static void remark_on_download(struct act *act, uint32_t bytes)
{
	lab_stage_remark(&act->stage,
			 N_("The server sends %u bytes, which the client acknowledges (not drawn). "
			    "That takes %s ms: %.0f MB/s."),
			 bytes, tc_decimal(act->took_ms).text, bytes / 1e3 / act->took_ms);
}

/* It carries the old data; a copy of that segment stays on its way somewhere. */
static void live_old_life(struct act *act, const struct terms *terms)
{
	lab_wire_clear(&act->stage.wire);
	open_line(act, FIRST_ISN, terms);
	act->old_isn = FIRST_ISN;
	act->old_kernel_isn = act->line.ack - 1;
	if (terms->download) {
		download(act, terms->download);
		remark_on_download(act, terms->download);
	}
	act->old = act->line;
	say(act, OLD_TEXT);
	check_read(act, OLD_TEXT);
}

/* The server closes first. Of the peer it is told what it would call its state. */
static void close_old(struct act *act, enum lab_state left)
{
	lab_app_close(&act->stage, &act->fd);
	lab_line_expect(&act->line, LAB_FIN | LAB_ACK);
	if (!act->stage.wire.muted)
		lab_line_see(&act->line, LAB_FIN_WAIT1);
	lab_line_is(&act->line, LAB_CLOSE_WAIT);
	lab_line_send(&act->line, LAB_FIN | LAB_ACK, "");
	lab_line_is(&act->line, LAB_LAST_ACK);
	lab_line_expect(&act->line, LAB_ACK);
	lab_line_is(&act->line, LAB_CLOSED);
	lab_line_see(&act->line, left);
}

/* One without TIME_WAIT, as the first was, and not drawn. */
static void repeat_old_life(struct act *act, const struct terms *terms)
{
	struct lab_stage *stage = &act->stage;
	uint64_t before = lab_stage_counter(stage, LAB_A, "TCPTimeWaitOverflow");

	lab_wire_mute(&stage->wire, true);
	live_old_life(act, terms);
	close_old(act, LAB_NONE);
	lab_wire_mute(&stage->wire, false);
	lab_stage_check(stage, lab_stage_counter(stage, LAB_A, "TCPTimeWaitOverflow") == before + 1,
			"TIME_WAIT was made in spite of tcp_max_tw_buckets=0");
}

/* Ends a connection without a trace. */
static void forget(struct act *act)
{
	lab_wire_mute(&act->stage.wire, true);
	lab_line_send(&act->line, LAB_RST, "");
	lab_line_see(&act->line, LAB_NONE);
	lab_app_close(&act->stage, &act->fd);
	lab_wire_mute(&act->stage.wire, false);
}

/* ---- 1: with TIME_WAIT ----------------------------------------------------------------- */

static void refuse_lower(struct act *act)
{
	struct lab_stage *stage = &act->stage;

	lab_stage_remark(stage, N_("The client wants a new connection with the same quadruplet. "
				   "Its numbers begin a little below the old ones:"));
	lab_line_init(&act->line, stage, PEER_PORT, SERVER_PORT, act->old_isn - BEHIND);
	lab_line_send(&act->line, LAB_SYN, "");
	lab_line_is(&act->line, LAB_SYN_SENT);
	lab_line_expect(&act->line, LAB_ACK);
	lab_line_see(&act->line, LAB_TIME_WAIT);
	lab_stage_remark(stage, N_("Now the copy arrives:"));
	replay(act);
	lab_line_see(&act->line, LAB_TIME_WAIT);
	lab_stage_check(stage, !lab_app_is_called(stage, act->listener),
			"a connection was made in spite of TIME_WAIT");
	lab_stage_act(stage, LAB_A, N_("has no new connection, and so nothing to read"));
	draw(act);
	lab_stage_say(stage,
		      N_("The server's kernel remembered the connection, in TIME_WAIT. The "
			 "new one was not let in: its first number, -%u, is not above the "
			 "old ones, so old data could fit into it. The kernel answered with "
			 "a bare ACK that says what the old connection expected last "
			 "(ack=%u). It gave the same answer to the copy, whose data went "
			 "nowhere: there was no connection that could take it."),
		      BEHIND, act->old.seq - act->old_isn + (uint32_t)strlen(OLD_TEXT) + 1);
}

/* A new connection takes nothing of the copy that comes in it, and goes on. */
static void take_no_copy(struct act *act, uint32_t isn, const struct terms *terms)
{
	struct lab_stage *stage = &act->stage;

	open_line(act, isn, terms);
	lab_stage_remark(stage, N_("The copy:"));
	replay(act);
	check_read(act, "");
	lab_stage_remark(stage, N_("And the client's own data:"));
	say(act, FIRST_TEXT);
	check_read(act, FIRST_TEXT);
	draw(act);
}

static void refuse_by_number(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	const struct terms terms = {0};

	lab_stage_say(stage, N_("Still in TIME_WAIT, the client tries again with numbers that "
				"begin above all the old ones. And the copy comes again:"));
	take_no_copy(act, act->old_isn + ABOVE, &terms);
	lab_stage_say(
		stage,
		N_("This one was let in, for here old data cannot fit. The copy's first byte has "
		   "number 1, and everything in this connection comes after %u: too old, thrown "
		   "away. So without timestamps, as here, a new connection is refused during "
		   "TIME_WAIT, or begins beyond the old numbers. Mostly it is the second, since a "
		   "machine takes its first number from a clock. With timestamps a newer one is "
		   "enough, whatever the numbers, for then old data is known by its older one (RFC "
		   "6191; paws-and-nat shows it)."),
		ABOVE);
	forget(act);
}

static void tell_kept(struct act *act)
{
	const struct terms terms = {0};

	lab_stage_part(&act->stage, N_("1. With TIME_WAIT"));
	live_old_life(act, &terms);
	close_old(act, LAB_TIME_WAIT);
	refuse_lower(act);
	refuse_by_number(act);
}

/* ---- 2: without, and refused all the same ---------------------------------------------- */

/* Where the new numbers begin above the old ones, which is as in the second drawing. */
static void refuse_by_number_again(struct act *act)
{
	const struct terms terms = {0};

	repeat_old_life(act, &terms);
	lab_wire_mute(&act->stage.wire, true);
	open_line(act, act->old_isn + ABOVE, &terms);
	replay(act);
	check_read(act, "");
	forget(act);
}

/* The copy is refused, and that counts. */
static void refuse_copy(struct act *act, const struct terms *terms, const char *counter)
{
	struct lab_stage *stage = &act->stage;
	uint64_t before = lab_stage_counter(stage, LAB_A, counter), rose;

	take_no_copy(act, act->old_isn - BEHIND, terms);
	rose = lab_stage_counter(stage, LAB_A, counter) - before;
	lab_stage_check(stage, rose == 1, "%s rose by %" PRIu64, counter, rose);
}

static void refuse_by_acknowledgment(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	const struct terms terms = {0};
	uint32_t first, room;

	repeat_old_life(act, &terms);
	lab_stage_remark(stage,
			 N_("The same old connection again, with the same data and a copy of "
			    "them on its way; it is closed, and nothing is left (not drawn)."));
	refuse_copy(act, &terms, "TCPChallengeACK");
	first = act->line.ack - 1 - act->old_kernel_isn;
	room = act->line.room;
	lab_stage_check(stage, room > BEHIND + strlen(OLD_TEXT), "a window of %u", room);
	forget(act);
	refuse_by_number_again(act);
	lab_stage_say(
		stage,
		N_("The new connection was made at once. The copy's seq=1 fits into it this time: "
		   "the server has room for %u bytes, from -%u on. But its ack=1 does not fit: the "
		   "server's numbers now begin at %u, because the clock has gone on, and byte 1 "
		   "was never sent here. The kernel threw the data away and answered with an ACK "
		   "(TCPChallengeACK rose by 1). With a client whose numbers begin above the old "
		   "ones the copy was refused as well (not drawn), by its seq=, as with "
		   "TIME_WAIT."),
		room, BEHIND - 1, first);
}

static void refuse_by_stamp(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	struct terms terms = {.stamps = true, .stamp = OLD_STAMP};

	lab_stage_say(stage, N_("Most connections have timestamps as well. There it takes less:"));
	repeat_old_life(act, &terms);
	lab_stage_remark(stage, N_("The same with timestamps. The client's clock has gone on "
				   "since:"));
	terms.stamp += STAMP_STEP;
	stage->stamps = true;
	refuse_copy(act, &terms, "PAWSEstab");
	stage->stamps = false;
	lab_stage_say(stage,
		      N_("The copy's timestamp is older than the one before it, and time does not "
			 "go backwards within a connection: thrown away. That is PAWS (PAWSEstab "
			 "rose by 1)."));
	forget(act);
}

static void tell_still_refused(struct act *act)
{
	struct lab_stage *stage = &act->stage;

	lab_stage_part(stage, N_("2. Without TIME_WAIT: other guards"));
	lab_stage_say(stage,
		      N_("Now the server's kernel makes no TIME_WAIT (tcp_max_tw_buckets=0, here "
			 "only). The client is the one that was refused, whose numbers begin a "
			 "little below the old ones:"));
	lab_stage_sysctl(stage, LAB_A, "net/ipv4/tcp_max_tw_buckets", "0");
	refuse_by_acknowledgment(act);
	refuse_by_stamp(act);
}

/* ---- 3: without, and delivered --------------------------------------------------------- */

/* Returns how far the new connection's numbers begin below the old one's last, at the kernel. */
static uint32_t replace_connection(struct act *act, uint32_t bytes)
{
	const struct terms old = {.download = bytes}, new = {0};

	live_old_life(act, &old);
	close_old(act, LAB_NONE);
	lab_stage_remark(&act->stage, N_("Nothing is remembered. The client comes again, from a "
					 "little below the old numbers:"));
	open_line(act, act->old_isn - BEHIND, &new);
	return act->old.ack - act->line.ack;
}

/* The lead is lost where the machine does something else for too long in between. */
static uint32_t replace_in_time(struct act *act)
{
	uint32_t bytes = DOWNLOAD;

	for (int i = 0; i < TRIES && act->stage.rc == 0; i++) {
		uint32_t gap = replace_connection(act, bytes);

		if (gap < (1u << 31))
			return gap;
		forget(act);
		bytes *= 4;
	}
	lab_stage_fail(&act->stage, -ETIMEDOUT,
		       "this machine is too busy: the clock of sequence numbers is always ahead");
	return 0;
}

/* What the program got of the copy: all of it, or nothing. */
static bool is_taken(struct act *act)
{
	char text[READ_MAX];

	lab_app_read(&act->stage, act->fd, text, sizeof(text));
	lab_stage_check(&act->stage, !*text || strcmp(text, OLD_TEXT) == 0,
			"the program read \"%s\"", text);
	return *text;
}

static void say_taken(struct act *act, uint32_t gap, uint32_t again)
{
	lab_stage_say(
		&act->stage,
		N_("The program read \"%s\" in a connection in which nobody sent it. The client's "
		   "own \"%s\" came next, had the numbers of bytes that were there already, and "
		   "was taken for a repetition: acknowledged, and never delivered. Neither end "
		   "noticed anything."),
		OLD_TEXT, SECOND_TEXT);
	lab_stage_say(
		&act->stage,
		N_("All of this had to come together: no timestamps; a server that sent more than "
		   "15.6 MB/s, so that the new connection began %u numbers behind what the old one "
		   "had reached; as much sent again (%u bytes), so that the copy's ack= was one of "
		   "this connection; and a client whose numbers began just below the old ones. "
		   "That is rare. TIME_WAIT is what does not leave it to chance."),
		gap, again);
}

static void let_it_arrive(struct act *act, uint32_t gap, uint32_t again)
{
	struct lab_stage *stage = &act->stage;
	uint64_t challenges = lab_stage_counter(stage, LAB_A, "TCPChallengeACK");
	bool taken;

	say(act, FIRST_TEXT);
	check_read(act, FIRST_TEXT);
	lab_stage_remark(stage, N_("The copy:"));
	replay(act);
	taken = is_taken(act);
	lab_stage_remark(stage, N_("And the client's own next data:"));
	say(act, SECOND_TEXT);
	check_read(act, taken ? "" : SECOND_TEXT);
	challenges = lab_stage_counter(stage, LAB_A, "TCPChallengeACK") - challenges;
	draw(act);
	if (taken)
		say_taken(act, gap, again);
	else
		lab_stage_say(stage,
			      N_("This kernel refused the copy all the same (TCPChallengeACK rose "
				 "by %u): it has a guard that this story does not know."),
			      (unsigned)challenges);
}

static void tell_delivered(struct act *act)
{
	struct lab_stage *stage = &act->stage;
	uint32_t gap;

	lab_stage_part(stage, N_("3. Without TIME_WAIT, and the numbers fit"));
	lab_stage_say(
		stage,
		N_("Each of these guards can be missing. Timestamps can be switched off. And the "
		   "clock for first numbers goes on by one in 64 ns: a server that sends faster "
		   "than a byte in 64 ns, which is 15.6 MB/s, leaves it behind. So this time the "
		   "old connection is a download, and the client pays at its end:"));
	gap = replace_in_time(act);
	download(act, gap + SPARE);
	remark_on_download(act, gap + SPARE);
	let_it_arrive(act, gap, gap + SPARE);
	forget(act);
}

int lab_tell_purpose1(struct lab_teller *teller)
{
	struct act act = {.listener = -1, .fd = -1};
	struct lab_stage *stage = &act.stage;

	lab_stage_open(stage, teller, LAB_KERNEL_AND_PEER);
	lab_stage_say(
		stage,
		N_("A connection is known by its quadruplet: two addresses and two ports. When it "
		   "is over, the same two machines may make another one with the same four. A "
		   "packet of the first may still be on its way then, because the network delayed "
		   "or doubled it. If it arrives in the second, only its numbers can tell that it "
		   "does not belong there."));
	lab_stage_say(stage,
		      N_("Here a client sends \"%s\", the server reads it, and the "
			 "connection is closed, by the server first. So the server's kernel "
			 "is the one that goes on remembering it: that is TIME_WAIT. A copy "
			 "of the packet is still on its way. What becomes of it? The server "
			 "is a program on this machine's kernel; the client is played "
			 "packet by packet."),
		      OLD_TEXT);
	act.listener = lab_app_listen(stage, LAB_A, SERVER_PORT);
	tell_kept(&act);
	tell_still_refused(&act);
	tell_delivered(&act);
	lab_app_close(stage, &act.fd);
	lab_app_close(stage, &act.listener);
	lab_stage_part(stage, N_("What this shows"));
	lab_stage_say(
		stage,
		N_("TIME_WAIT holds a quadruplet for a minute, by when nothing of its old "
		   "connection should be on its way any more. Numbers and timestamps mostly keep "
		   "old data out as well, but not in every connection. The price of TIME_WAIT: a "
		   "client that closes first gets the same port to the same server only after that "
		   "minute (after a second with tcp_tw_reuse=1 and timestamps)."));
	return lab_stage_end(stage);
}
