/* SPDX-License-Identifier: MIT */
/*
 * test_seen.c - who held a connection in an earlier sample of the same run, by a process that
 * closes its connection, and goes, between the samples. In a network namespace of the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tcpcensus.h"
#include "util/macro.h"

enum { EARLIER_MS = 1000, POLL_NS = 2000000, PORT = 8080 };

static bool loopback_up(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	tc_auto_close int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
}

/* ---- The process that goes ----------------------------------------------------------- */

static void must(bool done)
{
	if (!done)
		_exit(1);
}

/* Whether the process waits for the time to pass, as between two samples. */
static bool is_between_samples(pid_t pid)
{
	char path[32], text[64] = "";
	tc_auto_close int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	must(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	return strtol(text, NULL, 10) == SYS_clock_nanosleep;
}

/* Both ends are its own: closed in this order, the client's remains, in TIME_WAIT. */
static void come_and_go(int ready)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	struct timespec pause = {.tv_nsec = POLL_NS};
	int accepted;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "passer-by");
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	must(listen(listener, 1) == 0);
	must(connect(client, (struct sockaddr *)&address, sizeof(address)) == 0);
	accepted = accept(listener, NULL, NULL);
	must(accepted >= 0 && write(ready, "", 1) == 1);
	while (!is_between_samples(getppid()))
		nanosleep(&pause, NULL);
	close(listener);
	close(client);
	must(read(accepted, &byte, 1) == 0);
	close(accepted);
	_exit(0);
}

static pid_t start_passer_by(void)
{
	int ready[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		come_and_go(ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

/* ---- The look ------------------------------------------------------------------------ */

struct look {
	size_t count;
	enum tc_attribution how;
	char process[32];
	char pid[32];
};

static int take(void *context, const struct tc_sock *socks, size_t count)
{
	struct look *look = context;

	for (size_t i = 0; i < count; i++) {
		const struct tc_owner *owner = socks[i].text ? socks[i].text->owner : NULL;
		const char *const *words = owner ? owner->words : NULL;

		if (socks[i].state != TC_TIME_WAIT)
			continue;
		look->count++;
		look->how = owner ? owner->how : TC_OWNER_UNKNOWN;
		if (words && words[TC_PART_PROCESS])
			snprintf(look->process, sizeof(look->process), "%s",
				 words[TC_PART_PROCESS]);
		if (words && words[TC_PART_PID])
			snprintf(look->pid, sizeof(look->pid), "%s", words[TC_PART_PID]);
	}
	return 0;
}

/* Looks at its sockets, and gives the pid that it had. */
static pid_t look_at_passer_by(uint32_t earlier_ms, struct look *look)
{
	struct tc_report report = {.size = sizeof(report)};
	struct tc_key keys[2];
	struct tc_query query = {
		.size = sizeof(query),
		.source = "netlink",
		.keys = keys,
		.key_count = 2,
		.earlier_ms = earlier_ms,
	};
	pid_t child = start_passer_by();
	int status;

	assert_int_equal(tc_key_parse("process", &keys[0]), 0);
	assert_int_equal(tc_key_parse("pid", &keys[1]), 0);
	if (!earlier_ms) { /* it has gone before the only sample */
		struct timespec while_it_goes = {.tv_nsec = 1};

		while (waitpid(child, &status, WNOHANG) == 0)
			clock_nanosleep(CLOCK_MONOTONIC, 0, &while_it_goes, NULL);
	}
	assert_int_equal(tc_scan(&query, take, look, &report), 0);
	if (earlier_ms)
		assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(report.complete);
	return child;
}

static int own_namespace(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET) == 0 && loopback_up())
		return 0;
	*state = (void *)"needs a network namespace of its own";
	return 0;
}

static void skip_without_namespace(void *const *state)
{
	if (!*state)
		return;
	print_message("%s\n", (const char *)*state);
	skip();
}

static void test_seen(void **state)
{
	struct look look = {.count = 0};
	char pid[32];

	skip_without_namespace(state);
	snprintf(pid, sizeof(pid), "%d?", (int)look_at_passer_by(EARLIER_MS, &look));
	assert_int_equal(look.count, 1);
	assert_int_equal(look.how, TC_OWNER_SEEN);
	assert_string_equal(look.process, "passer-by?");
	assert_string_equal(look.pid, pid);
}

/* Without an earlier sample nothing tells. */
static void test_not_seen(void **state)
{
	struct look look = {.count = 0};

	skip_without_namespace(state);
	look_at_passer_by(0, &look);
	assert_int_equal(look.count, 1);
	assert_int_equal(look.how, TC_OWNER_NONE);
	assert_string_equal(look.process, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_seen, own_namespace),
		cmocka_unit_test_setup(test_not_seen, own_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
