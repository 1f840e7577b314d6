/* SPDX-License-Identifier: MIT */
/* width.c - the columns that a text takes; see width.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "util/width.h"

#include <string.h>
#include <wchar.h>
#include <wctype.h>

/* The bytes of the first character, or 0 where there is none. */
static size_t decode(const char *text, size_t length, wchar_t *ret_wide)
{
	mbstate_t shift;
	size_t bytes;

	memset(&shift, 0, sizeof(shift));
	bytes = mbrtowc(ret_wide, text, length, &shift);
	return bytes > length ? 0 : bytes; /* also (size_t)-1 and -2: no character */
}

size_t tc_width_step(const char *text, size_t length, size_t *ret_bytes)
{
	wchar_t wide;
	size_t bytes;
	int columns;

	*ret_bytes = 1;
	if ((unsigned char)*text < 0x80) /* nearly every character, and no call for it */
		return 1;
	bytes = decode(text, length, &wide);
	if (!bytes)
		return 1;
	*ret_bytes = bytes;
	columns = wcwidth(wide);
	return columns < 0 ? 1 : (size_t)columns;
}

size_t tc_width_shown(const char *text, size_t length)
{
	wchar_t wide;
	size_t bytes;

	if ((unsigned char)*text < 0x80)
		return *text >= 0x20 && *text < 0x7f;
	bytes = decode(text, length, &wide);
	return bytes && iswprint((wint_t)wide) ? bytes : 0;
}

size_t tc_width(const char *text, size_t length)
{
	size_t columns = 0;
	size_t bytes;

	for (size_t at = 0; at < length; at += bytes)
		columns += tc_width_step(text + at, length - at, &bytes);
	return columns;
}
