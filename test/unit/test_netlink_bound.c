/* SPDX-License-Identifier: MIT */
/*
 * test_netlink_bound.c - dumps of sockets that are only bound, which lack some where the kernel's
 * lists have changed: how often they are made again, and what is said where it does not help.
 *
 * The kernel's answers are made here, and read as its own are: the linker has netlink.c call
 * __wrap_tc_diag_dump(). No time passes but what an answer takes, so that nothing here hangs on
 * how fast the machine is.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>
#include <linux/sock_diag.h>

#include "model/census.h"
#include "source/netlink.h"
#include "source/sockstat.h"
#include "source/walked.h"
#include "util/macro.h"

enum { SCRIPT_MAX = 10, SOCKETS_MAX = 1000 };

/* Cookies from first on, `stride` apart (0: 1), so many in a buffer (0: all in one). */
struct answer {
	uint32_t first, count, per_buffer;
	int stride;
	uint32_t connected; /* one of them, counted from 1, has begun to connect; 0: none */
	uint32_t again;	    /* one of them, counted from 1, comes twice; 0: none */
	int err; /* at its end, and of it no more */
	uint64_t us; /* that it takes */
};

/* What the kernel answers, dump by dump; the last one for good. */
static struct {
	struct answer together; /* of every state */
	struct tc_sockstat stat;
	unsigned processors;
	struct answer answers[SCRIPT_MAX];
	size_t count;
	size_t asked; /* for BOUND alone */
	int walk_err;
	uint64_t walked; /* what a walk counts */
	size_t walks;
	uint64_t now_us;
} kernel;

static void set_kernel(const struct answer *answers, size_t count)
{
	memset(&kernel, 0, sizeof(kernel));
	memcpy(kernel.answers, answers, count * sizeof(*answers));
	kernel.count = count;
	kernel.together = (struct answer){.first = 1, .count = 16}; /* which tells nothing */
	kernel.walk_err = -EPERM;
	kernel.processors = 2;
}

#define SET_KERNEL(...)                                                                            \
	do {                                                                                       \
		static const struct answer list[] = {__VA_ARGS__};                                 \
		set_kernel(list, TC_ARRAY_SIZE(list));                                             \
	} while (0)

/* ---- The kernel ------------------------------------------------------------------------- */

static size_t put(char *at, uint16_t type, const void *payload, size_t length)
{
	struct nlmsghdr header = {
		.nlmsg_len = (uint32_t)(sizeof(header) + length),
		.nlmsg_type = type,
		.nlmsg_seq = 1,
	};

	memcpy(at, &header, sizeof(header));
	memcpy(at + sizeof(header), payload, length);
	return NLMSG_ALIGN(header.nlmsg_len);
}

enum { SYN_SENT = 2, CLOSE = 7 }; /* include/net/tcp_states.h */

static size_t put_socket(char *at, uint32_t cookie, uint8_t state)
{
	struct inet_diag_msg message = {
		.idiag_family = AF_INET,
		.idiag_state = state,
		.id.idiag_sport = 7000,
		.id.idiag_dport = state == CLOSE ? 0 : 80,
		.id.idiag_cookie = {cookie, 1},
	};

	return put(at, SOCK_DIAG_BY_FAMILY, &message, sizeof(message));
}

/* A buffer with the answer's next sockets; *done of them are told. */
static bool feed_some(struct tc_diag_feed *feed, const struct answer *answer, uint32_t *done)
{
	static _Alignas(8) char buf[SOCKETS_MAX * 128];
	uint32_t limit = answer->per_buffer ? answer->per_buffer : answer->count;
	size_t length = 0;
	int code = 0;

	for (uint32_t i = 0; i < limit && *done < answer->count; i++, (*done)++) {
		int64_t step = (int64_t)*done * (answer->stride ? answer->stride : 1);

		length += put_socket(buf + length, (uint32_t)(answer->first + step),
				     *done + 1 == answer->connected ? SYN_SENT : CLOSE);
		if (*done + 1 == answer->again)
			length += put_socket(buf + length, (uint32_t)(answer->first + step), CLOSE);
	}
	if (!length)
		length = put(buf, NLMSG_DONE, &code, sizeof(code));
	return tc_diag_feed(feed, buf, length);
}

int __wrap_tc_diag_dump(struct mnl_socket *socket, const struct tc_diag_request *request,
			tc_diag_sink *sink, void *context);

int __wrap_tc_diag_dump(struct mnl_socket *socket, const struct tc_diag_request *request,
			tc_diag_sink *sink, void *context)
{
	struct tc_diag_feed feed = {
		.sink = sink,
		.context = context,
		.parts = request->parts,
	};
	uint32_t bound = tc_netlink_kernel_bits(TC_STATE_BIT(TC_BOUND));
	const struct answer *answer = &kernel.together;
	uint32_t done = 0;

	assert_non_null(socket);
	assert_int_equal(request->family, AF_UNSPEC);
	if (!(request->kernel_states & bound))
		return 0;
	if (request->kernel_states == bound) {
		answer = &kernel.answers[kernel.asked < kernel.count ? kernel.asked
								     : kernel.count - 1];
		kernel.asked++;
	}
	kernel.now_us += answer->us;
	while (feed_some(&feed, answer, &done))
		;
	return feed.result ? feed.result : answer->err;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
	(void)clock;
	ret->tv_sec = (time_t)(kernel.now_us / 1000000);
	ret->tv_nsec = (long)(kernel.now_us % 1000000 * 1000);
	return 0;
}

int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *left,
			   struct timespec *ret_left);

int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *left,
			   struct timespec *ret_left)
{
	(void)clock;
	(void)flags;
	(void)ret_left;
	kernel.now_us += (uint64_t)left->tv_sec * 1000000 + (uint64_t)left->tv_nsec / 1000;
	return 0;
}

struct tc_sockstat __wrap_tc_sockstat_read(void);

struct tc_sockstat __wrap_tc_sockstat_read(void)
{
	return kernel.stat;
}

unsigned __wrap_tc_processors(void);

unsigned __wrap_tc_processors(void)
{
	return kernel.processors;
}

int __wrap_tc_walked_bound_alone(const struct tc_job *job, struct tc_census *census,
				 struct tc_report *report);

int __wrap_tc_walked_bound_alone(const struct tc_job *job, struct tc_census *census,
				 struct tc_report *report)
{
	(void)job;
	(void)report;
	kernel.walks++;
	if (!kernel.walk_err)
		tc_census_count(census, TC_BOUND, kernel.walked);
	return kernel.walk_err;
}

/* ---- Counting --------------------------------------------------------------------------- */

/* Of the last tally. */
static char last_why[TC_WHY_MAX];
static unsigned last_deviation;

static void tally(bool by_name, uint64_t expected, bool complete, size_t dumps)
{
	struct tc_job job = {
		.states = TC_STATES_ALL,
		.families = TC_FAMILY_INET | TC_FAMILY_INET6,
		.by_name = by_name,
	};
	struct tc_census census = {.total = 0};
	struct tc_report report = {.size = sizeof(report)};

	assert_int_equal(tc_netlink_tally(&job, &census, &report), 0);
	if (report.states_not_read) /* a kernel before 6.8, which would not be asked */
		skip();
	assert_int_equal(census.states[TC_BOUND], expected);
	assert_int_equal(census.states[TC_CLOSED], 0);
	assert_int_equal(report.complete, complete);
	assert_int_equal(report.why[0] == '\0', complete);
	memcpy(last_why, report.why, sizeof(last_why));
	last_deviation = report.deviation;
	assert_int_equal(kernel.asked, dumps);
}

/* Where the dump of every state tells them, they are not asked for again. */
static void test_together(void **state)
{
	(void)state;
	SET_KERNEL({.count = 99});
	kernel.together = (struct answer){.count = 0};
	tally(false, 0, true, 0);
	kernel.together = (struct answer){.first = 1, .count = 15};
	tally(false, 15, true, 0);
	kernel.together = (struct answer){.first = 1, .count = 15, .err = -ENOBUFS};
	tally(false, 15, false, 0);
	SET_KERNEL({.first = 1, .count = 14});
	kernel.together = (struct answer){.first = 1, .count = 15, .per_buffer = 8};
	tally(false, 14, true, 1);
	/* Those behind one that connects meanwhile are not taken for connections that ended. */
	kernel.asked = 0;
	kernel.together = (struct answer){.first = 1, .count = 15, .connected = 3};
	tally(false, 14, true, 1);
}

/* Of many sockets they are asked for alone, at the same time. */
static void test_beside(void **state)
{
	(void)state;
	SET_KERNEL({.first = 1, .count = 14});
	kernel.together = (struct answer){.first = 1, .count = 15};
	kernel.stat = (struct tc_sockstat){
		.known = true,
		.inuse = 1000,
		.time_wait = 100000,
		.allocated = 1014,
	};
	tally(false, 14, true, 1);
	/* Or with the others, where there is one processor. */
	kernel.processors = 1;
	kernel.asked = 0;
	tally(false, 15, true, 0);
}

/* What the kernel cannot have gone on with is asked for once. */
static void test_few(void **state)
{
	(void)state;
	SET_KERNEL({.count = 0});
	tally(false, 0, true, 1);
	SET_KERNEL({.first = 1, .count = 15});
	tally(false, 15, true, 1);
	assert_int_equal(kernel.walks, 0);
}

static void test_twice(void **state)
{
	(void)state;
	SET_KERNEL({.first = 1, .count = 16});
	tally(false, 16, true, 2);
	SET_KERNEL({.first = 1, .count = 15, .per_buffer = 14});
	tally(false, 15, true, 2);
	SET_KERNEL({.first = 1, .count = 900, .per_buffer = 30},
		   {.first = 900, .count = 900, .stride = -1}); /* in another order */
	tally(false, 900, true, 2);
	assert_int_equal(kernel.walks, 0);
}

static void test_until_two_agree(void **state)
{
	(void)state;
	SET_KERNEL({.first = 1, .count = 40}, {.first = 1, .count = 100},
		   {.first = 1, .count = 60}, {.first = 1, .count = 100},
		   {.first = 1, .count = 100});
	tally(true, 100, true, 5);
	/* As many are not the same. */
	SET_KERNEL({.first = 1, .count = 100}, {.first = 2, .count = 100},
		   {.first = 3, .count = 100}, {.first = 3, .count = 100});
	tally(true, 100, true, 4);
}

/* Where one comes twice, the list has moved, and others may have been passed over. */
static void test_moving(void **state)
{
	(void)state;
	SET_KERNEL({.first = 1, .count = 40, .again = 17});
	tally(true, 40, false, 8);
	assert_non_null(strstr(last_why, "passed over"));
	assert_int_equal(last_deviation, TC_MAY_LACK);
	SET_KERNEL({.first = 1, .count = 15, .again = 15}, {.first = 1, .count = 15});
	tally(true, 15, true, 2);
	SET_KERNEL({.first = 1, .count = 40, .again = 17}, {.first = 1, .count = 40},
		   {.first = 1, .count = 40, .again = 1}, {.first = 1, .count = 40});
	tally(true, 40, true, 5);
	SET_KERNEL({.first = 1, .count = 40, .again = 17});
	kernel.walk_err = 0;
	kernel.walked = 44;
	tally(false, 44, true, 2);
	assert_int_equal(kernel.walks, 1);
}

#define NEVER                                                                                      \
	{.first = 1, .count = 40}, {.first = 1, .count = 70}, {.first = 1, .count = 60},           \
		{.first = 1, .count = 50}, {.first = 1, .count = 41}, {.first = 1, .count = 42},   \
		{.first = 1, .count = 43}, {.first = 1, .count = 44}, {.first = 1, .count = 45}

/* The largest is no more than there were. */
static void test_never(void **state)
{
	(void)state;
	SET_KERNEL(NEVER);
	tally(true, 70, false, 8);
	assert_int_equal(kernel.walks, 0); /* netlink was asked for */
	SET_KERNEL(NEVER);
	tally(false, 70, false, 8);
	assert_int_equal(kernel.walks, 1); /* and was not allowed */
}

/* A socket that is back was there all the time; of those that are not it cannot be told. */
static void test_why(void **state)
{
	(void)state;
	SET_KERNEL(NEVER);
	tally(true, 70, false, 8);
	assert_non_null(strstr(last_why, "passed over"));
	assert_int_equal(last_deviation, TC_MAY_LACK | TC_MAY_REPEAT);
	SET_KERNEL({.first = 1, .count = 40}, {.first = 2, .count = 40}, {.first = 3, .count = 40},
		   {.first = 4, .count = 40}, {.first = 5, .count = 40}, {.first = 6, .count = 40},
		   {.first = 7, .count = 40}, {.first = 8, .count = 40});
	tally(true, 40, false, 8);
	assert_non_null(strstr(last_why, "it told of others"));
	assert_int_equal(last_deviation, TC_MAY_LACK | TC_MAY_REPEAT);
}

static void test_walk(void **state)
{
	(void)state;
	SET_KERNEL(NEVER);
	kernel.walk_err = 0;
	kernel.walked = 9500;
	tally(false, 9500, true, 2);
	assert_int_equal(kernel.walks, 1);
}

/* Where a dump takes long, a walk is faster; who asked for netlink waits, but not for ever. */
static void test_patience(void **state)
{
	(void)state;
	SET_KERNEL({.first = 1, .count = 900, .us = 10000});
	kernel.walk_err = 0;
	kernel.walked = 901;
	tally(false, 901, true, 1);
	assert_int_equal(kernel.walks, 1);
	SET_KERNEL({.first = 1, .count = 900, .us = 9999});
	tally(false, 900, true, 2);
	assert_int_equal(kernel.walks, 0);
	SET_KERNEL({.first = 1, .count = 40, .us = 700000}, {.first = 1, .count = 70, .us = 700000},
		   {.first = 1, .count = 60, .us = 700000}, {.first = 1, .count = 60});
	tally(true, 70, false, 3);
}

static void test_error(void **state)
{
	(void)state;
	SET_KERNEL({.first = 1, .count = 40}, {.first = 1, .count = 20, .err = -ENOBUFS});
	tally(true, 20, false, 2);
}

/* ---- Handing over ----------------------------------------------------------------------- */

struct seen {
	unsigned times[SOCKETS_MAX];
};

static int see(void *context, struct tc_sock *socks, size_t count)
{
	struct seen *seen = context;

	for (size_t i = 0; i < count; i++) {
		uint32_t cookie = (uint32_t)socks[i].cookie;

		if (socks[i].state == TC_SYN_SENT)
			continue;
		assert_int_equal(socks[i].state, TC_BOUND);
		assert_true(cookie < SOCKETS_MAX);
		seen->times[cookie]++;
	}
	return 0;
}

/* Those of the answer each once, and no other. */
static void scan(const struct answer *expected, bool complete, size_t dumps)
{
	struct seen seen = {{0}};
	struct tc_job job = {
		.states = TC_STATE_BIT(TC_BOUND) | TC_STATE_BIT(TC_ESTABLISHED),
		.families = TC_FAMILY_INET | TC_FAMILY_INET6,
		.sink = see,
		.context = &seen,
	};
	struct tc_report report = {.size = sizeof(report)};

	assert_int_equal(tc_source_netlink.scan(&job, &report), 0);
	if (report.states_not_read)
		skip();
	for (uint32_t i = 0; i < SOCKETS_MAX; i++)
		assert_int_equal(seen.times[i], i >= expected->first &&
							i - expected->first < expected->count);
	assert_int_equal(report.complete, complete);
	assert_int_equal(kernel.asked, dumps);
}

static void test_hand_over_together(void **state)
{
	static const struct answer few = {.first = 1, .count = 15}, none = {.count = 0};

	(void)state;
	SET_KERNEL({.count = 99});
	kernel.together = none;
	scan(&none, true, 0);
	kernel.together = few;
	scan(&few, true, 0);
	kernel.together.err = -ENOBUFS;
	scan(&few, false, 0);
	SET_KERNEL({.first = 1, .count = 15});
	kernel.together = (struct answer){.first = 1, .count = 15, .connected = 3};
	scan(&few, true, 1);
}

static void test_hand_over_few(void **state)
{
	static const struct answer few = {.first = 1, .count = 15};

	(void)state;
	SET_KERNEL({.first = 1, .count = 15});
	scan(&few, true, 1);
}

/* What fits into a batch is kept until it is known; more is asked for once more. */
static void test_hand_over(void **state)
{
	static const struct answer kept = {.first = 1, .count = 256}, more = {.first = 1, .count = 257};

	(void)state;
	SET_KERNEL({.first = 1, .count = 100}, {.first = 1, .count = 256},
		   {.first = 1, .count = 256});
	scan(&kept, true, 3);
	SET_KERNEL({.first = 1, .count = 300}, {.first = 1, .count = 257},
		   {.first = 1, .count = 257});
	scan(&more, true, 4);
}

/* Whatever came last; it cannot be taken back. */
static void test_hand_over_changed(void **state)
{
	static const struct answer last = {.first = 3, .count = 290};

	(void)state;
	SET_KERNEL({.first = 1, .count = 300}, {.first = 1, .count = 300},
		   {.first = 3, .count = 290});
	scan(&last, false, 3);
	SET_KERNEL({.first = 1, .count = 300}, {.first = 1, .count = 301},
		   {.first = 1, .count = 302}, {.first = 1, .count = 303},
		   {.first = 1, .count = 304}, {.first = 1, .count = 305},
		   {.first = 1, .count = 306}, {.first = 1, .count = 307},
		   {.first = 3, .count = 290});
	scan(&last, false, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_beside),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_until_two_agree),
		cmocka_unit_test(test_moving),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_patience),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_hand_over_together),
		cmocka_unit_test(test_hand_over_few),
		cmocka_unit_test(test_hand_over),
		cmocka_unit_test(test_hand_over_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
