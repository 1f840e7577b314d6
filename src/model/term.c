/* SPDX-License-Identifier: MIT */
/* term.c - the table of terms.def. */
#include "model/term.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

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

/* The next letter or digit from `at` on, in lower case; 0 at the end. */
static int next_letter(const char *word, size_t length, size_t *at)
{
	while (*at < length) {
		unsigned char c = (unsigned char)word[(*at)++];

		if (isalnum(c))
			return tolower(c);
	}
	return 0;
}

/* Whether they are the same but for what does not count. */
static bool is_same(const char *word, size_t length, const char *name, size_t name_length)
{
	size_t at = 0, name_at = 0;
	int letter;

	do {
		letter = next_letter(word, length, &at);
		if (letter != next_letter(name, name_length, &name_at))
			return false;
	} while (letter);
	return true;
}

static bool is_listed(const char *word, size_t length, const char *list)
{
	while (*list) {
		size_t item = strcspn(list, ",");

		if (is_same(word, length, list, item))
			return true;
		list += item + (list[item] == ',');
	}
	return false;
}

/* Whether the list, whose items ", " separates, has the name exactly. */
static bool has_item(const char *list, size_t length, const char *name)
{
	while (length) {
		const char *comma = memchr(list, ',', length);
		size_t item = comma ? (size_t)(comma - list) : length;

		if (strlen(name) == item && memcmp(list, name, item) == 0)
			return true;
		while (item < length && (list[item] == ',' || list[item] == ' '))
			item++;
		list += item;
		length -= item;
	}
	return false;
}

void tc_term_related(const char *name, struct tc_buf *out)
{
	size_t start = out->length;

	for (size_t i = 0; tc_term_rows[i].name; i++)
		if (strcmp(tc_term_rows[i].name, name) == 0)
			tc_buf_text(out, tc_term_rows[i].related);
	for (size_t i = 0; tc_term_rows[i].name; i++) {
		const struct tc_term_row *row = &tc_term_rows[i];

		if (!has_item(row->related, strlen(row->related), name) ||
		    (out->length > start &&
		     has_item(out->data + start, out->length - start, row->name)))
			continue;
		tc_buf_text(out, out->length > start ? ", " : "");
		tc_buf_text(out, row->name);
	}
}

int tc_term_find(const char *word, size_t length)
{
	size_t at = 0;

	if (!next_letter(word, length, &at))
		return -ENOENT;
	for (int i = 0; tc_term_rows[i].name; i++)
		if (is_same(word, length, tc_term_rows[i].name, strlen(tc_term_rows[i].name)) ||
		    is_listed(word, length, tc_term_rows[i].spellings))
			return i;
	return -ENOENT;
}
