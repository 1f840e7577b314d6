/* SPDX-License-Identifier: MIT */
/*
 * netns_held.c - network namespaces in which no thread may be: held by files, by descriptors,
 * by sockets; see netns_list.h.
 *
 * A namespace that has no better name is called by a path that leads to it, /proc/812/fd/7 say.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "owner/netns_list.h"
#include "util/folder.h"
#include "util/macro.h"

/* ---- Files --------------------------------------------------------------------------- */

/* A file "all" is not meant by that word. */
static int set_name(struct tc_netns *netns, const char *name)
{
	if (!netns->name)
		netns->name = strdup(strcmp(name, "all") ? name : "/run/netns/all");
	return netns->name ? 0 : -ENOMEM;
}

/* A file that a namespace is mounted on, or a link to one of /proc. */
static int add_file(struct tc_netns_list *list, int dir, const char *path, dev_t nsfs)
{
	struct stat status;
	struct tc_netns *netns;

	if (fstatat(dir, path, &status, 0) || status.st_dev != nsfs)
		return 0; /* an empty file, which is left when a namespace was given up */
	netns = tc_netns_list_meet(list, status.st_ino);
	if (!netns)
		return -ENOMEM;
	tc_netns_list_open(list, netns, dir, path);
	return set_name(netns, path);
}

int tc_netns_list_add_named(struct tc_netns_list *list)
{
	DIR *dir = opendir("/run/netns");
	const struct dirent *entry;
	int err = 0, listed = 0;
	struct stat status;

	if (!dir)
		tc_netns_list_failed(list, errno);
	if (stat("/proc/thread-self/ns/net", &status))
		status.st_dev = 0;
	while (dir && !err && (entry = tc_folder_next(dir, &listed)))
		if (*entry->d_name != '.')
			err = add_file(list, dirfd(dir), entry->d_name, status.st_dev);
	tc_netns_list_unlisted(list, listed);
	if (dir)
		closedir(dir);
	return err;
}

/* Paths in mountinfo have \040 for what would end them (proc(5)). */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] && from[2] && from[3]) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* "36 25 0:4 net:[4026532300] /run/netns/blue rw - nsfs nsfs rw": the fourth and the fifth. */
static int add_mount(struct tc_netns_list *list, int proc, const char *pid, const char *line)
{
	char root[64], point[2048], path[2200];
	struct tc_netns *netns;
	struct stat status;
	uint64_t id;

	if (sscanf(line, "%*s %*s %*s %63s %2047s", root, point) != 2 ||
	    !tc_netns_link_id(root, strlen(root), &id))
		return 0;
	netns = tc_netns_list_meet(list, id);
	if (!netns)
		return -ENOMEM;
	unescape(point);
	snprintf(path, sizeof(path), "/proc/%s/root%s", pid, point);
	tc_netns_list_open(list, netns, proc, path + strlen("/proc/"));
	/* Where we see the file ourselves, its path is shorter. */
	return set_name(netns, stat(point, &status) == 0 && status.st_ino == id ? point : path);
}

int tc_netns_list_add_mounted(struct tc_netns_list *list, int proc, const char *pid)
{
	tc_auto_fclose FILE *file = NULL;
	tc_auto_free char *line = NULL;
	char path[64];
	size_t size = 0;
	int err = 0;

	snprintf(path, sizeof(path), "/proc/%s/mountinfo", pid);
	file = fopen(path, "re");
	if (!file)
		tc_netns_list_failed(list, errno);
	while (file && !err && getline(&line, &size, file) > 0)
		if (strstr(line, " net:["))
			err = add_mount(list, proc, pid, line);
	return err;
}

/* ---- Descriptors --------------------------------------------------------------------- */

/* Whether SIOCGSKNS tells its namespace: a socket, or a descriptor of TUN (__tun_chr_ioctl). */
static bool has_netns(const char *link, size_t length)
{
	static const char tun[] = "/net/tun";
	const size_t tail = sizeof(tun) - 1;

	return (length >= 8 && memcmp(link, "socket:[", 8) == 0) ||
	       (length >= tail && memcmp(link + length - tail, tun, tail) == 0);
}

/* The namespace of a socket of somebody else, through a descriptor of our own for a moment. */
static int open_socket_netns(int pidfd, int number)
{
	tc_auto_close int socket = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);

	return socket < 0 ? -1 : ioctl(socket, SIOCGSKNS);
}

/* The descriptor is kept only where the namespace is met the first time. */
static int add_socket(struct tc_netns_list *list, int pidfd, const char *pid, const char *number)
{
	tc_auto_close int fd = open_socket_netns(pidfd, atoi(number));
	struct tc_netns *netns;
	struct stat status;
	char path[64];

	if (fd < 0)
		tc_netns_list_failed(list, errno);
	if (fd < 0 || fstat(fd, &status))
		return 0;
	netns = tc_netns_list_meet(list, status.st_ino);
	if (!netns)
		return -ENOMEM;
	if (netns->fd >= 0)
		return 0;
	netns->fd = fd;
	fd = -1;
	snprintf(path, sizeof(path), "/proc/%.10s/fd/%.10s", pid, number);
	return set_name(netns, path);
}

static int add_descriptor(struct tc_netns_list *list, int fds, const char *pid, const char *number,
			  const char *link, size_t length)
{
	struct tc_netns *netns;
	char path[64];
	uint64_t id;

	if (!tc_netns_link_id(link, length, &id))
		return 0;
	netns = tc_netns_list_meet(list, id);
	if (!netns)
		return -ENOMEM;
	if (netns->fd >= 0)
		return 0;
	tc_netns_list_open(list, netns, fds, number);
	snprintf(path, sizeof(path), "/proc/%.10s/fd/%.10s", pid, number);
	return set_name(netns, path);
}

static int add_link(struct tc_netns_list *list, int fds, const char *pid, const char *number,
		    int pidfd, uint64_t *budget)
{
	char link[64];
	ssize_t length = readlinkat(fds, number, link, sizeof(link));

	if (length > 5 && memcmp(link, "net:[", 5) == 0)
		return add_descriptor(list, fds, pid, number, link, (size_t)length);
	if (length < 0 || !has_netns(link, (size_t)length) || pidfd < 0)
		return 0;
	if (!*budget) {
		list->unchecked++;
		return 0;
	}
	--*budget;
	return add_socket(list, pidfd, pid, number);
}

/* Without it sockets are not looked at: the number would be that of somebody else. */
static int open_process(const struct tc_netns_list *list, const char *pid)
{
	return list->has_our_pids ? (int)syscall(SYS_pidfd_open, atoi(pid), 0) : -1;
}

int tc_netns_list_add_open(struct tc_netns_list *list, int process, const char *pid,
			   uint64_t *budget)
{
	tc_auto_close int pidfd = open_process(list, pid);
	int folder = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *fds = folder < 0 ? NULL : fdopendir(folder);
	const struct dirent *entry;
	int err = 0, listed = 0;

	if (!fds) {
		tc_netns_list_failed(list, errno);
		/* The folder is its owner's, whoever may trace it (fs/proc/fd.c, proc_fd_permission). */
		if (errno == EACCES || errno == EPERM) {
			list->hidden++;
			list->closed++;
		}
		if (folder >= 0)
			close(folder);
		return 0;
	}
	while (!err && (entry = tc_folder_next(fds, &listed)))
		err = add_link(list, folder, pid, entry->d_name, pidfd, budget);
	tc_netns_list_unlisted(list, listed);
	closedir(fds);
	return err;
}
