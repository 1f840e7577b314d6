/* SPDX-License-Identifier: MIT */
/*
 * story.c - what every story says things with.
 */
#include "story.h"

#include <stdarg.h>
#include <stdio.h>

#include "util/intl.h"

#define PARAGRAPH_MAX 2048

void lab_say(struct lab_teller *teller, const char *format, ...)
{
	char text[PARAGRAPH_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), tc_tr(format), arguments);
	va_end(arguments);
	teller->paragraph(teller->context, text);
}

int lab_story_tell(const struct lab_story *story, struct lab_teller *teller)
{
	int rc = story->tell(teller);

	if (rc == 0)
		lab_say(teller, N_("Read on: %s; tcpcensus explain %s"), story->standards,
			story->topics);
	return rc;
}
