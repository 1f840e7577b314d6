/* SPDX-License-Identifier: MIT */
/* filter_lookup.c - what this machine says about the names in a filter. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* name_to_handle_at() */
#endif

#include "model/filter_lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/vfs.h>

#include "util/addr.h"
#include "util/macro.h"
#include "util/near.h"

/* An entry with all its aliases: /etc/services has lines of no more than 100 characters. */
enum { ENTRY_MAX = 4096, LINE_MAX_LENGTH = 512 };

int tc_lookup_service(const char *name, uint16_t *ret_port)
{
	struct servent entry, *found = NULL;
	char memory[ENTRY_MAX];

	if (getservbyname_r(name, "tcp", &entry, memory, sizeof(memory), &found) || !found)
		return -ENOENT;
	*ret_port = ntohs((uint16_t)found->s_port);
	return 0;
}

/* Offers a name that will not live, and keeps a copy of it where it is the nearest. */
static void offer_copy(struct tc_near *near, const char *name, char kept[TC_LOOKUP_NEAR_MAX])
{
	tc_near_offer(near, name);
	if (near->best != name)
		return;
	snprintf(kept, TC_LOOKUP_NEAR_MAX, "%s", name);
	near->best = kept;
}

void tc_lookup_near_service(const char *name, char near_name[TC_LOOKUP_NEAR_MAX])
{
	/* getservent(3) keeps its place in a global; the file is simple enough. */
	tc_auto_fclose FILE *file = fopen("/etc/services", "re");
	char line[LINE_MAX_LENGTH], service[TC_LOOKUP_NEAR_MAX];
	struct tc_near near;

	near_name[0] = '\0';
	tc_near_init(&near, name, strlen(name));
	while (file && fgets(line, sizeof(line), file))
		if (strstr(line, "/tcp") && sscanf(line, "%63s", service) == 1 && *service != '#')
			offer_copy(&near, service, near_name);
}

static int take_addresses(const struct addrinfo *list, int count,
			  struct tc_addr addrs[TC_LOOKUP_HOSTS_MAX],
			  int families[TC_LOOKUP_HOSTS_MAX])
{
	for (; list && count < TC_LOOKUP_HOSTS_MAX; list = list->ai_next) {
		if (list->ai_family == AF_INET) {
			struct sockaddr_in in;

			memcpy(&in, list->ai_addr, sizeof(in));
			addrs[count] = tc_addr_from4(in.sin_addr.s_addr);
		} else {
			struct sockaddr_in6 in6;

			memcpy(&in6, list->ai_addr, sizeof(in6));
			memcpy(addrs[count].byte, &in6.sin6_addr, sizeof(addrs[count].byte));
		}
		families[count++] = list->ai_family;
	}
	return count;
}

int tc_lookup_host(const char *name, int family, struct tc_addr addrs[TC_LOOKUP_HOSTS_MAX],
		   int families[TC_LOOKUP_HOSTS_MAX])
{
	static const int order[] = {AF_INET, AF_INET6};
	int count = 0;

	for (size_t i = 0; i < TC_ARRAY_SIZE(order); i++) {
		struct addrinfo hints = {.ai_family = order[i], .ai_socktype = SOCK_STREAM};
		struct addrinfo *list = NULL;

		if (family && family != order[i])
			continue;
		if (getaddrinfo(name, NULL, &hints, &list) == 0)
			count = take_addresses(list, count, addrs, families);
		if (list)
			freeaddrinfo(list);
	}
	return count ? count : -ENOENT;
}

int tc_lookup_device(const char *name, uint32_t *ret_index)
{
	unsigned index = if_nametoindex(name);

	if (!index)
		return -ENOENT;
	*ret_index = index;
	return 0;
}

bool tc_lookup_device_number(uint32_t index)
{
	char name[IF_NAMESIZE];

	return if_indextoname(index, name) != NULL;
}

void tc_lookup_near_device(const char *name, char near_name[TC_LOOKUP_NEAR_MAX])
{
	struct if_nameindex *list = if_nameindex();
	struct tc_near near;

	near_name[0] = '\0';
	tc_near_init(&near, name, strlen(name));
	for (struct if_nameindex *row = list; row && row->if_name; row++)
		offer_copy(&near, row->if_name, near_name);
	if (list)
		if_freenameindex(list);
}

/* In the cgroup hierarchy of version 2 a file handle is the id of the group. */
static int cgroup_id(const char *path, uint64_t *ret_id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(uint64_t)];
	} of = {.handle.handle_bytes = sizeof(uint64_t)};
	struct statfs fs;
	int mount_id;

	if (statfs(path, &fs))
		return -errno;
	if (fs.f_type != CGROUP2_SUPER_MAGIC)
		return -ENOTSUP;
	if (name_to_handle_at(AT_FDCWD, path, &of.handle, &mount_id, 0))
		return -errno;
	memcpy(ret_id, of.handle.f_handle, sizeof(*ret_id));
	return 0;
}

/* 1: nowhere that we see. */
static int cgroup_mount(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	char memory[ENTRY_MAX];
	struct mntent entry;
	int err = 1;

	if (!mounts)
		return -errno;
	while (err && getmntent_r(mounts, &entry, memory, sizeof(memory)))
		if (strcmp(entry.mnt_type, "cgroup2") == 0 &&
		    (size_t)snprintf(path, size, "%s", entry.mnt_dir) < size)
			err = 0;
	endmntent(mounts);
	return err;
}

int tc_lookup_cgroup(const char *path, uint64_t *ret_id)
{
	char mount[ENTRY_MAX], full[2 * ENTRY_MAX + 2];
	int err = cgroup_id(path, ret_id), mounted = err ? cgroup_mount(mount, sizeof(mount)) : 0;

	if (mounted < 0)
		return -ENODATA;
	if (!err || mounted)
		return err;
	if ((size_t)snprintf(full, sizeof(full), "%s/%s", mount, path) >= sizeof(full))
		return -ENAMETOOLONG;
	/* The path as it was given is what people meant where it exists but is no group. */
	return cgroup_id(full, ret_id) ? err : 0;
}

int tc_lookup_local_ports(uint16_t *ret_low, uint16_t *ret_high)
{
	tc_auto_fclose FILE *file = fopen(TC_LOCAL_PORTS_FILE, "re");
	uint16_t low, high;

	if (!file)
		return -errno;
	if (fscanf(file, "%hu %hu", &low, &high) != 2)
		return -EBADMSG;
	*ret_low = low;
	*ret_high = high;
	return 0;
}
