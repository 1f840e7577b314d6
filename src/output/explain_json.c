/* SPDX-License-Identifier: MIT */
/* explain_json.c - explanations as JSON; see explain.h for the functions. */
#include "output/explain_json.h"

#include <string.h>

#include "model/error.h"
#include "model/related.h"
#include "model/term.h"
#include "output/json.h"

/* Adds a part of a text as a JSON string. */
static void add_string(struct tc_buf *out, const char *text, size_t length)
{
	tc_auto_buf struct tc_buf part = TC_BUF_INIT;
	const char *string;

	tc_buf_add(&part, text, length);
	string = tc_buf_string(&part);
	if (string)
		tc_json_string(out, string);
	else
		out->failed = true;
}

void tc_explain_text_json(struct tc_buf *out, const struct tc_fill *fill, const char *key,
			  const char *text)
{
	tc_auto_buf struct tc_buf filled = TC_BUF_INIT;

	if (!text)
		return;
	tc_fill(&filled, fill, text);
	tc_buf_format(out, ",\"%s\":", key);
	add_string(out, filled.data, filled.length);
	out->failed |= filled.failed;
}

void tc_explain_list_json(struct tc_buf *out, const char *key, const char *list, char divider)
{
	const char blanks[] = {divider, ' ', '\0'};
	const char end[] = {divider, '\0'};

	tc_buf_format(out, ",\"%s\":[", key);
	for (bool first = true; *list; first = false) {
		size_t length = strcspn(list, end);

		if (!first)
			tc_buf_byte(out, ',');
		add_string(out, list, length);
		list += length + strspn(list + length, blanks);
	}
	tc_buf_byte(out, ']');
}

/* The value as a number, or as an array where there are several; nothing if not read. */
static void add_value(struct tc_buf *out, const struct tc_setting_value *value)
{
	static const char *const why[] = {
		[TC_SETTING_NOT_READ] = "not read",
		[TC_SETTING_ABSENT] = "absent",
		[TC_SETTING_UNREADABLE] = "not readable",
		[TC_SETTING_DIFFERS] = "differs",
	};

	if (value->status != TC_SETTING_READ) {
		tc_buf_format(out, ",\"why_no_value\":\"%s\"", why[value->status]);
		return;
	}
	tc_buf_text(out, ",\"value\":");
	if (!value->count)
		tc_json_string(out, value->word);
	if (value->count > 1)
		tc_buf_byte(out, '[');
	for (unsigned i = 0; i < value->count; i++)
		tc_buf_format(out, "%s%lld", i ? "," : "", (long long)value->number[i]);
	if (value->count > 1)
		tc_buf_byte(out, ']');
}

/* ,"values":[{"netns":"web1","value":7},...] where network namespaces have different ones. */
static void add_values(struct tc_buf *out, const struct tc_fill *fill, int id)
{
	if (fill->settings[id].status != TC_SETTING_DIFFERS || !fill->place_count)
		return;
	tc_buf_text(out, ",\"values\":[");
	for (size_t i = 0; i < fill->place_count; i++) {
		tc_buf_text(out, i ? ",{\"netns\":" : "{\"netns\":");
		tc_json_string(out, fill->places[i].name);
		add_value(out, &fill->places[i].settings[id]);
		tc_buf_byte(out, '}');
	}
	tc_buf_byte(out, ']');
}

static void add_unit(struct tc_buf *out, const struct tc_setting_row *row)
{
	static const char *const units[] = {
		[TC_UNIT_SECONDS] = "s",       [TC_UNIT_MILLISECONDS] = "ms",
		[TC_UNIT_MICROSECONDS] = "us", [TC_UNIT_PAGES] = "pages",
		[TC_UNIT_BYTES] = "bytes",
	};

	if (row->unit != TC_UNIT_NONE)
		tc_buf_format(out, ",\"unit\":\"%s\"", units[row->unit]);
	else if (row->form == TC_FORM_PORTS)
		tc_buf_text(out, ",\"unit\":\"ports\"");
}

struct tc_fill tc_explain_fill_json(const struct tc_explain_env *env)
{
	struct tc_fill fill = env->fill;

	fill.english = true;
	return fill;
}

/* {"name":…,"value":…,"default":…,"meaning":…}, without the closing brace. */
static void open_setting(struct tc_buf *out, int id, const struct tc_fill *fill)
{
	const struct tc_setting_row *row = &tc_setting_rows[id];

	tc_buf_format(out, "{\"name\":\"%s\"", row->name);
	add_value(out, &fill->settings[id]);
	add_values(out, fill, id);
	add_unit(out, row);
	tc_explain_text_json(out, fill, "default", row->normal);
	tc_explain_text_json(out, fill, "meaning", row->meaning);
}

void tc_explain_settings_json(struct tc_buf *out, const char *list, const struct tc_fill *fill)
{
	const char *comma = "";

	tc_buf_text(out, ",\"settings\":[");
	while (*list) {
		size_t length = strcspn(list, " ");
		int id = tc_setting_find(list, length);

		list += length + strspn(list + length, " ");
		if (id < 0)
			continue;
		tc_buf_text(out, comma);
		open_setting(out, id, fill);
		tc_buf_byte(out, '}');
		comma = ",";
	}
	tc_buf_byte(out, ']');
}

static void add_transitions(struct tc_buf *out, const struct tc_fill *fill, enum tc_state state)
{
	const char *comma = "";

	tc_buf_text(out, ",\"transitions\":[");
	for (const struct tc_transition *edge = tc_transitions; edge->event; edge++) {
		if (edge->from != state && edge->to != state)
			continue;
		tc_buf_format(out, "%s{\"from\":\"%s\",\"to\":\"%s\"", comma,
			      tc_state_name(edge->from), tc_state_name(edge->to));
		tc_explain_text_json(out, fill, "event", edge->event);
		tc_explain_text_json(out, fill, "action", edge->action);
		tc_explain_list_json(out, "sources", edge->source, ';');
		tc_buf_byte(out, '}');
		comma = ",";
	}
	tc_buf_byte(out, ']');
}

void tc_explain_related_json(struct tc_buf *out, const char *name)
{
	tc_auto_buf struct tc_buf list = TC_BUF_INIT;
	const char *string;

	tc_related(name, &list);
	string = tc_buf_string(&list);
	tc_explain_list_json(out, "related", string ? string : "", ',');
	out->failed |= !string;
}

void tc_explain_state_json(struct tc_buf *out, const struct tc_state_row *row,
			   const struct tc_explain_env *env)
{
	struct tc_fill fill = tc_explain_fill_json(env);

	tc_buf_format(out, TC_EXPLAIN_SCHEMA ",\"state\":\"%s\"", row->name);
	if (row->kernel)
		tc_buf_format(out, ",\"kernel\":%u", row->kernel);
	tc_explain_text_json(out, &fill, "rfc9293", row->rfc);
	tc_explain_text_json(out, &fill, "ss", row->ss);
	tc_explain_list_json(out, "spellings", row->spellings, ' ');
	tc_explain_text_json(out, &fill, "meaning", row->meaning);
	tc_explain_text_json(out, &fill, "what", row->what);
	tc_explain_text_json(out, &fill, "who", row->who);
	tc_explain_text_json(out, &fill, "ends", row->ends);
	tc_explain_text_json(out, &fill, "many", row->many);
	tc_explain_text_json(out, &fill, "act", row->act);
	tc_explain_text_json(out, &fill, "timer", row->timer);
	tc_explain_settings_json(out, row->settings, &fill);
	add_transitions(out, &fill, row->id);
	tc_explain_related_json(out, row->name);
	tc_explain_list_json(out, "sources", row->source, ';');
	tc_buf_text(out, "}\n");
}

void tc_explain_setting_json(struct tc_buf *out, enum tc_setting id,
			     const struct tc_explain_env *env)
{
	const struct tc_setting_row *row = &tc_setting_rows[id];
	struct tc_fill fill = tc_explain_fill_json(env);

	tc_buf_text(out, TC_EXPLAIN_SCHEMA ",\"setting\":");
	open_setting(out, (int)id, &fill);
	tc_buf_format(out, ",\"path\":\"/proc/sys/%s/%s\"", row->folder, row->name);
	tc_buf_format(out, ",\"per_namespace\":%s",
		      row->initial_only || row->machine_wide ? "false" : "true");
	if (row->removed)
		tc_buf_format(out, ",\"removed\":\"%s\"", row->removed);
	tc_explain_text_json(out, &fill, "what", row->what);
	tc_explain_text_json(out, &fill, "what_not", row->what_not);
	tc_explain_related_json(out, row->name);
	tc_explain_list_json(out, "sources", row->source, ';');
	tc_buf_text(out, "}}\n");
}

void tc_explain_index_json(struct tc_buf *out, const struct tc_explain_env *env)
{
	struct tc_fill fill = tc_explain_fill_json(env);

	tc_buf_text(out, TC_EXPLAIN_SCHEMA ",\"states\":[");
	for (size_t i = 0; i < TC_STATE_COUNT; i++) {
		tc_buf_format(out, "%s{\"state\":\"%s\"", i ? "," : "", tc_state_rows[i].name);
		tc_explain_text_json(out, &fill, "meaning", tc_state_rows[i].meaning);
		tc_buf_byte(out, '}');
	}
	tc_buf_text(out, "],\"settings\":[");
	for (int i = 0; i < TC_SETTING_COUNT; i++) {
		if (i)
			tc_buf_byte(out, ',');
		open_setting(out, i, &fill);
		tc_buf_byte(out, '}');
	}
	tc_buf_text(out, "],\"findings\":[");
	for (size_t i = 0; i < env->rule_count; i++) {
		tc_buf_format(out, "%s{\"finding\":\"%s\",\"title\":", i ? "," : "",
			      env->rules[i].id);
		tc_json_string(out, env->rules[i].title);
		tc_buf_byte(out, '}');
	}
	tc_buf_text(out, "],\"errors\":[");
	for (size_t i = 0; i < TC_ERROR_COUNT; i++) {
		tc_buf_format(out, "%s{\"error\":\"%s\",\"sentence\":", i ? "," : "",
			      tc_error_rows[i].name);
		tc_json_string(out, tc_error_rows[i].sentence);
		tc_explain_text_json(out, &fill, "meaning", tc_error_rows[i].meaning);
		tc_buf_byte(out, '}');
	}
	tc_buf_text(out, "],\"counters\":[");
	for (int i = 0; i < TC_COUNTER_COUNT; i++) {
		tc_buf_format(out, "%s{\"counter\":\"%s\"", i ? "," : "", tc_counter_rows[i].name);
		tc_explain_text_json(out, &fill, "meaning", tc_counter_rows[i].meaning);
		tc_buf_byte(out, '}');
	}
	tc_buf_text(out, "],\"terms\":[");
	for (size_t i = 0; i < tc_term_count(); i++) {
		tc_buf_format(out, "%s{\"term\":\"%s\"", i ? "," : "", tc_term_rows[i].name);
		tc_explain_text_json(out, &fill, "meaning", tc_term_rows[i].meaning);
		tc_buf_byte(out, '}');
	}
	tc_buf_text(out, "]}\n");
}
