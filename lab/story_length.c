/* SPDX-License-Identifier: MIT */
/*
 * story_length.c - one TIME_WAIT for each thing that is said to change its length, all at once.
 *
 * Each has a namespace of its own, since that is what the settings belong to.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "stage.h"
#include "tellers.h"
#include "util/buf.h"
#include "util/intl.h"
#include "util/width.h"
#include "wait.h"

#define SERVER_PORT 80
#define PEER_PORT 5000
#define LENGTH_S 60.0
#define EARLY_S 0.5 /* sock_diag rounds, and TIME_WAIT began before it was first looked at */
#define LATE_S 5.0  /* the kernel's timers of such a length are coarse: 2 s, or 4 */
#define EVENT_AFTER_MS 58500 /* left when the late segment or the reset comes */
#define GIVE_UP_S 80.0
#define PAUSE_NS 100000000 /* a look walks the kernel's whole table */

enum event {
	NO_EVENT,
	LATE_FIN, /* the peer repeats its FIN */
	RESET,	  /* the peer sends a RST with the right number */
};

enum outcome {
	LASTS,	  /* as long as it does by default */
	RESTARTS, /* that long from the event on */
	ENDS,	  /* by the event */
	NEVER,	  /* there is none */
};

struct attempt {
	const char *what;
	const char *setting, *value; /* NULL: the defaults */
	enum event event;
	enum outcome outcome;
};

/* clang-format off */
static const struct attempt attempts[] = {
	{N_("nothing changed"), NULL, NULL, NO_EVENT, LASTS},
	{"tcp_fin_timeout=5", "net/ipv4/tcp_fin_timeout", "5", NO_EVENT, LASTS},
	{"tcp_tw_reuse=1", "net/ipv4/tcp_tw_reuse", "1", NO_EVENT, LASTS},
	{N_("the peer repeats its FIN"), NULL, NULL, LATE_FIN, RESTARTS},
	{N_("RST, with tcp_rfc1337=1"), "net/ipv4/tcp_rfc1337", "1", RESET, LASTS},
	{N_("RST, with tcp_rfc1337=0"), "net/ipv4/tcp_rfc1337", "0", RESET, ENDS},
	{"tcp_max_tw_buckets=0", "net/ipv4/tcp_max_tw_buckets", "0", NO_EVENT, NEVER},
};
/* clang-format on */

#define N_ATTEMPTS TC_ARRAY_SIZE(attempts)

/* An attempt under way. */
struct run {
	const struct attempt *attempt;
	struct lab_stage stage;
	struct lab_line line;
	uint64_t start_ns;
	double event_s, ended_s; /* after the start */
	bool happened, ended;
};

static double seconds_since(const struct run *run)
{
	return (double)(lab_now_ns() - run->start_ns) / 1e9;
}

static void start(struct run *run, struct lab_teller *teller)
{
	struct lab_stage *stage = &run->stage;
	int listener, fd;

	lab_stage_open(stage, teller, LAB_KERNEL_AND_PEER);
	if (run->attempt->setting)
		lab_stage_sysctl(stage, LAB_A, run->attempt->setting, run->attempt->value);
	listener = lab_app_listen(stage, LAB_A, SERVER_PORT);
	lab_line_init(&run->line, stage, PEER_PORT, SERVER_PORT, 1000);
	lab_line_open(&run->line);
	fd = lab_app_accept(stage, listener);
	lab_app_close(stage, &fd);
	lab_line_expect(&run->line, LAB_FIN | LAB_ACK);
	run->start_ns = lab_now_ns();
	lab_line_send(&run->line, LAB_FIN | LAB_ACK, "");
	lab_line_expect(&run->line, LAB_ACK);
	if (run->attempt->outcome == NEVER)
		lab_line_see(&run->line, LAB_NONE);
	else
		lab_line_see(&run->line, LAB_TIME_WAIT);
	lab_app_close(stage, &listener);
}

static struct lab_sight look(struct run *run)
{
	return lab_stage_look(&run->stage, LAB_A, SERVER_PORT, PEER_PORT);
}

static void make_happen(struct run *run, unsigned left_ms)
{
	struct lab_line *line = &run->line;

	run->happened = true;
	run->event_s = seconds_since(run);
	if (run->attempt->event == RESET) {
		lab_line_send(line, LAB_RST, "");
		return;
	}
	lab_line_forge(line, LAB_FIN | LAB_ACK, line->seq - 1, line->ack, "");
	lab_line_expect(line, LAB_ACK);
	lab_stage_check(&run->stage, look(run).expires_ms > left_ms,
			"a repeated FIN did not begin TIME_WAIT anew");
}

static void watch(struct run *run)
{
	struct lab_sight sight = look(run);

	if (run->ended || run->stage.rc < 0)
		return;
	if (sight.state == LAB_NONE) {
		run->ended = true;
		run->ended_s = run->attempt->outcome == NEVER ? 0 : seconds_since(run);
	} else if (run->attempt->event != NO_EVENT && !run->happened &&
		   sight.expires_ms < EVENT_AFTER_MS) {
		make_happen(run, sight.expires_ms);
	} else if (seconds_since(run) > GIVE_UP_S) {
		lab_stage_check(&run->stage, false, "%s: TIME_WAIT still there after %.0f s",
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

static void judge(struct run *run)
{
	double from_s = run->attempt->outcome == RESTARTS ? run->event_s : 0;
	double length_s = run->ended_s - from_s;
	bool as_said = length_s >= LENGTH_S - EARLY_S && length_s <= LENGTH_S + LATE_S;

	if (run->attempt->outcome == NEVER)
		as_said = lab_stage_counter(&run->stage, LAB_A, "TCPTimeWaitOverflow") == 1;
	else if (run->attempt->outcome == ENDS)
		as_said = run->happened && run->ended_s - run->event_s < 1;
	lab_stage_check(&run->stage, as_said, "%s: TIME_WAIT lasted %.2f s", run->attempt->what,
			run->ended_s);
}

static void put_row(struct tc_buf *out, const struct run *run)
{
	const char *what = tc_tr(run->attempt->what);
	char lasted[32];

	if (run->attempt->outcome == NEVER)
		snprintf(lasted, sizeof(lasted), "%s", _("none was made"));
	else
		snprintf(lasted, sizeof(lasted), "%5.1f s", run->ended_s);
	tc_buf_format(out, "  %s", what);
	tc_buf_fill(out, ' ', 40 - tc_width(what, strlen(what)) % 40);
	tc_buf_text(out, lasted);
	tc_buf_byte(out, '\n');
}

static void show(struct lab_teller *teller, const struct run *runs)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	for (size_t i = 0; i < N_ATTEMPTS; i++)
		put_row(&out, &runs[i]);
	if (tc_buf_string(&out))
		teller->drawing(teller->context, tc_buf_string(&out));
	lab_say(teller,
		N_("TIME_WAIT lasts 60 s, which is written in the kernel (TCP_TIMEWAIT_LEN); a "
		   "timer of that length is up to some seconds late. No setting changes it. "
		   "tcp_fin_timeout is about FIN_WAIT2, and tcp_tw_reuse lets connect() take over "
		   "a TIME_WAIT that is there, and shortens none."));
	lab_say(teller,
		N_("A segment of the old connection that still comes, such as a repeated FIN, "
		   "begins it anew. A RST with the right number ends it, which RFC 1337 advises "
		   "against, and tcp_rfc1337=1 prevents. tcp_max_tw_buckets is a limit: what is "
		   "above it gets no TIME_WAIT at all and none of its protection."));
}

static int finish(struct run *runs, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		int one = lab_stage_end(&runs[i].stage);

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

	lab_say(teller, N_("After closing first, a kernel keeps the connection's quadruplet in "
			   "TIME_WAIT. Much is said about how to shorten that. Here is one "
			   "connection for each such advice, in a network namespace of its own, "
			   "all closed now and watched until the last TIME_WAIT is gone: about 65 "
			   "s."));
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
