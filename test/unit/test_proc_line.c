/* SPDX-License-Identifier: MIT */
/* test_proc_line.c - lines of /proc/net/tcp: real ones, cut ones, damaged ones. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "random.h"
#include "source/proc_line.h"
#include "util/macro.h"

/* As the kernel printed them, one of each kind, from a little-endian machine. */
#define LISTENING                                                                          \
	"   0: 0100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0" \
	"        0 12342250 1 00000000f43cc6bd 100 0 0 10 0                  "
#define REQUEST                                                                            \
	"   8: 0100007F:232F 0100007F:CDB4 03 00000000:00000000 01:00000050 00000000     0" \
	"        0 0 0 000000006c3330f1                                      "
#define SYN_RECV_FULL                                                                      \
	"  44: 0100007F:2330 0100007F:8761 03 00000001:00000000 01:00000052 00000000     0" \
	"        0 12382279 2 00000000da3129ef 100 0 0 10 -1                 "
#define TIMEWAIT                                                                           \
	"   9: 0100007F:A718 0100007F:2334 06 00000000:00000000 03:00001765 00000000     0" \
	"        0 0 3 000000007d0abc11                                      "
#define ORPHAN                                                                             \
	"  40: 0100007F:E146 0100007F:2336 05 00000000:00000000 03:00001768 00000000     0" \
	"        0 0 3 0000000002215ec0                                      "
#define CLOSE_WAIT                                                                         \
	"  27: 0200000A:01BB 070200C0:AAC2 08 00000007:00000001 02:0000AAAA 00000003  1000" \
	"        5 12382321 1 00000000e374f171 20 4 0 10 -1                  \n"
#define INET6                                                                              \
	"   8: B80D0120000000000000000001000000:232B 0000000000000000FFFF00000100000A:C1DE 01" \
	" 00000000:00000000 00:00000000 00000000     0        0 12382548 1 00000000e1d222b3 20"                 \
	" 0 0 10 -1"
#define UDP                                                                                \
	"  12: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0" \
	"        0 12345 2 0000000000000000 0            "

static int parse(const char *line, int family, struct tc_sock *sock)
{
	/* A copy of exactly that length, so that a sanitizer sees what is read past it. */
	size_t length = strlen(line);
	char *copy = malloc(length ? length : 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, line, length);
	err = tc_proc_line(copy, length, family, sock);
	free(copy);
	return err;
}

static struct tc_sock parsed(const char *line)
{
	struct tc_sock sock;

	memset(&sock, 0xa5, sizeof(sock));
	assert_int_equal(parse(line, 0, &sock), 0);
	assert_int_equal(sock.count, 1);
	assert_int_equal(sock.have & (TC_HAVE_COOKIE | TC_HAVE_MARK | TC_HAVE_IFINDEX), 0);
	assert_int_equal(sock.have & TC_HAVE_ENDPOINTS, TC_HAVE_ENDPOINTS);
	return sock;
}

static void assert_addr(const struct tc_addr *addr, const char *expected)
{
	char text[TC_ADDR_TEXT_MAX];

	tc_addr_text(addr, text);
	assert_string_equal(text, expected);
}

static void test_connection(void **state)
{
	struct tc_sock sock = parsed(CLOSE_WAIT);

	(void)state;
	assert_addr(&sock.local, "10.0.0.2");
	assert_addr(&sock.remote, "192.0.2.7");
	assert_int_equal(sock.local_port, 443);
	assert_int_equal(sock.remote_port, 0xaac2);
	assert_int_equal(sock.family, AF_INET);
	assert_int_equal(sock.state, TC_CLOSE_WAIT);
	assert_int_equal(sock.kind, TC_KIND_FULL);
	assert_int_equal(sock.wqueue, 7);
	assert_int_equal(sock.rqueue, 1);
	assert_int_equal(sock.timer, TC_TIMER_KEEPALIVE);
	assert_int_equal(sock.expires_ms, 0xaaaa * 10);
	assert_int_equal(sock.retrans, 5); /* unanswered probes; the 3 are retransmissions */
	assert_int_equal(sock.uid, 1000);
	assert_int_equal(sock.inode, 12382321);
	assert_int_equal(sock.have, TC_HAVE_ENDPOINTS | TC_HAVE_FAMILY | TC_HAVE_QUEUES |
					    TC_HAVE_TIMER | TC_HAVE_EXPIRES | TC_HAVE_RETRANS |
					    TC_HAVE_UID | TC_HAVE_INODE | TC_HAVE_KIND);
}

static uint64_t address_of(const char *line)
{
	return tc_proc_line_address(line, strlen(line));
}

static void test_address(void **state)
{
	(void)state;
	assert_int_equal(address_of(CLOSE_WAIT), 0xe374f171);
	assert_int_equal(address_of(TIMEWAIT), 0x7d0abc11);
	assert_int_equal(address_of(REQUEST), 0x6c3330f1);
	assert_int_equal(address_of(INET6), 0xe1d222b3);
	assert_int_equal(address_of(UDP), 0);
	assert_int_equal(address_of(""), 0);
	for (size_t length = 0; length < strlen(TIMEWAIT); length++) /* read no further */
		assert_true(tc_proc_line_address(TIMEWAIT, length) <= 0x7d0abc11);
}

static void test_inet6(void **state)
{
	struct tc_sock sock = parsed(INET6);

	(void)state;
	assert_int_equal(sock.family, AF_INET6);
	assert_addr(&sock.local, "2001:db8::1");
	assert_addr(&sock.remote, "10.0.0.1"); /* mapped */
	assert_int_equal(sock.remote_port, 0xc1de);
}

static void test_kinds(void **state)
{
	struct tc_sock sock = parsed(LISTENING);

	(void)state;
	assert_int_equal(sock.state, TC_LISTEN);
	assert_int_equal(sock.kind, TC_KIND_FULL);
	assert_int_equal(sock.have & (TC_HAVE_QUEUES | TC_HAVE_EXPIRES), TC_HAVE_RECV_Q);
	sock = parsed(REQUEST);
	assert_int_equal(sock.state, TC_SYN_RECV);
	assert_int_equal(sock.kind, TC_KIND_REQUEST);
	assert_int_equal(sock.have & TC_HAVE_UID, 0); /* it is of the listener */
	assert_int_equal(parsed(SYN_RECV_FULL).kind, TC_KIND_FULL);
	sock = parsed(TIMEWAIT);
	assert_int_equal(sock.kind, TC_KIND_TIMEWAIT);
	assert_int_equal(sock.expires_ms, 59890);
	assert_int_equal(sock.have & TC_HAVE_UID, 0); /* its 0 is not root */
	sock = parsed(ORPHAN);
	assert_int_equal(sock.state, TC_FIN_WAIT2);
	assert_int_equal(sock.kind, TC_KIND_TIMEWAIT);
}

static void test_family_asked_for(void **state)
{
	struct tc_sock sock;

	(void)state;
	assert_int_equal(parse(CLOSE_WAIT, AF_INET, &sock), 0);
	assert_int_equal(parse(CLOSE_WAIT, AF_INET6, &sock), -EINVAL);
	assert_int_equal(parse(INET6, AF_INET6, &sock), 0);
	assert_int_equal(parse(INET6, AF_INET, &sock), -EINVAL);
}

static void test_no_sockets(void **state)
{
	static const char *const wrong[] = {
		"",
		"\n",
		"   ",
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid",
		"0:",
		": 0100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1 f",
		/* one digit too few, one too many, a wrong one, a family of its own each */
		"0: 100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1 f",
		"0: 00100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1 f",
		"0: 0100007G:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1 f",
		"0: 0100007F:2329 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000"
		" 00000000 0 0 1 1 f",
		"0: 0100007F:23299 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1 f",
		"0: 0100007F2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1 f",
		"0: 0100007F:2329 00000000:0000 A 00000000:00000000 00:00000000 00000000 0 0 1 1 f",
		"0: 0100007F:2329 00000000:0000 0A 0000000000000000 00:00000000 00000000 0 0 1 1 f",
		"0: 0100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000 -1 0 1 1 f",
		"0: 0100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000 4294967296"
		" 0 1 1 f",
		"0: 0100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1x 1 f",
		"0: 0100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0"
		" 18446744073709551616 1 f",
	};
	struct tc_sock sock = {.cookie = 4711};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(wrong); i++)
		if (parse(wrong[i], 0, &sock) != -EINVAL)
			fail_msg("taken: %s", wrong[i]);
	assert_int_equal(sock.cookie, 4711); /* and nothing was written */
}

static void test_udp(void **state)
{
	struct tc_sock sock;

	(void)state;
	assert_int_equal(parse(UDP, 0, &sock), -ENOMSG);
}

/* Cut anywhere, a line is either refused or has all that its columns say. */
static void test_cut(void **state)
{
	static const char *const lines[] = {LISTENING, REQUEST, TIMEWAIT, CLOSE_WAIT, INET6};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(lines); i++) {
		struct tc_sock whole = parsed(lines[i]);
		char inode[24];
		size_t least;

		snprintf(inode, sizeof(inode), " %llu ", (unsigned long long)whole.inode);
		least = (size_t)(strstr(lines[i] + 90, inode) - lines[i]);
		for (size_t length = 0; length < strlen(lines[i]); length++) {
			char *cut = strndup(lines[i], length);
			struct tc_sock sock;

			if (parse(cut, 0, &sock) == 0) {
				assert_true(length > least);
				assert_int_equal(sock.state, whole.state);
				assert_int_equal(sock.local_port, whole.local_port);
				assert_int_equal(sock.have, whole.have);
			}
			free(cut);
		}
	}
}

/* Any byte may be wrong: what is taken has to be within its ranges. */
static void test_damaged(void **state)
{
	static const char *const lines[] = {LISTENING, REQUEST, TIMEWAIT, CLOSE_WAIT, INET6};
	struct dice dice = {9};
	int taken = 0;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		char *line = strdup(lines[round % (int)TC_ARRAY_SIZE(lines)]);
		size_t length = strlen(line);
		struct tc_sock sock;

		for (unsigned i = dice_below(&dice, 3); i < 3; i++) {
			char byte = (char)(1 + dice_below(&dice, 255));

			line[dice_below(&dice, (unsigned)length)] = byte;
		}
		if (parse(line, 0, &sock) == 0) {
			taken++;
			assert_in_range(sock.state, 0, TC_STATE_COUNT - 1);
			assert_in_range(sock.kind, 0, TC_KIND_TIMEWAIT);
			assert_in_range(sock.timer, 0, TC_TIMER_PROBE);
			assert_true(sock.family == AF_INET || sock.family == AF_INET6);
		}
		free(line);
	}
	assert_true(taken > 100);
}

static void test_large_numbers(void **state)
{
	struct tc_sock sock;

	(void)state;
	sock = parsed("99999999999999999999: FFFFFFFF:FFFF FFFFFFFF:FFFF FF FFFFFFFF:FFFFFFFF "
		      "FF:FFFFFFFFFFFFFFFF FFFFFFFF 4294967295 18446744073709551615 "
		      "18446744073709551615 1 f");
	assert_int_equal(sock.state, TC_UNKNOWN);
	assert_int_equal(sock.uid, UINT32_MAX);
	assert_int_equal(sock.inode, UINT64_MAX);
	assert_int_equal(sock.have & (TC_HAVE_TIMER | TC_HAVE_EXPIRES | TC_HAVE_RETRANS), 0);
	sock = parsed("0: 00000000:0016 00000000:0000 01 00000000:00000000 "
		      "02:FFFFFFFF 00000000 0 255 1 1 f");
	assert_int_equal(sock.have & (TC_HAVE_TIMER | TC_HAVE_EXPIRES), TC_HAVE_TIMER);
	assert_int_equal(sock.retrans, 255);
}

/* As sock_diag does: retransmissions while they are due, and else what was probed. */
static void test_repeats(void **state)
{
	static const struct {
		const char *timer, *retransmits, *probes;
		unsigned expected;
		bool known;
	} rows[] = {
		{"00", "00000007", "9", 0, true},    {"01", "00000007", "9", 7, true},
		{"02", "00000007", "9", 9, true},    {"03", "00000000", "0", 0, true},
		{"04", "00000007", "9", 9, true},    {"05", "00000007", "9", 0, false},
		{"01", "00000100", "9", 0, false},   {"04", "00000100", "9", 9, true},
		{"04", "00000007", "256", 0, false},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		char line[160];
		struct tc_sock sock;

		snprintf(line, sizeof(line),
			 "0: 0100007F:0016 0100007F:2329 01 00000000:00000000 %s:00000010 %s 0 %s 1 1 f",
			 rows[i].timer, rows[i].retransmits, rows[i].probes);
		sock = parsed(line);
		assert_int_equal(sock.have & TC_HAVE_RETRANS, rows[i].known ? TC_HAVE_RETRANS : 0);
		if (rows[i].known)
			assert_int_equal(sock.retrans, rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connection),   cmocka_unit_test(test_inet6),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_kinds),	     cmocka_unit_test(test_family_asked_for),
		cmocka_unit_test(test_no_sockets),   cmocka_unit_test(test_udp),
		cmocka_unit_test(test_cut),	     cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_large_numbers), cmocka_unit_test(test_repeats),
	};

	if (htonl(1) == 1)
		return 77; /* the kernel prints addresses in the byte order of the machine */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
