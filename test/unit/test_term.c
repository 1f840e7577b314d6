/* SPDX-License-Identifier: MIT */
/* test_term.c - the table of terms, and that it fits the other tables. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/lifetime.h"
#include "analysis/rule.h"
#include "model/setting.h"
#include "model/state.h"
#include "model/counter.h"
#include "model/error.h"
#include "model/related.h"
#include "model/term.h"
#include "output/fill.h"
#include "test/unit/fixture.h"
#include "test/unit/sources.h"
#include "util/macro.h"

enum { WORD_MAX = 64 };

static int find(const char *word)
{
	return tc_term_find(word, strlen(word));
}

/* The next word of a list joined by ", "; false at the end. */
static bool next_word(const char **list, char word[WORD_MAX])
{
	size_t length;

	*list += strspn(*list, ", ");
	length = strcspn(*list, ",");
	assert_true(length < WORD_MAX);
	memcpy(word, *list, length);
	word[length] = '\0';
	*list += length;
	return length != 0;
}

static void test_every_row_is_whole(void **state)
{
	enum { MEANING_MAX = 80 };

	(void)state;
	assert_true(tc_term_count() >= 48);
	for (size_t i = 0; i < tc_term_count(); i++) {
		const struct tc_term_row *row = &tc_term_rows[i];
		const char *const texts[] = {row->name, row->meaning, row->what, row->related,
					     row->source};

		for (size_t t = 0; t < TC_ARRAY_SIZE(texts); t++) {
			assert_non_null(texts[t]);
			assert_true(strlen(texts[t]) > 0);
		}
		for (size_t t = 0; t < TC_ARRAY_SIZE(texts); t++)
			if (!versions_numbered(texts[t]))
				fail_msg("%s: which version? %s", row->name, texts[t]);
		if (!sources_known(row->source))
			fail_msg("%s: %s", row->name, row->source);
		assert_non_null(row->spellings);
		assert_true(strlen(row->meaning) <= MEANING_MAX);
	}
	assert_null(tc_term_rows[tc_term_count()].name);
}

/* What explain is asked for means one thing only. */
static void expect_only(const char *word, int index)
{
	assert_int_equal(find(word), index);
	assert_int_equal(tc_state_parse(word, strlen(word)), -ENOENT);
	assert_int_equal(tc_setting_find(word, strlen(word)), -ENOENT);
	assert_int_equal(tc_error_find(word, strlen(word)), -ENOENT);
	assert_int_equal(tc_counter_named(word, strlen(word)), -ENOENT);
	for (size_t i = 0; tc_rules[i]; i++)
		if (strcmp(tc_rules[i]->id, word) == 0)
			/* The rule is about the very thing. */
			assert_string_equal(word, tc_term_rows[index].name);
}

static void test_spellings_are_of_one_thing(void **state)
{
	(void)state;
	for (size_t i = 0; i < tc_term_count(); i++) {
		const char *list = tc_term_rows[i].spellings;
		char word[WORD_MAX];

		expect_only(tc_term_rows[i].name, (int)i);
		while (next_word(&list, word))
			expect_only(word, (int)i);
	}
}

static void test_words_are_found_as_people_write_them(void **state)
{
	static const struct {
		const char *word, *name;
	} cases[] = {
		{"accept-queue", "accept queue"},
		{"ACCEPT_QUEUE", "accept queue"},
		{"littles law", "Little's law"},
		{"Four Tuple", "quadruplet"},
		{"so_reuseaddr", "SO_REUSEADDR"},
		{"syncookie", "SYN cookie"},
		{"cookie", "cookie"},
		{"2msl", "MSL"},
		{"4-tuple", "quadruplet"},
		{"window", "window"},
		{"three-way handshake", "handshake"},
		{"pool", "connection pool"},
		{"TFO", "TCP Fast Open"},
		{"mtu", "path MTU"},
		{"round trip", "RTT"},
		{"time-wait-assassination", "TIME_WAIT assassination"},
	};
	static const char *const none[] = {"", "-", " , ", "accept", "queue", "time wait", "msls"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		int index = find(cases[i].word);

		assert_true(index >= 0);
		assert_string_equal(tc_term_rows[index].name, cases[i].name);
	}
	for (size_t i = 0; i < TC_ARRAY_SIZE(none); i++)
		assert_int_equal(find(none[i]), -ENOENT);
}

/* Names as the tables have them, so that they can be shown as they stand. */
static bool is_known(const char *word)
{
	int id = tc_setting_find(word, strlen(word));

	if (id >= 0 && strcmp(tc_setting_rows[id].name, word) == 0)
		return true;
	id = tc_state_parse(word, strlen(word));
	if (id >= 0 && strcmp(tc_state_name(id), word) == 0)
		return true;
	id = tc_error_find(word, strlen(word));
	if (id >= 0 && strcmp(tc_error_rows[id].name, word) == 0)
		return true;
	id = tc_counter_named(word, strlen(word));
	if (id >= 0 && strcmp(tc_counter_rows[id].name, word) == 0)
		return true;
	id = find(word);
	return (id >= 0 && strcmp(tc_term_rows[id].name, word) == 0) || tc_rule_find(word);
}

static void test_what_is_related_exists(void **state)
{
	const char *name, *list;

	(void)state;
	for (size_t i = 0; tc_related_row(i, &name, &list); i++) {
		char word[WORD_MAX];

		assert_true(list && *list);
		while (next_word(&list, word)) {
			if (!is_known(word))
				fail_msg("%s: %s is unknown", name, word);
			assert_string_not_equal(word, name);
		}
	}
}

static void related_to(const char *name, char *text, size_t size)
{
	struct tc_buf list = TC_BUF_INIT;

	tc_related(name, &list);
	snprintf(text, size, "%s", tc_buf_string(&list));
	tc_buf_release(&list);
}

/* How often the name is an item of the list. */
static unsigned count_in(const char *list, const char *name)
{
	char word[WORD_MAX];
	unsigned count = 0;

	while (next_word(&list, word))
		count += strcmp(word, name) == 0;
	return count;
}

/* What names something is named by it, each once: there is no way of which one cannot come back. */
static void test_what_is_related_is_so_both_ways(void **state)
{
	enum { LIST_MAX = 2048 };
	const char *name, *own;

	(void)state;
	for (size_t i = 0; tc_related_row(i, &name, &own); i++) {
		const char *list;
		char there[LIST_MAX], back[LIST_MAX], word[WORD_MAX];

		related_to(name, there, sizeof(there));
		list = there;
		while (next_word(&list, word)) {
			assert_int_equal(count_in(there, word), 1);
			related_to(word, back, sizeof(back));
			if (count_in(back, name) != 1)
				fail_msg("%s leads to %s, and not back", name, word);
		}
		assert_int_equal(count_in(there, name), 0);
	}
}

static void assert_has_words(const char *name)
{
	/* no connection, one that was not recognised, and a rule about the machine */
	static const char *const without[] = {"CLOSED", "UNKNOWN", "dangerous-settings"};
	char list[1024];

	for (size_t i = 0; i < TC_ARRAY_SIZE(without); i++)
		if (strcmp(name, without[i]) == 0)
			return;
	related_to(name, list, sizeof(list));
	if (!*list)
		fail_msg("no word for %s", name);
}

/* Whoever looks at a state or a rule finds the words that it is explained with. */
static void test_every_state_and_rule_has_words(void **state)
{
	(void)state;
	for (int id = 0; id < TC_STATE_COUNT; id++)
		assert_has_words(tc_state_name(id));
	for (size_t i = 0; tc_rules[i]; i++)
		assert_has_words(tc_rules[i]->id);
}

/* ${name} is a setting or a figure, also in the texts of rules. */
static void test_values_in_texts_exist(void **state)
{
	struct tc_setting_value settings[TC_SETTING_COUNT];
	struct tc_figure figures[TC_LIFETIME_COUNT];
	struct tc_fill fill = {
		.settings = settings, .figures = figures, .figure_count = TC_LIFETIME_COUNT};

	(void)state;
	fixture_settings(settings);
	tc_lifetimes(settings, figures);
	for (size_t i = 0; i < tc_term_count(); i++)
		assert_true(tc_fill_resolves(&fill, tc_term_rows[i].what));
	for (size_t i = 0; tc_rules[i]; i++) {
		const char *const *lists[] = {tc_rules[i]->causes, tc_rules[i]->confirm,
					      tc_rules[i]->remedy, tc_rules[i]->avoid};

		for (size_t l = 0; l < TC_ARRAY_SIZE(lists); l++)
			for (size_t t = 0; t < TC_RULE_LINES && lists[l][t]; t++)
				assert_true(tc_fill_resolves(&fill, lists[l][t]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_is_whole),
		cmocka_unit_test(test_spellings_are_of_one_thing),
		cmocka_unit_test(test_words_are_found_as_people_write_them),
		cmocka_unit_test(test_what_is_related_exists),
		cmocka_unit_test(test_what_is_related_is_so_both_ways),
		cmocka_unit_test(test_every_state_and_rule_has_words),
		cmocka_unit_test(test_values_in_texts_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
