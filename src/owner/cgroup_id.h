/* SPDX-License-Identifier: MIT */
/*
 * cgroup_id.h - the path of a cgroup by its number, which is what sockets carry.
 *
 * A socket keeps the number of the cgroup v2 that it was made in, also when its process has
 * gone. Each number is looked up once; the kernel gives none of them away twice.
 */
#ifndef TC_OWNER_CGROUP_ID_H
#define TC_OWNER_CGROUP_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/* Zeroed is how it begins. */
struct tc_cgroup_ids {
	void *tree;    /* of tsearch(3), by id */
	char *root;    /* where the cgroup2 file system is mounted, as the kernel writes it; owned */
	int mount;     /* descriptor of it, where `root` is set */
	bool looked;   /* for the mount */
	bool may_walk; /* ids may not be opened here: the whole tree is read instead, once */
	bool walked;
	bool whole;	  /* the mount is that of all cgroups, and no walk has left anything out */
	uint64_t highest; /* number that a walk has met */
};

void tc_cgroup_ids_release(struct tc_cgroup_ids *ids);

/*
 * The path of a cgroup below the mount, "/system.slice/nginx.service"; it lives as long as
 * `ids`. NULL: the cgroup has gone, is not below the mount, was made after a walk, cgroup v2 is
 * not mounted, or there is no memory.
 */
const char *tc_cgroup_ids_path(struct tc_cgroup_ids *ids, uint64_t id);

/*
 * Whether no path leads to that number any more: the cgroup has been removed, and nobody is in
 * it. False: it is there, or that is not known.
 */
bool tc_cgroup_ids_gone(struct tc_cgroup_ids *ids, uint64_t id);

/* Says the path of each cgroup that there is below the mount. Not 0: no more, and returned. */
typedef int tc_cgroup_visit(void *context, const char *path);
int tc_cgroup_ids_each(struct tc_cgroup_ids *ids, tc_cgroup_visit *visit, void *context);

/*
 * Where a line of /proc/self/mountinfo mounts cgroup v2, as a string in `room` bytes; false:
 * something else, or no such line.
 */
bool tc_cgroup_mount_line(struct tc_slice line, char *ret_path, size_t room);

#endif
