/* SPDX-License-Identifier: MIT */
/* descriptors.c - how many descriptors a process has open, and may have; see descriptors.h. */
#include "owner/descriptors.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/folder.h"
#include "util/macro.h"
#include "util/parse.h"

enum {
	LIMITS_MAX = 4096, /* 16 lines of 80 (fs/proc/base.c, proc_pid_limits) */
	COUNTED_MAX = 1 << 20,
};

/* "Max open files            1024                 524288               files     " */
bool tc_descriptors_limit(const char *text, size_t length, uint64_t *ret_limit)
{
	static const char name[] = "Max open files";
	const char *at = memmem(text, length, name, sizeof(name) - 1), *end = text + length;
	size_t digits = 0;

	if (!at)
		return false;
	at += sizeof(name) - 1;
	while (at < end && *at == ' ')
		at++;
	while (at + digits < end && at[digits] >= '0' && at[digits] <= '9')
		digits++;
	return tc_parse_uint(at, digits, UINT64_MAX, ret_limit) == 0;
}

static bool read_limit(uint32_t pid, uint64_t *ret_limit)
{
	char path[64], text[LIMITS_MAX];
	tc_auto_close int fd = -1;
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%u/limits", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, sizeof(text));
	return got > 0 && tc_descriptors_limit(text, (size_t)got, ret_limit);
}

/* Before Linux 6.2. Not so many that it takes long. */
static bool count_entries(const char *path, uint64_t *ret_open)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	uint64_t count = 0;
	int err = 0;

	if (!folder)
		return false;
	while (count <= COUNTED_MAX && (entry = tc_folder_next(folder, &err)))
		count += *entry->d_name != '.';
	closedir(folder);
	*ret_open = count;
	return !err && count <= COUNTED_MAX;
}

/* Since Linux 6.2 the size of the folder is their number, which everybody may ask
 * (fs/proc/fd.c, proc_fd_getattr). */
static bool read_open(uint32_t pid, uint64_t *ret_open)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	if (stat(path, &status))
		return false;
	if (status.st_size <= 0)
		return count_entries(path, ret_open);
	*ret_open = (uint64_t)status.st_size;
	return true;
}

void tc_descriptors_read(uint32_t pid, struct tc_descriptors *ret_descriptors)
{
	struct tc_descriptors found = {.has_open = false};

	found.has_limit = read_limit(pid, &found.limit);
	found.has_open = read_open(pid, &found.open);
	*ret_descriptors = found;
}
