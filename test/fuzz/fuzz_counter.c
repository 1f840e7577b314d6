/* SPDX-License-Identifier: MIT */
/* fuzz_counter.c - libFuzzer target: any bytes as each of the files with counters. */
#include <stdlib.h>

#include "check.h"
#include "model/counter.h"

static void parse(const char *text, size_t size, struct tc_counters *counters)
{
	tc_counters_parse(text, size, counters);
	tc_counters_parse_sockstat(text, size, counters);
	tc_counters_parse_conntrack(text, size, counters);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tc_counters once = {.status = {0}}, twice = {.status = {0}};
	char *copy = malloc(size ? size : 1); /* of its own size, so that a byte more is noticed */
	uint64_t rise;

	check(copy);
	memcpy(copy, data, size);
	parse(copy, size, &once);
	parse(copy, size, &twice);
	parse(copy, size, &twice);
	for (int i = 0; i < TC_COUNTER_COUNT; i++) {
		bool was_read = once.status[i] == TC_COUNTER_READ;

		check(once.status[i] != TC_COUNTER_ABSENT && (was_read || !once.value[i]));
		check(once.status[i] != TC_COUNTER_DAMAGED || once.damage_count);
		check(once.status[i] == twice.status[i] && once.value[i] == twice.value[i]);
		check(tc_counter_rise(&once, &twice, (enum tc_counter)i, &rise) == was_read);
		check(!was_read || rise == 0);
	}
	for (int i = 0; i < TC_COUNTER_COUNT; i++)
		tc_counters_end(&once, tc_counter_rows[i].group);
	for (int i = 0; i < TC_COUNTER_COUNT; i++)
		check(once.status[i] != TC_COUNTER_NOT_READ);
	free(copy);
	return 0;
}
