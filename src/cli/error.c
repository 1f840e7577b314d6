/* SPDX-License-Identifier: MIT */
/* error.c - what the program says on stderr, one line each, or as a terminal has room. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/note.h"
#include "util/intl.h"
#include "util/near.h"
#include "util/width.h"
#include "util/wrap.h"

/* Of the terminal that reads it; 0: none does, and a line stays whole. */
static size_t terminal_width(void)
{
	struct winsize size;

	return isatty(STDERR_FILENO) && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col
										      : 0;
}

static void say(const char *format, va_list args)
{
	tc_auto_buf struct tc_buf lines = TC_BUF_INIT;
	char line[1024] = "tcpcensus: ";
	size_t length = strlen(line), shown, width = terminal_width();

	vsnprintf(line + length, sizeof(line) - length, format, args);
	length = strlen(line);
	for (size_t at = 0; at < length; at += shown) { /* words from outside must not steer it */
		shown = tc_width_shown(line + at, length - at);
		if (!shown)
			line[at] = '?';
		shown += !shown;
	}
	if (width) /* else the terminal breaks words */
		tc_wrap(&lines, line, 0, width);
	if (width && !lines.failed)
		fputs(tc_buf_string(&lines), stderr);
	else
		fprintf(stderr, "%s\n", line);
}

int tc_usage_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return TC_EXIT_USAGE;
}

int tc_look_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return TC_EXIT_LOOK;
}

void tc_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

const char *tc_did_you_mean(const char *word, const char *const *candidates, char text[96])
{
	struct tc_near near;

	tc_near_init(&near, word, strlen(word));
	for (size_t i = 0; candidates[i]; i++)
		tc_near_offer(&near, candidates[i]);
	text[0] = '\0';
	if (near.best)
		snprintf(text, 96, _(" (did you mean '%s'?)"), near.best);
	return text;
}
