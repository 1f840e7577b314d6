/* SPDX-License-Identifier: MIT */
/* test_error.c - the table of errors: each row is whole, and found by what programs print. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/lifetime.h"
#include "model/error.h"
#include "output/fill.h"
#include "test/unit/fixture.h"
#include "test/unit/sources.h"
#include "util/macro.h"

static int find(const char *word)
{
	return tc_error_find(word, strlen(word));
}

static void test_every_row_is_whole(void **state)
{
	enum { MEANING_MAX = 80 };

	(void)state;
	for (int i = 0; i < TC_ERROR_COUNT; i++) {
		const struct tc_error_row *row = &tc_error_rows[i];
		const char *const texts[] = {row->name, row->sentence, row->meaning, row->what,
					     row->act,	row->related,  row->source};

		for (size_t t = 0; t < TC_ARRAY_SIZE(texts); t++)
			assert_true(texts[t] && *texts[t]);
		assert_non_null(row->spellings);
		assert_true(strlen(row->meaning) <= MEANING_MAX);
		for (size_t t = 0; t < TC_ARRAY_SIZE(texts); t++)
			if (!versions_numbered(texts[t]))
				fail_msg("%s: which version? %s", row->name, texts[t]);
		if (!sources_known(row->source))
			fail_msg("%s: %s", row->name, row->source);
	}
}

/* The sentence is the C library's, so whoever pastes what a program said finds the row. */
static void test_sentences_are_those_of_strerror(void **state)
{
	(void)state;
	for (int i = 0; i < TC_ERROR_COUNT; i++) {
		assert_string_equal(tc_error_rows[i].sentence, strerror(tc_error_rows[i].number));
		assert_int_equal(find(tc_error_rows[i].name), i);
		assert_int_equal(find(tc_error_rows[i].sentence), i);
	}
}

static void test_words_are_found_as_people_write_them(void **state)
{
	static const struct {
		const char *word, *name;
	} cases[] = {
		{"eaddrnotavail", "EADDRNOTAVAIL"},
		{"cannot assign requested address", "EADDRNOTAVAIL"},
		{"Can't assign requested address", "EADDRNOTAVAIL"},
		{"address-already-in-use", "EADDRINUSE"},
		{"SIGPIPE", "EPIPE"},
		{"Broken pipe.", "EPIPE"},
		{"EWOULDBLOCK", "EAGAIN"},
		{"connection reset", "ECONNRESET"},
		{"WSAECONNREFUSED", "ECONNREFUSED"},
		{"too many open files", "EMFILE"},
		{"Too many open files in system", "ENFILE"},
	};
	static const char *const none[] = {"", "E", "ENOENT", "address", "connection"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		int row = find(cases[i].word);

		assert_true(row >= 0);
		assert_string_equal(tc_error_rows[row].name, cases[i].name);
	}
	for (size_t i = 0; i < TC_ARRAY_SIZE(none); i++)
		assert_int_equal(find(none[i]), -ENOENT);
}

static void test_values_in_texts_exist(void **state)
{
	struct tc_setting_value settings[TC_SETTING_COUNT];
	struct tc_figure figures[TC_LIFETIME_COUNT];
	struct tc_fill fill = {
		.settings = settings, .figures = figures, .figure_count = TC_LIFETIME_COUNT};

	(void)state;
	fixture_settings(settings);
	tc_lifetimes(settings, figures);
	for (int i = 0; i < TC_ERROR_COUNT; i++) {
		assert_true(tc_fill_resolves(&fill, tc_error_rows[i].what));
		assert_true(tc_fill_resolves(&fill, tc_error_rows[i].act));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_is_whole),
		cmocka_unit_test(test_sentences_are_those_of_strerror),
		cmocka_unit_test(test_words_are_found_as_people_write_them),
		cmocka_unit_test(test_values_in_texts_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
