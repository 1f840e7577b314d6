/* SPDX-License-Identifier: MIT */
/* test_diag.c - answers of sock_diag that were recorded, and hand-made ones, buffer by buffer. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "golden.h"
#include "model/census.h"
#include "source/diag.h"
#include "source/diag_message.h"

enum { BUFFER_MAX = 64 * 1024 };

/* ---- Recordings: test/tools/diag_record.c says what is in them ------------------------- */

struct seen {
	struct tc_census census[2]; /* by family */
	uint64_t kinds[3];
	bool bound;
	uint8_t family;
};

static int see(void *context, const struct nlmsghdr *header, const struct inet_diag_msg *message)
{
	struct seen *seen = context;
	struct tc_sock sock;

	tc_diag_message_read(header, message, &sock);
	assert_int_equal(sock.family, seen->family);
	assert_int_not_equal(sock.cookie, 0);
	assert_int_equal(sock.count, 1);
	if (seen->bound) {
		assert_int_equal(sock.state, TC_CLOSED); /* only who asked knows */
		sock.state = TC_BOUND;
	}
	assert_int_equal(sock.kind == TC_KIND_TIMEWAIT, sock.timer == TC_TIMER_TIMEWAIT);
	seen->kinds[sock.kind]++;
	tc_census_count(&seen->census[sock.family == AF_INET6], sock.state, 1);
	return 0;
}

/* The four dumps of a recording. */
static void replay(const char *name, struct seen *seen)
{
	static _Alignas(8) char aligned[BUFFER_MAX];
	struct tc_buf file = TC_BUF_INIT;
	char path[512];
	size_t at = 0;

	snprintf(path, sizeof(path), "%s/replay/netlink/%s.bin", TC_TEST_DIR, name);
	golden_read(path, &file);
	for (int dump = 0; dump < 4; dump++) {
		struct tc_diag_feed feed = {.sink = see, .context = seen};
		bool more = true;

		seen->family = dump % 2 ? AF_INET6 : AF_INET;
		seen->bound = dump >= 2;
		while (more) {
			uint32_t length;

			assert_true(file.length - at > sizeof(length));
			memcpy(&length, file.data + at, sizeof(length));
			at += sizeof(length);
			assert_true(length <= sizeof(aligned) && length <= file.length - at);
			memcpy(aligned, file.data + at, length);
			at += length;
			more = tc_diag_feed(&feed, aligned, length);
		}
		assert_int_equal(feed.result, 0);
	}
	assert_int_equal(at, file.length);
	tc_buf_release(&file);
}

static void assert_census(const struct tc_census *census, const uint64_t expected[TC_STATE_COUNT])
{
	for (int i = 0; i < TC_STATE_COUNT; i++)
		if (census->states[i] != expected[i])
			fail_msg("%s: %llu, not %llu", tc_state_name(i),
				 (unsigned long long)census->states[i],
				 (unsigned long long)expected[i]);
}

/* What the scenario made: the numbers of lab/scenarios.c. */
static void test_all_states(void **state)
{
	static const uint64_t inet[TC_STATE_COUNT] = {
		[TC_LISTEN] = 8,     [TC_BOUND] = 13,	  [TC_ESTABLISHED] = 10,
		[TC_SYN_SENT] = 5,   [TC_SYN_RECV] = 7,	  [TC_FIN_WAIT1] = 4,
		[TC_FIN_WAIT2] = 12, [TC_CLOSE_WAIT] = 11, [TC_LAST_ACK] = 1,
		[TC_CLOSING] = 3,    [TC_TIME_WAIT] = 16,
	};
	static const uint64_t inet6[TC_STATE_COUNT] = {
		[TC_LISTEN] = 8,    [TC_BOUND] = 11,	 [TC_ESTABLISHED] = 7,
		[TC_SYN_SENT] = 2,  [TC_SYN_RECV] = 4,	 [TC_FIN_WAIT1] = 5,
		[TC_FIN_WAIT2] = 3, [TC_CLOSE_WAIT] = 9, [TC_LAST_ACK] = 1,
		[TC_CLOSING] = 10,  [TC_TIME_WAIT] = 6,
	};
	struct seen seen = {.bound = false};

	(void)state;
	replay("all-states", &seen);
	assert_census(&seen.census[0], inet);
	assert_census(&seen.census[1], inet6);
	/* syn_recv; time_wait and fin_wait2_orphan. syn_recv_full is full, as the rest is. */
	assert_int_equal(seen.kinds[TC_KIND_REQUEST], 6 + 3);
	assert_int_equal(seen.kinds[TC_KIND_TIMEWAIT], 16 + 4 + 2 + 10 + 2);
	assert_int_equal(seen.kinds[TC_KIND_FULL],
			 seen.census[0].total + seen.census[1].total + 13 + 11 - 9 - 34);
}

static void test_loopback(void **state)
{
	struct seen seen = {.bound = false};

	(void)state;
	replay("all-states-loopback", &seen);
	assert_int_equal(seen.census[0].states[TC_CLOSING], 3);
	assert_int_equal(seen.census[1].states[TC_CLOSING], 10);
	assert_int_equal(seen.census[0].states[TC_BOUND], 13);
	assert_int_equal(seen.census[1].states[TC_BOUND], 11);
	/* 2 ends of 9 and of the one not accepted, 2 clients of mapped, 4 peers of FIN_WAIT1 */
	assert_int_equal(seen.census[0].in_use, 26);
	assert_int_equal(seen.kinds[TC_KIND_REQUEST], 6 + 3);
}

/* ---- Hand-made ----------------------------------------------------------------------- */

struct made {
	_Alignas(8) char buf[1024];
	size_t length;
};

static struct nlmsghdr *make(struct made *made, uint16_t type, const void *payload, size_t length)
{
	struct nlmsghdr *header = (struct nlmsghdr *)(made->buf + made->length);

	*header = (struct nlmsghdr){
		.nlmsg_len = (uint32_t)(sizeof(*header) + length),
		.nlmsg_type = type,
		.nlmsg_seq = 1,
		.nlmsg_pid = 77,
	};
	if (length)
		memcpy(header + 1, payload, length);
	made->length += NLMSG_ALIGN(header->nlmsg_len);
	return header;
}

static void make_socket(struct made *made)
{
	struct inet_diag_msg message = {.idiag_family = AF_INET, .idiag_state = 1};

	make(made, SOCK_DIAG_BY_FAMILY, &message, sizeof(message));
}

/* Counts; the context may name a value to return. */
struct counter {
	int count;
	int give;
};

static int count(void *context, const struct nlmsghdr *header, const struct inet_diag_msg *message)
{
	struct counter *counter = context;

	(void)header;
	(void)message;
	counter->count++;
	return counter->give;
}

static void assert_fed(const struct made *made, bool more, int result, int sockets)
{
	struct counter counter = {.count = 0};
	struct tc_diag_feed feed = {.port = 77, .sink = count, .context = &counter};

	assert_int_equal(tc_diag_feed(&feed, made->buf, made->length), more);
	assert_int_equal(feed.result, result);
	assert_int_equal(counter.count, sockets);
}

static void test_more_is_to_come(void **state)
{
	struct made made = {.length = 0};

	(void)state;
	assert_fed(&made, true, 0, 0);
	make_socket(&made);
	make_socket(&made);
	assert_fed(&made, true, 0, 2);
}

static void test_done(void **state)
{
	struct made made = {.length = 0};
	int code = 0;

	(void)state;
	make_socket(&made);
	make(&made, NLMSG_DONE, &code, sizeof(code));
	make_socket(&made); /* after the end: nothing */
	assert_fed(&made, false, 0, 1);
	made.length = 0;
	make(&made, NLMSG_DONE, NULL, 0);
	assert_fed(&made, false, 0, 0);
}

/* A kernel with inet_diag and without tcp_diag ends the dump so. */
static void test_done_with_error(void **state)
{
	struct made made = {.length = 0};
	int code = -ENOENT;

	(void)state;
	make(&made, NLMSG_DONE, &code, sizeof(code));
	assert_fed(&made, false, -ENOENT, 0);
}

static void test_errors(void **state)
{
	static const int codes[][2] = {
		{-EINVAL, -EINVAL}, {-ENOMEM, -ENOBUFS}, {-EPERM, -EPERM},	 {0, 0},
		{5, -EBADMSG},	    {INT32_MIN, -EBADMSG}, {-4096, -EBADMSG},
	};
	struct made made;

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(codes); i++) {
		struct nlmsgerr error = {.error = codes[i][0]};

		made.length = 0;
		make(&made, NLMSG_ERROR, &error, sizeof(error));
		assert_fed(&made, false, codes[i][1], 0);
	}
	made.length = 0;
	make(&made, NLMSG_ERROR, NULL, 0);
	assert_fed(&made, false, -EBADMSG, 0);
}

static void test_interrupted(void **state)
{
	struct made made = {.length = 0};
	struct inet_diag_msg message = {.idiag_family = AF_INET};

	(void)state;
	make(&made, SOCK_DIAG_BY_FAMILY, &message, sizeof(message))->nlmsg_flags = NLM_F_DUMP_INTR;
	assert_fed(&made, false, -EINTR, 0);
}

static void test_what_is_no_socket(void **state)
{
	struct made made = {.length = 0};
	struct inet_diag_msg message = {.idiag_family = AF_INET};

	(void)state;
	make(&made, SOCK_DIAG_BY_FAMILY, &message, sizeof(message) - 4); /* too short */
	make(&made, SOCK_DIAG_BY_FAMILY + 1, &message, sizeof(message));
	make(&made, NLMSG_NOOP, NULL, 0);
	make_socket(&made);
	assert_fed(&made, true, 0, 1);
}

/* A length that is not true ends the dump; nothing of that buffer is believed. */
static void test_wrong_lengths(void **state)
{
	static const uint32_t wrong[] = {0, 15, 1000, INT32_MAX, 0x80000000, 0xff000015, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(wrong); i++) {
		struct made made = {.length = 0};

		make_socket(&made);
		((struct nlmsghdr *)(made.buf + made.length))->nlmsg_len = wrong[i];
		made.length += 88;
		assert_fed(&made, false, -EBADMSG, 0);
	}
	for (size_t cut = 1; cut < 88; cut++) {
		struct made made = {.length = 0};

		make_socket(&made);
		make_socket(&made);
		made.length -= cut;
		assert_fed(&made, false, -EBADMSG, 0);
	}
}

/* The answer to the question for both families has another type, and is no less one. */
static void test_either_question(void **state)
{
	struct made made = {.length = 0};
	struct inet_diag_msg message = {.idiag_family = AF_INET6};

	(void)state;
	make(&made, TCPDIAG_GETSOCK, &message, sizeof(message));
	make_socket(&made);
	assert_fed(&made, true, 0, 2);
}

/* Somebody else's answer on our socket. */
static void test_other_port(void **state)
{
	struct made made = {.length = 0};

	(void)state;
	make_socket(&made);
	((struct nlmsghdr *)made.buf)->nlmsg_pid = 78;
	assert_fed(&made, false, -ESRCH, 0);
}

static void test_sink_ends(void **state)
{
	struct counter counter = {.give = 42};
	struct tc_diag_feed feed = {.sink = count, .context = &counter};
	struct made made = {.length = 0};

	(void)state;
	make_socket(&made);
	make_socket(&made);
	assert_false(tc_diag_feed(&feed, made.buf, made.length));
	assert_int_equal(feed.result, 42);
	assert_int_equal(counter.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_states),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_more_is_to_come),
		cmocka_unit_test(test_done),
		cmocka_unit_test(test_done_with_error),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_what_is_no_socket),
		cmocka_unit_test(test_wrong_lengths),
		cmocka_unit_test(test_either_question),
		cmocka_unit_test(test_other_port),
		cmocka_unit_test(test_sink_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
