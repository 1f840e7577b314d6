/* SPDX-License-Identifier: MIT */
/* gaps.c - sentences about what is not known of sockets; see gaps.h. */
#include "pipeline/gaps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "output/output.h"
#include "util/intl.h"
#include "util/privilege.h"

static void say_unreadable(uint64_t sockets, int err, char why[TC_WHY_MAX])
{
	char reason[TC_WHY_MAX / 2];

	if (err == -EMFILE || err == -ENFILE)
		snprintf(reason, sizeof(reason),
			 _("cannot read /proc: %s (raise the limit of open files, %s)"),
			 strerror(-err), err == -ENFILE ? "fs.file-max" : "ulimit -n");
	else
		snprintf(reason, sizeof(reason), _("cannot read /proc: %s"), strerror(-err));
	snprintf(why, TC_WHY_MAX,
		 tc_ngettext("the process of %llu socket was not found: %s",
			     "the processes of %llu sockets were not found: %s",
			     (unsigned long)sockets),
		 (unsigned long long)sockets, reason);
}

void tc_gap_hidden(uint64_t sockets, int err, char why[TC_WHY_MAX])
{
	char advice[TC_ADVICE_MAX];

	if (err) {
		say_unreadable(sockets, err, why);
		return;
	}
	tc_privilege_advice(TC_PRIVILEGE_HOLDERS, advice);
	/* Which of these it is cannot be told. */
	snprintf(why, TC_WHY_MAX,
		 tc_ngettext("the process of %llu socket was not found: it may not be looked into "
			     "(%s), it has started meanwhile, or the socket is on its way to "
			     "another",
			     "the processes of %llu sockets were not found: they may not be looked "
			     "into (%s), they have started meanwhile, or the sockets are on their "
			     "way to others",
			     (unsigned long)sockets),
		 (unsigned long long)sockets, advice);
}

void tc_gap_nameless(uint64_t sockets, char why[TC_WHY_MAX])
{
	const char *no_proc = tc_privilege_no_proc();

	if (no_proc) {
		snprintf(why, TC_WHY_MAX,
			 tc_ngettext("the process of %llu socket could not be named: %s",
				     "the processes of %llu sockets could not be named: %s",
				     (unsigned long)sockets),
			 (unsigned long long)sockets, no_proc);
		return;
	}
	snprintf(why, TC_WHY_MAX,
		 tc_ngettext("the process of %llu socket could not be named: it has exited since, "
			     "/proc hides it, or its name is empty",
			     "the processes of %llu sockets could not be named: they have exited "
			     "since, /proc hides them, or their names are empty",
			     (unsigned long)sockets),
		 (unsigned long long)sockets);
}

/* ---- What a filter could not judge --------------------------------------------------- */

static void say_netns(uint64_t sockets, char why[TC_WHY_MAX])
{
	const char *no_proc = tc_privilege_no_proc();

	snprintf(why, TC_WHY_MAX,
		 tc_ngettext("the network namespace of %llu socket, which the filter asks for, was "
			     "not read%s%s",
			     "the network namespace of %llu sockets, which the filter asks for, was "
			     "not read%s%s",
			     (unsigned long)sockets),
		 (unsigned long long)sockets, no_proc ? ": " : "", no_proc ? no_proc : "");
}

/* Takes the number; a mark and a limit are never missing together, as /proc has no marks at all. */
static const char *untold(const struct tc_doubt *doubt, bool listing)
{
	unsigned long n = (unsigned long)doubt->sockets;

	if (listing)
		return tc_ngettext(
			"the listing does not say of %llu socket what the filter asks for",
			"the listing does not say of %llu sockets what the filter asks for", n);
	if (doubt->lacking & TC_HAVE_MARK)
		return tc_ngettext(
			"the kernel does not say the firewall mark of %llu socket, which the "
			"filter asks for: it tells it to root alone, and of TIME_WAIT to nobody",
			"the kernel does not say the firewall marks of %llu sockets, which the "
			"filter asks for: it tells them to root alone, and of TIME_WAIT to nobody",
			n);
	return tc_ngettext("/proc does not say the backlog (send_q) of %llu listener, which the "
			   "filter asks for; netlink does",
			   "/proc does not say the backlogs (send_q) of %llu listeners, which the "
			   "filter asks for; netlink does",
			   n);
}

/* One reason is shown: that of the most, where owners are asked for. */
static void say_unjudged(const struct tc_doubt *doubt, struct tc_report *report)
{
	report->owners_in_why = doubt->hidden && doubt->hidden >= doubt->nameless;
	if (report->owners_in_why)
		tc_gap_hidden(doubt->hidden, report->owners_err, report->why);
	else if (doubt->nameless)
		tc_gap_nameless(doubt->nameless, report->why);
	else if (doubt->lacking & TC_HAVE_NETNS)
		say_netns(doubt->sockets, report->why);
	else
		snprintf(report->why, TC_WHY_MAX, untold(doubt, report->foreign),
			 (unsigned long long)doubt->sockets);
}

void tc_gap_unjudged(const struct tc_doubt *doubt, struct tc_report *report)
{
	if (!doubt->sockets)
		return;
	if (report->complete || !*report->why) /* else the reader's own reason comes first */
		say_unjudged(doubt, report);
	report->deviation = doubt->deviation |
			    (report->complete ? 0 : tc_incomplete_deviation(report));
	report->complete = false;
}
