/* SPDX-License-Identifier: MIT */
/*
 * test_walk.c - the ways in which eBPF reads what the kernel has, against each other and against
 * what was made: connections of both families in a namespace of the test's own. Which way a
 * kernel gets is a matter of its age; here each is tried that this one has.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bpf/tcp_iter.h"
#include "bpf/walk.h"
#include "util/macro.h"
#include "util/netns_here.h"

enum {
	ROUNDS = 5, /* each: one ESTABLISHED pair, one half closed, one TIME_WAIT, one only bound,
		    * one that nobody accepted */
	CROWD = 900, /* listeners on one port: a chain of several streams */
	CROWD_BACKLOG = 3,
	KERNEL_ESTABLISHED = 1,
	KERNEL_FIN_WAIT2 = 5,
	KERNEL_TIME_WAIT = 6,
	KERNEL_CLOSE_WAIT = 8,
};

static const enum tc_walk_way ways[] = {TC_WALK_TYPED, TC_WALK_PROBE};

/* ---- What is there to be read ------------------------------------------------------------ */

static void bring_up_loopback(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0);
	close(fd);
}

static int socket_on(int family, uint16_t port)
{
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int fd = socket(family, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(family == AF_INET ? bind(fd, (void *)&v4, sizeof(v4))
					   : bind(fd, (void *)&v6, sizeof(v6)),
			 0);
	return fd;
}

struct ends {
	int client, server;
};

static int begin_connection(int family, int listener)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	int client = socket(family, SOCK_STREAM, 0);

	assert_int_equal(getsockname(listener, (void *)&address, &length), 0);
	assert_int_equal(connect(client, (void *)&address, length), 0);
	return client;
}

static struct ends connect_to(int family, int listener)
{
	struct ends ends = {.client = begin_connection(family, listener)};

	ends.server = accept(listener, NULL, NULL);
	assert_true(ends.server >= 0);
	return ends;
}

/* Waits for the peer's FIN, so that the state is what it will stay. */
static void expect_end(int fd)
{
	char byte;

	assert_int_equal(read(fd, &byte, 1), 0);
}

/* Waits for the peer's ACK of our FIN, which it may send 40 ms later. */
static void expect_state(int fd, int state)
{
	struct tcp_info info;
	socklen_t length = sizeof(info);

	do {
		assert_int_equal(poll(NULL, 0, 1), 0);
		assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
	} while (info.tcpi_state != state);
}

static void make_round(int family, int listener)
{
	struct ends closed = connect_to(family, listener), half = connect_to(family, listener);

	connect_to(family, listener);
	shutdown(half.client, SHUT_WR);
	expect_end(half.server);
	expect_state(half.client, TCP_FIN_WAIT2);
	shutdown(closed.client, SHUT_WR);
	expect_end(closed.server);
	close(closed.server);
	expect_end(closed.client);
	close(closed.client);
	socket_on(family, 0);
}

/* A connection that nobody has accepted and that is over: CLOSE_WAIT, and no descriptor. */
static void make_unaccepted(int family, int listener)
{
	int client = begin_connection(family, listener);

	shutdown(client, SHUT_WR);
	expect_state(client, TCP_FIN_WAIT2);
	close(client);
}

static int make_sockets(void **state)
{
	(void)state;
	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0)
		return 0;
	bring_up_loopback();
	for (int i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET;
		int listener = socket_on(family, (uint16_t)(7001 + i));
		int idle = socket_on(family, (uint16_t)(7011 + i));

		assert_int_equal(listen(listener, ROUNDS), 0);
		assert_int_equal(listen(idle, ROUNDS + 1), 0);
		for (int round = 0; round < ROUNDS; round++) {
			make_round(family, listener);
			make_unaccepted(family, idle);
		}
	}
	return 0;
}

/* ---- How it is read ----------------------------------------------------------------------- */

static void need_bpf(struct tc_walk **ret_walk, enum tc_walk_way way)
{
	char why[TC_WHY_MAX] = "";

	if (geteuid() != 0 || tc_walk_open(way, ret_walk, why) < 0) {
		print_message("# SKIP %s\n", *why ? why : "not root");
		skip();
	}
}

static void check_totals(const struct tc_walk_result *result, unsigned families)
{
	uint64_t times = ROUNDS * ((families & TC_FAMILY_INET ? 1 : 0) +
				   (families & TC_FAMILY_INET6 ? 1 : 0));
	uint64_t expected[TC_WALK_SLOTS] = {
		[KERNEL_ESTABLISHED - 1] = 2 * times,
		[KERNEL_FIN_WAIT2 - 1] = times,
		[KERNEL_TIME_WAIT - 1] = times,
		[KERNEL_CLOSE_WAIT - 1] = 2 * times,
		[TC_WALK_SLOT_FIN_WAIT2_MINI] = times,
	};

	for (size_t slot = 0; slot < TC_WALK_SLOTS; slot++)
		assert_int_equal(result->totals[slot], expected[slot]);
	assert_int_equal(result->given_up, 0);
}

struct words {
	size_t count;
	size_t sockets; /* that have a descriptor */
};

static int take_words(void *context, const struct tc_walk_layout *layout, const uint64_t *words,
		      size_t count)
{
	struct words *seen = context;

	(void)layout;
	for (size_t i = 0; i < count; i++) {
		uint32_t slot = (uint32_t)words[i] & 15;

		assert_int_equal(slot, KERNEL_CLOSE_WAIT - 1); /* the others have nothing to tell */
		seen->sockets += words[i] >> TC_WALK_WORD_SOCKET & 1;
	}
	seen->count += count;
	return 0;
}

static struct tc_walk_job job_for(unsigned families, struct words *words)
{
	uint32_t told = 1u << (KERNEL_FIN_WAIT2 - 1) | 1u << (KERNEL_CLOSE_WAIT - 1);

	return (struct tc_walk_job){
		.families = families,
		.slots = told | 1u << (KERNEL_ESTABLISHED - 1),
		.slots_closely = told,
		.sink = take_words,
		.context = words,
	};
}

static const unsigned asked_for[] = {
	TC_FAMILY_INET,
	TC_FAMILY_INET6,
	TC_FAMILY_INET | TC_FAMILY_INET6,
};

static void test_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(ways); i++) {
		struct tc_walk *walk;

		need_bpf(&walk, ways[i]);
		assert_true(tc_walk_way(walk) >= ways[i]);
		for (size_t j = 0; j < TC_ARRAY_SIZE(asked_for); j++) {
			struct words words = {.count = 0};
			struct tc_walk_job job = job_for(asked_for[j], &words);
			struct tc_walk_result result;
			char why[TC_WHY_MAX];

			assert_int_equal(tc_walk_run(walk, TC_WALK_COUNT, &job, &result, why), 0);
			check_totals(&result, asked_for[j]);
			assert_int_equal(words.count, ROUNDS * (j == 2 ? 2 : 1));
			assert_int_equal(words.sockets, 0);
		}
		tc_walk_close(walk);
	}
}

static void test_bound(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(ways); i++) {
		struct tc_walk_job job = {.families = TC_FAMILY_INET6};
		struct tc_walk_result result;
		char why[TC_WHY_MAX];
		struct tc_walk *walk;

		need_bpf(&walk, ways[i]);
		assert_int_equal(tc_walk_run(walk, TC_WALK_BOUND, &job, &result, why), 0);
		assert_int_equal(result.totals[0], ROUNDS);
		tc_walk_close(walk);
	}
}

struct records {
	uint32_t backlog; /* of those that are counted */
	size_t count;
};

static int count_records(void *context, const struct tc_walk_layout *layout, const uint64_t *words,
			 size_t count)
{
	struct records *records = context;

	(void)layout;
	assert_int_equal(count % TC_WALK_RECORD, 0);
	for (size_t i = 0; i < count; i += TC_WALK_RECORD)
		if ((words[i + TC_WALK_RECORD_BACKLOG] >> 32) == records->backlog)
			records->count++;
	return 0;
}

static void check_listeners(uint32_t backlog, size_t expected)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(ways); i++) {
		struct records records = {.backlog = backlog};
		struct tc_walk_job job = {
			.families = TC_FAMILY_INET | TC_FAMILY_INET6,
			.listening = true,
			.slots = 1u << TC_WALK_SLOT_LISTEN,
			.sink = count_records,
			.context = &records,
		};
		struct tc_walk_result result;
		char why[TC_WHY_MAX];
		struct tc_walk *walk;

		need_bpf(&walk, ways[i]);
		assert_int_equal(tc_walk_run(walk, TC_WALK_SCAN, &job, &result, why), 0);
		assert_int_equal(records.count, expected);
		assert_int_equal(result.given_up, 0);
		tc_walk_close(walk);
	}
}

static void test_listeners(void **state)
{
	(void)state;
	check_listeners(ROUNDS, 2);
}

/* All of one port and address are in one chain. */
static void test_long_chain(void **state)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(7003),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct tc_walk *walk;
	int fds[CROWD];

	(void)state;
	need_bpf(&walk, TC_WALK_TYPED);
	tc_walk_close(walk);
	for (size_t i = 0; i < CROWD; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(setsockopt(fds[i], SOL_SOCKET, SO_REUSEPORT, &(int){1}, 4), 0);
		assert_int_equal(bind(fds[i], (void *)&address, sizeof(address)), 0);
		assert_int_equal(listen(fds[i], CROWD_BACKLOG), 0);
	}
	check_listeners(CROWD_BACKLOG, CROWD);
	for (size_t i = 0; i < CROWD; i++)
		close(fds[i]);
}

/*
 * Numbers as the kernel gives them (from 0xf0000000 on, the lowest that is free) and so high that
 * no namespace of the machine has them; and the test's own last.
 */
static void list_others(uint64_t *netns, size_t count, uint64_t own)
{
	for (size_t i = 0; i + 1 < count; i++)
		netns[i] = 0xff000000u + 61 * i;
	netns[count - 1] = own;
}

static void check_listed(struct tc_walk *walk, size_t count, bool with_own)
{
	tc_auto_free uint64_t *netns = calloc(count, sizeof(*netns));
	struct words words = {.count = 0};
	struct tc_walk_job job = job_for(TC_FAMILY_INET, &words);
	struct tc_walk_result result;
	char why[TC_WHY_MAX] = "";
	int err;

	assert_non_null(netns);
	list_others(netns, count, with_own ? tc_netns_here() : 1);
	job.netns = netns;
	job.netns_count = count;
	err = tc_walk_run(walk, TC_WALK_COUNT, &job, &result, why);
	if (count > TC_WALK_NAMESPACES) {
		assert_int_equal(err, -EOPNOTSUPP);
		assert_true(strlen(why) > 0);
		return;
	}
	assert_int_equal(err, 0);
	if (with_own)
		check_totals(&result, TC_FAMILY_INET);
	else
		assert_int_equal(result.totals[KERNEL_ESTABLISHED - 1], 0);
}

static void test_listed(void **state)
{
	static const size_t counts[] = {1, 2, 1000, 10000, TC_WALK_NAMESPACES,
					TC_WALK_NAMESPACES + 1};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(ways); i++) {
		struct tc_walk *walk;

		need_bpf(&walk, ways[i]);
		for (size_t j = 0; j < TC_ARRAY_SIZE(counts); j++) {
			check_listed(walk, counts[j], true);
			check_listed(walk, counts[j], false);
		}
		tc_walk_close(walk);
	}
}

static void test_iterator(void **state)
{
	struct tc_walk *walk;

	(void)state;
	need_bpf(&walk, TC_WALK_PROBE); /* whether there is eBPF at all */
	tc_walk_close(walk);
	for (size_t j = 0; j < TC_ARRAY_SIZE(asked_for); j++) {
		struct words words = {.count = 0};
		struct tc_walk_job job = job_for(asked_for[j], &words);
		struct tc_walk_result result;
		char why[TC_WHY_MAX];

		assert_int_equal(tc_bpf_tcp_iter(&job, &result, why), 0);
		check_totals(&result, asked_for[j]);
		assert_int_equal(words.count, ROUNDS * (j == 2 ? 2 : 1));
		assert_int_equal(words.sockets, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),	  cmocka_unit_test(test_bound),
		cmocka_unit_test(test_listeners), cmocka_unit_test(test_long_chain),
		cmocka_unit_test(test_listed),	  cmocka_unit_test(test_iterator),
	};

	return cmocka_run_group_tests_name("walk", tests, make_sockets, NULL);
}
