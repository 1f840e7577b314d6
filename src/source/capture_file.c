/* SPDX-License-Identifier: MIT */
/* capture_file.c - the file end of reading saved listings; see capture_file.h. */
#include "source/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "source/capture.h"
#include "util/intl.h"

/* Large enough that reading costs nothing beside parsing, small enough for the cache. */
enum { CHUNK = 256 * 1024 };

static int say(struct tc_report *report, int err, const char *path, const char *what)
{
	bool is_stdin = strcmp(path, "-") == 0;

	snprintf(report->why, sizeof(report->why), "%.80s: %.170s",
		 is_stdin ? _("standard input") : path, what);
	return err;
}

static int say_errno(struct tc_report *report, int err, const char *path)
{
	char text[128];

	/* The GNU form: it needs no buffer that threads share. */
	return say(report, err, path, strerror_r(-err, text, sizeof(text)));
}

static int open_listing(const char *path, struct tc_report *report, int *ret_fd)
{
	struct stat status;
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

	if (!*path) {
		snprintf(report->why, sizeof(report->why), "%s",
			 _("the name of the listing is empty"));
		return -ENOENT;
	}
	if (fd < 0)
		return say_errno(report, -errno, path);
	*ret_fd = fd;
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
		return say(report, -EISDIR, path, _("a directory: name the listing in it"));
	return 0;
}

/* Reads until the buffer is full or the input ends, so that a pipe gives whole chunks. */
static ssize_t read_chunk(int fd, char *data, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t got = read(fd, data + length, size - length);

		/* A signal that the caller handles ends the reading: it may wait for ever. */
		if (got < 0)
			return length && errno != EINTR ? (ssize_t)length : -errno;
		if (!got)
			break;
		length += (size_t)got;
	}
	return (ssize_t)length;
}

static void free_capture(struct tc_capture **capture)
{
	tc_capture_free(*capture);
}

static int read_all(int fd, const char *path, struct tc_capture *capture, struct tc_report *report)
{
	tc_auto_free char *chunk = malloc(CHUNK);
	bool first = true;
	const char *refused;
	ssize_t length;
	int ret;

	if (!chunk)
		return -ENOMEM;
	while ((length = read_chunk(fd, chunk, CHUNK)) > 0) {
		refused = first ? tc_capture_refuse(chunk, (size_t)length) : NULL;
		first = false;
		if (refused)
			return say(report, -ENODATA, path, refused);
		if (tc_capture_feed(capture, chunk, (size_t)length))
			return tc_capture_finish(capture, report);
	}
	if (length < 0)
		return say_errno(report, (int)length, path);
	ret = tc_capture_finish(capture, report);
	if (ret == -ENODATA && !report->source) {
		char why[TC_WHY_MAX];

		memcpy(why, report->why, sizeof(why));
		return say(report, ret, path, why);
	}
	return ret;
}

int tc_capture_read(const char *path, tc_batch_sink *sink, void *context, struct tc_report *report)
{
	__attribute__((cleanup(free_capture))) struct tc_capture *capture = NULL;
	tc_auto_close int fd = -1;
	int ret;

	ret = open_listing(path, report, &fd);
	if (ret)
		return ret;
	ret = tc_capture_new(sink, context, &capture);
	if (ret)
		return ret;
	return read_all(fd, path, capture, report);
}
