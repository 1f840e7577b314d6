/* SPDX-License-Identifier: MIT */
/*
 * test_every_netns.c - what is not done in each namespace where all of them are looked at: with a
 * thousand of them it would be done a thousand times.
 *
 * To look for the name of the namespace where we are takes a search of the whole machine, which
 * the linker has __wrap_tc_netns_name_here() of this file count; and the settings are a hundred files.
 */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "owner/netns_list.h"
#include "source/setting_read.h"
#include "util/macro.h"

struct bpf_object_skeleton;

static unsigned searches, settings_read, loaded;

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

int __real_tc_bpf_load(struct bpf_object_skeleton *skeleton, char why[TC_WHY_MAX]);
int __wrap_tc_bpf_load(struct bpf_object_skeleton *skeleton, char why[TC_WHY_MAX]);

int __wrap_tc_bpf_load(struct bpf_object_skeleton *skeleton, char why[TC_WHY_MAX])
{
	int err = __real_tc_bpf_load(skeleton, why);

	loaded += !err;
	return err;
}

static bool is_cut; /* of the next look not everything is told */

int __real_tc_scan(const struct tc_query *query, tc_sink *sink, void *context,
		   struct tc_report *report);
int __wrap_tc_scan(const struct tc_query *query, tc_sink *sink, void *context,
		   struct tc_report *report);

int __wrap_tc_scan(const struct tc_query *query, tc_sink *sink, void *context,
		   struct tc_report *report)
{
	int err = __real_tc_scan(query, sink, context, report);

	if (is_cut) {
		report->complete = false;
		snprintf(report->why, sizeof(report->why), "cut");
	}
	is_cut = false;
	return err;
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

static void the_program_for_ports_is_loaded_once(void **state __attribute__((unused)))
{
	struct tc_query look = {.size = sizeof(look), .netns = "all", .source = "bpf"};
	struct tc_ports_query query = {.size = sizeof(query), .look = &look};
	struct tc_report report = {.size = sizeof(report)};
	struct tc_ports *ports;
	size_t pools;

	loaded = 0;
	if (tc_ports_take(&query, &ports, &report) < 0)
		skip(); /* as in a build without eBPF */
	pools = tc_ports_pools(ports);
	tc_ports_free(ports);
	assert_int_equal(loaded, 1);
	if (pools < 2) /* it may not make another: this proves nothing */
		skip();
}

static void what_lacks_in_the_first_lacks_in_all(void **state __attribute__((unused)))
{
	struct tc_ports_query query = {.size = sizeof(query), .look = &everywhere};
	struct tc_report report = {.size = sizeof(report)};
	struct tc_ports *ports;
	size_t pools;

	is_cut = true;
	if (tc_ports_take(&query, &ports, &report) < 0)
		skip();
	pools = tc_ports_pools(ports);
	tc_ports_free(ports);
	assert_false(report.complete);
	assert_string_equal(report.why, "cut");
	if (pools < 2)
		skip();
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

/* A second namespace, for as long as this test runs. */
static int make_another(void **state)
{
	static int ends[2];
	char ready = 'n';
	pid_t pid;

	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ready = unshare(CLONE_NEWNET) < 0 ? 'n' : 'y';
		if (write(ends[1], &ready, 1) == 1)
			pause();
		_exit(0);
	}
	*state = (void *)(intptr_t)pid;
	return pid > 0 && read(ends[0], &ready, 1) == 1 ? 0 : -1;
}

static int end_another(void **state)
{
	pid_t pid = (pid_t)(intptr_t)*state;

	kill(pid, SIGKILL);
	return waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_machine_is_searched_for_the_ports_of_each),
		cmocka_unit_test(the_program_for_ports_is_loaded_once),
		cmocka_unit_test(what_lacks_in_the_first_lacks_in_all),
		cmocka_unit_test(of_settings_listeners_need_one),
	};

	return cmocka_run_group_tests(tests, make_another, end_another);
}
