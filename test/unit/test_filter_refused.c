/* SPDX-License-Identifier: MIT */
/* test_filter_refused.c - filters that are refused: where, with which words, and in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/filter_lex.h"
#include "tcpcensus.h"
#include "util/macro.h"

/* ---- Errors -------------------------------------------------------------------------- */

static void test_refused(void **unused)
{
	static const struct {
		const char *expression;
		size_t offset, length;
		const char *says; /* a part of the text */
	} rows[] = {
		{"sprot = 22", 0, 5, "'sport'"},
		{"sport = 22 dts 10.0.0.1", 11, 3, "'dst'"},
		{"sport = 22 AND dport 80", 11, 3, "'and'"},
		{"10.0.0.1", 0, 8, "no condition"},
		{"state establishd", 6, 10, "'established'"},
		{"state tim-wait", 6, 8, "'time-wait'"},
		{"state conected", 6, 8, "'connected'"},
		{"state xyzzy", 6, 5, "no state"},
		{"state", 0, 5, "missing"},
		{"exclude (", 8, 1, "no state"},
		{"exclude all", 8, 3, "no state is left"},
		{"state established exclude established sport 1", 26, 11, "no state is left"},
		{"sport 22 or state listening", 12, 5, "whole"},
		{"( state listening )", 2, 5, "whole"},
		{"not state listening", 4, 5, "whole"},
		{"state listening or sport 22", 16, 2, "whole"},
		{"sport", 0, 5, "needs"},
		{"sport =", 6, 1, "needs"},
		{"sport and dport 22", 6, 3, "needs"},
		{"sport = = 22", 8, 1, "needs"},
		{"dport = htpts", 8, 5, "'https'"},
		{"dport = 65536", 8, 5, "65535"},
		{"dport = 99999999999999999999", 8, 20, "65535"},
		{"dport = -1", 8, 2, "no port"},
		{"dport = *:22", 8, 4, "no port"},
		{"dport > *", 8, 1, "every port"},
		{"dport > 10-20", 8, 5, "= and !="},
		{"dport = 20-10", 8, 5, "before it begins"},
		{"dport = 10.0.0.1:80", 8, 11, "no port"},
		{"dst > 10.0.0.1", 4, 1, "= and !="},
		{"dev < lo", 4, 1, "= and !="},
		{"dst 10.0.0.256", 4, 10, "no address"},
		{"dst 1.2.3.4.5", 4, 9, "no address"},
		{"dst 10.0.0.0/33", 4, 11, "0 to 32"},
		{"dst [::1]/129", 4, 9, "0 to 128"},
		{"dst 10.0.0.0/255.0.255.0", 4, 20, "0 to 32"},
		{"dst 10.0.0.0/", 4, 9, "0 to 32"},
		{"dst [::1", 4, 4, "without"},
		{"dst [::1]x", 4, 6, "after"},
		{"dst [gg::1]", 4, 7, "no address"},
		{"dst *80", 4, 3, "no address"},
		{"dst any/8", 4, 5, "no address"},
		{"dst inet:[::1]", 4, 10, "no IPv4 address"},
		{"src inet6:*:22 and dst 10.0.0.1", 23, 8, "no IPv6 address"},
		{"dst unix:/run/x", 4, 11, "unix:"},
		{"dst 10.0.0.1:htpp", 4, 13, "'http'"},
		{"dev", 0, 3, "needs"},
		{"dev l0", 4, 2, "'lo'"},
		{"fwmark x", 7, 1, "no mark"},
		{"fwmark 1/", 7, 2, "no mark"},
		{"fwmark 0x100000000", 7, 11, "no mark"},
		{"cgroup /no/such/group", 7, 14, "cannot be read"},
		{"cgroup /proc", 7, 5, "version 2"},
		{"( sport 22", 0, 1, "without"},
		{"sport 22 )", 9, 1, "without"},
		{"sport 22 and ( )", 13, 1, "missing"},
		{"sport 22 and", 9, 3, "missing"},
		{"or sport 22", 0, 2, "missing"},
		{"sport 22 or or dport 22", 12, 2, "missing"},
		{"sport 22 and not", 13, 3, "missing"},
		{"sport 22 not )", 13, 1, "no condition"},
		{"autobound 22", 10, 2, "no condition"},
		{"sport 22 80", 9, 2, "no condition"},
		{"sport \001\002", 6, 2, "'?\?'"},
	};

	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_filter_error error = {.text = ""};
		struct tc_filter *filter = NULL;
		int err = tc_filter_parse(rows[i].expression, 0, &filter, &error);

		if (err != -22 || filter || error.offset != rows[i].offset ||
		    error.length != rows[i].length || !strstr(error.text, rows[i].says))
			fail_msg("\"%s\": %d, %zu+%zu \"%s\"", rows[i].expression, err,
				 error.offset, error.length, error.text);
		assert_int_equal(tc_filter_parse(rows[i].expression, 0, &filter, NULL), -22);
	}
	(void)unused;
}

/* `count` times `piece`, and `tail`. */
static char *repeated(const char *piece, size_t count, const char *tail)
{
	size_t length = strlen(piece);
	char *text = malloc(length * count + strlen(tail) + 1);

	assert_non_null(text);
	for (size_t i = 0; i < count; i++)
		memcpy(text + i * length, piece, length);
	strcpy(text + length * count, tail);
	return text;
}

static void test_bombs(void **unused)
{
	static const struct {
		const char *piece;
		size_t count;
		const char *tail;
		int err;
		const char *says;
	} rows[] = {
		{"(", 100000, "", -22, "nested"},
		{"( sport 1 or ", 100000, "", -22, "nested"},
		{"not ( ", 100000, "sport 1", -22, "nested"},
		{"sport 1 or sport 2 and ", 100000, "sport 3", -22, "nested"},
		{"sport 1 or ", 100000, "sport 3", -22, "conditions"},
		{"not ", 100001, "sport 3", 0, ""},
		{"sport 1 or ", 10000, "sport 3", 0, ""},
		{"( ", 150, "sport 1 or ( sport 1", -22, "without"},
		{"x", 100000, "", -22, "no condition"},
		{"cgroup =", 1, "", -22, "needs"},
	};
	char *word = repeated("x", 5000, ""), *path;

	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		char *text = repeated(rows[i].piece, rows[i].count, rows[i].tail);
		struct tc_filter_error error = {.text = ""};
		struct tc_filter *filter = NULL;

		assert_int_equal(tc_filter_parse(text, 0, &filter, &error), rows[i].err);
		assert_non_null(strstr(error.text, rows[i].says));
		tc_filter_free(filter);
		free(text);
	}
	path = repeated("dev ", 1, word);
	assert_int_equal(
		tc_filter_parse(path, TC_FILTER_FOREIGN, &(struct tc_filter *){NULL}, NULL), -22);
	free(path);
	free(word);
	(void)unused;
}

/* ---- Words --------------------------------------------------------------------------- */

static void test_words(void **unused)
{
	unsigned everything = ~0u;

	for (const struct tc_filter_word *row = tc_filter_words; row->spelling; row++) {
		assert_ptr_equal(tc_filter_word_find(row->spelling, everything), row);
		assert_non_null(row->help);
		assert_non_null(row->operand);
	}
	assert_null(tc_filter_word_find("", everything));
	assert_null(tc_filter_word_find("established", everything));
	(void)unused;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
