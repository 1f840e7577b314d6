/* SPDX-License-Identifier: MIT */
/* test_filter_field.c - conditions on fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/field.h"
#include "model/filter.h"
#include "util/macro.h"

static const struct tc_process process = { .pid = 812, .name = "nginx" };
static const struct tc_process *const processes[] = { &process };
static const struct tc_owner held = {
	.processes = processes,
	.count = 1,
	.how = TC_OWNER_HELD,
	.words = { [TC_PART_PROCESS] = "nginx",
		   [TC_PART_PID] = "812",
		   [TC_PART_CMDLINE] = "nginx -g a,b",
		   [TC_PART_CONTAINER] = "docker/3f4a5b6c7d8e" },
};
static const struct tc_owner shared = {
	.how = TC_OWNER_HELD,
	.words = { [TC_PART_PROCESS] = "nginx,php-fpm", [TC_PART_PID] = "812,900" },
};
static const struct tc_owner inferred = {
	.how = TC_OWNER_LISTENER,
	.words = { [TC_PART_PROCESS] = "nginx?", [TC_PART_PID] = "812?" },
};
static const struct tc_text held_text = { .owner = &held }, shared_text = { .owner = &shared },
			    inferred_text = { .owner = &inferred };

static const struct {
	const char *expression;
	bool held, shared, inferred, unknown; /* whether sockets with these owners pass */
} cases[] = {
	{ "process = nginx", true, true, true, false },
	{ "process nginx", true, true, true, false },
	{ "process != nginx", false, false, false, true },
	{ "not process nginx", false, false, false, true },
	{ "process = 'nginx'", true, true, true, false },
	{ "process = \"nginx,php-fpm\"", false, true, false, false },
	{ "cmdline = 'nginx -g a,b'", true, false, false, false },
	{ "( cmdline = 'nginx *' ) and owner = held", true, false, false, false },
	{ "pid = '812?'", true, true, true, false },
	{ "owner = h*", true, true, false, false },
	{ "process = php-fpm", false, true, false, false },
	{ "process = ngin", false, false, false, false },
	{ "process = ngin*", true, true, true, false },
	{ "process = nginx,php-fpm", false, true, false, false },
	{ "pid = 812", true, true, true, false },
	{ "pid = 900", false, true, false, false },
	{ "pid > 811 and pid < 813", true, true, true, false },
	{ "pid >= 0x32c", true, true, true, false },
	{ "owner = held", true, true, false, false },
	{ "owner = listener", false, false, true, false },
	{ "container = 3f4a5b6c7d8e", true, false, false, false },
	{ "container = docker/*", true, false, false, false },
	{ "container = 3f4a5b6c7d8e9f00112233445566778899aabbccddeeff001122334455667788", true,
	  false, false, false },
	{ "container = podman/3f4a5b6c7d8e", false, false, false, false },
	{ "cmdline = *-g*a,b", true, false, false, false },
	{ "recv_q > 10 and recv_q <= 11", true, true, true, true },
	{ "recv_q = 12", false, false, false, false },
	{ "kind = full", true, true, true, true },
	{ "remote.addr = 192.0.2.*", true, true, true, true },
	{ "remote.net/16 = 192.0.0.0/16", true, true, true, true },
	{ "remote.net = 192.0.2.0/24", true, true, true, true },
	{ "send_q > 0", false, false, false, false },
	{ "not ( send_q > 0 )", true, true, true, true },
	{ "user = 33", true, true, true, true },
};

static struct tc_sock sock_with(const struct tc_text *text)
{
	return (struct tc_sock){
		.count = 1,
		.state = TC_ESTABLISHED,
		.have = TC_HAVE_QUEUES | TC_HAVE_KIND | TC_HAVE_REMOTE_ADDR | TC_HAVE_UID,
		.remote = { { [10] = 0xff, [11] = 0xff, 192, 0, 2, 7 } },
		.rqueue = 11,
		.uid = 33,
		.text = text,
	};
}

static bool passes(const char *expression, const struct tc_text *text)
{
	struct tc_filter_error error = { .text = "" };
	struct tc_sock sock = sock_with(text);
	struct tc_filter *filter = NULL;
	bool result;

	if (tc_filter_parse(expression, 0, &filter, &error))
		fail_msg("\"%s\" is refused at %zu: %s", expression, error.offset, error.text);
	result = tc_filter_match(filter, &sock);
	tc_filter_free(filter);
	return result;
}

static void test_matches(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		bool as_expected = passes(cases[i].expression, &held_text) == cases[i].held &&
				   passes(cases[i].expression, &shared_text) == cases[i].shared &&
				   passes(cases[i].expression, &inferred_text) ==
					   cases[i].inferred &&
				   passes(cases[i].expression, NULL) == cases[i].unknown;

		if (!as_expected)
			fail_msg("%s: %d %d %d %d", cases[i].expression,
				 passes(cases[i].expression, &held_text),
				 passes(cases[i].expression, &shared_text),
				 passes(cases[i].expression, &inferred_text),
				 passes(cases[i].expression, NULL));
	}
}

/* A comma of a name is its own. */
static void test_commas(void **state)
{
	static const struct tc_process one = { .pid = 5, .name = "a,b" };
	static const struct tc_process *const alone[] = { &one };
	static const struct tc_owner owner = {
		.processes = alone,
		.count = 1,
		.how = TC_OWNER_HELD,
		.words = { [TC_PART_PROCESS] = "a,b", [TC_PART_PID] = "5" },
	};
	static const struct tc_text text = { .owner = &owner, .netns = "blue,red" };

	(void)state;
	assert_true(passes("process = a,b", &text));
	assert_false(passes("process = b", &text));
	assert_true(passes("netns = blue,red", &text));
	assert_false(passes("netns = red", &text));
}

/* The filter says what has to be found out before it can be asked. */
static void test_needs(void **state)
{
	struct tc_filter *filter = NULL;

	(void)state;
	assert_int_equal(tc_filter_parse("unit = a.service and sport = :80", 0, &filter, NULL), 0);
	assert_int_equal(filter->flags, TC_FIELD_OWNERS | TC_FIELD_CGROUPS);
	assert_true(filter->need & TC_HAVE_INODE);
	assert_int_equal(filter->judged_by, TC_HAVE_LOCAL_PORT);
	tc_filter_free(filter);
}

static const struct {
	const char *expression;
	size_t offset;
} refused[] = {
	{ "proces nginx", 0 },	  { "process", 0 },	     { "process =", 8 },
	{ "process > nginx", 8 }, { "pid = nginx", 6 },	     { "recv_q > -1", 9 },
	{ "owner = helt", 8 },
	{ "process = and", 10 },  { "remote.net/129 = x", 0 }, { "process/8 = x", 0 },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(refused); i++) {
		struct tc_filter_error error = { .text = "" };
		struct tc_filter *filter = NULL;

		if (tc_filter_parse(refused[i].expression, 0, &filter, &error) != -22)
			fail_msg("\"%s\" is taken", refused[i].expression);
		if (error.offset != refused[i].offset || !*error.text)
			fail_msg("\"%s\": %zu, %s", refused[i].expression, error.offset,
				 error.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_commas),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
