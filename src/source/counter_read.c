/* SPDX-License-Identifier: MIT */
/*
 * counter_read.c - reads the kernel's counters; see counter_read.h.
 *
 * The kernel sums up a counter of all processors when its line is printed, so a file is read
 * in as few calls as it has pages.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "source/counter_read.h"

#include <errno.h>
#include <fcntl.h>

#include "util/buf.h"
#include "util/macro.h"

/* A third of it is in use; what is longer is no file of this kind. */
enum { PIECE = 8 * 1024, FILE_MAX = 64 * 1024 };

static int read_file(int folder, const char *name, struct tc_buf *content)
{
	tc_auto_close int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (content->length < FILE_MAX && tc_buf_reserve(content, PIECE)) {
		ssize_t got = read(fd, content->data + content->length, PIECE);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		content->length += (size_t)got;
	}
	return content->failed ? -ENOMEM : -EFBIG;
}

void tc_counters_read(const char *folder, struct tc_counters *ret_counters)
{
	static const char *const files[] = {"netstat", "snmp"};
	tc_auto_close int fd =
		open(folder ? folder : "/proc/thread-self/net", O_PATH | O_DIRECTORY | O_CLOEXEC);
	tc_auto_buf struct tc_buf content = TC_BUF_INIT;
	struct tc_counters counters = {.status = {0}};
	bool all = fd >= 0;

	for (size_t i = 0; i < TC_ARRAY_SIZE(files) && fd >= 0; i++) {
		tc_buf_clear(&content);
		if (read_file(fd, files[i], &content) == 0)
			tc_counters_parse(content.data, content.length, &counters);
		else
			all = false;
	}
	if (all)
		tc_counters_end(&counters);
	*ret_counters = counters;
}
