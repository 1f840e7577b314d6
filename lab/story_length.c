/* SPDX-License-Identifier: MIT */
/*
 * story_length.c - one TIME_WAIT for each thing that is said to change its length, all at once.
 *
 * Each has a namespace of its own, since that is what the settings belong to.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "stage.h"
#include "story_length.h"
#include "tellers.h"
#include "util/decimal.h"
#include "util/intl.h"
#include "util/macro.h"
#include "wait.h"

#define SERVER_PORT 80
#define PEER_PORT 5000
#define CLIENT_PORTS "7000 7000" /* the one port that connect() can choose */
#define CLIENT_PORT 7000
#define LENGTH_S 60.0
#define FIN_WAIT2_S 5.0
#define EARLY_S 0.5 /* sock_diag rounds, and TIME_WAIT began before it was first looked at */
#define LATE_S 8.0  /* the kernel's timers of such a length are coarse: 2 s, or 4 */
#define EVENT_AFTER_MS 54000 /* left when what is tried happens: later than timers are late */
#define GIVE_UP_S 90.0
#define PAUSE_NS 20000000 /* between two looks: tenths of a second are shown */
#define HIGHER 100000
#define ANEW_NS 500000000 /* later at least ends a TIME_WAIT that has begun anew since */

enum event {
	NO_EVENT,
	LATE_FIN, /* the peer repeats its FIN */
	RESET,	  /* the peer sends a RST with the right number */
	NEW_SYN,  /* and a SYN whose number is above the old ones */
	CONNECT,  /* the kernel's program connects to the same address and port */
};

struct attempt {
	const char *what;
	const char *said;	     /* what one often hears will be; NULL: nothing */
	const char *setting, *value; /* NULL: the defaults */
	enum event event;
	enum lab_length_outcome outcome;
	bool calls;   /* the kernel is the client, */
	bool aborts;  /* it closes with SO_LINGER of 0 s, */
	bool is_left; /* or its peer does not close: FIN_WAIT2 */
};

/* clang-format off */
static const struct attempt attempts[] = {
	{N_("nothing"), N_("2 or 4 minutes"), NULL, NULL, NO_EVENT, LAB_LASTS,
	 false, false, false},
	{"tcp_fin_timeout=5", N_("5 s"), "net/ipv4/tcp_fin_timeout", "5", NO_EVENT, LAB_LASTS,
	 false, false, false},
	{N_("the same, in FIN_WAIT2"), NULL, "net/ipv4/tcp_fin_timeout", "5", NO_EVENT,
	 LAB_FIN_TIMEOUT, false, false, true},
	{"tcp_tw_reuse=1", N_("1 s"), "net/ipv4/tcp_tw_reuse", "1", NO_EVENT, LAB_LASTS,
	 false, false, false},
	{N_("the same, and connect()"), NULL, "net/ipv4/tcp_tw_reuse", "1", CONNECT,
	 LAB_TAKEN_OVER, true, false, false},
	{"tcp_tw_recycle=1", N_("1 s"), "net/ipv4/tcp_tw_recycle", "1", NO_EVENT,
	 LAB_NO_SETTING, false, false, false},
	{"tcp_max_tw_buckets=0", N_("fewer of them"), "net/ipv4/tcp_max_tw_buckets", "0", NO_EVENT,
	 LAB_NEVER, false, false, false},
	{N_("close with SO_LINGER 0"), N_("closed at once"), NULL, NULL, NO_EVENT,
	 LAB_ABORTED, false, true, false},
	{N_("the peer repeats its FIN"), NULL, NULL, NULL, LATE_FIN, LAB_RESTARTS,
	 false, false, false},
	{N_("RST, with tcp_rfc1337=0"), NULL, "net/ipv4/tcp_rfc1337", "0", RESET, LAB_ENDS,
	 false, false, false},
	{N_("RST, with tcp_rfc1337=1"), NULL, "net/ipv4/tcp_rfc1337", "1", RESET, LAB_LASTS,
	 false, false, false},
	{N_("a SYN with higher numbers"), N_("refused for 60 s"), NULL, NULL, NEW_SYN,
	 LAB_TAKEN_OVER, false, false, false},
};
/* clang-format on */

#define N_ATTEMPTS TC_ARRAY_SIZE(attempts)

/* An attempt under way. */
struct run {
	const struct attempt *attempt;
	struct lab_stage stage;
	struct lab_line line;
	int listener;
	enum lab_state state; /* that is watched */
	uint64_t start_ns;
	double event_s, ended_s; /* after the start */
	bool happened, ended;
};

static double seconds_since(const struct run *run)
{
	return (double)(lab_now_ns() - run->start_ns) / 1e9;
}

static struct lab_sight look(struct run *run)
{
	return lab_stage_look(&run->stage, LAB_A, run->line.kernel_port, run->line.port);
}

/* ---- The beginning --------------------------------------------------------------------- */

/* The kernel calls, and the peer answers. */
static int be_called(struct run *run)
{
	struct lab_line *line = &run->line;
	int fd = lab_app_connect_start(&run->stage, LAB_A, 0, SERVER_PORT);

	lab_line_expect(line, LAB_SYN);
	lab_line_send(line, LAB_SYN | LAB_ACK, "");
	lab_line_expect(line, LAB_ACK);
	lab_app_connect_end(&run->stage, fd);
	return fd;
}

/* Returns the kernel's end of a connection. */
static int connect_them(struct run *run)
{
	struct lab_stage *stage = &run->stage;

	if (run->attempt->calls) {
		lab_stage_sysctl(stage, LAB_A, "net/ipv4/ip_local_port_range", CLIENT_PORTS);
		lab_line_init(&run->line, stage, SERVER_PORT, CLIENT_PORT, 1000);
		run->line.stamps = true; /* tcp_tw_reuse goes by them */
		run->line.stamp = 1;
		return be_called(run);
	}
	run->listener = lab_app_listen(stage, LAB_A, SERVER_PORT);
	lab_line_init(&run->line, stage, PEER_PORT, SERVER_PORT, 1000);
	lab_line_open(&run->line);
	return lab_app_accept(stage, run->listener);
}

static void close_them(struct run *run, int fd)
{
	struct lab_line *line = &run->line;

	if (run->attempt->aborts) {
		lab_app_abort(&run->stage, &fd);
		run->start_ns = lab_now_ns();
		lab_line_expect(line, LAB_RST | LAB_ACK);
		return;
	}
	lab_app_close(&run->stage, &fd);
	lab_line_expect(line, LAB_FIN | LAB_ACK);
	run->start_ns = lab_now_ns();
	if (run->attempt->is_left) {
		lab_line_send(line, LAB_ACK, "");
		return;
	}
	lab_line_send(line, LAB_FIN | LAB_ACK, "");
	lab_line_expect(line, LAB_ACK);
}

/* -ENOENT is what has to come of a setting that there is none of. */
static void set(struct run *run)
{
	const struct attempt *attempt = run->attempt;
	int rc;

	if (attempt->outcome != LAB_NO_SETTING) {
		lab_stage_sysctl(&run->stage, LAB_A, attempt->setting, attempt->value);
		return;
	}
	rc = lab_sandbox_sysctl(run->stage.sandbox, LAB_A, attempt->setting, attempt->value);
	lab_stage_check(&run->stage, rc == -ENOENT, "%s: writing it: %s", attempt->what,
			strerror(-rc));
}

static void start(struct run *run, struct lab_teller *teller)
{
	const struct attempt *attempt = run->attempt;

	run->listener = -1;
	lab_stage_open(&run->stage, teller, LAB_KERNEL_AND_PEER);
	lab_wire_mute(&run->stage.wire, true); /* a table is shown, no drawing */
	if (run->stage.rc == 0 && attempt->setting)
		set(run);
	run->ended = attempt->outcome == LAB_NO_SETTING;
	if (run->ended)
		return;
	close_them(run, connect_them(run));
	run->state = attempt->is_left ? LAB_FIN_WAIT2 : LAB_TIME_WAIT;
	if (attempt->outcome == LAB_NEVER || attempt->outcome == LAB_ABORTED)
		lab_line_see(&run->line, LAB_NONE);
	else
		lab_line_see(&run->line, run->state);
}

/* ---- While it lasts -------------------------------------------------------------------- */

static void repeat_fin(struct run *run, uint64_t ends_ns)
{
	struct lab_line *line = &run->line;

	lab_line_forge(line, LAB_FIN | LAB_ACK, line->seq - 1, line->ack, "");
	lab_line_expect(line, LAB_ACK);
	lab_stage_check(&run->stage, look(run).ends_ns > ends_ns + ANEW_NS,
			"a repeated FIN did not begin TIME_WAIT anew");
}

static void make_happen(struct run *run, uint64_t ends_ns)
{
	struct lab_line *line = &run->line;
	int fd;

	run->happened = true;
	run->event_s = seconds_since(run);
	switch (run->attempt->event) {
	case LATE_FIN:
		repeat_fin(run, ends_ns);
		break;
	case RESET:
		lab_line_send(line, LAB_RST, "");
		break;
	case NEW_SYN:
		line->seq += HIGHER;
		lab_line_send(line, LAB_SYN, "");
		lab_line_expect(line, LAB_SYN | LAB_ACK);
		break;
	case CONNECT:
		fd = be_called(run);
		lab_sandbox_hold(run->stage.sandbox, fd);
		break;
	case NO_EVENT:
		break;
	}
}

static void watch(struct run *run)
{
	struct lab_sight sight;

	if (run->ended || run->stage.rc < 0)
		return;
	sight = look(run);
	if (sight.state != run->state) {
		run->ended = true;
		run->ended_s = seconds_since(run);
	} else if (run->attempt->event != NO_EVENT && !run->happened &&
		   sight.expires_ms < EVENT_AFTER_MS) {
		make_happen(run, sight.ends_ns);
	} else if (seconds_since(run) > GIVE_UP_S) {
		lab_stage_check(&run->stage, false, "%s: still there after %.0f s",
				run->attempt->what, GIVE_UP_S);
	}
}

/* Returns whether there is still one to wait for. */
static bool watch_all(struct run *runs)
{
	bool more = false;

	for (size_t i = 0; i < N_ATTEMPTS; i++) {
		watch(&runs[i]);
		if (runs[i].stage.rc < 0)
			return false;
		more |= !runs[i].ended;
	}
	return more;
}

/* ---- The end --------------------------------------------------------------------------- */

static bool is_about(double seconds, double wanted)
{
	return seconds >= wanted - EARLY_S && seconds <= wanted + LATE_S;
}

static bool is_as_said(struct run *run)
{
	switch (run->attempt->outcome) {
	case LAB_LASTS:
		return is_about(run->ended_s, LENGTH_S);
	case LAB_RESTARTS:
		return is_about(run->ended_s - run->event_s, LENGTH_S);
	case LAB_ENDS:
		return run->happened && run->ended_s < LENGTH_S / 2;
	case LAB_TAKEN_OVER:
		return run->happened && run->ended_s < LENGTH_S / 2 && look(run).state;
	case LAB_NEVER:
		return lab_stage_counter(&run->stage, LAB_A, "TCPTimeWaitOverflow") == 1;
	case LAB_FIN_TIMEOUT:
		return is_about(run->ended_s, FIN_WAIT2_S);
	case LAB_ABORTED:
	case LAB_NO_SETTING:
		break; /* seen at the beginning */
	}
	return true;
}

static void judge(struct run *run)
{
	lab_stage_check(&run->stage, is_as_said(run), "%s: it lasted %.2f s", run->attempt->what,
			run->ended_s);
}

/* When the latest of what is tried happened. */
static double latest_event(const struct run *runs)
{
	double latest_s = 0;

	for (size_t i = 0; i < N_ATTEMPTS; i++)
		if (runs[i].happened && runs[i].event_s > latest_s)
			latest_s = runs[i].event_s;
	return latest_s;
}

static void show(struct lab_teller *teller, struct run *runs)
{
	struct lab_length_row rows[N_ATTEMPTS];
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	for (size_t i = 0; i < N_ATTEMPTS; i++)
		rows[i] = (struct lab_length_row){
			.what = tc_tr(runs[i].attempt->what),
			.said = tc_tr(runs[i].attempt->said),
			.outcome = runs[i].attempt->outcome,
			.lasted_s = runs[i].ended_s,
		};
	lab_length_table(&out, rows, N_ATTEMPTS, teller->width);
	if (tc_buf_string(&out))
		teller->drawing(teller->context, tc_buf_string(&out));
	lab_say(teller,
		N_("Where something is done to a TIME_WAIT (a FIN, a RST, a SYN, connect()), this "
		   "story does it after about 6 s, %s s at the latest. So that is no length of its "
		   "own: what was ended or taken over then would have lasted 60 s, and the "
		   "repeated FIN began 60 s anew from there."),
		tc_decimal(latest_event(runs)).text);
	lab_say(teller, N_("TIME_WAIT lasts 60 s, which is compiled into the kernel "
			   "(TCP_TIMEWAIT_LEN); the kernel's timer for it is coarse, so it is a "
			   "little more. No setting changes it. tcp_fin_timeout is about "
			   "FIN_WAIT2, the state before: closed here, and not yet by the other "
			   "end. tcp_tw_reuse shortens none: it lets connect() take over one that "
			   "is older than a second and had timestamps. tcp_tw_recycle was removed "
			   "in Linux 4.12."));
	lab_say(teller,
		N_("What is above tcp_max_tw_buckets gets no TIME_WAIT, and none of its "
		   "protection. SO_LINGER of 0 s is not a close but an abort: the peer gets a RST "
		   "instead of an end, and what has not arrived by then is lost."));
	lab_say(teller,
		N_("What comes from outside does count. A packet of the old connection, such as a "
		   "repeated FIN, begins the 60 s anew. A RST with the right number ends it, which "
		   "RFC 1337 warns of and tcp_rfc1337=1 prevents. And a new connection that begins "
		   "above the old numbers takes its place at once: a server's TIME_WAIT seldom "
		   "keeps a client out (paws-and-nat shows when)."));
	lab_stage_part(&runs[0].stage, N_("What this shows"));
	lab_say(teller,
		N_("There is nothing to tune. Where the ports of a client run out, keep its "
		   "connections open and use them again, or let the other side close "
		   "first."));
}

static int finish(struct run *runs, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		int one;

		lab_app_close(&runs[i].stage, &runs[i].listener);
		one = lab_stage_end(&runs[i].stage);
		rc = rc < 0 ? rc : one;
	}
	return rc;
}

int lab_tell_length(struct lab_teller *teller)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	struct run runs[N_ATTEMPTS] = {0};
	size_t n = 0;
	int rc = 0;

	lab_say(teller, N_("Whoever closes a connection first keeps it in TIME_WAIT: it is over, "
			   "but its addresses and ports are remembered, in case something of it "
			   "still comes. Much advice is given on how to shorten that. Here is one "
			   "connection for each piece of it, in a network namespace of its own, "
			   "all closed now and watched until the last TIME_WAIT is gone: about 70 "
			   "s. (Packets, as they are named below: SYN asks for a connection, FIN "
			   "says that no more is sent, RST aborts.)"));
	while (n < N_ATTEMPTS && rc == 0) {
		runs[n].attempt = &attempts[n];
		start(&runs[n], teller);
		rc = runs[n++].stage.rc;
	}
	while (rc == 0 && watch_all(runs))
		nanosleep(&pause, NULL);
	for (size_t i = 0; rc == 0 && i < N_ATTEMPTS; i++) {
		judge(&runs[i]);
		rc = runs[i].stage.rc;
	}
	if (rc == 0)
		show(teller, runs);
	return finish(runs, n);
}
