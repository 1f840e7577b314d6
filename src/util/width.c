/* SPDX-License-Identifier: MIT */
/* width.c - the columns that a text takes; see width.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "util/width.h"

#include <string.h>
#include <wchar.h>

size_t tc_width_step(const char *text, size_t length, size_t *ret_bytes)
{
	mbstate_t shift;
	wchar_t wide;
	size_t bytes;
	int columns;

	if ((unsigned char)*text < 0x80) { /* nearly every character, and no call for it */
		*ret_bytes = 1;
		return 1;
	}
	memset(&shift, 0, sizeof(shift));
	bytes = mbrtowc(&wide, text, length, &shift);
	if (bytes == 0 || bytes > length) { /* also (size_t)-1 and -2: no character */
		*ret_bytes = 1;
		return 1;
	}
	columns = wcwidth(wide);
	*ret_bytes = bytes;
	return columns < 0 ? 1 : (size_t)columns;
}

size_t tc_width(const char *text, size_t length)
{
	size_t columns = 0;
	size_t bytes;

	for (size_t at = 0; at < length; at += bytes)
		columns += tc_width_step(text + at, length - at, &bytes);
	return columns;
}
