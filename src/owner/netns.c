/* SPDX-License-Identifier: MIT */
/* netns.c - visiting another network namespace; see netns.h. */
#include "owner/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/intl.h"

static int fail(int err, const char *name, char why[TC_WHY_MAX])
{
	if (err == -ENOENT)
		snprintf(why, TC_WHY_MAX, _("there is no network namespace '%s'"), name);
	else if (err == -EPERM || err == -EACCES)
		snprintf(why, TC_WHY_MAX,
			 _("not allowed to enter the network namespace '%s': run as root"), name);
	else
		snprintf(why, TC_WHY_MAX, _("cannot enter the network namespace '%s': %s"), name,
			 strerror(-err));
	return err;
}

int tc_netns_enter(const char *name_or_path, struct tc_netns_visit *visit, char why[TC_WHY_MAX])
{
	tc_auto_close int target = -1;
	char path[256];
	int home;

	if (!name_or_path)
		return 0;
	if (snprintf(path, sizeof(path), "%s%s", strchr(name_or_path, '/') ? "" : "/run/netns/",
		     name_or_path) >= (int)sizeof(path))
		return fail(-ENAMETOOLONG, name_or_path, why);
	target = open(path, O_RDONLY | O_CLOEXEC);
	if (target < 0)
		return fail(-errno, name_or_path, why);
	home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return fail(-errno, name_or_path, why);
	if (setns(target, CLONE_NEWNET) < 0) {
		int err = -errno;

		close(home);
		return fail(err, name_or_path, why);
	}
	visit->home = home;
	return 0;
}

int tc_netns_leave(struct tc_netns_visit *visit)
{
	int err = 0;

	if (visit->home < 0)
		return 0;
	if (setns(visit->home, CLONE_NEWNET) < 0)
		err = -errno;
	close(visit->home);
	visit->home = -1;
	return err;
}
