/* SPDX-License-Identifier: MIT */
/* signals.c - a signal that asks to end, while much is written; see signals.h. */
#include "cli/signals.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output/output.h"
#include "util/intl.h"
#include "util/macro.h"

enum { PATIENCE = 2 }; /* seconds */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static volatile sig_atomic_t came;

/* What is said of a result whose reader did not take the end: a handler can put nothing together. */
static char last_words[TC_WHY_MAX + 128];

/* alarm(2) and not a time to wait for the reader by: it also ends a write(2) that is begun. */
static void on_signal(int number)
{
	came = number;
	alarm(PATIENCE);
}

/* Of the signal that came the action is the usual one again (SA_RESETHAND). */
static void on_alarm(int number __attribute__((unused)))
{
	struct pollfd error = { .fd = STDERR_FILENO, .events = POLLOUT };

	/* It may be the same pipe, which is full. */
	if (poll(&error, 1, 0) == 1 && error.revents & POLLOUT &&
	    write(STDERR_FILENO, last_words, strlen(last_words)) < 0)
		error.revents = 0; /* there is nobody to tell it to */
	raise(came);
}

static void prepare_last_words(void)
{
	struct tc_report report = { .size = sizeof(report) };

	tc_signals_report(&report);
	snprintf(last_words, sizeof(last_words), "tcpcensus: %s%s\n", tc_incomplete_start(&report),
		 report.why);
}

void tc_signals_catch(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	sigset_t alarms;

	prepare_last_words();
	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarms, NULL);
	action = (struct sigaction){ .sa_handler = on_signal, .sa_flags = SA_RESETHAND };
	for (size_t i = 0; i < TC_ARRAY_SIZE(signals); i++) {
		struct sigaction before;

		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

bool tc_signals_came(void)
{
	return came;
}

void tc_signals_taken(void)
{
	if (came)
		alarm(PATIENCE);
}

void tc_signals_report(struct tc_report *report)
{
	report->complete = false;
	report->deviation |= TC_MAY_LACK;
	snprintf(report->why, sizeof(report->why), "%s", _("interrupted by a signal"));
}

void tc_signals_die(void)
{
	if (came)
		raise(came);
}
