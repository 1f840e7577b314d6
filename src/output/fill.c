/* SPDX-License-Identifier: MIT */
/* fill.c - values in texts; see fill.h. */
#include "output/fill.h"

#include <string.h>

#include "util/intl.h"
#include "util/spread.h"

enum { SECOND_MS = 1000, MINUTE = 60, HOUR = 3600 };

/* Up to here a time is said in seconds alone: "102 s" is easier to compare than "1 min 42 s". */
enum { SECONDS_ALONE = 120 };

/* "now", "here": the words beside a value that stands alone in its parentheses. */
enum { ASIDE_MAX = 16 };

const char *tc_fill_text(const struct tc_fill *fill, const char *text)
{
	return fill->english ? text : tc_tr(text);
}

/* A part of a duration, "11 min", set apart from what stands before it. */
static void add_part(struct tc_buf *out, uint64_t number, const char *unit, bool *started)
{
	if (!number)
		return;
	tc_buf_format(out, "%s%llu %s", *started ? " " : "", (unsigned long long)number, unit);
	*started = true;
}

static void add_duration(struct tc_buf *out, uint64_t ms)
{
	uint64_t seconds = (ms + SECOND_MS / 2) / SECOND_MS;
	bool started = false;

	if (ms && ms < SECOND_MS) {
		add_part(out, ms, "ms", &started);
	} else if (seconds <= SECONDS_ALONE) {
		tc_buf_format(out, "%llu s", (unsigned long long)seconds);
	} else {
		add_part(out, seconds / HOUR, "h", &started);
		add_part(out, seconds % HOUR / MINUTE, "min", &started);
		add_part(out, seconds % MINUTE, "s", &started);
	}
}

static void add_unit(struct tc_buf *out, const struct tc_fill *fill, enum tc_unit unit)
{
	static const char *const names[] = {
		[TC_UNIT_NONE] = "",	       [TC_UNIT_SECONDS] = "s",
		[TC_UNIT_MILLISECONDS] = "ms", [TC_UNIT_MICROSECONDS] = "us",
		[TC_UNIT_PAGES] = N_("pages"), [TC_UNIT_BYTES] = N_("bytes"),
	};

	if (unit == TC_UNIT_NONE)
		return;
	tc_buf_byte(out, ' ');
	tc_buf_text(out, tc_fill_text(fill, names[unit]));
}

static void add_ports(struct tc_buf *out, const struct tc_fill *fill, uint64_t count)
{
	if (!count) {
		tc_buf_text(out, tc_fill_text(fill, N_("none")));
		return;
	}
	tc_buf_number(out, count);
	tc_buf_byte(out, ' ');
	if (fill->english)
		tc_buf_text(out, count == 1 ? "port" : "ports");
	else
		tc_buf_text(out, tc_ngettext("port", "ports", count));
}

/* Why there is no value: what that says of this kernel. */
static void add_absent(struct tc_buf *out, const struct tc_fill *fill,
		       const struct tc_setting_row *row)
{
	if (row->removed)
		tc_buf_format(out, tc_fill_text(fill, N_("[removed in Linux %s]")), row->removed);
	else if (row->initial_only)
		tc_buf_text(out, tc_fill_text(fill, N_("[not visible in this namespace]")));
	else if (row->loadable)
		tc_buf_text(out, tc_fill_text(fill, N_("[not loaded here]")));
	else
		tc_buf_text(out, tc_fill_text(fill, N_("[not in this kernel]")));
}

static void add_unknown(struct tc_buf *out, const struct tc_fill *fill)
{
	tc_buf_text(out, fill->unknown ? fill->unknown
				       : tc_fill_text(fill, N_("[not readable here]")));
}

/* Adds what a fill says for a place: of a setting or a figure, by its place in the table. */
typedef void add_one(struct tc_buf *out, const struct tc_fill *fill, size_t id);

/* In each of the namespaces. */
static void add_each(struct tc_buf *out, const struct tc_fill *fill, add_one *add, size_t id)
{
	tc_auto_spread struct tc_spread spread = TC_SPREAD_INIT;

	for (size_t i = 0; i < fill->place_count; i++) {
		tc_auto_buf struct tc_buf text = TC_BUF_INIT;
		struct tc_fill there = *fill;

		there.settings = fill->places[i].settings;
		there.figures = fill->places[i].figures;
		there.counters = fill->places[i].counters;
		there.place_count = 0;
		add(&text, &there, id);
		tc_spread_add(&spread, fill->places[i].name, &text);
	}
	tc_spread_write(&spread, fill->english, out);
}

static void add_setting(struct tc_buf *out, const struct tc_fill *fill, size_t id)
{
	const struct tc_setting_row *row = &tc_setting_rows[id];
	const struct tc_setting_value *value = &fill->settings[id];

	if (value->status == TC_SETTING_DIFFERS && fill->place_count) {
		add_each(out, fill, add_setting, id);
		return;
	}
	if (value->status == TC_SETTING_ABSENT) {
		add_absent(out, fill, row);
		return;
	}
	if (value->status != TC_SETTING_READ) {
		add_unknown(out, fill);
		return;
	}
	if (row->form == TC_FORM_PORTS) {
		add_ports(out, fill, (uint64_t)value->number[0]);
		return;
	}
	tc_buf_text(out, value->word);
	for (unsigned i = 0; i < value->count; i++)
		tc_buf_format(out, "%s%lld", i ? (row->form == TC_FORM_RANGE ? "-" : " ") : "",
			      (long long)value->number[i]);
	add_unit(out, fill, row->unit);
}

void tc_fill_setting(struct tc_buf *out, const struct tc_fill *fill, enum tc_setting id)
{
	add_setting(out, fill, (size_t)id);
}

static void add_figure(struct tc_buf *out, const struct tc_fill *fill, size_t id)
{
	const struct tc_figure *figure = &fill->figures[id];

	if (!figure->known && fill->place_count) {
		add_each(out, fill, add_figure, id);
	} else if (!figure->known) {
		add_unknown(out, fill);
	} else if (figure->unit == TC_UNIT_MILLISECONDS) {
		add_duration(out, figure->value);
	} else {
		tc_buf_number(out, figure->value);
		add_unit(out, fill, figure->unit);
	}
}

static void add_counter(struct tc_buf *out, const struct tc_fill *fill, size_t id)
{
	const struct tc_counter_row *row = &tc_counter_rows[id];
	int status = fill->counters ? fill->counters->status[id] : TC_COUNTER_NOT_READ;

	if (fill->place_count && !row->machine_wide)
		add_each(out, fill, add_counter, id);
	else if (status == TC_COUNTER_READ)
		tc_buf_number(out, fill->counters->value[id]);
	else if (status == TC_COUNTER_ABSENT && row->removed)
		tc_buf_format(out, tc_fill_text(fill, N_("[removed in Linux %s]")), row->removed);
	else if (status == TC_COUNTER_ABSENT)
		tc_buf_text(out, tc_fill_text(fill, N_("[not in this kernel]")));
	else if (status == TC_COUNTER_DAMAGED)
		tc_buf_text(out, tc_fill_text(fill, N_("[damaged]")));
	else
		add_unknown(out, fill);
}

void tc_fill_counter(struct tc_buf *out, const struct tc_fill *fill, enum tc_counter id)
{
	add_counter(out, fill, (size_t)id);
}

static bool is_name(const char *name, const char *word, size_t length)
{
	return strlen(name) == length && memcmp(name, word, length) == 0;
}

/* Adds what ${name} stands for; false: nothing of that name. `out` may be NULL. */
static bool add_named(struct tc_buf *out, const struct tc_fill *fill, const char *name,
		      size_t length)
{
	for (size_t i = 0; i < fill->figure_count; i++) {
		if (!is_name(fill->figures[i].name, name, length))
			continue;
		if (out)
			add_figure(out, fill, i);
		return true;
	}
	for (int i = 0; i < TC_SETTING_COUNT; i++) {
		if (!is_name(tc_setting_rows[i].name, name, length))
			continue;
		if (out)
			tc_fill_setting(out, fill, (enum tc_setting)i);
		return true;
	}
	return false;
}

/*
 * The next reference in the text: where it starts, its name, and what comes after it; NULL
 * when there is none.
 */
static const char *next_reference(const char *text, const char **ret_name, size_t *ret_length,
				  const char **ret_after)
{
	const char *start = strstr(text, "${");
	const char *end = start ? strchr(start, '}') : NULL;

	if (!end)
		return NULL;
	*ret_name = start + 2;
	*ret_length = (size_t)(end - start) - 2;
	*ret_after = end + 1;
	return start;
}

/* Whether there is a value to show, or something to say of why there is none. */
static bool is_known(const struct tc_fill *fill, const char *name, size_t length)
{
	tc_auto_buf struct tc_buf value = TC_BUF_INIT, unknown = TC_BUF_INIT;
	const char *one, *other;

	if (!add_named(&value, fill, name, length))
		return true;
	add_unknown(&unknown, fill);
	one = tc_buf_string(&value);
	other = tc_buf_string(&unknown);
	return !one || !other || strcmp(one, other) != 0;
}

/*
 * "tcp_max_tw_buckets is reached first (${tcp_max_tw_buckets} here)": such an aside says nothing
 * but the value, and is left out where that is not known. Where it begins and ends, blank and
 * parentheses included; false: what stands there says more.
 */
static bool is_aside(const char *text, const char **start, const char **after)
{
	const char *open = *start, *close = *after + strcspn(*after, "().,:;$");

	while (open > text && !strchr("().,:;}", open[-1]))
		open--;
	if (open < text + 2 || open[-1] != '(' || open[-2] != ' ' || *close != ')' ||
	    (*start - open) + (close - *after) > ASIDE_MAX)
		return false;
	*start = open - 2;
	*after = close + 1;
	return true;
}

void tc_fill(struct tc_buf *out, const struct tc_fill *fill, const char *text)
{
	const char *name, *after, *start;
	size_t length;

	if (!text)
		return;
	text = tc_fill_text(fill, text);
	while ((start = next_reference(text, &name, &length, &after))) {
		bool is_left_out =
			!is_known(fill, name, length) && is_aside(text, &start, &after);

		tc_buf_add(out, text, (size_t)(start - text));
		if (!is_left_out && !add_named(out, fill, name, length))
			tc_buf_add(out, start, (size_t)(after - start));
		text = after;
	}
	tc_buf_text(out, text);
}

bool tc_fill_resolves(const struct tc_fill *fill, const char *text)
{
	const char *name, *after;
	size_t length;

	while (text && next_reference(text, &name, &length, &after)) {
		if (!add_named(NULL, fill, name, length))
			return false;
		text = after;
	}
	return true;
}
