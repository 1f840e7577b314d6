/* SPDX-License-Identifier: MIT */
/*
 * nft.c - loads packet rules by way of the nft program.
 *
 * The program rather than libnftables: the library takes the same text and adds a build
 * dependency for a handful of one-line rules, while a machine without nftables still runs
 * every scenario that drops nothing, and says why it skips the others.
 */
#include "nft.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/macro.h"

#define EXIT_NO_PROGRAM 127

static void exec_nft(int rules_fd)
{
	/* It holds the namespace: it must not outlive a laboratory that is killed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(rules_fd, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execlp("nft", "nft", "-f", "-", (char *)NULL);
	/* Root's PATH does not always hold the directories of root's programs. */
	execl("/usr/sbin/nft", "nft", "-f", "-", (char *)NULL);
	_exit(EXIT_NO_PROGRAM);
}

int lab_nft_run(const char *rules)
{
	int ends[2];
	size_t length = strlen(rules);
	int status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	/* Written before there is a reader: rules are far shorter than a pipe holds. */
	if (write(ends[1], rules, length) != (ssize_t)length) {
		close(ends[0]);
		close(ends[1]);
		return -E2BIG;
	}
	close(ends[1]);
	pid = fork();
	if (pid == 0)
		exec_nft(ends[0]);
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_PROGRAM)
		return -ENOENT;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EINVAL;
}
