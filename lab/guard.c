/* SPDX-License-Identifier: MIT */
/*
 * guard.c - ends the sockets of the sandbox's namespaces once the sandbox is gone.
 *
 * A closed socket whose FIN is not acknowledged stays with the kernel until
 * tcp_orphan_retries gives up, after some 107 seconds, and holds its namespace all that time
 * (net/core/sock.c:sk_alloc takes the reference). A killed process cannot clean up, so
 * another one, which nobody kills by accident with it, waits for its end.
 */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "census.h"

#define GUARDED_MAX 4

void lab_guard_init(struct lab_guard *guard)
{
	guard->pid = -1;
	guard->pipe_fd = -1;
}

/*
 * Nothing else of the parent's may stay open here: somebody may be waiting for the end of
 * a pipe that the parent feeds.
 */
static void close_all_but(const int *fds, size_t n)
{
	unsigned first = 0;

	for (size_t done = 0; done < n; done++) {
		unsigned next = ~0u;

		for (size_t i = 0; i < n; i++) {
			if ((unsigned)fds[i] >= first && (unsigned)fds[i] < next)
				next = (unsigned)fds[i];
		}
		if (next > first)
			close_range(first, next - 1, 0);
		first = next + 1;
	}
	close_range(first, ~0u, 0);
}

static void guard_main(const int *netns_fds, size_t n, int pipe_fd)
{
	int keep[GUARDED_MAX + 1];
	char byte;

	memcpy(keep, netns_fds, n * sizeof(*keep));
	keep[n] = pipe_fd;
	close_all_but(keep, n + 1);
	prctl(PR_SET_NAME, "lab-guard");
	setsid(); /* out of reach of the terminal's Ctrl-C */
	while (read(pipe_fd, &byte, 1) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < n; i++) {
		if (setns(netns_fds[i], CLONE_NEWNET) == 0)
			lab_diag_destroy_all();
	}
}

int lab_guard_start(struct lab_guard *guard, const int *netns_fds, size_t n)
{
	int ends[2];

	if (n > GUARDED_MAX)
		return -EINVAL;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	guard->pid = fork();
	if (guard->pid == 0) {
		close(ends[1]);
		guard_main(netns_fds, n, ends[0]);
		_exit(0);
	}
	close(ends[0]);
	if (guard->pid < 0) {
		close(ends[1]);
		return -errno;
	}
	guard->pipe_fd = ends[1];
	return 0;
}

void lab_guard_disown(struct lab_guard *guard)
{
	if (guard->pipe_fd >= 0)
		close(guard->pipe_fd);
	lab_guard_init(guard);
}

void lab_guard_stop(struct lab_guard *guard)
{
	if (guard->pipe_fd >= 0)
		close(guard->pipe_fd);
	if (guard->pid > 0)
		waitpid(guard->pid, NULL, 0);
	lab_guard_init(guard);
}
