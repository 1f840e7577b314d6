/* SPDX-License-Identifier: MIT */
/* port_set.c - a set of ports; see port_set.h. */
#include "model/port_set.h"

#include <errno.h>
#include <string.h>

#include "util/parse.h"

/* "8080" or "9148-9150". */
static int add_range(const char *text, size_t length, struct tc_port_set *set)
{
	const char *dash = memchr(text, '-', length);
	size_t first_length = dash ? (size_t)(dash - text) : length;
	uint64_t first, last;

	if (tc_parse_uint(text, first_length, UINT16_MAX, &first) < 0)
		return -EINVAL;
	last = first;
	if (dash && tc_parse_uint(dash + 1, length - first_length - 1, UINT16_MAX, &last) < 0)
		return -EINVAL;
	if (last < first)
		return -EINVAL;
	for (uint64_t port = first; port <= last; port++)
		tc_port_set_add(set, (unsigned)port);
	return 0;
}

int tc_port_set_parse(const char *text, size_t length, struct tc_port_set *ret_set)
{
	struct tc_port_set set = { .word = { 0 } };

	if (length && text[length - 1] == '\n')
		length--;
	while (length) {
		const char *comma = memchr(text, ',', length);
		size_t item = comma ? (size_t)(comma - text) : length;

		if (add_range(text, item, &set) < 0 || (comma && item + 1 == length))
			return -EINVAL;
		item += comma ? 1 : 0;
		text += item;
		length -= item;
	}
	*ret_set = set;
	return 0;
}
