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

static int drive_all(const struct lab_driver *driver, struct lab_drive *drive)
{
	uint64_t start = lab_now_ns(), turns = (uint64_t)driver->per_second * LAB_DRIVE_SECONDS;
	int rc = driver->begin ? driver->begin(drive) : 0;

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
	drive.job.deadline_ns = lab_now_ns() + 5 * (uint64_t)SECOND_NS;
	memset(drive.fds, 0xff, sizeof(drive.fds));
	rc = drive_all(driver, &drive);
	if (rc < 0 && !why[0])
		snprintf(why, sizeof(why), "%s: %s", driver->name, strerror(-rc));
	if (rc < 0 && write(why_fd, why, strlen(why) + 1) < 0)
		_exit(1);
}

int lab_driver_start(const struct lab_driver *driver, struct lab_sandbox *sandbox,
		     struct lab_driving *ret_driving, char why[LAB_WHY_MAX])
{
	pid_t parent = getpid(), pid;
	int ends[2];

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
	lab_sandbox_step(sandbox, driver->summary, lab_side_name(driver->client),
			 lab_side_name(driver->server), driver->per_second);
	*ret_driving = (struct lab_driving){.driver = driver, .pid = pid, .why_fd = ends[0]};
	return 0;
}

int lab_driver_check(const struct lab_driving *driving, char why[LAB_WHY_MAX])
{
	struct pollfd fd = {.fd = driving->why_fd, .events = POLLIN};
	ssize_t got;

	if (driving->why_fd < 0 || poll(&fd, 1, 0) <= 0)
		return 0;
	got = read(driving->why_fd, why, LAB_WHY_MAX - 1);
	why[got > 0 ? got : 0] = '\0';
	if (got <= 0)
		snprintf(why, LAB_WHY_MAX, "%s ended before its time", driving->driver->name);
	return -ECHILD;
}

void lab_driver_leave(struct lab_driving *driving)
{
	if (driving->why_fd >= 0)
		close(driving->why_fd);
	driving->why_fd = -1;
}
