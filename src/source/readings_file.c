/* SPDX-License-Identifier: MIT */
/* readings_file.c - the file end of reading saved settings and counters; see readings_file.h. */
#include "source/readings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "source/readings_text.h"
#include "util/intl.h"
#include "util/macro.h"

enum { CHUNK = 64 * 1024 };

static int say(int err, const char *path, char why[TC_WHY_MAX])
{
	char text[128];

	snprintf(why, TC_WHY_MAX, "%.80s: %.170s",
		 strcmp(path, "-") == 0 ? _("standard input") : path,
		 strerror_r(-err, text, sizeof(text)));
	return err;
}

static void free_text(struct tc_readings_text **text)
{
	tc_readings_text_free(*text);
}

static int feed_all(int fd, struct tc_readings_text *text)
{
	tc_auto_free char *chunk = malloc(CHUNK);

	if (!chunk)
		return -ENOMEM;
	for (;;) {
		ssize_t length = read(fd, chunk, CHUNK);

		if (length < 0)
			return -errno; /* a signal, too: whoever waits for a pipe may want to end */
		if (!length)
			return tc_readings_text_finish(text);
		tc_readings_text_feed(text, chunk, (size_t)length);
	}
}

int tc_readings_from_file(const char *path, struct tc_readings *readings, char why[TC_WHY_MAX])
{
	__attribute__((cleanup(free_text))) struct tc_readings_text *text = NULL;
	tc_auto_close int fd =
		strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return say(-errno, path, why);
	err = tc_readings_text_new(readings, &text);
	if (!err)
		err = feed_all(fd, text);
	return err && err != -ENODATA ? say(err, path, why) : err;
}
