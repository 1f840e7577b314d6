/* SPDX-License-Identifier: MIT */
/* value.c - what a field holds, as text and in order. */
#include <string.h>

#include "model/field.h"
#include "util/addr.h"

static void add_addr(const struct tc_addr *addr, bool bracket, struct tc_buf *out)
{
	bool brackets = bracket && !tc_addr_is4(addr);
	char text[TC_ADDR_TEXT_MAX];
	size_t length = tc_addr_text(addr, text);

	if (brackets)
		tc_buf_byte(out, '[');
	tc_buf_add(out, text, length);
	if (brackets)
		tc_buf_byte(out, ']');
}

static void add_words(const struct tc_value *value, struct tc_buf *out)
{
	tc_buf_text(out, value->text);
	if (value->cut)
		tc_buf_text(out, "...");
}

static void add_endpoint(const struct tc_value *value, struct tc_buf *out)
{
	if (value->text)
		add_words(value, out);
	else
		add_addr(&value->addr, true, out);
	if (value->zone) { /* as ss writes it, behind the brackets */
		tc_buf_byte(out, '%');
		tc_buf_text(out, value->zone);
	}
	tc_buf_byte(out, ':');
	if (value->port_text)
		tc_buf_text(out, value->port_text);
	else if (value->has_port && value->number)
		tc_buf_number(out, value->number);
	else
		tc_buf_byte(out, '*');
}

void tc_value_text(const struct tc_value *value, struct tc_buf *out)
{
	switch ((enum tc_type)value->type) {
	case TC_TYPE_NONE:
		break;
	case TC_TYPE_NUMBER:
		tc_buf_number(out, value->number);
		break;
	case TC_TYPE_TEXT:
		add_words(value, out);
		break;
	case TC_TYPE_ADDR:
		add_addr(&value->addr, false, out);
		break;
	case TC_TYPE_NET:
		add_addr(&value->addr, false, out);
		tc_buf_byte(out, '/');
		tc_buf_number(out, value->prefix);
		break;
	case TC_TYPE_ENDPOINT:
		add_endpoint(value, out);
		break;
	}
}

/* IPv4 before IPv6, as people sort them; each by its bytes. */
static int compare_addr(const struct tc_addr *one, const struct tc_addr *other)
{
	int family = (int)tc_addr_is4(other) - (int)tc_addr_is4(one);

	return family ? family : memcmp(one->byte, other->byte, sizeof(one->byte));
}

static int compare_number(uint64_t one, uint64_t other)
{
	return (one > other) - (one < other);
}

static int compare_text(const char *one, const char *other)
{
	return strcmp(one ? one : "", other ? other : "");
}

int tc_value_compare(const struct tc_value *one, const struct tc_value *other)
{
	int order;

	if (!one->type != !other->type)
		return one->type ? -1 : 1;
	if (one->type != other->type)
		return (int)one->type - (int)other->type;
	switch ((enum tc_type)one->type) {
	case TC_TYPE_NUMBER:
		return compare_number(one->number, other->number);
	case TC_TYPE_TEXT:
		return compare_text(one->text, other->text);
	case TC_TYPE_ADDR:
	case TC_TYPE_NET:
		order = compare_addr(&one->addr, &other->addr);
		return order ? order : (int)one->prefix - (int)other->prefix;
	case TC_TYPE_ENDPOINT:
		order = (one->text != NULL) - (other->text != NULL); /* addresses, then names */
		if (!order)
			order = one->text ? compare_text(one->text, other->text)
					  : compare_addr(&one->addr, &other->addr);
		if (!order)
			order = compare_number(one->number, other->number);
		if (!order)
			order = compare_text(one->port_text, other->port_text);
		return order ? order : compare_text(one->zone, other->zone);
	case TC_TYPE_NONE:
		break;
	}
	return 0;
}
