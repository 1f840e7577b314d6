/* SPDX-License-Identifier: MIT */
/* test_paws.c - the driver that has a server's TIME_WAIT keep newcomers out, in a namespace. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lab/sc_paws.h"
#include "lab/stage.h"

/* Before Linux 6.15 there was one counter for all that PAWS refuses. */
static uint64_t refused(struct lab_sandbox *sandbox, enum lab_side side)
{
	struct lab_teller teller;
	struct lab_stage stage = {.teller = &teller, .sandbox = sandbox};
	uint64_t value = lab_stage_counter(&stage, side, "PAWSTimewait");

	if (value == LAB_UNKNOWN_COUNTER)
		value = lab_stage_counter(&stage, side, "PAWSEstab");
	assert_int_equal(stage.rc, 0);
	return value;
}

static struct lab_sandbox *make_sandbox(void)
{
	struct lab_sandbox *sandbox;
	const char *step;
	int rc = lab_sandbox_new(true, &sandbox, &step);

	if (rc == -EPERM)
		skip();
	assert_int_equal(rc, 0);
	return sandbox;
}

static void assert_situation(struct lab_sandbox *sandbox, unsigned listening)
{
	struct lab_census census;

	assert_int_equal(lab_sandbox_census(sandbox, LAB_B, NULL, &census), 0);
	assert_int_equal(lab_census_of(&census, LAB_TIME_WAIT), LAB_PAWS_LINES);
	assert_int_equal(lab_census_of(&census, LAB_LISTEN), listening);
}

static void test_turns(void **state)
{
	struct lab_sandbox *sandbox = make_sandbox();
	char why[LAB_WHY_MAX] = "";
	struct lab_paws *paws;
	int rc = lab_paws_new(sandbox, LAB_B, &paws, why);

	(void)state;
	if (rc == -ENOENT) {
		lab_sandbox_free(sandbox);
		skip(); /* no TUN devices here */
	}
	assert_string_equal(why, "");
	assert_situation(sandbox, 1);
	assert_int_equal(refused(sandbox, LAB_B), 0);
	/* More than once round: each turn is refused, and none ends a TIME_WAIT. */
	for (unsigned i = 0; i < LAB_PAWS_LINES + 3; i++)
		assert_int_equal(lab_paws_turn(paws, why), 0);
	assert_int_equal(refused(sandbox, LAB_B), LAB_PAWS_LINES + 3);
	assert_int_equal(refused(sandbox, LAB_A), 0);
	assert_situation(sandbox, 1);
	lab_paws_free(paws);
	assert_situation(sandbox, 0);
	lab_sandbox_free(sandbox);
}

static void wait_until_refused(struct lab_sandbox *sandbox, uint64_t count)
{
	for (int i = 0; i < 5000 && refused(sandbox, LAB_B) < count; i++)
		usleep(1000);
	assert_true(refused(sandbox, LAB_B) >= count);
}

static void test_run_in_a_child(void **state)
{
	struct lab_sandbox *sandbox = make_sandbox();
	char why[LAB_WHY_MAX] = "";
	int stop[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(stop), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(stop[1]);
		_exit(-lab_paws_run(sandbox, LAB_B, 5, stop[0], why));
	}
	close(stop[0]);
	if (access("/dev/net/tun", F_OK) == 0)
		wait_until_refused(sandbox, 5);
	close(stop[1]);
	waitpid(pid, &status, 0);
	lab_sandbox_free(sandbox);
	if (WIFEXITED(status) && WEXITSTATUS(status) == ENOENT)
		skip();
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_run_in_a_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
