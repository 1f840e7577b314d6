/* SPDX-License-Identifier: MIT */
/*
 * herd_crew.c - starts the workers, watches their progress, and ends them.
 */
#include "herd_crew.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab/wait.h"
#include "util/macro.h"

#define WATCH_NS 5000000
#define BYTES_HELD 4096 /* a socket with its inode, file and dentry */
#define BYTES_MINI 1024 /* a minisocket and what hangs on it */
#define PERCENT_OF_FREE 80

/* The number behind a word in a file of /proc; false if it is not there. */
static bool read_number(const char *path, const char *format, uint64_t *ret_number)
{
	tc_auto_fclose FILE *file = fopen(path, "re");
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, format, ret_number) == 1)
			return true;
	}
	return false;
}

static int check_room(const struct herd_crew *crew)
{
	uint64_t descriptors = 0, sockets = 0, most, used, free_kb;

	for (int i = 0; i < crew->n; i++) {
		descriptors += herd_task_descriptors(&crew->tasks[i]);
		sockets += crew->tasks[i].count;
	}
	if (read_number("/proc/sys/fs/file-max", "%" SCNu64, &most) &&
	    read_number("/proc/sys/fs/file-nr", "%" SCNu64, &used) &&
	    used + descriptors > most / 100 * PERCENT_OF_FREE) {
		fprintf(stderr,
			"herd: %" PRIu64 " descriptors do not fit: the machine has %" PRIu64
			" in use and a limit of %" PRIu64 " (fs.file-max)\n",
			descriptors, used, most);
		return -ENFILE;
	}
	if (read_number("/proc/meminfo", "MemAvailable: %" SCNu64, &free_kb) &&
	    (descriptors * BYTES_HELD + sockets * BYTES_MINI) / 1024 >
		    free_kb / 100 * PERCENT_OF_FREE) {
		fprintf(stderr,
			"herd: %" PRIu64 " sockets do not fit into %" PRIu64 " MiB of memory\n",
			sockets, free_kb / 1024);
		return -ENOMEM;
	}
	return 0;
}

int herd_crew_init(struct herd_crew *crew, const struct herd_wish *wish, uint32_t descriptors_each)
{
	memset(crew, 0, sizeof(*crew));
	crew->n = herd_plan(wish, descriptors_each, crew->tasks);
	if (crew->n < 0) {
		fprintf(stderr, "herd: this takes more than %d processes; more --peers may help\n",
			HERD_WORKERS_MAX);
		return crew->n;
	}
	crew->progress = mmap(NULL, sizeof(*crew->progress) * HERD_WORKERS_MAX,
			      PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crew->progress == MAP_FAILED) {
		crew->progress = NULL;
		return -ENOMEM;
	}
	return check_room(crew);
}

static void worker_main(const struct herd_task *task, struct herd_progress *progress, pid_t herder)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != herder)
		_exit(0);
	if (herd_work(task, progress) == 0)
		__atomic_store_n(&progress->done, 1, __ATOMIC_RELEASE);
	while (herd_task_descriptors(task) && progress->done)
		pause();
	_exit(0);
}

static int start(struct herd_crew *crew, int i)
{
	pid_t herder = getpid();

	crew->pids[i] = fork();
	if (crew->pids[i] == 0)
		worker_main(&crew->tasks[i], &crew->progress[i], herder);
	if (crew->pids[i] < 0) {
		fprintf(stderr, "herd: cannot start a process: %s\n", strerror(errno));
		return -errno;
	}
	return 0;
}

/* What was reached, in words, when it was not all. */
static void say_reached(const struct herd_crew *crew, const char *reason)
{
	struct lab_census reached = {0};
	char text[512];

	for (int i = 0; i < crew->n; i++)
		reached.count[crew->tasks[i].family][crew->tasks[i].state] +=
			crew->progress[i].made;
	lab_census_print(&reached, LAB_FAMILIES, text, sizeof(text));
	fprintf(stderr, "herd: %s; made until then: %s\n", reason, *text ? text : "nothing");
}

/* 1: done, 0: at work, or -errno. */
static int look_after(struct herd_crew *crew, int i)
{
	bool done = __atomic_load_n(&crew->progress[i].done, __ATOMIC_ACQUIRE);

	if (done)
		return 1;
	if (crew->pids[i] > 0 && waitpid(crew->pids[i], NULL, WNOHANG) == 0)
		return 0;
	crew->pids[i] = 0;
	/* It may have finished and left in between the two questions. */
	if (__atomic_load_n(&crew->progress[i].done, __ATOMIC_ACQUIRE))
		return 1;
	say_reached(crew, crew->progress[i].why[0] ? crew->progress[i].why : "a worker was killed");
	return -ECHILD;
}

static int wait_for_all(struct herd_crew *crew, int first, int end, uint64_t deadline_ns)
{
	const struct timespec pause = {.tv_nsec = WATCH_NS};
	int i = first;

	while (i < end) {
		int rc = look_after(crew, i);

		if (rc < 0)
			return rc;
		i += rc;
		if (rc == 0 && lab_now_ns() > deadline_ns) {
			say_reached(crew, "the deadline has passed");
			return -ETIMEDOUT;
		}
		if (rc == 0)
			nanosleep(&pause, NULL);
	}
	return 0;
}

/* The TIME_WAIT begin when all else is there: theirs is the only clock that runs. */
int herd_crew_run(struct herd_crew *crew, uint64_t deadline_ns)
{
	int n_held = crew->n, rc = 0, i = 0;

	while (n_held && crew->tasks[n_held - 1].state == LAB_TIME_WAIT)
		n_held--;
	for (; rc == 0 && i < n_held; i++)
		rc = start(crew, i);
	if (rc == 0)
		rc = wait_for_all(crew, 0, n_held, deadline_ns);
	for (; rc == 0 && i < crew->n; i++)
		rc = start(crew, i);
	return rc < 0 ? rc : wait_for_all(crew, n_held, crew->n, deadline_ns);
}

int herd_crew_holders(const struct herd_crew *crew)
{
	int holders = 0;

	for (int i = 0; i < crew->n; i++)
		holders += herd_task_descriptors(&crew->tasks[i]) > 0;
	return holders;
}

void herd_crew_release(struct herd_crew *crew)
{
	for (int i = 0; i < crew->n; i++) {
		if (crew->pids[i] > 0)
			kill(crew->pids[i], SIGKILL);
	}
	for (int i = 0; i < crew->n; i++) {
		if (crew->pids[i] > 0)
			waitpid(crew->pids[i], NULL, 0);
	}
	if (crew->progress)
		munmap(crew->progress, sizeof(*crew->progress) * HERD_WORKERS_MAX);
}
