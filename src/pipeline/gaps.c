/* SPDX-License-Identifier: MIT */
/* gaps.c - sentences about what is not known of sockets; see gaps.h. */
#include "pipeline/gaps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
