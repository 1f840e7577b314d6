/* SPDX-License-Identifier: MIT */
/* error.c - the table of errors.def. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "model/error.h"

#include <errno.h>
#include <string.h>

#include "util/alike.h"
#include "util/macro.h"

/* clang-format off */
const struct tc_error_row tc_error_rows[TC_ERROR_COUNT] = {
#define ERROR(its_name, ...) \
	[TC_ERROR_##its_name] = { .name = #its_name, .number = its_name, __VA_ARGS__ },
#include "model/errors.def"
#undef ERROR
};
/* clang-format on */

static bool is_text(const char *word, size_t length, const char *text)
{
	return tc_alike(word, length, text, strlen(text));
}

static bool is_named(const char *word, size_t length, const struct tc_error_row *row)
{
	char room[128];

	/* The GNU form: it needs no buffer that threads share. */
	return is_text(word, length, row->name) || is_text(word, length, row->sentence) ||
	       is_text(word, length, strerror_r(row->number, room, sizeof(room))) ||
	       tc_alike_any(word, length, row->spellings);
}

int tc_error_find(const char *word, size_t length)
{
	for (int i = 0; i < TC_ERROR_COUNT; i++)
		if (is_named(word, length, &tc_error_rows[i]))
			return i;
	return -ENOENT;
}
