/* SPDX-License-Identifier: MIT */
/* privilege.c - what helps where something is forbidden; see privilege.h. */
#include "util/privilege.h"

#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/intl.h"

enum { FIRST_USER_NAMESPACE = 0xeffffffd }; /* include/linux/proc_ns.h, PROC_USER_INIT_INO */

static const struct {
	unsigned number;
	const char *name;
} capabilities[] = {
	[TC_PRIVILEGE_PTRACE] = { CAP_SYS_PTRACE, "CAP_SYS_PTRACE" },
	[TC_PRIVILEGE_ADMIN] = { CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	[TC_PRIVILEGE_READ] = { CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH" },
};

bool tc_privilege_has(unsigned capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	return syscall(SYS_capget, &header, words) == 0 &&
	       words[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

/* Where it cannot be told, it is taken for the first. */
static bool is_in_first_user_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/user", &status) < 0 ||
	       status.st_ino == (ino_t)(unsigned)FIRST_USER_NAMESPACE;
}

void tc_privilege_advice(enum tc_privilege privilege, char advice[TC_ADVICE_MAX])
{
	const char *name = capabilities[privilege].name;

	if (geteuid() != 0)
		snprintf(advice, TC_ADVICE_MAX, "%s", _("run as root"));
	else if (!tc_privilege_has(capabilities[privilege].number))
		snprintf(advice, TC_ADVICE_MAX,
			 _("root lacks %s here, which a container or unit has to grant"), name);
	else if (!is_in_first_user_namespace())
		snprintf(advice, TC_ADVICE_MAX, "%s",
			 _("root of this user namespace is not that of the machine: run outside of it"));
	else
		snprintf(advice, TC_ADVICE_MAX,
			 _("it is forbidden in spite of %s, by a security module for "
			   "example"), name);
}
