/* SPDX-License-Identifier: MIT */
/* parse.c - strict, total parsers; see parse.h. */
#include "util/parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "util/addr.h"
#include "util/macro.h"

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

static int parse_base(const char *text, size_t length, unsigned base, uint64_t max,
		      uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!length)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		unsigned digit = (unsigned)digit_value(text[i]);

		if (digit >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value) || value > max)
			return -ERANGE;
	}
	*ret_value = value;
	return 0;
}

int tc_parse_uint(const char *text, size_t length, uint64_t max, uint64_t *ret_value)
{
	return parse_base(text, length, 10, max, ret_value);
}

int tc_parse_range(const char *text, size_t length, uint64_t max, uint64_t *ret_first,
		   uint64_t *ret_last)
{
	const char *dash = memchr(text, '-', length);
	size_t first_length = dash ? (size_t)(dash - text) : length;
	uint64_t first, last;
	int err = tc_parse_uint(text, first_length, max, &first);

	if (err)
		return err;
	last = first;
	if (dash)
		err = tc_parse_uint(dash + 1, length - first_length - 1, max, &last);
	if (!err && last < first)
		err = -EINVAL;
	if (err)
		return err;
	*ret_first = first;
	*ret_last = last;
	return 0;
}

int tc_parse_hex(const char *text, size_t length, uint64_t max, uint64_t *ret_value)
{
	return parse_base(text, length, 16, max, ret_value);
}

/* inet_pton() wants a NUL behind the text, and a slice has none. */
static int parse_with_pton(int family, const char *text, size_t length, void *ret_bytes)
{
	char copy[INET6_ADDRSTRLEN];

	if (length >= sizeof(copy) || memchr(text, '\0', length))
		return -EINVAL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return inet_pton(family, copy, ret_bytes) == 1 ? 0 : -EINVAL;
}

/* Written by hand because a listing of a million sockets has two million of them. */
int tc_parse_addr4(const char *text, size_t length, struct tc_addr *ret_addr)
{
	uint8_t byte[4];
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		size_t start = at;
		unsigned value = 0;

		while (at < length && text[at] >= '0' && text[at] <= '9' && at - start < 3)
			value = value * 10 + (unsigned)(text[at++] - '0');
		/* As inet_pton(3) has it, 010 is neither ten nor eight. */
		if (at == start || value > UINT8_MAX || (text[start] == '0' && at - start > 1))
			return -EINVAL;
		byte[i] = (uint8_t)value;
		if (i < 3 && (at == length || text[at++] != '.'))
			return -EINVAL;
	}
	if (at != length)
		return -EINVAL;
	*ret_addr = (struct tc_addr){ .byte = { [10] = 0xff, [11] = 0xff } };
	memcpy(ret_addr->byte + 12, byte, sizeof(byte));
	return 0;
}

int tc_parse_addr6(const char *text, size_t length, struct tc_addr *ret_addr)
{
	struct tc_addr addr;
	int err = parse_with_pton(AF_INET6, text, length, &addr);

	if (!err)
		*ret_addr = addr;
	return err;
}

int tc_parse_addr(const char *text, size_t length, struct tc_addr *ret_addr, int *ret_family)
{
	int family = memchr(text, ':', length) ? AF_INET6 : AF_INET;
	int err = family == AF_INET6 ? tc_parse_addr6(text, length, ret_addr)
				     : tc_parse_addr4(text, length, ret_addr);

	if (!err)
		*ret_family = family;
	return err;
}

/* The length of one unit in microseconds, or 0; *ret_length is that of its name. */
static uint64_t duration_unit_us(const char *text, size_t length, size_t *ret_length)
{
	static const struct {
		const char *name;
		uint64_t us;
	} units[] = {
		{ "hours", 3600000000u }, { "hour", 3600000000u }, { "h", 3600000000u },
		{ "min", 60000000u },	  { "ms", 1000u },	   { "us", 1u },
		{ "m", 60000000u },	  { "sec", 1000000u },	   { "s", 1000000u },
		{ "days", 86400000000u }, { "day", 86400000000u }, { "d", 86400000000u },
	};

	for (size_t i = 0; i < TC_ARRAY_SIZE(units); i++) {
		size_t name_length = strlen(units[i].name);

		if (length < name_length || memcmp(text, units[i].name, name_length) != 0)
			continue;
		*ret_length = name_length;
		return units[i].us;
	}
	return 0;
}

/* One "12.345sec" at the start of the text, in microseconds; *ret_length is what it took. */
static int parse_duration_part(const char *text, size_t length, uint64_t *ret_us,
			       size_t *ret_length)
{
	uint64_t whole = 0, fraction = 0, scale = 1, unit, us;
	size_t at = 0, start, unit_length;

	while (at < length && text[at] >= '0' && text[at] <= '9') {
		if (whole > UINT32_MAX)
			return -ERANGE;
		whole = whole * 10 + (uint64_t)(text[at++] - '0');
	}
	if (!at)
		return -EINVAL;
	if (at < length && text[at] == '.') {
		for (start = ++at; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
			if (at - start >= 6)
				continue;
			fraction = fraction * 10 + (uint64_t)(text[at] - '0');
			scale *= 10;
		}
		if (at == start)
			return -EINVAL;
	}
	unit = duration_unit_us(text + at, length - at, &unit_length);
	if (!unit)
		return -EINVAL;
	if (__builtin_mul_overflow(whole, unit, &us))
		return -ERANGE;
	*ret_us = us + fraction * unit / scale;
	*ret_length = at + unit_length;
	return 0;
}

int tc_parse_duration_ms(const char *text, size_t length, uint64_t max, uint64_t *ret_ms)
{
	uint64_t us = 0;
	size_t at = 0;

	if (!length)
		return -EINVAL;
	while (at < length) {
		uint64_t part;
		size_t used;
		int err = parse_duration_part(text + at, length - at, &part, &used);

		if (err)
			return err;
		if (__builtin_add_overflow(us, part, &us))
			return -ERANGE;
		at += used;
	}
	if (us / 1000 > max)
		return -ERANGE;
	*ret_ms = us / 1000;
	return 0;
}
