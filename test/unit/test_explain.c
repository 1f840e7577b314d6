/* SPDX-License-Identifier: MIT */
/*
 * test_explain.c - the explanations: that they fit, resolve, are translated, and stay.
 *
 * The pages in test/golden/explain are what a reader sees: see golden.h. Without compiled
 * translations the French pages are skipped.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem() */
#endif
#include <libintl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/lifetime.h"
#include "fixture.h"
#include "golden.h"
#include "model/counter.h"
#include "model/error.h"
#include "model/term.h"
#include "output/explain.h"
#include "po.h"
#include "util/intl.h"
#include "util/width.h"

struct world {
	struct tc_setting_value settings[TC_SETTING_COUNT];
	struct tc_counters counters;
	struct tc_figure figures[TC_LIFETIME_COUNT];
	struct tc_explain_env env;
};

static void make_world(struct world *world, size_t width)
{
	fixture_settings(world->settings);
	tc_lifetimes(world->settings, world->figures);
	for (size_t i = 0; i < TC_COUNTER_COUNT; i++) {
		world->counters.value[i] = 100 + i;
		world->counters.status[i] =
			tc_counter_rows[i].removed ? TC_COUNTER_ABSENT : TC_COUNTER_READ;
	}
	world->env = (struct tc_explain_env){
		.width = width,
		.utf8 = true,
		.fill = {.settings = world->settings,
			 .counters = &world->counters,
			 .figures = world->figures,
			 .figure_count = TC_LIFETIME_COUNT},
	};
}

/* Each text for people in the tables, in turn; NULL at the end. */
static const char *nth_text(size_t n)
{
	enum { PER_STATE = 7, PER_SETTING = 4, PER_ERROR = 3 };

	if (n < (size_t)TC_STATE_COUNT * PER_STATE) {
		const struct tc_state_row *row = &tc_state_rows[n / PER_STATE];
		const char *const texts[PER_STATE] = {row->meaning, row->timer, row->what, row->who,
						      row->ends,    row->many,	row->act};

		return texts[n % PER_STATE];
	}
	n -= (size_t)TC_STATE_COUNT * PER_STATE;
	if (n < (size_t)TC_SETTING_COUNT * PER_SETTING) {
		const struct tc_setting_row *row = &tc_setting_rows[n / PER_SETTING];
		const char *const texts[PER_SETTING] = {row->meaning, row->what, row->what_not,
							row->normal};

		return texts[n % PER_SETTING];
	}
	n -= (size_t)TC_SETTING_COUNT * PER_SETTING;
	if (n < (size_t)TC_ERROR_COUNT * PER_ERROR) {
		const struct tc_error_row *row = &tc_error_rows[n / PER_ERROR];
		const char *const texts[PER_ERROR] = {row->meaning, row->what, row->act};

		return texts[n % PER_ERROR];
	}
	n -= (size_t)TC_ERROR_COUNT * PER_ERROR;
	if (n < TC_COUNTER_COUNT)
		return tc_counter_rows[n].meaning;
	n -= TC_COUNTER_COUNT;
	for (const struct tc_transition *edge = tc_transitions; edge->event; edge++) {
		if (n == 0)
			return edge->event;
		if (n == 1)
			return *edge->action ? edge->action : edge->event;
		n -= 2;
	}
	return NULL;
}

/* A default that is a number is not for translation. */
static bool is_number(const char *text)
{
	return text[strspn(text, "0123456789-")] == '\0';
}

static void test_every_reference_resolves(void **state)
{
	struct world world;
	struct tc_fill fill;
	const char *text;

	(void)state;
	make_world(&world, 80);
	fill = (struct tc_fill){.settings = world.settings,
				.figures = world.figures,
				.figure_count = TC_LIFETIME_COUNT};
	for (size_t n = 0; (text = nth_text(n)); n++)
		assert_true(tc_fill_resolves(&fill, text));
	assert_false(tc_fill_resolves(&fill, "${tcp_tw_recycled}"));
}

static void assert_filled(const struct tc_fill *fill, const char *text, const char *expected)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	tc_fill(&out, fill, text);
	assert_string_equal(tc_buf_string(&out), expected);
}

/* Of several network namespaces it is said which has what, and what all have is said once. */
static void test_several_namespaces(void **state)
{
	enum { PLACES = 6 };
	static const char *const names[PLACES] = {"init", "a", "b", "c", "d", "e"};
	static struct world there[PLACES];
	struct tc_fill_place places[PLACES];
	struct world world;
	struct tc_fill fill;

	(void)state;
	make_world(&world, 80);
	for (size_t i = 0; i < PLACES; i++) {
		make_world(&there[i], 80);
		places[i] = (struct tc_fill_place){.name = names[i],
						   .settings = there[i].settings,
						   .figures = there[i].figures};
	}
	there[4].settings[TC_SETTING_tcp_fin_timeout].number[0] = 7;
	there[5].settings[TC_SETTING_tcp_fin_timeout].status = TC_SETTING_UNREADABLE;
	for (size_t i = 0; i < PLACES; i++)
		tc_lifetimes(there[i].settings, there[i].figures);
	world.settings[TC_SETTING_tcp_fin_timeout].status = TC_SETTING_DIFFERS;
	tc_lifetimes(world.settings, world.figures);
	fill = world.env.fill;
	fill.english = true;
	fill.places = places;
	fill.place_count = PLACES;
	assert_filled(&fill, "after ${tcp_fin_timeout}.",
		      "after 60 s in 4 network namespaces, 7 s in d, [not readable here] in e.");
	assert_filled(&fill, "${fin_wait2_life}",
		      "60 s in 4 network namespaces, 7 s in d, [not readable here] in e");
	assert_filled(&fill, "${tcp_tw_reuse}", "2");
	there[3].settings[TC_SETTING_tcp_fin_timeout].number[0] = 7;
	there[2].settings[TC_SETTING_tcp_fin_timeout].number[0] = 8;
	there[1].settings[TC_SETTING_tcp_fin_timeout].number[0] = 9;
	assert_filled(&fill, "${tcp_fin_timeout}",
		      "7 s in 2 network namespaces, 60 s in init, 9 s in a, 8 s in b, "
		      "others elsewhere (1)");
	fill.places = NULL;
	fill.place_count = 0;
	assert_filled(&fill, "${tcp_fin_timeout}", "[not readable here]");
}

/* A value that is not known reads well: what only shows it is left out. */
static void test_a_value_that_is_not_known(void **state)
{
	struct world world;
	struct tc_fill fill;

	(void)state;
	make_world(&world, 80);
	fill = world.env.fill;
	fill.english = true;
	world.settings[TC_SETTING_tcp_max_tw_buckets].status = TC_SETTING_NOT_READ;
	assert_filled(&fill, "first (${tcp_max_tw_buckets} here): raise it", "first: raise it");
	assert_filled(&fill, "it (now ${tcp_max_tw_buckets}), so", "it, so");
	assert_filled(&fill, "it (tcp_max_tw_buckets: ${tcp_max_tw_buckets}) is",
		      "it (tcp_max_tw_buckets: [not readable here]) is");
	assert_filled(&fill, "(${tcp_max_tw_buckets}) is", "([not readable here]) is");
	assert_filled(&fill, "at ${tcp_max_tw_buckets}", "at [not readable here]");
	assert_filled(&fill, "first (${tcp_fin_timeout} here)", "first (60 s here)");
}

static void test_french_is_complete_and_resolves(void **state)
{
	struct po po = {TC_BUF_INIT};
	struct world world;
	struct tc_fill fill;
	const char *text;

	(void)state;
	assert_true(po_load(&po, TC_TEST_DIR "/../po/fr.po"));
	make_world(&world, 80);
	fill = (struct tc_fill){.settings = world.settings,
				.figures = world.figures,
				.figure_count = TC_LIFETIME_COUNT};
	for (size_t n = 0; (text = nth_text(n)); n++) {
		char *translated = is_number(text) ? strdup(text) : po_find(&po, text);

		if (!translated)
			print_error("not translated: %s\n", text);
		assert_non_null(translated);
		assert_true(tc_fill_resolves(&fill, translated));
		free(translated);
	}
	assert_null(strstr(tc_buf_string(&po.text), "\n#, fuzzy"));
	assert_null(strstr(tc_buf_string(&po.text), "\nmsgstr \"\"\n\n"));
	tc_buf_release(&po.text);
}

/* A page, by number: each row of each table, and the index; false past the last one. */
static bool nth_page(struct tc_buf *out, size_t n, const struct tc_explain_env *env)
{
	tc_buf_clear(out);
	if (n < TC_STATE_COUNT) {
		tc_explain_state(out, &tc_state_rows[n], env);
		return true;
	}
	n -= TC_STATE_COUNT;
	if (n < TC_SETTING_COUNT) {
		tc_explain_setting(out, (enum tc_setting)n, env);
		return true;
	}
	n -= TC_SETTING_COUNT;
	if (n < TC_ERROR_COUNT) {
		tc_explain_error(out, &tc_error_rows[n], env);
		return true;
	}
	n -= TC_ERROR_COUNT;
	if (n < TC_COUNTER_COUNT) {
		tc_explain_counter(out, (enum tc_counter)n, env);
		return true;
	}
	n -= TC_COUNTER_COUNT;
	if (n < tc_term_count())
		tc_explain_term(out, &tc_term_rows[n], env);
	else if (n == tc_term_count())
		tc_explain_index(out, env);
	return n <= tc_term_count();
}

static void assert_fits(struct tc_buf *out, size_t width)
{
	const char *line = tc_buf_string(out);

	assert_non_null(line);
	while (*line) {
		size_t length = strcspn(line, "\n");

		if (tc_width(line, length) > width)
			print_error("%zu columns: %.*s\n", width, (int)length, line);
		assert_true(tc_width(line, length) <= width);
		assert_true(length == 0 || line[length - 1] != ' ');
		assert_null(memmem(line, length, "${", 2));
		assert_int_equal(line[length], '\n');
		line += length + 1;
	}
}

static void check_pages_fit(void)
{
	static const size_t widths[] = {40, 60, 80, 200};
	struct tc_buf out = TC_BUF_INIT;

	for (size_t w = 0; w < TC_ARRAY_SIZE(widths); w++) {
		struct world world;

		make_world(&world, widths[w]);
		for (size_t n = 0; nth_page(&out, n, &world.env); n++)
			assert_fits(&out, widths[w]);
	}
	tc_buf_release(&out);
}

static void test_pages_fit(void **state)
{
	(void)state;
	check_pages_fit();
}

/* What could not be read is said, in every page, and no default is shown instead. */
static void test_unknown_values_are_said(void **state)
{
	struct tc_buf out = TC_BUF_INIT;
	struct world world;

	(void)state;
	make_world(&world, 80);
	for (int i = 0; i < TC_SETTING_COUNT; i++)
		world.settings[i].status = i % 2 ? TC_SETTING_ABSENT : TC_SETTING_UNREADABLE;
	tc_lifetimes(world.settings, world.figures);
	for (size_t n = 0; nth_page(&out, n, &world.env); n++)
		assert_fits(&out, 80);
	tc_buf_clear(&out);
	tc_explain_state(&out, tc_state_row(TC_FIN_WAIT1), &world.env);
	assert_non_null(strstr(tc_buf_string(&out), "[not readable here]"));
	assert_null(strstr(tc_buf_string(&out), "102 s"));
	tc_buf_release(&out);
}

static void test_without_utf8_all_is_ascii(void **state)
{
	struct tc_buf out = TC_BUF_INIT;
	struct world world;

	(void)state;
	make_world(&world, 80);
	world.env.utf8 = false;
	for (size_t n = 0; nth_page(&out, n, &world.env); n++)
		for (size_t i = 0; i < out.length; i++)
			assert_true((unsigned char)out.data[i] < 0x80);
	tc_buf_release(&out);
}

/* Not a parser: quotes are even, braces balance, and nothing is left to replace. */
static void assert_plausible_json(struct tc_buf *out)
{
	const char *text = tc_buf_string(out);
	int depth = 0;
	bool quoted = false;

	assert_true(text && *text == '{');
	for (; *text; text++) {
		if (quoted && *text == '\\')
			text++;
		else if (*text == '"')
			quoted = !quoted;
		else if (!quoted)
			depth += (*text == '{' || *text == '[') - (*text == '}' || *text == ']');
		else
			assert_true((unsigned char)*text >= 0x20);
	}
	assert_false(quoted);
	assert_int_equal(depth, 0);
	assert_null(strstr(tc_buf_string(out), "${"));
	assert_non_null(strstr(tc_buf_string(out), "\"schema\":\"tcpcensus.explain/1\""));
}

/* A rule comes filled and in the reader's language, so this one is the same in all. */
static const struct tc_rule_text rule = {
	.id = "port-exhaustion",
	.severity = TC_SEVERITY_WARNING,
	.title = "local ports for new connections to a destination run out",
	.threshold = "A warning from 70 % of its ports.",
	.causes = (const char *const[]){"A program opens a connection for each request, and closes "
					"it first.",
					"A leak.", NULL},
	.confirm = (const char *const[]){"tcpcensus ports: FREE is 0", NULL},
	.first = "Nothing for now.",
	.remedy = (const char *const[]){"Keep connections open and use them again.", NULL},
	.avoid = (const char *const[]){NULL},
	.sources = (const char *const[]){"ip(7)", NULL},
	.scenario = "ports-used",
};

static void test_json(void **state)
{
	struct tc_buf out = TC_BUF_INIT;
	struct world world;

	(void)state;
	make_world(&world, 80);
	world.settings[TC_SETTING_tcp_mem].status = TC_SETTING_ABSENT;
	for (size_t i = 0; i < TC_STATE_COUNT; i++) {
		tc_buf_clear(&out);
		tc_explain_state_json(&out, &tc_state_rows[i], &world.env);
		assert_plausible_json(&out);
	}
	for (int i = 0; i < TC_SETTING_COUNT; i++) {
		tc_buf_clear(&out);
		tc_explain_setting_json(&out, (enum tc_setting)i, &world.env);
		assert_plausible_json(&out);
		if (i == TC_SETTING_tcp_mem)
			assert_null(strstr(tc_buf_string(&out), "\"value\""));
	}
	tc_buf_clear(&out);
	tc_explain_rule_json(&out, &rule, "ip_local_port_range", &world.env);
	assert_plausible_json(&out);
	for (size_t i = 0; i < tc_term_count(); i++) {
		tc_buf_clear(&out);
		tc_explain_term_json(&out, &tc_term_rows[i], &world.env);
		assert_plausible_json(&out);
	}
	for (size_t i = 0; i < TC_ERROR_COUNT; i++) {
		tc_buf_clear(&out);
		tc_explain_error_json(&out, &tc_error_rows[i], &world.env);
		assert_plausible_json(&out);
	}
	for (int i = 0; i < TC_COUNTER_COUNT; i++) {
		tc_buf_clear(&out);
		tc_explain_counter_json(&out, (enum tc_counter)i, &world.env);
		assert_plausible_json(&out);
		assert_true(!strstr(tc_buf_string(&out), "\"value\"") ==
			    (tc_counter_rows[i].removed != NULL));
	}
	tc_buf_clear(&out);
	tc_explain_index_json(&out, &world.env);
	assert_plausible_json(&out);
	tc_buf_release(&out);
}

static void compare(const char *name, struct tc_buf *out)
{
	char path[128];

	snprintf(path, sizeof(path), "explain/%s.txt", name);
	golden_compare(path, out);
}

static void check_rule(const char *suffix)
{
	struct tc_buf out = TC_BUF_INIT;
	struct world world;
	char name[64];

	make_world(&world, 80);
	tc_explain_rule(&out, &rule, "ip_local_port_range tcp_tw_reuse", &world.env);
	snprintf(name, sizeof(name), "rule%s", suffix);
	compare(name, &out);
	tc_buf_clear(&out);
	world.env.rules = &rule;
	world.env.rule_count = 1;
	tc_explain_index(&out, &world.env);
	assert_non_null(strstr(tc_buf_string(&out), "\n  port-exhaustion "));
	tc_buf_release(&out);
}

static void check_term(const char *suffix)
{
	struct tc_buf out = TC_BUF_INIT;
	struct world world;
	char name[64];
	int term = tc_term_find("accept-queue", strlen("accept-queue"));

	assert_true(term >= 0);
	make_world(&world, 80);
	tc_explain_term(&out, &tc_term_rows[term], &world.env);
	snprintf(name, sizeof(name), "accept_queue%s", suffix);
	compare(name, &out);
	tc_buf_release(&out);
}

static void check_error_and_counter(const char *suffix)
{
	struct tc_buf out = TC_BUF_INIT;
	struct world world;
	char name[64];

	make_world(&world, 80);
	tc_explain_error(&out, &tc_error_rows[TC_ERROR_EADDRNOTAVAIL], &world.env);
	snprintf(name, sizeof(name), "EADDRNOTAVAIL%s", suffix);
	compare(name, &out);
	tc_buf_clear(&out);
	tc_explain_counter(&out, TC_COUNTER_ListenOverflows, &world.env);
	snprintf(name, sizeof(name), "ListenOverflows%s", suffix);
	compare(name, &out);
	tc_buf_release(&out);
}

static void check_goldens(const char *suffix)
{
	static const enum tc_state states[] = {TC_TIME_WAIT, TC_CLOSE_WAIT, TC_SYN_RECV,
					       TC_FIN_WAIT2, TC_CLOSED};
	static const enum tc_setting settings[] = {TC_SETTING_tcp_fin_timeout,
						   TC_SETTING_tcp_tw_recycle,
						   TC_SETTING_nf_conntrack_max};
	struct tc_buf out = TC_BUF_INIT;
	struct world world;
	char name[64];

	make_world(&world, 80);
	for (size_t i = 0; i < TC_ARRAY_SIZE(states); i++) {
		tc_explain_state(&out, tc_state_row(states[i]), &world.env);
		snprintf(name, sizeof(name), "%s%s", tc_state_name(states[i]), suffix);
		compare(name, &out);
		tc_buf_clear(&out);
	}
	for (size_t i = 0; i < TC_ARRAY_SIZE(settings); i++) {
		tc_explain_setting(&out, settings[i], &world.env);
		snprintf(name, sizeof(name), "%s%s", tc_setting_rows[settings[i]].name, suffix);
		compare(name, &out);
		tc_buf_clear(&out);
	}
	tc_explain_index(&out, &world.env);
	snprintf(name, sizeof(name), "index%s", suffix);
	compare(name, &out);
	tc_buf_release(&out);
	check_rule(suffix);
	check_term(suffix);
	check_error_and_counter(suffix);
}

static void test_goldens(void **state)
{
	struct tc_buf out = TC_BUF_INIT;
	struct world world;

	(void)state;
	check_goldens("");
	make_world(&world, 40);
	world.env.utf8 = false;
	tc_explain_state(&out, tc_state_row(TC_TIME_WAIT), &world.env);
	compare("TIME_WAIT.narrow", &out);
	tc_buf_clear(&out);
	make_world(&world, 80);
	tc_explain_state_json(&out, tc_state_row(TC_TIME_WAIT), &world.env);
	compare("TIME_WAIT.json", &out);
	tc_buf_release(&out);
}

/* Last: it changes the language of the process. */
static void test_french_pages(void **state)
{
	enum { FRENCH_MEANING_MAX = 56 }; /* the room that the table of a census has */
	char before[64];

	(void)state;
	snprintf(before, sizeof(before), "%s", tc_state_meaning(TC_LISTEN));
	setenv("LANGUAGE", "fr", 1);
	bindtextdomain(TC_TEXT_DOMAIN, TC_TEST_LOCALE_DIR);
	bind_textdomain_codeset(TC_TEXT_DOMAIN, "UTF-8");
	setlocale(LC_ALL, setlocale(LC_ALL, NULL)); /* tells gettext to look again */
	if (strcmp(before, tc_state_meaning(TC_LISTEN)) == 0)
		skip();
	for (int i = 0; i < TC_STATE_COUNT; i++) {
		const char *meaning = tc_state_meaning(i);

		assert_true(tc_width(meaning, strlen(meaning)) <= FRENCH_MEANING_MAX);
	}
	check_pages_fit();
	check_goldens(".fr");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_reference_resolves),
		cmocka_unit_test(test_several_namespaces),
		cmocka_unit_test(test_a_value_that_is_not_known),
		cmocka_unit_test(test_french_is_complete_and_resolves),
		cmocka_unit_test(test_pages_fit),
		cmocka_unit_test(test_unknown_values_are_said),
		cmocka_unit_test(test_without_utf8_all_is_ascii),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_goldens),
		cmocka_unit_test(test_french_pages),
	};

	unsetenv("LANGUAGE");
	if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8"))
		return 77; /* the widths of characters are not known here */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
