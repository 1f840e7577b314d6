/* SPDX-License-Identifier: MIT */
/* check.h - what a fuzz target finds, and what holds for every socket from everywhere. */
#ifndef TC_TEST_CHECK_H
#define TC_TEST_CHECK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "model/packed.h"
#include "tcpcensus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A macro, so that the trace of a failure names its line. */
#define check(sound)                      \
	do {                              \
		if (!(sound))             \
			__builtin_trap(); \
	} while (0)

/* Every field of the socket as text, and as bytes and back. */
static inline void check_fields(const struct tc_sock *sock)
{
	tc_auto_buf struct tc_buf bytes = TC_BUF_INIT;

	for (size_t i = 0; tc_field_at(i); i++) {
		struct tc_key key = {.field = tc_field_at(i), .prefix4 = 24, .prefix6 = 64};
		struct tc_value value, back;
		char text[256];

		check(tc_field_text(&key, sock, text, sizeof(text)) == strlen(text));
		tc_key_get(&key, sock, &value);
		check((value.type == TC_TYPE_NONE) == !*text);
		tc_buf_clear(&bytes);
		tc_value_pack(&value, &bytes);
		check(tc_value_unpack(bytes.data, &back) == bytes.data + bytes.length);
		check(tc_value_compare(&value, &back) == 0);
	}
}

static inline void check_sock(const struct tc_sock *sock)
{
	check(sock->count == 1);
	check(sock->state < TC_STATE_COUNT);
	check(sock->kind <= TC_KIND_TIMEWAIT);
	check(sock->shutdown <= 3);
	check(!sock->text && !sock->listener && sock->direction == TC_DIRECTION_NONE);
	check_fields(sock);
}

#endif
