/* SPDX-License-Identifier: MIT */
/* bag.c - memory that is released together; see bag.h. */
#include "util/bag.h"

#include <stdlib.h>

void tc_bag_release(struct tc_bag *bag)
{
	for (size_t i = 0; i < bag->count; i++)
		free(bag->items[i]);
	free(bag->items);
	*bag = (struct tc_bag){.items = NULL};
}

void *tc_bag_take(struct tc_bag *bag, void *memory)
{
	void **grown = reallocarray(bag->items, bag->count + 1, sizeof(*grown));

	if (grown)
		bag->items = grown;
	if (!grown || !memory) {
		bag->failed = true;
		free(memory);
		return NULL;
	}
	return grown[bag->count++] = memory;
}

const char *tc_bag_text(struct tc_bag *bag, const char *text)
{
	const char *copy = tc_bag_take(bag, strdup(text));

	return copy ? copy : "";
}

const char *tc_bag_buf(struct tc_bag *bag, struct tc_buf *buf)
{
	const char *string = tc_buf_string(buf);

	bag->failed |= !string;
	return tc_bag_text(bag, string ? string : "");
}

const char **tc_bag_list(struct tc_bag *bag, size_t count)
{
	return tc_bag_take(bag, calloc(count + 1, sizeof(char *)));
}
