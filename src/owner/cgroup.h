/* SPDX-License-Identifier: MIT */
/*
 * cgroup.h - what the path of a cgroup says: the systemd unit, the container, the pod.
 *
 * The path is all that is looked at. No container engine is asked, so it works without their
 * sockets and their privileges, and for a cgroup that another machine told of.
 */
#ifndef TC_OWNER_CGROUP_H
#define TC_OWNER_CGROUP_H

#include "util/slice.h"

/* A name in a cgroup path has at most 255 bytes (NAME_MAX); an engine's name at most 16. */
enum { TC_CONTAINER_MAX = 16 + 1 + 255 + 1, TC_POD_MAX = 36 + 1 };

struct tc_cgroup {
	struct tc_slice unit;		  /* a part of the path, as systemctl(1) shows it; empty: none */
	char container[TC_CONTAINER_MAX]; /* "docker/3f4a5b6c7d8e", "lxc/web1"; "": none */
	char pod[TC_POD_MAX];		  /* uid of the Kubernetes pod, with dashes; "": none */
};

/*
 * What a path says. The unit is the innermost one, a slice only where there is nothing else;
 * the container is the innermost one. A virtual machine is no container, and what watches a
 * container from outside (conmon, lxc-start, systemd-nspawn itself) is not in it. Total: any
 * bytes give an answer.
 */
void tc_cgroup_read(struct tc_slice path, struct tc_cgroup *ret_cgroup);

/*
 * The path in a /proc/PID/cgroup, a part of the text; empty: none. It is that of cgroup v2,
 * unless that says less than one of v1, as with an engine that left the v2 tree alone.
 */
struct tc_slice tc_cgroup_of_process(struct tc_slice text);

#endif
