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
#include "util/macro.h"

int tc_netns_fail(int err, const char *name, char why[TC_WHY_MAX])
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

int tc_netns_open(const char *name_or_path, int *ret_fd, char why[TC_WHY_MAX])
{
	char path[256];
	int fd;

	if (snprintf(path, sizeof(path), "%s%s", strchr(name_or_path, '/') ? "" : "/run/netns/",
		     name_or_path) >= (int)sizeof(path))
		return tc_netns_fail(-ENAMETOOLONG, name_or_path, why);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return tc_netns_fail(-errno, name_or_path, why);
	*ret_fd = fd;
	return 0;
}

int tc_netns_enter(int fd, int *ret_home)
{
	tc_auto_close int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (home < 0 || setns(fd, CLONE_NEWNET) < 0)
		return -errno;
	*ret_home = home;
	home = -1;
	return 0;
}

int tc_netns_leave(int *home)
{
	int err = 0;

	if (*home < 0)
		return 0;
	if (setns(*home, CLONE_NEWNET) < 0)
		err = -errno;
	close(*home);
	*home = -1;
	return err;
}
