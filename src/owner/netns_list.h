/* SPDX-License-Identifier: MIT */
/*
 * netns_list.h - every network namespace of the machine, each once.
 *
 * A namespace lives as long as anything holds it: a thread, a file that it is mounted on, an
 * open descriptor of it, or a socket that was made in it. The kernel lists none of them, so
 * they are looked for through /proc, cheapest first.
 */
#ifndef TC_OWNER_NETNS_LIST_H
#define TC_OWNER_NETNS_LIST_H

#include "tcpcensus.h"

struct tc_netns {
	uint64_t id;  /* inode number in nsfs */
	int fd;	      /* to enter it with; owned */
	int err;      /* why fd is -1 while looking; not of a finished list */
	uint32_t pid; /* the first thread found in it; 0: none is */
	char *name;   /* can be typed as --netns; owned */
};

struct tc_netns_list {
	struct tc_netns *items; /* in ascending order of id */
	size_t count, capacity;
	uint64_t lost;	    /* namespaces that were seen and could not be opened */
	int lost_err;	    /* why the first of them could not: -ENOENT, it has vanished */
	int short_err;	    /* why not everywhere was looked, as -EMFILE: too few descriptors; or 0 */
	uint64_t hidden;    /* processes that we are not allowed to look at, */
	uint64_t closed;    /* of these, because their descriptors may not be listed */
	uint64_t unchecked; /* descriptors of sockets that were too many to look at */
	bool has_our_pids;  /* while it is read: processes have the numbers of our pid namespace */
	bool enclosed;	    /* only processes of a pid namespace were looked at, not the machine's */
};

/* Finds the namespaces. Names are those that no holder gives: see tc_netns_list_name(). -ENOMEM. */
int tc_netns_list_read(struct tc_netns_list *ret_list);
void tc_netns_list_release(struct tc_netns_list *list);

/* What a process runs in, "docker/3f4a5b6c7d8e", or NULL. The text is copied. */
typedef const char *tc_container_of(void *context, uint32_t pid);

/*
 * Names the namespaces that have no name yet: by the container of a holder (container_of may be
 * NULL), or as "pid/812/nginx". -ENOMEM.
 */
int tc_netns_list_name(struct tc_netns_list *list, tc_container_of *container_of, void *context);

/* Both of the above, and containers as the program knows them. -ENOMEM. */
int tc_netns_list_all(struct tc_netns_list *ret_list);

/* The name of the namespace that the calling thread is in, or NULL; to be freed. */
char *tc_netns_name_here(void);

/* The namespace of an id or a name, or NULL. */
struct tc_netns *tc_netns_list_find(const struct tc_netns_list *list, uint64_t id);
struct tc_netns *tc_netns_list_find_name(const struct tc_netns_list *list, const char *name);

/* ---- For those that look ------------------------------------------------------------- */

/* The namespace of an id, which is added where it was not seen before; or NULL: no memory. */
struct tc_netns *tc_netns_list_meet(struct tc_netns_list *list, uint64_t id);

/* Notes that something could not be opened, where that is for want of descriptors. */
void tc_netns_list_failed(struct tc_netns_list *list, int error);

/* Notes that a folder could not be listed to its end (-errno, or 0), where what it tells of is there. */
void tc_netns_list_unlisted(struct tc_netns_list *list, int err);

/* Opens a namespace that is not open yet, by a path below a directory. */
void tc_netns_list_open(struct tc_netns_list *list, struct tc_netns *netns, int dir, const char *path);

/* "net:[4026531840]", as the links of nsfs read. False: something else. */
bool tc_netns_link_id(const char *link, size_t length, uint64_t *ret_id);

/* The files that namespaces are mounted on: with names, and in the mount namespace of a process. */
int tc_netns_list_add_named(struct tc_netns_list *list);
int tc_netns_list_add_mounted(struct tc_netns_list *list, int proc, const char *pid);

/* The descriptors of a process: of namespaces, and of sockets up to *budget. */
int tc_netns_list_add_open(struct tc_netns_list *list, int process, const char *pid,
			   uint64_t *budget);

#endif
