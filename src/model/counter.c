/* SPDX-License-Identifier: MIT */
/* counter.c - the table of counters.def and the parsing of the kernel's files. */
#include "model/counter.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "util/intl.h"
#include "util/macro.h"
#include "util/parse.h"

/* clang-format off */
const struct tc_counter_row tc_counter_rows[TC_COUNTER_COUNT] = {
#define COUNTER(its_group, its_name, ...) \
	[TC_COUNTER_##its_name] = { .group = #its_group, .name = #its_name, __VA_ARGS__ },
#include "model/counters.def"
#undef COUNTER
};
/* clang-format on */

int tc_counter_find(struct tc_slice group, struct tc_slice key)
{
	for (int i = 0; i < TC_COUNTER_COUNT; i++) {
		const struct tc_counter_row *row = &tc_counter_rows[i];
		const char *word = group.length && row->key ? row->key : row->name;

		if (tc_slice_is(key, word) && (!group.length || tc_slice_is(group, row->group)))
			return i;
	}
	return -ENOENT;
}

static bool is_word(const char *word, size_t length, const char *name)
{
	return strlen(name) == length && strncasecmp(word, name, length) == 0;
}

/* Behind the group, as nstat(8) glues it, or with a sign between. */
static bool is_grouped(const char *word, size_t length, const struct tc_counter_row *row)
{
	size_t group = strlen(row->group);

	if (length <= group || strncasecmp(word, row->group, group) != 0)
		return false;
	word += group;
	length -= group;
	while (length && strchr(".:_ ", *word)) {
		word++;
		length--;
	}
	return is_word(word, length, row->key ? row->key : row->name);
}

int tc_counter_named(const char *word, size_t length)
{
	for (int i = 0; i < TC_COUNTER_COUNT; i++)
		if (is_word(word, length, tc_counter_rows[i].name))
			return i;
	for (int i = 0; i < TC_COUNTER_COUNT; i++)
		if (is_grouped(word, length, &tc_counter_rows[i]))
			return i;
	return -ENOENT;
}

const char *tc_counter_file(enum tc_counter id)
{
	static const struct {
		const char *group, *file;
	} files[] = {
		{"Tcp", "/proc/net/snmp"},
		{"TcpExt", "/proc/net/netstat"},
		{"TCP", "/proc/net/sockstat"},
		{"TCP6", "/proc/net/sockstat6"},
		{"conntrack", "/proc/net/stat/nf_conntrack"},
	};

	if (id == TC_COUNTER_conntrack_count)
		return "/proc/sys/net/netfilter/nf_conntrack_count";
	if (id == TC_COUNTER_conntrack_max)
		return "/proc/sys/net/netfilter/nf_conntrack_max";
	for (size_t i = 0; i < TC_ARRAY_SIZE(files); i++)
		if (strcmp(files[i].group, tc_counter_rows[id].group) == 0)
			return files[i].file;
	return "/proc/net";
}

const char *tc_damage_text(enum tc_damage_kind kind)
{
	static const char *const texts[] = {
		[TC_DAMAGE_NUMBER] = N_("not a number"),
		[TC_DAMAGE_CUT] = N_("the line is cut off"),
		[TC_DAMAGE_PAIR] = N_("names without their numbers"),
		[TC_DAMAGE_MORE] = N_("more numbers than names"),
		[TC_DAMAGE_COLUMN] = N_("the line of a processor that cannot be read"),
		[TC_DAMAGE_NO_LINE] = N_("its line is missing"),
		[TC_DAMAGE_VALUE] = N_("not a value that it can have"),
	};

	return kind < TC_DAMAGE_KINDS ? texts[kind] : "";
}

static void note(struct tc_counters *counters, struct tc_damage damage)
{
	counters->last_damage = damage;
	if (counters->damage_count < TC_DAMAGES_MAX)
		counters->damage[counters->damage_count] = damage;
	counters->damage_count++;
}

/* Of a line the first counter is told, which is enough to find it. */
static void note_damage(struct tc_counters *counters, enum tc_counter id, enum tc_damage_kind kind)
{
	const struct tc_damage *last = &counters->last_damage;
	struct tc_damage damage = {.line = counters->line, .counter = (int32_t)id, .kind = kind};

	if (counters->damage_count && last->line == damage.line &&
	    (last->setting ||
	     tc_counter_file((enum tc_counter)last->counter) == tc_counter_file(id)))
		return;
	note(counters, damage);
}

void tc_counters_note_setting(struct tc_counters *counters, int setting, enum tc_damage_kind kind)
{
	note(counters, (struct tc_damage){
			       .line = counters->line, .setting = setting + 1, .kind = kind});
}

/* What was read of it elsewhere is not taken away. */
static void lose(struct tc_counters *counters, enum tc_counter id, enum tc_damage_kind kind)
{
	note_damage(counters, id, kind);
	if (counters->status[id] != TC_COUNTER_READ)
		counters->status[id] = TC_COUNTER_DAMAGED;
}

/* All of a group of which nothing is known yet; gauges of conntrack have files of their own. */
static void lose_group(struct tc_counters *counters, struct tc_slice group,
		       enum tc_damage_kind kind)
{
	for (int id = 0; id < TC_COUNTER_COUNT; id++)
		if (tc_slice_is(group, tc_counter_rows[id].group) &&
		    counters->status[id] == TC_COUNTER_NOT_READ && id != TC_COUNTER_conntrack_count &&
		    id != TC_COUNTER_conntrack_max)
			lose(counters, (enum tc_counter)id, kind);
}

bool tc_counters_take(struct tc_counters *counters, enum tc_counter id, struct tc_slice number)
{
	uint64_t value;

	if (tc_parse_uint(number.data, number.length, UINT64_MAX, &value)) {
		lose(counters, id, number.length ? TC_DAMAGE_NUMBER : TC_DAMAGE_CUT);
		return false;
	}
	counters->value[id] = value;
	counters->status[id] = TC_COUNTER_READ;
	return true;
}

/* The line, or what precedes `end`, off the front of a slice. */
static struct tc_slice cut(struct tc_slice *rest, char end)
{
	struct tc_slice piece = tc_slice_until(*rest, end);

	*rest = tc_slice_after(*rest, piece.length + 1);
	return piece;
}

/* The next word off the front of a line, however many blanks there are; empty at the end. */
static struct tc_slice cut_word(struct tc_slice *rest)
{
	while (rest->length && *rest->data == ' ')
		*rest = tc_slice_after(*rest, 1);
	return cut(rest, ' ');
}

/* Whether any counter of the table is in such a group; most lines are of others. */
static bool is_group(struct tc_slice group)
{
	for (size_t i = 0; i < TC_COUNTER_COUNT; i++)
		if (tc_slice_is(group, tc_counter_rows[i].group))
			return true;
	return false;
}

static size_t count_words(struct tc_slice line)
{
	size_t count = 0;

	while (cut_word(&line).length)
		count++;
	return count;
}

/*
 * Of a line that was cut the last number may have lost digits, and is not taken either. Where
 * there are more numbers than names, one of the names is missing, and nobody knows which.
 */
static void take_pair(struct tc_counters *counters, struct tc_slice group, struct tc_slice names,
		      struct tc_slice numbers)
{
	size_t name_count = count_words(names), count = count_words(numbers);
	size_t whole = count < name_count && count ? count - 1 : count;

	if (count > name_count) {
		lose_group(counters, group, TC_DAMAGE_MORE);
		return;
	}
	for (size_t at = 0; at < name_count; at++) {
		int id = tc_counter_find(group, cut_word(&names));
		struct tc_slice number = cut_word(&numbers);

		if (id < 0)
			continue;
		if (at < whole)
			tc_counters_take(counters, (enum tc_counter)id, number);
		else
			lose(counters, (enum tc_counter)id, TC_DAMAGE_CUT);
	}
}

bool tc_counters_are_names(struct tc_slice line)
{
	struct tc_slice group = cut_word(&line), name = cut_word(&line);

	return group.length > 1 && group.data[group.length - 1] == ':' && name.length &&
	       name.data[0] >= 'A' && name.data[0] <= 'Z';
}

void tc_counters_unpaired(struct tc_slice names, struct tc_counters *counters)
{
	lose_group(counters, tc_slice_until(names, ':'), TC_DAMAGE_PAIR);
}

bool tc_counters_pair(struct tc_slice names, struct tc_slice numbers, struct tc_counters *counters)
{
	struct tc_slice group = cut(&names, ':'), again = cut(&numbers, ':');

	if (!group.length || group.length != again.length ||
	    memcmp(group.data, again.data, group.length) != 0)
		return false;
	if (is_group(group))
		take_pair(counters, group, names, numbers);
	return true;
}

void tc_counters_parse(const char *text, size_t length, struct tc_counters *counters)
{
	struct tc_slice rest = {text, length}, names = {NULL, 0};

	for (counters->line = 1; rest.length; counters->line++) {
		struct tc_slice line = cut(&rest, '\n');
		bool are_names = tc_counters_are_names(line);

		if (names.length && (are_names || !tc_counters_pair(names, line, counters))) {
			counters->line--;
			tc_counters_unpaired(names, counters);
			counters->line++;
		}
		names = are_names ? line : (struct tc_slice){NULL, 0};
	}
	counters->line--;
	if (names.length)
		tc_counters_unpaired(names, counters);
}

/* A restricted environment shows -1 where the number is not for everybody's eyes. */
static bool take_gauge(struct tc_counters *counters, enum tc_counter id, struct tc_slice number)
{
	if (!tc_slice_is(number, "-1"))
		return tc_counters_take(counters, id, number);
	if (counters->status[id] == TC_COUNTER_NOT_READ)
		counters->status[id] = TC_COUNTER_UNREADABLE;
	return false;
}

bool tc_counters_sockstat_line(struct tc_slice line, struct tc_counters *counters)
{
	struct tc_slice group = cut(&line, ':');
	bool is_its = false, taken = false;

	if (!is_group(group))
		return false;
	while (line.length) {
		int id = tc_counter_find(group, cut_word(&line));
		struct tc_slice number = cut_word(&line);

		if (id < 0)
			continue;
		is_its = true;
		taken |= take_gauge(counters, (enum tc_counter)id, number);
	}
	if (is_its) /* every kernel prints all of them */
		lose_group(counters, group, TC_DAMAGE_CUT);
	return taken;
}

void tc_counters_parse_sockstat(const char *text, size_t length, struct tc_counters *counters)
{
	struct tc_slice rest = {text, length};

	for (counters->line = 1; rest.length; counters->line++)
		tc_counters_sockstat_line(cut(&rest, '\n'), counters);
}

bool tc_conntrack_heading(struct tc_slice line, struct tc_conntrack_table *ret_table)
{
	static const struct tc_slice group = {"conntrack", sizeof("conntrack") - 1};
	struct tc_conntrack_table table = {.count = 0};

	if (!tc_slice_starts(line, "entries "))
		return false;
	for (struct tc_slice word = cut_word(&line); word.length; word = cut_word(&line)) {
		if (table.count == TC_CONNTRACK_COLUMNS)
			return false;
		table.column[table.count++] = (int16_t)tc_counter_find(group, word);
	}
	*ret_table = table;
	return true;
}

/* One number of a line, added to those of other processors. */
static void add_column(struct tc_counters *counters, int id, uint64_t value, bool is_first)
{
	counters->value[id] = value + (is_first ? 0 : counters->value[id]);
	counters->status[id] = TC_COUNTER_READ;
}

/* Sums that lack a processor are not known, not even where others were added. */
static void lose_columns(struct tc_counters *counters, struct tc_conntrack_table *table)
{
	table->is_damaged = true;
	for (size_t i = 0; i < table->count; i++) {
		enum tc_counter id = (enum tc_counter)table->column[i];

		if (table->column[i] < 0)
			continue;
		note_damage(counters, id, TC_DAMAGE_COLUMN);
		counters->status[id] = TC_COUNTER_DAMAGED;
		counters->value[id] = 0;
	}
}

static bool is_hex(struct tc_slice word, size_t least)
{
	uint64_t value;

	return word.length >= least &&
	       tc_parse_hex(word.data, word.length, UINT64_MAX, &value) == 0;
}

/* The kernel prints eight digits. What has as many words as the heading may lack some of them. */
static bool is_of_table(struct tc_slice line, const struct tc_conntrack_table *table)
{
	enum { DIGITS = 8 };
	struct tc_slice rest = line, first = cut_word(&rest), second = cut_word(&rest);

	return is_hex(first, DIGITS) || (count_words(line) == table->count &&
					 (is_hex(first, 1) || is_hex(second, DIGITS)));
}

static bool read_columns(struct tc_slice line, size_t most, uint64_t values[])
{
	size_t count = 0;

	for (struct tc_slice word = cut_word(&line); word.length; word = cut_word(&line))
		if (count == most ||
		    tc_parse_hex(word.data, word.length, UINT64_MAX, &values[count++]))
			return false;
	return count && count == most;
}

bool tc_conntrack_line(struct tc_slice line, struct tc_conntrack_table *table,
		       struct tc_counters *counters)
{
	uint64_t values[TC_CONNTRACK_COLUMNS];
	size_t count = table->count;

	if (!is_of_table(line, table))
		return false;
	if (!read_columns(line, count, values)) {
		lose_columns(counters, table);
		return true;
	}
	if (table->is_damaged)
		return true;
	for (size_t i = 0; i < count; i++)
		if (table->column[i] >= 0)
			add_column(counters, table->column[i], values[i], !table->has_lines);
	table->has_lines = true;
	return true;
}

void tc_counters_parse_conntrack(const char *text, size_t length, struct tc_counters *counters)
{
	struct tc_slice rest = {text, length};
	struct tc_conntrack_table table;

	counters->line = 1;
	if (!tc_conntrack_heading(cut(&rest, '\n'), &table))
		return;
	for (counters->line = 2; rest.length; counters->line++) {
		struct tc_slice line = cut(&rest, '\n');

		if (line.length && !tc_conntrack_line(line, &table, counters))
			lose_columns(counters, &table);
	}
}

void tc_counters_expect(struct tc_counters *counters, const char *group)
{
	struct tc_slice its = {group, strlen(group)};

	for (int id = 0; id < TC_COUNTER_COUNT; id++)
		if (tc_slice_is(its, tc_counter_rows[id].group) &&
		    id != TC_COUNTER_conntrack_count && id != TC_COUNTER_conntrack_max &&
		    counters->status[id] != TC_COUNTER_NOT_READ)
			return;
	counters->line = 0;
	lose_group(counters, its, TC_DAMAGE_NO_LINE);
}

void tc_counters_end(struct tc_counters *counters, const char *group)
{
	for (size_t i = 0; i < TC_COUNTER_COUNT; i++)
		if (counters->status[i] == TC_COUNTER_NOT_READ &&
		    strcmp(tc_counter_rows[i].group, group) == 0)
			counters->status[i] = TC_COUNTER_ABSENT;
}

bool tc_counter_rise(const struct tc_counters *before, const struct tc_counters *after,
		     enum tc_counter id, uint64_t *ret_rise)
{
	if (before->status[id] != TC_COUNTER_READ || after->status[id] != TC_COUNTER_READ ||
	    after->value[id] < before->value[id])
		return false;
	*ret_rise = after->value[id] - before->value[id];
	return true;
}
