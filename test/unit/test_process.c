/* SPDX-License-Identifier: MIT */
/* test_process.c - what processes are called, asked of processes of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "owner/process.h"
#include "util/macro.h"

enum { EVERYTHING = TC_PROCESS_CMDLINE | TC_PROCESS_CGROUP };

/* Ends a child that the test started, and takes it away. */
static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* A child that is called so, waits to be ended, and dies with the test. */
static pid_t child_called(const char *name)
{
	int ready[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return child;
}

/* A child that runs a shell, which stops itself when it has its arguments. */
static pid_t child_running(const char *const argv[])
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execv("/bin/sh", (char *const *)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	return child;
}

static void test_names(void **state)
{
	static const char *const names[] = {"nginx", "a name of 15 by", "two\nlines\n", "a) b (c",
					    "caf\xc3\xa9", "\033[2J"};
	struct tc_processes processes = {0};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(names); i++) {
		pid_t child = child_called(names[i]);
		const struct tc_process *process =
			tc_processes_get(&processes, (uint32_t)child, 0);

		end(child);
		assert_non_null(process);
		assert_int_equal(process->pid, child);
		assert_string_equal(process->name, names[i]);
		assert_null(process->cmdline); /* nobody asked */
		assert_null(process->cgroup);
	}
	tc_processes_release(&processes);
}

static void test_cmdline(void **state)
{
	const char *const argv[] = {"tc test", "-c", "kill -STOP $$", "b  c", "", NULL};
	struct tc_processes processes = {0};
	const struct tc_process *process;
	pid_t child;

	(void)state;
	child = child_running(argv);
	process = tc_processes_get(&processes, (uint32_t)child, TC_PROCESS_CMDLINE);
	end(child);
	assert_non_null(process);
	assert_string_equal(process->cmdline, "tc test -c kill -STOP $$ b  c");
	tc_processes_release(&processes);
}

/* Only so much of it is kept, and what was cut says so: also where the cut is at a blank. */
static void assert_long_cmdline(size_t longest, const char *more, const char *end_of_it)
{
	static const char start[] = "tc test -c kill -STOP $$ xxxx";
	tc_auto_free char *text = malloc(longest + 1);
	const char *argv[] = {"tc test", "-c", "kill -STOP $$", text, more, NULL};
	struct tc_processes processes = {0};
	const struct tc_process *process;
	pid_t child;

	assert_non_null(text);
	memset(text, 'x', longest);
	text[longest] = '\0';
	child = child_running(argv);
	process = tc_processes_get(&processes, (uint32_t)child, TC_PROCESS_CMDLINE);
	end(child);
	assert_non_null(process);
	assert_memory_equal(process->cmdline, start, strlen(start));
	assert_true(strlen(process->cmdline) <= 4096 + 3);
	assert_string_equal(process->cmdline + 4090, end_of_it);
	tc_processes_release(&processes);
}

static void test_long_cmdline(void **state)
{
	const size_t whole = 4096 - strlen("tc test -c kill -STOP $$ ");

	(void)state;
	assert_long_cmdline(20000, NULL, "xxxxxx...");
	assert_long_cmdline(whole + 1, NULL, "xxxxxx...");
	assert_long_cmdline(whole, NULL, "xxxxxx");
	assert_long_cmdline(whole - 1, NULL, "xxxxx");
	assert_long_cmdline(whole, "b", "xxxxxx...");
	assert_long_cmdline(whole - 1, "b", "xxxxx ...");
	assert_long_cmdline(whole - 1, "", "xxxxx"); /* as padding is */
}

/* The path is that of the line which the kernel shows; what it means is test_cgroup.c's. */
static void test_cgroup(void **state)
{
	struct tc_processes processes = {0};
	const struct tc_process *self =
		tc_processes_get(&processes, (uint32_t)getpid(), TC_PROCESS_CGROUP);
	tc_auto_fclose FILE *file = fopen("/proc/self/cgroup", "re");
	tc_auto_free char *line = NULL;
	bool found = false;
	size_t size = 0;

	(void)state;
	if (!file || getline(&line, &size, file) < 0) {
		tc_processes_release(&processes);
		skip();
	}
	assert_non_null(self);
	assert_non_null(self->cgroup);
	do {
		const char *path = strchr(strchr(line, ':') + 1, ':') + 1;

		line[strcspn(line, "\n")] = '\0';
		found = found || strcmp(path, self->cgroup) == 0;
	} while (getline(&line, &size, file) > 0);
	assert_true(found);
	tc_processes_release(&processes);
}

static void test_gone(void **state)
{
	struct tc_processes processes = {0};
	pid_t child = child_called("gone");
	const struct tc_process *process;

	(void)state;
	end(child);
	process = tc_processes_get(&processes, (uint32_t)child, EVERYTHING);
	assert_non_null(process);
	assert_int_equal(process->pid, child);
	assert_null(process->name);
	assert_null(process->cmdline);
	assert_null(process->cgroup);
	assert_null(process->unit);
	assert_null(process->container);
	assert_null(process->pod);
	assert_non_null(tc_processes_get(&processes, 0, EVERYTHING));
	assert_non_null(tc_processes_get(&processes, UINT32_MAX, EVERYTHING));
	tc_processes_release(&processes);
}

/* What was read stays, also when the process has gone, and more can be asked of it later. */
static void test_read_once(void **state)
{
	struct tc_processes processes = {0};
	pid_t child = child_called("first");
	const struct tc_process *process = tc_processes_get(&processes, (uint32_t)child, 0);
	const struct tc_process *again =
		tc_processes_get(&processes, (uint32_t)child, TC_PROCESS_CMDLINE);
	tc_auto_free char *cmdline = NULL;

	(void)state;
	end(child);
	assert_non_null(process);
	assert_ptr_equal(again, process);
	assert_non_null(process->cmdline);
	cmdline = strdup(process->cmdline);
	assert_ptr_equal(tc_processes_get(&processes, (uint32_t)child, EVERYTHING), process);
	assert_string_equal(process->name, "first");
	assert_string_equal(process->cmdline, cmdline);
	assert_null(process->cgroup);
	tc_processes_release(&processes);
	assert_null(processes.tree);
}

static void test_many(void **state)
{
	enum { COUNT = 10000 };
	struct tc_processes processes = {0};
	const struct tc_process **seen = calloc(COUNT, sizeof(*seen));

	(void)state;
	assert_non_null(seen);
	for (uint32_t i = 0; i < COUNT; i++)
		seen[i] = tc_processes_get(&processes, i * 7919 % COUNT, 0);
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_int_equal(seen[i]->pid, i * 7919 % COUNT);
		assert_ptr_equal(tc_processes_get(&processes, i * 7919 % COUNT, 0), seen[i]);
	}
	free(seen);
	tc_processes_release(&processes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_cmdline),
		cmocka_unit_test(test_long_cmdline),
		cmocka_unit_test(test_cgroup),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_read_once),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
