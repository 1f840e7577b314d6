/* SPDX-License-Identifier: MIT */
/* test_near.c - the nearest right word for a wrong one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/macro.h"
#include "util/near.h"

static const char *const words[] = {"state", "remote.addr", "remote.port", "local.port", "uid"};

static struct tc_near search(const char *word)
{
	struct tc_near near;

	tc_near_init(&near, word, strlen(word));
	for (size_t i = 0; i < TC_ARRAY_SIZE(words); i++)
		tc_near_offer(&near, words[i]);
	return near;
}

static void assert_near(const char *word, const char *expected, size_t distance)
{
	struct tc_near near = search(word);

	assert_non_null(near.best);
	assert_string_equal(near.best, expected);
	assert_int_equal(near.distance, distance);
}

static void test_edits(void **state)
{
	(void)state;
	assert_near("state", "state", 0);
	assert_near("sate", "state", 1);   /* one is missing */
	assert_near("statte", "state", 1); /* one is too many */
	assert_near("stale", "state", 1);  /* one is wrong */
	assert_near("satte", "state", 1);  /* two changed places */
	assert_near("remoteaddr", "remote.addr", 1);
	assert_near("remot.prot", "remote.port", 2);
	assert_near("ud", "uid", 1);
}

static void test_letters_fold(void **state)
{
	struct tc_near near;

	(void)state;
	assert_near("STATE", "state", 0);
	tc_near_init(&near, "time_wait", 9);
	tc_near_offer(&near, "TIME-WAIT");
	assert_int_equal(near.distance, 0);
}

/* Of two that are as near, the one with the same letters, whichever comes first. */
static void test_a_swap_is_likelier(void **state)
{
	static const char *const candidates[] = {"MSS", "MSL", "MSS"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct tc_near near;

		tc_near_init(&near, "mls", 3);
		tc_near_offer(&near, candidates[i]);
		tc_near_offer(&near, candidates[i + 1]);
		assert_string_equal(near.best, "MSL");
	}
}

static void test_too_far(void **state)
{
	(void)state;
	assert_null(search("").best);
	assert_null(search("x").best);
	assert_null(search("xyz").best);
	assert_null(search("hostname").best);
	assert_null(search("stxyz").best);
}

/* The first of two that are as near stays. */
static void test_ties(void **state)
{
	struct tc_near near;

	(void)state;
	tc_near_init(&near, "abcd", 4);
	tc_near_offer(&near, "abce");
	tc_near_offer(&near, "abcf");
	assert_string_equal(near.best, "abce");
}

static void test_long_words(void **state)
{
	char word[200];

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	for (size_t length = 0; length < sizeof(word); length++) {
		struct tc_near near;

		tc_near_init(&near, word, length);
		tc_near_offer(&near, word);
		tc_near_offer(&near, "b");
		tc_near_offer(&near, word + sizeof(word) - 49);
		if (near.best)
			assert_true(near.distance <= length / 3 + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edits),	 cmocka_unit_test(test_letters_fold),
		cmocka_unit_test(test_a_swap_is_likelier),
		cmocka_unit_test(test_too_far),	 cmocka_unit_test(test_ties),
		cmocka_unit_test(test_long_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
