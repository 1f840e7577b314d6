/* SPDX-License-Identifier: MIT */
/*
 * test_every_netns.c - what is not done in each namespace where all of them are looked at: with a
 * thousand of them it would be done a thousand times.
 *
 * To look for the name of the namespace where we are takes a search of the whole machine, which
 * the linker has __wrap_tc_netns_name_here() of this file count; and the settings are a hundred files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "owner/netns_list.h"
#include "source/setting_read.h"
#include "util/macro.h"

static unsigned searches, settings_read;

char *__real_tc_netns_name_here(void);
char *__wrap_tc_netns_name_here(void);
void __real_tc_settings_read(const char *root, struct tc_setting_value values[TC_SETTING_COUNT]);
void __wrap_tc_settings_read(const char *root, struct tc_setting_value values[TC_SETTING_COUNT]);

char *__wrap_tc_netns_name_here(void)
{
	searches++;
	return __real_tc_netns_name_here();
}

void __wrap_tc_settings_read(const char *root, struct tc_setting_value values[TC_SETTING_COUNT])
{
	settings_read++;
	__real_tc_settings_read(root, values);
}

static const struct tc_query everywhere = {
	.size = sizeof(everywhere), .netns = "all", .source = "netlink"};

static void no_machine_is_searched_for_the_ports_of_each(void **state __attribute__((unused)))
{
	struct tc_ports_query query = {.size = sizeof(query), .look = &everywhere};
	struct tc_report report = {.size = sizeof(report)};
	struct tc_ports *ports;

	searches = 0;
	if (tc_ports_take(&query, &ports, &report) < 0)
		skip();
	assert_true(tc_ports_pools(ports) >= 1);
	tc_ports_free(ports);
	assert_int_equal(searches, 0);
}

static void of_settings_listeners_need_one(void **state __attribute__((unused)))
{
	struct tc_report report = {.size = sizeof(report)};
	struct tc_listening *listening;

	searches = settings_read = 0;
	if (tc_listeners_take(&everywhere, 0, &listening, &report) < 0)
		skip();
	tc_listening_free(listening);
	assert_int_equal(searches, 0);
	assert_int_equal(settings_read, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_machine_is_searched_for_the_ports_of_each),
		cmocka_unit_test(of_settings_listeners_need_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
