/* SPDX-License-Identifier: MIT */
/* files.c - the saved files of a query; see files.h. */
#include "pipeline/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "pipeline/damaged.h"
#include "source/readings_file.h"
#include "util/intl.h"
#include "util/macro.h"

enum { COPY_SIZE = 64 * 1024 };

static int copy_all(int from, FILE *to)
{
	tc_auto_free char *buf = malloc(COPY_SIZE);

	if (!buf)
		return -ENOMEM;
	for (;;) {
		ssize_t length = read(from, buf, COPY_SIZE);

		if (length <= 0)
			return length < 0 ? -errno : 0;
		if (fwrite(buf, 1, (size_t)length, to) != (size_t)length)
			return -errno;
	}
}

void tc_files_release(struct tc_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->copies[i])
			fclose(files->copies[i]);
	free(files->copies);
	free(files->paths);
	free(files->more);
	free(files->found);
	free(files->files);
}

int tc_files_init(struct tc_files *files, const struct tc_query *query)
{
	size_t count = 1;

	while (query->more_from && query->more_from[count - 1])
		count++;
	files->files = calloc(count, sizeof(*files->files));
	files->copies = calloc(count, sizeof(FILE *));
	files->paths = calloc(count, sizeof(*files->paths));
	files->found = calloc(count, sizeof(*files->found));
	if (!files->files || !files->copies || !files->paths || !files->found)
		return -ENOMEM;
	files->count = count;
	for (size_t i = 0; i < count; i++) {
		const char *name = i ? query->more_from[i - 1] : query->from;

		files->files[i] = (struct tc_capture_file){.path = name, .name = name};
	}
	return 0;
}

/* Copies what can be read once only; *ret_copy stays NULL where that is not needed. */
static int copy_once_only(const char *from, FILE **ret_copy, char why[TC_WHY_MAX])
{
	bool standard_input = strcmp(from, "-") == 0;
	tc_auto_close int opened = standard_input ? -1 : open(from, O_RDONLY | O_CLOEXEC);
	int fd = standard_input ? STDIN_FILENO : opened, err;
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0 || S_ISDIR(status.st_mode) ||
	    (S_ISREG(status.st_mode) && !standard_input))
		return 0; /* what is wrong, the reader itself will say */
	*ret_copy = tmpfile();
	err = *ret_copy ? copy_all(fd, *ret_copy) : -errno;
	if (!err && fflush(*ret_copy))
		err = -errno;
	if (err)
		snprintf(why, TC_WHY_MAX,
			 _("cannot keep the listing in a temporary file: %s"), strerror(-err));
	return err;
}

int tc_files_copy(struct tc_files *files, char why[TC_WHY_MAX])
{
	int err = 0;

	for (size_t i = 0; i < files->count && !err; i++) {
		struct tc_capture_file *file = &files->files[i];

		err = copy_once_only(file->path, &files->copies[i], why);
		if (err || !files->copies[i])
			continue;
		snprintf(files->paths[i], sizeof(files->paths[i]), "/proc/self/fd/%d",
			 fileno(files->copies[i]));
		file->path = files->paths[i];
	}
	return err;
}

int tc_files_lead(struct tc_files *files, struct tc_query *query)
{
	if (!files->more)
		files->more = calloc(files->count, sizeof(*files->more));
	if (!files->more)
		return -ENOMEM;
	for (size_t i = 1; i < files->count; i++)
		files->more[i - 1] = files->files[i].path;
	query->from = files->files[0].path;
	query->more_from = files->more;
	return 0;
}

static struct tc_files_found count_read(const struct tc_readings *readings)
{
	struct tc_files_found found = {.settings = 0};

	for (size_t id = 0; id < TC_SETTING_COUNT; id++)
		found.settings += readings->settings[id].status == TC_SETTING_READ;
	for (size_t id = 0; id < TC_COUNTER_COUNT; id++)
		found.counters += readings->counters.status[id] == TC_COUNTER_READ;
	return found;
}

int tc_files_readings(struct tc_files *files, struct tc_readings *readings)
{
	struct tc_files_found before = {.settings = 0};
	char why[TC_WHY_MAX];

	/* A file that cannot be read is no listing either, and the reader of those says so. */
	for (size_t i = 0; i < files->count; i++) {
		struct tc_counters *counters = &readings->counters;
		struct tc_files_found now;

		counters->damage_count = 0;
		if (tc_readings_from_file(files->files[i].path, readings, why) == -ENOMEM)
			return -ENOMEM;
		files->found[i].damage_count = counters->damage_count;
		memcpy(files->found[i].damage, counters->damage, sizeof(counters->damage));
		now = count_read(readings);
		if (now.settings > before.settings)
			files->found[i].settings = now.settings - before.settings;
		if (now.counters > before.counters)
			files->found[i].counters = now.counters - before.counters;
		before = now;
	}
	return 0;
}

/* Sentences about a file begin with its name. */
static void name_in(char why[TC_WHY_MAX], const struct tc_capture_file *file)
{
	size_t length = strlen(file->path);
	char rest[TC_WHY_MAX];

	if (strncmp(why, file->path, length) != 0 || why[length] != ':')
		return;
	snprintf(rest, sizeof(rest), "%s", why + length);
	snprintf(why, TC_WHY_MAX, "%.80s%.170s",
		 strcmp(file->name, "-") == 0 ? _("standard input") : file->name, rest);
}

void tc_files_name(const struct tc_files *files, struct tc_report *report)
{
	for (size_t i = 0; i < files->count; i++) {
		name_in(report->why, &files->files[i]);
		if (i < TC_ORIGINS_MAX && i < report->origin_count) {
			report->origin[i].file = files->files[i].name;
			report->origin[i].settings = files->found[i].settings;
			report->origin[i].counters = files->found[i].counters;
		}
		tc_damaged_report(files->found[i].damage, files->found[i].damage_count,
				  files->files[i].name, report);
		for (size_t k = 0; k < TC_UNREAD_MAX; k++)
			if (report->unread_file[k] == files->files[i].path)
				report->unread_file[k] = files->files[i].name;
		for (size_t k = 0; k < TC_UNUSED_MAX; k++)
			if (report->unused[k].file == files->files[i].path)
				report->unused[k].file = files->files[i].name;
	}
}
