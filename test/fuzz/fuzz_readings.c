/* SPDX-License-Identifier: MIT */
/* fuzz_readings.c - libFuzzer target: any bytes as saved settings and counters. */
#include <stdlib.h>

#include "check.h"
#include "source/readings_text.h"

/* The same bytes in pieces of a length that they choose themselves. */
static int read_in_pieces(const char *text, size_t size, struct tc_readings *readings)
{
	size_t piece = size ? 1 + (unsigned char)text[0] % 61 : 1;
	struct tc_readings_text *reader;
	int err;

	check(tc_readings_text_new(readings, &reader) == 0);
	for (size_t at = 0; at < size; at += piece)
		tc_readings_text_feed(reader, text + at, size - at < piece ? size - at : piece);
	err = tc_readings_text_finish(reader);
	tc_readings_text_free(reader);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tc_readings *once = calloc(1, sizeof(*once)), *pieces = calloc(1, sizeof(*pieces));
	char *copy = malloc(size ? size : 1); /* of its own size, so that a byte more is noticed */

	check(once && pieces && copy);
	memcpy(copy, data, size);
	check(tc_readings_from_text(copy, size, once) == read_in_pieces(copy, size, pieces));
	check(memcmp(once, pieces, sizeof(*once)) == 0);
	for (int i = 0; i < TC_COUNTER_COUNT; i++)
		check(once->counters.status[i] == TC_COUNTER_READ || !once->counters.value[i]);
	for (int i = 0; i < TC_SETTING_COUNT; i++)
		check(once->settings[i].count <= TC_SETTING_NUMBERS);
	free(copy);
	free(pieces);
	free(once);
	return 0;
}
