/* SPDX-License-Identifier: MIT */
/* capture_file.c - the file end of reading saved listings; see capture_file.h. */
#include "source/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "source/capture.h"
#include "source/readings_text.h"
#include "util/intl.h"

/* Large enough that reading costs nothing beside parsing, small enough for the cache. */
enum { CHUNK = 256 * 1024 };

static const char *shown(const struct tc_capture_file *file)
{
	return strcmp(file->name, "-") == 0 ? _("standard input") : file->name;
}

static int say(struct tc_report *report, int err, const char *name, const char *what)
{
	snprintf(report->why, sizeof(report->why), "%.80s: %.170s", name, what);
	return err;
}

static int say_errno(struct tc_report *report, int err, const struct tc_capture_file *file)
{
	char text[128];

	/* The GNU form: it needs no buffer that threads share. */
	return say(report, err, shown(file), strerror_r(-err, text, sizeof(text)));
}

static int open_listing(const struct tc_capture_file *file, struct tc_report *report, int *ret_fd)
{
	const char *path = file->path;
	struct stat status;
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

	if (!*path) {
		snprintf(report->why, sizeof(report->why), "%s",
			 _("the name of the listing is empty"));
		return -ENOENT;
	}
	if (fd < 0)
		return say_errno(report, -errno, file);
	*ret_fd = fd;
	/* What the program puts in place of a descriptor that is closed. */
	if (strcmp(path, "-") == 0 && fcntl(fd, F_GETFL) & O_PATH)
		return say(report, -EBADF, shown(file), _("it is closed"));
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
		return say(report, -EISDIR, shown(file), _("a directory: name the listing in it"));
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

/*
 * Of several files, whether one without sockets has settings or counters: what is in it may be
 * for another command, but a file with nothing at all was given by mistake.
 */
struct other {
	struct tc_readings_text *text; /* owned; NULL: there is one file */
	struct tc_readings *readings;  /* owned */
	uint64_t sockets;	       /* before this file */
	uint64_t bytes;		       /* of this file */
};

static void free_other(struct other *other)
{
	tc_readings_text_free(other->text);
	free(other->readings);
}

static int begin_other(struct other *other, const struct tc_capture *capture)
{
	free_other(other);
	*other = (struct other){.sockets = tc_capture_sockets(capture)};
	other->readings = calloc(1, sizeof(*other->readings));
	return other->readings ? tc_readings_text_new(other->readings, &other->text) : -ENOMEM;
}

static void feed_other(struct other *other, const struct tc_capture *capture, const char *chunk,
		       size_t length)
{
	other->bytes += length;
	if (other->text && tc_capture_sockets(capture) == other->sockets)
		tc_readings_text_feed(other->text, chunk, length);
}

/* What a file is of which nothing can be used; NULL: something can. */
static const char *why_unused(struct other *other, const struct tc_capture *capture)
{
	if (!other->text || tc_capture_sockets(capture) != other->sockets)
		return NULL;
	if (!other->bytes)
		return _("it is empty");
	if (tc_readings_text_finish(other->text) == 0)
		return NULL;
	return _("no sockets (ss -tan, netstat -an), settings (sysctl -a) or counters (nstat -az) "
		 "in it");
}

static void note_unused(const struct tc_capture_file *file, struct other *other,
			const struct tc_capture *capture, struct tc_report *report)
{
	const char *why = why_unused(other, capture);

	if (!why)
		return;
	if (report->unused_count < TC_UNUSED_MAX) {
		report->unused[report->unused_count].file = file->name;
		snprintf(report->unused[report->unused_count].why, sizeof(report->unused[0].why),
			 "%s", why);
	}
	report->unused_count++;
}

/* Feeds one file. 0; 1: the reader takes no more; or what went wrong, with why. */
static int feed_file(const struct tc_capture_file *file, struct tc_capture *capture, char *chunk,
		     struct other *other, struct tc_report *report)
{
	tc_auto_close int fd = -1;
	bool first = true;
	ssize_t length;
	int err = open_listing(file, report, &fd);

	if (err)
		return err;
	while ((length = read_chunk(fd, chunk, CHUNK)) > 0) {
		const char *refused = first ? tc_capture_refuse(chunk, (size_t)length) : NULL;

		first = false;
		if (refused)
			return say(report, -ENODATA, shown(file), refused);
		if (tc_capture_feed(capture, chunk, (size_t)length))
			return 1;
		feed_other(other, capture, chunk, (size_t)length);
	}
	return length < 0 ? say_errno(report, (int)length, file) : 0;
}

/* The names of the files, of many the first and how many more there are. */
static void name_files(const struct tc_capture_file *files, size_t count, char text[96])
{
	if (count == 1)
		snprintf(text, 96, "%.80s", shown(files));
	else
		snprintf(text, 96,
			 tc_ngettext("%.60s and %zu other file", "%.60s and %zu other files",
				     count - 1),
			 shown(files), count - 1);
}

static void name_unread(const struct tc_capture_file *files, size_t count,
			const struct tc_capture *capture, struct tc_report *report)
{
	for (size_t i = 0; count > 1 && i < TC_UNREAD_MAX && i < report->unread; i++)
		report->unread_file[i] = files[tc_capture_unread_file(capture, i)].name;
}

static int finish(const struct tc_capture_file *files, size_t count, struct tc_capture *capture,
		  struct tc_report *report)
{
	int ret = tc_capture_finish(capture, report);
	char why[TC_WHY_MAX], names[96];

	name_unread(files, count, capture, report);
	if (ret != -ENODATA || report->source)
		return ret;
	memcpy(why, report->why, sizeof(why));
	name_files(files, count, names);
	return say(report, ret, names, why);
}

/* Counts what was read since the file before it. */
static void note_origin(const struct tc_capture_file *files, size_t index,
			const struct tc_capture *capture, struct tc_report *report)
{
	uint64_t before = 0;

	report->origin_count = index + 1;
	if (index >= TC_ORIGINS_MAX)
		return;
	for (size_t i = 0; i < index; i++)
		before += report->origin[i].sockets;
	report->origin[index].file = files[index].name;
	report->origin[index].sockets = tc_capture_sockets(capture) - before;
}

int tc_capture_read(const struct tc_capture_file *files, size_t count, tc_batch_sink *sink,
		    void *context, struct tc_report *report)
{
	__attribute__((cleanup(free_capture))) struct tc_capture *capture = NULL;
	__attribute__((cleanup(free_other))) struct other other = {.text = NULL};
	tc_auto_free char *chunk = malloc(CHUNK);
	int err = chunk ? tc_capture_new(sink, context, &capture) : -ENOMEM, ret;
	size_t read = 0;

	for (; read < count && !err; read++) {
		if (read) { /* which reads its last line */
			err = tc_capture_next(capture);
			note_origin(files, read - 1, capture, report);
			note_unused(&files[read - 1], &other, capture, report);
		}
		if (!err && count > 1)
			err = begin_other(&other, capture);
		if (!err)
			err = feed_file(&files[read], capture, chunk, &other, report);
	}
	if (err < 0)
		return err;
	ret = finish(files, count, capture, report);
	note_origin(files, read - 1, capture, report);
	note_unused(&files[read - 1], &other, capture, report);
	return ret;
}
