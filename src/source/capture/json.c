/* SPDX-License-Identifier: MIT */
/*
 * json.c - our own JSON and NDJSON, as written or laid out anew by jq.
 *
 * yajl hands over one token after the other, so a list of a million sockets in one line needs
 * no more memory than one socket. It is fed line by line: where a text is broken, reading
 * goes on with the next line, wherever the pieces of the input were cut.
 */
#include "source/capture/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/macro.h"
#include "util/parse.h"
#include "util/utf8.h"

static enum tc_json_kind top(const struct tc_json *json)
{
	return json->depth ? json->kind[json->depth - 1] : TC_JSON_ROOTS;
}

static bool key_is(const struct tc_json *json, const char *key)
{
	return tc_slice_is((struct tc_slice){json->key, json->key_length}, key);
}

static void note_token(struct tc_json *json)
{
	json->token = json->fed + yajl_get_bytes_consumed(json->parser);
}

static enum tc_json_kind root_member(const struct tc_json *json)
{
	if (json->is_other)
		return TC_JSON_IGNORED;
	if (key_is(json, "states"))
		return TC_JSON_STATES;
	if (key_is(json, "other"))
		return TC_JSON_OTHER;
	return key_is(json, "source") ? TC_JSON_SOURCE : TC_JSON_IGNORED;
}

static enum tc_json_kind object_kind(const struct tc_json *json)
{
	switch (top(json)) {
	case TC_JSON_ROOTS:
		return TC_JSON_ROOT;
	case TC_JSON_ROOT:
		return root_member(json);
	case TC_JSON_GROUPS:
		return TC_JSON_GROUP;
	case TC_JSON_SOCKETS:
		return TC_JSON_SOCKET;
	default:
		return TC_JSON_IGNORED;
	}
}

static void begin_root(struct tc_json *json)
{
	if (json->file != json->capture->file)
		json->sum = json->bound = 0;
	json->file = json->capture->file;
	json->sum_before = json->sum;
	json->bound_before = json->bound;
	json->is_whole = json->has_total = false;
}

static int on_start_map(void *context)
{
	struct tc_json *json = context;
	enum tc_json_kind kind = object_kind(json);

	note_token(json);
	if (json->depth == TC_JSON_DEPTH)
		return 0;
	json->kind[json->depth++] = kind;
	if (kind == TC_JSON_ROOT)
		begin_root(json);
	json->is_whole |= kind == TC_JSON_STATES;
	if (kind != TC_JSON_IGNORED && kind != TC_JSON_SOURCE)
		tc_json_record_clear(&json->record);
	return 1;
}

static int on_start_array(void *context)
{
	struct tc_json *json = context;
	enum tc_json_kind kind = TC_JSON_IGNORED;

	note_token(json);
	if (json->depth == TC_JSON_DEPTH)
		return 0;
	if (!json->depth)
		kind = TC_JSON_ROOTS;
	else if (top(json) == TC_JSON_SOURCE && key_is(json, "states_not_read"))
		kind = TC_JSON_NOT_READ;
	else if (json->is_other)
		kind = TC_JSON_IGNORED;
	else if (top(json) == TC_JSON_ROOT && key_is(json, "groups"))
		kind = TC_JSON_GROUPS;
	else if (top(json) == TC_JSON_ROOT && key_is(json, "sockets"))
		kind = TC_JSON_SOCKETS;
	json->is_whole |= kind == TC_JSON_GROUPS || kind == TC_JSON_SOCKETS;
	json->kind[json->depth++] = kind;
	return 1;
}

/*
 * Whether an object is a socket, or a group of NDJSON. In a list of ours every one is. Else it
 * needs a state that we know, or any with a key that only our output has ("state":"running" is
 * in much JSON of other programs); without a state, only keys of ours.
 */
static bool is_socket(const struct tc_json_record *record, enum tc_json_kind kind)
{
	if (kind == TC_JSON_SOCKET)
		return record->has_key || record->has_state;
	if (record->has_state)
		return record->is_ours || record->sock.state != TC_UNKNOWN;
	return (record->has_count || record->has_key) && !record->has_others;
}

static void emit(struct tc_json *json, uint64_t count)
{
	if (!json->record.has_state && !json->record.bad_count)
		json->capture->json_stateless += count;
	tc_json_record_emit(json, count);
}

/* An object ends: hands it over if it is a socket. A group may do without a state. */
static void end_record(struct tc_json *json, enum tc_json_kind kind)
{
	struct tc_json_record *record = &json->record;
	uint64_t count = record->has_count ? record->sock.count : 1;

	if (!count)
		return;
	if (kind == TC_JSON_GROUP && record->has_count)
		emit(json, count);
	if (kind == TC_JSON_OTHER && record->has_count) {
		record->sock.state = TC_UNKNOWN;
		json->capture->json_other += json->record.bad_count ? 0 : count;
		/* In NDJSON it comes last, behind the schema, and begins no listing. */
		json->capture->seen[TC_FORMAT_JSON].headed = false;
		tc_json_record_emit(json, count);
	}
	if ((kind == TC_JSON_ROOT || kind == TC_JSON_SOCKET) && !json->is_other &&
	    is_socket(record, kind))
		emit(json, count);
}

/* What was not complete when it was written is not complete now, for the first reason given. */
static void end_source(struct tc_json *json)
{
	struct tc_capture *capture = json->capture;

	if (!json->incomplete || json->is_other)
		return;
	capture->json_incomplete = true;
	/* Written by a version that did not say it. */
	capture->json_deviation |= json->deviation ? json->deviation : TC_MAY_LACK | TC_MAY_REPEAT;
	if (!*capture->json_why)
		memcpy(capture->json_why, json->why, sizeof(json->why));
}

/*
 * Compares what was read with the total that is said. What stands before the total of NDJSON may
 * be more, of another listing that had no total.
 */
static void end_total(struct tc_json *json)
{
	struct tc_capture *capture = json->capture;
	uint64_t before = json->is_whole ? json->sum_before : 0;
	uint64_t bound = json->bound - (json->is_whole ? json->bound_before : 0);
	uint64_t sum = json->sum - before;

	if (json->has_total && sum < json->total) {
		capture->json_missing += json->total - sum;
	} else if (json->has_total && json->is_whole && sum - bound > json->total) {
		capture->json_excess += sum - bound - json->total;
	}
	json->sum = json->is_whole ? json->sum_before : 0;
	json->bound = json->is_whole ? json->bound_before : 0;
}

/* An object that says what it is ends: what follows is of another one. */
static void end_root(struct tc_json *json)
{
	struct tc_format_seen *seen = &json->capture->seen[TC_FORMAT_JSON];

	if (json->has_schema && !json->is_other) {
		seen->headed = true;
		seen->families = TC_FAMILY_INET | TC_FAMILY_INET6;
		seen->not_read &= json->not_read;
		end_total(json);
	}
	json->has_schema = json->is_other = json->incomplete = false;
	json->not_read = 0;
	json->deviation = 0;
	*json->why = '\0';
}

static int on_end(void *context)
{
	struct tc_json *json = context;
	enum tc_json_kind kind = top(json);

	note_token(json);
	end_record(json, kind);
	if (kind == TC_JSON_SOURCE)
		end_source(json);
	if (kind == TC_JSON_ROOT)
		end_root(json);
	json->depth--;
	/* Those may stand within a record that goes on. */
	if (kind != TC_JSON_IGNORED && kind != TC_JSON_SOURCE && kind != TC_JSON_NOT_READ)
		tc_json_record_clear(&json->record);
	if (!json->depth)
		json->done = true;
	return !json->capture->stopped;
}

static int on_key(void *context, const unsigned char *key, size_t length)
{
	struct tc_json *json = context;

	note_token(json);
	json->key_length = length <= sizeof(json->key) ? length : 0;
	memcpy(json->key, key, json->key_length);
	return 1;
}

/* "ESTABLISHED":301 in the states of a census. */
static void add_state(struct tc_json *json, struct tc_slice value)
{
	struct tc_json_record *record = &json->record;
	struct tc_slice word = {json->key, json->key_length};
	int state = tc_capture_state(json->capture, word);
	uint64_t count;

	tc_json_record_clear(record);
	record->bad_count = tc_json_count(value, &count);
	if (!count)
		return;
	record->sock.state = (uint8_t)(state < 0 ? TC_UNKNOWN : state);
	if (state < 0) {
		memcpy(record->strings, word.data, word.length);
		record->strings[word.length] = '\0';
		record->text.state = record->strings;
	}
	tc_json_record_emit(json, count);
}

/* A text that will be repeated to people: what steers a terminal becomes '?'. */
static void keep_words(char *to, size_t size, struct tc_slice text)
{
	size_t length = text.length < size - 1 ? text.length : size - 1, step;

	memcpy(to, text.data, length);
	to[length] = '\0';
	for (size_t i = 0; i < length; i += step + !step) {
		step = tc_utf8_length(to + i);
		if (step && tc_utf8_is_control(to + i, step))
			memset(to + i, '?', step);
	}
}

/* What a later version writes may mean something else. */
static void check_version(struct tc_capture *capture, struct tc_slice schema)
{
	struct tc_slice name = tc_slice_until(schema, '/');

	if (!tc_slice_is(tc_slice_after(schema, name.length), "/1") && !*capture->json_schema)
		keep_words(capture->json_schema, sizeof(capture->json_schema), schema);
}

/* "tcpcensus.list/1": the schemas that hold sockets, and those that only name states. */
static void set_schema(struct tc_json *json, struct tc_slice schema)
{
	struct tc_format_seen *seen = &json->capture->seen[TC_FORMAT_JSON];

	json->is_ours = true;
	json->has_schema = true;
	json->is_other = !tc_slice_starts(schema, "tcpcensus.census/") &&
			 !tc_slice_starts(schema, "tcpcensus.by/") &&
			 !tc_slice_starts(schema, "tcpcensus.list/");
	seen->any_heading = true;
	seen->headed |= !json->is_other;
	if (!json->is_other)
		check_version(json->capture, schema);
}

static void set_source(struct tc_json *json, struct tc_slice value)
{
	if (key_is(json, "numbers"))
		json->deviation = tc_slice_is(value, "at_least")  ? TC_MAY_LACK
				  : tc_slice_is(value, "at_most") ? TC_MAY_REPEAT
								  : TC_MAY_LACK | TC_MAY_REPEAT;
	if (key_is(json, "why"))
		keep_words(json->why, sizeof(json->why), value);
}

static void set_not_read(struct tc_json *json, struct tc_slice value)
{
	int state = tc_capture_state(json->capture, value);

	if (state >= 0)
		json->not_read |= TC_STATE_BIT(state);
}

static void on_value(struct tc_json *json, struct tc_slice value, bool quoted)
{
	note_token(json);
	switch (top(json)) {
	case TC_JSON_STATES:
		if (!quoted)
			add_state(json, value);
		break;
	case TC_JSON_ROOT:
		if (key_is(json, "schema") && tc_slice_starts(value, "tcpcensus."))
			set_schema(json, value);
		if (!quoted && key_is(json, "total"))
			json->has_total = tc_parse_uint(value.data, value.length, UINT64_MAX,
							&json->total) == 0;
		tc_json_record_set(json, value, quoted);
		break;
	case TC_JSON_GROUP:
	case TC_JSON_OTHER:
	case TC_JSON_SOCKET:
		tc_json_record_set(json, value, quoted);
		break;
	case TC_JSON_SOURCE:
		set_source(json, value);
		break;
	case TC_JSON_NOT_READ:
		set_not_read(json, value);
		break;
	default:
		break;
	}
}

static int on_number(void *context, const char *text, size_t length)
{
	on_value(context, (struct tc_slice){text, length}, false);
	return 1;
}

static int on_string(void *context, const unsigned char *text, size_t length)
{
	on_value(context, (struct tc_slice){(const char *)text, length}, true);
	return 1;
}

static int on_null(void *context)
{
	note_token(context);
	return 1;
}

static int on_boolean(void *context, int value)
{
	struct tc_json *json = context;

	note_token(json);
	if (top(json) == TC_JSON_SOURCE && key_is(json, "complete") && !value)
		json->incomplete = true;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end,
};

int tc_json_begin(struct tc_capture *capture)
{
	struct tc_json *json = capture->json;

	if (!json)
		json = capture->json = calloc(1, sizeof(*json));
	if (!json)
		return -ENOMEM;
	if (json->parser)
		yajl_free(json->parser);
	json->parser = yajl_alloc(&callbacks, NULL, json);
	if (!json->parser)
		return -ENOMEM;
	yajl_config(json->parser, yajl_allow_trailing_garbage, 1);
	yajl_config(json->parser, yajl_dont_validate_strings, 1);
	json->capture = capture;
	json->depth = 0;
	json->fed = json->token = 0;
	json->done = json->is_ours = json->is_other = json->has_schema = json->incomplete = false;
	json->not_read = 0;
	json->deviation = 0;
	*json->why = '\0';
	capture->detail_open = false;
	return 0;
}

/* A text that cannot be read is worth a word only where it was one of ours. */
static enum tc_json_state fail(struct tc_json *json)
{
	struct tc_capture *capture = json->capture;

	if ((json->is_ours || json->record.is_ours || capture->seen[TC_FORMAT_JSON].sockets) &&
	    !capture->stopped)
		tc_capture_unread(capture, capture->lines + 1, N_("this is not JSON"));
	return TC_JSON_FAILED;
}

/* Feeds one piece that has no line end but at its end; *ret_used counts what was taken. */
static enum tc_json_state feed_piece(struct tc_json *json, const char *data, size_t length,
				     size_t *ret_used)
{
	yajl_status status;

	status = yajl_parse(json->parser, (const unsigned char *)data, length);
	if (json->done && status == yajl_status_ok) {
		*ret_used = yajl_get_bytes_consumed(json->parser);
		return TC_JSON_DONE;
	}
	json->fed += length;
	*ret_used = length;
	return status == yajl_status_ok ? TC_JSON_MORE : fail(json);
}

enum tc_json_state tc_json_feed(struct tc_capture *capture, const char *data, size_t length,
				size_t *ret_used)
{
	struct tc_json *json = capture->json;
	uint64_t room = TC_JSON_TOKEN - (json->fed - json->token);
	const char *end;

	if (!room)
		return fail(json);
	if (length > room)
		length = room;
	end = memchr(data, '\n', length);
	if (end)
		length = (size_t)(end - data) + 1;
	return feed_piece(json, data, length, ret_used);
}

void tc_json_free(struct tc_json *json)
{
	if (json && json->parser)
		yajl_free(json->parser);
	free(json);
}
