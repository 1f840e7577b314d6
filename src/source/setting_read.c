/* SPDX-License-Identifier: MIT */
/*
 * setting_read.c - reads /proc/sys.
 *
 * A setting that does not exist is told from one that cannot be read: the first says which
 * kernel or namespace this is and has a known consequence, the second is ignorance.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "source/setting_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "util/macro.h"

/* A list of ports may be long: the worst, every second port, takes 192 KiB. */
enum { PATH_MAX_HERE = 128, CONTENT_MAX = 256 * 1024, CONTENT_USUAL = 256 };

static const char usual_root[] = "/proc/sys";

/* Reads the whole file; -EFBIG where it is longer than the room. */
static ssize_t read_file(int fd, char *content, size_t room)
{
	size_t used = 0;

	while (used < room) {
		ssize_t got = read(fd, content + used, room - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return (ssize_t)used;
		used += (size_t)got;
	}
	return -EFBIG;
}

/* Of so many bytes, or -errno. */
static enum tc_setting_status parse(const struct tc_setting_row *row, const char *content,
				    ssize_t length, struct tc_setting_value *value)
{
	if (length < 0 || tc_setting_parse(row, content, (size_t)length, value) < 0)
		return TC_SETTING_UNREADABLE;
	return TC_SETTING_READ;
}

static enum tc_setting_status read_value(int fd, const struct tc_setting_row *row, char *content,
					 size_t room, struct tc_setting_value *value)
{
	return parse(row, content, read_file(fd, content, room), value);
}

static enum tc_setting_status read_one(int root, const struct tc_setting_row *row, char *content,
				       struct tc_setting_value *value)
{
	tc_auto_close int fd = -1;
	char path[PATH_MAX_HERE];

	snprintf(path, sizeof(path), "%s/%s", row->folder, row->name);
	fd = openat(root, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? TC_SETTING_ABSENT : TC_SETTING_UNREADABLE;
	return read_value(fd, row, content, CONTENT_MAX, value);
}

static int open_root(const char *root)
{
	return open(root ? root : usual_root, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int tc_reserved_ports_read(const char *root, struct tc_port_set *ret_set)
{
	tc_auto_close int folder = open_root(root), fd = -1;
	tc_auto_free char *content = NULL;
	ssize_t length;

	if (folder < 0)
		return -errno;
	content = malloc(CONTENT_MAX);
	if (!content)
		return -ENOMEM;
	fd = openat(folder, "net/ipv4/ip_local_reserved_ports", O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT)
		return -errno;
	length = fd < 0 ? 0 : read_file(fd, content, CONTENT_MAX);
	return length < 0 ? (int)length : tc_port_set_parse(content, (size_t)length, ret_set);
}

void tc_settings_read(const char *root, struct tc_setting_value values[TC_SETTING_COUNT])
{
	tc_auto_close int fd = open_root(root);
	tc_auto_free char *content = malloc(CONTENT_MAX);

	for (int i = 0; i < TC_SETTING_COUNT; i++) {
		struct tc_setting_value value = {.status = TC_SETTING_UNREADABLE};

		if (fd >= 0 && content)
			value.status = read_one(fd, &tc_setting_rows[i], content, &value);
		values[i] = value;
	}
}

/*
 * A list of ports that is longer than the room is cut to it, without a word
 * (kernel/sysctl.c, proc_do_large_bitmap).
 */
static bool may_be_cut(size_t length, size_t room)
{
	return length >= room - sizeof("65535-65535,");
}

/* The kernel takes as much memory as it is offered, and clears it: mostly little will do. */
static enum tc_setting_status read_ports(int fd, const struct tc_setting_row *row,
					 struct tc_setting_value *value)
{
	tc_auto_free char *content = NULL;
	char usual[CONTENT_USUAL];
	ssize_t length = read_file(fd, usual, sizeof(usual));

	if (length >= 0 && !may_be_cut((size_t)length, sizeof(usual)))
		return parse(row, usual, length, value);
	content = malloc(CONTENT_MAX);
	if (!content || lseek(fd, 0, SEEK_SET) < 0)
		return TC_SETTING_UNREADABLE;
	return read_value(fd, row, content, CONTENT_MAX, value);
}

/* Without a root opened, and room for a list of ports: a census reads a dozen of these. */
void tc_setting_read(enum tc_setting id, struct tc_setting_value *ret_value)
{
	const struct tc_setting_row *row = &tc_setting_rows[id];
	struct tc_setting_value value = {.status = TC_SETTING_UNREADABLE};
	tc_auto_close int fd = -1;
	char path[PATH_MAX_HERE], content[CONTENT_USUAL];

	snprintf(path, sizeof(path), "%s/%s/%s", usual_root, row->folder, row->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && row->form == TC_FORM_PORTS)
		value.status = read_ports(fd, row, &value);
	else if (fd >= 0)
		value.status = read_value(fd, row, content, sizeof(content), &value);
	else if (errno == ENOENT && access(usual_root, F_OK) == 0)
		value.status = TC_SETTING_ABSENT;
	*ret_value = value;
}
