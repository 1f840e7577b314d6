/* SPDX-License-Identifier: MIT */
/* gather_files.c - files that are read several times; see gather_files.h. */
#include "pipeline/gather_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "source/readings_file.h"
#include "util/intl.h"
#include "util/macro.h"

enum { COPY_SIZE = 64 * 1024, PATH_SIZE = 32 };

static int copy_all(int from, FILE *to)
{
	tc_auto_free char *buf = malloc(COPY_SIZE);

	if (!buf)
		return -ENOMEM;
	for (;;) {
		ssize_t length = read(from, buf, COPY_SIZE);

		if (length < 0)
			return -errno;
		if (!length)
			return fflush(to) ? -errno : 0;
		if (fwrite(buf, 1, (size_t)length, to) != (size_t)length)
			return -errno;
	}
}

/* *ret_copy stays NULL where the file can be read again, or not at all: its reader says why. */
static int copy_once_only(const char *path, FILE **ret_copy)
{
	bool standard_input = strcmp(path, "-") == 0;
	tc_auto_close int opened = standard_input ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	int fd = standard_input ? STDIN_FILENO : opened;
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0 || (S_ISREG(status.st_mode) && !standard_input))
		return 0;
	*ret_copy = tmpfile();
	return *ret_copy ? copy_all(fd, *ret_copy) : -errno;
}

static int keep(struct tc_gather_files *files, size_t index, const char *path)
{
	int err = copy_once_only(path, &files->copies[index]);
	char *copy;

	files->paths[index] = path;
	if (err || !files->copies[index])
		return err;
	copy = tc_bag_take(&files->bag, malloc(PATH_SIZE));
	if (!copy)
		return -ENOMEM;
	snprintf(copy, PATH_SIZE, "/proc/self/fd/%d", fileno(files->copies[index]));
	files->paths[index] = copy;
	return 0;
}

static int keep_all(struct tc_gather_files *files, const struct tc_query *query)
{
	files->paths = tc_bag_list(&files->bag, files->count);
	files->copies = tc_bag_take(&files->bag, calloc(files->count, sizeof(*files->copies)));
	if (!files->paths || !files->copies)
		return -ENOMEM;
	return keep(files, 0, query->from);
}

int tc_gather_files_open(struct tc_gather_files *files, struct tc_query *query,
			 char why[TC_WHY_MAX])
{
	int err;

	*files = (struct tc_gather_files){.count = 1};
	err = keep_all(files, query);
	if (err)
		snprintf(why, TC_WHY_MAX, _("cannot keep the listing in a temporary file: %s"),
			 strerror(-err));
	else
		query->from = files->paths[0];
	return err;
}

void tc_gather_files_close(struct tc_gather_files *files)
{
	for (size_t i = 0; files->copies && i < files->count; i++)
		if (files->copies[i])
			fclose(files->copies[i]);
	tc_bag_release(&files->bag);
}

int tc_gather_files_readings(const struct tc_gather_files *files, struct tc_readings *readings)
{
	char why[TC_WHY_MAX];

	for (size_t i = 0; i < files->count; i++)
		if (tc_readings_from_file(files->paths[i], readings, why) == -ENOMEM)
			return -ENOMEM;
	return 0;
}
