/* SPDX-License-Identifier: MIT */
/* test_rules.c - the whole table of rules: nothing is missing, nothing names what is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "sources.h"
#include "output/fill.h"
#include "po.h"
#include "util/macro.h"

static bool is_id(const char *id)
{
	size_t length = strlen(id);

	return length && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == length &&
	       id[0] != '-' && id[length - 1] != '-' && !strstr(id, "--");
}

static void test_ids(void **state)
{
	(void)state;
	assert_non_null(tc_rules[0]);
	for (size_t i = 0; tc_rules[i]; i++) {
		assert_true(is_id(tc_rules[i]->id));
		assert_ptr_equal(tc_rule_find(tc_rules[i]->id),
				 tc_rules[i]); /* the first so named */
	}
	assert_null(tc_rule_find("close-wait"));
	assert_null(tc_rule_find(""));
}

/* The texts that a list has at the least, each of them not empty; the list is ended. */
static void assert_list(const struct tc_rule *rule, const char *const list[TC_RULE_LINES],
			size_t least)
{
	size_t count = 0;

	while (count < TC_RULE_LINES && list[count]) {
		assert_true(strlen(list[count]) > 10);
		if (!versions_numbered(list[count]))
			fail_msg("%s: which version? %s", rule->id, list[count]);
		count++;
	}
	if (count < least || count == TC_RULE_LINES)
		fail_msg("%s: a list of %zu", rule->id, count);
}

static void test_every_row_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; tc_rules[i]; i++) {
		const struct tc_rule *rule = tc_rules[i];

		assert_in_range(rule->severity, TC_SEVERITY_NOTICE, TC_SEVERITY_CRITICAL);
		assert_true(strlen(rule->title) > 10);
		assert_null(strpbrk(rule->title, "0123456789.")); /* a title has no numbers */
		assert_true(strlen(rule->threshold) > 10);
		assert_true(versions_numbered(rule->threshold));
		assert_list(rule, rule->causes, 1);
		assert_list(rule, rule->confirm, 1);
		assert_list(rule, rule->remedy, 1);
		assert_list(rule, rule->avoid, 0);
		if (!sources_known(rule->sources))
			fail_msg("%s: %s", rule->id, rule->sources);
		assert_non_null(rule->check);
		assert_true(!rule->has_symptom || rule->symptom < TC_SYMPTOM_COUNT);
		assert_true(!rule->scenario || is_id(rule->scenario));
	}
}

/* The last lines of a census hide nothing that loses something and that one look can tell. */
static void test_what_a_census_ends_with(void **state)
{
	(void)state;
	for (size_t i = 0; tc_rules[i]; i++) {
		const struct tc_rule *rule = tc_rules[i];
		bool at_once = !(rule->needs & TC_NEEDS_INTERVAL) &&
			       rule->severity >= TC_SEVERITY_WARNING;

		if (at_once && !rule->glance && !rule->not_at_a_glance)
			fail_msg("%s has no glance, and does not say why", rule->id);
		assert_false(rule->glance && rule->not_at_a_glance);
		assert_true(!rule->not_at_a_glance || strlen(rule->not_at_a_glance) > 10);
	}
}

/*
 * What is wrong and what to do first are read on a terminal of 80 columns at a glance: each is one
 * line there.
 */
static void test_the_first_two_lines(void **state)
{
	static const char *const words[] = {[TC_SEVERITY_NOTICE] = "NOTICE",
					    [TC_SEVERITY_WARNING] = "WARNING",
					    [TC_SEVERITY_CRITICAL] = "CRITICAL"};

	(void)state;
	for (size_t i = 0; tc_rules[i]; i++) {
		const struct tc_rule *rule = tc_rules[i];
		size_t head = strlen(words[rule->severity]) + strlen("  : ") + strlen(rule->id);

		if (head + strlen(rule->title) > 80)
			fail_msg("%s: %s", rule->id, rule->title);
		if (!rule->first[0])
			fail_msg("%s: what to do first?", rule->id);
		for (size_t n = 0; n < TC_RULE_LINES; n++) {
			const char *line = rule->first[n];

			if (!line)
				continue;
			if (strlen("  First: ") + strlen(line) > 80 ||
			    line[strlen(line) - 1] != '.')
				fail_msg("%s: %s", rule->id, line);
			assert_true(n == 0 || rule->causes[n]);
		}
	}
}

/* In French, in characters. */
static size_t french_length(struct po *po, const char *text)
{
	char *translated = po_find(po, text);
	size_t length = 0;

	if (!translated)
		fail_msg("not translated: %s", text);
	for (const char *at = translated; *at; at++)
		length += ((unsigned char)*at & 0xc0) != 0x80;
	free(translated);
	return length;
}

/* The page of a rule has its first cause's line only, so every other's is looked at here. */
static void test_the_first_two_lines_in_french(void **state)
{
	static const char *const words[] = {[TC_SEVERITY_NOTICE] = "NOTICE",
					    [TC_SEVERITY_WARNING] = "WARNING",
					    [TC_SEVERITY_CRITICAL] = "CRITICAL"};
	struct po po = {TC_BUF_INIT};
	size_t first;

	(void)state;
	assert_true(po_load(&po, TC_TEST_DIR "/../po/fr.po"));
	first = strlen("  ") + french_length(&po, "First: %s") - strlen("%s");
	for (size_t i = 0; tc_rules[i]; i++) {
		const struct tc_rule *rule = tc_rules[i];
		size_t head = french_length(&po, words[rule->severity]) + strlen("   : ") +
			      strlen(rule->id);

		if (head + french_length(&po, rule->title) > 80)
			fail_msg("%s: %s", rule->id, rule->title);
		for (size_t n = 0; n < TC_RULE_LINES; n++)
			if (rule->first[n] && first + french_length(&po, rule->first[n]) > 80)
				fail_msg("%s: %s", rule->id, rule->first[n]);
	}
	tc_buf_release(&po.text);
}

/* Words that only Linux has. */
static void assert_not_of_linux(const struct tc_rule *rule, const char *const *list)
{
	static const char *const words[] = {
		"ss ",	  "/proc",	"sysctl", "nstat",    "tcp_",	"ip route",
		"dmesg",  "journalctl", "strace", "Linux",    "kernel", "conntrack",
		"Recv-Q", "net.",	"${",	  "net/ipv4", "(7)"};

	for (; *list; list++)
		for (size_t i = 0; i < TC_ARRAY_SIZE(words); i++)
			if (strstr(*list, words[i]))
				fail_msg("%s has %s: %s", rule->id, words[i], *list);
}

/* What is said of another system's sockets names nothing that it does not have. */
static void test_elsewhere(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 0; tc_rules[i]; i++) {
		const struct tc_rule_elsewhere *other = tc_rules[i]->elsewhere;
		const char *const sources[] = {other ? other->sources : NULL, NULL};

		if (!other)
			continue;
		count++;
		assert_not_of_linux(tc_rules[i], other->causes);
		assert_not_of_linux(tc_rules[i], other->confirm);
		assert_not_of_linux(tc_rules[i], other->remedy);
		assert_not_of_linux(tc_rules[i], other->avoid);
		assert_not_of_linux(tc_rules[i], sources);
		for (size_t n = 0; n < TC_RULE_LINES; n++) {
			const char *const first[] = {tc_rules[i]->first[n], NULL};

			assert_not_of_linux(tc_rules[i], first);
		}
		assert_true(sources_known(other->sources));
		for (size_t n = 0; other->causes[n]; n++) /* the same causes, in the same places */
			assert_non_null(tc_rules[i]->causes[n]);
	}
	assert_true(count >= 2);
}

static void test_sources_that_cannot_be_looked_up(void **state)
{
	static const char *const none[] = {
		"",
		"the kernel",
		"RFC",
		"RFC 9293, 3.6",
		"tcp",
		"tcp(7);net/ipv4/tcp.c:tcp_close",
		"tcp(7); ",
		"; tcp(7)",
		"net/ipv4/tcp.c",
		"net/ipv4/tcp.c:",
		"net/ipv4/tcp.c:tcp_close; tcp_abort",
		"tcp.c:tcp_close",
		"Documentation/networking",
		"commit 4396e46",
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(none); i++)
		if (sources_known(none[i]))
			fail_msg("taken for a source: %s", none[i]);
	assert_false(sources_known(NULL));
	assert_true(sources_known("RFC 9293 3.3.2 note 1, 3.10.7.4; RFC 1337; tcp(7)"));
	assert_true(sources_known("Linux 4.11 net/ipv4/tcp.c:tcp_close, tcp_abort"));
	assert_false(versions_numbered("212992, in newer kernels 4194304"));
	assert_true(versions_numbered("212992, since Linux 6.18 4194304"));
}

/* "command: what it shows" */
static void test_confirm_has_commands(void **state)
{
	(void)state;
	for (size_t i = 0; tc_rules[i]; i++)
		for (size_t n = 0; tc_rules[i]->confirm[n]; n++)
			if (!strstr(tc_rules[i]->confirm[n], ": "))
				fail_msg("%s: %s", tc_rules[i]->id, tc_rules[i]->confirm[n]);
}

/* Calls `is_known` for each word of the list. */
static void assert_words(const struct tc_rule *rule, const char *list,
			 bool (*is_known)(const char *word, size_t length))
{
	while (list && *list) {
		size_t length = strcspn(list, " ");

		if (!length || !is_known(list, length))
			fail_msg("%s: %s", rule->id, list);
		list += length;
		list += *list == ' ';
	}
}

static bool is_counter(const char *word, size_t length)
{
	for (int id = 0; id < TC_COUNTER_COUNT; id++)
		if (strlen(tc_counter_rows[id].name) == length &&
		    memcmp(tc_counter_rows[id].name, word, length) == 0)
			return true;
	return false;
}

static bool is_setting(const char *word, size_t length)
{
	return tc_setting_find(word, length) >= 0;
}

static void test_counters_and_settings_exist(void **state)
{
	(void)state;
	for (size_t i = 0; tc_rules[i]; i++) {
		assert_words(tc_rules[i], tc_rules[i]->counters, is_counter);
		assert_words(tc_rules[i], tc_rules[i]->settings, is_setting);
	}
}

static void assert_resolves(const struct tc_rule *rule, const struct tc_fill *fill,
			    const char *text)
{
	if (!tc_fill_resolves(fill, text))
		fail_msg("%s: %s", rule->id, text);
}

static void test_values_in_texts_exist(void **state)
{
	struct tc_setting_value settings[TC_SETTING_COUNT];
	struct tc_figure figures[TC_LIFETIME_COUNT];
	const struct tc_fill fill = {.settings = settings,
				     .figures = figures,
				     .figure_count = TC_LIFETIME_COUNT,
				     .english = true};

	(void)state;
	fixture_settings(settings);
	tc_lifetimes(settings, figures);
	for (size_t i = 0; tc_rules[i]; i++) {
		const struct tc_rule *rule = tc_rules[i];

		assert_resolves(rule, &fill, rule->title);
		assert_resolves(rule, &fill, rule->threshold);
		for (size_t n = 0; n < TC_RULE_LINES; n++) {
			assert_resolves(rule, &fill, rule->first[n] ? rule->first[n] : "");
			assert_resolves(rule, &fill, rule->causes[n] ? rule->causes[n] : "");
			assert_resolves(rule, &fill, rule->confirm[n] ? rule->confirm[n] : "");
			assert_resolves(rule, &fill, rule->remedy[n] ? rule->remedy[n] : "");
			assert_resolves(rule, &fill, rule->avoid[n] ? rule->avoid[n] : "");
		}
	}
}

/* A machine on which nothing happens, and one of which nothing is known: no rule finds anything. */
static void test_nothing_is_found_in_nothing(void **state)
{
	struct scene scene;

	(void)state;
	for (size_t i = 0; tc_rules[i]; i++) {
		scene_begin(&scene);
		scene_listener(&scene, SCENE_PORT, 0, 128, 0, SCENE_HAVE);
		assert_in_range(scene_judge(&scene, tc_rules[i]->id), TC_QUIET, TC_UNSURE);
		assert_int_not_equal(scene.judged.verdict, TC_FOUND);
		scene_end(&scene);
		scene_begin_counted(&scene);
		assert_int_not_equal(scene_judge(&scene, tc_rules[i]->id), TC_FOUND);
		scene_end(&scene);
	}
}

/* The nine numbers of a table of counts: nothing in them is a finding by itself. */
static void test_nine_numbers_are_no_finding(void **state)
{
	struct scene scene;

	(void)state;
	for (size_t i = 0; tc_rules[i]; i++) {
		scene_begin_counted(&scene);
		scene_count(&scene, TC_CLOSE_WAIT, 18);
		scene_count(&scene, TC_CLOSING, 5);
		scene_count(&scene, TC_ESTABLISHED, 301);
		scene_count(&scene, TC_FIN_WAIT1, 17);
		scene_count(&scene, TC_FIN_WAIT2, 84);
		scene_count(&scene, TC_LAST_ACK, 2);
		scene_count(&scene, TC_LISTEN, 10);
		scene_count(&scene, TC_SYN_RECV, 432);
		scene_count(&scene, TC_TIME_WAIT, 4169);
		if (scene_judge(&scene, tc_rules[i]->id) == TC_FOUND)
			assert_int_equal(scene.judged.draft.severity, TC_SEVERITY_NOTICE);
		scene_end(&scene);
	}
}

static void test_severities_have_names(void **state)
{
	(void)state;
	assert_string_equal(tc_severity_name(TC_SEVERITY_NOTICE), "notice");
	assert_string_equal(tc_severity_name(TC_SEVERITY_WARNING), "warning");
	assert_string_equal(tc_severity_name(TC_SEVERITY_CRITICAL), "critical");
	assert_non_null(tc_severity_name(-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_every_row_is_whole),
		cmocka_unit_test(test_what_a_census_ends_with),
		cmocka_unit_test(test_the_first_two_lines),
		cmocka_unit_test(test_the_first_two_lines_in_french),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_sources_that_cannot_be_looked_up),
		cmocka_unit_test(test_confirm_has_commands),
		cmocka_unit_test(test_counters_and_settings_exist),
		cmocka_unit_test(test_values_in_texts_exist),
		cmocka_unit_test(test_nothing_is_found_in_nothing),
		cmocka_unit_test(test_nine_numbers_are_no_finding),
		cmocka_unit_test(test_severities_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
