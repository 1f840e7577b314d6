/* SPDX-License-Identifier: MIT */
/* test_diag_inside.c - the inside of a connection, from hand-made messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

#include "source/diag_inside.h"
#include "util/macro.h"

/* The length of struct tcp_info in some kernels. */
enum { LINUX_2_6 = 104, LINUX_5_4 = 232, LINUX_6_2 = 240, LINUX_6_18 = 280 };

static _Alignas(8) char buf[1024];

/* A message with so much of a tcp_info, and so many numbers of SKMEMINFO. */
static struct nlmsghdr *make(size_t info_length, size_t memory_count)
{
	struct nlmsghdr *header;
	uint32_t memory[SK_MEMINFO_VARS] = {
		[SK_MEMINFO_RMEM_ALLOC] = 4352,
		[SK_MEMINFO_RCVBUF] = 131072,
	};
	char info[512] = {0};
	uint32_t windows[2] = {64512, 65536};

	((struct tcp_info *)info)->tcpi_last_data_sent = 9000;
	((struct tcp_info *)info)->tcpi_last_data_recv = 7000;
	((struct tcp_info *)info)->tcpi_last_ack_recv = 5000;
	memcpy(info + 228, windows, sizeof(windows)); /* tcpi_snd_wnd, tcpi_rcv_wnd */
	memset(buf, 0, sizeof(buf));
	header = mnl_nlmsg_put_header(buf);
	mnl_nlmsg_put_extra_header(header, sizeof(struct inet_diag_msg));
	mnl_attr_put_u8(header, INET_DIAG_SHUTDOWN, 0);
	if (info_length)
		mnl_attr_put(header, INET_DIAG_INFO, info_length, info);
	if (memory_count)
		mnl_attr_put(header, INET_DIAG_SKMEMINFO, memory_count * sizeof(uint32_t), memory);
	return header;
}

static struct tc_inside read_as(const struct nlmsghdr *header, enum tc_state state,
				enum tc_kind kind)
{
	struct tc_sock sock = {.state = (uint8_t)state, .kind = (uint8_t)kind};
	struct tc_inside inside;

	memset(&inside, 0xa5, sizeof(inside));
	tc_diag_inside_read(header, &sock, &inside);
	return inside;
}

static void test_all_of_it(void **state)
{
	struct tc_inside inside =
		read_as(make(LINUX_6_18, SK_MEMINFO_VARS), TC_ESTABLISHED, TC_KIND_FULL);

	(void)state;
	assert_int_equal(inside.have,
			 TC_INSIDE_TIMES | TC_INSIDE_WINDOWS | TC_INSIDE_RECEIVE_BUFFER);
	assert_int_equal(inside.data_sent_ms, 9000);
	assert_int_equal(inside.data_received_ms, 7000);
	assert_int_equal(inside.ack_received_ms, 5000);
	assert_int_equal(inside.send_window, 64512);
	assert_int_equal(inside.receive_window, 65536);
	assert_int_equal(inside.receive_memory, 4352);
	assert_int_equal(inside.receive_buffer, 131072);
}

/* Older kernels have less: what is not there is not read. */
static void test_shorter_ones(void **state)
{
	static const struct {
		size_t info, memory;
		uint32_t have;
	} rows[] = {
		{0, 0, 0},
		{0, SK_MEMINFO_RCVBUF, 0},
		{0, SK_MEMINFO_RCVBUF + 1, TC_INSIDE_RECEIVE_BUFFER},
		{8, 0, 0},
		{59, 0, 0},
		{60, 0, TC_INSIDE_TIMES},
		{LINUX_2_6, 0, TC_INSIDE_TIMES},
		{LINUX_5_4, 0, TC_INSIDE_TIMES},
		{LINUX_6_2, 0, TC_INSIDE_TIMES | TC_INSIDE_WINDOWS},
		{500, 0, TC_INSIDE_TIMES | TC_INSIDE_WINDOWS},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct nlmsghdr *header = make(rows[i].info, rows[i].memory);

		assert_int_equal(read_as(header, TC_CLOSE_WAIT, TC_KIND_FULL).have, rows[i].have);
	}
}

static void test_what_has_no_such_inside(void **state)
{
	struct nlmsghdr *header = make(LINUX_6_18, SK_MEMINFO_VARS);

	(void)state;
	assert_int_equal(read_as(header, TC_LISTEN, TC_KIND_FULL).have, 0);
	assert_int_equal(read_as(header, TC_SYN_RECV, TC_KIND_REQUEST).have, 0);
	assert_int_equal(read_as(header, TC_TIME_WAIT, TC_KIND_TIMEWAIT).have, 0);
	assert_int_equal(read_as(header, TC_SYN_SENT, TC_KIND_FULL).have,
			 TC_INSIDE_RECEIVE_BUFFER);
	assert_int_equal(read_as(header, TC_BOUND, TC_KIND_FULL).have, TC_INSIDE_RECEIVE_BUFFER);
}

static void test_a_batch(void **state)
{
	static struct tc_diag_insides insides;
	struct tc_sock sock = {.state = TC_ESTABLISHED, .kind = TC_KIND_FULL};
	struct tc_sock waiting = {.state = TC_TIME_WAIT, .kind = TC_KIND_TIMEWAIT};

	(void)state;
	tc_diag_insides_add(&insides, 7, make(LINUX_6_18, SK_MEMINFO_VARS), &sock);
	assert_int_equal(sock.have, TC_HAVE_INSIDE);
	assert_ptr_equal(sock.text->inside, &insides.insides[7]);
	assert_null(sock.text->owner);
	assert_int_equal(sock.text->inside->ack_received_ms, 5000);
	tc_diag_insides_add(&insides, 8, make(LINUX_6_18, SK_MEMINFO_VARS), &waiting);
	assert_int_equal(waiting.have, 0);
	assert_null(waiting.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_shorter_ones),
		cmocka_unit_test(test_what_has_no_such_inside),
		cmocka_unit_test(test_a_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
