/* SPDX-License-Identifier: MIT */
/*
 * test_diag_ahead.c - a dump that is received ahead: its order, its ends, what goes wrong.
 *
 * What the kernel would send comes from a netlink socket of our own. In a socket's queue there
 * is room for some 200 buffers as small as these, so that most dumps are there from the start.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "source/diag_ahead.h"
#include "util/macro.h"

enum { MANY = 100, VERY_MANY = 20000 };

/* ---- A dump -------------------------------------------------------------------------- */

struct line {
	struct mnl_socket *from, *to;
};

static struct mnl_socket *open_socket(void)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_USERSOCK, SOCK_CLOEXEC);

	assert_non_null(socket);
	assert_int_equal(mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID), 0);
	return socket;
}

static int open_line(void **state)
{
	static struct line line;

	line = (struct line){.from = open_socket(), .to = open_socket()};
	*state = &line;
	return 0;
}

static int close_line(void **state)
{
	struct line *line = *state;

	mnl_socket_close(line->from);
	mnl_socket_close(line->to);
	return 0;
}

static bool is_sent(const struct line *line, const void *data, size_t length)
{
	struct sockaddr_nl to = {
		.nl_family = AF_NETLINK,
		.nl_pid = mnl_socket_get_portid(line->to),
	};

	return sendto(mnl_socket_get_fd(line->from), data, length, 0, (struct sockaddr *)&to,
		      sizeof(to)) == (ssize_t)length;
}

/* A buffer with one socket, whose inode is its number. */
static bool is_socket_sent(const struct line *line, uint32_t number)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_msg message;
	} buffer = {
		.header = {.nlmsg_len = sizeof(buffer), .nlmsg_type = SOCK_DIAG_BY_FAMILY},
		.message = {.idiag_family = AF_INET, .idiag_inode = number},
	};

	return is_sent(line, &buffer, sizeof(buffer));
}

static void send_sockets(const struct line *line, uint32_t first, uint32_t end)
{
	for (uint32_t number = first; number < end; number++)
		assert_true(is_socket_sent(line, number));
}

static bool is_end_sent(const struct line *line, int code)
{
	struct {
		struct nlmsghdr header;
		int code;
	} buffer = {
		.header = {.nlmsg_len = sizeof(buffer), .nlmsg_type = NLMSG_DONE},
		.code = code,
	};

	return is_sent(line, &buffer, sizeof(buffer));
}

/* ---- Who reads it -------------------------------------------------------------------- */

struct reader {
	uint32_t seen;
	uint32_t most; /* after so many it has enough; 0: never */
	pthread_t thread;
};

static int see(void *context, const struct nlmsghdr *header, const struct inet_diag_msg *message)
{
	struct reader *reader = context;

	(void)header;
	assert_true(pthread_equal(pthread_self(), reader->thread));
	assert_int_equal(message->idiag_inode, reader->seen);
	return ++reader->seen == reader->most ? 42 : 0;
}

static struct reader a_reader(void)
{
	return (struct reader){.thread = pthread_self()};
}

static bool is_blocking(const struct line *line)
{
	return !(fcntl(mnl_socket_get_fd(line->to), F_GETFL) & O_NONBLOCK);
}

/* Reads to the end, as tc_diag_dump() does. */
static int read_all(const struct line *line, struct reader *reader)
{
	static _Alignas(8) char buf[TC_DIAG_RECEIVE_SIZE];
	struct tc_diag_feed feed = {.sink = see, .context = reader};

	while (tc_diag_feed_ahead(&feed, line->to)) {
		ssize_t length = tc_diag_receive(line->to, buf);

		if (length < 0)
			return (int)length;
		if (!tc_diag_feed(&feed, buf, (size_t)length))
			break;
	}
	assert_true(is_blocking(line));
	return feed.result;
}

/* Without a second processor there is nothing ahead to look at. */
static void need_two_processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) < 2)
		skip();
}

/* ---- The tests ----------------------------------------------------------------------- */

static void test_order(void **state)
{
	struct line *line = *state;
	struct reader reader = a_reader();

	send_sockets(line, 0, MANY);
	assert_true(is_end_sent(line, 0));
	assert_int_equal(read_all(line, &reader), 0);
	assert_int_equal(reader.seen, MANY);
}

/* Ends at every place of the ring. */
static void test_short(void **state)
{
	struct line *line = *state;

	for (uint32_t count = 0; count < 20; count++) {
		struct reader reader = a_reader();

		send_sockets(line, 0, count);
		assert_true(is_end_sent(line, -ENOENT));
		assert_int_equal(read_all(line, &reader), -ENOENT);
		assert_int_equal(reader.seen, count);
	}
}

/* What comes after the end belongs to nobody. */
static void test_after_the_end(void **state)
{
	struct line *line = *state;
	struct reader reader = a_reader();

	send_sockets(line, 0, 3);
	assert_true(is_end_sent(line, 0));
	send_sockets(line, 1000, 1000 + MANY);
	assert_int_equal(read_all(line, &reader), 0);
	assert_int_equal(reader.seen, 3);
}

static void test_sink_ends(void **state)
{
	for (uint32_t most = 1; most < 20; most++) {
		struct line *line = *state;
		struct reader reader = a_reader();

		reader.most = most;
		send_sockets(line, 0, MANY);
		assert_int_equal(read_all(line, &reader), 42);
		assert_int_equal(reader.seen, most);
		close_line(state);
		open_line(state);
	}
}

/* The kernel has always more to say; whoever has not is asked again, and nothing is lost. */
static void test_nothing_there(void **state)
{
	struct line *line = *state;
	struct reader reader = a_reader();
	struct tc_diag_feed feed = {.sink = see, .context = &reader};

	need_two_processors();
	assert_true(tc_diag_feed_ahead(&feed, line->to));
	assert_int_equal(reader.seen, 0);
	send_sockets(line, 0, 9);
	assert_true(tc_diag_feed_ahead(&feed, line->to));
	assert_int_equal(reader.seen, 9);
	assert_true(is_blocking(line));
	send_sockets(line, 9, MANY);
	assert_true(is_end_sent(line, 0));
	assert_false(tc_diag_feed_ahead(&feed, line->to));
	assert_int_equal(feed.result, 0);
	assert_int_equal(reader.seen, MANY);
}

static void *send_very_many(void *context)
{
	const struct line *line = context;
	bool sent = true;

	for (uint32_t number = 0; sent && number < VERY_MANY; number++)
		sent = is_socket_sent(line, number);
	return sent && is_end_sent(line, 0) ? context : NULL;
}

/* Both sides wait for each other, the sender too. */
static void test_very_many(void **state)
{
	struct reader reader = a_reader();
	pthread_t sender;
	void *sent;

	assert_int_equal(pthread_create(&sender, NULL, send_very_many, *state), 0);
	assert_int_equal(read_all(*state, &reader), 0);
	pthread_join(sender, &sent);
	assert_non_null(sent);
	assert_int_equal(reader.seen, VERY_MANY);
}

/* A buffer that is larger than ours; what came before it is read. */
static void test_cut(void **state)
{
	struct line *line = *state;
	struct reader reader = a_reader();
	tc_auto_free char *large = calloc(1, TC_DIAG_RECEIVE_SIZE + 4096);

	send_sockets(line, 0, 5);
	assert_true(is_sent(line, large, TC_DIAG_RECEIVE_SIZE + 4096));
	assert_int_equal(read_all(line, &reader), -ENOSPC);
	assert_int_equal(reader.seen, 5);
}

static void test_no_message(void **state)
{
	struct line *line = *state;
	struct reader reader = a_reader();

	send_sockets(line, 0, 5);
	assert_true(is_sent(line, "no netlink message, but long enough", 36));
	send_sockets(line, 5, MANY);
	assert_int_equal(read_all(line, &reader), -EBADMSG);
	assert_int_equal(reader.seen, 5);
}

/* The handlers of the program run where they would without us: the thread takes no signal. */
static int raise_signal(void *context, const struct nlmsghdr *header,
			const struct inet_diag_msg *message)
{
	sigset_t pending;

	(void)context;
	(void)header;
	(void)message;
	kill(getpid(), SIGUSR1);
	sigpending(&pending);
	assert_true(sigismember(&pending, SIGUSR1));
	return 42;
}

static void test_signals(void **state)
{
	struct line *line = *state;
	struct tc_diag_feed feed = {.sink = raise_signal};
	sigset_t user, after;

	need_two_processors();
	sigemptyset(&user);
	sigaddset(&user, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &user, NULL);
	send_sockets(line, 0, MANY); /* more than fit into the ring: the thread is there */
	assert_false(tc_diag_feed_ahead(&feed, line->to));
	assert_int_equal(feed.result, 42);
	pthread_sigmask(SIG_BLOCK, NULL, &after);
	assert_true(sigismember(&after, SIGUSR1));
	assert_false(sigismember(&after, SIGUSR2));
	assert_int_equal(sigtimedwait(&user, NULL, &(struct timespec){0}), SIGUSR1);
}

static void test_one_processor(void **state)
{
	struct line *line = *state;
	struct reader reader = a_reader();
	struct tc_diag_feed feed = {.sink = see, .context = &reader};
	cpu_set_t all, one;

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	send_sockets(line, 0, MANY);
	assert_true(is_end_sent(line, 0));
	assert_true(tc_diag_feed_ahead(&feed, line->to));
	assert_int_equal(reader.seen, 0);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(read_all(line, &reader), 0);
	assert_int_equal(reader.seen, MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, open_line, close_line),
		cmocka_unit_test_setup_teardown(test_short, open_line, close_line),
		cmocka_unit_test_setup_teardown(test_after_the_end, open_line, close_line),
		cmocka_unit_test_setup_teardown(test_sink_ends, open_line, close_line),
		cmocka_unit_test_setup_teardown(test_nothing_there, open_line, close_line),
		cmocka_unit_test_setup_teardown(test_very_many, open_line, close_line),
		cmocka_unit_test_setup_teardown(test_cut, open_line, close_line),
		cmocka_unit_test_setup_teardown(test_no_message, open_line, close_line),
		cmocka_unit_test_setup_teardown(test_signals, open_line, close_line),
		cmocka_unit_test_setup_teardown(test_one_processor, open_line, close_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
