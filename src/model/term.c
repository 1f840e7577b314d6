/* SPDX-License-Identifier: MIT */
/* term.c - the table of terms.def. */
#include "model/term.h"

#include <errno.h>
#include <string.h>

#include "util/alike.h"
#include "util/macro.h"

/* clang-format off */
const struct tc_term_row tc_term_rows[] = {
#define TERM(term, ...) { .name = term, __VA_ARGS__ },
#include "model/terms.def"
#undef TERM
	{ .name = NULL },
};
/* clang-format on */

size_t tc_term_count(void)
{
	return TC_ARRAY_SIZE(tc_term_rows) - 1;
}

int tc_term_find(const char *word, size_t length)
{
	for (int i = 0; tc_term_rows[i].name; i++)
		if (tc_alike(word, length, tc_term_rows[i].name, strlen(tc_term_rows[i].name)) ||
		    tc_alike_any(word, length, tc_term_rows[i].spellings))
			return i;
	return -ENOENT;
}
