/* SPDX-License-Identifier: MIT */
/* test_cell.c - cells of tables: alignment by columns of the terminal, and nothing that steers it. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "output/cell.h"
#include "random.h"
#include "util/width.h"

static void assert_cell(const char *text, size_t width, bool right, const char *expected)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	tc_buf_text(&out, "before|");
	tc_cell(&out, text, width, right);
	assert_string_equal(tc_buf_string(&out) + 7, expected);
	assert_memory_equal(out.data, "before|", 7);
}

static void test_alignment(void **state)
{
	(void)state;
	assert_cell("abc", 5, false, "abc  ");
	assert_cell("abc", 5, true, "  abc");
	assert_cell("abc", 3, true, "abc");
	assert_cell("abc", 2, true, "abc"); /* never cut: a wrong number is worse than a crooked line */
	assert_cell("", 3, false, "   ");
	assert_cell("état", 6, false, "état  ");
	assert_cell("état", 6, true, "  état");
	assert_cell("漢字", 6, false, "漢字  ");
	assert_cell("漢字", 6, true, "  漢字");
	assert_cell("e\xcc\x81", 3, true, "  e\xcc\x81"); /* a combining accent */
}

static void test_control_characters(void **state)
{
	(void)state;
	assert_cell("a\nb", 4, false, "a?b ");
	assert_cell("\033[31mred", 0, false, "?[31mred");
	assert_cell("\x7f\x01\t", 0, false, "???");
	assert_cell("\xc2\x9b" "2J", 0, false, "?2J"); /* CSI as one character */
	assert_cell("\xc2\x80\xc2\x9f", 4, true, "  ??");
	assert_cell("\xc2\xa0", 2, true, " \xc2\xa0"); /* no control: a blank that does not break */
	/* What is no character here: an old terminal may take any of it for a control. */
	assert_cell("\xc2", 2, false, "? ");
	assert_cell("\x9b" "2J", 4, true, " ?2J");
	assert_cell("\xff\xe9t\xe9", 5, false, "??t? ");
	assert_cell("\xc3\xa9\xc3", 3, true, " é?");
}

static void test_random_bytes(void **state)
{
	struct dice dice = {51};

	(void)state;
	for (int round = 0; round < 20000; round++) {
		tc_auto_buf struct tc_buf out = TC_BUF_INIT;
		char text[16];
		size_t length = dice_below(&dice, sizeof(text)), width = dice_below(&dice, 20);

		for (size_t i = 0; i < length; i++)
			text[i] = (char)(1 + dice_below(&dice, 255));
		text[length] = '\0';
		tc_cell(&out, text, width, dice_below(&dice, 2));
		assert_true(tc_width(out.data, out.length) >= width);
		for (size_t i = 0; i < out.length; i++) {
			unsigned char c = (unsigned char)out.data[i];

			assert_true(c >= 0x20 && c != 0x7f);
			if (c == 0xc2) /* no C1 control either; and the character is whole */
				assert_true((out.data[i + 1] & 0xe0) == 0xa0);
		}
	}
}

static void assert_several(const char *text, bool several, const char *expected)
{
	struct tc_value value = {.type = TC_TYPE_TEXT, .several = several, .text = text};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	tc_cell_text(&out, &value);
	assert_string_equal(tc_buf_string(&out), expected);
}

#define WORD24 "a-process-of-24-letters-"

static void test_several(void **state)
{
	struct tc_value number = {.type = TC_TYPE_NUMBER, .several = true, .number = 812};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	(void)state;
	assert_several("nginx,php-fpm", true, "nginx,php-fpm");
	assert_several(WORD24 WORD24, true, WORD24 WORD24);
	assert_several(WORD24 WORD24 WORD24, true, WORD24 WORD24 WORD24); /* one is never cut */
	assert_several(WORD24 "," WORD24, true, WORD24 ",+1");
	assert_several(WORD24 "," WORD24 ",c", true, WORD24 ",+2");
	assert_several("b," WORD24 "," WORD24 ",c", true, "b," WORD24 ",+2");
	assert_several(WORD24 WORD24 "z,b,c", true, WORD24 WORD24 "z,+2");
	assert_several(WORD24 "," WORD24 "?", true, WORD24 ",+1?");
	/* Commas of a command line are its own. */
	assert_several(WORD24 "," WORD24, false, WORD24 "," WORD24);
	tc_cell_text(&out, &number);
	assert_string_equal(tc_buf_string(&out), "812");
}

static void test_cut(void **state)
{
	static const struct {
		const char *text;
		size_t room;
		const char *expected;
	} cases[] = {
		{ "python3 -m http", 15, "python3 -m http" },
		{ "python3 -m http", 14, "python3 -m ..." },
		{ "python3 -m http?", 14, "python3 -m...?" },
		{ "\u6f22\u5b57\u6f22\u5b57", 8, "\u6f22\u5b57\u6f22\u5b57" },
		{ "\u6f22\u5b57\u6f22\u5b57", 7, "\u6f22\u5b57..." },
		{ "\u6f22\u5b57\u6f22\u5b57", 6, "\u6f22..." },
		{ "", 5, "" },
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		tc_auto_buf struct tc_buf text = TC_BUF_INIT;

		tc_buf_text(&text, cases[i].text);
		tc_cell_cut(&text, cases[i].room);
		assert_string_equal(tc_buf_string(&text), cases[i].expected);
	}
}

static void test_room(void **state)
{
	const struct tc_key cmdline = { .field = tc_field_find("cmdline") };
	const struct tc_key local = { .field = tc_field_find("local") };
	const struct tc_style piped = { .width = 80 }, terminal = { .width = 80, .cut = 80 };

	(void)state;
	assert_int_equal(tc_cell_room(&piped, &cmdline, 4000, 4020), 0);
	assert_int_equal(tc_cell_room(&terminal, &local, 50, 100), 0);
	assert_int_equal(tc_cell_room(&terminal, &cmdline, 4000, 4020), 60);
	assert_int_equal(tc_cell_room(&terminal, &cmdline, 4000, 4070), 20);
}

static void test_numbers(void **state)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	(void)state;
	tc_cell_number(&out, 0, 3);
	tc_cell_number(&out, 42, 4);
	tc_cell_number(&out, 12345, 3);
	assert_string_equal(tc_buf_string(&out), "  0  4212345");
	assert_int_equal(tc_digits(0), 1);
	assert_int_equal(tc_digits(9), 1);
	assert_int_equal(tc_digits(10), 2);
	assert_int_equal(tc_digits(UINT64_MAX), 20);
}

static void assert_share(uint64_t part, uint64_t whole, const char *expected)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	tc_cell_share(&out, part, whole, 6);
	assert_string_equal(tc_buf_string(&out), expected);
}

static void test_shares(void **state)
{
	(void)state;
	assert_share(0, 0, "     -");
	assert_share(0, 5, "  0.0%");
	assert_share(1, 3, " 33.3%");
	assert_share(5, 5, "100.0%");
	assert_share(UINT64_MAX, UINT64_MAX, "100.0%");
}

static void assert_bar(uint64_t part, uint64_t whole, bool utf8, const char *expected)
{
	struct tc_style style = {.utf8 = utf8};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	tc_cell_bar(&out, &style, part, whole, 4);
	assert_string_equal(tc_buf_string(&out), expected);
	assert_int_equal(tc_width(out.data, out.length), 4);
}

static void test_bars(void **state)
{
	(void)state;
	assert_bar(0, 100, false, "    ");
	assert_bar(50, 100, false, "##  ");
	assert_bar(100, 100, false, "####");
	assert_bar(1, 1000000, false, "#   "); /* what is there is seen */
	assert_bar(1, 1000000, true, "▏   ");
	assert_bar(50, 100, true, "██  ");
	assert_bar(100, 100, true, "████");
	assert_bar(0, 0, true, "    ");
}

static void test_end(void **state)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	(void)state;
	tc_buf_text(&out, "a  b   ");
	tc_cell_end(&out);
	assert_string_equal(tc_buf_string(&out), "a  b\n");
	tc_buf_clear(&out);
	tc_buf_text(&out, "   ");
	tc_cell_end(&out);
	assert_string_equal(tc_buf_string(&out), "\n");
}

static void test_ink(void **state)
{
	struct tc_style style = {.colour = false};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	(void)state;
	tc_ink(&out, &style, TC_INK_BOLD);
	assert_int_equal(out.length, 0);
	style.colour = true;
	tc_ink(&out, &style, TC_INK_BOLD);
	assert_string_equal(tc_buf_string(&out), "\033[1m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alignment),    cmocka_unit_test(test_control_characters),
		cmocka_unit_test(test_random_bytes), cmocka_unit_test(test_several),
		cmocka_unit_test(test_cut),	     cmocka_unit_test(test_room),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_shares),	     cmocka_unit_test(test_bars),
		cmocka_unit_test(test_end),	     cmocka_unit_test(test_ink),
	};

	if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8"))
		return 77; /* the widths of characters are not known here */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
