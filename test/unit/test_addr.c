/* SPDX-License-Identifier: MIT */
/* test_addr.c - addresses of both families in one form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "random.h"
#include "util/macro.h"
#include "util/addr.h"
#include "util/parse.h"

static struct tc_addr addr_of(const char *text)
{
	struct tc_addr addr;
	int family;

	assert_int_equal(tc_parse_addr(text, strlen(text), &addr, &family), 0);
	return addr;
}

static void assert_text(const struct tc_addr *addr, const char *expected)
{
	char text[TC_ADDR_TEXT_MAX];

	assert_int_equal(tc_addr_text(addr, text), strlen(expected));
	assert_string_equal(text, expected);
}

/* A mapped address is the IPv4 address that it carries. */
static void test_mapped(void **state)
{
	struct tc_addr four = tc_addr_from4(htonl(0xc0000207)), mapped = addr_of("::ffff:192.0.2.7");
	struct tc_addr near = addr_of("::fffe:192.0.2.7"), compatible = addr_of("::192.0.2.7");

	(void)state;
	assert_true(tc_addr_is4(&four));
	assert_true(tc_addr_equal(&four, &mapped));
	assert_text(&mapped, "192.0.2.7");
	assert_false(tc_addr_is4(&near));
	assert_false(tc_addr_is4(&compatible));
	assert_false(tc_addr_equal(&four, &compatible));
}

static void test_any(void **state)
{
	static const char *const any[] = {"0.0.0.0", "::", "::ffff:0.0.0.0"};
	static const char *const one[] = {"0.0.0.1", "1.0.0.0", "::1", "::fffe:0:0", "8000::"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(any); i++) {
		struct tc_addr addr = addr_of(any[i]);

		assert_true(tc_addr_is_any(&addr));
	}
	for (size_t i = 0; i < TC_ARRAY_SIZE(one); i++) {
		struct tc_addr addr = addr_of(one[i]);

		assert_false(tc_addr_is_any(&addr));
	}
}

static void test_loopback(void **state)
{
	static const char *const own[] = {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.1.2.3"};
	static const char *const others[] = {"126.0.0.1", "128.0.0.1", "::", "::2", "::127.0.0.1",
					     "7f00::1"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(own); i++) {
		struct tc_addr addr = addr_of(own[i]);

		assert_true(tc_addr_is_loopback(&addr));
	}
	for (size_t i = 0; i < TC_ARRAY_SIZE(others); i++) {
		struct tc_addr addr = addr_of(others[i]);

		assert_false(tc_addr_is_loopback(&addr));
	}
}

static void test_link_local(void **state)
{
	static const char *const own[] = {"fe80::1", "febf:ffff::1", "fe90::"};
	static const char *const others[] = {"fec0::1", "fe7f::1", "fd80::1", "169.254.0.1"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(own); i++) {
		struct tc_addr addr = addr_of(own[i]);

		assert_true(tc_addr_is_link_local6(&addr));
	}
	for (size_t i = 0; i < TC_ARRAY_SIZE(others); i++) {
		struct tc_addr addr = addr_of(others[i]);

		assert_false(tc_addr_is_link_local6(&addr));
	}
}

static void assert_masked(const char *text, unsigned prefix4, unsigned prefix6, const char *expected)
{
	struct tc_addr addr = addr_of(text), masked = tc_addr_masked(&addr, prefix4, prefix6);

	assert_text(&masked, expected);
}

static void test_masked(void **state)
{
	(void)state;
	assert_masked("192.168.255.255", 32, 0, "192.168.255.255");
	assert_masked("192.168.255.255", 24, 0, "192.168.255.0");
	assert_masked("192.168.255.255", 23, 0, "192.168.254.0");
	assert_masked("192.168.255.255", 1, 128, "128.0.0.0");
	assert_masked("192.168.255.255", 0, 128, "0.0.0.0"); /* and still IPv4 */
	assert_masked("2001:db8:ffff::1", 32, 128, "2001:db8:ffff::1");
	assert_masked("2001:db8:ffff::1", 32, 48, "2001:db8:ffff::");
	assert_masked("2001:db8:ffff::1", 32, 33, "2001:db8:8000::");
	assert_masked("2001:db8:ffff::1", 32, 0, "::");
}

/* Bit by bit, for every prefix. */
static void test_masked_random(void **state)
{
	struct dice dice = {1};

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct tc_addr addr = dice_addr(&dice), masked;
		unsigned prefix = dice_below(&dice, 129), prefix4 = dice_below(&dice, 33);
		unsigned kept = tc_addr_is4(&addr) ? 96 + prefix4 : prefix;

		masked = tc_addr_masked(&addr, prefix4, prefix);
		for (unsigned bit = 0; bit < 128; bit++) {
			unsigned of = 0x80u >> bit % 8;

			assert_int_equal(masked.byte[bit / 8] & of,
					 bit < kept ? addr.byte[bit / 8] & of : 0);
		}
	}
}

/* IPv4 is written by hand: it must be what inet_ntop(3) writes, and read back. */
static void test_text_random(void **state)
{
	struct dice dice = {2};

	(void)state;
	for (int round = 0; round < 20000; round++) {
		uint32_t number = (uint32_t)dice_bits(&dice);
		struct tc_addr six = dice_addr(&dice), four = tc_addr_from4(number), back;
		char expected[INET6_ADDRSTRLEN], text[TC_ADDR_TEXT_MAX];
		int family;

		inet_ntop(AF_INET, &number, expected, sizeof(expected));
		assert_text(&four, expected);
		if (tc_addr_is4(&six))
			continue;
		inet_ntop(AF_INET6, &six, expected, sizeof(expected));
		assert_text(&six, expected);
		assert_int_equal(tc_parse_addr(text, tc_addr_text(&six, text), &back, &family), 0);
		assert_true(tc_addr_equal(&six, &back));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mapped),	      cmocka_unit_test(test_any),
		cmocka_unit_test(test_loopback),      cmocka_unit_test(test_masked),
		cmocka_unit_test(test_link_local),
		cmocka_unit_test(test_masked_random), cmocka_unit_test(test_text_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
