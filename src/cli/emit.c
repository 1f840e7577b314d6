/* SPDX-License-Identifier: MIT */
/* emit.c - the way out; see emit.h. */
#include "cli/emit.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/signals.h"
#include "util/intl.h"

enum { NARROWEST = 40, UNKNOWN_WIDTH = 80 };

int tc_emit(struct tc_buf *out)
{
	size_t at = 0;

	if (out->failed)
		return tc_look_error("%s", _("out of memory"));
	while (at < out->length) {
		ssize_t written = write(STDOUT_FILENO, out->data + at, out->length - at);

		if (written >= 0) {
			at += (size_t)written;
			tc_signals_taken();
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno == EPIPE) {
			tc_signals_die();
			exit(TC_EXIT_FINE);
		}
		return tc_look_error(_("cannot write the output: %s"), strerror(errno));
	}
	tc_buf_clear(out);
	return 0;
}

/* A table that is piped on gets 80 columns, so that its lines stay comparable. */
static unsigned terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long width = columns ? strtol(columns, NULL, 10) : 0;

	if (width <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (width <= 0)
		width = UNKNOWN_WIDTH;
	return width < NARROWEST ? NARROWEST : width > 1000 ? 1000 : (unsigned)width;
}

static bool wants_colour(const struct tc_options *options)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (options->colour != TC_COLOUR_AUTO)
		return options->colour == TC_COLOUR_ALWAYS;
	if (no_color && *no_color) /* https://no-color.org */
		return false;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

struct tc_style tc_style_of(const struct tc_options *options)
{
	unsigned width = terminal_width();

	return (struct tc_style){
		.width = width,
		.cut = isatty(STDOUT_FILENO) ? width : 0,
		.colour = wants_colour(options),
		.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
	};
}

struct tc_stamp tc_stamp_now(const struct tc_options *options)
{
	struct tc_stamp stamp = { .taken_at = "" };
	struct timespec now;
	struct tm utc;
	char seconds[24];

	if (options->from || options->form == TC_FORM_TABLE || options->form == TC_FORM_CSV)
		return stamp; /* not shown there */
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(stamp.taken_at, sizeof(stamp.taken_at), "%s.%03uZ", seconds,
		 (unsigned)(now.tv_nsec / 1000000) % 1000);
	if (gethostname(stamp.host, sizeof(stamp.host) - 1) < 0)
		stamp.host[0] = '\0';
	return stamp;
}
