/* SPDX-License-Identifier: MIT */
/* readings_json.c - settings and counters as JSON: what was not read has no key. */
#include "model/diagnosis.h"
#include "output/diagnosis.h"
#include "output/json.h"

static void add_key(struct tc_buf *out, size_t *count, const char *name)
{
	tc_buf_text(out, (*count)++ ? "," : "");
	tc_json_key(out, name);
}

/* A number, an array where there are several, or a word. */
static void add_setting(struct tc_buf *out, const struct tc_setting_value *value)
{
	if (!value->count)
		tc_json_string(out, value->word);
	tc_buf_text(out, value->count > 1 ? "[" : "");
	for (unsigned i = 0; i < value->count; i++)
		tc_buf_format(out, "%s%lld", i ? "," : "", (long long)value->number[i]);
	tc_buf_text(out, value->count > 1 ? "]" : "");
}

static void add_settings(struct tc_buf *out, const struct tc_setting_value *settings)
{
	size_t count = 0;

	tc_buf_text(out, "\"settings\":{");
	for (size_t id = 0; id < TC_SETTING_COUNT; id++) {
		if (settings[id].status != TC_SETTING_READ)
			continue;
		add_key(out, &count, tc_setting_rows[id].name);
		add_setting(out, &settings[id]);
	}
	tc_buf_byte(out, '}');
}

/*
 * Where network namespaces have different settings: those, of each. "settings" then has only
 * what all of them have.
 */
static void add_different(struct tc_buf *out, const struct tc_diagnosis *diagnosis,
			  const struct tc_diagnosis_netns *netns)
{
	size_t count = 0;

	tc_buf_byte(out, '{');
	tc_json_key(out, "netns");
	tc_json_string(out, netns->name);
	tc_buf_byte(out, ',');
	tc_json_key(out, "netns.id");
	tc_buf_number(out, netns->id);
	tc_buf_text(out, ",\"settings\":{");
	for (size_t id = 0; id < TC_SETTING_COUNT; id++) {
		if (diagnosis->now.settings[id].status != TC_SETTING_DIFFERS ||
		    netns->settings[id].status != TC_SETTING_READ)
			continue;
		add_key(out, &count, tc_setting_rows[id].name);
		add_setting(out, &netns->settings[id]);
	}
	tc_buf_text(out, "}}");
}

static void add_by_netns(struct tc_buf *out, const struct tc_diagnosis *diagnosis)
{
	if (!diagnosis->netns_count)
		return;
	tc_buf_text(out, "\"by_netns\":[");
	for (size_t i = 0; i < diagnosis->netns_count; i++) {
		tc_buf_text(out, i ? "," : "");
		add_different(out, diagnosis, &diagnosis->netns[i]);
	}
	tc_buf_text(out, "],");
}

static void add_counter(struct tc_buf *out, const struct tc_diagnosis *diagnosis,
			enum tc_counter id)
{
	uint64_t rise;

	tc_buf_format(out, "{\"value\":%llu",
		      (unsigned long long)diagnosis->now.counters.value[id]);
	if (!tc_counter_rows[id].gauge && diagnosis->interval_us &&
	    tc_counter_rise(&diagnosis->before.counters, &diagnosis->now.counters, id, &rise)) {
		tc_buf_format(out, ",\"rise\":%llu,\"per_second\":", (unsigned long long)rise);
		tc_json_decimal(out, (double)rise * 1e6 / (double)diagnosis->interval_us);
	}
	tc_buf_byte(out, '}');
}

static void add_counters(struct tc_buf *out, const struct tc_diagnosis *diagnosis)
{
	size_t count = 0;

	tc_buf_text(out, "\"counters\":{");
	for (size_t id = 0; id < TC_COUNTER_COUNT; id++) {
		if (diagnosis->now.counters.status[id] != TC_COUNTER_READ)
			continue;
		add_key(out, &count, tc_counter_rows[id].name);
		add_counter(out, diagnosis, (enum tc_counter)id);
	}
	tc_buf_byte(out, '}');
}

void tc_readings_json(struct tc_buf *out, const struct tc_diagnosis *diagnosis)
{
	tc_buf_text(out, "\"readings\":{");
	if (diagnosis->interval_us) {
		tc_json_key(out, "seconds");
		tc_json_decimal(out, (double)diagnosis->interval_us / 1e6);
		tc_buf_byte(out, ',');
	}
	add_settings(out, diagnosis->now.settings);
	tc_buf_byte(out, ',');
	add_by_netns(out, diagnosis);
	add_counters(out, diagnosis);
	tc_buf_byte(out, '}');
}
