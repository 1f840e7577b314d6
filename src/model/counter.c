/* SPDX-License-Identifier: MIT */
/* counter.c - the table of counters.def and the parsing of the kernel's files. */
#include "model/counter.h"

#include "util/macro.h"
#include "util/parse.h"
#include "util/slice.h"

/* clang-format off */
const struct tc_counter_row tc_counter_rows[TC_COUNTER_COUNT] = {
#define COUNTER(its_group, its_name, ...) \
	[TC_COUNTER_##its_name] = { .group = #its_group, .name = #its_name, __VA_ARGS__ },
#include "model/counters.def"
#undef COUNTER
};
/* clang-format on */

/* The line, or what precedes `end`, off the front of a slice. */
static struct tc_slice cut(struct tc_slice *rest, char end)
{
	struct tc_slice piece = tc_slice_until(*rest, end);

	*rest = tc_slice_after(*rest, piece.length + 1);
	return piece;
}

static void take(struct tc_slice group, struct tc_slice name, struct tc_slice number,
		 struct tc_counters *counters)
{
	for (size_t i = 0; i < TC_COUNTER_COUNT; i++) {
		uint64_t value;

		if (!tc_slice_is(name, tc_counter_rows[i].name) ||
		    !tc_slice_is(group, tc_counter_rows[i].group) ||
		    tc_parse_uint(number.data, number.length, UINT64_MAX, &value))
			continue;
		counters->value[i] = value;
		counters->status[i] = TC_COUNTER_READ;
	}
}

/* The names and the numbers of one group, behind the word that both lines begin with. */
static void take_pair(struct tc_slice names, struct tc_slice numbers, struct tc_counters *counters)
{
	struct tc_slice group = cut(&names, ':'), again = cut(&numbers, ':');

	if (group.length != again.length || memcmp(group.data, again.data, group.length) != 0)
		return;
	names = tc_slice_after(names, 1);
	numbers = tc_slice_after(numbers, 1);
	while (names.length && numbers.length) {
		struct tc_slice name = cut(&names, ' ');

		take(group, name, cut(&numbers, ' '), counters);
	}
}

void tc_counters_parse(const char *text, size_t length, struct tc_counters *counters)
{
	struct tc_slice rest = {text, length};

	while (rest.length) {
		struct tc_slice names = cut(&rest, '\n');

		take_pair(names, cut(&rest, '\n'), counters);
	}
}

void tc_counters_end(struct tc_counters *counters)
{
	for (size_t i = 0; i < TC_COUNTER_COUNT; i++)
		if (counters->status[i] == TC_COUNTER_NOT_READ)
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
