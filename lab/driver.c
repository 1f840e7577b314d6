/* SPDX-License-Identifier: MIT */
/*
 * driver.c - the process that a driver runs in.
 *
 * A process rather than a thread: it moves between the namespaces on its own, blocks in
 * connect(2) without holding up the look, and is ended by one signal, whatever it does.
 */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "wait.h"

#define DRIVE_PORT 9901
#define BEGIN_S 30
#define SECOND_NS 1000000000u

/* Until an instant, so that slow turns do not slow down those after them. */
static void sleep_until(uint64_t ns)
{
	const struct timespec instant = {
		.tv_sec = (time_t)(ns / SECOND_NS),
		.tv_nsec = (long)(ns % SECOND_NS),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &instant, NULL) == EINTR)
		;
}

/* Its text on the pipe, ended by a NUL; without one it has begun. */
static int say(int why_fd, const char *why)
{
	size_t size = strlen(why) + 1;

	return write(why_fd, why, size) == (ssize_t)size ? 0 : -EPIPE;
}

static int drive_all(const struct lab_driver *driver, struct lab_drive *drive, int why_fd)
{
	uint64_t start, turns = (uint64_t)driver->per_second * LAB_DRIVE_SECONDS;
	int rc = driver->begin ? driver->begin(drive) : 0;

	if (rc == 0)
		rc = say(why_fd, "");
	start = lab_now_ns();
	for (; rc == 0 && drive->turn < turns; drive->turn++) {
		drive->job.deadline_ns = lab_now_ns() + 5 * (uint64_t)SECOND_NS;
		rc = driver->turn(drive);
		sleep_until(start + (drive->turn + 1) * SECOND_NS / driver->per_second);
	}
	return rc;
}

static void drive_main(const struct lab_driver *driver, struct lab_sandbox *sandbox, int why_fd)
{
	char why[LAB_WHY_MAX] = "";
	struct lab_drive drive = {
		.job = {.sandbox = sandbox, .port = DRIVE_PORT, .why = why},
		.maker = {.name = driver->name},
		.listeners = {-1, -1},
		.raw = -1,
	};
	int rc;

	drive.part = (struct lab_part){&drive.maker, 0, 0, driver->client, driver->server};
	drive.job.part = &drive.part;
	drive.job.deadline_ns = lab_now_ns() + BEGIN_S * (uint64_t)SECOND_NS;
	memset(drive.fds, 0xff, sizeof(drive.fds));
	rc = drive_all(driver, &drive, why_fd);
	if (rc < 0 && !why[0])
		snprintf(why, sizeof(why), "%s: %s", driver->name, strerror(-rc));
	if (rc < 0 && say(why_fd, why) < 0)
		_exit(1);
}

/* Hears one message: 0 when that is that it has begun, else -ECHILD and why it failed. */
static int hear(const struct lab_driving *driving, char why[LAB_WHY_MAX])
{
	size_t length = 0;
	ssize_t got;

	do {
		got = read(driving->why_fd, why + length, 1);
	} while (got == 1 && why[length] && ++length < LAB_WHY_MAX - 1);
	why[length] = '\0';
	if (got == 1 && !length)
		return 0;
	if (!length)
		snprintf(why, LAB_WHY_MAX, "%s ended before its time", driving->driver->name);
	return -ECHILD;
}

static bool has_spoken(const struct lab_driving *driving)
{
	struct pollfd fd = {.fd = driving->why_fd, .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
}

/* So that what is looked at does not depend on how far a driver has come. */
static int await_begin(const struct lab_driving *driving, char why[LAB_WHY_MAX])
{
	uint64_t deadline_ns = lab_now_ns() + (BEGIN_S + 5) * (uint64_t)SECOND_NS;
	int rc;

	do {
		rc = lab_wait_readable(driving->why_fd, deadline_ns);
	} while (rc == 0 && !has_spoken(driving));
	if (rc == 0)
		return hear(driving, why);
	snprintf(why, LAB_WHY_MAX, "waiting for %s to begin: %s", driving->driver->name,
		 strerror(-rc));
	return rc;
}

int lab_driver_start(const struct lab_driver *driver, struct lab_sandbox *sandbox,
		     struct lab_driving *ret_driving, char why[LAB_WHY_MAX])
{
	pid_t parent = getpid(), pid;
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		snprintf(why, LAB_WHY_MAX, "starting %s: %s", driver->name, strerror(errno));
		return -errno;
	}
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		prctl(PR_SET_NAME, "lab-driver");
		signal(SIGPIPE, SIG_IGN);
		close(ends[0]);
		lab_sandbox_disown(sandbox);
		drive_main(driver, sandbox, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	lab_sandbox_adopt(sandbox, pid);
	*ret_driving = (struct lab_driving){.driver = driver, .pid = pid, .why_fd = ends[0]};
	rc = await_begin(ret_driving, why);
	if (rc == 0)
		lab_sandbox_step(sandbox, driver->summary, lab_side_name(driver->client),
				 lab_side_name(driver->server), driver->per_second);
	return rc;
}

int lab_driver_check(const struct lab_driving *driving, char why[LAB_WHY_MAX])
{
	return driving->why_fd >= 0 && has_spoken(driving) ? hear(driving, why) : 0;
}

void lab_driver_leave(struct lab_driving *driving)
{
	if (driving->why_fd >= 0)
		close(driving->why_fd);
	driving->why_fd = -1;
}
