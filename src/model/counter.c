/* SPDX-License-Identifier: MIT */
/* counter.c - the table of counters.def and the parsing of the kernel's files. */
#include "model/counter.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

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

bool tc_counters_take(struct tc_counters *counters, enum tc_counter id, struct tc_slice number)
{
	uint64_t value;

	if (tc_parse_uint(number.data, number.length, UINT64_MAX, &value))
		return false;
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

bool tc_counters_pair(struct tc_slice names, struct tc_slice numbers, struct tc_counters *counters)
{
	struct tc_slice group = cut(&names, ':'), again = cut(&numbers, ':');

	if (!group.length || group.length != again.length ||
	    memcmp(group.data, again.data, group.length) != 0)
		return false;
	if (!is_group(group))
		return true;
	names = tc_slice_after(names, 1);
	numbers = tc_slice_after(numbers, 1);
	while (names.length && numbers.length) {
		int id = tc_counter_find(group, cut(&names, ' '));
		struct tc_slice number = cut(&numbers, ' ');

		if (id >= 0)
			tc_counters_take(counters, (enum tc_counter)id, number);
	}
	return true;
}

void tc_counters_parse(const char *text, size_t length, struct tc_counters *counters)
{
	struct tc_slice rest = {text, length};

	while (rest.length) {
		struct tc_slice names = cut(&rest, '\n');

		tc_counters_pair(names, cut(&rest, '\n'), counters);
	}
}

/* A restricted environment shows -1 where the number is not for everybody's eyes. */
static bool take_gauge(struct tc_counters *counters, enum tc_counter id, struct tc_slice number)
{
	if (tc_counters_take(counters, id, number))
		return true;
	if (number.length && *number.data == '-' && counters->status[id] == TC_COUNTER_NOT_READ)
		counters->status[id] = TC_COUNTER_UNREADABLE;
	return false;
}

bool tc_counters_sockstat_line(struct tc_slice line, struct tc_counters *counters)
{
	struct tc_slice group = cut(&line, ':');
	bool taken = false;

	if (!is_group(group))
		return false;
	while (line.length) {
		int id = tc_counter_find(group, cut_word(&line));
		struct tc_slice number = cut_word(&line);

		if (id >= 0)
			taken |= take_gauge(counters, (enum tc_counter)id, number);
	}
	return taken;
}

void tc_counters_parse_sockstat(const char *text, size_t length, struct tc_counters *counters)
{
	struct tc_slice rest = {text, length};

	while (rest.length)
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

bool tc_conntrack_line(struct tc_slice line, struct tc_conntrack_table *table,
		       struct tc_counters *counters)
{
	uint64_t values[TC_CONNTRACK_COLUMNS];
	size_t count = 0;

	for (struct tc_slice word = cut_word(&line); word.length; word = cut_word(&line)) {
		if (count == table->count ||
		    tc_parse_hex(word.data, word.length, UINT64_MAX, &values[count++]))
			return false;
	}
	if (!count || count != table->count)
		return false;
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

	if (!tc_conntrack_heading(cut(&rest, '\n'), &table))
		return;
	while (rest.length)
		tc_conntrack_line(cut(&rest, '\n'), &table, counters);
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
