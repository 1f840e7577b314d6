/* SPDX-License-Identifier: MIT */
/*
 * readings_line.c - one line of a saved file: which kind it is, and what it says.
 *
 * A value that is missing in a file that is there whole does not exist on that machine: for
 * rules that is a fact like a number. Where it is not sure that the file was whole (nstat
 * without -z, sysctl of some names, a file that was cut) nothing is concluded.
 */
#include "source/readings_line.h"

#include <string.h>

#include "util/macro.h"
#include "util/parse.h"

#define SYS "/proc/sys/"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct tc_slice trim(struct tc_slice text)
{
	while (text.length && is_blank(text.data[0]))
		text = tc_slice_after(text, 1);
	while (text.length && is_blank(text.data[text.length - 1]))
		text.length--;
	return text;
}

/* The next word off the front of a line; empty at the end. */
static struct tc_slice cut_word(struct tc_slice *rest)
{
	struct tc_slice word = *rest = trim(*rest);

	word.length = 0;
	while (word.length < rest->length && !is_blank(rest->data[word.length]))
		word.length++;
	*rest = tc_slice_after(*rest, word.length);
	return word;
}

/* ---- /proc/net/netstat and snmp -------------------------------------------------------- */

static size_t words(struct tc_slice line)
{
	size_t count = 0;

	while (cut_word(&line).length)
		count++;
	return count;
}

/* The group is whole where names and numbers are as many. */
static void take_numbers(struct tc_readings_lines *lines, struct tc_slice names,
			 struct tc_slice numbers)
{
	static const char *const groups[] = {"TcpExt", "Tcp"};
	struct tc_slice group = tc_slice_until(names, ':');

	for (size_t i = 0; i < TC_ARRAY_SIZE(groups); i++) {
		if (!tc_slice_is(group, groups[i]))
			continue;
		if (words(numbers) <= words(names))
			lines->taken++;
		if (words(names) == words(numbers))
			tc_counters_end(&lines->readings->counters, groups[i]);
	}
}

/* Those that wait never got their numbers. */
static void leave_names(struct tc_readings_lines *lines)
{
	struct tc_counters *counters = &lines->readings->counters;

	if (!lines->names_length)
		return;
	counters->line = lines->line - 1;
	tc_counters_unpaired((struct tc_slice){lines->names, lines->names_length}, counters);
	counters->line = lines->line;
	lines->names_length = 0;
}

static bool take_pair(struct tc_readings_lines *lines, struct tc_slice line)
{
	struct tc_slice names = {lines->names, lines->names_length};
	struct tc_counters *counters = &lines->readings->counters;
	bool are_names = tc_counters_are_names(line);

	if (names.length && !are_names && tc_counters_pair(names, line, counters)) {
		lines->names_length = 0;
		take_numbers(lines, names, line);
		return true;
	}
	leave_names(lines);
	if (!are_names || line.length > sizeof(lines->names))
		return false;
	memcpy(lines->names, line.data, line.length);
	lines->names_length = line.length;
	return true;
}

/* ---- sockstat and conntrack ------------------------------------------------------------ */

static bool take_sockstat(struct tc_readings_lines *lines, struct tc_slice line)
{
	struct tc_slice group = tc_slice_until(line, ':');

	if (!tc_counters_sockstat_line(line, &lines->readings->counters))
		return false;
	tc_counters_end(&lines->readings->counters, group.length == 3 ? "TCP" : "TCP6");
	lines->taken++;
	return true;
}

static bool take_conntrack(struct tc_readings_lines *lines, struct tc_slice line)
{
	if (tc_conntrack_heading(line, &lines->conntrack))
		return true;
	if (!lines->conntrack.count)
		return false;
	if (tc_conntrack_line(line, &lines->conntrack, &lines->readings->counters)) {
		lines->taken += !lines->conntrack.is_damaged;
		return true;
	}
	lines->conntrack.count = 0;
	return false;
}

/* ---- sysctl ---------------------------------------------------------------------------- */

static bool is_count(struct tc_slice name)
{
	static const char count[] = "nf_conntrack_count";

	return name.length >= sizeof(count) - 1 &&
	       memcmp(name.data + name.length - (sizeof(count) - 1), count, sizeof(count) - 1) == 0;
}

static void take_count(struct tc_readings_lines *lines, enum tc_counter id, struct tc_slice value)
{
	lines->taken += tc_counters_take(&lines->readings->counters, id, value);
}

/*
 * What is wrong with the value: a number that is none, too few of them, or what the kernel would not
 * have taken.
 */
static enum tc_damage_kind damage_of(const struct tc_setting_row *row, struct tc_slice text)
{
	static const size_t wanted[] = {
		[TC_FORM_NUMBER] = 1,
		[TC_FORM_RANGE] = 2,
		[TC_FORM_THREE] = 3,
	};
	size_t count = words(text);
	uint64_t number;

	if (row->form == TC_FORM_WORD || row->form == TC_FORM_PORTS)
		return count ? TC_DAMAGE_VALUE : TC_DAMAGE_CUT;
	while (text.length) {
		struct tc_slice word = cut_word(&text);

		word = tc_slice_after(word, tc_slice_starts(word, "-"));
		if (word.length && tc_parse_uint(word.data, word.length, INT64_MAX, &number) < 0)
			return TC_DAMAGE_NUMBER;
	}
	return count < wanted[row->form] ? TC_DAMAGE_CUT : TC_DAMAGE_VALUE;
}

static void note_setting(struct tc_readings_lines *lines, int id, enum tc_damage_kind kind)
{
	struct tc_setting_value *value = &lines->readings->settings[id];

	if (value->status == TC_SETTING_NOT_READ)
		value->status = TC_SETTING_UNREADABLE;
	tc_counters_note_setting(&lines->readings->counters, id, kind);
}

/* What is not understood takes nothing away that was. */
static void take_setting(struct tc_readings_lines *lines, int id, struct tc_slice text)
{
	struct tc_setting_value *value = &lines->readings->settings[id];

	if (tc_setting_parse(&tc_setting_rows[id], text.data, text.length, value) == 0)
		lines->taken++;
	else
		note_setting(lines, id, damage_of(&tc_setting_rows[id], text));
	if (id == TC_SETTING_ip_local_reserved_ports)
		tc_port_set_parse(text.data, text.length, &lines->readings->reserved);
	if (id == TC_SETTING_nf_conntrack_max)
		take_count(lines, TC_COUNTER_conntrack_max, text);
}

/* "net.ipv4.tcp_mem", "net/ipv4/tcp_mem", "/proc/sys/net/ipv4/tcp_mem". */
static bool is_path(struct tc_slice name)
{
	if (tc_slice_starts(name, SYS))
		name = tc_slice_after(name, sizeof(SYS) - 1);
	return tc_slice_starts(name, "net.") || tc_slice_starts(name, "net/");
}

static size_t name_length(struct tc_slice line)
{
	size_t length = 0;

	while (length < line.length && !is_blank(line.data[length]) && line.data[length] != '=' &&
	       line.data[length] != ':')
		length++;
	return length;
}

/* Among lines with values it was cut; a list of names has none of these. */
static bool take_name_alone(struct tc_readings_lines *lines, struct tc_slice name)
{
	int id = tc_setting_find(name.data, name.length);

	if (id < 0 || !lines->tcp_settings)
		return false;
	note_setting(lines, id, TC_DAMAGE_CUT);
	return true;
}

/* sysctl(8), and grep(1) over /proc/sys: "NAME = VALUE", "NAME=VALUE", "NAME:VALUE". */
static bool take_sysctl(struct tc_readings_lines *lines, struct tc_slice line)
{
	struct tc_slice name = {line.data, name_length(line)};
	struct tc_slice value = trim(tc_slice_after(line, name.length));
	int id;

	if (!is_path(name))
		return false;
	if (!value.length)
		return take_name_alone(lines, name);
	if (value.data[0] != '=' && value.data[0] != ':')
		return false;
	value = trim(tc_slice_after(value, 1));
	lines->tcp_settings += tc_slice_find(name, "ipv4.tcp_") < name.length ||
			       tc_slice_find(name, "ipv4/tcp_") < name.length;
	id = tc_setting_find(name.data, name.length);
	if (id >= 0)
		take_setting(lines, id, value);
	else if (is_count(name))
		take_count(lines, TC_COUNTER_conntrack_count, value);
	return true;
}

/* "==> /proc/sys/net/ipv4/tcp_mem <==", "# cat /proc/sys/...": its content comes next. */
static bool take_heading(struct tc_readings_lines *lines, struct tc_slice line)
{
	struct tc_slice path = tc_slice_after(line, tc_slice_find(line, SYS));

	if (!path.length)
		return false;
	path.length = name_length(path);
	lines->awaited = tc_setting_find(path.data, path.length);
	lines->await_count = is_count(path);
	return true;
}

static bool take_content(struct tc_readings_lines *lines, struct tc_slice line)
{
	struct tc_setting_value value;
	int id = lines->awaited;

	if (!line.length || (id < 0 && !lines->await_count))
		return false;
	lines->awaited = -1;
	if (lines->await_count && line.data[0] >= '0' && line.data[0] <= '9')
		take_count(lines, TC_COUNTER_conntrack_count, line);
	lines->await_count = false;
	/* Something else may stand there, where the file was empty. */
	if (id < 0 || tc_setting_parse(&tc_setting_rows[id], line.data, line.length, &value) < 0)
		return false;
	take_setting(lines, id, line);
	return true;
}

/* ---- nstat ----------------------------------------------------------------------------- */

static const char *const nstat_groups[TC_NSTAT_GROUPS] = {"TcpExt", "Tcp"};

/* "TcpExtTWRecycled": the counter, and which group it is of; -ENOENT: none of the table. */
static int find_glued(struct tc_slice word, int *ret_group)
{
	for (int i = 0; i < TC_NSTAT_GROUPS; i++) {
		struct tc_slice group = {nstat_groups[i], strlen(nstat_groups[i])};

		if (!tc_slice_starts(word, nstat_groups[i]))
			continue;
		*ret_group = i;
		return tc_counter_find(group, tc_slice_after(word, group.length));
	}
	*ret_group = -1;
	return -1;
}

/* All of a group was there. nstat leaves out what is no count: gauges are not absent. */
static void end_nstat_group(struct tc_counters *counters, const char *group)
{
	for (int i = 0; i < TC_COUNTER_COUNT; i++)
		if (counters->status[i] == TC_COUNTER_NOT_READ && !tc_counter_rows[i].gauge &&
		    strcmp(tc_counter_rows[i].group, group) == 0)
			counters->status[i] = TC_COUNTER_ABSENT;
}

/* A group is over when another begins. */
static void begin_nstat_group(struct tc_readings_lines *lines, int group)
{
	int last = lines->nstat_group - 1;

	if (last >= 0 && last != group && lines->nstat_zeros[last])
		end_nstat_group(&lines->readings->counters, nstat_groups[last]);
	lines->nstat_group = group + 1;
}

/* "TcpActiveOpens                  31                 0.0": the last column is a rate. */
static bool take_nstat(struct tc_readings_lines *lines, struct tc_slice line)
{
	struct tc_slice rest = line, name = cut_word(&rest), number = cut_word(&rest);
	struct tc_slice rate = cut_word(&rest);
	uint64_t value;
	bool is_number;
	int group, id;

	if (!name.length || tc_slice_find(rate, ".") == rate.length || trim(rest).length)
		return false;
	id = find_glued(name, &group);
	is_number = tc_parse_uint(number.data, number.length, UINT64_MAX, &value) == 0;
	if (!is_number && id < 0)
		return false;
	begin_nstat_group(lines, group);
	if (group >= 0)
		lines->nstat_zeros[group] |= is_number && value == 0;
	if (id >= 0)
		take_count(lines, (enum tc_counter)id, number);
	return true;
}

/* ---- All ------------------------------------------------------------------------------- */

void tc_readings_line(struct tc_readings_lines *lines, struct tc_slice line)
{
	lines->readings->counters.line = ++lines->line;
	if (take_content(lines, line) || take_pair(lines, line) || take_conntrack(lines, line) ||
	    take_sockstat(lines, line) || take_sysctl(lines, line) || take_nstat(lines, line))
		return;
	take_heading(lines, line);
}

/*
 * `sysctl -a` of any kernel names fifty settings and more of TCP, in the order of the alphabet:
 * what is not among them does not exist there.
 */
static void end_settings(struct tc_readings_lines *lines)
{
	enum { MANY = 40 };
	struct tc_setting_value *values = lines->readings->settings;

	if (lines->tcp_settings < MANY ||
	    values[TC_SETTING_tcp_abort_on_overflow].status != TC_SETTING_READ ||
	    values[TC_SETTING_tcp_wmem].status != TC_SETTING_READ)
		return;
	for (int i = 0; i < TC_SETTING_COUNT; i++)
		if (values[i].status == TC_SETTING_NOT_READ &&
		    strncmp(tc_setting_rows[i].name, "tcp_", 4) == 0)
			values[i].status = TC_SETTING_ABSENT;
}

void tc_readings_lines_end(struct tc_readings_lines *lines)
{
	lines->line++;
	leave_names(lines);
	end_settings(lines);
}
