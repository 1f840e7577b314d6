/* SPDX-License-Identifier: MIT */
/* test_sentence.c - sentences and their parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "util/macro.h"

static void test_durations(void **state)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} rows[] = {
		{0, "0 ms"},	   {999, "999 ms"},	   {1000, "1.0 s"},
		{9940, "9.9 s"},   {10000, "10 s"},	   {119000, "119 s"},
		{120000, "2 min"}, {131000, "2 min 11 s"}, {7199000, "119 min 59 s"},
		{7200000, "2 h"},  {7260000, "2 h 1 min"}, {90000000, "25 h"},
	};
	struct tc_draft draft = {.english = true};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++)
		assert_string_equal(tc_words_duration(&draft, rows[i].ms), rows[i].text);
	tc_draft_release(&draft);
}

static void test_bytes_shares_and_rates(void **state)
{
	struct tc_draft draft = {.english = true};

	(void)state;
	assert_string_equal(tc_words_bytes(&draft, 0), "0 B");
	assert_string_equal(tc_words_bytes(&draft, 999), "999 B");
	assert_string_equal(tc_words_bytes(&draft, 1000), "1.0 kB");
	assert_string_equal(tc_words_bytes(&draft, 4169 * 256), "1.1 MB");
	assert_string_equal(tc_words_bytes(&draft, 12400000), "12 MB");
	assert_string_equal(tc_words_bytes(&draft, 2000000000000000), "2000 TB");
	assert_string_equal(tc_words_share(&draft, 37, 100), "37 %");
	assert_string_equal(tc_words_share(&draft, 1, 1000), "0.1 %");
	assert_string_equal(tc_words_share(&draft, 0, 1000), "0 %");
	assert_string_equal(tc_words_share(&draft, 1, 0), "0.0 %");
	assert_string_equal(tc_words_rate(&draft, 6.857), "6.9/s");
	assert_string_equal(tc_words_rate(&draft, 69.48), "69/s");
	tc_draft_release(&draft);
}

static void test_evidence_ends_with_null(void **state)
{
	struct tc_draft draft = {.english = true};

	(void)state;
	tc_evidence(&draft, "first %d", 1);
	assert_null(draft.evidence[1]);
	tc_evidence_n(&draft, "%llu socket", "%llu sockets", 1, 1ull);
	tc_evidence_n(&draft, "%llu socket", "%llu sockets", 2, 2ull);
	tc_evidence_n(&draft, "%llu socket", "%llu sockets", 0, 0ull);
	assert_int_equal(draft.count, 4);
	assert_string_equal(draft.evidence[0], "first 1");
	assert_string_equal(draft.evidence[1], "1 socket");
	assert_string_equal(draft.evidence[2], "2 sockets");
	assert_string_equal(draft.evidence[3], "0 sockets");
	assert_null(draft.evidence[4]);
	tc_evidence_n(tc_for_needs(&draft), "%llu socket", "%llu sockets", 1, 1ull);
	assert_string_equal(draft.needs, "1 socket");
	assert_int_equal(draft.count, 4);
	assert_false(draft.failed);
	tc_draft_release(&draft);
	assert_null(draft.evidence);
	assert_true(draft.english);
}

/* The last one counts. */
static void test_needs(void **state)
{
	struct tc_draft draft = {.english = true};

	(void)state;
	tc_needs(&draft, "this");
	tc_needs(&draft, "that, of %d", 3);
	assert_string_equal(draft.needs, "that, of 3");
	tc_draft_release(&draft);
}

/* The largest groups are named, and the others counted. */
static void test_whose(void **state)
{
	struct tc_sock sock = scene_sock(TC_LAST_ACK, 0);
	struct tc_draft draft = {.english = true};
	struct scene scene;

	(void)state;
	sock.retrans = 2;
	scene_begin(&scene);
	scene_add(&scene, sock, 20, 10);
	scene_add(&scene, sock, 5, 1);
	assert_int_equal(tc_facts_finish(&scene.facts), 0);
	tc_evidence_whose(&draft, &scene.facts.symptoms[TC_SYMPTOM_LAST_ACK_SILENT]);
	assert_int_equal(draft.count, 1); /* of nobody is known whose it is */
	assert_string_equal(draft.evidence[0],
			    "Peers: 10.1.0.0: 7, 10.1.0.1: 2, 10.1.0.2: 2; and others: 14.");
	tc_draft_release(&draft);
	scene_end(&scene);
}

static void test_whose_by_owner_and_service(void **state)
{
	struct tc_owner owner = {
		.how = TC_OWNER_HELD,
		.words = {[TC_PART_PROCESS] = "nginx", [TC_PART_UNIT] = "nginx.service"}};
	struct tc_text text = {.owner = &owner};
	struct tc_sock sock = scene_sock(TC_LAST_ACK, 0);
	struct tc_draft draft = {.english = true};
	struct scene scene;

	(void)state;
	sock.retrans = 2;
	sock.have &= ~(uint32_t)(TC_HAVE_REMOTE_ADDR | TC_HAVE_INSIDE);
	sock.text = &text;
	scene_begin(&scene);
	assert_int_equal(tc_facts_add(&scene.facts, &sock, 1), 0);
	assert_int_equal(tc_facts_finish(&scene.facts), 0);
	tc_evidence_whose(&draft, &scene.facts.symptoms[TC_SYMPTOM_LAST_ACK_SILENT]);
	assert_int_equal(draft.count, 1); /* nor are the peers known */
	assert_string_equal(draft.evidence[0], "Whose: nginx (nginx.service): 1.");
	tc_draft_release(&draft);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_bytes_shares_and_rates),
		cmocka_unit_test(test_evidence_ends_with_null),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_whose),
		cmocka_unit_test(test_whose_by_owner_and_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
