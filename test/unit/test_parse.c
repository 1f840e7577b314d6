/* SPDX-License-Identifier: MIT */
/* test_parse.c - numbers, addresses and durations, strictly. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/addr.h"
#include "util/macro.h"
#include "util/parse.h"

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		int err;
		uint64_t value;
	} rows[] = {
		{"0", 9, 0, 0},
		{"007", 9, 0, 7},
		{"65535", 65535, 0, 65535},
		{"65536", 65535, -ERANGE, 0},
		{"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
		{"18446744073709551616", UINT64_MAX, -ERANGE, 0},
		{"99999999999999999999999", UINT64_MAX, -ERANGE, 0},
		{"", 9, -EINVAL, 0},
		{"-1", 9, -EINVAL, 0},
		{"+1", 9, -EINVAL, 0},
		{" 1", 9, -EINVAL, 0},
		{"1 ", 9, -EINVAL, 0},
		{"0x1", 9, -EINVAL, 0},
		{"a", 99, -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		uint64_t value = 0;

		assert_int_equal(
			tc_parse_uint(rows[i].text, strlen(rows[i].text), rows[i].max, &value),
			rows[i].err);
		assert_true(value == rows[i].value);
	}
}

static void test_hex(void **state)
{
	uint64_t value = 0;

	(void)state;
	assert_int_equal(tc_parse_hex("fFfFffff", 8, UINT32_MAX, &value), 0);
	assert_true(value == UINT32_MAX);
	assert_int_equal(tc_parse_hex("100000000", 9, UINT32_MAX, &value), -ERANGE);
	assert_int_equal(tc_parse_hex("g", 1, UINT32_MAX, &value), -EINVAL);
	assert_int_equal(tc_parse_hex("", 0, UINT32_MAX, &value), -EINVAL);
}

/* The slice ends where it says, whatever stands behind it. */
static void test_nothing_is_read_past_the_end(void **state)
{
	struct tc_addr addr;
	uint64_t value;

	(void)state;
	assert_int_equal(tc_parse_uint("123", 2, 99, &value), 0);
	assert_true(value == 12);
	assert_int_equal(tc_parse_addr4("192.0.2.123", 10, &addr), 0);
	assert_int_equal(addr.byte[15], 12);
	assert_int_equal(tc_parse_addr4("192.0.2.1", 8, &addr), -EINVAL);
}

/* The hand-written reader of dotted quads agrees with inet_pton(3) on anything. */
static void test_addr4_is_inet_pton(void **state)
{
	static const char *const fixed[] = {
		"0.0.0.0",   "255.255.255.255", "256.0.0.1",  "1.2.3",
		"1.2.3.4.5", "01.2.3.4",	"1.2.3.04",   "00.0.0.0",
		"1..2.3",    ".1.2.3",		"1.2.3.",     "1.2.3.4 ",
		" 1.2.3.4",  "1.2.3.4a",	"1234.1.1.1", "1.2.3.0000",
		"",	     "192.0.2.07",	"a.b.c.d",    "1,2,3,4",
	};
	static const char letters[] = "0123456789.";
	char text[20];

	(void)state;
	srand(1);
	for (size_t i = 0; i < 200000 + TC_ARRAY_SIZE(fixed); i++) {
		struct tc_addr ours = {0};
		struct in_addr theirs;
		size_t length = (size_t)rand() % 16;
		bool good;

		for (size_t j = 0; j < length; j++)
			text[j] = letters[(size_t)rand() % (j % 2 ? 11 : 10)];
		text[length] = '\0';
		if (i < TC_ARRAY_SIZE(fixed))
			strcpy(text, fixed[i]);
		good = inet_pton(AF_INET, text, &theirs) == 1;
		assert_int_equal(tc_parse_addr4(text, strlen(text), &ours) == 0, good);
		if (good)
			assert_memory_equal(ours.byte + 12, &theirs, 4);
		if (good)
			assert_true(tc_addr_is4(&ours));
	}
}

static void test_addr6(void **state)
{
	struct tc_addr addr;
	int family;

	(void)state;
	assert_int_equal(tc_parse_addr("2001:db8::1", 11, &addr, &family), 0);
	assert_int_equal(family, AF_INET6);
	assert_int_equal(addr.byte[15], 1);
	/* A mapped address is the IPv4 address that it carries. */
	assert_int_equal(tc_parse_addr("::ffff:192.0.2.1", 16, &addr, &family), 0);
	assert_true(tc_addr_is4(&addr));
	assert_int_equal(tc_parse_addr("192.0.2.1", 9, &addr, &family), 0);
	assert_int_equal(family, AF_INET);
	assert_int_equal(tc_parse_addr("2001:db8:1:2", 12, &addr, &family), -EINVAL);
	assert_int_equal(tc_parse_addr("::1%lo", 6, &addr, &family), -EINVAL);
	assert_int_equal(tc_parse_addr("[::1]", 5, &addr, &family), -EINVAL);
	assert_int_equal(tc_parse_addr("::1\0", 4, &addr, &family), -EINVAL);
}

static void test_durations(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint64_t ms;
	} rows[] = {
		{"59sec", 0, 59000},
		{"1min12sec", 0, 72000},
		{"119min", 0, 7140000},
		{"200ms", 0, 200},
		{"1.200ms", 0, 1},
		{"3.456sec", 0, 3456},
		{"1h2m", 0, 3720000},
		{"2days", 0, 172800000},
		{"", -EINVAL, 0},
		{"5", -EINVAL, 0},
		{"sec", -EINVAL, 0},
		{"1.sec", -EINVAL, 0},
		{"-1sec", -EINVAL, 0},
		{"99999999999sec", -ERANGE, 0},
		{"4294968days", -ERANGE, 0},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		uint64_t ms = 0;

		assert_int_equal(
			tc_parse_duration_ms(rows[i].text, strlen(rows[i].text), UINT32_MAX, &ms),
			rows[i].err);
		assert_true(ms == rows[i].ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_nothing_is_read_past_the_end),
		cmocka_unit_test(test_addr4_is_inet_pton),
		cmocka_unit_test(test_addr6),
		cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
