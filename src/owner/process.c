/* SPDX-License-Identifier: MIT */
/* process.c - what the processes of this machine are called; see process.h. */
#include "owner/process.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <string.h>

#include "owner/cgroup.h"
#include "util/macro.h"

/* A path in a cgroup tree has up to 4096 bytes, and v1 has a dozen trees. */
enum { PATH_ROOM = 32, CMDLINE_MAX = 4096, CGROUP_FILE_MAX = 16384 };

struct process {
	struct tc_process shown; /* the first: a pointer to it is one to all of this */
	struct tc_process service;
	unsigned read;	 /* TC_PROCESS_ bits: read, or found to be unreadable */
	char name[64];	 /* of a worker of the kernel it may be longer than the 15 of others */
	char *cmdline;	 /* owned, as those below */
	char *cgroup;
	char *unit;
	char *container;
	char *pod;
};

static void free_process(void *pointer)
{
	struct process *process = pointer;

	free(process->cmdline);
	free(process->cgroup);
	free(process->unit);
	free(process->container);
	free(process->pod);
	free(process);
}

void tc_processes_release(struct tc_processes *processes)
{
	tdestroy(processes->tree, free_process);
	tdestroy(processes->cgroups, free_process);
	tdestroy(processes->listed, free_process);
	*processes = (struct tc_processes){0};
}

static int compare_pids(const void *one, const void *other)
{
	uint32_t a = ((const struct process *)one)->shown.pid;
	uint32_t b = ((const struct process *)other)->shown.pid;

	return (a > b) - (a < b);
}

/* The start of a file of /proc/PID; 0: empty, gone, or not to be read by this user. */
static size_t read_start(uint32_t pid, const char *name, char *content, size_t room)
{
	tc_auto_close int fd = -1;
	char path[PATH_ROOM];
	size_t used = 0;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && used < room) {
		ssize_t got = read(fd, content + used, room - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	return used;
}

static void read_name(struct process *process)
{
	size_t length = read_start(process->shown.pid, "comm", process->name,
				   sizeof(process->name) - 1);

	/* A name may have line feeds of its own: only the last one is of the file. */
	if (length && process->name[length - 1] == '\n')
		length--;
	process->name[length] = '\0';
	process->shown.name = length ? process->name : NULL;
}

/* false: no memory, here and below. */
static bool read_cmdline(struct process *process)
{
	char text[CMDLINE_MAX + 2]; /* a blank and one more: whether it goes on */
	size_t length = read_start(process->shown.pid, "cmdline", text, sizeof(text));
	bool cut;

	/* A program that writes its state there fills up what is left with either of them. */
	while (length && (text[length - 1] == '\0' || text[length - 1] == ' '))
		length--;
	if (!length) /* a thread of the kernel, or a zombie */
		return true;
	cut = length > CMDLINE_MAX;
	if (cut)
		length = CMDLINE_MAX;
	for (size_t i = 0; i < length; i++)
		if (!text[i])
			text[i] = ' ';
	if (asprintf(&process->cmdline, "%.*s%s", (int)length, text,
		     cut ? "..." : "") < 0)
		process->cmdline = NULL;
	process->shown.cmdline = process->cmdline;
	return process->cmdline;
}

/* Copies a text, where there is one. */
static bool keep(const char *text, size_t length, char **owned, const char **shown)
{
	if (!length)
		return true;
	*owned = strndup(text, length);
	*shown = *owned;
	return *owned;
}

static bool name_cgroup(struct process *process, struct tc_slice path)
{
	struct tc_process *shown = &process->shown;
	struct tc_cgroup cgroup;

	tc_cgroup_read(path, &cgroup);
	return keep(path.data, path.length, &process->cgroup, &shown->cgroup) &&
	       keep(cgroup.unit.data, cgroup.unit.length, &process->unit, &shown->unit) &&
	       keep(cgroup.container, strlen(cgroup.container), &process->container,
		    &shown->container) &&
	       keep(cgroup.pod, strlen(cgroup.pod), &process->pod, &shown->pod);
}

static bool read_cgroup(struct process *process)
{
	char text[CGROUP_FILE_MAX];
	size_t length = read_start(process->shown.pid, "cgroup", text, sizeof(text));

	return name_cgroup(process, tc_cgroup_of_process((struct tc_slice){text, length}));
}

char *tc_process_cgroup2(uint32_t pid)
{
	char text[CGROUP_FILE_MAX];
	struct tc_slice rest = {text, read_start(pid, "cgroup", text, sizeof(text))}, line;

	for (; rest.length; rest = tc_slice_after(rest, line.length + 1)) {
		line = tc_slice_until(rest, '\n');
		if (tc_slice_starts(line, "0::/"))
			return strndup(line.data + 3, line.length - 3);
	}
	return NULL;
}

static struct process *find(struct tc_processes *processes, uint32_t pid)
{
	struct process wanted = {.shown.pid = pid}, *process;
	void *node = tfind(&wanted, &processes->tree, compare_pids);

	if (node)
		return *(struct process **)node;
	process = calloc(1, sizeof(*process));
	if (!process)
		return NULL;
	process->shown.pid = pid;
	if (!tsearch(process, &processes->tree, compare_pids)) {
		free_process(process);
		return NULL;
	}
	read_name(process);
	return process;
}

const struct tc_process *tc_processes_get(struct tc_processes *processes, uint32_t pid,
					  unsigned wanted)
{
	struct process *process = find(processes, pid);
	unsigned missing = process ? wanted & ~process->read : 0;

	if (!process)
		return NULL;
	/* Marked before it is tried: a second try would lose what the first one got. */
	process->read |= wanted;
	if ((missing & TC_PROCESS_CMDLINE) && !read_cmdline(process))
		return NULL;
	if ((missing & TC_PROCESS_CGROUP) && !read_cgroup(process))
		return NULL;
	return &process->shown;
}

const struct tc_process *tc_process_service(const struct tc_process *of)
{
	struct process *process = (struct process *)(uintptr_t)of;

	process->service = process->shown;
	process->service.pid = 0;
	process->service.cmdline = NULL;
	return &process->service;
}

static int compare_paths(const void *one, const void *other)
{
	return strcmp(((const struct process *)one)->cgroup, ((const struct process *)other)->cgroup);
}

const struct tc_process *tc_processes_of_cgroup(struct tc_processes *processes, const char *path)
{
	struct process *process = path ? calloc(1, sizeof(*process)) : NULL;
	void *node;

	if (!process)
		return NULL;
	process->read = TC_PROCESS_CMDLINE | TC_PROCESS_CGROUP;
	if (!name_cgroup(process, (struct tc_slice){path, strlen(path)}) || !process->cgroup) {
		free_process(process);
		return NULL;
	}
	node = tsearch(process, &processes->cgroups, compare_paths);
	if (!node || *(struct process **)node != process)
		free_process(process);
	return node ? &(*(struct process **)node)->shown : NULL;
}

static int compare_listed(const void *one, const void *other)
{
	int order = compare_pids(one, other);

	return order ? order
		     : strcmp(((const struct process *)one)->name,
			      ((const struct process *)other)->name);
}

const struct tc_process *tc_processes_listed(struct tc_processes *processes, uint32_t pid,
					     struct tc_slice name)
{
	struct process *process = calloc(1, sizeof(*process));
	void *node;

	if (!process)
		return NULL;
	process->shown.pid = pid;
	if (name.length >= sizeof(process->name))
		name.length = sizeof(process->name) - 1;
	memcpy(process->name, name.data, name.length);
	process->shown.name = name.length ? process->name : NULL;
	node = tsearch(process, &processes->listed, compare_listed);
	if (!node || *(struct process **)node != process)
		free_process(process);
	return node ? &(*(struct process **)node)->shown : NULL;
}
