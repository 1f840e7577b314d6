/* SPDX-License-Identifier: MIT */
/*
 * test_diag_bytecode.c - random filters three ways: as they were meant, by
 * tc_filter_match(), and by the bytecode, run by a small machine after the kernel's.
 *
 * The seed is fixed; a number as the first argument is another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/inet_diag.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "model/filter.h"
#include "source/diag_bytecode.h"
#include "tcpcensus.h"
#include "util/addr.h"
#include "util/buf.h"
#include "util/macro.h"
#include "util/parse.h"

enum { FILTERS = 4000, SOCKETS = 200, TEXT_MAX = 65536, DEPTH = 5 };

static uint64_t state = 20;

static unsigned below(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}

/* ---- Sockets ------------------------------------------------------------------------- */

struct subject {
	struct tc_sock sock;
	bool port_was_named; /* SOCK_BINDPORT_LOCK: only the kernel knows */
};

static const char *const addrs[] = {
	"0.0.0.0", "127.0.0.1",	  "10.1.2.3", "10.1.9.9",  "192.0.2.7",	    "::",
	"::1",	   "2001:db8::1", "a01::1",   "7f00:1::1", "2001:db8:1::2",
};
static const uint16_t ports[] = {0, 22, 80, 443, 32767, 32768, 45000, 60999, 61000, 65535};

static struct tc_addr some_addr(int family)
{
	struct tc_addr addr;
	int got;

	do {
		const char *text = addrs[below(TC_ARRAY_SIZE(addrs))];

		assert_int_equal(tc_parse_addr(text, strlen(text), &addr, &got), 0);
		/* An IPv4 address in an IPv6 socket is a mapped one. */
	} while (family == AF_INET && got != AF_INET);
	return addr;
}

static struct subject some_subject(void)
{
	struct subject subject = {.port_was_named = below(2)};
	struct tc_sock *sock = &subject.sock;

	sock->have = TC_HAVE_ENDPOINTS | TC_HAVE_FAMILY | TC_HAVE_IFINDEX | TC_HAVE_MARK;
	sock->state = TC_ESTABLISHED;
	sock->family = below(2) ? AF_INET : AF_INET6;
	sock->local = some_addr(sock->family);
	sock->remote = some_addr(sock->family);
	sock->local_port = ports[below(TC_ARRAY_SIZE(ports))];
	sock->remote_port = ports[below(TC_ARRAY_SIZE(ports))];
	sock->ifindex = below(3);
	sock->mark = below(32);
	return subject;
}

/* ---- What ss would say --------------------------------------------------------------- */

/*
 * Conditions as rows: the text, and the judgement of the kernel and of ss on a socket. The
 * text of the operand is written to `text`.
 */
enum kind { HOST4, HOST6, PORT, DEVICE, MARK, AUTOBOUND, ANY, LEAVES, AND = LEAVES, OR, NOT };

struct meant {
	enum kind kind;
	bool remote;
	struct tc_addr addr;
	unsigned prefix;
	uint32_t low, high; /* also: device, mark and mask */
	struct meant *left, *right;
};

static struct meant *new_meant(enum kind kind)
{
	struct meant *meant = calloc(1, sizeof(*meant));

	assert_non_null(meant);
	meant->kind = kind;
	return meant;
}

static void free_meant(struct meant *meant)
{
	if (!meant)
		return;
	free_meant(meant->left);
	free_meant(meant->right);
	free(meant);
}

static bool same_bits(const uint8_t *one, const uint8_t *other, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++)
		if ((one[i / 8] ^ other[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

/* By the kernel (it asks for the families), or by ss (it compares what bytes there are). */
static bool judge_host(const struct meant *meant, const struct tc_sock *sock, bool kernel)
{
	const struct tc_addr *addr = meant->remote ? &sock->remote : &sock->local;
	const uint8_t *want = meant->addr.byte + (meant->kind == HOST4 ? 12 : 0);
	int family = meant->kind == HOST4 ? AF_INET : AF_INET6;
	uint8_t raw[16] = {0};

	memcpy(raw, addr->byte + (sock->family == AF_INET ? 12 : 0),
	       sock->family == AF_INET ? 4 : 16);
	if ((!kernel || family == sock->family) && same_bits(raw, want, meant->prefix))
		return true;
	return family == AF_INET && sock->family == AF_INET6 && tc_addr_is4(addr) &&
	       same_bits(raw + 12, want, meant->prefix);
}

static bool judge(const struct meant *meant, const struct subject *subject, bool kernel)
{
	const struct tc_sock *sock = &subject->sock;
	uint16_t port = meant->remote ? sock->remote_port : sock->local_port;

	switch (meant->kind) {
	case HOST4:
	case HOST6:
		return judge_host(meant, sock, kernel);
	case PORT:
		return port >= meant->low && port <= meant->high;
	case DEVICE:
		return sock->ifindex == meant->low;
	case MARK:
		return (sock->mark & meant->high) == meant->low;
	case AUTOBOUND:
		return kernel ? !subject->port_was_named
			      : sock->local_port >= meant->low && sock->local_port <= meant->high;
	case ANY:
		return true;
	case AND:
		return judge(meant->left, subject, kernel) && judge(meant->right, subject, kernel);
	case OR:
		return judge(meant->left, subject, kernel) || judge(meant->right, subject, kernel);
	case NOT:
		return !judge(meant->left, subject, kernel);
	}
	return false;
}

static bool has(const struct meant *meant, enum kind kind)
{
	return meant && (meant->kind == kind || has(meant->left, kind) || has(meant->right, kind));
}

/* ---- Random filters, as text --------------------------------------------------------- */

static struct meant *some_host(struct tc_buf *text)
{
	bool is4 = below(2), remote = below(2);
	struct meant *meant = new_meant(is4 ? HOST4 : HOST6);
	static const unsigned prefixes[] = {0, 1, 8, 16, 31, 32, 64, 128};
	char addr[TC_ADDR_TEXT_MAX];

	meant->remote = remote;
	do
		meant->addr = some_addr(is4 ? AF_INET : AF_INET6);
	while (!is4 && tc_addr_is4(&meant->addr));
	do
		meant->prefix = prefixes[below(TC_ARRAY_SIZE(prefixes))];
	while (is4 && meant->prefix > 32);
	tc_addr_text(&meant->addr, addr);
	tc_buf_format(text, is4 ? "%s %s/%u" : "%s [%s/%u]", remote ? "dst" : "src", addr,
		      meant->prefix);
	return meant;
}

static struct meant *some_port(struct tc_buf *text)
{
	static const char *const compares[] = {"=", ">=", "<=", ">", "lt", ""};
	struct meant *meant = new_meant(PORT);
	unsigned compare = below(TC_ARRAY_SIZE(compares));
	uint32_t port = ports[below(TC_ARRAY_SIZE(ports))];

	meant->remote = below(2);
	meant->low = compare == 2 || compare == 4 ? 0 : port + (compare == 3);
	meant->high = compare == 1 || compare == 3 ? 65535 : port - (compare == 4);
	if (compare == 4 && !port)
		meant->low = 1, meant->high = 0;
	tc_buf_format(text, "%cport %s :%u", meant->remote ? 'd' : 's', compares[compare], port);
	return meant;
}

static struct meant *some_condition(struct tc_buf *text)
{
	struct meant *meant;

	switch (below(24)) {
	case 0:
		meant = new_meant(DEVICE);
		meant->low = below(3);
		tc_buf_format(text, "dev %u", meant->low);
		return meant;
	case 1:
	case 2:
		meant = new_meant(MARK);
		meant->low = below(8);
		meant->high = below(2) ? 7 : UINT32_MAX;
		tc_buf_format(text, "fwmark %u/0x%x", meant->low, meant->high);
		return meant;
	case 3:
		meant = new_meant(AUTOBOUND);
		meant->low = 32768;
		meant->high = 60999;
		tc_buf_text(text, "autobound");
		return meant;
	case 4:
		tc_buf_text(text, "src *");
		return new_meant(ANY);
	default:
		return below(2) ? some_host(text) : some_port(text);
	}
}

static struct meant *some_filter(struct tc_buf *text, unsigned depth);

static struct meant *some_term(struct tc_buf *text, unsigned depth)
{
	struct meant *meant;

	if (!below(4)) {
		meant = new_meant(NOT);
		tc_buf_text(text, below(2) ? "not " : "! ");
		meant->left = some_term(text, depth);
		return meant;
	}
	if (depth >= DEPTH || below(3))
		return some_condition(text);
	tc_buf_text(text, "( ");
	meant = some_filter(text, depth + 1);
	tc_buf_text(text, " )");
	return meant;
}

static struct meant *some_filter(struct tc_buf *text, unsigned depth)
{
	struct meant *left = some_term(text, depth);

	while (below(3)) {
		bool is_or = below(2);
		struct meant *meant = new_meant(is_or ? OR : AND);

		tc_buf_text(text, is_or ? " or " : below(2) ? " and " : " ");
		meant->left = left;
		meant->right = some_term(text, depth);
		left = meant;
	}
	return left;
}

/* ---- The kernel's machine ------------------------------------------------------------ */

static bool machine_cond(const char *at, const struct tc_sock *sock, bool remote)
{
	struct inet_diag_hostcond cond;
	struct meant meant = {.remote = remote};

	memcpy(&cond, at, sizeof(cond));
	if (cond.port != -1 && cond.port != (remote ? sock->remote_port : sock->local_port))
		return false;
	if (cond.family == AF_UNSPEC)
		return true;
	meant.kind = cond.family == AF_INET ? HOST4 : HOST6;
	meant.prefix = cond.prefix_len;
	memcpy(meant.addr.byte + (meant.kind == HOST4 ? 12 : 0), at + sizeof(cond),
	       meant.kind == HOST4 ? 4 : 16);
	return judge_host(&meant, sock, true);
}

static bool machine_op(const char *at, const struct subject *subject)
{
	const struct tc_sock *sock = &subject->sock;
	struct inet_diag_bc_op op, operand;
	struct inet_diag_markcond mark;
	uint32_t index;

	memcpy(&op, at, sizeof(op));
	if (op.yes >= 8)
		memcpy(&operand, at + 4, sizeof(operand));
	switch (op.code) {
	case INET_DIAG_BC_JMP:
		return false;
	case INET_DIAG_BC_S_GE:
		return sock->local_port >= operand.no;
	case INET_DIAG_BC_S_LE:
		return sock->local_port <= operand.no;
	case INET_DIAG_BC_D_GE:
		return sock->remote_port >= operand.no;
	case INET_DIAG_BC_D_LE:
		return sock->remote_port <= operand.no;
	case INET_DIAG_BC_AUTO:
		return !subject->port_was_named;
	case INET_DIAG_BC_S_COND:
	case INET_DIAG_BC_D_COND:
		return machine_cond(at + 4, sock, op.code == INET_DIAG_BC_D_COND);
	case INET_DIAG_BC_DEV_COND:
		memcpy(&index, at + 4, sizeof(index));
		return sock->ifindex == index;
	case INET_DIAG_BC_MARK_COND:
		memcpy(&mark, at + 4, sizeof(mark));
		return (sock->mark & mark.mask) == mark.mark;
	}
	fail_msg("operation %u", op.code);
	return false;
}

/* As the kernel's audit: each operation has its length, each jump ends at an operation. */
static void audit(const struct tc_buf *code)
{
	tc_auto_free bool *starts = calloc(code->length + 8, 1);
	struct inet_diag_bc_op op;

	assert_non_null(starts);
	for (size_t at = 0; at < code->length; at += op.yes) {
		memcpy(&op, code->data + at, sizeof(op));
		assert_true(op.yes >= 4 && op.yes % 4 == 0 && at + op.yes <= code->length);
		starts[at] = true;
	}
	starts[code->length] = starts[code->length + 4] = true;
	for (size_t at = 0; at < code->length; at += op.yes) {
		memcpy(&op, code->data + at, sizeof(op));
		assert_true(op.no >= (op.code == INET_DIAG_BC_JMP ? 4 : op.yes));
		assert_true(at + op.no <= code->length + 4 && starts[at + op.no]);
	}
}

static bool machine(const struct tc_buf *code, const struct subject *subject)
{
	size_t at = 0;

	while (at < code->length) {
		struct inet_diag_bc_op op;

		memcpy(&op, code->data + at, sizeof(op));
		at += machine_op(code->data + at, subject) ? op.yes : op.no;
	}
	return at == code->length;
}

/* ---- Tests --------------------------------------------------------------------------- */

/* ss keeps an expression with a device from the kernel. */
static bool shown_by_ss(const struct meant *meant, const struct subject *subject)
{
	return (has(meant, DEVICE) || judge(meant, subject, true)) && judge(meant, subject, false);
}

static void check(const char *text, const struct meant *meant, const struct tc_filter *filter)
{
	bool autobound = has(meant, AUTOBOUND), whole, whole_old;
	tc_auto_buf struct tc_buf code = TC_BUF_INIT, old = TC_BUF_INIT;

	assert_int_equal(tc_diag_bytecode(filter, TC_DIAG_EVERY, &code, &whole), 0);
	assert_int_equal(tc_diag_bytecode(filter, 0, &old, &whole_old), 0);
	audit(&code);
	audit(&old);
	for (unsigned i = 0; i < SOCKETS; i++) {
		struct subject subject = some_subject();
		bool ss = shown_by_ss(meant, &subject), coded = machine(&code, &subject);
		bool matched = tc_filter_match(filter, &subject.sock);

		if ((coded && (whole || matched)) != ss)
			fail_msg("not as ss with bytecode: %s", text);
		/* Without the kernel nobody knows who chose a port. */
		if (!autobound && matched != ss)
			fail_msg("not as ss by match: %s", text);
		if (matched && !machine(&old, &subject))
			fail_msg("bytecode without new operations lets too few pass: %s", text);
		if (whole_old && machine(&old, &subject) != matched)
			fail_msg("bytecode without new operations is not the whole: %s", text);
	}
}

static void test_random(void **unused)
{
	for (unsigned i = 0; i < FILTERS; i++) {
		tc_auto_buf struct tc_buf buf = TC_BUF_INIT;
		struct meant *meant = some_filter(&buf, 0);
		const char *text = tc_buf_string(&buf);
		struct tc_filter_error error;
		struct tc_filter *filter = NULL;

		if (tc_filter_parse(text, TC_FILTER_FOREIGN, &filter, &error))
			fail_msg("%s: %s", text, error.text);
		check(text, meant, filter);
		tc_filter_free(filter);
		free_meant(meant);
	}
	(void)unused;
}

static void code_of(const char *text, struct tc_buf *code, bool *whole)
{
	struct tc_filter *filter = NULL;

	assert_int_equal(tc_filter_parse(text, 0, &filter, NULL), 0);
	assert_int_equal(tc_diag_bytecode(filter, TC_DIAG_EVERY, code, whole), 0);
	tc_filter_free(filter);
}

static void test_simple(void **unused)
{
	static const struct {
		const char *text;
		size_t length;
		bool whole;
	} rows[] = {
		{"", 0, true},
		{"state established", 0, true},
		{"src *", 0, true},
		{"not src *", 4, true},
		{"sport = 22", 12, true},
		{"sport >= 0", 0, true},
		{"sport > 1024", 8, true},
		{"sport 10-20", 16, true},
		{"dst 10.0.0.0/8", 16, true},
		{"dst inet6:*", 28, true},
		{"dev 3", 8, true},
		{"autobound", 4, false},
		{"not dst 10.0.0.1", 20, false},
		{"dev 3 dst 10.0.0.1", 8, false},
		{"dev 3 or dst 10.0.0.1", 0, false},
	};

	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		tc_auto_buf struct tc_buf code = TC_BUF_INIT;
		bool whole;

		code_of(rows[i].text, &code, &whole);
		if (code.length != rows[i].length || whole != rows[i].whole)
			fail_msg("%s: %zu bytes, %d", rows[i].text, code.length, whole);
	}
	(void)unused;
}

/* What does not fit is dropped, in a way that lets more pass. */
static void test_too_long(void **unused)
{
	static const char *const words[] = {" or ", " and not "};

	for (size_t i = 0; i < TC_ARRAY_SIZE(words); i++) {
		tc_auto_buf struct tc_buf text = TC_BUF_INIT, code = TC_BUF_INIT;
		bool whole = true;

		tc_buf_text(&text, "sport 65535");
		for (unsigned port = 0; port < 8000; port++)
			tc_buf_format(&text, "%sdport %u", words[i], port);
		code_of(tc_buf_string(&text), &code, &whole);
		assert_false(whole);
		audit(&code);
		assert_true(i == 0 ? code.length == 0 : code.length > 0 && code.length <= 32768);
	}
	(void)unused;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_simple),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_random),
	};

	if (argc > 1)
		state = strtoull(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
