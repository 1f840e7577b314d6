/* SPDX-License-Identifier: MIT */
/* alike.c - whether words are the same as people write them; see alike.h. */
#include "util/alike.h"

#include <ctype.h>
#include <string.h>

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

bool tc_alike(const char *word, size_t length, const char *name, size_t name_length)
{
	size_t at = 0, name_at = 0;
	int letter, letters = 0;

	do {
		letter = next_letter(word, length, &at);
		if (letter != next_letter(name, name_length, &name_at))
			return false;
		letters += letter != 0;
	} while (letter);
	return letters > 0;
}

bool tc_alike_any(const char *word, size_t length, const char *list)
{
	while (*list) {
		size_t item = strcspn(list, ",");

		if (tc_alike(word, length, list, item))
			return true;
		list += item + (list[item] == ',');
	}
	return false;
}
