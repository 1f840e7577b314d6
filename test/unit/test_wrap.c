/* SPDX-License-Identifier: MIT */
/* test_wrap.c - display width and line breaking. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "util/width.h"
#include "util/wrap.h"

static size_t width(const char *text)
{
	return tc_width(text, strlen(text));
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(width(""), 0);
	assert_int_equal(width("abc"), 3);
	assert_int_equal(width("état"), 4);
	assert_int_equal(width("e\xcc\x81tat"), 4); /* a combining accent */
	assert_int_equal(width("漢字"), 4);
	assert_int_equal(width("├──▶"), 4);
	assert_int_equal(width("\xff\xfe"), 2); /* no characters: a column each */
	assert_int_equal(width("a\xc3"), 2);	/* one that is cut off */
	assert_int_equal(tc_width("\0\0", 2), 2);
}

static void assert_wrapped(const char *text, size_t indent, size_t columns, const char *expected)
{
	struct tc_buf out = TC_BUF_INIT;

	tc_wrap(&out, text, indent, columns);
	assert_string_equal(tc_buf_string(&out), expected);
	tc_buf_release(&out);
}

static void test_wrap(void **state)
{
	(void)state;
	assert_wrapped("one two three", 0, 9, "one two\nthree\n");
	assert_wrapped("one two three", 2, 11, "  one two\n  three\n");
	assert_wrapped("one  two", 0, 80, "one  two\n");
	assert_wrapped("one\n\ntwo", 1, 20, " one\n\n two\n");
	assert_wrapped("- an item that is long\n- b", 1, 14,
		       " - an item\n   that is\n   long\n - b\n");
	assert_wrapped("état état état", 0, 9, "état état\nétat\n");
}

static void test_long_words_are_cut(void **state)
{
	(void)state;
	assert_wrapped("abcdefghijklm", 0, 10, "abcdefghij\nklm\n");
	assert_wrapped("x abcdefghijklm", 0, 10, "x\nabcdefghij\nklm\n");
	assert_wrapped("ééééééééééé", 0, 10, "éééééééééé\né\n");
	assert_wrapped("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 0, 10,
		       "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\n\xff\n");
}

static void test_what_stays_together(void **state)
{
	(void)state;
	assert_wrapped("it takes 60 s here", 0, 11, "it takes\n60 s here\n");
	assert_wrapped("it takes 60 s.", 0, 11, "it takes\n60 s.\n");
	assert_wrapped("mais pourquoi ?", 0, 13, "mais\npourquoi ?\n");
	assert_wrapped("il dit « oui »", 0, 10, "il dit\n« oui »\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_long_words_are_cut),
		cmocka_unit_test(test_what_stays_together),
	};

	if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8"))
		return 77; /* the widths of characters are not known here */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
