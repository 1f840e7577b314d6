/* SPDX-License-Identifier: MIT */
/* cgroup_id.c - the path of a cgroup by its number; see cgroup_id.h. */
#include "owner/cgroup_id.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/folder.h"
#include "util/macro.h"

/* FILEID_KERNFS of the kernel's linux/exportfs.h: the handle is the id and nothing else. */
enum { HANDLE_KERNFS = 0xfe };

/* A tree of cgroups is much smaller; what is larger or deeper is not read to its end. */
enum { WALK_MAX = 200000, WALK_DEPTH = 64 };

/* The first node of the tree (fs/kernfs/dir.c, kernfs_create_root); others count up from there. */
enum { ROOT_ID = 1 };

struct known {
	uint64_t id;
	char *path; /* owned; NULL: it has none */
	bool gone;
};

static void free_known(void *pointer)
{
	struct known *known = pointer;

	free(known->path);
	free(known);
}

void tc_cgroup_ids_release(struct tc_cgroup_ids *ids)
{
	tdestroy(ids->tree, free_known);
	if (ids->root)
		close(ids->mount);
	free(ids->root);
	*ids = (struct tc_cgroup_ids){0};
}

static int compare_ids(const void *one, const void *other)
{
	uint64_t a = ((const struct known *)one)->id, b = ((const struct known *)other)->id;

	return (a > b) - (a < b);
}

/* Keeps a path, which may be NULL, and owns it from now on. */
static int add(struct tc_cgroup_ids *ids, uint64_t id, char *path, bool gone)
{
	struct known *known = malloc(sizeof(*known)), **node;

	if (!known) {
		free(path);
		return -ENOMEM;
	}
	*known = (struct known){.id = id, .path = path, .gone = gone};
	node = tsearch(known, &ids->tree, compare_ids);
	if (node && *node == known)
		return 0;
	free_known(known);
	return node ? 0 : -ENOMEM; /* or it was there already */
}

/* mountinfo writes blanks and the like as "\040". */
static bool unescape_octal(struct tc_slice text, char *ret_path, size_t room)
{
	size_t used = 0;

	while (text.length && used + 1 < room) {
		const char *c = text.data;
		bool octal = text.length >= 4 && c[0] == '\\' && c[1] >= '0' && c[1] <= '3' &&
			     c[2] >= '0' && c[2] <= '7' && c[3] >= '0' && c[3] <= '7';

		ret_path[used++] =
			octal ? (char)((c[1] - '0') << 6 | (c[2] - '0') << 3 | (c[3] - '0')) : *c;
		text = tc_slice_after(text, octal ? 4 : 1);
	}
	ret_path[used] = '\0';
	return used && !text.length;
}

/* Takes the first word off the line. */
static struct tc_slice next_word(struct tc_slice *line)
{
	struct tc_slice word = tc_slice_until(*line, ' ');

	*line = tc_slice_after(*line, word.length + 1);
	return word;
}

bool tc_cgroup_mount_line(struct tc_slice line, char *ret_path, size_t room)
{
	enum { BEFORE_MOUNT_POINT = 4 }; /* id, parent, device, root within the file system */
	struct tc_slice mount_point;

	for (int i = 0; i < BEFORE_MOUNT_POINT; i++)
		next_word(&line);
	mount_point = next_word(&line);
	/* Any number of optional fields stands before the dash. */
	while (line.length && !tc_slice_is(next_word(&line), "-"))
		;
	return tc_slice_is(next_word(&line), "cgroup2") &&
	       unescape_octal(mount_point, ret_path, room);
}

static bool find_mount(char *ret_path, size_t room)
{
	tc_auto_fclose FILE *file = fopen("/proc/thread-self/mountinfo", "re");
	tc_auto_free char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while (file && (length = getline(&line, &size, file)) > 0) {
		struct tc_slice text = {line, (size_t)length};

		if (tc_cgroup_mount_line(tc_slice_until(text, '\n'), ret_path, room))
			return true;
	}
	return false;
}

/* The path that the kernel knows for a descriptor; NULL: none, or no memory. */
static char *path_of(int fd)
{
	char link[32], path[PATH_MAX];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/thread-self/fd/%d", fd);
	length = readlink(link, path, sizeof(path));
	if (length <= 0 || (size_t)length == sizeof(path))
		return NULL;
	return strndup(path, (size_t)length);
}

static void open_mount(struct tc_cgroup_ids *ids)
{
	tc_auto_close int fd = -1;
	char path[PATH_MAX];
	struct stat root;

	ids->looked = true;
	if (!find_mount(path, sizeof(path)))
		return;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	ids->root = path_of(fd);
	if (!ids->root)
		return;
	ids->whole = fstat(fd, &root) == 0 && root.st_ino == ROOT_ID;
	ids->mount = fd;
	fd = -1;
}

/* The descriptor of a cgroup, or a negative errno; -ESTALE: it has gone. */
static int open_id(const struct tc_cgroup_ids *ids, uint64_t id)
{
	tc_auto_free struct file_handle *handle = malloc(sizeof(*handle) + sizeof(id));
	int fd;

	if (!handle)
		return -ENOMEM;
	handle->handle_bytes = sizeof(id);
	handle->handle_type = HANDLE_KERNFS;
	memcpy(handle->f_handle, &id, sizeof(id));
	/* O_DIRECTORY: newer kernels then let the root of a container do it as well. */
	fd = open_by_handle_at(ids->mount, handle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The part of a path that is below the mount; NULL: it is not below, or no memory. */
static char *below_mount(const struct tc_cgroup_ids *ids, const char *path)
{
	static const char deleted[] = " (deleted)";
	size_t root = strlen(ids->root), length = strlen(path);

	if (root == 1) /* mounted at "/" */
		root = 0;
	if (strncmp(path, ids->root, root) != 0 || (path[root] && path[root] != '/'))
		return NULL;
	/* Removed between the opening and the reading. */
	if (length >= sizeof(deleted) && !strcmp(path + length + 1 - sizeof(deleted), deleted))
		return NULL;
	return strdup(path[root] ? path + root : "/");
}

static int look_up(struct tc_cgroup_ids *ids, uint64_t id)
{
	tc_auto_close int fd = open_id(ids, id);
	tc_auto_free char *path = NULL;

	if (fd < 0 && fd != -ESTALE)
		return fd;
	if (fd >= 0)
		path = path_of(fd);
	return add(ids, id, path ? below_mount(ids, path) : NULL, fd == -ESTALE);
}

struct walk {
	struct tc_cgroup_ids *ids;
	tc_cgroup_visit *visit; /* or NULL */
	void *context;
	size_t left;
	char path[PATH_MAX]; /* of the folder that is being read; "" is the root */
};

static int walk_folder(struct walk *walk, int folder, size_t length, int depth);

/* Adds the cgroup whose path has been written up to `length`, and all below it. */
static int walk_into(struct walk *walk, int folder, const struct dirent *child, size_t length,
		     int depth)
{
	int written = snprintf(walk->path + length, sizeof(walk->path) - length, "/%s",
			       child->d_name);
	int err, fd = -1;
	char *path;

	if (written < 0 || (size_t)written >= sizeof(walk->path) - length || !walk->left) {
		walk->ids->whole = false;
		return 0;
	}
	walk->left--;
	if (child->d_ino > walk->ids->highest)
		walk->ids->highest = child->d_ino;
	path = strdup(walk->path);
	err = path ? add(walk->ids, child->d_ino, path, false) : -ENOMEM;
	if (!err && walk->visit)
		err = walk->visit(walk->context, walk->path);
	if (err)
		return err;
	if (depth < WALK_DEPTH)
		fd = openat(folder, child->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) { /* gone meanwhile, or not for this user */
		walk->ids->whole = false;
		return 0;
	}
	return walk_folder(walk, fd, length + (size_t)written, depth + 1);
}

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

/* Takes the descriptor over. The inode number of a cgroup is its id. */
static int walk_folder(struct walk *walk, int fd, size_t length, int depth)
{
	__attribute__((cleanup(close_folder))) DIR *folder = fdopendir(fd);
	const struct dirent *child;
	int err = 0, listed = 0;

	if (!folder) {
		err = -errno;
		close(fd);
		return err;
	}
	while (!err && (child = tc_folder_next(folder, &listed))) {
		if (child->d_type == DT_DIR && strcmp(child->d_name, ".") &&
		    strcmp(child->d_name, ".."))
			err = walk_into(walk, dirfd(folder), child, length, depth);
	}
	walk->ids->whole &= !listed;
	return err;
}

static int walk_all(struct tc_cgroup_ids *ids, tc_cgroup_visit *visit, void *context)
{
	tc_auto_free struct walk *walk = malloc(sizeof(*walk));
	struct stat root;
	int fd, err = -ENOMEM;
	char *path;

	ids->walked = true;
	path = walk && fstat(ids->mount, &root) == 0 ? strdup("/") : NULL;
	if (path)
		err = add(ids, root.st_ino, path, false);
	fd = err ? -1 : openat(ids->mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		*walk = (struct walk){
			.ids = ids,
			.visit = visit,
			.context = context,
			.left = WALK_MAX,
		};
		err = walk_folder(walk, fd, 0, 0);
	}
	ids->whole &= fd >= 0 && !err;
	return err;
}

const char *tc_cgroup_ids_path(struct tc_cgroup_ids *ids, uint64_t id)
{
	struct known wanted = {.id = id}, **node;

	node = tfind(&wanted, &ids->tree, compare_ids);
	if (node)
		return (*node)->path;
	if (!ids->looked)
		open_mount(ids);
	if (!ids->root)
		return NULL;
	/* EPERM: not the privilege; others: a kernel that knows no such handles. */
	if (!ids->may_walk && look_up(ids, id) < 0)
		ids->may_walk = true;
	if (ids->may_walk && !ids->walked)
		walk_all(ids, NULL, NULL);
	node = tfind(&wanted, &ids->tree, compare_ids);
	return node ? (*node)->path : NULL;
}

/* What a walk has not met is gone if it is older than what it has. */
bool tc_cgroup_ids_gone(struct tc_cgroup_ids *ids, uint64_t id)
{
	struct known wanted = {.id = id}, **node;

	if (tc_cgroup_ids_path(ids, id) || !ids->whole)
		return false;
	node = tfind(&wanted, &ids->tree, compare_ids);
	return node ? (*node)->gone : ids->walked && id < ids->highest;
}

int tc_cgroup_ids_each(struct tc_cgroup_ids *ids, tc_cgroup_visit *visit, void *context)
{
	if (!ids->looked)
		open_mount(ids);
	return ids->root ? walk_all(ids, visit, context) : 0;
}
