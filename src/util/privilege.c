/* SPDX-License-Identifier: MIT */
/* privilege.c - what helps where something is forbidden; see privilege.h. */
#include "util/privilege.h"

#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/intl.h"

/* include/linux/proc_ns.h, PROC_PID_INIT_INO and PROC_USER_INIT_INO */
enum { FIRST_PID_NAMESPACE = 0xeffffffc, FIRST_USER_NAMESPACE = 0xeffffffd };

static const struct {
	unsigned number;
	const char *name;
	bool in_first_pids; /* it is of no use in another pid namespace */
	bool by_proc;	    /* nor without /proc */
} capabilities[] = {
	[TC_PRIVILEGE_PTRACE] = { CAP_SYS_PTRACE, "CAP_SYS_PTRACE", false, true },
	[TC_PRIVILEGE_HOLDERS] = { CAP_SYS_PTRACE, "CAP_SYS_PTRACE", true, true },
	[TC_PRIVILEGE_ADMIN] = { CAP_SYS_ADMIN, "CAP_SYS_ADMIN", false, false },
	[TC_PRIVILEGE_NET] = { CAP_NET_ADMIN, "CAP_NET_ADMIN", false, false },
	[TC_PRIVILEGE_READ] = { CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", false, true },
};

bool tc_privilege_has(unsigned capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	return syscall(SYS_capget, &header, words) == 0 &&
	       words[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

/* Where it cannot be told, it is taken for the first. */
static bool is_first(const char *path, unsigned first)
{
	struct stat status;

	return stat(path, &status) < 0 || status.st_ino == (ino_t)first;
}

bool tc_privilege_is_in_first_pids(void)
{
	return is_first("/proc/self/ns/pid", FIRST_PID_NAMESPACE);
}

/* It is of the namespace whose first process it names, which need not be ours. */
bool tc_privilege_lists_all(void)
{
	return access("/proc/1/ns/pid", F_OK) == 0 ? is_first("/proc/1/ns/pid", FIRST_PID_NAMESPACE)
						   : tc_privilege_is_in_first_pids();
}

/* In that of a pid namespace beside ours the link is there and leads nowhere. */
bool tc_privilege_lists_our_pids(void)
{
	char link[32], number[32];
	ssize_t length = readlink("/proc/self", link, sizeof(link) - 1);
	struct stat status;

	if (length < 0)
		return lstat("/proc/self", &status) < 0;
	link[length] = '\0';
	snprintf(number, sizeof(number), "%d", (int)getpid());
	return strcmp(link, number) == 0;
}

const char *tc_privilege_no_proc(void)
{
	struct stat status;

	if (lstat("/proc/self", &status) == 0)
		return NULL;
	return _("/proc is not mounted here, or is hidden: mount -t proc proc /proc");
}

const char *tc_privilege_no_settings(void)
{
	const char *no_proc = tc_privilege_no_proc();

	if (no_proc || access("/proc/sys", F_OK) == 0)
		return no_proc;
	return _("/proc is mounted here without /proc/sys (subset=pid; ProcSubset=pid of systemd)");
}

void tc_privilege_advice(enum tc_privilege privilege, char advice[TC_ADVICE_MAX])
{
	const char *name = capabilities[privilege].name, *no_proc = tc_privilege_no_proc();

	if (no_proc && capabilities[privilege].by_proc)
		snprintf(advice, TC_ADVICE_MAX, "%s", no_proc);
	else if (geteuid() != 0)
		snprintf(advice, TC_ADVICE_MAX, "%s", _("run as root"));
	else if (!tc_privilege_has(capabilities[privilege].number))
		snprintf(advice, TC_ADVICE_MAX,
			 _("root lacks %s here, which a container or unit has to grant"), name);
	else if (!is_first("/proc/self/ns/user", FIRST_USER_NAMESPACE))
		snprintf(advice, TC_ADVICE_MAX, "%s",
			 _("root of this user namespace is not that of the machine: run outside of it"));
	else if (capabilities[privilege].in_first_pids && !tc_privilege_is_in_first_pids())
		snprintf(advice, TC_ADVICE_MAX, "%s",
			 _("processes outside of this pid namespace cannot be seen: run in the "
			   "machine's (for a container --pid=host, hostPID)"));
	else
		snprintf(advice, TC_ADVICE_MAX,
			 _("it is forbidden in spite of %s, by a security module for "
			   "example"), name);
}
