/* SPDX-License-Identifier: MIT */
/*
 * fuzz_filter.c - libFuzzer target: any bytes as a filter, over a few sockets, and as
 * bytecode, which has to be what the kernel would accept.
 *
 * The first byte gives the flags and what the bytecode may use. Names are not looked up:
 * getaddrinfo() is answered here.
 */
#include <linux/inet_diag.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model/filter.h"
#include "source/diag_bytecode.h"
#include "tcpcensus.h"
#include "util/addr.h"
#include "util/buf.h"
#include "util/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int getaddrinfo(const char *restrict node, const char *restrict service,
		const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
	(void)node;
	(void)service;
	(void)hints;
	*result = NULL;
	return EAI_NONAME;
}

/* The operations follow each other by `yes`; every jump lands on one, or at the end. */
static void check_code(const struct tc_buf *code)
{
	tc_auto_free bool *starts = calloc(code->length + 8, 1);
	struct inet_diag_bc_op op;

	if (!starts)
		return;
	for (size_t at = 0; at < code->length; at += op.yes) {
		memcpy(&op, code->data + at, sizeof(op));
		if (op.yes < 4 || op.yes % 4 || at + op.yes > code->length)
			abort();
		starts[at] = true;
	}
	starts[code->length] = starts[code->length + 4] = true;
	for (size_t at = 0; at < code->length; at += op.yes) {
		memcpy(&op, code->data + at, sizeof(op));
		if (op.no < 4 || at + op.no > code->length + 4 || !starts[at + op.no])
			abort();
	}
}

static void match_some(const struct tc_filter *filter)
{
	static const struct tc_text text = {
		.local_host = "a", .remote_host = "b.c", .iface = "lo", .local_port = "x"};
	struct tc_sock sock = {.count = 1,
			       .local_port = 22,
			       .remote_port = 40000,
			       .mark = 5,
			       .ifindex = 1,
			       .cgroup = 7};

	for (unsigned i = 0; i < 64; i++) {
		sock.have = i & 1 ? ~0u : i << 1;
		sock.family = i & 2 ? AF_INET : AF_INET6;
		sock.local = i & 4 ? tc_addr_from4(0x0100007f) : (struct tc_addr){{0}};
		sock.text = i & 8 ? &text : NULL;
		sock.state = (uint8_t)(i % TC_STATE_COUNT);
		tc_filter_match(filter, &sock);
	}
}

static void check_error(const struct tc_filter_error *error, size_t length)
{
	if (!*error->text || !memchr(error->text, '\0', sizeof(error->text)) ||
	    error->offset > length || error->length > length - error->offset)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tc_auto_free char *text = malloc(size + 1);
	tc_auto_buf struct tc_buf code = TC_BUF_INIT;
	struct tc_filter_error error;
	struct tc_filter *filter;
	bool whole;

	if (!text || !size)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (tc_filter_parse(text, data[0] & 1 ? TC_FILTER_FOREIGN : 0, &filter, &error)) {
		check_error(&error, strlen(text));
		return 0;
	}
	if (!filter->states || !filter->passes)
		abort();
	match_some(filter);
	if (tc_diag_bytecode(filter, data[0] >> 1, &code, &whole))
		abort();
	check_code(&code);
	tc_filter_free(filter);
	return 0;
}
