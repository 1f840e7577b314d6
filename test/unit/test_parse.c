/* SPDX-License-Identifier: MIT */
/* test_parse.c - strict parsers of numbers, addresses and durations. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "random.h"
#include "util/macro.h"
#include "util/parse.h"

static const uint64_t untouched = 4711;

static void assert_uint(const char *text, uint64_t max, int err, uint64_t expected)
{
	uint64_t value = untouched;

	assert_int_equal(tc_parse_uint(text, strlen(text), max, &value), err);
	assert_int_equal(value, err ? untouched : expected);
}

static void assert_hex(const char *text, uint64_t max, int err, uint64_t expected)
{
	uint64_t value = untouched;

	assert_int_equal(tc_parse_hex(text, strlen(text), max, &value), err);
	assert_int_equal(value, err ? untouched : expected);
}

static void test_uint(void **state)
{
	static const char *const wrong[] = {"", " ", "-1", "+1", "1 ", " 1", "1.0", "0x10", "a", "1a"};

	(void)state;
	assert_uint("0", 0, 0, 0);
	assert_uint("007", 10, 0, 7);
	assert_uint("65535", 65535, 0, 65535);
	assert_uint("65536", 65535, -ERANGE, 0);
	assert_uint("18446744073709551615", UINT64_MAX, 0, UINT64_MAX);
	assert_uint("18446744073709551616", UINT64_MAX, -ERANGE, 0);
	assert_uint("99999999999999999999999999", UINT64_MAX, -ERANGE, 0);
	assert_uint("00000000000000000000000000000001", 1, 0, 1);
	for (size_t i = 0; i < TC_ARRAY_SIZE(wrong); i++)
		assert_uint(wrong[i], UINT64_MAX, -EINVAL, 0);
}

static void test_hex(void **state)
{
	(void)state;
	assert_hex("0", 0, 0, 0);
	assert_hex("dEaDbEeF", UINT32_MAX, 0, 0xdeadbeef);
	assert_hex("ffffffffffffffff", UINT64_MAX, 0, UINT64_MAX);
	assert_hex("10000000000000000", UINT64_MAX, -ERANGE, 0);
	assert_hex("100", 0xff, -ERANGE, 0);
	assert_hex("", 1, -EINVAL, 0);
	assert_hex("0x1", 1, -EINVAL, 0);
	assert_hex("g", 99, -EINVAL, 0);
}

/* Only the slice is read: what follows it is another's. */
static void test_slices(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(tc_parse_uint("123456", 3, 1000, &value), 0);
	assert_int_equal(value, 123);
	assert_int_equal(tc_parse_uint("12\0", 3, 1000, &value), -EINVAL);
}

static void test_addr4(void **state)
{
	static const char *const wrong[] = {
		"",	    "1.2.3",	 "1.2.3.",     "1.2.3.4.",  "1.2.3.4.5", "256.1.1.1",
		"1.2.3.256", "01.2.3.4", "1.2.3.04",   "1..2.3",    ".1.2.3",	 "1.2.3.4 ",
		" 1.2.3.4", "1.2.3.a",	 "1.2.3.1000", "-1.2.3.4", "1.2.3.+4",
	};
	struct tc_addr addr;

	(void)state;
	assert_int_equal(tc_parse_addr4("0.0.0.0", 7, &addr), 0);
	assert_int_equal(tc_parse_addr4("255.255.255.255", 15, &addr), 0);
	assert_int_equal(tc_parse_addr4("192.0.2.7xyz", 9, &addr), 0);
	assert_true(tc_addr_is4(&addr) && addr.byte[12] == 192 && addr.byte[15] == 7);
	for (size_t i = 0; i < TC_ARRAY_SIZE(wrong); i++)
		assert_int_equal(tc_parse_addr4(wrong[i], strlen(wrong[i]), &addr), -EINVAL);
}

/* The hand-written parser takes what inet_pton(3) takes and nothing else. */
static void test_addr4_random(void **state)
{
	static const char letters[] = "0123456789.";
	struct dice dice = {3};
	int taken = 0;

	(void)state;
	for (int round = 0; round < 300000; round++) {
		char text[20];
		struct tc_addr addr;
		uint32_t number;
		size_t length = 0;
		int parsed;

		for (int part = 0; part < 4; part++)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%u",
						   part ? "." : "", dice_below(&dice, 260));
		if (dice_below(&dice, 2))
			text[dice_below(&dice, (unsigned)length)] = letters[dice_below(&dice, 11)];
		parsed = tc_parse_addr4(text, length, &addr);
		assert_int_equal(parsed == 0, inet_pton(AF_INET, text, &number));
		if (!parsed)
			assert_memory_equal(addr.byte + 12, &number, 4);
		taken += !parsed;
	}
	assert_true(taken > 100000);
}

static void test_addr6(void **state)
{
	static const char *const wrong[] = {
		"",	  ":",	       ":::",	 "1::2::3",  "12345::", "fe80::1%lo", "[::1]",
		"::1 ", "1:2:3:4:5:6:7", "::g", "::1.2.3", "192.0.2.7",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
	};
	struct tc_addr addr;

	(void)state;
	assert_int_equal(tc_parse_addr6("::", 2, &addr), 0);
	assert_int_equal(tc_parse_addr6("::ffff:192.0.2.7", 16, &addr), 0);
	assert_true(tc_addr_is4(&addr));
	assert_int_equal(tc_parse_addr6("2001:db8::1/64", 11, &addr), 0);
	assert_int_equal(tc_parse_addr6("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", 45, &addr),
			 0);
	assert_int_equal(tc_parse_addr6("::1\0", 4, &addr), -EINVAL);
	for (size_t i = 0; i < TC_ARRAY_SIZE(wrong); i++)
		assert_int_equal(tc_parse_addr6(wrong[i], strlen(wrong[i]), &addr), -EINVAL);
}

static void test_either_family(void **state)
{
	struct tc_addr addr;
	int family = 0;

	(void)state;
	assert_int_equal(tc_parse_addr("10.0.0.1", 8, &addr, &family), 0);
	assert_int_equal(family, AF_INET);
	assert_int_equal(tc_parse_addr("::1", 3, &addr, &family), 0);
	assert_int_equal(family, AF_INET6);
	assert_int_equal(tc_parse_addr("::ffff:10.0.0.1", 15, &addr, &family), 0);
	assert_int_equal(family, AF_INET6); /* as it was written */
	family = 99;
	assert_int_equal(tc_parse_addr("localhost", 9, &addr, &family), -EINVAL);
	assert_int_equal(family, 99);
}

static void assert_duration(const char *text, uint64_t max, int err, uint64_t expected)
{
	uint64_t ms = untouched;

	assert_int_equal(tc_parse_duration_ms(text, strlen(text), max, &ms), err);
	assert_int_equal(ms, err ? untouched : expected);
}

static void test_durations(void **state)
{
	static const char *const wrong[] = {"",	  "1",	 "s",	 "1.s", ".5s", "1sec ", "1 sec",
					    "1x", "-1s", "1s2",	 "1..5s", "1minx"};

	(void)state;
	assert_duration("59sec", UINT64_MAX, 0, 59000);
	assert_duration("1min12sec", UINT64_MAX, 0, 72000);
	assert_duration("3.456ms", UINT64_MAX, 0, 3);
	assert_duration("250ms", UINT64_MAX, 0, 250);
	assert_duration("1.5s", UINT64_MAX, 0, 1500);
	assert_duration("0.0015s", UINT64_MAX, 0, 1);
	assert_duration("1h2m", UINT64_MAX, 0, 3720000);
	assert_duration("1hour2min3sec4ms", UINT64_MAX, 0, 3723004);
	assert_duration("2days", UINT64_MAX, 0, 172800000);
	assert_duration("999us", UINT64_MAX, 0, 0);
	assert_duration("600us600us", UINT64_MAX, 0, 1); /* rounded once, at the end */
	assert_duration("0.123456789s", UINT64_MAX, 0, 123);
	assert_duration("1s", 1000, 0, 1000);
	assert_duration("1.001s", 1000, -ERANGE, 0);
	assert_duration("99999999999s", UINT64_MAX, -ERANGE, 0);
	assert_duration("42949672959days", UINT64_MAX, -ERANGE, 0);
	assert_duration("200000000days200000000days", UINT64_MAX, -ERANGE, 0);
	for (size_t i = 0; i < TC_ARRAY_SIZE(wrong); i++)
		assert_duration(wrong[i], UINT64_MAX, -EINVAL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uint),	     cmocka_unit_test(test_hex),
		cmocka_unit_test(test_slices),	     cmocka_unit_test(test_addr4),
		cmocka_unit_test(test_addr4_random), cmocka_unit_test(test_addr6),
		cmocka_unit_test(test_either_family), cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
