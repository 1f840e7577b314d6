/* SPDX-License-Identifier: MIT */
/* test_listed.c - the processes that a listing names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "owner/listed.h"
#include "util/macro.h"

static const struct {
	const char *text;
	const char *name;
	uint32_t pid;
} forms[] = {
	{"nginx,pid=812", "nginx", 812},     /* ss */
	{"a,pid=1,pid=812", "a,pid=1", 812}, /* a name that looks like it */
	{"a,pid=x", "a,pid=x", 0},
	{"a,pid=", "a,pid=", 0},
	{",pid=5", "", 5},
	{"a b) (c,pid=7", "a b) (c", 7},
	{"kworker/0:1,pid=9", "kworker/0:1", 9},
	{"9/0:1,pid=12", "9/0:1", 12},
	{"812/nginx", "nginx", 812}, /* netstat */
	{"812/nginx: worker", "nginx: worker", 812},
	{"812/a/b", "a/b", 812},
	{"812/", "", 812},
	{"sh/812", "sh/812", 0},
	{"/x", "/x", 0},
	{"812", "", 812}, /* netstat of Windows and macOS */
	{"svchost.exe", "svchost.exe", 0},
	{"[System]", "[System]", 0},
	{"4294967295", "", 4294967295u},
	{"4294967296", "4294967296", 0},
	{"4294967296/x", "4294967296/x", 0},
	{"x,pid=4294967296", "x,pid=4294967296", 0},
	{"-1", "-1", 0},
	{" 1", " 1", 0},
	{"caf\xc3\xa9,pid=3", "caf\xc3\xa9", 3},
	{",pid=", ",pid=", 0},
	{"", "", 0},
};

/* The bytes stand in memory of their own size, so that a sanitizer sees any that is too many. */
static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(forms); i++) {
		size_t length = strlen(forms[i].text);
		tc_auto_free char *copy = malloc(length + !length);
		struct tc_slice name;
		uint32_t pid = 99;

		assert_non_null(copy);
		memcpy(copy, forms[i].text, length);
		tc_listed_parse((struct tc_slice){copy, length}, &name, &pid);
		if (pid != forms[i].pid || !tc_slice_is(name, forms[i].name))
			fail_msg("'%s': pid %u, name '%.*s'", forms[i].text, pid, (int)name.length,
				 name.data);
	}
}

struct world {
	struct tc_processes processes;
	struct tc_parties parties;
};

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct world));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	tc_parties_release(&world->parties);
	tc_processes_release(&world->processes);
	free(world);
	return 0;
}

static const struct tc_party *party_of(struct world *world, const char *text)
{
	const struct tc_party *party = (const struct tc_party *)world;

	assert_int_equal(tc_listed_party(&world->processes, &world->parties, text, &party), 0);
	return party;
}

static void test_parties(void **state)
{
	const struct tc_party *two, *one;

	two = party_of(*state, "nginx,pid=813\nnginx,pid=812");
	assert_int_equal(two->count, 2);
	assert_int_equal(two->processes[0]->pid, 812);
	assert_string_equal(two->processes[1]->name, "nginx");
	assert_ptr_equal(two, party_of(*state, "812/nginx\n\n813/nginx\n812/nginx\n"));
	one = party_of(*state, "svchost.exe");
	assert_int_equal(one->count, 1);
	assert_int_equal(one->processes[0]->pid, 0);
	assert_ptr_equal(one, party_of(*state, "svchost.exe\nsvchost.exe"));
	assert_int_equal(party_of(*state, "svchost.exe\nlsass.exe")->count, 2);
	one = party_of(*state, "812");
	assert_null(one->processes[0]->name);
	assert_int_equal(one->processes[0]->pid, 812);
	/* One number, two names: the listing says so, of threads or of two moments. */
	assert_int_equal(party_of(*state, "812/a\n812/b")->count, 2);
}

/* What was inferred when the listing was made is no evidence now. */
static void test_no_party(void **state)
{
	assert_null(party_of(*state, NULL));
	assert_null(party_of(*state, ""));
	assert_null(party_of(*state, "\n\n"));
	assert_null(party_of(*state, "nginx?"));
	assert_null(party_of(*state, "0")); /* TIME_WAIT, in netstat -ano of Windows */
	assert_int_equal(party_of(*state, "nginx?\nnginx,pid=1")->count, 1);
}

static void test_very_many(void **state)
{
	tc_auto_free char *text = malloc(20000 * 12);
	char *at = text;

	assert_non_null(text);
	for (int i = 0; i < 20000; i++)
		at += sprintf(at, "%d/x\n", i % 10000 + 1);
	assert_int_equal(party_of(*state, text)->count, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test_setup_teardown(test_parties, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_party, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_very_many, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
