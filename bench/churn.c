/* SPDX-License-Identifier: MIT */
/*
 * churn.c - opens and closes connections as fast as it can, or as fast as it is told.
 *
 *	churn [-s SECONDS] [-r RATE] [-w WORKERS] [-p PORT] [-e MS]
 *
 * A worker is a process that is both the server and its clients, on loopback: it connects to a
 * port of its own (PORT and up; 900, which is no client's), accepts, and keeps the last few
 *connections open. They are closed in turn by the client first, by the server first, by a shutdown
 *that is answered, and by a reset; every eighth is one over IPv6. Clients go to 250 addresses of
 *127.0.0.0/8 a worker, since each has the whole range of ports, which TIME_WAIT would use up
 *otherwise.
 *
 * Ends after SECONDS (default 5), or when it is asked to by SIGTERM or SIGINT, and prints how many
 * connections it opened, in how many seconds, how many that is in one, and in one of CPU time: of
 * that less is lost to others who want the processors. With -e it prints before that, each MS
 * milliseconds, when it was (us since the epoch), how many there were by then, and the CPU time
 * that the workers had used (us). Runs only in a network namespace that is not that of the machine.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "usage.h"

enum {
	WORKERS_MAX = 100, /* from 900 on, so many ports are no client's */
	KEPT = 32,	   /* connections that a worker has open */
	ADDRESSES = 250,   /* that it connects to */
	V6_EVERY = 8,
	PACE_EVERY = 32, /* connections between two looks at the clock */
	BACKLOG = 128,
	FAILURES_MAX = 1000, /* in a row: something is wrong */
	EXIT_SKIP = 77,
};

struct options {
	unsigned long seconds, rate, workers, port, each_ms;
};

struct pair {
	int client, server;
};

/* Shared with the workers. */
static uint64_t *opened;
static volatile sig_atomic_t ended;

static const char usage[] = "churn [-s SECONDS] [-r RATE] [-w WORKERS] [-p PORT] [-e MS]";

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void end(int number __attribute__((unused)))
{
	ended = 1;
}

/* ---- Connections ------------------------------------------------------------------------ */

static int listen_on(int family, uint16_t port)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	const struct sockaddr *address = (const void *)&v4;
	socklen_t size = sizeof(v4);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
		address = (const void *)&v6;
		size = sizeof(v6);
	}
	if (bind(fd, address, size) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

static int connect_to(int family, unsigned worker, uint64_t number, uint16_t port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	v4.sin_addr.s_addr =
		htonl(0x7f000001 + (worker + 1) * 0x10000 + (uint32_t)(number % ADDRESSES));
	rc = family == AF_INET ? connect(fd, (const void *)&v4, sizeof(v4))
			       : connect(fd, (const void *)&v6, sizeof(v6));
	if (fd >= 0 && rc < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void reset_on_close(int fd)
{
	struct linger none = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

/* In turn; one over IPv6 is reset: there is one address of them, and so one range of ports. */
static void close_pair(const struct pair *pair, uint64_t number)
{
	char byte;

	switch (number % V6_EVERY == 0 ? 3 : number % 4) {
	case 0:
		close(pair->client);
		close(pair->server);
		return;
	case 1:
		close(pair->server);
		close(pair->client);
		return;
	case 2:
		shutdown(pair->client, SHUT_WR);
		if (read(pair->server, &byte, 1) == 0)
			shutdown(pair->server, SHUT_WR);
		break;
	default:
		reset_on_close(pair->client);
	}
	close(pair->client);
	close(pair->server);
}

/* ---- A worker --------------------------------------------------------------------------- */

/* Sleeps until as many connections as these are due. */
static void keep_pace(uint64_t start_ns, uint64_t number, unsigned long rate)
{
	uint64_t due_ns = start_ns + number * 1000000000 / rate;
	struct timespec until = {
		.tv_sec = (time_t)(due_ns / 1000000000),
		.tv_nsec = (long)(due_ns % 1000000000),
	};

	if (due_ns > now_ns())
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static bool open_pair(const int listeners[2], unsigned worker, uint64_t number, uint16_t port,
		      struct pair *pair)
{
	bool is6 = number % V6_EVERY == 0;
	/* Not the same addresses for each way to close. */
	uint64_t at = number / V6_EVERY * 3 + number % V6_EVERY;

	pair->client = connect_to(is6 ? AF_INET6 : AF_INET, worker, at, port);
	if (pair->client < 0)
		return false;
	pair->server = accept4(listeners[is6], NULL, NULL, SOCK_CLOEXEC);
	if (pair->server >= 0)
		return true;
	close(pair->client);
	return false;
}

static int work(const struct options *options, unsigned worker)
{
	uint16_t port = (uint16_t)(options->port + worker);
	unsigned long rate = options->rate / options->workers;
	int listeners[2] = {listen_on(AF_INET, port), listen_on(AF_INET6, port)};
	uint64_t start_ns = now_ns(), number = 0;
	struct pair kept[KEPT];
	int failures = 0;

	if (listeners[0] < 0 || listeners[1] < 0) {
		fprintf(stderr, "churn: cannot listen on port %u: %s\n", port, strerror(errno));
		return 1;
	}
	while (!ended && failures < FAILURES_MAX) {
		struct pair *pair = &kept[number % KEPT];

		if (number % PACE_EVERY == 0 && options->rate)
			keep_pace(start_ns, number, rate);
		if (number >= KEPT && !failures)
			close_pair(pair, number - KEPT);
		if (!open_pair(listeners, worker, number + (uint64_t)failures * V6_EVERY, port,
			       pair)) {
			failures++;
			continue;
		}
		failures = 0;
		number++;
		__atomic_store_n(&opened[worker], number, __ATOMIC_RELAXED);
	}
	if (failures && !ended)
		fprintf(stderr, "churn: cannot connect: %s\n", strerror(errno));
	return failures && !ended ? 1 : 0;
}

/* ---- All of them ------------------------------------------------------------------------ */

/* Only there the kernel shows this setting (net/ipv4/sysctl_net_ipv4.c, ipv4_table). */
static bool is_namespace_of_the_machine(void)
{
	return access("/proc/sys/net/ipv4/tcp_mem", F_OK) == 0;
}

static bool is_sound(const struct options *options)
{
	return options->seconds && options->workers && options->workers <= WORKERS_MAX &&
	       options->port && options->port + options->workers <= 32768 &&
	       options->each_ms <= 1000 && (!options->rate || options->rate >= options->workers);
}

static int parse_options(int argc, char **argv, struct options *options)
{
	unsigned long *targets[] = {&options->seconds, &options->rate, &options->workers,
				    &options->port, &options->each_ms};
	static const char letters[] = "srwpe";
	int choice;

	opterr = 0; /* the usage says it all */
	while ((choice = getopt(argc, argv, "s:r:w:p:e:")) != -1) {
		const char *letter = choice == '?' ? NULL : strchr(letters, choice);
		char *tail;

		if (!letter)
			return -EINVAL;
		*targets[letter - letters] = strtoul(optarg, &tail, 10);
		if (*optarg < '0' || *optarg > '9' || *tail)
			return -EINVAL;
	}
	return optind == argc && is_sound(options) ? 0 : -EINVAL;
}

/* Workers end with us, however that is. */
static pid_t start(const struct options *options, unsigned worker)
{
	pid_t parent = getpid(), child = fork();

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	_exit(work(options, worker));
}

/* Of the workers, which have ended. */
static double cpu_seconds(void)
{
	struct rusage used;

	getrusage(RUSAGE_CHILDREN, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static uint64_t opened_by_all(const struct options *options)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < options->workers; i++)
		sum += __atomic_load_n(&opened[i], __ATOMIC_RELAXED);
	return sum;
}

static unsigned long long microseconds(clockid_t clock)
{
	struct timespec time = {.tv_sec = 0};

	clock_gettime(clock, &time);
	return (unsigned long long)time.tv_sec * 1000000 + (unsigned long long)time.tv_nsec / 1000;
}

static void tell_now(const struct options *options, const pid_t *children)
{
	unsigned long long now = microseconds(CLOCK_REALTIME), used = 0;

	for (unsigned i = 0; i < options->workers; i++) {
		clockid_t clock;

		if (clock_getcpuclockid(children[i], &clock) == 0)
			used += microseconds(clock);
	}
	printf("%llu %llu %llu\n", now, (unsigned long long)opened_by_all(options), used);
}

/* A worker, which it does on its own only where it fails. */
static bool has_one_ended(void)
{
	siginfo_t info = {.si_pid = 0};

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

static int wait_and_tell(const struct options *options, const pid_t *children)
{
	uint64_t start_ns = now_ns(), end_ns = start_ns + options->seconds * 1000000000, sum;
	int failed = 0;

	while (!ended && now_ns() < end_ns && !has_one_ended()) {
		poll(NULL, 0, options->each_ms ? (int)options->each_ms : 10);
		if (options->each_ms)
			tell_now(options, children);
	}
	sum = opened_by_all(options);
	end_ns = now_ns();
	for (unsigned i = 0; i < options->workers; i++)
		kill(children[i], SIGTERM);
	for (unsigned i = 0; i < options->workers; i++) {
		int status;

		if (waitpid(children[i], &status, 0) < 0 || status != 0)
			failed = 1;
	}
	printf("%llu connections in %.2f s: %.0f per second, %.0f per second of CPU time\n",
	       (unsigned long long)sum, (double)(end_ns - start_ns) / 1e9,
	       (double)sum / ((double)(end_ns - start_ns) / 1e9), (double)sum / cpu_seconds());
	return failed;
}

int main(int argc, char **argv)
{
	struct options options = {.seconds = 5, .workers = 1, .port = 900};
	struct sigaction action = {.sa_handler = end};
	pid_t children[WORKERS_MAX];

	if (is_help(argc, argv) || parse_options(argc, argv, &options) < 0)
		return show_usage(usage, "", is_help(argc, argv));
	if (is_namespace_of_the_machine()) {
		fprintf(stderr, "churn: not in the machine's own network namespace\n");
		return EXIT_SKIP;
	}
	opened = mmap(NULL, WORKERS_MAX * sizeof(*opened), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (opened == MAP_FAILED)
		return 1;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	for (unsigned i = 0; i < options.workers; i++)
		children[i] = start(&options, i);
	return wait_and_tell(&options, children);
}
