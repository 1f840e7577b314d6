/* SPDX-License-Identifier: MIT */
/*
 * denied.c - runs a command to which the kernel says an error for some system calls, as a filter of
 * a container does, or the kernel itself where it lacks something.
 *
 *	denied CALL[:FIRST_ARGUMENT]=ERROR COMMAND [ARGUMENT...]
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/macro.h"

enum { EXIT_USAGE = 2, EXIT_SKIP = 77 };

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
	{"bpf", __NR_bpf},
	{"getdents64", __NR_getdents64},
	{"recvmsg", __NR_recvmsg},
}, errors[] = {
	{"EACCES", EACCES},
	{"EINTR", EINTR},
	{"EINVAL", EINVAL},
	{"EIO", EIO},
	{"ENOMEM", ENOMEM},
	{"ENOSYS", ENOSYS},
	{"EPERM", EPERM},
};

/* "bpf:5=EINVAL"; the filter compares the first argument only where one is given. */
static bool parse(char *text, struct sock_filter *filter)
{
	char *error = strchr(text, '='), *argument = strchr(text, ':');
	bool call_known = false, error_known = false;

	if (!error)
		return false;
	*error++ = '\0';
	if (argument)
		*argument++ = '\0';
	for (size_t i = 0; i < TC_ARRAY_SIZE(calls); i++)
		if (strcmp(text, calls[i].name) == 0) {
			filter[1].k = calls[i].number;
			call_known = true;
		}
	for (size_t i = 0; i < TC_ARRAY_SIZE(errors); i++)
		if (strcmp(error, errors[i].name) == 0) {
			filter[4].k = SECCOMP_RET_ERRNO | errors[i].number;
			error_known = true;
		}
	if (argument)
		filter[3].k = (unsigned)strtoul(argument, NULL, 10);
	else
		filter[3].jf = 0;
	return call_known && error_known;
}

int main(int argc, char **argv)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = TC_ARRAY_SIZE(filter), .filter = filter};

	if (argc < 3 || !parse(argv[1], filter))
		return EXIT_USAGE;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		perror("denied: seccomp");
		return EXIT_SKIP;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return EXIT_USAGE;
}
