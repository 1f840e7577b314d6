/* SPDX-License-Identifier: MIT */
/* addr.c - addresses of both families in one form; see addr.h. */
#include "util/addr.h"

#include <arpa/inet.h>

bool tc_addr_is_any(const struct tc_addr *addr)
{
	static const struct tc_addr any6;
	static const struct tc_addr any4 = { .byte = { [10] = 0xff, [11] = 0xff } };

	return tc_addr_equal(addr, &any6) || tc_addr_equal(addr, &any4);
}

bool tc_addr_is_loopback(const struct tc_addr *addr)
{
	static const struct tc_addr loopback6 = { .byte = { [15] = 1 } };

	return (tc_addr_is4(addr) && addr->byte[12] == 127) || tc_addr_equal(addr, &loopback6);
}

bool tc_addr_is_link_local6(const struct tc_addr *addr)
{
	return addr->byte[0] == 0xfe && (addr->byte[1] & 0xc0) == 0x80;
}

struct tc_addr tc_addr_masked(const struct tc_addr *addr, unsigned prefix4, unsigned prefix6)
{
	unsigned prefix = tc_addr_is4(addr) ? 96 + prefix4 : prefix6;
	struct tc_addr masked = *addr;

	for (unsigned i = 0; i < sizeof(masked.byte); i++) {
		unsigned kept = prefix > i * 8 ? prefix - i * 8 : 0;

		if (kept < 8)
			masked.byte[i] &= (uint8_t)(0xff00 >> kept);
	}
	return masked;
}

/* "192.0.2.7": written by hand because a listing of a million sockets has two million. */
static size_t text4(const uint8_t *byte, char *text)
{
	char *at = text;

	for (int i = 0; i < 4; i++) {
		if (byte[i] >= 100)
			*at++ = (char)('0' + byte[i] / 100);
		if (byte[i] >= 10)
			*at++ = (char)('0' + byte[i] / 10 % 10);
		*at++ = (char)('0' + byte[i] % 10);
		*at++ = i < 3 ? '.' : '\0';
	}
	return (size_t)(at - text) - 1;
}

size_t tc_addr_text(const struct tc_addr *addr, char text[TC_ADDR_TEXT_MAX])
{
	if (tc_addr_is4(addr))
		return text4(addr->byte + 12, text);
	inet_ntop(AF_INET6, addr->byte, text, TC_ADDR_TEXT_MAX);
	return strlen(text);
}
