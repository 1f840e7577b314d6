/* SPDX-License-Identifier: MIT */
/*
 * packed.c - values as a string of bytes.
 *
 * Form: one byte of type and flags, then what the type has: a number (8 bytes), an address
 * (16), a prefix (1), words (NUL-terminated, so that they can be read in place).
 */
#include "model/packed.h"

#include <string.h>

/* Some share a bit: QUOTED is of numbers, SEVERAL of words, HAS_PORT and HAS_ZONE of endpoints. */
enum {
	TYPE_MASK = 0x0f,
	CUT = 0x10,
	HAS_PORT = 0x20,
	SEVERAL = 0x20,
	QUOTED = 0x40,
	HAS_ZONE = 0x40,
	HAS_TEXT = 0x80
};

static unsigned char tag_of(const struct tc_value *value)
{
	bool numbered = value->type == TC_TYPE_NUMBER;
	bool ended = value->type == TC_TYPE_ENDPOINT;
	bool worded = value->type == TC_TYPE_TEXT || (ended && value->text);

	return (unsigned char)(value->type | (worded && value->cut ? CUT : 0) |
			       (worded ? HAS_TEXT : 0) | (ended && value->has_port ? HAS_PORT : 0) |
			       (ended && value->zone ? HAS_ZONE : 0) |
			       (value->type == TC_TYPE_TEXT && value->several ? SEVERAL : 0) |
			       (numbered && value->quoted ? QUOTED : 0));
}

static void add_words(struct tc_buf *out, const char *words)
{
	tc_buf_add(out, words, strlen(words) + 1);
}

void tc_value_pack(const struct tc_value *value, struct tc_buf *out)
{
	unsigned char tag = tag_of(value);

	tc_buf_byte(out, (char)tag);
	if (tag & HAS_TEXT)
		add_words(out, value->text);
	switch ((enum tc_type)value->type) {
	case TC_TYPE_NUMBER:
		tc_buf_add(out, &value->number, sizeof(value->number));
		break;
	case TC_TYPE_NET:
		tc_buf_byte(out, (char)value->prefix);
		tc_buf_add(out, &value->addr, sizeof(value->addr));
		break;
	case TC_TYPE_ADDR:
		tc_buf_add(out, &value->addr, sizeof(value->addr));
		break;
	case TC_TYPE_ENDPOINT:
		if (!(tag & HAS_TEXT))
			tc_buf_add(out, &value->addr, sizeof(value->addr));
		if (tag & HAS_PORT)
			tc_buf_add(out, &value->number, sizeof(value->number));
		else
			add_words(out, value->port_text ? value->port_text : "");
		if (tag & HAS_ZONE)
			add_words(out, value->zone);
		break;
	case TC_TYPE_TEXT:
	case TC_TYPE_NONE:
		break;
	}
}

static const char *take(const char *bytes, void *to, size_t length)
{
	memcpy(to, bytes, length);
	return bytes + length;
}

static const char *take_words(const char *bytes, const char **ret_words)
{
	*ret_words = bytes;
	return bytes + strlen(bytes) + 1;
}

static const char *unpack_endpoint(const char *bytes, unsigned char tag, struct tc_value *value)
{
	if (!(tag & HAS_TEXT))
		bytes = take(bytes, &value->addr, sizeof(value->addr));
	value->has_port = tag & HAS_PORT;
	if (tag & HAS_PORT)
		bytes = take(bytes, &value->number, sizeof(value->number));
	else
		bytes = take_words(bytes, &value->port_text);
	if (value->port_text && !*value->port_text)
		value->port_text = NULL;
	if (tag & HAS_ZONE)
		bytes = take_words(bytes, &value->zone);
	return bytes;
}

const char *tc_value_unpack(const char *bytes, struct tc_value *ret_value)
{
	unsigned char tag = (unsigned char)*bytes++;
	struct tc_value value = {
		.type = tag & TYPE_MASK,
		.cut = tag & CUT,
		.several = (tag & TYPE_MASK) == TC_TYPE_TEXT && (tag & SEVERAL),
		.quoted = (tag & TYPE_MASK) == TC_TYPE_NUMBER && (tag & QUOTED),
	};

	if (tag & HAS_TEXT)
		bytes = take_words(bytes, &value.text);
	switch ((enum tc_type)value.type) {
	case TC_TYPE_NUMBER:
		bytes = take(bytes, &value.number, sizeof(value.number));
		break;
	case TC_TYPE_NET:
		value.prefix = (uint8_t)*bytes++;
		bytes = take(bytes, &value.addr, sizeof(value.addr));
		break;
	case TC_TYPE_ADDR:
		bytes = take(bytes, &value.addr, sizeof(value.addr));
		break;
	case TC_TYPE_ENDPOINT:
		bytes = unpack_endpoint(bytes, tag, &value);
		break;
	case TC_TYPE_TEXT:
	case TC_TYPE_NONE:
		break;
	}
	*ret_value = value;
	return bytes;
}
