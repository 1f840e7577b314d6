/* SPDX-License-Identifier: MIT */
/* visit.c - going through network namespaces; see visit.h. */
#include "pipeline/visit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "owner/netns.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/netns_here.h"
#include "util/privilege.h"

static void say_short(const struct tc_visits *visits, char why[TC_WHY_MAX])
{
	const struct tc_netns_list *list = &visits->list;

	if (!list->short_err)
		return;
	if (list->short_err != -EMFILE && list->short_err != -ENFILE) {
		snprintf(why, TC_WHY_MAX,
			 _("network namespaces could not all be looked for, as a folder could not be "
			   "listed: %s"),
			 strerror(-list->short_err));
		return;
	}
	snprintf(why, TC_WHY_MAX,
		 _("network namespaces could not all be looked for: %s (raise the limit of open "
		   "files, %s)"),
		 strerror(-list->short_err),
		 list->short_err == -ENFILE ? "fs.file-max" : "ulimit -n");
}

/* Our own is always among those that are found, unless none can be. */
static int find_all(struct tc_visits *visits, char why[TC_WHY_MAX])
{
	const char *no_proc = tc_privilege_no_proc();
	int err = tc_netns_list_all(&visits->list);

	if (err || visits->list.count)
		return err;
	err = visits->list.short_err ? visits->list.short_err : -ENOENT;
	if (visits->list.short_err)
		say_short(visits, why);
	else if (no_proc)
		snprintf(why, TC_WHY_MAX, _("network namespaces cannot be looked for: %s"), no_proc);
	else
		snprintf(why, TC_WHY_MAX, _("no network namespace could be opened: %s"),
			 strerror(visits->list.lost_err ? -visits->list.lost_err : ENOENT));
	tc_netns_list_release(&visits->list);
	return err;
}

int tc_visits_open(struct tc_visits *ret_visits, const struct tc_query *query,
		   char why[TC_WHY_MAX])
{
	*ret_visits = (struct tc_visits){ .name = query->netns, .target = -1 };
	if (!query->netns)
		return 0;
	ret_visits->all = strcmp(query->netns, "all") == 0;
	return ret_visits->all ? find_all(ret_visits, why)
			       : tc_netns_open(query->netns, &ret_visits->target, why);
}

void tc_visits_close(struct tc_visits *visits)
{
	if (visits->target >= 0)
		close(visits->target);
	visits->target = -1;
	tc_netns_list_release(&visits->list);
	free(visits->passed);
	visits->passed = NULL;
}

static int visit_one(struct tc_visits *visits, tc_visit *visit, void *context,
		     char why[TC_WHY_MAX])
{
	int home = -1, err = 0, left;

	if (visits->target >= 0)
		err = tc_netns_enter(visits->target, &home);
	if (err)
		return tc_netns_fail(err, visits->name, why);
	err = visit(context, NULL);
	left = tc_netns_leave(&home);
	return err ? err : left;
}

static void skip(struct tc_visits *visits, int err)
{
	if (!visits->skipped++)
		visits->skipped_err = err;
}

/* The way back is opened once: from one namespace to the next there is no need of it. */
static int visit_all(struct tc_visits *visits, tc_visit *visit, void *context)
{
	uint64_t here = tc_netns_here(); /* which needs no privilege to be in */
	int home = -1, err = 0, left;

	visits->skipped = 0;
	for (size_t i = 0; i < visits->list.count && !err; i++) {
		const struct tc_netns *netns = &visits->list.items[i];
		int entered = 0;

		if (visits->passed && visits->passed[i])
			continue;
		if (netns->id != here)
			entered = home < 0 ? tc_netns_enter(netns->fd, &home)
					   : tc_netns_move(netns->fd);
		if (entered) {
			skip(visits, entered);
			continue;
		}
		here = netns->id;
		err = visit(context, netns);
	}
	left = tc_netns_leave(&home);
	return err ? err : left;
}

int tc_visits_each(struct tc_visits *visits, tc_visit *visit, void *context, char why[TC_WHY_MAX])
{
	return visits->all ? visit_all(visits, visit, context)
			   : visit_one(visits, visit, context, why);
}

/* ---- What is missing: nothing is written where it is not so --------------------------- */

static void say_enclosed(const struct tc_visits *visits, char why[TC_WHY_MAX])
{
	if (visits->list.enclosed)
		snprintf(why, TC_WHY_MAX, "%s",
			 _("processes outside of this pid namespace cannot be seen, nor network "
			   "namespaces that only they are in: run in the machine's (for a container "
			   "--pid=host, hostPID)"));
}

static void say_skipped(const struct tc_visits *visits, char why[TC_WHY_MAX])
{
	bool forbidden = visits->skipped_err == -EPERM || visits->skipped_err == -EACCES;
	char advice[TC_ADVICE_MAX];

	if (!visits->skipped)
		return;
	tc_privilege_advice(TC_PRIVILEGE_ADMIN, advice);
	snprintf(why, TC_WHY_MAX,
		 tc_ngettext("%llu network namespace could not be entered: %s",
			     "%llu network namespaces could not be entered: %s",
			     (unsigned long)visits->skipped),
		 (unsigned long long)visits->skipped,
		 forbidden ? advice : strerror(-visits->skipped_err));
}

static void say_lost(const struct tc_visits *visits, char why[TC_WHY_MAX])
{
	const struct tc_netns_list *list = &visits->list;

	if (!list->lost)
		return;
	if (list->lost_err == -ENOENT || list->lost_err == -ESRCH)
		snprintf(why, TC_WHY_MAX,
			 tc_ngettext("%llu network namespace vanished before it was entered",
				     "%llu network namespaces vanished before they were entered",
				     (unsigned long)list->lost),
			 (unsigned long long)list->lost);
	else
		snprintf(why, TC_WHY_MAX,
			 tc_ngettext("%llu network namespace could not be opened: %s",
				     "%llu network namespaces could not be opened: %s",
				     (unsigned long)list->lost),
			 (unsigned long long)list->lost, strerror(-list->lost_err));
}

static void say_hidden(const struct tc_visits *visits, char why[TC_WHY_MAX])
{
	const struct tc_netns_list *list = &visits->list;
	char advice[TC_ADVICE_MAX];

	if (!list->hidden)
		return;
	tc_privilege_advice(list->closed == list->hidden ? TC_PRIVILEGE_READ : TC_PRIVILEGE_PTRACE,
			    advice);
	snprintf(why, TC_WHY_MAX,
		 tc_ngettext("%llu process may not be looked at, nor a network namespace that only "
			     "it is in: %s",
			     "%llu processes may not be looked at, nor network namespaces that only "
			     "they are in: %s",
			     (unsigned long)list->hidden),
		 (unsigned long long)list->hidden, advice);
}

static void say_unchecked(const struct tc_visits *visits, char why[TC_WHY_MAX])
{
	const struct tc_netns_list *list = &visits->list;

	if (!list->unchecked)
		return;
	snprintf(why, TC_WHY_MAX,
		 tc_ngettext("%llu descriptor of a socket was not asked for its network namespace",
			     "%llu descriptors of sockets were not asked for their network "
			     "namespaces",
			     (unsigned long)list->unchecked),
		 (unsigned long long)list->unchecked);
}

/* In the order in which they are told. Each has a remedy of its own, so all are. */
static void (*const gaps[])(const struct tc_visits *visits, char why[TC_WHY_MAX]) = {
	say_short, say_enclosed, say_skipped, say_lost, say_hidden, say_unchecked,
};

/* One for which there is no room is left out whole. */
static void add(char why[TC_WHY_MAX], bool is_first, const char *gap)
{
	size_t length = is_first ? 0 : strlen(why);

	if (length + strlen(gap) + sizeof("; ") <= TC_WHY_MAX)
		strcpy(stpcpy(why + length, is_first ? "" : "; "), gap);
}

void tc_visits_report(const struct tc_visits *visits, struct tc_report *report)
{
	const struct tc_netns_list *list = &visits->list;

	if (!visits->all)
		return;
	report->netns_skipped = visits->skipped + list->lost;
	report->netns_count = list->count - visits->skipped;
	report->netns_hidden = list->hidden;
	if (!report->complete) /* what is wrong with the numbers of those that were read */
		return;
	for (size_t i = 0; i < TC_ARRAY_SIZE(gaps); i++) {
		char gap[TC_WHY_MAX] = "";

		gaps[i](visits, gap);
		if (!*gap)
			continue;
		add(report->why, report->complete, gap);
		report->complete = false;
	}
}
