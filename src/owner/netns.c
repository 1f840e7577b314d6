/* SPDX-License-Identifier: MIT */
/* netns.c - visiting another network namespace; see netns.h. */
#include "owner/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "owner/holders.h"
#include "owner/netns_list.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/near.h"
#include "util/privilege.h"

int tc_netns_fail(int err, const char *name, char why[TC_WHY_MAX])
{
	const char *no_proc = tc_privilege_no_proc();
	char advice[TC_ADVICE_MAX];

	tc_privilege_advice(TC_PRIVILEGE_ADMIN, advice);
	if (err == -ENOENT && no_proc) /* it may well be there */
		snprintf(why, TC_WHY_MAX,
			 _("the network namespace '%s' cannot be looked for: %s"), name, no_proc);
	else if (err == -ENOENT)
		snprintf(why, TC_WHY_MAX, _("there is no network namespace '%s'"), name);
	else if (err == -EPERM || err == -EACCES)
		snprintf(why, TC_WHY_MAX,
			 _("not allowed to enter the network namespace '%s': %s"), name, advice);
	else if (err == -EINVAL) /* setns(2), of a file or a namespace of another kind */
		snprintf(why, TC_WHY_MAX, _("'%s' is no network namespace"), name);
	else
		snprintf(why, TC_WHY_MAX, _("cannot enter the network namespace '%s': %s"), name,
			 strerror(-err));
	return err;
}

static int open_path(const char *folder, const char *name, const char *end, int *ret_fd)
{
	char path[300];

	if (snprintf(path, sizeof(path), "%s%s%s", folder, name, end) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*ret_fd >= 0)
		return 0;
	/* A file "pid" does not stand in the way of "pid/812/nginx". */
	return errno == ENOTDIR ? -ENOENT : -errno;
}

/* "812", "pid/812" or "pid/812/nginx". False: no process is meant. */
static bool means_process(const char *name, char ret_pid[16])
{
	bool said = strncmp(name, "pid/", 4) == 0;
	const char *number = said ? name + 4 : name;
	size_t length = strspn(number, "0123456789");

	if (!length || length >= 16 || (number[length] && (!said || number[length] != '/')))
		return false;
	snprintf(ret_pid, 16, "%.*s", (int)length, number);
	return true;
}

static int open_process(const char *name, int *ret_fd)
{
	char pid[16];

	return means_process(name, pid) ? open_path("/proc/", pid, "/ns/net", ret_fd) : -EINVAL;
}

static int fail_with_near(const struct tc_netns_list *list, const char *name,
			  char why[TC_WHY_MAX])
{
	struct tc_near near;
	char pid[16];

	if (tc_privilege_no_proc())
		return tc_netns_fail(-ENOENT, name, why);
	if (means_process(name, pid)) {
		snprintf(why, TC_WHY_MAX,
			 _("there is no process %s, and no network namespace '%s'"), pid, name);
		return -ENOENT;
	}
	tc_near_init(&near, name, strlen(name));
	tc_near_offer(&near, "all");
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].name)
			tc_near_offer(&near, list->items[i].name);
	if (!near.best)
		return tc_netns_fail(-ENOENT, name, why);
	snprintf(why, TC_WHY_MAX,
		 _("there is no network namespace '%s' (did you mean '%s'?)"), name, near.best);
	return -ENOENT;
}

bool tc_netns_is_init_hidden(const char *name)
{
	return strcmp(name, "init") == 0 && access("/proc/1/ns/net", F_OK) < 0 &&
	       (errno == EACCES || errno == EPERM);
}

/* By a name that only the list of all gives. */
static int open_listed(const char *name, int *ret_fd, char why[TC_WHY_MAX])
{
	struct tc_netns_list list;
	struct tc_netns *netns;
	int err = tc_netns_list_all(&list);

	if (err)
		return tc_netns_fail(err, name, why);
	netns = tc_netns_list_find_name(&list, name);
	if (netns) {
		*ret_fd = netns->fd;
		netns->fd = -1;
	} else if (list.short_err) { /* it may be one that was not found */
		err = tc_netns_fail(list.short_err, name, why);
	} else if (tc_netns_is_init_hidden(name)) {
		err = tc_netns_fail(-EACCES, name, why);
	} else {
		err = fail_with_near(&list, name, why);
	}
	tc_netns_list_release(&list);
	return err;
}

int tc_netns_open(const char *name, int *ret_fd, char why[TC_WHY_MAX])
{
	int fd = -1, err;

	if (*name == '/' || *name == '.')
		err = open_path("", name, "", &fd);
	else
		err = open_path("/run/netns/", name, "", &fd);
	if (err == -ENOENT)
		err = open_process(name, &fd);
	if (err == -EINVAL && strchr(name, '/'))
		err = open_path("", name, "", &fd);
	/* The path of a socket that holds one cannot be opened (-ENXIO), but is a name. */
	if (err == -EINVAL || err == -ENOENT || err == -ENXIO)
		return open_listed(name, ret_fd, why);
	if (err)
		return tc_netns_fail(err, name, why);
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

int tc_netns_move(int fd)
{
	return setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;
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

enum tc_netns_table tc_netns_table_here(void)
{
	tc_auto_fclose FILE *file = fopen("/proc/sys/net/ipv4/tcp_ehash_entries", "re");
	int entries;

	if (!file || fscanf(file, "%d", &entries) != 1)
		return TC_NETNS_TABLE_UNKNOWN;
	return entries < 0 ? TC_NETNS_TABLE_SHARED : TC_NETNS_TABLE_OWN;
}

/* Number 2 of the machine's pid namespace is kthreadd, which begins all other kernel threads. */
uint64_t tc_netns_first(void)
{
	struct stat status;

	if (!tc_holders_see_all() || stat("/proc/2/ns/net", &status) < 0)
		return 0;
	return status.st_ino;
}
