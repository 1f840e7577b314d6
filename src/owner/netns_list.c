/* SPDX-License-Identifier: MIT */
/* netns_list.c - the list of network namespaces and its threads; see netns_list.h. */
#include "owner/netns_list.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "owner/process.h"
#include "util/folder.h"
#include "util/macro.h"
#include "util/parse.h"
#include "util/privilege.h"

/* Looking at one takes some 4 us: a machine with more does not wait for what hardly exists. */
enum { SOCKETS_MAX = 100000 };

enum {
	SPARE_MAX = 12,	  /* descriptors that reading a namespace takes, and some more */
	SEARCH_LEAST = 4, /* that the search has in any case */
	READ_LEAST = 2,	  /* that reading has, where the search has so many yet */
};

/* ---- The list ------------------------------------------------------------------------ */

void tc_netns_list_release(struct tc_netns_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].fd >= 0)
			close(list->items[i].fd);
		free(list->items[i].name);
	}
	free(list->items);
	*list = (struct tc_netns_list){ 0 };
}

/* Where an id is, or belongs. */
static size_t place_of(const struct tc_netns_list *list, uint64_t id)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->items[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct tc_netns *tc_netns_list_find(const struct tc_netns_list *list, uint64_t id)
{
	size_t at = place_of(list, id);

	return at < list->count && list->items[at].id == id ? &list->items[at] : NULL;
}

struct tc_netns *tc_netns_list_find_name(const struct tc_netns_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].name && strcmp(list->items[i].name, name) == 0)
			return &list->items[i];
	return NULL;
}

struct tc_netns *tc_netns_list_meet(struct tc_netns_list *list, uint64_t id)
{
	size_t at = place_of(list, id);

	if (at < list->count && list->items[at].id == id)
		return &list->items[at];
	if (list->count == list->capacity) {
		size_t capacity = list->capacity * 2 + 16;
		struct tc_netns *grown = realloc(list->items, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		list->items = grown;
		list->capacity = capacity;
	}
	memmove(&list->items[at + 1], &list->items[at], (list->count - at) * sizeof(*list->items));
	list->items[at] = (struct tc_netns){ .id = id, .fd = -1, .err = -ENOENT };
	list->count++;
	return &list->items[at];
}

void tc_netns_list_failed(struct tc_netns_list *list, int error)
{
	if (error == EMFILE || error == ENFILE)
		list->short_err = -error;
}

void tc_netns_list_unlisted(struct tc_netns_list *list, int err)
{
	if (err && !tc_folder_has_gone(err))
		list->short_err = err;
}

void tc_netns_list_open(struct tc_netns_list *list, struct tc_netns *netns, int dir,
			const char *path)
{
	struct stat status;
	int fd;

	if (netns->fd >= 0)
		return;
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		netns->err = -errno;
		tc_netns_list_failed(list, errno);
	} else if (fstat(fd, &status) < 0 || status.st_ino != netns->id) {
		close(fd); /* the thread has moved since */
	} else {
		netns->fd = fd;
	}
}

/* What could not be opened by any of its holders is no namespace of the list. */
static void drop_lost(struct tc_netns_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].fd >= 0) {
			list->items[kept++] = list->items[i];
			continue;
		}
		if (!list->lost++)
			list->lost_err = list->items[i].err;
		free(list->items[i].name);
	}
	list->count = kept;
}

bool tc_netns_link_id(const char *link, size_t length, uint64_t *ret_id)
{
	return length > 6 && memcmp(link, "net:[", 5) == 0 && link[length - 1] == ']' &&
	       !tc_parse_uint(link + 5, length - 6, UINT64_MAX, ret_id);
}

/* ---- Threads ------------------------------------------------------------------------- */

static int read_id(int dir, const char *path, uint64_t *ret_id)
{
	char link[64];
	ssize_t length = readlinkat(dir, path, link, sizeof(link));

	if (length < 0)
		return -errno;
	return tc_netns_link_id(link, (size_t)length, ret_id) ? 0 : -EINVAL;
}

static bool is_us(const char *pid)
{
	return (pid_t)strtol(pid, NULL, 10) == getpid();
}

static int add_thread(struct tc_netns_list *list, int dir, const char *path, const char *tid)
{
	struct tc_netns *netns;
	uint64_t id;
	int err = read_id(dir, path, &id);

	if (err)
		return err;
	netns = tc_netns_list_meet(list, id);
	if (!netns)
		return -ENOMEM;
	tc_netns_list_open(list, netns, dir, path);
	/* We are the last to be looked at, and where we only visit nobody is called by us. */
	if (!netns->pid && !(netns->name && is_us(tid)))
		netns->pid = (uint32_t)strtoul(tid, NULL, 10);
	return 0;
}

static bool is_number(const char *text)
{
	return isdigit((unsigned char)*text);
}

/* The threads that are not the first, which has the id of the process. */
static int add_other_threads(struct tc_netns_list *list, int process, const char *pid)
{
	int tasks = openat(process, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = tasks < 0 ? NULL : fdopendir(tasks);
	const struct dirent *entry;
	int err = 0, listed = 0;
	char path[300];

	if (!dir) {
		tc_netns_list_failed(list, errno);
		if (tasks >= 0)
			close(tasks);
		return 0;
	}
	while (err != -ENOMEM && (entry = tc_folder_next(dir, &listed))) {
		if (!is_number(entry->d_name) || strcmp(entry->d_name, pid) == 0)
			continue;
		snprintf(path, sizeof(path), "%s/ns/net", entry->d_name);
		err = add_thread(list, tasks, path, entry->d_name);
	}
	tc_netns_list_unlisted(list, listed);
	closedir(dir);
	return err == -ENOMEM ? err : 0;
}

/* A link for each thread, beside "." and "..". */
static bool has_threads(int process)
{
	struct stat status;

	return fstatat(process, "task", &status, 0) == 0 && status.st_nlink > 3;
}

/* ---- Processes ----------------------------------------------------------------------- */

/* Mount namespaces whose files have been looked at; few, so one after the other will do. */
struct mounts {
	char (*seen)[32];
	size_t count;
};

static bool is_new(struct mounts *mounts, int process)
{
	char link[32] = "", (*grown)[32];

	if (readlinkat(process, "ns/mnt", link, sizeof(link) - 1) < 0)
		return false;
	for (size_t i = mounts->count; i > 0; i--) /* neighbours are often of one container */
		if (strcmp(mounts->seen[i - 1], link) == 0)
			return false;
	grown = realloc(mounts->seen, (mounts->count + 1) * sizeof(*grown));
	if (!grown)
		return false;
	mounts->seen = grown;
	memcpy(mounts->seen[mounts->count++], link, sizeof(link));
	return true;
}

static int add_process(struct tc_netns_list *list, int proc, const char *pid,
		       struct mounts *mounts, uint64_t *budget)
{
	tc_auto_close int process = openat(proc, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (process < 0) {
		tc_netns_list_failed(list, errno);
		return 0; /* else it has ended */
	}
	err = add_thread(list, process, "ns/net", pid);
	if (err == -EACCES || err == -EPERM) {
		list->hidden++;
		return 0;
	}
	if (err != -ENOMEM && has_threads(process)) /* also when the first has ended */
		err = add_other_threads(list, process, pid);
	if (err != -ENOMEM && is_new(mounts, process))
		err = tc_netns_list_add_mounted(list, proc, pid);
	if (err != -ENOMEM)
		err = tc_netns_list_add_open(list, process, pid, budget);
	return err == -ENOMEM ? err : 0;
}

static int add_processes(struct tc_netns_list *list)
{
	struct mounts mounts = { 0 };
	DIR *proc = opendir("/proc");
	uint64_t budget = SOCKETS_MAX;
	const struct dirent *entry;
	int err = 0, listed = 0;
	char us[16];

	if (!proc)
		tc_netns_list_unlisted(list, -errno);
	list->has_our_pids = tc_privilege_lists_our_pids();
	while (proc && !err && (entry = tc_folder_next(proc, &listed)))
		if (is_number(entry->d_name) && !is_us(entry->d_name))
			err = add_process(list, dirfd(proc), entry->d_name, &mounts, &budget);
	tc_netns_list_unlisted(list, listed);
	snprintf(us, sizeof(us), "%d", getpid());
	if (proc && !err)
		err = add_process(list, dirfd(proc), us, &mounts, &budget);
	if (proc)
		closedir(proc);
	free(mounts.seen);
	list->enclosed = !tc_privilege_lists_all();
	return err;
}

/* ---- Names --------------------------------------------------------------------------- */

/*
 * The first process of the machine, or of the container that we are in. Who may not look at it
 * knows the first namespace by a setting that no other has.
 */
static int name_init(struct tc_netns_list *list)
{
	struct tc_netns *netns;
	uint64_t id;

	if (read_id(AT_FDCWD, "/proc/1/ns/net", &id) &&
	    (access("/proc/sys/net/ipv4/tcp_max_orphans", F_OK) ||
	     read_id(AT_FDCWD, "/proc/thread-self/ns/net", &id)))
		return 0;
	netns = tc_netns_list_meet(list, id);
	if (!netns)
		return -ENOMEM;
	tc_netns_list_open(list, netns, AT_FDCWD, "/proc/thread-self/ns/net");
	if (netns->name || access("/run/netns/init", F_OK) == 0) /* which that word means then */
		return 0;
	netns->name = strdup("init");
	return netns->name ? 0 : -ENOMEM;
}

/* Whether one more is held back for reading. */
static bool is_spare(int count, rlim_t limit)
{
	if (count < READ_LEAST && limit > SEARCH_LEAST + READ_LEAST)
		return true;
	return count < SPARE_MAX && SEARCH_LEAST + 2 * (rlim_t)(count + 1) <= limit;
}

/*
 * Each namespace that is found keeps a descriptor. Where these are few, half are held back meanwhile:
 * else all would be found, and none could be read. Returns how many.
 */
static int hold_back(int spare[SPARE_MAX])
{
	struct rlimit limit;
	int count = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	while (is_spare(count, limit.rlim_cur)) {
		spare[count] = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (spare[count] < 0)
			break;
		count++;
	}
	return count;
}

/* Whatever else could not be opened, ours is read. */
static int add_own(struct tc_netns_list *list)
{
	struct tc_netns *netns;
	uint64_t id;

	if (read_id(AT_FDCWD, "/proc/thread-self/ns/net", &id))
		return 0;
	netns = tc_netns_list_meet(list, id);
	if (!netns)
		return -ENOMEM;
	tc_netns_list_open(list, netns, AT_FDCWD, "/proc/thread-self/ns/net");
	return 0;
}

int tc_netns_list_read(struct tc_netns_list *ret_list)
{
	struct tc_netns_list list = { 0 };
	int spare[SPARE_MAX], spares = 0;
	int err = name_init(&list);

	if (!err) {
		spares = hold_back(spare);
		err = tc_netns_list_add_named(&list);
	}
	if (!err)
		err = add_processes(&list);
	while (spares)
		close(spare[--spares]);
	if (!err)
		err = add_own(&list);
	if (err) {
		tc_netns_list_release(&list);
		return err;
	}
	drop_lost(&list);
	*ret_list = list;
	return 0;
}

/* Only what no shell takes for something else. */
static void read_comm(uint32_t pid, char comm[32])
{
	tc_auto_close int fd = -1;
	char path[48];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? 0 : read(fd, comm, 31);
	comm[length > 0 ? length : 0] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
	for (char *c = comm; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._:+@-", *c))
			*c = '_';
}

static char *name_of_holder(uint32_t pid, tc_container_of *container_of, void *context)
{
	const char *container = container_of ? container_of(context, pid) : NULL;
	char name[64], comm[32];

	if (container)
		return strdup(container);
	read_comm(pid, comm);
	snprintf(name, sizeof(name), "pid/%u%s%s", pid, *comm ? "/" : "", comm);
	return strdup(name);
}

int tc_netns_list_name(struct tc_netns_list *list, tc_container_of *container_of, void *context)
{
	for (size_t i = 0; i < list->count; i++) {
		struct tc_netns *netns = &list->items[i];

		if (netns->pid && (!netns->name || *netns->name == '/')) {
			free(netns->name);
			netns->name = name_of_holder(netns->pid, container_of, context);
			if (!netns->name)
				return -ENOMEM;
		}
	}
	return 0;
}

static const char *container_of(void *processes, uint32_t pid)
{
	const struct tc_process *process = tc_processes_get(processes, pid, TC_PROCESS_CGROUP);

	return process ? process->container : NULL;
}

int tc_netns_list_all(struct tc_netns_list *ret_list)
{
	struct tc_processes processes = { .tree = NULL };
	struct tc_netns_list list;
	int err = tc_netns_list_read(&list);

	if (err)
		return err;
	err = tc_netns_list_name(&list, container_of, &processes);
	tc_processes_release(&processes);
	if (err)
		tc_netns_list_release(&list);
	else
		*ret_list = list;
	return err;
}

static char *take_name(struct tc_netns_list *list, uint64_t id)
{
	struct tc_netns *netns = tc_netns_list_find(list, id);

	return netns ? tc_take(netns->name) : NULL;
}

/* Most often it is the first one or has a file, and then no process needs to be looked at. */
char *tc_netns_name_here(void)
{
	struct tc_netns_list list = { 0 };
	char *name = NULL;
	uint64_t id;

	if (read_id(AT_FDCWD, "/proc/thread-self/ns/net", &id))
		return NULL;
	if (!name_init(&list) && !tc_netns_list_add_named(&list))
		name = take_name(&list, id);
	tc_netns_list_release(&list);
	if (name || tc_netns_list_all(&list))
		return name;
	name = take_name(&list, id);
	tc_netns_list_release(&list);
	return name;
}
