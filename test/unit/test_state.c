/* SPDX-License-Identifier: MIT */
/* test_state.c - the tables of states and transitions. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/setting.h"
#include "model/state.h"
#include "test/unit/sources.h"
#include "util/macro.h"

static int parse(const char *word)
{
	return tc_state_parse(word, strlen(word));
}

static void test_every_spelling_is_recognised(void **state)
{
	/* What systems print; the rows have the others. */
	static const struct {
		const char *word;
		enum tc_state state;
	} spellings[] = {
		{"ESTAB", TC_ESTABLISHED},
		{"established", TC_ESTABLISHED},
		{"Established", TC_ESTABLISHED},
		{"SYN_SENT", TC_SYN_SENT},
		{"SYN-SENT", TC_SYN_SENT},
		{"SynSent", TC_SYN_SENT},
		{"SYN_SEND", TC_SYN_SENT},
		{"SYN_RECV", TC_SYN_RECV},
		{"SYN-RECV", TC_SYN_RECV},
		{"SYN_RCVD", TC_SYN_RECV},
		{"SYN_RECEIVED", TC_SYN_RECV},
		{"SYN-RECEIVED", TC_SYN_RECV},
		{"SynReceived", TC_SYN_RECV},
		{"NEW_SYN_RECV", TC_SYN_RECV},
		{"FIN_WAIT1", TC_FIN_WAIT1},
		{"FIN_WAIT_1", TC_FIN_WAIT1},
		{"FIN-WAIT-1", TC_FIN_WAIT1},
		{"fin wait 1", TC_FIN_WAIT1},
		{"FinWait1", TC_FIN_WAIT1},
		{"FIN_WAIT2", TC_FIN_WAIT2},
		{"FIN_WAIT_2", TC_FIN_WAIT2},
		{"FIN-WAIT-2", TC_FIN_WAIT2},
		{"TIME_WAIT", TC_TIME_WAIT},
		{"TIME-WAIT", TC_TIME_WAIT},
		{"TIMED_WAIT", TC_TIME_WAIT},
		{"TCP_TIME_WAIT", TC_TIME_WAIT},
		{"CLOSE", TC_CLOSED},
		{"CLOSED", TC_CLOSED},
		{"UNCONN", TC_CLOSED},
		{"IDLE", TC_CLOSED},
		{"DELETE_TCB", TC_CLOSED},
		{"CLOSE_WAIT", TC_CLOSE_WAIT},
		{"CLOSE-WAIT", TC_CLOSE_WAIT},
		{"CloseWait", TC_CLOSE_WAIT},
		{"LAST_ACK", TC_LAST_ACK},
		{"LAST-ACK", TC_LAST_ACK},
		{"LISTEN", TC_LISTEN},
		{"LISTENING", TC_LISTEN},
		{"CLOSING", TC_CLOSING},
		{"BOUND", TC_BOUND},
		{"bound-inactive", TC_BOUND},
		{"UNKNOWN", TC_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(spellings); i++)
		assert_int_equal(parse(spellings[i].word), spellings[i].state);
}

static void test_every_name_of_a_row_is_recognised(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_STATE_COUNT; i++) {
		const struct tc_state_row *row = &tc_state_rows[i];
		const char *at = row->spellings;

		assert_int_equal(parse(row->name), row->id);
		if (row->rfc)
			assert_int_equal(parse(row->rfc), row->id);
		if (row->id != TC_BOUND) /* ss prints UNCONN for two states; it means CLOSED */
			assert_int_equal(parse(row->ss), row->id);
		while (*at) {
			size_t length = strcspn(at, " ");

			assert_int_equal(tc_state_parse(at, length), row->id);
			at += length + strspn(at + length, " ");
		}
	}
}

static void test_other_words_are_no_state(void **state)
{
	static const char *const words[] = {
		"",	   "-",		"tcp",		"TCP_",
		"waiting", "FIN_WAIT3", "ESTABLISHED;", "ESTABLISHEDESTABLISHEDESTABLISHED"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(words); i++)
		assert_int_equal(parse(words[i]), -ENOENT);
}

/* The quick refusal refuses no spelling, and nearly every word that is none. */
static void test_shapes_refuse_only_other_words(void **state)
{
	struct tc_state_shapes shapes;
	size_t refused = 0;

	(void)state;
	tc_state_shapes_init(&shapes);
	for (size_t i = 0; i < TC_STATE_COUNT; i++) {
		const struct tc_state_row *row = &tc_state_rows[i];
		const char *const lists[] = {row->name, row->rfc, row->ss, row->spellings,
					     row->localised};

		for (size_t j = 0; j < TC_ARRAY_SIZE(lists); j++)
			for (const char *at = lists[j]; at && *at; at += strspn(at, " ")) {
				size_t length = strcspn(at, " ");

				assert_true(tc_state_may_be(&shapes, at, length));
				at += length;
			}
	}
	assert_true(tc_state_may_be(&shapes, "TCP_ESTABLISHED", 15));
	assert_true(tc_state_may_be(&shapes, "ABH\x99REN", 7));
	for (int i = 0; i < 1000; i++) {
		char word[16];
		int length = snprintf(word, sizeof(word), "STATE%d", i);

		refused += !tc_state_may_be(&shapes, word, (size_t)length);
	}
	assert_true(refused > 900);
}

static void test_name_and_meaning_are_total(void **state)
{
	(void)state;
	for (int i = -1; i <= TC_STATE_COUNT + 1; i++) {
		assert_non_null(tc_state_name(i));
		assert_non_null(tc_state_meaning(i));
		assert_int_equal(tc_state_row(i)->id, i < 0 || i >= TC_STATE_COUNT ? 0 : i);
	}
}

static void test_kernel_numbers(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 11; i++)
		assert_int_equal(tc_state_from_kernel(i), i);
	assert_int_equal(tc_state_from_kernel(12), TC_SYN_RECV);
	assert_int_equal(tc_state_from_kernel(0), TC_UNKNOWN);
	assert_int_equal(tc_state_from_kernel(14), TC_UNKNOWN);
}

static void test_every_row_is_whole(void **state)
{
	enum { MEANING_MAX = 48 }; /* the room that the table of a census has */

	(void)state;
	for (size_t i = 0; i < TC_STATE_COUNT; i++) {
		const struct tc_state_row *row = &tc_state_rows[i];
		const char *const texts[] = {row->name, row->ss,    row->meaning, row->timer,
					     row->what, row->who,   row->ends,	  row->many,
					     row->act,	row->source};

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
}

static void test_every_setting_of_a_row_exists(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_STATE_COUNT; i++) {
		const char *at = tc_state_rows[i].settings;

		assert_non_null(at);
		while (*at) {
			size_t length = strcspn(at, " ");

			assert_true(tc_setting_find(at, length) >= 0);
			at += length + strspn(at + length, " ");
		}
	}
}

static void test_transitions_are_whole(void **state)
{
	(void)state;
	for (const struct tc_transition *edge = tc_transitions; edge->event; edge++) {
		assert_in_range(edge->from, 1, TC_STATE_COUNT - 1);
		assert_in_range(edge->to, 1, TC_STATE_COUNT - 1);
		assert_true(strlen(edge->event) > 0);
		assert_non_null(edge->action);
		if (!sources_known(edge->source))
			fail_msg("%s: %s", edge->event, edge->source ? edge->source : "none");
	}
}

static void test_every_state_is_reached_and_left(void **state)
{
	unsigned reached = TC_STATE_BIT(TC_CLOSED);
	unsigned left = 0;
	unsigned before;

	(void)state;
	do {
		before = reached;
		for (const struct tc_transition *edge = tc_transitions; edge->event; edge++) {
			if (reached & TC_STATE_BIT(edge->from))
				reached |= TC_STATE_BIT(edge->to);
			if (edge->from != edge->to)
				left |= TC_STATE_BIT(edge->from);
		}
	} while (reached != before);
	assert_int_equal(reached, TC_STATES_ALL & ~TC_STATE_BIT(TC_UNKNOWN));
	assert_int_equal(left, TC_STATES_ALL & ~TC_STATE_BIT(TC_UNKNOWN));
}

/* RFC 9293 figure 5, but for SEND on a listener, which Linux does not have. */
static void test_the_diagram_of_the_rfc_is_there(void **state)
{
	static const enum tc_state rfc[][2] = {
		{TC_CLOSED, TC_LISTEN},		{TC_CLOSED, TC_SYN_SENT},
		{TC_LISTEN, TC_SYN_RECV},	{TC_LISTEN, TC_CLOSED},
		{TC_SYN_SENT, TC_SYN_RECV},	{TC_SYN_SENT, TC_ESTABLISHED},
		{TC_SYN_SENT, TC_CLOSED},	{TC_SYN_RECV, TC_ESTABLISHED},
		{TC_SYN_RECV, TC_FIN_WAIT1},	{TC_SYN_RECV, TC_LISTEN},
		{TC_ESTABLISHED, TC_FIN_WAIT1}, {TC_ESTABLISHED, TC_CLOSE_WAIT},
		{TC_FIN_WAIT1, TC_FIN_WAIT2},	{TC_FIN_WAIT1, TC_CLOSING},
		{TC_FIN_WAIT1, TC_TIME_WAIT},	{TC_FIN_WAIT2, TC_TIME_WAIT},
		{TC_CLOSING, TC_TIME_WAIT},	{TC_CLOSE_WAIT, TC_LAST_ACK},
		{TC_LAST_ACK, TC_CLOSED},	{TC_TIME_WAIT, TC_CLOSED},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rfc); i++) {
		const struct tc_transition *edge = tc_transitions;

		while (edge->event && (edge->from != rfc[i][0] || edge->to != rfc[i][1]))
			edge++;
		assert_non_null(edge->event);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_spelling_is_recognised),
		cmocka_unit_test(test_every_name_of_a_row_is_recognised),
		cmocka_unit_test(test_other_words_are_no_state),
		cmocka_unit_test(test_shapes_refuse_only_other_words),
		cmocka_unit_test(test_name_and_meaning_are_total),
		cmocka_unit_test(test_kernel_numbers),
		cmocka_unit_test(test_every_row_is_whole),
		cmocka_unit_test(test_every_setting_of_a_row_exists),
		cmocka_unit_test(test_transitions_are_whole),
		cmocka_unit_test(test_every_state_is_reached_and_left),
		cmocka_unit_test(test_the_diagram_of_the_rfc_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
