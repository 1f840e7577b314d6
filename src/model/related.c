/* SPDX-License-Identifier: MIT */
/* related.c - what else there is to read; see related.h. */
#include "model/related.h"

#include <string.h>

#include "model/counter.h"
#include "model/error.h"
#include "model/term.h"

bool tc_related_row(size_t n, const char **ret_name, const char **ret_related)
{
	if (n < tc_term_count()) {
		*ret_name = tc_term_rows[n].name;
		*ret_related = tc_term_rows[n].related;
		return true;
	}
	n -= tc_term_count();
	if (n < TC_ERROR_COUNT) {
		*ret_name = tc_error_rows[n].name;
		*ret_related = tc_error_rows[n].related;
		return true;
	}
	n -= TC_ERROR_COUNT;
	if (n >= TC_COUNTER_COUNT)
		return false;
	*ret_name = tc_counter_rows[n].name;
	*ret_related = tc_counter_rows[n].related;
	return true;
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

void tc_related(const char *name, struct tc_buf *out)
{
	size_t start = out->length;
	const char *other, *related;

	for (size_t n = 0; tc_related_row(n, &other, &related); n++)
		if (strcmp(other, name) == 0)
			tc_buf_text(out, related);
	for (size_t n = 0; tc_related_row(n, &other, &related); n++) {
		if (!has_item(related, strlen(related), name) ||
		    (out->length > start &&
		     has_item(out->data + start, out->length - start, other)))
			continue;
		tc_buf_text(out, out->length > start ? ", " : "");
		tc_buf_text(out, other);
	}
}
