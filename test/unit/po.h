/* SPDX-License-Identifier: MIT */
/*
 * po.h - looks translations up in a .po file, without gettext.
 *
 * Tests of the translation's content must not depend on which locales a machine has. Only
 * what our own files contain is understood.
 */
#ifndef TC_TEST_PO_H
#define TC_TEST_PO_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"

struct po {
	struct tc_buf text; /* the file */
};

static inline bool po_load(struct po *po, const char *path)
{
	FILE *file = fopen(path, "r");
	char chunk[4096];
	size_t got;

	if (!file)
		return false;
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		tc_buf_add(&po->text, chunk, got);
	fclose(file);
	return tc_buf_string(&po->text) != NULL;
}

/* Adds the string literals that follow, on this line and the next ones; returns their end. */
static inline const char *po_strings(const char *at, struct tc_buf *out)
{
	while (*at == '"') {
		for (at++; *at && *at != '"'; at++) {
			if (*at != '\\')
				tc_buf_byte(out, *at);
			else
				tc_buf_byte(out, *++at == 'n' ? '\n' : *at);
		}
		at += *at == '"';
		at += *at == '\n';
	}
	return at;
}

/*
 * The next line that starts with a word, or NULL. (Not by strstr(3): under AddressSanitizer that
 * goes to the end of the file each time.)
 */
static inline const char *po_line(const char *at, const char *word)
{
	while ((at = strchr(at, '\n')))
		if (strncmp(++at, word, strlen(word)) == 0)
			return at;
	return NULL;
}

/* The translation of `text`, or NULL; to be freed. The first form, where there are several. */
static inline char *po_find(struct po *po, const char *text)
{
	const char *at = tc_buf_string(&po->text);

	while ((at = po_line(at, "msgid "))) {
		tc_auto_buf struct tc_buf id = TC_BUF_INIT;
		tc_auto_buf struct tc_buf translated = TC_BUF_INIT;
		const char *next = po_strings(at + strlen("msgid "), &id);

		at = next - 1;
		if (strcmp(tc_buf_string(&id), text) != 0)
			continue;
		next = po_line(next - 1, "msgstr");
		next = next ? strchr(next, '"') : NULL;
		if (!next)
			return NULL;
		po_strings(next, &translated);
		return translated.length ? strdup(tc_buf_string(&translated)) : NULL;
	}
	return NULL;
}

#endif
