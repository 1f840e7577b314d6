/* SPDX-License-Identifier: MIT */
/*
 * measure.c - runs commands in turns and tells what each of them took.
 *
 *	measure [-r ROUNDS] [-t SECONDS] [-k] -- COMMAND...
 *
 * Each COMMAND is one argument. One without shell characters is run directly, so that small
 * ones are not measured with a shell around them; a pipeline is run by sh -c and counts with
 * all its processes. What they print goes to /dev/null. In every round each command runs once,
 * so that what else happens on the machine hits all of them alike, and each round begins with
 * another one: who is first finds the caches full of something else. No round is begun after
 * SECONDS. -k: before each round herd is asked to refresh the sockets in TIME_WAIT (HERD_KEEP).
 *
 * Prints a line for each command: median of the wall time in us, median of the CPU time (user
 * and system, all processes) in us, largest resident set of one process in KiB, rounds, and
 * the command, with tabs between.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "usage.h"
#include "util/clock.h"
#include "util/macro.h"

enum { ROUNDS_MAX = 1000, WORDS_MAX = 64, EXIT_NOT_RUN = 127 };

struct result {
	uint64_t wall_us[ROUNDS_MAX];
	uint64_t cpu_us[ROUNDS_MAX];
	long rss_kib;
};

struct plan {
	unsigned rounds;
	unsigned seconds;
	bool keep;
	char **commands;
	size_t command_count;
};

static const char usage[] = "measure [-r ROUNDS] [-t SECONDS] [-k] -- COMMAND...";

static uint64_t us_of(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

/* Does not return. */
static void exec_command(const char *command)
{
	char *words[WORDS_MAX + 1] = { NULL }, *copy = strdup(command), *place;
	int null = open("/dev/null", O_WRONLY);
	size_t count = 0;

	if (!copy || null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(EXIT_NOT_RUN);
	if (strpbrk(command, "|&;<>()$`\\\"'*?[#~=%"))
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	for (char *word = strtok_r(copy, " ", &place); word && count < WORDS_MAX;
	     word = strtok_r(NULL, " ", &place))
		words[count++] = word;
	if (count)
		execvp(words[0], words);
	_exit(EXIT_NOT_RUN);
}

/* 0, or -1 after a line that says what went wrong. */
static int run_once(const char *command, struct result *result, size_t round)
{
	uint64_t start = tc_clock_us();
	struct rusage used;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		exec_command(command);
	if (pid < 0 || wait4(pid, &status, 0, &used) < 0) {
		fprintf(stderr, "measure: cannot start a process: %s\n", strerror(errno));
		return -1;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "measure: %s: did not work (wait status %#x)\n", command,
			(unsigned)status);
		return -1;
	}
	result->wall_us[round] = tc_clock_us() - start;
	result->cpu_us[round] = us_of(&used.ru_utime) + us_of(&used.ru_stime);
	if (used.ru_maxrss > result->rss_kib)
		result->rss_kib = used.ru_maxrss;
	return 0;
}

static int keep(void)
{
	const char *number = getenv("HERD_KEEP");
	int fd = number ? atoi(number) : -1;
	char byte = 'k';

	if (fd > 2 && write(fd, &byte, 1) == 1 && read(fd, &byte, 1) == 1)
		return 0;
	fprintf(stderr, "measure: no herd answers HERD_KEEP\n");
	return -1;
}

static int by_number(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return (a > b) - (a < b);
}

static uint64_t median(uint64_t *numbers, size_t count)
{
	qsort(numbers, count, sizeof(*numbers), by_number);
	return (numbers[(count - 1) / 2] + numbers[count / 2]) / 2;
}

static int measure(const struct plan *plan, struct result *results)
{
	uint64_t end = tc_clock_us() + (uint64_t)plan->seconds * 1000000;
	size_t round = 0;

	do {
		if (plan->keep && keep() < 0)
			return -1;
		for (size_t k = 0; k < plan->command_count; k++) {
			size_t i = (k + round) % plan->command_count;

			if (run_once(plan->commands[i], &results[i], round) < 0)
				return -1;
		}
	} while (++round < plan->rounds && tc_clock_us() < end);
	for (size_t i = 0; i < plan->command_count; i++)
		printf("%llu\t%llu\t%ld\t%zu\t%s\n",
		       (unsigned long long)median(results[i].wall_us, round),
		       (unsigned long long)median(results[i].cpu_us, round), results[i].rss_kib,
		       round, plan->commands[i]);
	return 0;
}

static int parse_number(const char *text, unsigned *ret_number)
{
	char *tail;

	*ret_number = (unsigned)strtoul(text, &tail, 10);
	return *text < '0' || *text > '9' || *tail ? -EINVAL : 0;
}

static int parse_options(int argc, char **argv, struct plan *plan)
{
	int choice, err = 0;

	*plan = (struct plan){ .rounds = 5, .seconds = 60 };
	opterr = 0; /* the usage says it all */
	while (!err && (choice = getopt(argc, argv, "+r:t:k")) != -1) {
		if (choice == 'r')
			err = parse_number(optarg, &plan->rounds);
		else if (choice == 't')
			err = parse_number(optarg, &plan->seconds);
		else if (choice == 'k')
			plan->keep = true;
		else
			err = -EINVAL;
	}
	plan->commands = argv + optind;
	plan->command_count = (size_t)(argc - optind);
	if (err || !plan->command_count || !plan->rounds || plan->rounds > ROUNDS_MAX)
		return -EINVAL;
	return 0;
}

int main(int argc, char **argv)
{
	tc_auto_free struct result *results = NULL;
	struct plan plan;

	if (is_help(argc, argv) || parse_options(argc, argv, &plan) < 0)
		return show_usage(usage, "", is_help(argc, argv));
	results = calloc(plan.command_count, sizeof(*results));
	return results && measure(&plan, results) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
