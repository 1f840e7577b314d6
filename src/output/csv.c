/* SPDX-License-Identifier: MIT */
/* csv.c - values as CSV (RFC 4180, with \n line ends). */
#include "output/csv.h"

#include <string.h>

#include "util/utf8.h"

static bool needs_quotes(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (memchr(",\"\r\n", text[i], 4))
			return true;
	return false;
}

/* But for what quotes keep: line ends, and tabs. */
static bool is_control(const char *text, size_t length)
{
	return tc_utf8_is_control(text, length) && !memchr("\t\r\n", *text, 3);
}

/* What is no UTF-8, and each control character, becomes U+FFFD: it is text. It ends in a NUL. */
static void add_bytes(struct tc_buf *out, const char *text, size_t length, bool quoted)
{
	for (size_t i = 0; i < length;) {
		size_t step = tc_utf8_length(text + i);

		if (quoted && text[i] == '"')
			tc_buf_byte(out, '"');
		if (step && !is_control(text + i, step))
			tc_buf_add(out, text + i, step);
		else
			tc_buf_text(out, "\xef\xbf\xbd");
		i += step + !step;
	}
}

static void add_quoted(struct tc_buf *out, const char *text, size_t length)
{
	tc_buf_byte(out, '"');
	add_bytes(out, text, length, true);
	tc_buf_byte(out, '"');
}

static void add_text(struct tc_buf *out, const char *text, size_t length)
{
	if (needs_quotes(text, length))
		add_quoted(out, text, length);
	else
		add_bytes(out, text, length, false);
}

void tc_csv_value(struct tc_buf *out, const struct tc_value *value)
{
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;

	if (value->type != TC_TYPE_TEXT && value->type != TC_TYPE_ENDPOINT) {
		tc_value_text(value, out);
		return;
	}
	tc_value_text(value, &text);
	if (tc_buf_string(&text))
		add_text(out, text.data, text.length);
	out->failed |= text.failed;
}

void tc_csv_text(struct tc_buf *out, const char *text)
{
	add_text(out, text, strlen(text));
}

void tc_csv_heading(struct tc_buf *out, const struct tc_key *keys, size_t key_count)
{
	for (size_t k = 0; k < key_count; k++) {
		if (k)
			tc_buf_byte(out, ',');
		tc_buf_text(out, keys[k].field->name);
	}
}

void tc_csv_remark(struct tc_buf *out, const char *remark, size_t key_count, uint64_t count)
{
	add_text(out, remark, strlen(remark));
	tc_buf_fill(out, ',', key_count);
	if (count != UINT64_MAX)
		tc_buf_number(out, count);
	tc_buf_byte(out, '\n');
}

void tc_csv_incomplete(struct tc_buf *out, const struct tc_report *report, size_t key_count)
{
	char remark[TC_WHY_MAX + 32];

	if (report->complete)
		return;
	snprintf(remark, sizeof(remark), "(incomplete: %s)", report->why);
	tc_csv_remark(out, remark, key_count, UINT64_MAX);
}
