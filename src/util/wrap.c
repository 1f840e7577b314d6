/* SPDX-License-Identifier: MIT */
/* wrap.c - breaking text into lines; see wrap.h. */
#include "util/wrap.h"

#include <ctype.h>
#include <string.h>

#include "util/macro.h"
#include "util/width.h"

/* Narrower than this nothing can be read, so the text is allowed to stand out. */
enum { NARROWEST = 8 };

static size_t skip_blanks(const char *text, size_t length, size_t at)
{
	while (at < length && text[at] == ' ')
		at++;
	return at;
}

static size_t skip_word(const char *text, size_t length, size_t at)
{
	while (at < length && text[at] != ' ')
		at++;
	return at;
}

static bool starts_with(const char *text, size_t length, const char *start)
{
	size_t want = strlen(start);

	return length >= want && memcmp(text, start, want) == 0;
}

/* Whether the word is a unit, perhaps with the sentence's punctuation after it. */
static bool is_unit(const char *word, size_t length)
{
	static const char *const units[] = {"s", "ms", "min", "h", "%"};

	while (length && strchr(".,;:)", word[length - 1]))
		length--;
	for (size_t i = 0; i < TC_ARRAY_SIZE(units); i++)
		if (length == strlen(units[i]) && memcmp(word, units[i], length) == 0)
			return true;
	return false;
}

/* Whether the word that ends at `end` and the one after it must stay on one line. */
static bool is_glued(const char *text, size_t length, size_t end)
{
	size_t next = skip_blanks(text, length, end);
	size_t next_length = skip_word(text, length, next) - next;

	if (!next_length || !end)
		return false;
	if (strchr(":;?!", text[next]) || starts_with(text + next, next_length, "»"))
		return true;
	if (end >= 2 && starts_with(text + end - 2, 2, "«"))
		return true;
	return isdigit((unsigned char)text[end - 1]) && is_unit(text + next, next_length);
}

/* The bytes that fill `width` columns: where a word without blanks is cut. */
static size_t cut(const char *text, size_t length, size_t width)
{
	size_t columns = 0;
	size_t at = 0;
	size_t bytes;

	while (at < length) {
		columns += tc_width_step(text + at, length - at, &bytes);
		if (columns > width && at)
			break;
		at += bytes;
	}
	return at;
}

size_t tc_wrap_line(const char *text, size_t length, size_t width, size_t *ret_next)
{
	size_t columns = 0;
	size_t fits = 0; /* the words up to here fit */
	size_t good = 0; /* and a break is welcome here */

	while (fits < length) {
		size_t end = skip_word(text, length, skip_blanks(text, length, fits));

		columns += tc_width(text + fits, end - fits);
		if (columns > width)
			break;
		fits = end;
		if (!is_glued(text, length, end))
			good = end;
	}
	if (!good)
		good = fits ? fits : cut(text, length, width);
	*ret_next = skip_blanks(text, length, good);
	return good;
}

static void add_paragraph(struct tc_buf *out, const char *text, size_t length, size_t indent,
			  size_t width)
{
	size_t hang = starts_with(text, length, "- ") ? 2 : 0;
	size_t room = width > indent + hang + NARROWEST ? width - indent - hang : NARROWEST;
	size_t done = hang;

	if (!length) {
		tc_buf_byte(out, '\n');
		return;
	}
	while (done < length) {
		size_t next;
		size_t bytes = tc_wrap_line(text + done, length - done, room, &next);

		tc_buf_fill(out, ' ', indent);
		if (hang)
			tc_buf_text(out, done == hang ? "- " : "  ");
		tc_buf_add(out, text + done, bytes);
		tc_buf_byte(out, '\n');
		done += next;
	}
}

void tc_wrap(struct tc_buf *out, const char *text, size_t indent, size_t width)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		add_paragraph(out, text, length, indent, width);
		text += length + (text[length] == '\n');
	}
}
