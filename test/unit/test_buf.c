/* SPDX-License-Identifier: MIT */
/* test_buf.c - the growable buffer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"

static void test_grows(void **state)
{
	struct tc_buf buf = TC_BUF_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		tc_buf_byte(&buf, (char)i);
	assert_int_equal(buf.length, 100000);
	assert_true(buf.capacity >= buf.length);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(buf.data[i], (char)i);
	tc_buf_release(&buf);
	assert_null(buf.data);
	assert_int_equal(buf.length, 0);
	tc_buf_text(&buf, "again");
	assert_string_equal(tc_buf_string(&buf), "again");
	tc_buf_release(&buf);
}

static void test_pieces(void **state)
{
	struct tc_buf buf = TC_BUF_INIT;

	(void)state;
	tc_buf_text(&buf, "a");
	tc_buf_fill(&buf, '-', 3);
	tc_buf_fill(&buf, '-', 0);
	tc_buf_number(&buf, 0);
	tc_buf_byte(&buf, ' ');
	tc_buf_number(&buf, UINT64_MAX);
	tc_buf_format(&buf, " %s/%d", "x", -5);
	tc_buf_add(&buf, NULL, 0);
	assert_string_equal(tc_buf_string(&buf), "a---0 18446744073709551615 x/-5");
	tc_buf_release(&buf);
}

static void test_long_format(void **state)
{
	struct tc_buf buf = TC_BUF_INIT;

	(void)state;
	tc_buf_format(&buf, "%5000d|", 7);
	assert_int_equal(buf.length, 5001);
	assert_memory_equal(buf.data + 4998, " 7|", 3);
	tc_buf_release(&buf);
}

static void test_string(void **state)
{
	struct tc_buf buf = TC_BUF_INIT;

	(void)state;
	assert_string_equal(tc_buf_string(&buf), "");
	tc_buf_fill(&buf, 'x', buf.capacity); /* no room is left for the NUL */
	assert_int_equal(strlen(tc_buf_string(&buf)), buf.length);
	tc_buf_clear(&buf);
	assert_string_equal(tc_buf_string(&buf), "");
	tc_buf_release(&buf);
}

static void test_copy(void **state)
{
	struct tc_buf buf = TC_BUF_INIT;
	char to[4];

	(void)state;
	assert_int_equal(tc_buf_copy(&buf, to, sizeof(to)), 0);
	assert_string_equal(to, "");
	tc_buf_text(&buf, "abc");
	assert_int_equal(tc_buf_copy(&buf, to, sizeof(to)), 3);
	assert_string_equal(to, "abc");
	tc_buf_text(&buf, "d");
	assert_int_equal(tc_buf_copy(&buf, to, sizeof(to)), 3);
	assert_string_equal(to, "abc");
	assert_int_equal(tc_buf_copy(&buf, to, 1), 0);
	assert_string_equal(to, "");
	tc_buf_release(&buf);
}

/* What cannot be had is remembered; nothing is added after it, and nothing is freed. */
static void test_failure_stays(void **state)
{
	struct tc_buf buf = TC_BUF_INIT;

	(void)state;
	tc_buf_text(&buf, "kept");
	assert_false(tc_buf_reserve(&buf, SIZE_MAX - 2));
	assert_true(buf.failed);
	tc_buf_fill(&buf, 'x', 1000);
	tc_buf_format(&buf, "%s", "more");
	assert_int_equal(buf.length, 4);
	assert_null(tc_buf_string(&buf));
	tc_buf_clear(&buf);
	assert_false(buf.failed);
	tc_buf_text(&buf, "new");
	assert_string_equal(tc_buf_string(&buf), "new");
	tc_buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),	cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_long_format), cmocka_unit_test(test_string),
		cmocka_unit_test(test_copy),	cmocka_unit_test(test_failure_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
