/* SPDX-License-Identifier: MIT */
/* json.c - the few pieces that JSON output is put together from. */
#include "output/json.h"

#include <string.h>

#include "util/utf8.h"

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static size_t escape_one(struct tc_buf *out, const char *text)
{
	unsigned char c = (unsigned char)*text;
	size_t length = tc_utf8_length(text);

	if (c == '"' || c == '\\') {
		tc_buf_byte(out, '\\');
		tc_buf_byte(out, (char)c);
		return 1;
	}
	if (!length) {
		tc_buf_text(out, "\\ufffd");
		return 1;
	}
	if (c < 0x20 || c == 0x7f)
		tc_buf_format(out, "\\u%04x", c);
	else
		tc_buf_add(out, text, length);
	return length;
}

void tc_json_string(struct tc_buf *out, const char *text)
{
	tc_buf_byte(out, '"');
	while (*text) {
		size_t plain = 0;

		while (is_plain((unsigned char)text[plain]))
			plain++;
		tc_buf_add(out, text, plain);
		text += plain;
		if (*text)
			text += escape_one(out, text);
	}
	tc_buf_byte(out, '"');
}

void tc_json_key(struct tc_buf *out, const char *key)
{
	tc_buf_byte(out, '"');
	tc_buf_text(out, key);
	tc_buf_add(out, "\":", 2);
}

void tc_json_decimal(struct tc_buf *out, double number)
{
	uint64_t thousandths = (uint64_t)(number * 1000 + 0.5);

	tc_buf_format(out, "%llu.%03u", (unsigned long long)(thousandths / 1000),
		      (unsigned)(thousandths % 1000));
}

/* Words may hold anything, so they are put together first and then escaped. */
static void escape_value(struct tc_buf *out, const struct tc_value *value)
{
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;
	const char *string;

	tc_value_text(value, &text);
	string = tc_buf_string(&text);
	tc_json_string(out, string ? string : "");
	out->failed |= !string;
}

void tc_json_value(struct tc_buf *out, const struct tc_value *value)
{
	if (value->type == TC_TYPE_NUMBER && !value->quoted) {
		tc_buf_number(out, value->number);
	} else if (value->type == TC_TYPE_TEXT && !value->cut) {
		tc_json_string(out, value->text);
	} else if (value->type == TC_TYPE_TEXT || value->type == TC_TYPE_ENDPOINT) {
		escape_value(out, value);
	} else {
		tc_buf_byte(out, '"');
		tc_value_text(value, out);
		tc_buf_byte(out, '"');
	}
}

void tc_json_stamp(struct tc_buf *out, const char *schema, const struct tc_stamp *stamp)
{
	tc_json_key(out, "schema");
	tc_json_string(out, schema);
	if (*stamp->taken_at) {
		tc_buf_text(out, ",\"taken_at\":");
		tc_json_string(out, stamp->taken_at);
	}
	if (*stamp->host) {
		tc_buf_text(out, ",\"host\":");
		tc_json_string(out, stamp->host);
	}
}

/* An item of a list of objects: what, and why. */
static void add_reason(struct tc_buf *out, bool is_first, const char *key, const char *what,
		       const char *why)
{
	tc_buf_format(out, "%s{\"%s\":", is_first ? "" : ",", key);
	tc_json_string(out, what);
	tc_buf_text(out, ",\"why\":");
	tc_json_string(out, why);
	tc_buf_byte(out, '}');
}

static void add_refused(struct tc_buf *out, const struct tc_report *report)
{
	tc_buf_text(out, ",\"refused\":[");
	for (size_t i = 0; i < report->refused_count; i++)
		add_reason(out, i == 0, "name", report->refused[i].source, report->refused[i].why);
	tc_buf_byte(out, ']');
}

static void add_states(struct tc_buf *out, const char *key, uint32_t states)
{
	bool first = true;

	tc_buf_format(out, ",\"%s\":[", key);
	for (int state = 0; state < TC_STATE_COUNT; state++) {
		if (!(states & TC_STATE_BIT(state)))
			continue;
		if (!first)
			tc_buf_byte(out, ',');
		first = false;
		tc_json_string(out, tc_state_name(state));
	}
	tc_buf_byte(out, ']');
}

static void add_rest(struct tc_buf *out, const struct tc_report *report)
{
	if (!report->rest_source)
		return;
	tc_buf_text(out, ",\"rest\":{\"name\":");
	tc_json_string(out, report->rest_source);
	add_states(out, "states", report->rest_states);
	tc_buf_byte(out, '}');
}

static void add_owners(struct tc_buf *out, const struct tc_report *report)
{
	bool first = true;
	uint64_t any = 0;

	for (int how = 0; how < TC_ATTRIBUTION_COUNT; how++)
		any |= report->owners.sockets[how];
	if (!any && !report->owners.source)
		return;
	tc_buf_text(out, ",\"owners\":{");
	if (report->owners.source) {
		tc_buf_text(out, "\"through\":");
		tc_json_string(out, report->owners.source);
		tc_buf_format(out, ",\"hidden_processes\":%llu",
			      (unsigned long long)report->owners.hidden_processes);
		first = false;
	}
	for (int how = 0; how < TC_ATTRIBUTION_COUNT; how++) {
		if (!report->owners.sockets[how])
			continue;
		tc_buf_text(out, first ? "" : ",");
		tc_json_key(out, tc_attribution_name(how));
		tc_buf_number(out, report->owners.sockets[how]);
		first = false;
	}
	tc_buf_byte(out, '}');
}

/* What each file had; where more were given than there is room for, how many those are. */
static void add_origins(struct tc_buf *out, const struct tc_report *report)
{
	size_t count =
		report->origin_count < TC_ORIGINS_MAX ? report->origin_count : TC_ORIGINS_MAX;

	if (!count)
		return;
	tc_buf_text(out, ",\"origins\":[");
	for (size_t i = 0; i < count; i++) {
		tc_buf_text(out, i ? ",{\"file\":" : "{\"file\":");
		tc_json_string(out, report->origin[i].file);
		tc_buf_format(out, ",\"sockets\":%llu",
			      (unsigned long long)report->origin[i].sockets);
		if (report->origins_have_readings)
			tc_buf_format(out, ",\"settings\":%u,\"counters\":%u",
				      report->origin[i].settings, report->origin[i].counters);
		tc_buf_byte(out, '}');
	}
	tc_buf_byte(out, ']');
	if (report->origin_count > count)
		tc_buf_format(out, ",\"origins_left_out\":%zu", report->origin_count - count);
}

/* Files with nothing in them that could be used. */
static void add_unused(struct tc_buf *out, const struct tc_report *report)
{
	size_t count = report->unused_count < TC_UNUSED_MAX ? report->unused_count : TC_UNUSED_MAX;

	if (!count)
		return;
	tc_buf_text(out, ",\"unused\":[");
	for (size_t i = 0; i < count; i++)
		add_reason(out, i == 0, "file", report->unused[i].file, report->unused[i].why);
	tc_buf_byte(out, ']');
}

/* Lines of files with counters of which nothing was used. */
static void add_damaged(struct tc_buf *out, const struct tc_report *report)
{
	if (!report->damaged_count)
		return;
	tc_buf_text(out, ",\"damaged\":[");
	for (size_t i = 0; i < report->damaged_count; i++) {
		tc_buf_text(out, i ? ",{\"file\":" : "{\"file\":");
		tc_json_string(out, report->damaged[i].file);
		if (report->damaged[i].line)
			tc_buf_format(out, ",\"line\":%llu",
				      (unsigned long long)report->damaged[i].line);
		tc_buf_text(out, ",\"field\":");
		tc_json_string(out, report->damaged[i].field);
		tc_buf_text(out, ",\"why\":");
		tc_json_string(out, report->damaged[i].why);
		tc_buf_byte(out, '}');
	}
	tc_buf_byte(out, ']');
	if (report->damaged_lines > report->damaged_count)
		tc_buf_format(
			out, ",\"damaged_left_out\":%llu",
			(unsigned long long)(report->damaged_lines - report->damaged_count));
}

static void add_listing(struct tc_buf *out, const struct tc_report *report)
{
	tc_buf_text(out, ",\"formats\":");
	tc_json_string(out, report->formats);
	add_origins(out, report);
	add_unused(out, report);
	tc_buf_format(out, ",\"lines\":%llu,\"unread\":%llu", (unsigned long long)report->lines,
		      (unsigned long long)report->unread);
	if (*report->unknown_words) {
		tc_buf_text(out, ",\"unknown_words\":");
		tc_json_string(out, report->unknown_words);
	}
}

static void add_netns(struct tc_buf *out, const struct tc_report *report)
{
	tc_buf_format(out, ",\"netns\":{\"count\":%llu,\"skipped\":%llu,\"hidden\":%llu",
		      (unsigned long long)report->netns_count,
		      (unsigned long long)report->netns_skipped,
		      (unsigned long long)report->netns_hidden);
	if (report->otherwise_count)
		tc_buf_format(out, ",\"otherwise\":{\"name\":\"%s\",\"count\":%llu}",
			      report->otherwise_source,
			      (unsigned long long)report->otherwise_count);
	tc_buf_byte(out, '}');
}

void tc_json_source(struct tc_buf *out, const struct tc_report *report)
{
	tc_buf_text(out, "\"source\":{\"name\":");
	tc_json_string(out, report->source ? report->source : "");
	tc_buf_text(out, report->complete ? ",\"complete\":true" : ",\"complete\":false");
	if (!report->complete || *report->why) {
		tc_buf_text(out, ",\"why\":");
		tc_json_string(out, report->why);
	}
	if (!report->complete)
		tc_buf_format(out, ",\"numbers\":\"%s\"", tc_incomplete_word(report));
	tc_buf_format(out, ",\"took_us\":%llu", (unsigned long long)report->took_us);
	add_refused(out, report);
	add_rest(out, report);
	if (report->states_not_read)
		add_states(out, "states_not_read", report->states_not_read);
	add_owners(out, report);
	if (report->netns_count)
		add_netns(out, report);
	add_damaged(out, report);
	if (report->foreign)
		add_listing(out, report);
	tc_buf_byte(out, '}');
}
