/* SPDX-License-Identifier: MIT */
/*
 * herd.c - puts a crowd of sockets into a network namespace and runs a command there.
 *
 *	herd [OPTION…] -- CMD [ARGUMENT…]
 *
 * For measurements of programs that count sockets, at a million sockets and more. The command
 * finds the numbers in HERD_COUNTS ("ESTABLISHED=20000 TIME_WAIT=480000"), of one family in
 * HERD_COUNTS_4 and _6. The sockets are held by as many processes as the limit on descriptors
 * asks for; all go when the herd does, however it ends.
 *
 * The TIME_WAIT are kept from expiring (herd_keep.c), which costs a processor some seconds per
 * million every 40 seconds. A command that measures calls for it beforehand, so that it
 * does not happen in between: it writes a byte to the descriptor $HERD_KEEP and reads one back,
 *	printf k >&$HERD_KEEP; head -c 1 <&$HERD_KEEP >/dev/null
 * and then has 40 seconds to itself.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "herd.h"
#include "herd_crew.h"
#include "lab/wait.h"
#include "usage.h"
#include "util/macro.h"

#define COUNT_MAX 16000000u
#define PEERS_MAX 8000000u /* addresses under 127.1.0.0 and 10.0.0.0 */
#define SPARE_DESCRIPTORS 64
#define SETTLE_NS 15000000000u
#define KEEP_EVERY_MS 40000
#define KEEP_ALL_MS 60001 /* more than any has left */
#define TEXT_MAX 512
#define BUSY_LEAST 100
#define BUSY_FEW_PEERS 4

enum exit_code {
	EXIT_FAILED = 1,
	EXIT_NO_CROWD = 75, /* EX_TEMPFAIL: the kernel lost one on the way; worth a second try */
	EXIT_SKIP = 77,
	EXIT_NOT_RUN = 127,
};

/* clang-format off */
static const char options[] =
	"  --busy N          the crowd of the benchmarks: of 100 sockets 80 in TIME_WAIT,\n"
	"                    10 ESTABLISHED, 5 CLOSE_WAIT, 5 FIN_WAIT2; of few, others\n"
	"  --established N   sockets, two for each connection\n"
	"  --time-wait N  --close-wait N  --fin-wait2 N  --syn-recv N  --listen N\n"
	"  --served N        in TIME_WAIT, too: at one port of a server that closed first\n"
	"  --peers N         distinct remote addresses (default 1000)\n"
	"  -6, --v6 PERCENT  how much of each is IPv6 (default 0)\n"
	"  --deadline SECONDS  give up making them after this (default 120)\n";
/* clang-format on */

static int parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret_number)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || value < min || value > max)
		return -EINVAL;
	*ret_number = value;
	return 0;
}

/* A server that closed first. Of few sockets the same parts would be none. */
static void wish_for_busy(struct herd_wish *wish)
{
	uint64_t n = wish->busy;

	if (n < BUSY_LEAST) {
		wish->listen = n / 4;
		wish->established = n / 4 * 2;
		wish->time_wait = n - n / 4 * 3;
		wish->peers = BUSY_FEW_PEERS;
	} else {
		wish->time_wait = n * 80 / 100;
		wish->established = n / 20 * 2;
		wish->close_wait = n / 20;
		wish->fin_wait2 = n / 20;
	}
}

static int parse_options(int argc, char **argv, struct herd_wish *wish)
{
	static const struct option table[] = {
		{"established", required_argument, NULL, 0},
		{"time-wait", required_argument, NULL, 1},
		{"close-wait", required_argument, NULL, 2},
		{"fin-wait2", required_argument, NULL, 3},
		{"syn-recv", required_argument, NULL, 4},
		{"listen", required_argument, NULL, 5},
		{"peers", required_argument, NULL, 6},
		{"v6", required_argument, NULL, '6'},
		{"deadline", required_argument, NULL, 7},
		{"served", required_argument, NULL, 8},
		{"busy", required_argument, NULL, 9},
		{NULL, 0, NULL, 0},
	};
	const struct {
		uint64_t *number, min, max;
	} targets[] = {
		{&wish->established, 0, COUNT_MAX}, {&wish->time_wait, 0, COUNT_MAX},
		{&wish->close_wait, 0, COUNT_MAX},  {&wish->fin_wait2, 0, COUNT_MAX},
		{&wish->syn_recv, 0, COUNT_MAX},    {&wish->listen, 0, COUNT_MAX},
		{&wish->peers, 1, PEERS_MAX},	    {&wish->deadline_s, 1, 86400},
		{&wish->served, 0, COUNT_MAX},	    {&wish->busy, 0, COUNT_MAX},
		{&wish->v6_percent, 0, 100},
	};
	int choice, rc = 0;

	opterr = 0; /* the usage says it all */
	while (rc == 0 && (choice = getopt_long(argc, argv, "+6:", table, NULL)) != -1) {
		size_t target = choice == '6' ? TC_ARRAY_SIZE(targets) - 1 : (size_t)choice;

		rc = -EINVAL;
		if (target < TC_ARRAY_SIZE(targets))
			rc = parse_number(optarg, targets[target].min, targets[target].max,
					  targets[target].number);
	}
	if (wish->busy)
		wish_for_busy(wish);
	wish->command = argv + optind;
	return rc < 0 || !*wish->command ? -EINVAL : 0;
}

/* Waits until the kernel shows what the workers made. */
static int wait_for_census(struct lab_sandbox *sandbox, const struct lab_census *expected,
			   uint64_t deadline_ns)
{
	uint64_t settled_ns = lab_now_ns() + SETTLE_NS;
	char why[LAB_WHY_MAX];
	int rc = lab_wait_side(sandbox, LAB_A, expected,
			       settled_ns < deadline_ns ? settled_ns : deadline_ns, why);

	if (rc < 0)
		fprintf(stderr, "herd: %s\n", why);
	return rc;
}

static void set_counts(const char *name, const struct lab_census *census, enum lab_family family)
{
	char text[TEXT_MAX];

	lab_census_print(census, family, text, sizeof(text));
	setenv(name, text, 1);
}

static void exec_command(const struct herd_wish *wish, int keep_fd, pid_t herder)
{
	char number[16];

	/* If the herder is killed, even before this call, nothing may keep the namespace. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != herder)
		_exit(EXIT_NOT_RUN);
	snprintf(number, sizeof(number), "%d", dup(keep_fd)); /* the copy survives execvp() */
	setenv("HERD_KEEP", number, 1);
	execvp(wish->command[0], wish->command);
	fprintf(stderr, "herd: %s: %s\n", wish->command[0], strerror(errno));
	_exit(EXIT_NOT_RUN);
}

/*
 * Keeps the crowd until the command is done: when it asks, and when it has not for long; the
 * first time so long after the first socket was made.
 */
static void keep_until_exit(pid_t pid, int ask_fd, uint64_t age_ms)
{
	struct pollfd fds[2] = {{.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN},
				{.fd = ask_fd, .events = POLLIN}};
	int timeout_ms = age_ms < KEEP_EVERY_MS ? (int)(KEEP_EVERY_MS - age_ms) : 0;
	char byte = 'k';

	for (;; timeout_ms = KEEP_EVERY_MS) {
		int n = poll(fds, TC_ARRAY_SIZE(fds), timeout_ms);
		bool asked = n > 0 && fds[1].revents && read(ask_fd, &byte, 1) == 1;

		if (n < 0 || fds[0].revents)
			break;
		if (fds[1].revents && !asked)
			fds[1].fd = -1; /* nobody is left who could ask */
		if ((n == 0 || asked) && herd_keep(KEEP_ALL_MS) < 0)
			fprintf(stderr, "herd: cannot keep the sockets in TIME_WAIT\n");
		if (asked && send(ask_fd, &byte, 1, MSG_NOSIGNAL) < 0)
			fds[1].fd = -1;
	}
	close(fds[0].fd);
}

static int run_command(const struct herd_wish *wish, uint64_t start_ns)
{
	pid_t herder = getpid(), pid;
	int ends[2], status;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return EXIT_FAILED;
	pid = fork();
	if (pid == 0)
		exec_command(wish, ends[1], herder);
	close(ends[1]);
	if (pid > 0)
		keep_until_exit(pid, ends[0], (lab_now_ns() - start_ns) / 1000000);
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		fprintf(stderr, "herd: cannot start a process: %s\n", strerror(errno));
		return EXIT_FAILED;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static uint32_t descriptors_each(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max < 2 * SPARE_DESCRIPTORS)
		return SPARE_DESCRIPTORS;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return (uint32_t)(limit.rlim_cur > COUNT_MAX ? COUNT_MAX : limit.rlim_cur) -
	       SPARE_DESCRIPTORS;
}

static int build(struct herd_crew *crew, const struct herd_wish *wish, struct lab_sandbox *sandbox)
{
	uint64_t start_ns = lab_now_ns(), deadline_ns = start_ns + wish->deadline_s * 1000000000u;
	struct lab_census expected;
	char text[TEXT_MAX];
	int rc = herd_crew_run(crew, deadline_ns);

	herd_expect(crew->tasks, crew->n, &expected);
	if (rc == 0)
		rc = wait_for_census(sandbox, &expected, deadline_ns);
	if (rc < 0)
		return rc;
	lab_census_print(&expected, LAB_FAMILIES, text, sizeof(text));
	fprintf(stderr, "herd: %s in %.1f s, held by %d processes\n", text,
		(double)(lab_now_ns() - start_ns) / 1e9, herd_crew_holders(crew));
	set_counts("HERD_COUNTS", &expected, LAB_FAMILIES);
	set_counts("HERD_COUNTS_4", &expected, LAB_V4);
	set_counts("HERD_COUNTS_6", &expected, LAB_V6);
	return 0;
}

static int run(const struct herd_wish *wish, struct lab_sandbox *sandbox)
{
	struct herd_crew crew;
	uint64_t start_ns;
	int rc = herd_prepare(sandbox, wish);

	if (rc < 0) {
		fprintf(stderr, "herd: preparing the namespace: %s\n", strerror(-rc));
		return EXIT_FAILED;
	}
	if (herd_crew_init(&crew, wish, descriptors_each()) < 0)
		return EXIT_FAILED;
	start_ns = lab_now_ns();
	rc = build(&crew, wish, sandbox);
	rc = rc < 0 ? EXIT_NO_CROWD : run_command(wish, start_ns);
	herd_crew_release(&crew);
	return rc;
}

int main(int argc, char **argv)
{
	struct herd_wish wish = {.peers = 1000, .deadline_s = 120};
	struct lab_sandbox *sandbox;
	const char *step;
	int rc;

	if (is_help(argc, argv) || parse_options(argc, argv, &wish) < 0)
		return show_usage("herd [OPTION…] -- CMD [ARGUMENT…]", options, is_help(argc, argv));
	rc = lab_sandbox_new(false, &sandbox, &step);
	if (rc < 0) {
		fprintf(stderr, "herd: %s: %s%s\n", step, strerror(-rc),
			rc == -EPERM ? " (needs root)" : "");
		return rc == -EPERM ? EXIT_SKIP : EXIT_FAILED;
	}
	rc = run(&wish, sandbox);
	lab_sandbox_free(sandbox);
	return rc;
}
