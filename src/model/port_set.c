/* SPDX-License-Identifier: MIT */
/* port_set.c - a set of ports; see port_set.h. */
#include "model/port_set.h"

#include <errno.h>
#include <string.h>

#include "util/parse.h"

/* "8080" or "9148-9150". */
static int add_range(const char *text, size_t length, struct tc_port_set *set)
{
	uint64_t first, last;

	if (tc_parse_range(text, length, UINT16_MAX, &first, &last) < 0)
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
