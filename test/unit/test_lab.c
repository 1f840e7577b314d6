/* SPDX-License-Identifier: MIT */
/* test_lab.c - the tables of the laboratory, and how what is found there is compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/rule.h"
#include "cli/lab.h"
#include "lab/compare.h"
#include "lab/driver.h"
#include "lab/prepared.h"
#include "util/macro.h"

enum { TEXT_MAX = 256 };

static const struct lab_found warning = { .id = "leak", .severity = TC_SEVERITY_WARNING };
static const struct lab_found critical = {.id = "leak", .severity = TC_SEVERITY_CRITICAL};
static const struct lab_found notice = { .id = "leak", .severity = TC_SEVERITY_NOTICE };
static const struct lab_found other = { .id = "other", .severity = TC_SEVERITY_WARNING };
static const struct lab_found normal = { .id = "leak", .normal = true };
static const struct lab_found unchecked = { .id = "leak", .needs = "ages" };

/* Asserts what compare says of up to two that were found: "" is that nothing differs. */
static void compares(const struct lab_scenario *row, const struct lab_found *first,
		     const struct lab_found *second, const char *expected)
{
	struct lab_found found[2];
	char text[TEXT_MAX] = "before";
	size_t count = 0;

	if (first)
		found[count++] = *first;
	if (second)
		found[count++] = *second;
	assert_int_equal(lab_compare(row, found, count, text, sizeof(text)), !*expected);
	assert_string_equal(text, expected);
}

static void what_has_to_be_found(void **state)
{
	const struct lab_scenario row = { .findings = "leak" }, two = { .findings = "other leak" };

	(void)state;
	compares(&row, &warning, NULL, "");
	compares(&row, &notice, NULL, "");
	compares(&row, NULL, NULL, "leak was not found");
	compares(&row, &normal, NULL, "leak was not found");
	compares(&row, &unchecked, NULL, "leak was not checked: ages");
	compares(&two, &warning, &other, "");
	compares(&two, NULL, NULL, "other was not found; leak was not found");
}

/* Critical is what the row says, and nothing else is. */
static void how_bad_it_has_to_be(void **state)
{
	const struct lab_scenario row = {.findings = "leak other"};
	const struct lab_scenario bad = {.findings = "leak other", .critical = "leak"};

	(void)state;
	compares(&row, &warning, &other, "");
	compares(&row, &critical, &other, "leak was critical, and should not have been");
	compares(&bad, &critical, &other, "");
	compares(&bad, &warning, &other, "leak was not critical");
	compares(&bad, NULL, &other, "leak was not found");
}

static void what_has_to_be_normal(void **state)
{
	const struct lab_scenario row = { .normal = "leak", .healthy = true };

	(void)state;
	compares(&row, &normal, NULL, "");
	compares(&row, NULL, NULL, "leak was not called normal");
	compares(&row, &unchecked, NULL, "leak was not checked: ages");
	compares(&row, &warning, NULL,
		 "leak was not called normal; leak was found, and should not have been");
}

static void what_must_not_be_found(void **state)
{
	const struct lab_scenario healthy = { .healthy = true };
	const struct lab_scenario leak = { .findings = "leak" };
	const struct lab_scenario tolerant = { .findings = "leak", .allowed = "some other" };
	const struct lab_scenario quiet = {.healthy = true, .allowed = "leak"};
	const struct lab_scenario star = {.findings = "leak", .allowed = "*"};

	(void)state;
	compares(&healthy, NULL, NULL, "");
	compares(&healthy, &notice, NULL, "leak was found, and should not have been");
	compares(&healthy, &unchecked, &normal, "");
	compares(&healthy, &warning, NULL, "leak was found, and should not have been");
	compares(&leak, &warning, &other, "other was found, and should not have been");
	compares(&tolerant, &warning, &other, "");
	compares(&tolerant, &notice, &other, "");
	compares(&tolerant, &notice, NULL, "");
	compares(&quiet, &notice, NULL, "");
	compares(&quiet, NULL, NULL, "");
	compares(&quiet, &warning, NULL, "leak was found, and should not have been");
	compares(&star, &warning, &other, "other was found, and should not have been");
}

/* Asserts what is said of so many LISTEN, CLOSE_WAIT and BOUND in a row's place. */
static void counts(const struct lab_scenario *row, const uint64_t seen[3], const char *expected)
{
	const uint64_t states[TC_STATE_COUNT] = {
		[TC_LISTEN] = seen[0], [TC_CLOSE_WAIT] = seen[1], [TC_BOUND] = seen[2]};
	char text[TEXT_MAX] = "before";

	assert_int_equal(lab_compare_states(row, states, text, sizeof(text)), !*expected);
	assert_string_equal(text, expected);
}

static void states_are_exact(void **state)
{
	const struct lab_scenario *close_wait = lab_scenario_find("close-wait");
	const struct lab_scenario *bound = lab_scenario_find("bound");
	const struct lab_scenario *busy = lab_scenario_find("busy-server");

	(void)state;
	counts(close_wait, (uint64_t[]){0, 5, 0}, "");
	counts(close_wait, (uint64_t[]){0, 4, 0}, "CLOSE_WAIT: 4 counted, 5 expected");
	counts(close_wait, (uint64_t[]){1, 6, 0},
	       "CLOSE_WAIT: 6 counted, 5 expected; LISTEN: 1 counted, 0 expected");
	counts(bound, (uint64_t[]){0, 0, 3}, "");
	counts(bound, (uint64_t[]){0, 0, 2}, "BOUND: 2 counted, 3 expected");
	/* What the driver does comes and goes; what the row makes stays. */
	counts(busy, (uint64_t[]){2, 7, 0}, "");
	counts(busy, (uint64_t[]){1, 0, 0}, "LISTEN: 1 counted, 2 expected");
}

/* A list of ids is one of whole words. */
static void ids(void **state)
{
	(void)state;
	assert_true(lab_ids_have("a bc", "a"));
	assert_true(lab_ids_have(" a  bc ", "bc"));
	assert_false(lab_ids_have("a bc", "b"));
	assert_false(lab_ids_have("a bc", "bcd"));
	assert_false(lab_ids_have("", ""));
	assert_false(lab_ids_have(NULL, "a"));
}

/* A difference that is longer than its room is cut, and is one nevertheless. */
static void small_room(void **state)
{
	const struct lab_scenario row = { .findings = "leak other third" };

	(void)state;
	for (size_t size = 2; size < 64; size++) {
		char text[64];

		memset(text, 'x', sizeof(text));
		assert_false(lab_compare(&row, NULL, 0, text, size));
		assert_true(strlen(text) < size);
		assert_true(size == sizeof(text) || text[size] == 'x');
	}
}

/* Scenarios and stories share one name space, that of the command line. */
static void names_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; tc_lab_name_at(i); i++)
		for (size_t j = i + 1; tc_lab_name_at(j); j++)
			assert_string_not_equal(tc_lab_name_at(i), tc_lab_name_at(j));
}

/* Of a list: each is a rule, and stands in no other list, nor twice in this one. */
static void check_ids(const struct lab_scenario *row, const char *ids)
{
	const char *const lists[] = {row->findings, row->normal, row->allowed};
	char id[64];

	while (ids && sscanf(ids, " %63s", id) == 1) {
		size_t times = 0;

		ids += strspn(ids, " ") + strlen(id);
		if (!tc_rule_find(id))
			fail_msg("%s: there is no rule %s", row->name, id);
		for (size_t i = 0; i < TC_ARRAY_SIZE(lists); i++)
			times += lab_ids_have(lists[i], id);
		if (times != 1 || lab_ids_have(ids, id))
			fail_msg("%s: %s is named twice", row->name, id);
	}
}

/* Of what is found, and of what can be: their rules say how bad it may be at the worst. */
static void check_critical(const struct lab_scenario *row)
{
	const char *ids = row->critical;
	char id[64];

	while (ids && sscanf(ids, " %63s", id) == 1) {
		ids += strspn(ids, " ") + strlen(id);
		if (!lab_ids_have(row->findings, id))
			fail_msg("%s: %s is critical, and not found", row->name, id);
		assert_int_equal(tc_rule_find(id)->severity, TC_SEVERITY_CRITICAL);
	}
}

/* What is found is named, one by one. */
static void rows_name_rules(void **state)
{
	(void)state;
	for (const struct lab_scenario *row = lab_scenarios; row->name; row++) {
		check_ids(row, row->findings);
		check_ids(row, row->normal);
		check_ids(row, row->allowed);
		check_critical(row);
		if (!row->healthy && !row->findings)
			fail_msg("%s is not healthy, and nothing is found", row->name);
	}
}

static void rows_make_sense(void **state)
{
	(void)state;
	for (const struct lab_scenario *row = lab_scenarios; row->name; row++) {
		assert_false(row->healthy && row->findings);
		/* What is waited for has to come about, so something has to bring it there. */
		assert_true(!row->signs[0].state || row->driver || row->parts[0].maker);
		if (!row->driver)
			continue;
		assert_in_range(row->driver->per_second, 1, 1000);
		assert_non_null(row->driver->turn);
	}
}

static bool has_listeners(const struct lab_scenario *row)
{
	struct lab_census census;

	lab_scenario_expect(row, row->side, 1, &census);
	return lab_census_of(&census, LAB_LISTEN) > 0;
}

/* What ordinary machines are like; a listener is what many rules look for first. */
static void the_healthy_ones_are_there(void **state)
{
	static const char *const names[] = {"idle-server",	 "busy-server", "client-pool",
					    "short-connections", "proxy",	"some-loss"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(names); i++) {
		const struct lab_scenario *row = lab_scenario_find(names[i]);

		if (!row || !row->healthy || !has_listeners(row))
			fail_msg("%s", names[i]);
	}
	assert_true(lab_scenario_find("empty")->healthy);
}

/* Each state is what some scenario is about: its side has it, and little else. */
static void every_state_has_a_scenario(void **state)
{
	(void)state;
	for (unsigned wanted = 1; wanted < LAB_STATES; wanted++) {
		bool seen = wanted == LAB_CLOSED || strcmp(lab_state_name(wanted), "UNKNOWN") == 0;

		for (const struct lab_scenario *row = lab_scenarios; row->name && !seen; row++) {
			struct lab_census census;

			lab_scenario_expect(row, row->side, 1, &census);
			seen = lab_census_of(&census, wanted) > 0;
		}
		assert_true(seen);
	}
}

/* It has no finding of its own: all that it sees, it calls normal. */
static const char never_finds[] = "defer-accept";

/* Each rule has a scenario, in which it has to be found; so one whose check is gone fails there. */
static void every_rule_has_its_scenario(void **state)
{
	(void)state;
	for (size_t i = 0; tc_rules[i]; i++) {
		const struct tc_rule *rule = tc_rules[i];
		const struct lab_scenario *row;

		if (!rule->scenario)
			fail_msg("rule %s has no scenario", rule->id);
		row = lab_scenario_find(rule->scenario);
		if (!row)
			fail_msg("rule %s: there is no scenario %s", rule->id, rule->scenario);
		else if (!lab_ids_have(strcmp(rule->id, never_finds) == 0 ? row->normal
									  : row->findings,
				       rule->id))
			fail_msg("rule %s: scenario %s does not have to find it", rule->id,
				 row->name);
	}
}

/* What is read from files is nothing else, and says why. */
static void prepared_rows(void **state)
{
	(void)state;
	for (const struct lab_scenario *row = lab_scenarios; row->name; row++) {
		struct lab_papers papers;
		size_t count = 0;

		if (!row->prepared)
			continue;
		assert_true(strlen(row->prepared->why) > 40);
		assert_false(row->parts[0].maker || row->driver || row->settings[0].name);
		while (row->prepared->papers[count].command)
			count++;
		assert_in_range(count, 2, LAB_PAPERS_MAX);
		assert_int_equal(lab_papers_open(row->prepared, &papers), 0);
		assert_int_equal(papers.count, count);
		assert_string_equal(papers.more[0], papers.paths[1]);
		assert_null(papers.more[count - 1]);
		lab_papers_close(&papers);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_to_be_found),
		cmocka_unit_test(how_bad_it_has_to_be),
		cmocka_unit_test(what_has_to_be_normal),
		cmocka_unit_test(what_must_not_be_found),
		cmocka_unit_test(states_are_exact),
		cmocka_unit_test(ids),
		cmocka_unit_test(small_room),
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(rows_name_rules),
		cmocka_unit_test(rows_make_sense),
		cmocka_unit_test(the_healthy_ones_are_there),
		cmocka_unit_test(every_state_has_a_scenario),
		cmocka_unit_test(every_rule_has_its_scenario),
		cmocka_unit_test(prepared_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
