/* SPDX-License-Identifier: MIT */
/* key.c - a field with its prefix lengths, and what several of them need together. */
#include "model/field.h"

#include <errno.h>
#include <string.h>

#include "util/parse.h"

enum { NET_PREFIX4 = 24, NET_PREFIX6 = 64 };

static const struct tc_field *find(const char *name, size_t length)
{
	const struct tc_field *field;

	for (size_t i = 0; (field = tc_field_at(i)); i++)
		if (strlen(field->name) == length && memcmp(field->name, name, length) == 0)
			return field;
	return NULL;
}

/* "/16", "/16/48" or "/48": one number above 32 can only be an IPv6 prefix. */
static int parse_prefixes(const char *text, struct tc_key *key)
{
	size_t first = strcspn(text + 1, "/");
	const char *second = text[1 + first] ? text + first + 2 : NULL;
	uint64_t one, two;

	if (tc_parse_uint(text + 1, first, 128, &one))
		return -EINVAL;
	if (second) {
		if (one > 32 || tc_parse_uint(second, strlen(second), 128, &two))
			return -EINVAL;
		key->prefix4 = (uint8_t)one;
		key->prefix6 = (uint8_t)two;
	} else if (one <= 32) {
		key->prefix4 = (uint8_t)one;
	} else {
		key->prefix6 = (uint8_t)one;
	}
	return 0;
}

int tc_key_parse(const char *text, struct tc_key *ret_key)
{
	size_t name = strcspn(text, "/");
	struct tc_key key = {
		.field = find(text, name),
		.prefix4 = NET_PREFIX4,
		.prefix6 = NET_PREFIX6,
	};

	if (!key.field)
		return -ENOENT;
	if (text[name] && !(key.field->flags & TC_FIELD_PREFIX))
		return -EINVAL;
	if (text[name] && parse_prefixes(text + name, &key))
		return -EINVAL;
	*ret_key = key;
	return 0;
}

uint32_t tc_keys_need(const struct tc_key *keys, size_t key_count)
{
	uint32_t need = 0;

	for (size_t i = 0; i < key_count; i++)
		need |= keys[i].field->need;
	return need;
}

unsigned tc_keys_flags(const struct tc_key *keys, size_t key_count)
{
	unsigned flags = 0;

	for (size_t i = 0; i < key_count; i++)
		flags |= keys[i].field->flags;
	return flags;
}

size_t tc_field_text(const struct tc_key *key, const struct tc_sock *sock, char *buf, size_t size)
{
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;
	struct tc_value value;

	if (!size)
		return 0;
	tc_key_get(key, sock, &value);
	tc_value_text(&value, &text);
	return tc_buf_copy(&text, buf, size);
}
