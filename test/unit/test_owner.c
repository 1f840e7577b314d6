/* SPDX-License-Identifier: MIT */
/* test_owner.c - what is known of an owner, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/owner.h"
#include "util/macro.h"

static const struct tc_process master = {
	.pid = 812, .name = "nginx", .unit = "nginx.service", .cmdline = "nginx: master"
};
static const struct tc_process worker = {
	.pid = 813, .name = "nginx", .unit = "nginx.service", .cmdline = "nginx: worker"
};
static const struct tc_process other = { .pid = 900, .name = "php-fpm", .container = "docker/1" };
static const struct tc_process gone = { .pid = 901 };
static const struct tc_process nobody = { .pid = 0, .unit = "old.service" };

static const struct tc_process *const alone[] = { &master };
static const struct tc_process *const alike[] = { &master, &worker };
static const struct tc_process *const mixed[] = { &master, &other };
static const struct tc_process *const turned[] = { &other, &master };
static const struct tc_process *const with_gone[] = { &master, &gone };
static const struct tc_process *const of_cgroup[] = { &nobody };

static const struct {
	struct tc_owner owner;
	enum tc_owner_part part;
	const char *word; /* NULL: nothing is known */
} cases[] = {
	{ { alone, 1, TC_OWNER_HELD, { NULL } }, TC_PART_PROCESS, "nginx" },
	{ { alone, 1, TC_OWNER_HELD, { NULL } }, TC_PART_PID, "812" },
	{ { alone, 1, TC_OWNER_HELD, { NULL } }, TC_PART_CONTAINER, NULL },
	{ { alike, 2, TC_OWNER_HELD, { NULL } }, TC_PART_PROCESS, "nginx" },
	{ { alike, 2, TC_OWNER_HELD, { NULL } }, TC_PART_PID, "812,813" },
	{ { alike, 2, TC_OWNER_HELD, { NULL } }, TC_PART_CMDLINE, "nginx: master,nginx: worker" },
	{ { mixed, 2, TC_OWNER_HELD, { NULL } }, TC_PART_PROCESS, "nginx,php-fpm" },
	/* One order of words: whoever started first, the programs are the same. */
	{ { turned, 2, TC_OWNER_HELD, { NULL } }, TC_PART_PROCESS, "nginx,php-fpm" },
	{ { mixed, 2, TC_OWNER_HELD, { NULL } }, TC_PART_UNIT, "nginx.service" },
	{ { mixed, 2, TC_OWNER_HELD, { NULL } }, TC_PART_CONTAINER, "docker/1" },
	{ { with_gone, 2, TC_OWNER_HELD, { NULL } }, TC_PART_PROCESS, "nginx" },
	{ { alone, 1, TC_OWNER_LISTENER, { NULL } }, TC_PART_PROCESS, "nginx?" },
	{ { alone, 1, TC_OWNER_LISTENER, { NULL } }, TC_PART_PID, "812?" },
	{ { alone, 1, TC_OWNER_LISTENER, { NULL } }, TC_PART_POD, NULL },
	/* Of candidates only what is true of each is known. */
	{ { alike, 2, TC_OWNER_PEER, { NULL } }, TC_PART_PROCESS, "nginx?" },
	{ { alike, 2, TC_OWNER_PEER, { NULL } }, TC_PART_UNIT, "nginx.service?" },
	{ { alike, 2, TC_OWNER_PEER, { NULL } }, TC_PART_PID, NULL },
	{ { alike, 2, TC_OWNER_PEER, { NULL } }, TC_PART_CMDLINE, NULL },
	{ { mixed, 2, TC_OWNER_PORTS, { NULL } }, TC_PART_PROCESS, NULL },
	{ { mixed, 2, TC_OWNER_PORTS, { NULL } }, TC_PART_UNIT, NULL },
	{ { mixed, 2, TC_OWNER_PORTS, { NULL } }, TC_PART_CONTAINER, NULL },
	{ { with_gone, 2, TC_OWNER_PEER, { NULL } }, TC_PART_PROCESS, NULL },
	/* A listener, or a connection, is theirs together. */
	{ { mixed, 2, TC_OWNER_LISTENER, { NULL } }, TC_PART_PROCESS, "nginx,php-fpm?" },
	{ { alike, 2, TC_OWNER_SEEN, { NULL } }, TC_PART_PID, "812,813?" },
	{ { of_cgroup, 1, TC_OWNER_CGROUP, { NULL } }, TC_PART_UNIT, "old.service" },
	{ { of_cgroup, 1, TC_OWNER_CGROUP, { NULL } }, TC_PART_PID, NULL },
	{ { of_cgroup, 1, TC_OWNER_CGROUP, { NULL } }, TC_PART_PROCESS, NULL },
	{ { NULL, 0, TC_OWNER_NONE, { NULL } }, TC_PART_PROCESS, NULL },
	{ { NULL, 0, TC_OWNER_LISTENER, { NULL } }, TC_PART_PROCESS, NULL },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		tc_auto_buf struct tc_buf word = TC_BUF_INIT;
		bool known = tc_owner_word(&cases[i].owner, cases[i].part, &word);
		const char *text = tc_buf_string(&word);

		if (known != (cases[i].word != NULL) ||
		    strcmp(text, cases[i].word ? cases[i].word : "") != 0)
			fail_msg("case %zu: '%s'", i, text);
	}
}

static void test_several(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct tc_owner owner = cases[i].owner;
		bool comma = cases[i].word && strchr(cases[i].word, ',');

		owner.words[cases[i].part] = cases[i].word;
		if (tc_owner_is_several(&owner, cases[i].part) != comma)
			fail_msg("case %zu: '%s'", i, cases[i].word);
	}
}

/* A comma of a name is no sign of another. */
static void test_comma_of_a_name(void **state)
{
	static const struct tc_process one = {.pid = 5, .name = "a,b"};
	static const struct tc_process *const twice[] = {&one, &one};
	struct tc_owner owner = {twice, 2, TC_OWNER_HELD, {[TC_PART_PROCESS] = "a,b"}};

	(void)state;
	assert_false(tc_owner_is_several(&owner, TC_PART_PROCESS));
	owner.how = TC_OWNER_LISTENER;
	owner.words[TC_PART_PROCESS] = "a,b?";
	assert_false(tc_owner_is_several(&owner, TC_PART_PROCESS));
}

/* Every number has a name, and no two the same. */
static void test_names(void **state)
{
	(void)state;
	for (int how = -1; how <= TC_ATTRIBUTION_COUNT; how++) {
		assert_non_null(tc_attribution_name(how));
		for (int other_one = 0; other_one < how && how < TC_ATTRIBUTION_COUNT; other_one++)
			assert_string_not_equal(tc_attribution_name(how),
						tc_attribution_name(other_one));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_comma_of_a_name),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
