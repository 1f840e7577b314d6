/* SPDX-License-Identifier: MIT */
/*
 * holders_proc.c - who holds which sockets, through /proc/PID/fd; see holders.h.
 *
 * A system call for each descriptor is the cost of it, so there is exactly one: readlinkat().
 * A thread may have a descriptor table of its own (unshare(CLONE_FILES)), which /proc/PID/fd does
 * not show. That is rare, and to ask each thread of the machine takes its time, so it is asked only
 * where something has not been found elsewhere.
 */
#include "owner/holders_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/folder.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/map.h"
#include "util/parse.h"
#include "util/privilege.h"

enum { BATCH = 1024, LINK_MAX_LENGTH = 64, STAT_MAX = 1024, PATH_SIZE = 64 };
enum { KERNEL_THREAD = 0x00200000 }; /* PF_KTHREAD, include/linux/sched.h */

struct reader {
	tc_holder_sink *sink;
	void *context;
	int proc; /* descriptor of /proc */
	struct tc_holders_report report;
	struct tc_map kin; /* parents and sessions that what was wanted belongs to */
	bool outer_kin;	   /* so does a session that is led from outside our pid namespace */
	bool found;	   /* all of it: only relatives are read on */
	struct tc_holder batch[BATCH];
};

/* ---- Texts of /proc ------------------------------------------------------------------ */

bool tc_holders_link_inode(const char *link, size_t length, uint64_t *ret_inode)
{
	static const char start[] = "socket:[";
	size_t skip = sizeof(start) - 1;

	return length > skip + 1 && memcmp(link, start, skip) == 0 && link[length - 1] == ']' &&
	       !tc_parse_uint(link + skip, length - skip - 1, UINT64_MAX, ret_inode);
}

/* "812 (name) S parent group session tty foreground flags ..."; a name may hold anything. */
bool tc_kinship_parse(const char *text, size_t length, struct tc_kinship *ret_kinship)
{
	const char *end = memrchr(text, ')', length);
	unsigned parent, session, flags;
	unsigned long long start;
	char rest[256];

	if (!end)
		return false;
	end++;
	length -= (size_t)(end - text);
	if (length >= sizeof(rest))
		length = sizeof(rest) - 1;
	memcpy(rest, end, length);
	rest[length] = '\0';
	if (sscanf(rest,
		   " %*c %u %*u %u %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   &parent, &session, &flags, &start) != 4)
		return false;
	*ret_kinship = (struct tc_kinship){
		.parent = parent,
		.session = session,
		.kernel = flags & KERNEL_THREAD,
		.start = start,
	};
	return true;
}

/* ---- Relatives ----------------------------------------------------------------------- */

bool tc_kinship_read(uint32_t pid, struct tc_kinship *ret_kinship)
{
	char path[PATH_SIZE], text[STAT_MAX];
	tc_auto_close int fd = -1;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? -1 : read(fd, text, sizeof(text));
	return length > 0 && tc_kinship_parse(text, (size_t)length, ret_kinship);
}

/*
 * A session whose leader has no number here is called 0: that of what an engine started in a
 * container, or of the runner of a test. There may be several, which are then taken for one.
 */
static bool is_outer(const struct tc_kinship *kinship)
{
	return !kinship->session && !kinship->kernel;
}

enum { AS_PARENT = 1, AS_SESSION = 2 };

static int remember(struct reader *reader, uint32_t number, uint64_t as)
{
	uint64_t *place = number ? tc_map_put(&reader->kin, number) : NULL;

	if (!place)
		return number ? -ENOMEM : 0;
	*place |= as;
	return 0;
}

static int remember_kin(struct reader *reader, uint32_t pid)
{
	struct tc_kinship kinship = { 0 };
	int err = remember(reader, pid, AS_PARENT);

	if (err || !tc_kinship_read(pid, &kinship))
		return err;
	reader->outer_kin |= is_outer(&kinship);
	return remember(reader, kinship.session, AS_SESSION);
}

/* What is shared is inherited most often: a child has it, or somebody of the same session. */
static bool is_relative(const struct reader *reader, uint32_t pid)
{
	struct tc_kinship kinship;
	uint64_t as = 0;

	if (!tc_kinship_read(pid, &kinship))
		return false;
	if (tc_map_get(&reader->kin, kinship.parent, &as) && (as & AS_PARENT))
		return true;
	if (is_outer(&kinship))
		return reader->outer_kin;
	return tc_map_get(&reader->kin, kinship.session, &as) && (as & AS_SESSION);
}

/* ---- Descriptors --------------------------------------------------------------------- */

static int flush(struct reader *reader, size_t count)
{
	int said = count ? reader->sink(reader->context, reader->batch, NULL, count) : 0;

	if (said < 0)
		return said;
	reader->found |= (said & TC_HOLDERS_FOUND) != 0;
	return said & TC_HOLDERS_WANTED ? remember_kin(reader, reader->batch[0].pid) : 0;
}

static bool is_refused(int err)
{
	return err == EACCES || err == EPERM;
}

static int read_descriptors(struct reader *reader, DIR *dir, uint32_t pid, bool *ret_any)
{
	const struct dirent *entry;
	size_t count = 0;
	int err = 0;

	while (!err && (entry = tc_folder_next(dir, &err))) {
		struct tc_holder *holder = &reader->batch[count];
		char link[LINK_MAX_LENGTH];
		ssize_t length;

		if (entry->d_name[0] == '.')
			continue;
		*ret_any = true;
		length = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link));
		if (length < 0 && is_refused(errno)) {
			reader->report.hidden++; /* the names may be listed, and no more */
			break;
		}
		if (length < 0 || !tc_holders_link_inode(link, (size_t)length, &holder->inode))
			continue;
		holder->pid = pid;
		holder->before = 0;
		if (++count == BATCH) {
			err = flush(reader, count);
			count = 0;
		}
	}
	return err && !tc_folder_has_gone(err) ? err : flush(reader, count);
}

/* Threads of the kernel may not be looked into either, and have nothing to be seen. */
static void count_hidden(struct reader *reader, uint32_t pid)
{
	struct tc_kinship kinship;

	if (!tc_kinship_read(pid, &kinship) || !kinship.kernel)
		reader->report.hidden++;
}

/* The descriptors in a folder; *ret_any tells whether there is one. Gone is no error. */
static int read_folder(struct reader *reader, const char *path, uint32_t pid, bool *ret_any)
{
	int fd = openat(reader->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;
	DIR *dir;

	*ret_any = false;
	if (fd < 0) {
		*ret_any = is_refused(errno);
		if (is_refused(errno))
			count_hidden(reader, pid);
		return errno == EMFILE || errno == ENFILE ? -errno : 0;
	}
	dir = fdopendir(fd);
	if (!dir) { /* it asks for the folder's status, which those who have gone do not have */
		err = errno == ENOMEM ? -ENOMEM : 0;
		close(fd);
		return err;
	}
	err = read_descriptors(reader, dir, pid, ret_any);
	closedir(dir);
	if (is_refused(-err)) { /* to list what could be opened */
		*ret_any = true;
		count_hidden(reader, pid);
		err = 0;
	}
	return err;
}

/* Whether it is known that a thread has another table than the first. */
static bool has_own_table(uint32_t pid, uint32_t thread)
{
	return syscall(SYS_kcmp, pid, thread, KCMP_FILES, 0, 0) > 0;
}

/* The threads with a table of their own, or the first one found that has any descriptor. */
static int read_threads(struct reader *reader, uint32_t pid, bool own)
{
	char path[PATH_SIZE];
	struct stat status;
	const struct dirent *entry;
	bool any = false;
	int err = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%u/task", pid);
	if (stat(path, &status) < 0 || status.st_nlink <= 3) /* two of its own, and one thread */
		return 0;
	dir = opendir(path);
	while (dir && !err && (own || !any) && (entry = tc_folder_next(dir, &err))) {
		uint64_t thread;

		if (tc_parse_uint(entry->d_name, strlen(entry->d_name), INT32_MAX, &thread) ||
		    (own && !has_own_table(pid, (uint32_t)thread)))
			continue;
		snprintf(path, sizeof(path), "%u/task/%u/fd", pid, (unsigned)thread);
		err = read_folder(reader, path, pid, &any);
	}
	if (dir)
		closedir(dir);
	return tc_folder_has_gone(err) ? 0 : err;
}

static int read_process(struct reader *reader, uint32_t pid)
{
	char path[PATH_SIZE];
	bool any;
	int err;

	if (reader->found && !is_relative(reader, pid))
		return 0;
	snprintf(path, sizeof(path), "%u/fd", pid);
	err = read_folder(reader, path, pid, &any);
	/*
	 * A process without any descriptor is a thread of the kernel, or has closed all; or its
	 * first thread has ended, and the others go on with what they have in common.
	 */
	return err || any ? err : read_threads(reader, pid, false);
}

static int read_own_tables(struct reader *reader, uint32_t pid)
{
	return reader->found ? 0 : read_threads(reader, pid, true);
}

static int read_each(struct reader *reader, DIR *proc,
		     int (*read_it)(struct reader *reader, uint32_t pid))
{
	const struct dirent *entry;
	int err = 0;

	while (!err && (entry = tc_folder_next(proc, &err))) {
		uint64_t pid;

		if (!tc_parse_uint(entry->d_name, strlen(entry->d_name), INT32_MAX, &pid))
			err = read_it(reader, (uint32_t)pid);
	}
	return err;
}

static int read_processes(struct reader *reader, DIR *proc)
{
	int err;

	reader->proc = dirfd(proc);
	err = read_each(reader, proc, read_process);
	if (!err && !reader->found) {
		rewinddir(proc);
		err = read_each(reader, proc, read_own_tables);
	}
	/* Mounted with hidepid=2, /proc does not even name those of others (proc(5)). */
	if (faccessat(reader->proc, "1", F_OK, 0) < 0)
		reader->report.hidden++;
	/* So may those of whom a pid namespace of our own knows nothing. */
	if (!reader->report.hidden && tc_holders_is_first_hidden())
		reader->report.hidden++;
	return err;
}

int tc_holders_read_proc(tc_holder_sink *sink, void *context, struct tc_holders_report *ret_report,
			 char why[TC_WHY_MAX])
{
	tc_auto_free struct reader *reader = calloc(1, sizeof(*reader));
	DIR *proc = opendir("/proc");
	int err = !proc ? -errno : reader ? 0 : -ENOMEM;

	if (!err) {
		reader->sink = sink;
		reader->context = context;
		/* Where nothing is mounted there is a folder all the same, in which nobody is found. */
		reader->report.source = tc_privilege_no_proc() ? NULL : "proc";
		err = read_processes(reader, proc);
		*ret_report = reader->report;
		tc_map_release(&reader->kin);
	}
	if (proc)
		closedir(proc);
	if (err < 0)
		snprintf(why, TC_WHY_MAX, _("cannot read /proc: %s"), strerror(-err));
	return err;
}

bool tc_holders_see_all(void)
{
	return access("/proc/self/ns/pid", F_OK) == 0 && tc_privilege_is_in_first_pids();
}

bool tc_holders_is_first_hidden(void)
{
	char link[LINK_MAX_LENGTH];
	const struct dirent *entry;
	int err = 0;
	DIR *dir;

	if (!tc_privilege_is_in_first_pids())
		return true;
	dir = opendir("/proc/1/fd");
	if (!dir)
		return is_refused(errno);
	while ((entry = tc_folder_next(dir, &err)) && entry->d_name[0] == '.')
		;
	if (entry && readlinkat(dirfd(dir), entry->d_name, link, sizeof(link)) < 0)
		err = -errno;
	closedir(dir);
	return is_refused(-err);
}
