/* SPDX-License-Identifier: MIT */
/* test_json.c - the pieces of JSON: whatever goes in, JSON comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "output/csv.h"
#include "output/json.h"
#include "random.h"
#include "util/macro.h"
#include "valid_json.h"

static void assert_string(const char *text, const char *expected)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	tc_json_string(&out, text);
	assert_string_equal(tc_buf_string(&out), expected);
	assert_true(is_valid_json(out.data, out.length));
}

static void test_escapes(void **state)
{
	(void)state;
	assert_string("", "\"\"");
	assert_string("plain ~", "\"plain ~\"");
	assert_string("a\"b\\c/", "\"a\\\"b\\\\c/\"");
	assert_string("\n\t\r\x01\x1f\x7f", "\"\\u000a\\u0009\\u000d\\u0001\\u001f\\u007f\"");
	assert_string("\033[31m", "\"\\u001b[31m\"");
}

static void test_utf8(void **state)
{
	(void)state;
	assert_string("état", "\"état\"");
	assert_string("漢字", "\"漢字\"");
	assert_string("\U0001f427", "\"\U0001f427\"");
	assert_string("\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\""); /* the last there is */
}

/* RFC 3629: overlong forms, surrogates, what is past the end, and what is cut off. */
static void test_not_utf8(void **state)
{
#define BAD "\\ufffd"
	(void)state;
	assert_string("a\xff", "\"a" BAD "\"");
	assert_string("\xc3", "\"" BAD "\"");
	assert_string("\xc3(", "\"" BAD "(\"");
	assert_string("\xc0\xaf", "\"" BAD BAD "\"");
	assert_string("\xc1\xbf", "\"" BAD BAD "\"");
	assert_string("\xe0\x9f\xbf", "\"" BAD BAD BAD "\"");
	assert_string("\xed\xa0\x80", "\"" BAD BAD BAD "\"");
	assert_string("\xf0\x8f\xbf\xbf", "\"" BAD BAD BAD BAD "\"");
	assert_string("\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\"");
	assert_string("\xf5\x80\x80\x80", "\"" BAD BAD BAD BAD "\"");
	assert_string("\x80x", "\"" BAD "x\"");
	assert_string("\xe2\x82", "\"" BAD BAD "\"");
#undef BAD
}

static void random_text(struct dice *dice, char *text, size_t size)
{
	size_t length = dice_below(dice, (unsigned)size);

	for (size_t i = 0; i < length; i++)
		text[i] = (char)(1 + dice_below(dice, 255));
	text[length] = '\0';
}

static void test_random_bytes(void **state)
{
	struct dice dice = {41};

	(void)state;
	for (int round = 0; round < 50000; round++) {
		tc_auto_buf struct tc_buf out = TC_BUF_INIT;
		char text[24];

		random_text(&dice, text, sizeof(text));
		tc_json_string(&out, text);
		assert_true(is_valid_json(out.data, out.length));
		for (size_t i = 0; i < out.length; i++) /* nothing steers a terminal */
			assert_true((unsigned char)out.data[i] >= 0x20 && out.data[i] != 0x7f);
	}
}

static void assert_value(struct tc_value value, const char *json, const char *csv)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	tc_json_value(&out, &value);
	assert_string_equal(tc_buf_string(&out), json);
	tc_buf_clear(&out);
	tc_csv_value(&out, &value);
	assert_string_equal(tc_buf_string(&out), csv);
}

static struct tc_value text_value(const char *text)
{
	return (struct tc_value){.type = TC_TYPE_TEXT, .text = text};
}

/* Numbers stand bare, unless they stand for a name; the rest is quoted. */
static void test_values(void **state)
{
	struct tc_value end = {.type = TC_TYPE_ENDPOINT, .has_port = true, .number = 80};
	struct tc_value net = {.type = TC_TYPE_NET, .prefix = 8, .addr = tc_addr_from4(10)};

	(void)state;
	assert_value((struct tc_value){.type = TC_TYPE_NUMBER, .number = UINT64_MAX},
		     "18446744073709551615", "18446744073709551615");
	assert_value((struct tc_value){.type = TC_TYPE_NUMBER, .number = 33, .quoted = true},
		     "\"33\"", "33");
	assert_value((struct tc_value){.type = TC_TYPE_ADDR, .addr = tc_addr_from4(10)},
		     "\"10.0.0.0\"", "10.0.0.0");
	assert_value(net, "\"10.0.0.0/8\"", "10.0.0.0/8");
	assert_value(end, "\"[::]:80\"", "[::]:80");
	end.text = "a\"b";
	assert_value(end, "\"a\\\"b:80\"", "\"a\"\"b:80\"");
	assert_value(text_value("x"), "\"x\"", "x");
	assert_value((struct tc_value){.type = TC_TYPE_TEXT, .text = "ho\"st", .cut = true},
		     "\"ho\\\"st...\"", "\"ho\"\"st...\"");
}

/* RFC 4180: a comma, a quote or a line end makes quotes needed; quotes are doubled. */
static void test_csv_quotes(void **state)
{
	static const char *const rows[][2] = {
		{"a,b", "\"a,b\""},   {"a\nb", "\"a\nb\""}, {"a\rb", "\"a\rb\""},
		{"\"", "\"\"\"\""},   {"", ""},		    {" a ", " a "},
		{"été;x", "été;x"}, {",", "\",\""},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		tc_auto_buf struct tc_buf out = TC_BUF_INIT;
		struct tc_value value = text_value(rows[i][0]);

		tc_csv_value(&out, &value);
		assert_string_equal(tc_buf_string(&out), rows[i][1]);
	}
}

/* Reports with any text in them. */
static void test_random_reports(void **state)
{
	static const struct tc_style style = {.width = 0};
	struct dice dice = {42};

	(void)state;
	for (int round = 0; round < 2000; round++) {
		tc_auto_buf struct tc_buf out = TC_BUF_INIT;
		struct tc_report report = {
			.source = dice_below(&dice, 2) ? "netlink" : NULL,
			.complete = dice_below(&dice, 2),
			.foreign = dice_below(&dice, 2),
			.states_not_read = (uint32_t)dice_bits(&dice) & TC_STATES_ALL,
			.refused_count = dice_below(&dice, 3),
		};
		struct tc_stamp stamp = {.taken_at = ""};
		struct tc_census census = {.total = 5};

		random_text(&dice, report.why, sizeof(report.why));
		random_text(&dice, report.formats, sizeof(report.formats));
		random_text(&dice, stamp.host, sizeof(stamp.host));
		random_text(&dice, stamp.taken_at, sizeof(stamp.taken_at));
		for (size_t i = 0; i < report.refused_count; i++) {
			report.refused[i].source = "bpf";
			random_text(&dice, report.refused[i].why, TC_WHY_MAX);
		}
		tc_write_census(&out, TC_FORM_JSON, &census, &report, &stamp, &style);
		if (!is_valid_json(out.data, out.length))
			fail_msg("not JSON: %s", tc_buf_string(&out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escapes),	     cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_not_utf8),     cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_values),	     cmocka_unit_test(test_csv_quotes),
		cmocka_unit_test(test_random_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
