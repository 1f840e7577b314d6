/* SPDX-License-Identifier: MIT */
/* test_diag_message.c - one message of sock_diag as one socket, from hand-made messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <libmnl/libmnl.h>

#include "random.h"
#include "source/diag_message.h"
#include "util/macro.h"

struct made {
	_Alignas(8) char buf[1024];
	struct nlmsghdr *header;
	struct inet_diag_msg *message;
};

static void make(struct made *made, uint8_t family, uint8_t state)
{
	memset(made, 0, sizeof(*made));
	made->header = mnl_nlmsg_put_header(made->buf);
	made->message = mnl_nlmsg_put_extra_header(made->header, sizeof(*made->message));
	made->message->idiag_family = family;
	made->message->idiag_state = state;
}

static struct tc_sock read_made(const struct made *made)
{
	struct tc_sock sock;

	memset(&sock, 0xa5, sizeof(sock));
	tc_diag_message_read(made->header, made->message, &sock);
	return sock;
}

static void test_full(void **state)
{
	struct made made;
	struct tc_sock sock;

	(void)state;
	make(&made, AF_INET, 8);
	made.message->idiag_timer = 2;
	made.message->idiag_retrans = 5;
	made.message->id.idiag_sport = htons(443);
	made.message->id.idiag_dport = htons(50123);
	made.message->id.idiag_src[0] = htonl(0x0a000001);
	made.message->id.idiag_dst[0] = htonl(0xc0000207);
	made.message->id.idiag_src[1] = 0xffffffff; /* not a part of an IPv4 address */
	made.message->id.idiag_if = 3;
	made.message->id.idiag_cookie[0] = 0x89abcdef;
	made.message->id.idiag_cookie[1] = 0x01234567;
	made.message->idiag_expires = 7200;
	made.message->idiag_rqueue = 11;
	made.message->idiag_wqueue = 22;
	made.message->idiag_uid = 33;
	made.message->idiag_inode = 44;
	mnl_attr_put_u8(made.header, INET_DIAG_SHUTDOWN, 1);
	mnl_attr_put_u32(made.header, INET_DIAG_MARK, 0xfe);
	mnl_attr_put_u64(made.header, INET_DIAG_CGROUP_ID, UINT64_C(1) << 40);
	mnl_attr_put_u8(made.header, INET_DIAG_SKV6ONLY, 1);
	mnl_attr_put_u32(made.header, 200, 1); /* of a kernel that knows more */
	sock = read_made(&made);
	assert_int_equal(sock.count, 1);
	assert_int_equal(sock.cookie, 0x0123456789abcdef);
	assert_int_equal(sock.state, TC_CLOSE_WAIT);
	assert_int_equal(sock.kind, TC_KIND_FULL);
	assert_int_equal(sock.family, AF_INET);
	assert_true(tc_addr_is4(&sock.local) && sock.local.byte[12] == 10);
	assert_true(tc_addr_is4(&sock.remote) && sock.remote.byte[15] == 7);
	assert_int_equal(sock.local_port, 443);
	assert_int_equal(sock.remote_port, 50123);
	assert_int_equal(sock.ifindex, 3);
	assert_int_equal(sock.expires_ms, 7200);
	assert_int_equal(sock.rqueue, 11);
	assert_int_equal(sock.wqueue, 22);
	assert_int_equal(sock.uid, 33);
	assert_int_equal(sock.inode, 44);
	assert_int_equal(sock.timer, TC_TIMER_KEEPALIVE);
	assert_int_equal(sock.retrans, 5);
	assert_int_equal(sock.shutdown, 1);
	assert_int_equal(sock.mark, 0xfe);
	assert_int_equal(sock.cgroup, UINT64_C(1) << 40);
	assert_int_equal(sock.flags, TC_FLAG_V6ONLY);
	assert_int_equal(sock.have & (TC_HAVE_UID | TC_HAVE_SHUTDOWN | TC_HAVE_MARK |
				      TC_HAVE_CGROUP | TC_HAVE_V6ONLY),
			 TC_HAVE_UID | TC_HAVE_SHUTDOWN | TC_HAVE_MARK | TC_HAVE_CGROUP |
				 TC_HAVE_V6ONLY);
	assert_int_equal(sock.have & TC_HAVE_NETNS, 0);
	assert_null(sock.text);
	assert_null(sock.listener);
}

static void test_inet6(void **state)
{
	struct made made;
	struct tc_sock sock;

	(void)state;
	make(&made, AF_INET6, 1);
	for (unsigned i = 0; i < 4; i++) {
		made.message->id.idiag_src[i] = htonl(0x20010db8 + i);
		made.message->id.idiag_dst[i] = htonl(i == 3 ? 0x0a000001 : i == 2 ? 0xffff : 0);
	}
	sock = read_made(&made);
	assert_int_equal(sock.family, AF_INET6);
	assert_int_equal(sock.local.byte[0], 0x20);
	assert_int_equal(sock.local.byte[15], 0xbb);
	assert_true(tc_addr_is4(&sock.remote)); /* mapped: an IPv4 peer of an IPv6 socket */
}

/* A minisocket has no user: the kernel writes 0, which is not root. */
static void test_timewait(void **state)
{
	struct made made;
	struct tc_sock sock;

	(void)state;
	make(&made, AF_INET, 6);
	made.message->idiag_timer = 3;
	sock = read_made(&made);
	assert_int_equal(sock.kind, TC_KIND_TIMEWAIT);
	assert_int_equal(sock.have & TC_HAVE_UID, 0);
	assert_int_equal(sock.have & TC_HAVE_SHUTDOWN, 0);
	made.message->idiag_state = 5; /* an orphan's FIN_WAIT2 may be one as well */
	sock = read_made(&made);
	assert_int_equal(sock.kind, TC_KIND_TIMEWAIT);
	assert_int_equal(sock.state, TC_FIN_WAIT2);
}

static void test_request(void **state)
{
	struct made made;
	struct tc_sock sock;

	(void)state;
	make(&made, AF_INET, 3);
	made.message->idiag_timer = 1;
	sock = read_made(&made);
	assert_int_equal(sock.kind, TC_KIND_REQUEST);
	assert_int_equal(sock.have & TC_HAVE_UID, 0);
	/* A full socket in SYN_RECV says which directions are shut down, even if none is. */
	mnl_attr_put_u8(made.header, INET_DIAG_SHUTDOWN, 0);
	sock = read_made(&made);
	assert_int_equal(sock.kind, TC_KIND_FULL);
	assert_int_equal(sock.have & TC_HAVE_UID, TC_HAVE_UID);
	make(&made, AF_INET, 12);
	assert_int_equal(read_made(&made).state, TC_SYN_RECV);
}

static void test_states(void **state)
{
	(void)state;
	for (unsigned number = 0; number < 256; number++) {
		struct made made;
		struct tc_sock sock;

		make(&made, AF_INET, (uint8_t)number);
		mnl_attr_put_u8(made.header, INET_DIAG_SHUTDOWN, 0);
		sock = read_made(&made);
		if (number >= 1 && number <= 11)
			assert_int_equal(sock.state, number);
		else
			assert_int_equal(sock.state, number == 12 ? TC_SYN_RECV : TC_UNKNOWN);
	}
}

/* Of a listener, and where the kernel has the word for it; what is connected counts other things. */
static void test_drops(void **state)
{
	static const struct {
		uint8_t kernel_state;
		uint16_t words;
		bool told;
	} cases[] = {{10, 9, true}, {10, 12, true}, {10, 8, false}, {10, 0, false}, {1, 9, false}};
	uint32_t memory[12] = {1, 2, 3, 4, 5, 6, 7, 8, UINT32_MAX, 9, 9, 9};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct made made;
		struct tc_sock sock;

		make(&made, AF_INET, cases[i].kernel_state);
		made.message->idiag_expires = 7;
		mnl_attr_put(made.header, INET_DIAG_SKMEMINFO, cases[i].words * sizeof(*memory),
			     memory);
		sock = read_made(&made);
		assert_int_equal((sock.have & TC_HAVE_DROPS) != 0, cases[i].told);
		assert_int_equal((sock.have & TC_HAVE_EXPIRES) != 0, !cases[i].told);
		assert_int_equal(sock.expires_ms,
				 cases[i].told ? UINT32_MAX : 7);
	}
}

/* An attribute too short for its number was not read; it must not be read past its end. */
static void test_short_attributes(void **state)
{
	static const uint16_t types[] = {INET_DIAG_SHUTDOWN, INET_DIAG_MARK, INET_DIAG_CGROUP_ID,
					 INET_DIAG_SKV6ONLY};
	static const uint32_t have[] = {TC_HAVE_SHUTDOWN, TC_HAVE_MARK, TC_HAVE_CGROUP,
					TC_HAVE_V6ONLY};
	static const uint16_t size[] = {1, 4, 8, 1};
	static const char bytes[8];

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(types); i++) {
		for (uint16_t length = 0; length <= 8; length++) {
			struct made made;

			make(&made, AF_INET, 1);
			mnl_attr_put(made.header, types[i], length, bytes);
			assert_int_equal(!(read_made(&made).have & have[i]), length < size[i]);
		}
	}
}

/* The length of an attribute, or of the message, may be a lie. */
static void test_damaged_lengths(void **state)
{
	uint32_t shortest = sizeof(struct nlmsghdr) + sizeof(struct inet_diag_msg);
	struct made made;
	struct tc_sock sock;

	(void)state;
	for (uint16_t length = 0; length < 64; length++) {
		struct nlattr *attr;

		make(&made, AF_INET, 3);
		mnl_attr_put_u8(made.header, INET_DIAG_SHUTDOWN, 2);
		attr = mnl_nlmsg_get_payload_offset(made.header, sizeof(*made.message));
		attr->nla_len = length;
		tc_diag_message_read(made.header, made.message, &sock);
		assert_int_equal(sock.have & TC_HAVE_SHUTDOWN,
				 length >= 5 && length <= 8 ? TC_HAVE_SHUTDOWN : 0);
	}
	for (uint32_t length = shortest; length < shortest + 8; length++) {
		make(&made, AF_INET, 3);
		mnl_attr_put_u8(made.header, INET_DIAG_SHUTDOWN, 2);
		made.header->nlmsg_len = length;
		tc_diag_message_read(made.header, made.message, &sock);
		assert_int_equal(sock.have & TC_HAVE_SHUTDOWN,
				 length >= shortest + 5 ? TC_HAVE_SHUTDOWN : 0);
	}
}

static void test_repeated_cookies(void **state)
{
	static struct tc_diag_recent recent;
	uint64_t far = TC_DIAG_RECENT_COUNT;

	(void)state;
	assert_false(tc_diag_is_repeated(&recent, 1));
	assert_true(tc_diag_is_repeated(&recent, 1));
	assert_false(tc_diag_is_repeated(&recent, 2));
	assert_true(tc_diag_is_repeated(&recent, 1));
	/* Without a cookie nothing is known, so nothing is left out. */
	assert_false(tc_diag_is_repeated(&recent, 0));
	assert_false(tc_diag_is_repeated(&recent, 0));
	/* Another one in its place is not the same, and pushes it out. */
	assert_false(tc_diag_is_repeated(&recent, 1 + far));
	assert_false(tc_diag_is_repeated(&recent, 1));
	/* What came within the last few is remembered. */
	for (uint64_t cookie = 10; cookie < 10 + far; cookie++)
		assert_false(tc_diag_is_repeated(&recent, cookie));
	for (uint64_t cookie = 10; cookie < 10 + far; cookie++)
		assert_true(tc_diag_is_repeated(&recent, cookie));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_inet6),
		cmocka_unit_test(test_timewait),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_drops),
		cmocka_unit_test(test_short_attributes),
		cmocka_unit_test(test_damaged_lengths),
		cmocka_unit_test(test_repeated_cookies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
