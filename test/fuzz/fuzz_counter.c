/* SPDX-License-Identifier: MIT */
/* fuzz_counter.c - libFuzzer target: any bytes as /proc/net/netstat or /proc/net/snmp. */
#include <stdlib.h>

#include "check.h"
#include "model/counter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tc_counters once = {.status = {0}}, twice = {.status = {0}};
	char *copy = malloc(size ? size : 1); /* of its own size, so that a byte more is noticed */
	uint64_t rise;

	check(copy);
	memcpy(copy, data, size);
	tc_counters_parse(copy, size, &once);
	tc_counters_parse(copy, size, &twice);
	tc_counters_parse(copy, size, &twice);
	for (int i = 0; i < TC_COUNTER_COUNT; i++) {
		bool was_read = once.status[i] == TC_COUNTER_READ;

		check(once.status[i] <= TC_COUNTER_READ && (was_read || !once.value[i]));
		check(once.status[i] == twice.status[i] && once.value[i] == twice.value[i]);
		check(tc_counter_rise(&once, &twice, (enum tc_counter)i, &rise) == was_read);
		check(!was_read || rise == 0);
	}
	tc_counters_end(&once);
	for (int i = 0; i < TC_COUNTER_COUNT; i++)
		check(once.status[i] != TC_COUNTER_NOT_READ);
	free(copy);
	return 0;
}
