/* SPDX-License-Identifier: MIT */
/*
 * main.c - tc-lab: runs a command inside a situation of real sockets.
 *
 *	tc-lab --list
 *	tc-lab NAME [--scale N] [--side a|b] [--ripe] [--] [CMD [ARGUMENT…]]
 *	tc-lab --stories
 *	tc-lab --story NAME
 *
 * Without a command the situation is held until standard input ends, or SIGINT or SIGTERM. With
 * --ripe what goes on in it has begun, and goes on, and what has to come about in it has.
 * This is how the tests of the program meet sockets whose numbers are known beforehand.
 */
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/driver.h"
#include "lab/scenario.h"
#include "lab/story.h"
#include "util/buf.h"
#include "util/macro.h"
#include "util/wrap.h"

#define CENSUS_TEXT_MAX 512
#define SCALE_MAX 100000
#define STORY_WIDTH 80

enum exit_code {
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_SKIP = 77, /* what meson and automake take for "skipped" */
	EXIT_NOT_RUN = 127,
};

struct options {
	const struct lab_scenario *scenario;
	unsigned scale;
	enum lab_side side;
	bool ripe;
	char **command; /* NULL: hold */
};

static const char usage[] = "usage: tc-lab --list\n"
			    "       tc-lab NAME [--scale N] [--side a|b] [--ripe] [--] [CMD [ARGUMENT…]]\n"
			    "       tc-lab --stories\n"
			    "       tc-lab --story NAME\n";

static void print_needs(unsigned needs)
{
	printf("\t%s%s%s%s%s", needs & LAB_NEED_ROOT ? "root" : "",
	       needs & LAB_NEED_NFT ? ",nft" : "", needs & LAB_NEED_BOUND_DUMP ? ",bound-dump" : "",
	       needs & LAB_NEED_TUN ? ",tun" : "", needs & LAB_NEED_TRACKING ? ",tracking" : "");
}

/*
 * One line a scenario: name, side to look at, states in a, states in b, summary, needs, and what
 * would go on there meanwhile.
 */
static int list_scenarios(void)
{
	for (const struct lab_scenario *row = lab_scenarios; row->name; row++) {
		if (row->prepared) /* there are no sockets to run a command beside */
			continue;
		printf("%s\t%c", row->name, row->side == LAB_A ? 'a' : 'b');
		for (int side = 0; side < LAB_SIDES; side++) {
			char text[CENSUS_TEXT_MAX];
			struct lab_census census;

			lab_scenario_expect(row, (enum lab_side)side, 1, &census);
			lab_census_print(&census, LAB_FAMILIES, text, sizeof(text));
			printf("\t%s", *text ? text : "-");
		}
		printf("\t%s", row->summary);
		print_needs(lab_scenario_needs(row));
		printf("\t%s\n", row->driver ? row->driver->name : "-");
	}
	return 0;
}

static int list_stories(void)
{
	for (const struct lab_story *row = lab_stories; row->name; row++)
		printf("%s\t%u\t%s\n", row->name, row->seconds, row->summary);
	return 0;
}

static void print_paragraph(void *context, const char *text)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	(void)context;
	tc_wrap(&out, text, 0, STORY_WIDTH);
	if (tc_buf_string(&out))
		printf("%s\n", out.data);
	fflush(stdout);
}

static void print_drawing(void *context, const char *lines)
{
	(void)context;
	printf("%s\n", lines);
	fflush(stdout);
}

static int tell_story(const char *name)
{
	struct lab_teller teller = {
		.width = STORY_WIDTH,
		.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
		.paragraph = print_paragraph,
		.drawing = print_drawing,
	};
	const struct lab_story *story = lab_stories;
	int rc;

	while (story->name && strcmp(story->name, name) != 0)
		story++;
	if (!story->name) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	rc = lab_story_tell(story, &teller);
	if (rc == 0)
		return 0;
	fprintf(stderr, "tc-lab: %s: %s\n", name, teller.why);
	return rc == -EPERM || rc == -ENOENT ? EXIT_SKIP : EXIT_FAILED;
}

static int parse_scale(const char *text, unsigned *ret_scale)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value < 1 || value > SCALE_MAX)
		return -EINVAL;
	*ret_scale = (unsigned)value;
	return 0;
}

static int parse_side(const char *text, enum lab_side *ret_side)
{
	if (strcmp(text, "a") != 0 && strcmp(text, "b") != 0)
		return -EINVAL;
	*ret_side = text[0] == 'a' ? LAB_A : LAB_B;
	return 0;
}

/* NAME may stand before the options, so the options are looked for behind it. */
static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{"scale", required_argument, NULL, 'n'},
		{"side", required_argument, NULL, 's'},
		{"ripe", no_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	int choice, rc = 0;

	options->scenario = argc > 1 ? lab_scenario_find(argv[1]) : NULL;
	if (!options->scenario || options->scenario->prepared)
		return -EINVAL;
	options->scale = 1;
	options->side = options->scenario->side;
	while (rc == 0 && (choice = getopt_long(argc - 1, argv + 1, "+", table, NULL)) != -1) {
		if (choice == 'n')
			rc = parse_scale(optarg, &options->scale);
		else if (choice == 's')
			rc = parse_side(optarg, &options->side);
		else if (choice == 'r')
			options->ripe = true;
		else
			rc = -EINVAL;
	}
	options->command = optind < argc - 1 ? argv + 1 + optind : NULL;
	return rc;
}

static void set_census(const char *name, const struct lab_census *census, enum lab_family family)
{
	char text[CENSUS_TEXT_MAX];

	lab_census_print(census, family, text, sizeof(text));
	setenv(name, text, 1);
}

/* What the command can read: the namespace, and the sockets that are in it. */
static void set_environment(const struct options *options, struct lab_sandbox *sandbox)
{
	struct lab_census census;
	char path[64];

	lab_scenario_expect(options->scenario, options->side, options->scale, &census);
	set_census("LAB_EXPECT", &census, LAB_FAMILIES);
	set_census("LAB_EXPECT_4", &census, LAB_V4);
	set_census("LAB_EXPECT_6", &census, LAB_V6);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(),
		 lab_sandbox_netns_fd(sandbox, options->side));
	setenv("LAB_NETNS", path, 1);
}

static void exec_command(const struct options *options, struct lab_sandbox *sandbox,
			 pid_t laboratory)
{
	/* If the laboratory is killed, even before this call, nothing may keep the namespace. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != laboratory)
		_exit(EXIT_NOT_RUN);
	if (lab_sandbox_enter(sandbox, options->side) == 0)
		execvp(options->command[0], options->command);
	fprintf(stderr, "tc-lab: %s: %s\n", options->command[0], strerror(errno));
	_exit(EXIT_NOT_RUN);
}

static int run_command(const struct options *options, struct lab_sandbox *sandbox)
{
	pid_t laboratory = getpid(), pid = fork();
	int status;

	if (pid == 0)
		exec_command(options, sandbox, laboratory);
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		fprintf(stderr, "tc-lab: cannot start a process: %s\n", strerror(errno));
		return EXIT_FAILED;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Reads standard input away until its end, or until a signal asks to stop. */
static int hold(void)
{
	sigset_t stop;
	struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.events = POLLIN}};
	char waste[256];

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	fds[1].fd = signalfd(-1, &stop, SFD_CLOEXEC);
	printf("LAB_NETNS=%s\nLAB_EXPECT=%s\n", getenv("LAB_NETNS"), getenv("LAB_EXPECT"));
	fflush(stdout);
	while (poll(fds, TC_ARRAY_SIZE(fds), -1) >= 0 && !fds[1].revents) {
		if (fds[0].revents && read(STDIN_FILENO, waste, sizeof(waste)) <= 0)
			break;
	}
	close(fds[1].fd);
	return 0;
}

static int run(const struct options *options, struct lab_sandbox *sandbox)
{
	const char *missing = lab_scenario_missing(options->scenario, sandbox);
	char why[LAB_WHY_MAX];

	if (missing) {
		fprintf(stderr, "tc-lab: %s needs %s\n", options->scenario->name, missing);
		return EXIT_SKIP;
	}
	if (lab_scenario_run(options->scenario, sandbox, options->scale, why) < 0 ||
	    (options->ripe && lab_scenario_ripen(options->scenario, sandbox, false, why) < 0)) {
		fprintf(stderr, "tc-lab: %s: %s\n", options->scenario->name, why);
		return EXIT_FAILED;
	}
	set_environment(options, sandbox);
	return options->command ? run_command(options, sandbox) : hold();
}

int main(int argc, char **argv)
{
	struct lab_sandbox *sandbox;
	struct options options;
	const char *step;
	int rc;

	setlocale(LC_ALL, "");
	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list_scenarios();
	if (argc == 2 && strcmp(argv[1], "--stories") == 0)
		return list_stories();
	if (argc == 3 && strcmp(argv[1], "--story") == 0)
		return tell_story(argv[2]);
	if (parse_options(argc, argv, &options) < 0) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	rc = lab_sandbox_new(true, &sandbox, &step);
	if (rc < 0) {
		fprintf(stderr, "tc-lab: %s: %s%s\n", step, strerror(-rc),
			rc == -EPERM ? " (needs root)" : "");
		return rc == -EPERM ? EXIT_SKIP : EXIT_FAILED;
	}
	rc = run(&options, sandbox);
	lab_sandbox_free(sandbox);
	return rc;
}
